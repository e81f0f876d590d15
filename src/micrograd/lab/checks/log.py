"""Task 9 from its log: which way of training printed these losses?

A notebook may train without a function that could be called. But from the handout's seeds each way of training, right
or mistaken, prints losses of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from micrograd.lab.checks.finding import Finding
from micrograd.lab.checks.moons import handout_labels, handout_moons
from micrograd.lab.checks.observing import View
from micrograd.lab.checks.reference import close, drawn_after_seed, gradient, output, sigmoid

HANDOUT_DRAWS_BEFORE = 54
_HANDOUT_STEPS = 10
_MOST = 500
_COMPARED = range(3, 9)
"""How many losses have to agree: fewer where the training broke off."""
_NAMED = re.compile(r"(?:loss|erreur|perte|error)\D{0,12}?(\d+\.\d+(?:[eE][-+]?\d+)?)", re.IGNORECASE)
# The number of a step, then a number with decimals.
_UNNAMED = re.compile(r"^\D*\d+[^\d.\n][^\d\n]*?(\d+\.\d{3,}(?:[eE][-+]?\d+)?)", re.MULTILINE)
_USUAL_RATES = (
    1.0, 0.001, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 2.0, 5.0, 10.0,
)  # fmt: skip

Schedule = Callable[[int], float]
# How a rate goes on from its start, and the hint that goes with it.
_SHAPES: tuple[tuple[str, Callable[[float, int], float]], ...] = (
    ("", lambda start, k: start - 0.9 * k / 100),
    ("", lambda start, k: start * (1 - 0.9 * k / 100)),
    ("rate-constant", lambda start, k: start),
    ("rate-power", lambda start, k: start * 0.9**k),
    ("rate-negative", lambda start, k: start - 0.1 * k),
)


class Variant(NamedTuple):
    """One way in which a step may have been computed, and the hint that goes with it ("": it is right)."""

    hint: str
    accumulated: bool = False
    minus_one: bool = False
    twice: bool = False


VARIANTS = (
    Variant(""),
    Variant("gradients-not-reset", accumulated=True),
    Variant("sigmoid-twice", twice=True),
    Variant("labels-minus-one", minus_one=True),
)


def logged(view: View) -> list[float] | None:
    """Return the losses that the task's cells printed; None where that cannot be seen from here."""
    found = _NAMED.findall(view.text) or _UNNAMED.findall(view.text)
    return [float(text) for text in found[:_MOST]] if found or view.complete else None


def judge_match(log: list[float] | None) -> list[Finding]:
    """Say so where the notebook printed the handout's ten losses."""
    if log is None:
        return []
    expected = simulated(Variant(""), lambda k: 1 - 0.9 * k / 100)
    for start in range(len(log) - len(expected) + 1):
        if all(close(got, want, 1e-4) for got, want in zip(log[start:], expected)):
            return [Finding(9, "log", "right", 0)]
    return [Finding(9, "log", "missing", 0, "log-differs")]


def judge_log(log: list[float] | None) -> list[Finding]:
    """Judge a training by the losses that it printed."""
    if not log:
        return [Finding(9, "update", "missing", 1, "no-train"), Finding(9, "rate", "missing", 1)]
    for hint, rate_hint, first in _ways(log):
        update, rate = Finding(9, "update", "right", 1), Finding(9, "rate", "right", 1)
        if hint:
            update = Finding(9, "update", "wrong", 1, hint)
        if rate_hint == "rate-constant":
            rate = Finding(9, "rate", "wrong", 1, rate_hint, {"got": f"{first:g}"})
        elif not close(first, 1):
            rate = Finding(9, "rate", "wrong", 1, "rate-start", {"got": f"{first:g}"})
        elif rate_hint:
            rate = Finding(9, "rate", "wrong", 1, rate_hint, {"step": 10})
        return [update, rate]
    if len(log) >= _HANDOUT_STEPS and log[_HANDOUT_STEPS - 1] < log[0]:
        return [Finding(9, "update", "right", 1), Finding(9, "rate", "unseen", 1)]
    return [Finding(9, "update", "wrong", 1, "loss-does-not-fall"), Finding(9, "rate", "unseen", 1)]


def _ways(log: list[float]) -> Iterator[tuple[str, str, float]]:
    """Yield the ways of training that print this log: the step's hint, the rate's hint, the first rate."""
    for exact in (False, True):
        for variant in VARIANTS:
            start_loss = simulated(variant, lambda k: 0.0, exact, steps=1)[0]
            places = [place for place, loss in enumerate(log[:-2]) if close(loss, start_loss, 1e-4)]
            for first in _USUAL_RATES if places else ():
                for sign in (1, -1):
                    # One step is enough to tell most first rates from the one that was used.
                    second = simulated(variant, lambda k: sign * first, exact, steps=2)[1]  # noqa: B023
                    for place in [place for place in places if close(log[place + 1], second, 1e-4)]:
                        shape = _shape(log[place:], variant, sign, first, exact)
                        if shape is not None:
                            yield variant.hint or ("wrong-sign" if sign < 0 else ""), shape, first


def _shape(log: list[float], variant: Variant, sign: int, first: float, exact: bool) -> str | None:
    """Return the hint of the schedule that prints this log from its first rate on, or None."""
    wanted = log[: _COMPARED.stop - 1]
    if len(wanted) < _COMPARED.start:
        return None
    for hint, shape in _SHAPES:
        losses = simulated(variant, lambda k: sign * shape(first, k), exact, steps=len(wanted))  # noqa: B023
        if all(close(a, b, 1e-4) for a, b in zip(wanted, losses)):
            return hint
    return None


def simulated(
    variant: Variant, rate: Schedule, exact: bool = False, steps: int = _HANDOUT_STEPS
) -> list[float]:
    """Return the losses of the first steps from the handout's weights and data, trained this way.

    ``rate`` gives the learning rate of each step; with ``exact`` the sigmoid is an operation of the graph.
    """
    draws = drawn_after_seed(HANDOUT_DRAWS_BEFORE + 6)[HANDOUT_DRAWS_BEFORE:]
    parameters = [*draws[:2], 0.0, *draws[2:4], 0.0, *draws[4:], 0.0]
    samples, labels = handout_moons(), handout_labels()
    targets = [2 * label - 1 for label in labels] if variant.minus_one else labels
    total = [0.0] * len(parameters)
    losses = []
    for k in range(steps):
        o = [sigmoid(output(parameters, x)) for x in samples]
        o = [sigmoid(value) for value in o] if variant.twice else o
        losses.append(sum((a - t) ** 2 for a, t in zip(o, targets)) / len(o))
        g = gradient(parameters, samples, targets, exact, variant.twice)
        total = [a + b for a, b in zip(total, g)] if variant.accumulated else g
        parameters = [p - rate(k) * value for p, value in zip(parameters, total)]
    return losses
