# What engine.py needs to make and free nodes fast, and of CPython's garbage collector; Cython ships neither.
cdef extern from "Python.h":
    void PyObject_GC_Track(object)
    void PyObject_GC_UnTrack(object)
    int PyObject_GC_IsTracked(object)

cdef extern from "_nodes.h":
    object new_node(str name, object first)
    int take_over(object kind, Py_ssize_t size) except -1
    int take_over_other(object kind) except -1
