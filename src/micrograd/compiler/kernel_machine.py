"""Hands a program to the compiled kernels: encodes its instructions as numbers (see ``kernels/program.h``)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from micrograd.compiler import _kernels
from micrograd.compiler.instructions import (
    NONE,
    Binary,
    BinaryGradient,
    Code,
    Gather,
    Layer,
    Map,
    MapGradient,
    RowInstruction,
    SlotInstruction,
    Splat,
    SplatGradient,
    Sum,
    WeightGradient,
)
from micrograd.compiler.optimizer import Optimizer

Array = NDArray[np.float64]

(LAYER, WEIGHT_GRADIENT, SUM, MAP, MAP_GRADIENT, BINARY, BINARY_GRADIENT, SPLAT, SPLAT_GRADIENT, GATHER) = (
    range(10)
)
_FUNCTIONS = {
    name: code
    for code, name in enumerate(
        ("", "ReLU", "tanh", "sigmoid", "exp", "log", "sqrt", "sin", "cos", "abs", "**k")
    )
}
_BINARY = {"**": 0, "max": 1, "min": 2}

# All rows of a block should stay in the second-level cache, which has at least this many numbers on today's machines.
_CACHED_NUMBERS = 1 << 16
# An odd number of groups of 8 lanes: rows at multiples of a power of two would compete for the same cache lines.
_MOST_LANES, _LANES = 120, 8
# Blocks of large networks are smaller, so that a batch of a hundred samples is enough for two threads.
_MULTIPLY_ADDS_A_BLOCK, _FEWER_LANES = 150_000, 56
# Below about this many multiply-adds, a thread that is awake, or one that has to be started, costs more than it brings.
_WORK_FOR_A_THREAD, _WORK_FOR_A_NEW_THREAD = 40_000, 1_000_000


class KernelMachine:
    """Runs a ``Code`` with the compiled kernels; the methods are those of ``NumpyMachine``.

    ``instruction_set`` is one of ``_kernels.instruction_sets()``; by default the best that the processor has, or what
    the environment variable ``MICROGRAD_INSTRUCTION_SET`` names.
    """

    def __init__(self, code: Code, instruction_set: str | None = None) -> None:
        self.code = code
        self._work = _multiply_adds([*code.forward, *code.backward])
        most = _MOST_LANES if self._work * _MOST_LANES < _MULTIPLY_ADDS_A_BLOCK else _FEWER_LANES
        groups = min(most, max(_LANES, _CACHED_NUMBERS // max(1, code.rows))) // _LANES
        self.block = _LANES * (groups - 1 + groups % 2)
        encoder = _Encoder(code.rows)
        results = np.array(code.results, dtype=np.int64)
        shared = encoder.encode(code.shared, 1)
        forward = encoder.encode(code.forward, self.block)
        backward = encoder.encode(code.backward, self.block)
        self._machine = _kernels.Machine(
            instruction_set or os.environ.get("MICROGRAD_INSTRUCTION_SET") or None,
            code.parameters,
            code.features,
            code.targets,
            code.rows + _scratch_rows(code),
            self.block,
            code.seed,
            results,
            code.initial,
            np.array(encoder.numbers, dtype=np.float64),
            shared,
            forward,
            backward,
        )

    def evaluate(self, parameters: Array, X: Array, threads: int = 1) -> Array:
        """See ``NumpyMachine.evaluate``."""
        out = np.empty((len(X), len(self.code.results)))
        self._machine.evaluate(
            parameters, X, out, len(X), self._threads(threads, len(X), _WORK_FOR_A_NEW_THREAD)
        )
        return out

    def gradient(self, parameters: Array, X: Array, Y: Array, threads: int) -> tuple[float, Array]:
        """See ``NumpyMachine.gradient``."""
        gradient = np.empty(self.code.parameters)
        threads = self._threads(threads, len(X), _WORK_FOR_A_NEW_THREAD)
        loss = self._machine.gradient(parameters, X, Y, gradient, len(X), threads)
        return loss, gradient

    def train(
        self,
        optimizer: Optimizer,
        X: Array,
        Y: Array,
        order: NDArray[np.int64] | None,
        starts: NDArray[np.int64],
        rates: Array,
        losses: Array,
        threads: int,
    ) -> tuple[int, int]:
        """See ``NumpyMachine.train``."""
        o = optimizer
        batch = len(X) if order is None else int(starts[1] - starts[0])
        done, state, o.step, o.best, o.since_best = self._machine.train(
            o.weights,
            o.previous,
            o.first,
            o.second,
            o.kind,
            o.nesterov,
            (o.momentum, o.beta1, o.beta2, o.epsilon, o.tolerance, o.best),
            o.step,
            o.patience,
            o.since_best,
            X,
            Y,
            order,
            starts,
            rates,
            losses,
            len(X),
            self._threads(threads, batch, _WORK_FOR_A_THREAD),
        )
        return done, state

    def _threads(self, most: int, samples: int, work_for_one: int) -> int:
        return max(1, min(most, samples * self._work // work_for_one))


class _Encoder:
    """Writes instructions as 64-bit integers; coefficients and exponents go to ``numbers``."""

    def __init__(self, scratch: int) -> None:
        self.numbers: list[float] = []
        self.scratch = scratch  # the first of the rows that an instruction may use while it runs

    def encode(
        self, instructions: Iterable[RowInstruction | SlotInstruction], stride: int
    ) -> NDArray[np.int64]:
        """Return the code; rows become offsets, ``stride`` numbers apart."""
        parts = []
        for instruction in instructions:
            kind, fields = self._fields(instruction, stride)
            parts.append(np.array([kind, len(fields) + 2, *fields], dtype=np.int64))
        return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)

    def _number(self, *values: float) -> int:
        self.numbers.extend(values)
        return len(self.numbers) - len(values)

    def _fields(self, i: RowInstruction | SlotInstruction, stride: int) -> tuple[int, list[int]]:
        def rows(numbers: Sequence[int]) -> list[int]:
            return [number * stride for number in numbers]

        if isinstance(i, Layer):
            w = i.weights
            slopes = [NONE if first == NONE else first * stride for first in (i.slope, i.slope_of)]
            place = [i.out * stride, i.count, len(i.inputs), w.first, w.row_stride, w.column_stride]
            rest = [i.bias, i.bias_stride, _FUNCTIONS[i.activation], *slopes]
            return LAYER, [*place, *rest, *rows(i.inputs)]
        if isinstance(i, WeightGradient):
            head = [
                len(i.gradients),
                len(i.inputs),
                i.weights.first,
                i.weights.row_stride,
                i.bias,
                i.bias_stride,
            ]
            return WEIGHT_GRADIENT, [*head, self.scratch * stride, *rows(i.gradients), *rows(i.inputs)]
        if isinstance(i, Sum):
            coefficients = [term[0] for term in (*i.linear, *i.products)]
            head = [i.out * stride, self._number(i.constant, *coefficients), len(i.linear), len(i.products)]
            pairs = [row for _, a, b in i.products for row in (a, b)]
            return SUM, [*head, *rows([a for _, a in i.linear]), *rows(pairs)]
        if isinstance(i, Map):
            slope = NONE if i.slope == NONE else i.slope * stride
            return MAP, [
                i.out * stride,
                _FUNCTIONS[i.function],
                i.a * stride,
                self._number(i.exponent),
                slope,
            ]
        if isinstance(i, MapGradient):
            operands = rows([i.gradient, i.a, i.result])
            return MAP_GRADIENT, [i.out * stride, _FUNCTIONS[i.function], *operands, self._number(i.exponent)]
        if isinstance(i, Binary):
            return BINARY, [i.out * stride, _BINARY[i.function], i.a * stride, i.b * stride]
        if isinstance(i, BinaryGradient):
            operands = rows([i.gradient, i.a, i.b, i.result])
            return BINARY_GRADIENT, [i.out * stride, _BINARY[i.function], i.by, *operands]
        if isinstance(i, Splat):
            return SPLAT, [i.out * stride, i.slot]
        if isinstance(i, SplatGradient):
            return SPLAT_GRADIENT, [i.slot, i.gradient * stride]
        assert isinstance(i, Gather)
        return GATHER, [i.out, len(i.slots), *i.slots.tolist()]


def _scratch_rows(code: Code) -> int:
    """Return how many rows the widest weight gradient needs to lay its inputs out sample by sample."""
    widths = [len(i.inputs) for i in code.backward if isinstance(i, WeightGradient)]
    return (-(-max(widths, default=0) // _LANES) | 1) * _LANES


def _multiply_adds(instructions: Iterable[RowInstruction]) -> int:
    """Return about how many multiply-adds the instructions are for one sample; a function counts as ten."""
    total = 0
    for i in instructions:
        if isinstance(i, Layer):
            total += i.count * len(i.inputs)
        elif isinstance(i, WeightGradient):
            total += len(i.gradients) * (len(i.inputs) + 1)
        elif isinstance(i, Sum):
            total += len(i.linear) + 2 * len(i.products) + 1
        else:
            total += 10
    return total
