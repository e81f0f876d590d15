"""Runs a program's instructions with NumPy: where there is no C compiler, and to test the kernels against."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from micrograd.compiler.instructions import (
    NONE,
    Binary,
    BinaryGradient,
    Code,
    Gather,
    Layer,
    Map,
    MapGradient,
    Matrix,
    RowInstruction,
    Splat,
    SplatGradient,
    Sum,
    WeightGradient,
)
from micrograd.compiler.optimizer import LOSS_NOT_FINITE, RUNNING, WEIGHTS_NOT_FINITE, Optimizer

Array = NDArray[np.float64]

# A block is as many samples as keep all rows within about 8 MB: large enough that NumPy's calls do not dominate.
_BLOCK_NUMBERS = 1 << 20


def _sigmoid(x: Array) -> Array:
    # exp of a negative number only, so that nothing overflows.
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, e) / (1.0 + e)


def _sigmoid_slope(x: Array) -> Array:
    e = np.exp(-np.abs(x))
    result: Array = e / ((1.0 + e) * (1.0 + e))
    return result


FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    "ReLU": lambda x: np.where(x < 0, 0.0, x),
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "sin": np.sin,
    "cos": np.cos,
    "abs": np.abs,
    "tanh": np.tanh,
    "sigmoid": _sigmoid,
}

# The derivative of each function from its operand x and its result y; 1 - y*y would be 0 where tanh is close to 1.
DERIVATIVES: dict[str, Callable[[Array, Array], Array]] = {
    "ReLU": lambda x, y: (y > 0).astype(float),
    "exp": lambda x, y: y,
    "log": lambda x, y: 1.0 / x,
    "sqrt": lambda x, y: 0.5 / y,
    "sin": lambda x, y: np.cos(x),
    "cos": lambda x, y: -np.sin(x),
    "abs": lambda x, y: np.sign(x),
    "tanh": lambda x, y: 4.0 * _sigmoid_slope(2.0 * x),
    "sigmoid": lambda x, y: _sigmoid_slope(x),
}

BINARY: dict[str, Callable[[Array, Array], Array]] = {
    "**": np.power,
    # On a tie the first operand is taken, and the gradient goes the same way; NaN stays NaN.
    "max": np.maximum,
    "min": np.minimum,
}

BINARY_DERIVATIVES: dict[tuple[str, int], Callable[[Array, Array, Array], Array]] = {
    ("**", 0): lambda a, b, y: np.where(b == 0.0, 0.0, b * np.power(a, b - 1.0)),
    ("**", 1): lambda a, b, y: np.where(a == 0.0, 0.0, y * np.log(a)),
    ("max", 0): lambda a, b, y: (a >= b).astype(float),
    ("max", 1): lambda a, b, y: (a < b).astype(float),
    ("min", 0): lambda a, b, y: (a <= b).astype(float),
    ("min", 1): lambda a, b, y: (a > b).astype(float),
}


def _function(name: str, x: Array, exponent: float) -> Array:
    return np.power(x, exponent) if name == "**k" else FUNCTIONS[name](x)


def _derivative(name: str, x: Array, y: Array, exponent: float) -> Array:
    return exponent * np.power(x, exponent - 1.0) if name == "**k" else DERIVATIVES[name](x, y)


class NumpyMachine:
    """Runs a ``Code`` on NumPy arrays; results do not depend on anything but the input."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self.block = max(16, min(8192, _BLOCK_NUMBERS // max(1, code.rows)))

    def evaluate(self, parameters: Array, X: Array, threads: int = 1) -> Array:
        """Return the results for each sample, shape (samples, results)."""
        code = self.code
        out = np.empty((len(X), len(code.results)))
        with np.errstate(all="ignore"):
            slots = self._shared(parameters)
            for start in range(0, len(X), self.block):
                part = X[start : start + self.block]
                rows = self._forward(slots, part, part[:, :0])
                for column, (row, slot) in enumerate(code.results):
                    values = 0.0 if row == NONE else rows[row]
                    out[start : start + self.block, column] = values + (0.0 if slot == NONE else slots[slot])
        return out

    def gradient(self, parameters: Array, X: Array, Y: Array, threads: int) -> tuple[float, Array]:
        """Return the mean loss and its gradient by the parameters; ``threads`` is for the compiled machine."""
        code = self.code
        samples = len(X)
        row, slot = code.results[0]
        with np.errstate(all="ignore"):
            slots = self._shared(parameters)
            gradients = np.zeros(code.slots)
            loss = 0.0 if slot == NONE else float(slots[slot])
            if row != NONE:
                total = 0.0
                for start in range(0, samples, self.block):
                    rows = self._forward(slots, X[start : start + self.block], Y[start : start + self.block])
                    total += float(rows[row].sum())
                    rows[code.seed] = 1.0 / samples
                    for instruction in code.backward:
                        self._run(instruction, rows, slots, gradients)
                loss += total / samples
            if slot != NONE:
                gradients[slot] += 1.0
            self._shared_backward(slots, gradients)
        return loss, gradients[: code.parameters].copy()

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
        """Make ``len(rates)`` steps; return how many losses were written and why it ended.

        Step k uses the samples ``order[starts[k]:starts[k + 1]]``, or all of them when ``order`` is None.
        """
        for k, rate in enumerate(rates):
            batch = slice(None) if order is None else order[starts[k] : starts[k + 1]]
            loss, gradient = self.gradient(optimizer.weights, X[batch], Y[batch], threads)
            if not np.isfinite(loss):
                optimizer.weights[:] = optimizer.previous
                return k, LOSS_NOT_FINITE
            losses[k] = loss
            with np.errstate(all="ignore"):
                optimizer.update(gradient, float(rate))
            if not np.isfinite(optimizer.weights).all():
                optimizer.weights[:] = optimizer.previous
                return k + 1, WEIGHTS_NOT_FINITE
            state = optimizer.judge(loss)
            if state != RUNNING:
                return k + 1, state
        return len(rates), RUNNING

    def _shared(self, parameters: Array) -> Array:
        slots: Array = self.code.initial.copy()
        slots[: self.code.parameters] = parameters
        for instruction in self.code.shared:
            if isinstance(instruction, Gather):
                slots[instruction.out : instruction.out + len(instruction.slots)] = slots[instruction.slots]
            else:
                self._run(instruction, slots, slots, slots)
        return slots

    def _shared_backward(self, slots: Array, gradients: Array) -> None:
        for instruction in reversed(self.code.shared):
            if isinstance(instruction, Gather):
                part = gradients[instruction.out : instruction.out + len(instruction.slots)]
                np.add.at(gradients, instruction.slots, part)
                continue
            gradient = gradients[instruction.out]
            if isinstance(instruction, Sum):
                for coefficient, a in instruction.linear:
                    gradients[a] += coefficient * gradient
                for coefficient, a, b in instruction.products:
                    gradients[a] += coefficient * gradient * slots[b]
                    gradients[b] += coefficient * gradient * slots[a]
            elif isinstance(instruction, Map):
                x, y = slots[instruction.a], slots[instruction.out]
                gradients[instruction.a] += gradient * _derivative(
                    instruction.function, x, y, instruction.exponent
                )
            else:
                a, b, y = slots[instruction.a], slots[instruction.b], slots[instruction.out]
                gradients[instruction.a] += gradient * BINARY_DERIVATIVES[instruction.function, 0](a, b, y)
                gradients[instruction.b] += gradient * BINARY_DERIVATIVES[instruction.function, 1](a, b, y)

    def _forward(self, slots: Array, X: Array, Y: Array) -> Array:
        rows = np.empty((self.code.rows, len(X)))
        features = self.code.features
        rows[:features] = X.T
        rows[features : features + Y.shape[1]] = Y.T
        for instruction in self.code.forward:
            self._run(instruction, rows, slots, slots)
        return rows

    def _run(self, instruction: RowInstruction, rows: Array, slots: Array, gradients: Array) -> None:
        if isinstance(instruction, Layer):
            self._layer(instruction, rows, slots)
        elif isinstance(instruction, WeightGradient):
            outer = rows[list(instruction.gradients)] @ rows[list(instruction.inputs)].T
            view = _view(gradients, instruction.weights, outer.shape)
            view += outer
            if instruction.bias != NONE:
                bias = instruction.bias + instruction.bias_stride * np.arange(len(instruction.gradients))
                gradients[bias] += rows[list(instruction.gradients)].sum(axis=1)
        elif isinstance(instruction, Sum):
            total = np.full_like(rows[instruction.out], instruction.constant)
            for coefficient, a in instruction.linear:
                total += coefficient * rows[a]
            for coefficient, a, b in instruction.products:
                total += coefficient * rows[a] * rows[b]
            rows[instruction.out] = total
        elif isinstance(instruction, Map):
            x = rows[instruction.a]
            y = rows[instruction.out] = _function(instruction.function, x, instruction.exponent)
            if instruction.slope != NONE:
                rows[instruction.slope] = DERIVATIVES[instruction.function](x, y)
        elif isinstance(instruction, MapGradient):
            x, y = rows[instruction.a], rows[instruction.result]
            slope = _derivative(instruction.function, x, y, instruction.exponent)
            rows[instruction.out] = rows[instruction.gradient] * slope
        elif isinstance(instruction, Binary):
            rows[instruction.out] = BINARY[instruction.function](rows[instruction.a], rows[instruction.b])
        elif isinstance(instruction, BinaryGradient):
            derivative = BINARY_DERIVATIVES[instruction.function, instruction.by]
            a, b, y = rows[instruction.a], rows[instruction.b], rows[instruction.result]
            rows[instruction.out] = rows[instruction.gradient] * derivative(a, b, y)
        elif isinstance(instruction, Splat):
            rows[instruction.out] = slots[instruction.slot]
        elif isinstance(instruction, SplatGradient):
            gradients[instruction.slot] += rows[instruction.gradient].sum()

    def _layer(self, layer: Layer, rows: Array, slots: Array) -> None:
        weights = _view(slots, layer.weights, (layer.count, len(layer.inputs)))
        result = weights @ rows[list(layer.inputs)]
        out = slice(layer.out, layer.out + layer.count)
        if layer.bias != NONE:
            result += slots[layer.bias + layer.bias_stride * np.arange(layer.count)][:, None]
        if layer.slope_of != NONE:
            slopes = rows[layer.slope_of : layer.slope_of + layer.count]
            rows[out] = result * (slopes > 0 if layer.activation == "ReLU" else slopes)
            return
        rows[out] = FUNCTIONS[layer.activation](result) if layer.activation else result
        if layer.slope != NONE:
            rows[layer.slope : layer.slope + layer.count] = DERIVATIVES[layer.activation](result, rows[out])


def _view(slots: Array, matrix: Matrix, shape: tuple[int, ...]) -> Array:
    strides = (matrix.row_stride * slots.itemsize, matrix.column_stride * slots.itemsize)
    view: Array = np.lib.stride_tricks.as_strided(slots[matrix.first :], shape, strides)
    return view
