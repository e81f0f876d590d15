"""Read a training from the trail that it left: what each step was, and what is wrong with it if anything.

A step is one backward pass, or several that add up, and the change of the parameters that follows. Its learning rate
is the ratio of that change to the gradient that was there, whoever computed either.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from micrograd.lab.checks import reference
from micrograd.lab.checks.losses import losses
from micrograd.lab.checks.reference import HIDDEN_ACTIVATIONS, close, output, sigmoid
from micrograd.lab.checks.trails import Trail

Data = list[tuple[list[list[float]], list[float]]]
_MOST_PASSES = 160
"""How many backward passes of a trail travel to the judge."""


@dataclass
class Step:
    """Backward passes from one place, with the gradients that they found there and left."""

    parameters: list[float]
    gradients: list[float]
    fresh: bool
    """Whether the gradients were 0 before the first of these passes."""
    roots: list[float | None]
    after: list[float] | None = None
    """The parameters after the step; None where that was not kept."""


@dataclass
class Run:
    """A trail as the judge reads it."""

    start: list[float]
    end: list[float]
    groups: list[Step]
    sweeps: list[dict[str, Any]]
    count: int
    function: str
    stopped: bool = False
    compiled: list[dict[str, Any]] = field(default_factory=list)

    @property
    def moved(self) -> bool:
        """Whether the parameters changed."""
        return self.start != self.end

    @property
    def steps(self) -> int:
        """How many steps there were, those that were not kept included."""
        if not self.groups:
            return sum(len(item["losses"]) for item in self.compiled)
        return round(len(self.groups) * self.count / max(1, len(self.sweeps)))


def trail_data(trail: Trail) -> dict[str, Any]:
    """Return a trail as plain JSON data."""
    kept = trail.sweeps
    cut = trail.gap
    if len(kept) > _MOST_PASSES:
        cut = _MOST_PASSES - 40
        kept = [*kept[:cut], *kept[-40:]]
    functions = [*(s.function for s in trail.sweeps), *(c.function for c in trail.compiled)]
    return {
        "start": trail.start,
        "end": trail.end,
        "count": trail.count,
        "stopped": trail.stopped,
        "cut": cut,
        "left": parameters_gradients(trail),
        "sweeps": [
            {"p": s.parameters, "before": s.gradients_before, "g": s.gradients, "root": s.root} for s in kept
        ],
        "function": next((function for function in functions if function), ""),
        "compiled": [
            {"before": c.before, "after": c.after, "losses": c.losses, "rates": c.rates, "optimizer": c.optimizer}
            for c in trail.compiled[:20]
        ],
    }  # fmt: skip


def parameters_gradients(trail: Trail) -> bool:
    """Tell whether the model's gradients are anything but 0 now."""
    try:
        return any(p.grad != 0 for p in trail.model.parameters())
    except Exception:  # an object of the student's may fail in any way
        return True


def read_trail(data: dict[str, Any]) -> Run:
    """Return the trail as steps."""
    groups: list[Step] = []
    cut = data["cut"]
    for index, sweep in enumerate(data["sweeps"]):
        fresh = not any(sweep["before"])
        moved = bool(groups) and sweep["p"] != groups[-1].parameters
        if groups and moved and index != cut:
            groups[-1].after = sweep["p"]
        if not groups or moved or fresh:
            if groups and not moved and index != cut:
                groups[-1].after = sweep["p"]
            groups.append(Step(sweep["p"], sweep["g"], fresh, [sweep["root"]]))
        else:
            groups[-1].gradients = sweep["g"]
            groups[-1].roots.append(sweep["root"])
    if groups:
        groups[-1].after = data["end"]
    # A look at the loss before the training begins, as for a picture of its graph, is no step.
    while len(groups) > 1 and groups[0].after == groups[0].parameters:
        del groups[0]
    return Run(
        data["start"],
        data["end"],
        groups,
        data["sweeps"],
        data["count"],
        data["function"],
        data["stopped"],
        data["compiled"],
    )


def rates_of(run: Run) -> list[float | None]:
    """Return the learning rate of each step, None where the step was not along the gradient or was not kept."""
    rates: list[float | None] = []
    for group in run.groups:
        if group.after is None:
            continue
        change = [b - a for a, b in zip(group.parameters, group.after)]
        length = sum(g * g for g in group.gradients)
        if not all(map(math.isfinite, (*change, *group.gradients))):
            break  # where it diverges, the steps before show why
        if length <= 1e-16 * (1 + sum(a * a for a in group.parameters)):
            # A gradient of 0, as of a sample that all hidden neurons leave out, says nothing about the rate.
            if any(abs(a) > 1e-9 for a in change):
                rates.append(None)
            continue
        rate = -sum(a * b for a, b in zip(change, group.gradients)) / length
        off = sum((a + rate * b) ** 2 for a, b in zip(change, group.gradients))
        # Next to weights of size 1, a small step keeps fewer digits.
        allowed = 1e-10 * sum(a * a for a in change) + 1e-30 * (1 + sum(a * a for a in group.parameters))
        rates.append(rate if off <= allowed else None)
    return rates


def rate_hint(rates: Sequence[float]) -> tuple[str, dict[str, Any]]:
    """Return the hint about a sequence of learning rates, "" if they start at 1 and fall."""
    negative = next((k for k, rate in enumerate(rates) if rate < -1e-12), None)
    if negative is not None:
        return "rate-negative", {"step": negative}
    first = rates[0]
    if len(rates) > 1 and all(close(rate, first) for rate in rates):
        return "rate-constant", {"got": f"{first:.4g}"}
    if any(b > a + 1e-7 for a, b in pairwise(rates)):
        return "rate-rises", {}
    if not _starts_at_one(rates):
        return "rate-start", {"got": f"{first:.4g}"}
    return "", {}


def _starts_at_one(rates: Sequence[float]) -> bool:
    """Tell whether rates start at 1, also where they fall once before they are used for the first time."""
    first = rates[0]
    if close(first, 1, 1e-3):
        return True
    different = next((rate for rate in rates if not close(rate, first)), None)
    if different is None or not 0.85 <= first < 1:
        return False
    return close(2 * first - different, 1, 2e-3) or (
        different > 0 and close(first * first / different, 1, 2e-3)
    )


def is_handout_rate(rates: Sequence[float]) -> bool:
    """Tell whether these are the rates with which the handout's log was made."""
    return all(close(rate, 1 - 0.9 * k / 100) for k, rate in enumerate(rates))


def loss_of(step: Step, data: Data) -> tuple[str | None, int]:
    """Return which loss a step went down, and over how many samples each of its backward passes went.

    The loss is "" for the mean squared error, the hint of a mistake that alone explains the numbers, or None. One
    sample at a time is 1, also where several passes add up.
    """
    if any(root is None for root in step.roots):
        return None, 0
    total = sum(root for root in step.roots if root is not None)
    found: tuple[str | None, int] = (None, 0)
    for samples, labels in data:
        for activation in HIDDEN_ACTIVATIONS:
            z = [output(step.parameters, x, activation) for x in samples]
            explained = _explained(total, z, labels, len(step.roots))
            if explained[0] == "":
                return explained
            found = found if found[0] else explained  # right on some other data is right
    return found


def _explained(
    total: float, z: Sequence[float], labels: Sequence[float], passes: int
) -> tuple[str | None, int]:
    explained = [hint for hint, value in losses(z, labels) if close(total, value, 1e-7)]
    if passes == 1:
        if "" in explained:
            return "", len(labels)
        alone = _explained_by_one(total, z, labels)
        if "" in alone and "last-only" not in explained:
            return "", 1
        if len(explained) == 1:
            return explained[0], len(labels)
        if len(alone) == 1:
            return alone.pop(), 1
    return next(((hint, 1) for hint in ("", "sum-for-mean") if hint in explained), (None, 0))


def _explained_by_one(total: float, z: Sequence[float], labels: Sequence[float]) -> set[str]:
    """Return the hints of the losses of a single sample that come out as ``total``; "" for the right loss."""
    found: set[str] = set()
    for value, label in zip(z, labels):
        if close(total, (sigmoid(value) - label) ** 2, 1e-9):
            return {""}
        if close(total, (value - label) ** 2, 1e-9):
            found.add("no-sigmoid-on-output")
    return found


def is_stale(run: Run, data: Data) -> bool:
    """Tell whether each step went down one and the same loss, computed before the first of them."""
    groups = run.groups
    roots = {root for group in groups for root in group.roots}
    if len(groups) < 3 or len(roots) > 1 or None in roots or groups[0].parameters == groups[-1].parameters:
        return False
    return loss_of(groups[0], data)[0] is not None and loss_of(groups[-1], data)[0] is None


def samples_taken(run: Run, data: Data) -> list[int]:
    """Return which sample each step took, for steps of one sample each; empty where they are none."""
    for samples, labels in data:
        taken = []
        for step in run.groups[: len(labels)]:
            squares = [
                (sigmoid(output(step.parameters, x)) - label) ** 2 for x, label in zip(samples, labels)
            ]
            found = [
                i
                for i, square in enumerate(squares)
                if step.roots[0] is not None and close(step.roots[0], square, 1e-9)
            ]
            if not found:
                break
            # Where hidden neurons are silent, many samples have the same loss.
            taken.append(next((i for i in found if i not in taken), found[0]))
        else:
            return taken
    return []


def iterations(run: Run, data: Data, one_by_one: bool) -> int:
    """Return how many iterations a run made: its steps, or rounds over all samples where each step took one."""
    steps = run.steps
    if one_by_one and data:
        count = len(data[0][1])
        taken = samples_taken(run, data)
        if len(taken) == count and len(set(taken)) > 0.9 * count:
            return steps // count
    return steps


def reached(parameters: Sequence[float], data: Data) -> tuple[float, float]:
    """Return the best accuracy of a network over the data in sight, and the mean squared error that goes with it."""
    best = (0.0, math.inf)
    for samples, labels in data:
        ones = [float(label > 0.5) for label in labels]
        for activation in HIDDEN_ACTIVATIONS:
            z = [output(parameters, x, activation) for x in samples]
            right = sum((a > 0) == (label > 0.5) for a, label in zip(z, ones)) / len(ones)
            error = sum((sigmoid(a) - label) ** 2 for a, label in zip(z, ones)) / len(ones)
            best = max(best, (right, error), key=lambda pair: (pair[0], -pair[1]))
    return best


def compare(
    start: Sequence[float], end: Sequence[float], data: Data, steps: int
) -> tuple[bool, float, float]:
    """Compare what was reached with a reference run from the same start, with as many steps.

    Returns whether it is as good, the accuracy that was reached, and the one that is expected.
    """
    if not data or not all(map(math.isfinite, end)):
        return False, 0.0, 1.0
    samples, labels = data[0]
    ones = [float(label > 0.5) for label in labels]
    wanted = []
    for exact in (False, True):
        parameters = reference.descended(
            start, samples, ones, [1 - 0.9 * k / 100 for k in range(min(steps, 100))], exact
        )
        wanted.append(reached(parameters, data[:1]))
    got = reached(end, data)
    accuracy = min(pair[0] for pair in wanted)
    error = max(pair[1] for pair in wanted)
    return got[0] >= accuracy - 0.04 or got[1] <= 1.1 * error, got[0], accuracy
