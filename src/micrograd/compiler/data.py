"""What comes in at the door: features and targets as float64 matrices, or an error that says what is wrong."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

# Finite numbers are looked for in pieces, so that checking a large batch needs no memory to speak of.
_PIECE = 1 << 16


def features(X: Any) -> Matrix:
    """Return ``X`` as a C-contiguous float64 matrix of shape (samples, features); no copy where it is one already.

    Raises ``TypeError`` when it does not hold real numbers, ``ValueError`` when its shape is another, when it is
    empty, or when it holds NaN or infinity.
    """
    matrix = _numbers(X, "X")
    if matrix.ndim != 2:
        hint = "; for one feature per sample use X.reshape(-1, 1)" if matrix.ndim == 1 else ""
        raise ValueError(f"X has shape {matrix.shape}, expected (samples, features){hint}")
    if matrix.shape[1] == 0:
        raise ValueError(f"X has shape {matrix.shape}: there are no features")
    _finite(matrix, "X")
    return matrix


def targets(Y: Any, samples: int) -> Matrix:
    """Return ``Y`` as a C-contiguous float64 matrix of shape (samples, targets); (samples, 0) when it is None.

    Raises the errors of ``features``, and ``ValueError`` when the number of samples is not that of X.
    """
    if Y is None:
        return np.empty((samples, 0))
    matrix = _numbers(Y, "Y")
    if matrix.ndim not in (1, 2):
        raise ValueError(f"Y has shape {matrix.shape}, expected (samples,) or (samples, targets)")
    if matrix.shape[0] != samples:
        raise ValueError(f"X has {samples} samples and Y has {matrix.shape[0]}: they must be the same")
    matrix = matrix.reshape(samples, -1)
    _finite(matrix, "Y")
    return matrix


def _numbers(data: Any, name: str) -> Matrix:
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
        array = np.array([_number(x, name) for x in array.ravel()], dtype=np.float64).reshape(array.shape)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must hold real numbers, and it holds {array.dtype}")
    if array.ndim > 0 and array.shape[0] == 0:
        raise ValueError(f"{name} is empty: at least one sample is needed")
    return np.ascontiguousarray(array, dtype=np.float64)


def _number(x: Any, name: str) -> float:
    try:
        if not isinstance(x, (str, bytes)):
            return float(x)
    except (TypeError, ValueError):
        pass
    raise TypeError(f"{name} must hold real numbers, and it holds {x!r}")


def _finite(matrix: Matrix, name: str) -> None:
    for start in range(0, len(matrix), _PIECE):
        piece = matrix[start : start + _PIECE]
        # A finite sum is impossible with NaN or infinity inside, and costs one pass without a copy.
        with np.errstate(over="ignore", invalid="ignore"):
            if np.isfinite(piece.sum()):
                continue
        wrong = np.argwhere(~np.isfinite(piece))
        if len(wrong):
            row, column = int(wrong[0, 0]) + start, int(wrong[0, 1])
            raise ValueError(
                f"{name} holds {matrix[row, column]} in row {row}, column {column}: "
                "remove or fill in such samples before training"
            )
