"""Which samples of some data a function is traced on, and which rows are checked."""

from __future__ import annotations

import random

import numpy as np
from numpy.typing import NDArray

from micrograd.compiler.trace import Sample

Array = NDArray[np.float64]

# A few thousand samples tell enough, fewer where they have many features, and large data is not walked through for it.
_HEAD, _NUMBERS, _FEATURES = 4096, 1 << 18, 8
_ROWS_AT_A_TIME = 64
_RANDOM_ROWS = 2


def choose_samples(X: Array, Y: Array) -> list[Sample]:
    """Return the samples to trace on, the most telling first.

    They are the first sample, those whose targets and whose features differ most from it, and the smallest and the
    largest of each feature.
    """
    rows = [0]
    head = min(_HEAD, max(_ROWS_AT_A_TIME, _NUMBERS // (X.shape[1] + Y.shape[1])))
    head_X, head_Y = X[:head], Y[:head]
    for matrix in (head_Y, head_X):
        if matrix.shape[1]:
            rows.append(_most_different(matrix))
    for feature in head_X.T[:_FEATURES]:
        rows += [int(np.argmin(feature)), int(np.argmax(feature))]
    return [sample(X, Y, row) for row in dict.fromkeys(rows)]


def _most_different(matrix: Array) -> int:
    """Return the row that differs most from the first one, in the sum over its numbers."""
    differences = np.empty(len(matrix))
    with np.errstate(over="ignore"):
        # A few rows at a time: the memory of a copy of all of them would be the most that compiling needs.
        for start in range(0, len(matrix), _ROWS_AT_A_TIME):
            rows = slice(start, start + _ROWS_AT_A_TIME)
            differences[rows] = np.abs(matrix[rows] - matrix[0]).sum(axis=1)
    return int(np.argmax(differences))


def sample(X: Array, Y: Array, row: int) -> Sample:
    """Return one sample as plain numbers."""
    return X[row].tolist(), Y[row].tolist()


def rows_to_check(count: int, seed: int) -> list[int]:
    """Return the first and the last of ``count`` rows, and some others, other ones for another ``seed``."""
    draw = random.Random(seed)
    return list(dict.fromkeys([0, count - 1, *(draw.randrange(count) for _ in range(_RANDOM_ROWS))]))
