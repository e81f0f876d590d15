# cython: language_level=3, cdivision=True, wraparound=False, nonecheck=True
"""The loops of ``optim.py`` over all parameters: plain Python that Cython compiles, as the engine is.

``parameters`` is a list of Values, the state of an optimizer an ``array("d")`` with one number for each of
them, or any other writable buffer of doubles. All of it is checked before the first number is changed: raises
``TypeError`` for anything else, ``ValueError`` for a state that is not as long as the parameters are many.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from micrograd import _looks, _sources
from micrograd.engine import Value

try:
    import cython
except ImportError:
    from micrograd import _cython as cython

if cython.compiled:
    from cython.cimports.cpython.bytes import PyBytes_AS_STRING, PyBytes_FromStringAndSize
    from cython.cimports.libc.math import isfinite, sqrt
    from cython.cimports.micrograd import _node
    from cython.cimports.micrograd._kinds import FUSED, WATCHED, WHOLE_DATA, WHOLE_GRAD
    from cython.cimports.micrograd._node import _assign, _zero
    from cython.cimports.micrograd.engine import _values
else:
    from array import array
    from math import isfinite, sqrt

    from micrograd import _node
    from micrograd._kinds import FUSED, WATCHED, WHOLE_DATA, WHOLE_GRAD
    from micrograd._node import _assign, _zero
    from micrograd.engine import _values


def descend(parameters: Iterable[Value], rate: float) -> None:
    """Take a step against the gradient: ``x -= rate * g``."""
    step: cython.double = rate
    for held in _values(parameters, "parameters"):
        parameter: Value = held
        _assign(parameter, parameter._data - step * parameter._grad)


def roll(parameters: Iterable[Value], velocity: Any, rate: float, momentum: float, nesterov: bool) -> None:
    """Take a step of gradient descent with momentum, as ``optim.SGD`` says."""
    values: tuple = _values(parameters, "parameters")
    moving: cython.double[::1] = _state(velocity, len(values), "velocity")
    step: cython.double = rate
    kept: cython.double = momentum
    ahead: cython.bint = bool(nesterov)
    i: cython.Py_ssize_t
    for i in range(len(values)):
        parameter: Value = values[i]
        moving[i] = kept * moving[i] + parameter._grad
        along: cython.double = parameter._grad + kept * moving[i] if ahead else moving[i]
        _assign(parameter, parameter._data - step * along)


def adapt(
    parameters: Iterable[Value],
    first: Any,
    second: Any,
    rate: float,
    beta1: float,
    beta2: float,
    first_share: float,
    second_share: float,
    epsilon: float,
) -> None:
    """Take a step of ``optim.Adam``; the shares are ``1 - beta**t``."""
    values: tuple = _values(parameters, "parameters")
    means: cython.double[::1] = _state(first, len(values), "first_moment")
    squares: cython.double[::1] = _state(second, len(values), "second_moment")
    step: cython.double = rate
    b1: cython.double = beta1
    b2: cython.double = beta2
    share1: cython.double = first_share
    share2: cython.double = second_share
    small: cython.double = epsilon
    i: cython.Py_ssize_t
    for i in range(len(values)):
        parameter: Value = values[i]
        gradient: cython.double = parameter._grad
        means[i] = b1 * means[i] + (1.0 - b1) * gradient
        squares[i] = b2 * squares[i] + (1.0 - b2) * gradient * gradient
        mean: cython.double = means[i] / share1
        spread: cython.double = sqrt(squares[i] / share2)
        _assign(parameter, parameter._data - step * mean / (spread + small))


def read(parameters: Iterable[Value], into: Any) -> None:
    """Put the numbers of the parameters into a buffer."""
    values: tuple = _values(parameters, "parameters")
    numbers: cython.double[::1] = _state(into, len(values), "into")
    i: cython.Py_ssize_t
    for i in range(len(values)):
        parameter: Value = values[i]
        if _node._listeners:
            _looks.seen(parameter, ".data")
        numbers[i] = parameter._data


def numbers_of(parameters: tuple[Value, ...]) -> bytes:
    """Return the numbers of a tuple of parameters, eight bytes each."""
    return _doubles(parameters, False)


def gradients_of(parameters: tuple[Value, ...]) -> bytes:
    """Return the gradients of a tuple of parameters, eight bytes each."""
    return _doubles(parameters, True)


def are_leaves(found: list[Any]) -> bool:
    """Return whether all of a list are Values that were not computed, and of no class of the user's."""
    given: list = found
    i: cython.Py_ssize_t
    for i in range(len(given)):
        if type(given[i]) is not Value:
            return False
        parameter: Value = given[i]
        if parameter._first is not None or parameter._kind >= FUSED:
            return False
    return len(given) > 0


def have_fresh_gradients(parameters: tuple[Value, ...]) -> bool:
    """Return whether the gradients of a tuple of parameters are what they are in a new model: the whole number 0."""
    values: tuple = parameters
    i: cython.Py_ssize_t
    for i in range(len(values)):
        parameter: Value = values[i]
        if parameter._grad != 0.0 or not parameter._marks & WHOLE_GRAD:
            return False
    return True


def write(parameters: Iterable[Value], numbers: Any) -> None:
    """Put numbers from a buffer into the parameters."""
    values: tuple = _values(parameters, "parameters")
    given: cython.double[::1] = _state(numbers, len(values), "numbers")
    i: cython.Py_ssize_t
    told: cython.bint = (
        False  # layers that have read some of the numbers know of a change by its count: one will do
    )
    for i in range(len(values)):
        parameter: Value = values[i]
        if _node._listeners or (not told and parameter._marks & WATCHED):
            told = True
            _assign(parameter, given[i])
        else:
            parameter._data = given[i]
            parameter._marks &= ~WHOLE_DATA


def first_not_finite(parameters: Iterable[Value]) -> int:
    """Return the position of the first parameter whose gradient is NaN or infinite, or -1."""
    values: tuple = _values(parameters, "parameters")
    i: cython.Py_ssize_t
    for i in range(len(values)):
        parameter: Value = values[i]
        if not isfinite(parameter._grad):
            return i
    return -1


def forget(parameters: Iterable[Value]) -> None:
    """Set every gradient to 0."""
    _zero(_values(parameters, "parameters"))


def _doubles(values, gradients):
    """Return the gradients of some parameters, or else their data, as bytes."""
    i: cython.Py_ssize_t
    if _node._listeners and not gradients:
        # A program that is called while another loss is traced computes with numbers, and not with Values.
        for value in values:
            _looks.seen(value, ".data")
    if not cython.compiled:
        known = _values(values, "parameters")
        return array("d", [one._grad if gradients else one._data for one in known]).tobytes()
    memory: bytes = PyBytes_FromStringAndSize(cython.NULL, len(values) * cython.sizeof(cython.double))
    numbers = cython.cast(cython.p_double, PyBytes_AS_STRING(memory))
    for i in range(len(values)):
        parameter: Value = values[i]
        if parameter is None:
            raise TypeError("parameters: expected Values, got None")
        numbers[i] = parameter._grad if gradients else parameter._data
    return memory


def _state(given, count, name):
    """Return a view of an optimizer's numbers, one for each of ``count`` parameters."""
    try:
        view = memoryview(given)
    except TypeError:
        raise TypeError(
            f'{name}: expected an array("d") of {count} numbers, got {type(given).__name__}'
        ) from None
    if view.format != "d" or view.ndim != 1 or view.readonly or not view.c_contiguous:
        raise TypeError(
            f'{name}: expected an array("d") of {count} numbers, got {type(given).__name__} with items of format '
            f"{view.format!r}, {view.ndim} dimensions{', read-only' if view.readonly else ''}"
        )
    if len(view) != count:
        raise ValueError(f"{name} has {len(view)} numbers, but there are {count} parameters")
    return view


if cython.compiled:
    _sources.show(__name__)
