# The C types of _watch.py.
from micrograd.nn cimport MLP, Layer, Module, Neuron


cdef class Place:
    cdef bint made
    cdef bint changed(self) except -1


cdef class Cell(Place):
    cdef object cell, known


cdef class Item(Place):
    cdef object dictionary, name, known


cdef class Items(Place):
    cdef object dictionary, owner
    cdef tuple keys, values

    cdef _remember(self)
    cdef tuple _content(self)
    cdef bint _differs(self) except -1


cdef class Elements(Place):
    cdef object elements
    cdef tuple known

    cdef bint _differs(self) except -1


cdef class Function(Place):
    cdef object function, code, defaults, named


cdef class Kind(Place):
    cdef object kind
    cdef unsigned int version
    cdef list known

    cdef _remember(self)


cdef class OfKind(Place):
    cdef object owner, kind


cdef class Bare(Place):
    cdef tuple values


cdef class OfModule(Place):
    cdef object kind
    cdef dict attributes
    cdef Py_ssize_t count

    cdef _remember(self, module)
    cdef bint _is_another(self, Module module) except -1


cdef class OfNeuron(OfModule):
    cdef Neuron neuron
    cdef object w, b
    cdef bint nonlin
    cdef int code


cdef class OfLayer(OfModule):
    cdef Layer layer
    cdef object neurons


cdef class OfMLP(OfModule):
    cdef MLP model
    cdef object layers


cdef class Reading(Place):
    cdef object read, known


cdef class Watch:
    cdef list places
    cdef tuple settled

    cdef _settle(self)


cdef dict _own(owner)
cdef bint _differ(one, other) except -1
cdef bint _all_same(some, others) except -1
