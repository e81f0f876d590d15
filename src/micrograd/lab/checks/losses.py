"""What a loss and an accuracy come to: the right ones, and what each mistake of the table makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from micrograd.lab.checks.mistakes import Outputs, shown_in

ROUNDED = 0.0051
"""How far off an accuracy may be: people round to two decimals, or to whole percents."""

Explained = list[tuple[str, float]]
"""Numbers with the mistake that gives them, "" for the right one, which comes first."""


def losses(z: Sequence[float], labels: Sequence[float]) -> Explained:
    """Return the mean squared error, and what each mistake makes of it."""
    outputs = Outputs(z, labels)
    return [
        ("", outputs.mean(outputs.squares)),
        *((name, gives(outputs)) for name, gives in shown_in("loss")),
    ]


def accuracies(z: Sequence[float], labels: Sequence[float]) -> Explained:
    """Return the right accuracy, and what each mistake makes of it."""
    outputs = Outputs(z, labels)
    right = outputs.share((value > 0) == (label > 0.5) for value, label in zip(z, labels))
    return [("", right), *((name, gives(outputs)) for name, gives in shown_in("accuracy"))]


def tells_apart(z: Sequence[float], labels: Sequence[float]) -> bool:
    """Tell whether on these data the right result and each likely mistake give numbers of their own."""
    if len(z) == 100:
        return False  # "divided by 100" would be the mean
    if any(abs(a - b) < 1e-3 for (_, a), (_, b) in combinations(losses(z, labels), 2)):
        return False
    shown = [written_as(name, share) for name, share in accuracies(z, labels)]
    return all(abs(a - b) > r + s for one, other in combinations(shown, 2) for a, r in one for b, s in other)


def written_as(name: str, share: float) -> list[tuple[float, float]]:
    """Return the numbers as which an accuracy may be written, and how far off each may be: a share, or percents."""
    return [(share, 0.0)] if name == "accuracy-count" else [(share, ROUNDED), (100 * share, 100 * ROUNDED)]
