# cython: language_level=3, cdivision=True
"""Functions of numbers that the engine's operations and their local derivatives are made of."""

from __future__ import annotations

from micrograd import _numbers

try:
    import cython
except ImportError:
    from micrograd import _cython as cython

if cython.compiled:
    from cython.cimports.libc.math import exp, fabs, floor, isinf, pow
else:
    from micrograd._libm import exp, fabs, floor, isinf, pow


def power(base, exponent):
    """Return base**exponent. Raises where that is no real number, or larger than any float."""
    if exponent == 2.0:
        out: cython.double = base * base
    elif exponent == -1.0 and base != 0:
        out = 1.0 / base
    else:
        if (base < 0 and exponent != floor(exponent)) or (base == 0 and exponent < 0):
            _numbers.power_outside_domain(base, exponent)
        out = pow(base, exponent)
    if isinf(out) and not isinf(base) and not isinf(exponent):
        _numbers.overflow(f"{base!r} ** {exponent!r}")
    return out


def power_slope(base, exponent):
    """Return the derivative of base**exponent by the base."""
    if exponent == 2.0:
        return 2.0 * base
    if exponent == 3.0:
        return 3.0 * (base * base)
    if exponent == -1.0:
        return -(1.0 / base) * (1.0 / base)
    return 0.0 if exponent == 0 else exponent * pow(base, exponent - 1.0)


def logistic(x):
    """Return 1 / (1 + e**-x); the exponential is taken of a negative number only, so nothing overflows."""
    e: cython.double = exp(-fabs(x))
    return 1.0 / (1.0 + e) if x >= 0 else e / (1.0 + e)


def logistic_slope(x):
    """Return s(x) * (1 - s(x)), without the cancellation that 1 - s(x) suffers for large x."""
    e: cython.double = exp(-fabs(x))
    return e / ((1.0 + e) * (1.0 + e))


def tanh_slope(x):
    """Return 1 - tanh(x)**2, as 4 s(2x) (1 - s(2x)), without the cancellation that it suffers for large x."""
    return 4.0 * logistic_slope(2.0 * x)
