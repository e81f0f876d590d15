"""Runs a program's instructions with NumPy: where there is no C compiler, and to test the kernels against."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from micrograd.compiler.codes import debugging
from micrograd.compiler.instructions import (
    NONE,
    Binary,
    BinaryGradient,
    Code,
    Dot,
    Gather,
    Layer,
    Map,
    MapGradient,
    RowInstruction,
    Splat,
    SplatGradient,
    Sum,
    WeightGradient,
    WeightSlots,
)
from micrograd.compiler.training_state import (
    LOSS_NOT_FINITE,
    OUTSIDE_DOMAIN,
    RUNNING,
    WEIGHTS_NOT_FINITE,
    TrainingState,
)
from micrograd.operations import OPERATIONS

Array = NDArray[np.float64]
Flags = bytearray

# A block is as many samples as keep all rows within about 8 MB: large enough that NumPy's calls do not dominate.
_BLOCK_NUMBERS = 1 << 20
_SMALLEST_OF_SINGLE = float(np.finfo(np.float32).tiny)  # of the normal numbers


class NumpyMachine:
    """Runs a ``Code`` on NumPy arrays; results do not depend on anything but the input.

    ``captured`` holds the numbers of the leaves that are read anew at each call, ``weights`` a weight above 0 for each
    sample: results are then weighted means. ``flags``, if given, are zeros, one for each block of samples; one becomes
    1 where a sample of its block leaves an operation's domain, or overflows in one where the engine would raise.
    """

    def __init__(self, code: Code, dtype: str = "float64") -> None:
        self.code = code
        self.real = np.dtype(dtype)
        self.program = code.placed
        self.block = max(16, min(8192, _BLOCK_NUMBERS // max(1, self.program.rows)))
        self.debug = debugging()

    def lanes_of(self, samples: int) -> int:
        """Return how many of so many samples each block has; the last one may have fewer."""
        return self.block

    def flags_for(self, samples: int) -> bytearray:
        """Return flags for the blocks of so many samples, or fewer, none of them set."""
        return bytearray(-(-samples // self.block))

    def evaluate(
        self,
        parameters: Array,
        X: Array,
        threads: int = 1,
        *,
        captured: Array | None = None,
        flags: Flags | None = None,
    ) -> Array:
        """Return the results for each sample, shape (samples, results)."""
        code = self.code
        out = np.empty((len(X), len(code.results)))
        with np.errstate(all="ignore"):
            run = _Run(self, parameters, captured)
            for start in range(0, len(X), self.block):
                part = X[start : start + self.block]
                rows = run.forward(part, part[:, :0])
                for column, (row, slot) in enumerate(self.program.results):
                    values = 0.0 if row == NONE else rows[row]
                    out[start : start + self.block, column] = values + (
                        0.0 if slot == NONE else run.slots[slot]
                    )
                run.report(flags, start // self.block)
        return out

    def gradient(
        self,
        parameters: Array,
        X: Array,
        Y: Array,
        threads: int,
        *,
        captured: Array | None = None,
        weights: Array | None = None,
        flags: Flags | None = None,
    ) -> tuple[float, Array]:
        """Return the mean loss and its gradient by the parameters; ``threads`` is for the compiled machine."""
        code, program = self.code, self.program
        samples = len(X)
        row, slot = program.results[0]
        with np.errstate(all="ignore"):
            run = _Run(self, parameters, captured)
            gradients = np.zeros(code.slots, self.real)
            loss = 0.0 if slot == NONE else float(run.slots[slot])
            if row == NONE:
                run.report(flags, 0)
            else:
                shares = np.full(samples, 1.0 / samples) if weights is None else weights / weights.sum()
                total = 0.0
                for start in range(0, samples, self.block):
                    part = slice(start, start + self.block)
                    rows = run.forward(X[part], Y[part])
                    total += float(rows[row].sum() if weights is None else rows[row] @ shares[part])
                    rows[program.seed] = shares[part]
                    for instruction in program.backward:
                        run.step(instruction, rows, run.slots, gradients)
                    run.report(flags, start // self.block)
                loss += total / samples if weights is None else total
            if slot != NONE:
                gradients[slot] += 1.0
            run.shared_backward(gradients)
        return loss, gradients[: code.parameters].astype(np.float64)

    def train(
        self,
        state: TrainingState,
        X: Array,
        Y: Array,
        order: NDArray[np.int64] | None,
        starts: NDArray[np.int64],
        rates: Array,
        losses: Array,
        threads: int,
        *,
        captured: Array | None = None,
        weights: Array | None = None,
        flags: Flags | None = None,
    ) -> tuple[int, int]:
        """Make ``len(rates)`` steps; return how many losses were written and why it ended.

        Step k uses the samples ``order[starts[k]:starts[k + 1]]``, or all of them when ``order`` is None. A step that
        sets a flag is not made: the weights stay those that it began with, and the flags tell of its samples.
        """
        for k, rate in enumerate(rates):
            batch = slice(None) if order is None else order[starts[k] : starts[k + 1]]
            own = None if weights is None else weights[batch]
            loss, gradient = self.gradient(
                state.weights, X[batch], Y[batch], threads, captured=captured, weights=own, flags=flags
            )
            if flags is not None and any(flags):
                return k, OUTSIDE_DOMAIN
            if not np.isfinite(loss):
                state.weights[:] = state.previous
                return k, LOSS_NOT_FINITE
            losses[k] = loss
            with np.errstate(all="ignore"):
                state.update(gradient, float(rate))
                state.weights[:] = state.weights.astype(self.real)
            if not np.isfinite(state.weights).all():
                state.weights[:] = state.previous
                return k + 1, WEIGHTS_NOT_FINITE
            outcome = state.judge(loss)
            if outcome != RUNNING:
                return k + 1, outcome
        return len(rates), RUNNING


class _Run:
    """One run over some samples: the slots, and whether an operation left its domain."""

    def __init__(self, machine: NumpyMachine, parameters: Array, captured: Array | None) -> None:
        code = machine.code
        self.code, self.program, self.debug = code, machine.program, machine.debug
        self.left = False
        self.slots: Array = np.array(code.initial, dtype=machine.real)
        self.slots[: code.parameters] = parameters
        if captured is not None:
            self.slots[code.parameters : code.parameters + code.captured] = captured
        elif code.captured:
            raise ValueError(f"{code.captured} captured leaves have no numbers")
        if self.debug:
            for instruction in code.shared:
                count = len(instruction.slots) if isinstance(instruction, Gather) else 1
                self.slots[instruction.out : instruction.out + count] = np.nan
        for instruction in code.shared:
            if isinstance(instruction, Gather):
                out = slice(instruction.out, instruction.out + len(instruction.slots))
                self.slots[out] = self.slots[list(instruction.slots)]
            elif isinstance(instruction, Dot):
                a, b = _pairs(instruction)
                self.slots[instruction.out] = self.slots[a] @ self.slots[b]
            else:
                self.step(instruction, self.slots, self.slots, self.slots)
        # What all samples share was left for all of them.
        self.left_for_all = self.left

    def report(self, flags: Flags | None, block: int) -> None:
        """Set the flag of a block, where one of its samples left a domain."""
        if flags is not None:
            if self.left_for_all:
                for every in range(len(flags)):
                    flags[every] = 1
            elif self.left:
                flags[block] = 1
        self.left = False

    def shared_backward(self, gradients: Array) -> None:
        """Pass the gradients of what samples share on to what it was made from."""
        slots = self.slots
        for instruction in reversed(self.code.shared):
            if isinstance(instruction, Gather):
                part = gradients[instruction.out : instruction.out + len(instruction.slots)]
                np.add.at(gradients, list(instruction.slots), part)
                continue
            gradient = gradients[instruction.out]
            if isinstance(instruction, Dot):
                first, second = _pairs(instruction)
                np.add.at(gradients, first, gradient * slots[second])
                np.add.at(gradients, second, gradient * slots[first])
            elif isinstance(instruction, Sum):
                for coefficient, a in instruction.linear:
                    gradients[a] += coefficient * gradient
                for coefficient, a, b in instruction.products:
                    gradients[a] += coefficient * gradient * slots[b]
                    gradients[b] += coefficient * gradient * slots[a]
            elif isinstance(instruction, Map):
                x, o = slots[instruction.a], slots[instruction.out]
                slope = _slope(instruction.function, 0, x, instruction.exponent, o)
                gradients[instruction.a] += gradient * slope
            else:
                a, b, o = slots[instruction.a], slots[instruction.b], slots[instruction.out]
                gradients[instruction.a] += gradient * _slope(instruction.function, 0, a, b, o)
                gradients[instruction.b] += gradient * _slope(instruction.function, 1, a, b, o)

    def forward(self, X: Array, Y: Array) -> Array:
        """Return the rows after the forward pass over some samples."""
        rows = np.empty((self.program.rows, len(X)), self.slots.dtype)
        if self.debug:
            rows.fill(np.nan)
        features = self.code.features
        rows[:features] = X.T
        rows[features : features + Y.shape[1]] = Y.T
        for instruction in self.program.forward:
            self.step(instruction, rows, self.slots, self.slots)
        return rows

    def step(self, i: RowInstruction, rows: Array, slots: Array, gradients: Array) -> None:
        """Run one instruction."""
        if isinstance(i, Layer):
            _layer(i, rows, slots)
        elif isinstance(i, WeightGradient):
            outer = rows[list(i.gradients)] @ rows[list(i.inputs)].T
            view = _view(gradients, i.weights, outer.shape)
            view += outer
            if i.bias != NONE:
                bias = i.bias + i.bias_stride * np.arange(len(i.gradients))
                np.add.at(gradients, bias, rows[list(i.gradients)].sum(axis=1))
        elif isinstance(i, Sum):
            total = np.full_like(rows[i.out], i.constant)
            for coefficient, a in i.linear:
                total += coefficient * rows[a]
            for coefficient, a, b in i.products:
                total += coefficient * rows[a] * rows[b]
            rows[i.out] = total
        elif isinstance(i, Map):
            x = rows[i.a]
            out = self._value(i.function, x, i.exponent)
            if i.slope != NONE:
                rows[i.slope] = _slope(i.function, 0, x, i.exponent, out)
            rows[i.out] = out
        elif isinstance(i, MapGradient):
            slope = _slope(i.function, 0, rows[i.a], i.exponent, rows[i.result])
            rows[i.out] = rows[i.gradient] * slope
        elif isinstance(i, Binary):
            rows[i.out] = self._value(i.function, rows[i.a], rows[i.b])
        elif isinstance(i, BinaryGradient):
            slope = _slope(i.function, i.by, rows[i.a], rows[i.b], rows[i.result])
            rows[i.out] = rows[i.gradient] * slope
        elif isinstance(i, Splat):
            rows[i.out] = slots[i.slot]
        elif isinstance(i, SplatGradient):
            gradients[i.slot] += rows[i.gradient].sum()

    def _value(self, function: str, a: Any, b: Any) -> Any:
        operation = OPERATIONS[function]
        out = operation.value(np, a, b)
        if operation.leaves:
            # The engine has no power of a negative number by a Value, not even by a whole one.
            self.left |= not np.isfinite(out).all() or (operation.arity == 2 and bool(np.any(a < 0)))
            if function == "log" and self.slots.dtype == np.float32:
                # Of the smallest numbers only some digits are left, and what their logarithm is, is in doubt.
                self.left |= bool(np.any(a < _SMALLEST_OF_SINGLE))
        return out


def _slope(function: str, by: int, a: Any, b: Any, o: Any) -> Any:
    return OPERATIONS[function].derivatives[by](np, a, b, o)


def _layer(layer: Layer, rows: Array, slots: Array) -> None:
    weights = _view(slots, layer.weights, (layer.count, len(layer.inputs)))
    result = weights @ rows[list(layer.inputs)]
    if layer.bias != NONE:
        result += slots[layer.bias + layer.bias_stride * np.arange(layer.count)][:, None]
    if layer.slope_of != NONE:
        slopes = rows[layer.slope_of : layer.slope_of + layer.count]
        result *= slopes > 0 if layer.activation == "ReLU" else slopes
    elif layer.activation:
        out = OPERATIONS[layer.activation].value(np, result, 0.0)
        if layer.slope != NONE:
            slope = _slope(layer.activation, 0, result, 0.0, out)
            rows[layer.slope : layer.slope + layer.count] = slope
        result = out
    rows[layer.out : layer.out + layer.count] = result


def _pairs(dot: Dot) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the slots that a dot product multiplies, pair by pair."""
    first = [np.arange(a, a + count) for a, _, count in dot.runs]
    second = [np.arange(b, b + count) for _, b, count in dot.runs]
    return np.concatenate(first), np.concatenate(second)


def _view(slots: Array, matrix: WeightSlots, shape: tuple[int, ...]) -> Array:
    strides = (matrix.row_stride * slots.itemsize, matrix.column_stride * slots.itemsize)
    view: Array = np.lib.stride_tricks.as_strided(slots[matrix.first :], shape, strides)
    return view
