"""What comes in at the door: features and targets as float64 matrices, or an error that says what is wrong."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

try:
    from micrograd.compiler._kernels import mark as marked
except ImportError:  # NumPy's machine takes so long that nobody would notice

    def marked(X: Any, Y: Any, size: int, /) -> int | None:
        """Return the mark of some data: None, for there is nobody to compute it."""


Matrix = NDArray[np.float64]

# Finite numbers are looked for in pieces, so that checking a large batch needs no memory to speak of.
_PIECE = 1 << 16


@dataclass
class Batch:
    """Samples as the machines take them: C-contiguous, float64 or float32.

    X has shape (samples, features), Y (samples, targets). ``weights`` of shape (samples,) are above 0, or None where
    all samples count the same. ``rows`` are the samples' rows in the data that were given, or None where it is all of
    them. ``mark`` is what two different data hardly share: by it, new data and a change in place are noticed. It comes
    from shapes, sums, and some of the numbers. ``given`` is what the batch was made from.
    """

    X: Matrix
    Y: Matrix
    weights: Matrix | None
    rows: NDArray[np.int64] | None
    mark: Any
    given: tuple[Any, Any, Any] = (None, None, None)

    @cached_property
    def exact(self) -> Batch:
        """The same samples in float64, as the engine takes them."""
        return self if self.X.dtype == np.float64 else batch(*self.given)

    def row(self, sample: int) -> int:
        """Return the row that a sample had in the data that were given."""
        return sample if self.rows is None else int(self.rows[sample])


def batch(X: Any, Y: Any = None, sample_weight: Any = None, dtype: str = "float64") -> Batch:
    """Return the data of one call, checked; without copies where they are matrices of ``dtype`` already.

    ``X`` has shape (samples, features), ``Y`` (samples,) or (samples, targets) or is None, ``sample_weight``
    (samples,) or is None. A sample of weight 0 is left out, whatever it holds. Raises ``TypeError`` for what does not
    hold real numbers, ``ValueError`` for another shape, for data that are empty or hold NaN or infinity, and for
    weights that are negative, not finite or all 0.
    """
    features = _features(X, dtype)
    targets = _targets(Y, len(features), dtype)
    weights, rows = None, None
    if sample_weight is not None:
        weights, rows = _weights(sample_weight, len(features))
        if rows is not None:
            features, targets = features[rows], targets[rows]
    # A finite sum is impossible with NaN or infinity inside, and costs one pass without a copy: the mark has one.
    mark: Any = marked(features, targets if targets.shape[1] else None, features.itemsize)
    if mark is None:
        with np.errstate(over="ignore", invalid="ignore"):
            totals = _finite(features, "X", rows), _finite(targets, "Y", rows)
        mark = features.shape, targets.shape, *totals, _some(features), _some(targets)
    return Batch(features, targets, weights, rows, mark, (X, Y, sample_weight))


def _some(matrix: Matrix) -> bytes:
    """Return some of the numbers, the first among them."""
    numbers = matrix.ravel()
    return numbers[:: max(1, len(numbers) // 8)][:9].tobytes()


def _features(X: Any, dtype: str) -> Matrix:
    matrix = _numbers(X, "X", dtype)
    if matrix.ndim != 2:
        hint = "; for one feature per sample use X.reshape(-1, 1)" if matrix.ndim == 1 else ""
        raise ValueError(f"X has shape {matrix.shape}, expected (samples, features){hint}")
    if matrix.shape[1] == 0:
        raise ValueError(f"X has shape {matrix.shape}: there are no features")
    return matrix


def _targets(Y: Any, samples: int, dtype: str) -> Matrix:
    if Y is None:
        return np.empty((samples, 0), dtype)
    matrix = _numbers(Y, "Y", dtype)
    if matrix.ndim not in (1, 2):
        raise ValueError(f"Y has shape {matrix.shape}, expected (samples,) or (samples, targets)")
    if matrix.shape[0] != samples:
        raise ValueError(f"X has {samples} samples and Y has {matrix.shape[0]}: they must be the same")
    return matrix.reshape(samples, -1)


def _weights(given: Any, samples: int) -> tuple[Matrix | None, NDArray[np.int64] | None]:
    """Return the weights above 0 (None where all are equal), and their rows (None where it is all rows)."""
    weights = _numbers(given, "sample_weight", "float64")
    if weights.shape != (samples,):
        raise ValueError(
            f"sample_weight has shape {weights.shape}, expected ({samples},): one weight for each sample of X"
        )
    wrong = np.flatnonzero(~(np.isfinite(weights) & (weights >= 0)))
    if len(wrong):
        raise ValueError(
            f"sample_weight holds {weights[wrong[0]]} in row {wrong[0]}: a weight is a finite number, 0 or above"
        )
    largest = weights.max()
    if largest == 0:
        raise ValueError("sample_weight is 0 for all samples: at least one has to count")
    # Only their ratios matter; so the sum of the largest weights is finite, and of the smallest above 0.
    weights = weights / largest
    rows = np.flatnonzero(weights)
    weights = weights[rows]
    return (
        None if (weights == 1.0).all() else np.ascontiguousarray(weights),
        None if len(rows) == samples else rows,
    )


def _numbers(data: Any, name: str, dtype: str) -> Matrix:
    masked_arrays = sys.modules.get(
        "numpy.ma"
    )  # without it there are none, and it takes its time to be imported
    if masked_arrays is not None and masked_arrays.is_masked(data):
        raise ValueError(f"{name} has masked elements: remove or fill in such samples before training")
    try:
        array = np.asarray(data)
    except ValueError:
        raise ValueError(f"{name} must be a table of numbers, all rows of the same length") from None
    if array.dtype == object:
        # Values, Decimals and what pandas keeps where numbers may be missing are numbers too, one by one.
        array = np.array([_as_float(x, name) for x in array.ravel()], dtype=np.float64).reshape(array.shape)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must hold real numbers, and it holds {array.dtype}")
    if array.ndim > 0 and array.shape[0] == 0:
        raise ValueError(f"{name} is empty: at least one sample is needed")
    with np.errstate(over="ignore"):
        array = np.ascontiguousarray(array, dtype=dtype)
    # What is read from a file may begin at any byte; the kernels read whole numbers.
    return array if array.flags.aligned else array.copy()


def _as_float(x: Any, name: str) -> float:
    try:
        if not isinstance(x, (str, bytes)):
            return float(x)
    except (TypeError, ValueError):
        pass
    raise TypeError(f"{name} must hold real numbers, and it holds {x!r}")


def _finite(matrix: Matrix, name: str, rows: NDArray[np.int64] | None) -> float:
    """Return the sum of all numbers; raise where one of them is not finite."""
    total = 0.0
    for start in range(0, len(matrix), _PIECE):
        piece = matrix[start : start + _PIECE]
        part = float(piece.sum(dtype=np.float64))
        total += part
        if math.isfinite(part):
            continue
        wrong = np.argwhere(~np.isfinite(piece))
        if len(wrong):
            sample, column = int(wrong[0, 0]) + start, int(wrong[0, 1])
            beyond = " (or a number that float32 has not)" if matrix.dtype == np.float32 else ""
            raise ValueError(
                f"{name} holds {matrix[sample, column]}{beyond} in row {sample if rows is None else rows[sample]}, "
                f"column {column}: remove or fill in such samples before training"
            )
    return total
