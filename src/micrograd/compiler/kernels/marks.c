#include "marks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static PyObject *plain_array; /* numpy.ndarray */

int find_arrays(void) {
    PyObject *numpy = PyImport_ImportModule("numpy");
    PyObject *found = numpy == NULL ? NULL : PyObject_GetAttrString(numpy, "ndarray");
    Py_XDECREF(numpy);
    if (found == NULL) return -1;
    Py_XSETREF(plain_array, found);
    return 0;
}

int is_plain_array(PyObject *given) { return (PyObject *)Py_TYPE(given) == plain_array; }

static inline double number_at(const void *numbers, int64_t i, const int size) {
    return size == 8 ? ((const double *)numbers)[i] : ((const float *)numbers)[i];
}

/* Several sums side by side: one alone would wait for each addition before the next. */
static inline double sum_in(const void *numbers, int64_t count, const int size) {
    double part[16] = {0.0}, rest = 0.0;
    int64_t i = 0;
    for (; i + 16 <= count; i += 16)
        for (int k = 0; k < 16; k++) part[k] += number_at(numbers, i + k, size);
    for (; i < count; i++) rest += number_at(numbers, i, size);
    for (int k = 0; k < 8; k++) part[k] += part[k + 8];
    for (int k = 0; k < 4; k++) part[k] += part[k + 4];
    return ((part[0] + part[2]) + (part[1] + part[3])) + rest;
}

static double sum_of(const void *numbers, int64_t count, int size) {
    return size == 8 ? sum_in(numbers, count, 8) : sum_in(numbers, count, 4);
}

/* One more number goes into a mark. */
static uint64_t with(uint64_t mark, uint64_t more) {
    mark = (mark ^ more) * 0x9e3779b97f4a7c15u;
    return mark ^ (mark >> 29);
}

static uint64_t with_number(uint64_t mark, double number) {
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return with(mark, bits);
}

/* Some numbers, the first among them. */
static uint64_t with_some(uint64_t mark, const void *numbers, int64_t count, int size) {
    const int64_t step = count / 8 > 1 ? count / 8 : 1;
    for (int64_t i = 0, some = 0; i < count && some < 9; i += step, some++)
        mark = with_number(mark, number_at(numbers, i, size));
    return mark;
}

/* All bits depend on all: the rounds of SplitMix64 (Steele, Lea and Flood, 2014). */
static uint64_t spread(uint64_t mark) {
    mark = (mark ^ (mark >> 30)) * 0xbf58476d1ce4e5b9u;
    mark = (mark ^ (mark >> 27)) * 0x94d049bb133111ebu;
    return mark ^ (mark >> 31);
}

/* The size of an array's numbers, in bytes: 8, 4, or 0 where they are of another kind. */
static int size_in(const Py_buffer *view) {
    if (view->format == NULL || view->format[0] == 0 || view->format[1] != 0) return 0;
    return view->format[0] == 'd' ? 8 : view->format[0] == 'f' ? 4 : 0;
}

/* Get hold of an array of numbers with up to two dimensions; returns 0 where it is none. */
static int hold_numbers(PyObject *given, Py_buffer *view) {
    if (!is_plain_array(given)) return 0;
    if (PyObject_GetBuffer(given, view, PyBUF_FORMAT | PyBUF_C_CONTIGUOUS) < 0) {
        PyErr_Clear();
        return 0;
    }
    const int size = size_in(view);
    if (size != 0 && (view->ndim == 1 || view->ndim == 2) && (uintptr_t)view->buf % (uintptr_t)size == 0) return 1;
    PyBuffer_Release(view);
    return 0;
}

static int make_room(Room *room, size_t bytes) {
    if (room->bytes >= bytes) return 1;
    free(room->numbers);
    room->numbers = malloc(bytes);
    room->bytes = room->numbers == NULL ? 0 : bytes;
    return room->numbers != NULL;
}

/* Where the numbers are in a precision: where they lie, or in the room from `at` on. */
static const void *in_precision(const Py_buffer *view, int64_t count, int size, Room *room, int64_t at) {
    if (size_in(view) == size) return view->buf;
    if (size == 8) {
        double *out = (double *)room->numbers + at;
        for (int64_t i = 0; i < count; i++) out[i] = ((const float *)view->buf)[i];
        return out;
    }
    float *out = (float *)room->numbers + at;
    for (int64_t i = 0; i < count; i++) out[i] = (float)((const double *)view->buf)[i];
    return out;
}

void release_marked(Marked *data) {
    PyBuffer_Release(&data->X);
    if (data->has_targets) PyBuffer_Release(&data->Y);
}

static int find_mark(Marked *d, int size, Room *room) {
    const int64_t all = d->samples * d->features, all_targets = d->samples * d->targets;
    const int converted = size_in(&d->X) != size || (d->has_targets && size_in(&d->Y) != size);
    if (converted && !make_room(room, (size_t)(all + all_targets) * (size_t)size)) return 0;
    d->x = in_precision(&d->X, all, size, room, 0);
    d->y = d->has_targets ? in_precision(&d->Y, all_targets, size, room, all) : NULL;
    const double sum_of_x = sum_of(d->x, all, size), sum_of_y = sum_of(d->y, all_targets, size);
    if (!isfinite(sum_of_x) || !isfinite(sum_of_y)) return 0;
    uint64_t found = with(with(with(0, (uint64_t)d->samples), (uint64_t)d->features), (uint64_t)d->targets);
    found = with_number(with_number(found, sum_of_x), sum_of_y);
    d->mark = spread(with_some(with_some(found, d->x, all, size), d->y, all_targets, size));
    return 1;
}

int hold_marked(Marked *d, PyObject *X, PyObject *Y, int64_t most, int size, Room *room) {
    d->has_targets = Y != Py_None;
    if (!hold_numbers(X, &d->X)) return 0;
    if (d->has_targets && !hold_numbers(Y, &d->Y)) {
        PyBuffer_Release(&d->X);
        return 0;
    }
    d->samples = d->X.shape[0];
    d->features = d->X.ndim == 2 ? d->X.shape[1] : 0;
    d->targets = !d->has_targets ? 0 : d->Y.ndim == 2 ? d->Y.shape[1] : 1;
    const int fit = !d->has_targets || (d->targets > 0 && d->Y.shape[0] == d->samples);
    if (d->samples > 0 && d->samples <= most && d->features > 0 && fit && find_mark(d, size, room)) return 1;
    release_marked(d);
    return 0;
}

PyObject *mark(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    Marked data;
    Room room = {NULL, 0};
    (void)module;
    if (count != 3) return PyErr_Format(PyExc_TypeError, "mark needs X, Y and a size, got %zd arguments", count);
    const long size = PyLong_AsLong(args[2]);
    if (size == -1 && PyErr_Occurred()) return NULL;
    if (size != 8 && size != 4) return PyErr_Format(PyExc_ValueError, "numbers of %ld bytes are none of the kernels'", size);
    const int held = hold_marked(&data, args[0], args[1], INT64_MAX, (int)size, &room);
    if (held) release_marked(&data);
    free(room.numbers);
    if (!held) Py_RETURN_NONE;
    return PyLong_FromUnsignedLongLong(data.mark);
}
