# What fused.py and nn.py need to make the nodes of layers fast, and to see that neurons are as they were.
from cpython.ref cimport PyObject

cdef extern from "_layers.h":
    object new_layer(object matrix, Py_ssize_t height, Py_ssize_t width, int activation, int kind)
    int take_over_layers(object kind, Py_ssize_t size) except -1
    bint same_neurons(
        object neurons, object kind, PyObject** known, Py_ssize_t height, Py_ssize_t width, int activation
    )
    bint has_own_attributes(object neuron)
    int know_neurons(Py_ssize_t size) except -1
