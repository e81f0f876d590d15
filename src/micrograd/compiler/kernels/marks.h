/* What tells data from other data, in one look at each number. */
#ifndef MICROGRAD_MARKS_H
#define MICROGRAD_MARKS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdint.h>

/* Memory for numbers that come in another precision than the kernels take; whoever has it frees `numbers`. */
typedef struct {
    void *numbers;
    size_t bytes;
} Room;

/* Matrices of float64 or float32 whose memory is held, C-contiguous; Y may be one column or None. `x` and `y` are their
   numbers in the precision that was asked for, where they lie or in the room. The mark comes from the shapes, from the sums
   of all these numbers, and from some of them. */
typedef struct {
    Py_buffer X, Y;
    int has_targets;
    int64_t samples, features, targets;
    const void *x, *y;
    uint64_t mark;
} Marked;

/* `size` is that of a number of the precision, in bytes. Returns 0, and holds nothing, where X and Y are none of that, where
   there are no samples or more than `most`, no numbers in a sample, or a sum is not finite. No error is raised: whoever asked goes another way. Only NumPy's own
   arrays are taken, so none of the user's code runs. */
int hold_marked(Marked *data, PyObject *X, PyObject *Y, int64_t most, int size, Room *room);
void release_marked(Marked *data);

/* Whether it is an array of NumPy's, and of no class derived from it. */
int is_plain_array(PyObject *given);
/* Get NumPy's class for the above; returns -1 with an error raised. */
int find_arrays(void);

/* mark(X, Y or None, size) -> the mark, or None. */
PyObject *mark(PyObject *module, PyObject *const *args, Py_ssize_t count);

#endif
