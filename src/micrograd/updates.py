# cython: language_level=3, cdivision=True, boundscheck=False, wraparound=False
"""The loops of ``optim.py`` over all parameters: plain Python that Cython compiles, as the engine is.

``parameters`` is a list of Values, the state of an optimizer an ``array("d")`` with one number for each of
them.
"""

from __future__ import annotations

from micrograd.engine import Value

try:
    import cython
except ImportError:
    from micrograd import _cython as cython

if cython.compiled:
    from cython.cimports.libc.math import isfinite, sqrt
    from cython.cimports.micrograd.engine import _zero
else:
    from math import isfinite, sqrt

    from micrograd.engine import _zero


def descend(parameters, rate):
    """Take a step against the gradient: ``x -= rate * g``."""
    for held in parameters:
        parameter: Value = held
        parameter._set_data(parameter._data - rate * parameter._grad)


def roll(parameters, velocity, rate, momentum, nesterov):
    """Take a step of gradient descent with momentum, as ``optim.SGD`` says."""
    i: cython.Py_ssize_t
    for i in range(len(parameters)):
        parameter: Value = parameters[i]
        velocity[i] = momentum * velocity[i] + parameter._grad
        along: cython.double = parameter._grad + momentum * velocity[i] if nesterov else velocity[i]
        parameter._set_data(parameter._data - rate * along)


def adapt(parameters, first, second, rate, beta1, beta2, first_share, second_share, epsilon):
    """Take a step of ``optim.Adam``; the shares are ``1 - beta**t``."""
    i: cython.Py_ssize_t
    for i in range(len(parameters)):
        parameter: Value = parameters[i]
        gradient: cython.double = parameter._grad
        first[i] = beta1 * first[i] + (1.0 - beta1) * gradient
        second[i] = beta2 * second[i] + (1.0 - beta2) * gradient * gradient
        mean: cython.double = first[i] / first_share
        spread: cython.double = sqrt(second[i] / second_share)
        parameter._set_data(parameter._data - rate * mean / (spread + epsilon))


def first_not_finite(parameters):
    """Return the position of the first parameter whose gradient is NaN or infinite, or -1."""
    i: cython.Py_ssize_t
    for i in range(len(parameters)):
        parameter: Value = parameters[i]
        if not isfinite(parameter._grad):
            return i
    return -1


def forget(parameters):
    """Set every gradient to 0."""
    for parameter in parameters:
        _zero(parameter)
