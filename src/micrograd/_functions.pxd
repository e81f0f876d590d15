# The C types of _functions.py.
cdef double power(double base, double exponent) except? -1
cdef double power_slope(double base, double exponent) noexcept
cdef double logistic(double x) noexcept
cdef double logistic_slope(double x) noexcept
cdef double tanh_slope(double x) noexcept
