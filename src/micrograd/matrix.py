# cython: language_level=3, cdivision=True, wraparound=False, nonecheck=True
"""The weights of a layer of neurons as one block of numbers, and their gradients as another."""

from __future__ import annotations

import operator
from typing import Any

from micrograd import _numbers, _sources
from micrograd.engine import Value

try:
    import cython
except ImportError:
    from micrograd import _cython as cython

if cython.compiled:
    from cython.cimports.cpython.sequence import PySequence_Fast_GET_SIZE, PySequence_Fast_ITEMS
    from cython.cimports.micrograd._guard import guard_methods
    from cython.cimports.micrograd._kinds import FUSED, TRACKED, WATCHED, WHOLE_DATA, WHOLE_GRAD
    from cython.cimports.micrograd._memory import (
        address,
        allocate_nodes,
        allocate_numbers,
        free_nodes,
        free_numbers,
    )
    from cython.cimports.micrograd._node import _changes_so_far
    from cython.cimports.micrograd.engine import Sweep, _overrides, _value
else:
    from micrograd._kinds import FUSED, TRACKED, WATCHED, WHOLE_DATA, WHOLE_GRAD
    from micrograd._memory import allocate_numbers
    from micrograd._node import _changes_so_far
    from micrograd.engine import Sweep, _overrides, _value


@cython.final
@cython.no_gc_clear
@cython.cclass
class Matrix:
    """The numbers that the weights of some neurons had at one moment, and a sweep's gradients by them.

    Samples share it for as long as no weight changes. Gradients are collected here as one block of numbers
    and delivered to the weights at the end of the sweep. Only ``matrix_of`` below makes one: the rows hold
    Values and nothing else, and are as long as the blocks of numbers say.
    """

    def __init__(self, *_: Any, **__: Any) -> None:
        raise _numbers.made_by_itself("Matrix")

    def read(self) -> None:
        """Read the numbers of the weights and biases."""
        j: cython.Py_ssize_t
        i: cython.Py_ssize_t
        self.changes = _changes_so_far()
        for j in range(self.height):
            row: tuple = self.rows[j]
            for i in range(self.width):
                self._read(i * self.height + j, row[i])
            if cython.compiled:
                for i in range(self.width):
                    self.known[j * (self.width + 1) + i] = address(row[i])
                self.known[j * (self.width + 1) + self.width] = address(self.biases[j])
            if self.biases[j] is not None:
                self._read(self.width * self.height + j, self.biases[j])

    def _read(self, position: cython.Py_ssize_t, weight: Value) -> None:
        self.numbers[position] = weight._data
        weight._marks |= WATCHED
        self.tracked |= weight._marks & TRACKED
        if type(weight) is not Value:
            self.overridden = self.overridden or _overrides(weight)
        self.trainable = self.trainable and weight._kind < FUSED
        self.whole = self.whole and bool(weight._marks & WHOLE_DATA)

    def __dealloc__(self) -> None:
        free_numbers(self.numbers)
        free_numbers(self.gradients)
        free_numbers(self.slopes_times_gradients)
        free_nodes(self.known)

    def holds(self, j: cython.Py_ssize_t, weights: Any, bias: Any) -> bool:
        """Whether neuron ``j`` still has these weights, a list or any other collection, and this bias."""
        if not (type(weights) is list or type(weights) is tuple):
            weights = _tuple_of(weights)
        if not cython.compiled:
            return (
                bias is self.biases[j]
                and len(weights) == self.width
                and all(map(operator.is_, weights, self.rows[j]))
            )
        if PySequence_Fast_GET_SIZE(weights) != self.width:
            return False
        # Pointers, compared and never followed: this happens at every call of every neuron.
        given = PySequence_Fast_ITEMS(weights)
        known = self.known + j * (self.width + 1)
        i: cython.Py_ssize_t
        for i in range(self.width):
            if given[i] != known[i]:
                return False
        return known[self.width] == address(bias)

    def is_current(self) -> bool:
        """Whether all weights still have the numbers that were read."""
        if self.changes == _changes_so_far():
            return True
        j: cython.Py_ssize_t
        i: cython.Py_ssize_t
        for j in range(self.height):
            row: tuple = self.rows[j]
            for i in range(self.width):
                weight: Value = row[i]
                if weight._data != self.numbers[i * self.height + j]:
                    return False
            if self.biases[j] is not None:
                bias: Value = self.biases[j]
                if bias._data != self.numbers[self.width * self.height + j]:
                    return False
        self.changes = _changes_so_far()
        return True

    def expect(self, sweep: Sweep) -> None:
        """Let the weights expect gradients from one more layer node."""
        # Leaves receive once, at delivery; results have to hear from every layer node before it is their turn.
        if not self.announced or not self.trainable:
            for row in self.rows:
                for weight in row:
                    sweep.expect(weight)
            for bias in self.biases:
                if bias is not None:
                    sweep.expect(bias)
        if not self.announced:
            self.announced = True
            sweep.batches.append(self)

    def release(self, sweep: Sweep) -> None:
        """Hand the gradients to weights that are results themselves and pass them on in turn."""
        if not self.trainable:
            self.hand_out()
            for row in self.rows:
                for weight in row:
                    sweep.release(weight)
            for bias in self.biases:
                if bias is not None:
                    sweep.release(bias)

    def hand_out(self) -> None:
        """Add the gradients collected so far to the weights', and start again from zero."""
        j: cython.Py_ssize_t
        i: cython.Py_ssize_t
        for j in range(self.height):
            row: tuple = self.rows[j]
            for i in range(self.width):
                self._give(row[i], i * self.height + j)
            if self.biases[j] is not None:
                self._give(self.biases[j], self.width * self.height + j)

    def _give(self, weight: Value, position: cython.Py_ssize_t) -> None:
        weight._grad += self.gradients[position]
        weight._marks &= ~WHOLE_GRAD
        self.gradients[position] = 0.0

    def deliver(self) -> None:
        """End a sweep: the weights receive what it has brought."""
        self.announced = False
        if self.trainable:
            self.hand_out()

    def discard(self) -> None:
        """Break a sweep off: what it has brought is forgotten."""
        self.announced = False
        k: cython.Py_ssize_t
        for k in range((self.width + 1) * self.height):
            self.gradients[k] = 0.0


def matrix_of(rows: list, biases: list) -> Matrix:
    """Return the ``Matrix`` of some neurons: for each of them a list (or so) of weights, and a bias or None.

    Raises ``TypeError`` for a weight or a bias that is not a Value, ``ValueError`` for neurons with different
    numbers of weights, or with nothing to compute.
    """
    # Copied first and checked then: while a user's collection is read, the user's code may change it.
    kept: list = []
    i: cython.Py_ssize_t
    for row in rows:
        weights: tuple = _tuple_of(row)
        for i in range(len(weights)):
            if not isinstance(weights[i], Value):
                _value(weights[i], "w", i)
        kept.append(weights)
    for bias in biases:
        if bias is not None:
            _value(bias, "b", -1)
        elif not kept[0]:
            raise _numbers.no_weights()
    first: tuple = kept[0]
    width: cython.Py_ssize_t = len(first)
    for number, other in enumerate(kept):
        if len(other) != width:
            raise ValueError(f"neuron {number} has {len(other)} weights, but neuron 0 has {width}")
    matrix: Matrix = Matrix.__new__(Matrix)
    matrix.rows = tuple(kept)
    matrix.biases = tuple(biases)
    matrix.height = len(kept)
    matrix.width = width
    size: cython.Py_ssize_t = (width + 1) * matrix.height
    matrix.numbers = allocate_numbers(size)
    matrix.gradients = allocate_numbers(size)
    matrix.slopes_times_gradients = allocate_numbers(matrix.height)
    if cython.compiled:
        matrix.known = allocate_nodes(size)
    matrix.trainable = matrix.whole = True
    matrix.announced = matrix.overridden = False
    matrix.tracked = 0
    matrix.read()
    return matrix


def _tuple_of(weights: Any) -> tuple:
    try:
        return tuple(weights)
    except TypeError:
        raise TypeError(f"w of a neuron: expected a list of Values, got {type(weights).__name__}") from None


if cython.compiled:
    guard_methods(Matrix)
    _sources.show(__name__)
