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


cdef inline PyObject* address(object node) noexcept:
    return <PyObject*> node


cdef inline PyObject* keep(object node) noexcept:
    Py_INCREF(node)
    return <PyObject*> node


cdef extern from *:
    """
    static inline PyObject *micrograd_hand_over(PyObject *node) { return node; }
    """
    object hand_over "micrograd_hand_over"(PyObject* pointer)


cdef inline void* obtained(void* memory) except NULL:
    if memory == NULL:
        raise MemoryError
    return memory


cdef inline double* allocate_numbers(Py_ssize_t count) except NULL:
    return <double*> obtained(PyMem_Calloc(count, sizeof(double)))


cdef inline void free_numbers(double* numbers) noexcept:
    PyMem_Free(numbers)


cdef inline double* enlarge_numbers(double* numbers, Py_ssize_t count) except NULL:
    return <double*> obtained(PyMem_Realloc(numbers, count * sizeof(double)))


cdef inline unsigned char* allocate_bytes(Py_ssize_t count) except NULL:
    return <unsigned char*> obtained(PyMem_Malloc(count))


cdef inline unsigned char* enlarge_bytes(unsigned char* data, Py_ssize_t count) except NULL:
    return <unsigned char*> obtained(PyMem_Realloc(data, count))


cdef inline void free_bytes(unsigned char* data) noexcept:
    PyMem_Free(data)


cdef inline int* allocate_places(Py_ssize_t room) except NULL:
    return <int*> obtained(PyMem_Calloc(room, sizeof(int)))


cdef inline void free_places(int* places) noexcept:
    PyMem_Free(places)


cdef inline Py_ssize_t scattered(PyObject* node) noexcept:
    # Fibonacci's hash of the address: the upper half of its product with 2**64 divided by the golden ratio.
    return <Py_ssize_t> (((<unsigned long long> <size_t> node >> 4) * 11400714819323198485ULL) >> 33)
