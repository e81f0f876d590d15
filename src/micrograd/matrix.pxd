# The C types of matrix.py.
from cpython.ref cimport PyObject

from micrograd.engine cimport Sweep, Value


cdef class Matrix:
    cdef tuple rows  # of the weights: a tuple of Values for each neuron
    cdef tuple biases  # a Value or None for each neuron
    cdef PyObject** known  # who they are, neuron by neuron: addresses only, the tuples keep them alive
    cdef Py_ssize_t height  # neurons
    cdef Py_ssize_t width  # weights of each
    cdef double* numbers  # the weights by columns, then the biases
    cdef double* gradients  # likewise
    cdef double* slopes_times_gradients  # a row of scratch
    cdef bint trainable  # all weights are leaves, so their gradients can wait until the end of a sweep
    cdef bint announced
    cdef bint whole
    cdef bint overridden  # a weight is of a subclass with operations of its own
    cdef int tracked
    cdef long long changes  # as counted by the engine when the numbers were read

    cdef read(self)
    cdef _read(self, Py_ssize_t position, Value weight)
    cdef bint holds(self, Py_ssize_t j, weights, bias) except -1
    cdef bint is_current(self) except -1
    cdef expect(self, Sweep sweep)
    cdef release(self, Sweep sweep)
    cdef hand_out(self)
    cdef _give(self, Value weight, Py_ssize_t position)


cdef Matrix matrix_of(list rows, list biases)
