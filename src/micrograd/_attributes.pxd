# What _node.py needs of CPython's objects, and Cython does not ship.
from cpython.ref cimport PyObject

cdef extern from "Python.h":
    void PyObject_GC_Track(object)
    void PyObject_GC_UnTrack(object)
    int PyObject_GC_IsTracked(object)
    int PyObject_IS_GC(object)
    object dictionary_of "PyObject_GenericGetDict"(object owner, void* unused)
    PyObject** dictionary_place "_PyObject_GetDictPtr"(object owner)
    PyObject* code_of "PyFunction_GET_CODE"(object function)
    PyObject* defaults_of "PyFunction_GET_DEFAULTS"(object function)
    PyObject* named_defaults_of "PyFunction_GET_KW_DEFAULTS"(object function)

cdef extern from "_attributes.h":
    int share_nothing(PyObject** shared) except -1
    int set_quickly(object kind) except -1
    int set_any_attribute(object node, object name, object value) except -1
    bint is_quick(object node) except -1
    bint has_attributes(object node)
    object attribute(object node, str name)
    int set_attribute(object node, str name, object value) except -1
    int give_attributes(object kind, Py_ssize_t size, object remember) except -1
    int hear_comparisons(object kind, const int* listeners, object told) except -1
    int can_be_changed(object kind) except -1
    unsigned int class_version(object kind)
