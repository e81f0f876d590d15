# The C types of nn.py.
from micrograd.fused cimport FusedLayer
from micrograd.matrix cimport Matrix


cdef class Module:
    pass


cdef class Neuron(Module):
    cdef public object w  # what the user has put there: a list of Values, as it should be
    cdef public object b
    cdef public bint nonlin
    cdef int _code
    cdef Matrix _matrix
    cdef dict __dict__


cdef class Layer(Module):
    cdef public object neurons
    cdef Matrix _matrix
    cdef dict __dict__

    cdef FusedLayer _fuse(self, inputs, FusedLayer before)


cdef class MLP(Module):
    cdef public object layers
    cdef dict __dict__
