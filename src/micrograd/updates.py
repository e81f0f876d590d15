# cython: language_level=3, cdivision=True, wraparound=False, nonecheck=True
"""The loops over all parameters of a model, for ``optim.py`` and the compiler: plain Python that Cython compiles.

``parameters`` is a list of Values, or an ``Index`` of them, the state of an optimizer an ``array("d")`` with one
number for each of them, or any other writable buffer of doubles. All of it is checked before the first number is
changed: raises ``TypeError`` for anything else, ``ValueError`` for a state that is not as long as the parameters are
many.
"""

from __future__ import annotations

import gc
import operator
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from micrograd import _looks, _sources
from micrograd.engine import Value

try:
    import cython
except ImportError:
    from micrograd import _cython as cython

if cython.compiled:
    from cython.cimports.cpython.bytes import PyBytes_AS_STRING, PyBytes_FromStringAndSize
    from cython.cimports.cpython.sequence import PySequence_Fast_GET_SIZE, PySequence_Fast_ITEMS
    from cython.cimports.libc.math import fabs, isfinite, sqrt
    from cython.cimports.libc.string import memcmp
    from cython.cimports.micrograd import _node
    from cython.cimports.micrograd._guard import guard_methods
    from cython.cimports.micrograd._kinds import FUSED, WATCHED, WHOLE_DATA, WHOLE_GRAD
    from cython.cimports.micrograd._memory import address, allocate_places, free_places, scattered
    from cython.cimports.micrograd._node import _assign, _zero
    from cython.cimports.micrograd.engine import _values
else:
    from array import array
    from math import fabs, isfinite, sqrt

    from micrograd import _node
    from micrograd._kinds import FUSED, WATCHED, WHOLE_DATA, WHOLE_GRAD
    from micrograd._node import _assign, _zero
    from micrograd.engine import _values


def descend(parameters: Iterable[Value], rate: float) -> None:
    """Take a step against the gradient: ``x -= rate * g``."""
    step: cython.double = rate
    for held in _held(parameters):
        parameter: Value = held
        _assign(parameter, parameter._data - step * parameter._grad)


def roll(parameters: Iterable[Value], velocity: Any, rate: float, momentum: float, nesterov: bool) -> None:
    """Take a step of gradient descent with momentum, as ``optim.SGD`` says."""
    values: tuple = _held(parameters)
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
    values: tuple = _held(parameters)
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
    values: tuple = _held(parameters)
    numbers: cython.double[::1] = _state(into, len(values), "into")
    i: cython.Py_ssize_t
    if _node._listeners:
        # A program that is called while another loss is traced computes with numbers, and not with Values.
        for value in values:
            _looks.seen(value, ".data")
    for i in range(len(values)):
        parameter: Value = values[i]
        numbers[i] = parameter._data


def leaves(numbers: Any) -> list[Value]:
    """Return new Values for the numbers of a buffer."""
    given: cython.double[::1] = _state(numbers, len(numbers), "numbers")
    made: list = []
    i: cython.Py_ssize_t
    # Each counts as one that the garbage collector might look at, which never finds anything.
    collects = gc.isenabled()
    gc.disable()
    try:
        for i in range(len(given)):
            made.append(Value(given[i]))
    finally:
        if collects:
            gc.enable()
    return made


def numbers_of(parameters: tuple[Value, ...]) -> bytes:
    """Return the numbers of a tuple of parameters, eight bytes each."""
    return _doubles(parameters, False)


def gradients_of(parameters: tuple[Value, ...]) -> bytes:
    """Return the gradients of a tuple of parameters, eight bytes each."""
    return _doubles(parameters, True)


def are_close(some: Any, others: Any, tolerance: float) -> bool:
    """Return whether two buffers hold the same numbers, each to ``tolerance`` of what it is in ``others``.

    Small numbers may differ by so much of the largest, or of 1 where that is less. NaN is close to nothing.
    """
    given: cython.double[::1] = _state(some, len(others), "some")
    wanted: cython.double[::1] = _state(others, len(others), "others")
    share: cython.double = tolerance
    largest: cython.double = 0.0
    i: cython.Py_ssize_t
    for i in range(len(wanted)):
        if fabs(wanted[i]) > largest:
            largest = fabs(wanted[i])
    if largest > 1.0:
        largest = 1.0
    for i in range(len(wanted)):  # noqa: SIM110 -- a generator would cost more than the comparison
        if not fabs(given[i] - wanted[i]) <= share * (fabs(wanted[i]) + largest):
            return False
    return True


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
    values: tuple = _held(parameters)
    given: cython.double[::1] = _state(numbers, len(values), "numbers")
    i: cython.Py_ssize_t
    told: cython.bint = bool(_node._listeners)
    # Layers that have read some of the numbers know of a change by its count: one will do, if nobody listens.
    several: cython.bint = told
    for i in range(len(values)):
        parameter: Value = values[i]
        if several or (not told and parameter._marks & WATCHED):
            told = True
            _assign(parameter, given[i])
        else:
            parameter._data = given[i]
            parameter._marks &= ~WHOLE_DATA


def first_not_finite(parameters: Iterable[Value]) -> int:
    """Return the position of the first parameter whose gradient is NaN or infinite, or -1."""
    values: tuple = _held(parameters)
    i: cython.Py_ssize_t
    for i in range(len(values)):
        parameter: Value = values[i]
        if not isfinite(parameter._grad):
            return i
    return -1


def forget(parameters: Iterable[Value]) -> None:
    """Set every gradient to 0."""
    _zero(_held(parameters))


def _held(parameters):
    """Return a tuple of Values; an Index is known to have nothing else."""
    if type(parameters) is Index and cython.cast(Index, parameters).values is not None:
        return cython.cast(Index, parameters).values
    return _values(parameters, "parameters")


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


# -- Who is who among many Values -----------------------------------------------------------------------------


@cython.final
@cython.no_gc_clear
@cython.cclass
class Index:
    """The distinct ones of some Values, in their order, and the place of each among them: found by who they are.

    A table of addresses takes a tenth of the time, and of the memory, of a dictionary.
    ``values`` has them. Raises ``TypeError`` for what is not a Value, ``KeyError`` for the place of what is not there.
    """

    def __init__(self, values: Iterable[Value]) -> None:
        if self.values is not None:
            raise TypeError("an Index is made once")
        self._know(_values(values, "values"))

    def _know(self, given: tuple) -> None:
        if not cython.compiled:
            self.values = tuple({id(value): value for value in given}.values())
            self.known = {id(value): place for place, value in enumerate(self.values)}
            return
        i: cython.Py_ssize_t
        count: cython.Py_ssize_t = len(given)
        room: cython.Py_ssize_t = 8
        while 3 * room < 4 * count:
            room *= 2
        free_places(self.table)
        self.table = cython.NULL
        self.table = allocate_places(room)
        self.mask = room - 1
        self.values = given
        some_repeat: cython.bint = False
        for i in range(count):
            slot: cython.Py_ssize_t = self._slot(address(given[i]))
            if self.table[slot]:
                some_repeat = True
            else:
                self.table[slot] = i + 1
        if some_repeat:
            self._know(tuple([value for i, value in enumerate(given) if self._find(value) == i]))

    def __dealloc__(self) -> None:
        free_places(self.table)

    def __len__(self) -> int:
        return 0 if self.values is None else len(self.values)

    def __iter__(self) -> Iterator[Value]:
        return iter(self.values or ())

    def __contains__(self, value: object) -> bool:
        return self._find(value) >= 0

    def __getitem__(self, value: object) -> int:
        place: cython.Py_ssize_t = self._find(value)
        if place < 0:
            raise KeyError(value)
        return place

    def get(self, value: object) -> int | None:
        """Return the place of a Value; None where it is not there."""
        place: cython.Py_ssize_t = self._find(value)
        return None if place < 0 else place

    def row(self, values: tuple[Value, ...]) -> Sequence[int] | None:
        """Return the places of some Values, as a range where they follow one another; None where one is not there."""
        count: cython.Py_ssize_t = len(values)
        if count == 0:
            return range(0)
        first: cython.Py_ssize_t = self._find(values[0])
        if first < 0:
            return None
        if self._follow(first, values):
            return range(first, first + count)
        places: list = []
        for value in values:
            place: cython.Py_ssize_t = self._find(value)
            if place < 0:
                return None
            places.append(place)
        return tuple(places)

    def _follow(self, first: cython.Py_ssize_t, values: tuple) -> bool:
        """Whether these are the Values from a place on."""
        count: cython.Py_ssize_t = len(values)
        if first + count > len(self.values):
            return False
        if not cython.compiled:
            return all(map(operator.is_, values, self.values[first : first + count]))
        known = PySequence_Fast_ITEMS(self.values) + first
        return memcmp(PySequence_Fast_ITEMS(values), known, count * cython.sizeof(cython.p_void)) == 0

    def _find(self, value: object) -> int:
        """Return the place of an object, or -1."""
        if self.values is None:
            return -1
        if not cython.compiled:
            return self.known.get(id(value), -1)
        return self.table[self._slot(address(value))] - 1

    def _slot(self, wanted: Any) -> int:
        """Return where in the table an address is, or would be."""
        known = PySequence_Fast_ITEMS(self.values)
        slot: cython.Py_ssize_t = scattered(wanted) & self.mask
        while self.table[slot] and known[self.table[slot] - 1] != wanted:
            slot = (slot + 1) & self.mask
        return slot


if not cython.compiled:
    Index.values = None


def are_the_same(some: Any, others: Any) -> bool:
    """Return whether two objects are lists or tuples that hold the very same objects."""
    if type(some) not in (list, tuple) or type(others) not in (list, tuple):
        return False
    if len(some) != len(others):
        return False
    if not cython.compiled:
        return all(map(operator.is_, some, others))
    size: cython.Py_ssize_t = PySequence_Fast_GET_SIZE(some) * cython.sizeof(cython.p_void)
    return memcmp(PySequence_Fast_ITEMS(some), PySequence_Fast_ITEMS(others), size) == 0


if cython.compiled:
    guard_methods(Index)
    _sources.show(__name__)
