#include "marks.h"

#include <math.h>
#include <string.h>

/* Several sums side by side: one alone would wait for each addition before the next. */
static double sum_of(const double *numbers, Py_ssize_t count) {
    double part[8] = {0.0}, rest = 0.0;
    Py_ssize_t i = 0;
    for (; i + 8 <= count; i += 8)
        for (int k = 0; k < 8; k++) part[k] += numbers[i + k];
    for (; i < count; i++) rest += numbers[i];
    for (int k = 0; k < 4; k++) part[k] += part[k + 4];
    return ((part[0] + part[2]) + (part[1] + part[3])) + rest;
}

/* Both are spread over all bits: the rounds of SplitMix64 (Steele, Lea and Flood, 2014). */
static uint64_t mixed(uint64_t mark, uint64_t more) {
    mark = (mark ^ more) + 0x9e3779b97f4a7c15u;
    mark = (mark ^ (mark >> 30)) * 0xbf58476d1ce4e5b9u;
    mark = (mark ^ (mark >> 27)) * 0x94d049bb133111ebu;
    return mark ^ (mark >> 31);
}

static uint64_t mixed_with(uint64_t mark, double number) {
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return mixed(mark, bits);
}

/* Get hold of an array of doubles with up to two dimensions; returns 0 where it is none. */
static int hold_doubles(PyObject *given, Py_buffer *view) {
    if (PyObject_GetBuffer(given, view, PyBUF_FORMAT | PyBUF_C_CONTIGUOUS) < 0) {
        PyErr_Clear();
        return 0;
    }
    if (view->format != NULL && strcmp(view->format, "d") == 0 && (view->ndim == 1 || view->ndim == 2) &&
        (uintptr_t)view->buf % sizeof(double) == 0)
        return 1;
    PyBuffer_Release(view);
    return 0;
}

/* Some numbers, the first among them. */
static uint64_t mixed_with_some(uint64_t mark, const double *numbers, Py_ssize_t count) {
    const Py_ssize_t step = count / 8 > 1 ? count / 8 : 1;
    for (Py_ssize_t i = 0, some = 0; i < count && some < 9; i += step, some++) mark = mixed_with(mark, numbers[i]);
    return mark;
}

void release_marked(Marked *data) {
    PyBuffer_Release(&data->X);
    if (data->has_targets) PyBuffer_Release(&data->Y);
}

int hold_marked(Marked *d, PyObject *X, PyObject *Y) {
    d->has_targets = Y != Py_None;
    if (!hold_doubles(X, &d->X)) return 0;
    if (d->has_targets && !hold_doubles(Y, &d->Y)) {
        PyBuffer_Release(&d->X);
        return 0;
    }
    d->samples = d->X.shape[0];
    d->features = d->X.ndim == 2 ? d->X.shape[1] : 0;
    d->targets = !d->has_targets ? 0 : d->Y.ndim == 2 ? d->Y.shape[1] : 1;
    if (d->samples > 0 && d->features > 0 && (!d->has_targets || d->Y.shape[0] == d->samples)) {
        const Py_ssize_t all = d->samples * d->features, all_targets = d->samples * d->targets;
        const double *x = d->X.buf, *y = d->has_targets ? d->Y.buf : NULL;
        const double sum_of_x = sum_of(x, all), sum_of_y = sum_of(y, all_targets);
        if (isfinite(sum_of_x) && isfinite(sum_of_y)) {
            uint64_t found = mixed(mixed(mixed(0, (uint64_t)d->samples), (uint64_t)d->features), (uint64_t)d->targets);
            found = mixed_with(mixed_with(found, sum_of_x), sum_of_y);
            d->mark = mixed_with_some(mixed_with_some(found, x, all), y, all_targets);
            return 1;
        }
    }
    release_marked(d);
    return 0;
}

PyObject *mark(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    Marked data;
    (void)module;
    if (count != 2) return PyErr_Format(PyExc_TypeError, "mark needs X and Y, got %zd arguments", count);
    if (!hold_marked(&data, args[0], args[1])) Py_RETURN_NONE;
    release_marked(&data);
    return PyLong_FromUnsignedLongLong(data.mark);
}
