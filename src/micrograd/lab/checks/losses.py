"""What a loss and an accuracy come to: the right ones, and what each likely mistake makes of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations

from micrograd.lab.checks.reference import sigmoid

ROUNDED = 0.0051
"""How far off an accuracy may be: people round to two decimals, or to whole percents."""


def losses(z: Sequence[float], labels: Sequence[float]) -> dict[str, float]:
    """Return the right loss under "", and what each mistake makes of it under the name of its hint."""
    n = len(z)
    o = [sigmoid(value) for value in z]

    def mean(errors: Sequence[float]) -> float:
        return sum(errors) / n

    squares = [(a - label) ** 2 for a, label in zip(o, labels)]
    return {
        "": mean(squares),
        "sum-for-mean": sum(squares),
        "sigmoid-twice": mean([(sigmoid(a) - label) ** 2 for a, label in zip(o, labels)]),
        "sigmoid-sign": mean([(1 - a - label) ** 2 for a, label in zip(o, labels)]),
        "labels-minus-one": mean([(a - (2 * label - 1)) ** 2 for a, label in zip(o, labels)]),
        "no-sigmoid-on-output": mean([(value - label) ** 2 for value, label in zip(z, labels)]),
        "not-squared": mean([abs(a - label) for a, label in zip(o, labels)]),
        "difference": mean([a - label for a, label in zip(o, labels)]),
        "difference-reversed": mean([label - a for a, label in zip(o, labels)]),
        "half-mean": mean(squares) / 2,
        "root": math.sqrt(mean(squares)),
        "mean-of-means": mean(squares) / n,
        "last-only": squares[-1],
        "last-only-mean": squares[-1] / n,
        "first-only": squares[0],
        "first-only-mean": squares[0] / n,
        "hundredth": sum(squares) / 100,
        "square-of-mean": mean([a - label for a, label in zip(o, labels)]) ** 2,
        "binary-in-loss": mean([(float(a > 0.5) - label) ** 2 for a, label in zip(o, labels)]),
        "cross-entropy": mean([-_log(a if label > 0.5 else 1 - a) for a, label in zip(o, labels)]),
        "hinge": mean([max(0.0, 1 - (2 * label - 1) * value) for value, label in zip(z, labels)]),
    }


def accuracies(z: Sequence[float], labels: Sequence[float]) -> dict[str, float]:
    """Return the right accuracy under "", and what each mistake makes of it under the name of its hint."""
    n = len(z)
    right = sum((value > 0) == (label > 0.5) for value, label in zip(z, labels))
    before = sum((value > 0.5) == (label > 0.5) for value, label in zip(z, labels))
    return {
        "": right / n,
        "threshold-zero": sum(label > 0.5 for label in labels) / n,
        "accuracy-always-zero": sum(label < 0.5 for label in labels) / n,
        "accuracy-before-sigmoid": before / n,
        "accuracy-errors": 1 - right / n,
        "accuracy-count": right,
        "accuracy-ones": sum(value > 0 for value in z) / n,
        # Predictions of −1 and 1 meet labels of 0 and 1: only the ones can be right.
        "labels-minus-one": sum(value > 0 and label > 0.5 for value, label in zip(z, labels)) / n,
    }


#: Hints that say the same of a number that comes out in more than one way.
SAME_AS = {
    "last-only-mean": "last-only",
    "first-only-mean": "first-only",
    "difference-reversed": "difference",
}


def tells_apart(z: Sequence[float], labels: Sequence[float]) -> bool:
    """Tell whether on these data the right result and each likely mistake give numbers of their own."""
    if len(z) == 100:
        return False  # "divided by 100" would be the mean
    table = losses(z, labels)
    if any(abs(a - b) < 1e-3 for a, b in combinations(table.values(), 2)):
        return False
    shares = accuracies(z, labels)
    return all(abs(a - b) > 2 * ROUNDED for a, b in combinations(shares.values(), 2))


def _log(value: float) -> float:
    return math.log(max(value, 1e-300))
