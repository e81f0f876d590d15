/* What tells data from other data, in one look at each number. */
#ifndef MICROGRAD_MARKS_H
#define MICROGRAD_MARKS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdint.h>

/* Matrices of float64 whose memory is held, C-contiguous; Y may be one column or None. The mark comes from the shapes, from the
   sums of all numbers, and from some of these. */
typedef struct {
    Py_buffer X, Y;
    int has_targets;
    int64_t samples, features, targets;
    uint64_t mark;
} Marked;

/* Returns 0, and holds nothing, where they are none of that, where there are no numbers in X, or a sum is not finite. No
   error is raised: whoever asked goes another way. */
int hold_marked(Marked *data, PyObject *X, PyObject *Y);
void release_marked(Marked *data);

/* mark(X, Y or None) -> the mark, or None. */
PyObject *mark(PyObject *module, PyObject *const *args, Py_ssize_t count);

#endif
