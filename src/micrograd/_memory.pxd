# Blocks of memory that Python's objects do not offer; _memory.py has lists in their place.
from cpython.mem cimport PyMem_Calloc, PyMem_Free, PyMem_Malloc, PyMem_Realloc
from cpython.ref cimport Py_DECREF, Py_INCREF, PyObject

cdef extern from "Python.h":
    int enter_recursion "Py_EnterRecursiveCall"(const char* where) except 1
    void leave_recursion "Py_LeaveRecursiveCall"()


cdef inline PyObject** allocate_nodes(Py_ssize_t room) except NULL:
    cdef PyObject** nodes = <PyObject**> PyMem_Malloc(room * sizeof(PyObject*))
    if nodes == NULL:
        raise MemoryError
    return nodes


cdef inline PyObject** enlarge(PyObject** nodes, Py_ssize_t room) except NULL:
    cdef PyObject** larger = <PyObject**> PyMem_Realloc(nodes, room * sizeof(PyObject*))
    if larger == NULL:
        raise MemoryError
    return larger


cdef inline void free_nodes(PyObject** nodes) noexcept:
    PyMem_Free(nodes)


cdef inline PyObject* keep(object node) noexcept:
    Py_INCREF(node)
    return <PyObject*> node


cdef inline object hand_over(PyObject* pointer):
    node = <object> pointer
    Py_DECREF(node)
    return node


cdef inline double* allocate_numbers(Py_ssize_t count) except NULL:
    cdef double* numbers = <double*> PyMem_Calloc(count, sizeof(double))
    if numbers == NULL:
        raise MemoryError
    return numbers


cdef inline void free_numbers(double* numbers) noexcept:
    PyMem_Free(numbers)
