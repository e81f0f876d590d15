# The C types of nn.py.
from micrograd.fused cimport FusedLayer
from micrograd.matrix cimport Matrix


cdef unsigned int _neuron_version, _layer_version
cdef bint _neuron_as_written, _layer_as_written


cdef class _Referable:
    cdef object __weakref__


cdef class Module(_Referable):
    cdef dict __dict__


cdef class Neuron(Module):
    cdef public object w  # what the user has put there: a list of Values, as it should be
    cdef public object b
    cdef public bint nonlin
    cdef int _code
    cdef Matrix _matrix


cdef class Layer(Module):
    cdef public object neurons
    cdef Matrix _matrix  # of the last call, for neurons that were all alike ...
    cdef int _code  # ... and had this activation

    cdef Matrix _alike(self)
    cdef FusedLayer _fuse(self, inputs, FusedLayer before)
    cdef list _squares(self)


cdef class MLP(Module):
    cdef public object layers


cdef _outputs_of(FusedLayer fused)
cdef list _all_parameters(modules)
cdef bint _is_unchanged(Layer layer, Matrix matrix) except -1
cdef bint _neurons_as_written() except -1
cdef bint _layers_as_written() except -1
