# The C types of _stack.py.
from cpython.ref cimport PyObject


cdef class Stack:
    cdef PyObject** nodes
    cdef Py_ssize_t count
    cdef Py_ssize_t room
    cdef push(self, node)
    cdef object pop(self)
