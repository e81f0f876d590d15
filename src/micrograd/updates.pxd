# The C types of updates.py.
from micrograd.engine cimport Value

cpdef descend(list parameters, double rate)
cpdef roll(list parameters, double[::1] velocity, double rate, double momentum, bint nesterov)
cpdef adapt(
    list parameters,
    double[::1] first,
    double[::1] second,
    double rate,
    double beta1,
    double beta2,
    double first_share,
    double second_share,
    double epsilon,
)
cpdef Py_ssize_t first_not_finite(list parameters) except -2
cpdef forget(list parameters)
