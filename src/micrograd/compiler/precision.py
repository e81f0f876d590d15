"""Where single precision does not do: a program in float32 is held against its own list of instructions in float64.

Numbers above 3.4e38 or below 1.2e-38, and differences of almost equal numbers, can be right in float64 and lost in
float32. So results that are not finite, blocks in which an operation may have left its domain, and data that are new
are computed in both. Where they do not agree, the row that is to blame is named.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from micrograd.compiler.data import Batch
from micrograd.compiler.errors import LostPrecision
from micrograd.compiler.machines import Machine
from micrograd.compiler.row_check import sizes_of_gradients
from micrograd.engine import Value

Array = NDArray[np.float64]

# What float32 may be off from float64 by: a part of the result, or of the terms that it is a sum of. It is far above
# float32's rounding: a number that is lost is lost altogether.
_OF_RESULT, _OF_TERMS = 1e-2, 1e-4

# What the engine returns for a row of the batch.
Engine = Callable[[int], Sequence[Value]]


class Pair:
    """A list of instructions in both precisions, with the parameters and the captured leaves of one call."""

    def __init__(self, single: Machine, double: Machine, parameters: Array, captured: Array | None) -> None:
        self.single, self.double = single, double
        self.parameters, self.captured = parameters, captured

    def losses(self, batch: Batch, rows: Sequence[int]) -> tuple[float, float]:
        """Return the mean loss of some rows in both; NaN in float32 where only there the gradient is not finite."""
        chosen = slice(rows[0], rows[-1] + 1) if isinstance(rows, range) else list(rows)
        (single, ours), (double, theirs) = (
            machine.gradient(self.parameters, data.X[chosen], data.Y[chosen], 1, captured=self.captured)
            for machine, data in ((self.single, batch), (self.double, batch.exact))
        )
        lost = bool(np.isfinite(theirs).all()) and not bool(np.isfinite(ours).all())
        return (math.nan if lost else single), double

    def outputs(self, batch: Batch, rows: Sequence[int]) -> tuple[Array, Array]:
        """Return the results of some rows in both, each of shape (rows, results)."""
        single, double = (
            machine.evaluate(self.parameters, data.X[list(rows)], 1, captured=self.captured)
            for machine, data in ((self.single, batch), (self.double, batch.exact))
        )
        return single, double


def check_loss(pair: Pair, batch: Batch, rows: Sequence[int], engine: Engine) -> None:
    """Raise ``LostPrecision`` where float32 has lost the loss of some rows, or its gradient, and float64 has not."""
    found = pair.losses(batch, rows)
    if not _differ(*found):
        return
    while len(rows) > 1:
        halves = rows[: len(rows) // 2], rows[len(rows) // 2 :]
        lost = [_lost(*pair.losses(batch, half)) * len(half) for half in halves]
        rows = halves[int(lost[1] > lost[0])]
    one = pair.losses(batch, rows)
    if _differ(*one) and not _is_rounding(*one, engine(rows[0])[0]):
        raise _refused("loss", batch.row(rows[0]), *one)
    if not math.isfinite(found[0]):
        raise _refused("mean loss", None, *found)


def check_outputs(pair: Pair, batch: Batch, rows: Sequence[int], engine: Engine) -> None:
    """Raise ``LostPrecision`` where float32 has lost a result of some rows, and float64 has not."""
    single, double = pair.outputs(batch, rows)
    with np.errstate(all="ignore"):
        lost = np.where(
            np.isfinite(single), np.abs(single - double), np.where(np.isfinite(double), np.inf, 0.0)
        )
    row, column = divmod(int(np.argmax(lost)), lost.shape[1])
    one = float(single[row, column]), float(double[row, column])
    if _differ(*one) and not _is_rounding(*one, engine(rows[row])[column]):
        raise _refused("result", batch.row(rows[row]), *one)


def _lost(single: float, double: float) -> float:
    if not math.isfinite(single):
        return math.inf if math.isfinite(double) else 0.0
    return abs(single - double)


def _differ(single: float, double: float) -> bool:
    return _lost(single, double) > _OF_RESULT * abs(double)


def _is_rounding(single: float, double: float, root: Value) -> bool:
    """Whether float32 is off by no more than its rounding of the terms of a sum, which may cancel."""
    terms = sum(min(1.0, size) * abs(float(node._peek())) for node, size in sizes_of_gradients(root).items())
    return _lost(single, double) <= _OF_TERMS * terms


def _refused(what: str, row: int | None, single: float, double: float) -> LostPrecision:
    where = "" if row is None else f"in row {row}, "
    ours = f"{single:.6g}" if math.isfinite(single) else "not finite, or its gradient is not,"
    return LostPrecision(
        f"{where}the {what} is {ours} in float32, and {double:.6g} in float64: numbers on the way to it are too large, "
        "too small, or too close to each other for single precision (about 7 digits, from 1.2e-38 to 3.4e38). Compile "
        "with dtype='float64'; or scale features and targets to about -1..1, and use a loss that keeps its digits "
        "(binary_cross_entropy_with_logits rather than the logarithm of a sigmoid)"
    )
