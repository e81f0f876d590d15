# The C types of nn.py.
from micrograd.fused cimport FusedLayer
from micrograd.matrix cimport Matrix


cdef class Module:
    pass


cdef class Neuron(Module):
    cdef public list w
    cdef public object b
    cdef public bint nonlin
    cdef int _code
    cdef Matrix _matrix
    cdef dict __dict__


cdef class Layer(Module):
    cdef public list neurons
    cdef Matrix _matrix
    cdef dict __dict__

    cdef FusedLayer _fuse(self, inputs)


cdef class MLP(Module):
    cdef public list layers
    cdef dict __dict__
