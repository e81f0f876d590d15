# The C types of updates.py.
from micrograd.engine cimport Value

cdef _state(given, Py_ssize_t count, str name)
cdef bytes _doubles(tuple values, bint gradients)
