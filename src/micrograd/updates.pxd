# The C types of updates.py.
from cpython.ref cimport PyObject

from micrograd.engine cimport Value


cdef class Index:
    cdef readonly tuple values
    cdef int* table  # places, each more by one than it is; 0 where there is none
    cdef Py_ssize_t mask

    cdef _know(self, tuple given)
    cdef bint _follow(self, Py_ssize_t first, tuple values) except -1
    cdef Py_ssize_t _find(self, object value) noexcept
    cdef Py_ssize_t _slot(self, PyObject* wanted) noexcept


cdef _state(given, Py_ssize_t count, str name)
cdef bytes _doubles(tuple values, bint gradients)
cdef tuple _held(parameters)
