# The C types of fused.py.
from micrograd.engine cimport Sweep, Value
from micrograd.matrix cimport Matrix


cdef class FusedLayer(Value):
    cdef Matrix matrix
    cdef FusedLayer source
    cdef tuple inputs
    cdef double* numbers  # of the inputs: the state of the layer before, or the end of the block of the node's own
    cdef double* state
    cdef int activation
    cdef bint by_hand  # an input is of a subclass with operations of its own
    cdef bint only_values  # all inputs are Values, no number is among them
    cdef bint squares  # each neuron's inputs are its own weights, and it has no bias

    cdef apply(self)
    cdef tuple input_values(self)
    cdef list neurons(self)


cdef tuple _as_weights(tuple given)
cdef double _received(double* weights, double* slopes, Py_ssize_t start, Py_ssize_t m) noexcept
cdef FusedLayer layer(Matrix matrix, inputs, FusedLayer before, int activation)
cdef list squares_of(Matrix matrix)
cdef _take(FusedLayer node, inputs)
cdef _take_all_kinds(FusedLayer node, tuple given)
cdef list _list_of(inputs, Py_ssize_t n)
cdef _keep_whole_inputs(Value node, FusedLayer made_in)
cdef Value _neuron(FusedLayer made_in, Py_ssize_t row)
