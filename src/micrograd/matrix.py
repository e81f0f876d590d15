# cython: language_level=3, cdivision=True, boundscheck=False, wraparound=False
"""The weights of a layer of neurons as one block of numbers, and their gradients as another."""

from __future__ import annotations

import operator
from typing import Any

from micrograd import _numbers
from micrograd.engine import Value

try:
    import cython
except ImportError:
    from micrograd import _cython as cython

if cython.compiled:
    from cython.cimports.cpython.sequence import PySequence_Fast_ITEMS
    from cython.cimports.micrograd._memory import allocate_numbers, free_numbers
    from cython.cimports.micrograd._stack import Stack
    from cython.cimports.micrograd.engine import (
        ELEMENTARY,
        TRACKED,
        WATCHED,
        WHOLE_DATA,
        WHOLE_GRAD,
        _changes_so_far,
        _expect,
        _release,
    )
else:
    from micrograd._memory import allocate_numbers
    from micrograd._stack import Stack
    from micrograd.engine import (
        ELEMENTARY,
        TRACKED,
        WATCHED,
        WHOLE_DATA,
        WHOLE_GRAD,
        _changes_so_far,
        _expect,
        _release,
    )


@cython.final
@cython.cclass
class Matrix:
    """The numbers that the weights of some neurons had at one moment, and a sweep's gradients by them.

    Samples share it for as long as no weight changes. Gradients are collected here as one block of numbers
    and delivered to the weights at the end of the sweep.
    """

    def __init__(self, rows: list, biases: list) -> None:
        j: cython.Py_ssize_t
        i: cython.Py_ssize_t
        self.rows = tuple([tuple(row) for row in rows])
        self.biases = tuple(biases)
        self.height = len(rows)
        self.width = len(rows[0])
        size = (self.width + 1) * self.height
        self.numbers = allocate_numbers(size)
        self.gradients = allocate_numbers(size)
        self.slopes_times_gradients = allocate_numbers(self.height)
        self.trainable = self.whole = True
        self.announced = False
        self.tracked = 0
        self.changes = _changes_so_far()
        for j in range(self.height):
            if len(self.rows[j]) != self.width:
                raise ValueError(f"neuron {j} has {len(self.rows[j])} weights, but neuron 0 has {self.width}")
            for i in range(self.width):
                self._read(i * self.height + j, self.rows[j][i])
            self._read(self.width * self.height + j, self.biases[j])

    def _read(self, position: cython.Py_ssize_t, given: Any) -> None:
        if given is None:
            return
        if not isinstance(given, Value):
            _numbers.refuse(given, "the weights and the bias of a neuron")
        weight = cython.cast(Value, given)
        self.numbers[position] = weight._data
        weight._marks |= WATCHED
        self.tracked |= weight._marks & TRACKED
        self.trainable = self.trainable and weight._kind < ELEMENTARY
        self.whole = self.whole and bool(weight._marks & WHOLE_DATA)

    def __dealloc__(self) -> None:
        free_numbers(self.numbers)
        free_numbers(self.gradients)
        free_numbers(self.slopes_times_gradients)

    def holds(self, j: cython.Py_ssize_t, weights: list, bias: Any) -> bool:
        """Whether neuron ``j`` still has these weights and this bias."""
        row: tuple = self.rows[j]
        if bias is not self.biases[j] or len(weights) != self.width:
            return False
        if not cython.compiled:
            return all(map(operator.is_, weights, row))
        given = PySequence_Fast_ITEMS(weights)
        known = PySequence_Fast_ITEMS(row)
        i: cython.Py_ssize_t
        for i in range(self.width):  # noqa: SIM110 (a loop in C)
            if given[i] != known[i]:
                return False
        return True

    def is_current(self) -> bool:
        """Whether all weights still have the numbers that were read."""
        if self.changes == _changes_so_far():
            return True
        j: cython.Py_ssize_t
        i: cython.Py_ssize_t
        for j in range(self.height):
            row: tuple = self.rows[j]
            for i in range(self.width):
                if cython.cast(Value, row[i])._data != self.numbers[i * self.height + j]:
                    return False
            bias = self.biases[j]
            position: cython.Py_ssize_t = self.width * self.height + j
            if bias is not None and cython.cast(Value, bias)._data != self.numbers[position]:
                return False
        self.changes = _changes_so_far()
        return True

    def expect(self, waiting: Stack, leaves: list, batches: list) -> None:
        """Let the weights expect gradients from one more layer node."""
        # Leaves receive once, at delivery; results have to hear from every layer node before it is their turn.
        if not self.announced or not self.trainable:
            for row in self.rows:
                for weight in row:
                    _expect(weight, waiting, leaves)
            for bias in self.biases:
                if bias is not None:
                    _expect(bias, waiting, leaves)
        if not self.announced:
            self.announced = True
            batches.append(self)

    def release(self, waiting: Stack) -> None:
        """Hand the gradients to weights that are results themselves and pass them on in turn."""
        if not self.trainable:
            self.hand_out()
            for row in self.rows:
                for weight in row:
                    _release(weight, waiting)
            for bias in self.biases:
                if bias is not None:
                    _release(bias, waiting)

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
