"""Task 9: gradient descent on the two moons, step by step.

The student's ``train`` is given a model that remembers its parameters at every forward pass. From that trail the
judge finds the learning rate of each step, because it knows what the gradient was at each point of the trail.
"""

from __future__ import annotations

import math
import random
from itertools import pairwise
from typing import Any

from micrograd.lab.checks.finding import Finding
from micrograd.lab.checks.log import VARIANTS, Variant, judge_log, judge_match, logged
from micrograd.lab.checks.moons import data_of
from micrograd.lab.checks.observing import View, attempt, gradients_of, parameters_of, quietly
from micrograd.lab.checks.reference import (
    HIDDEN_ACTIVATIONS,
    accuracy,
    close,
    gradient,
    random_network,
    random_samples,
)
from micrograd.nn import MLP

SIZES = [2, 2, 1]
STEPS = 12
GOOD_ENOUGH = 0.7


class Recorder(MLP):
    """A model that keeps a trail of its parameters, one entry for each change seen by a forward pass."""

    def __init__(self, parameters: list[float]) -> None:
        super().__init__(2, SIZES[1:])
        self.trail = [parameters]
        self.passes = 0
        for p, value in zip(self.parameters(), parameters):
            p.data = value

    def __call__(self, x: Any) -> Any:
        self.note()
        self.passes += 1
        return super().__call__(x)

    def note(self) -> None:
        """Add the parameters as they are now, unless they are as they were."""
        now = parameters_of(self)
        if now != self.trail[-1] and len(self.trail) < 4 * STEPS:
            self.trail.append(now)


class _Task9:
    def questions(self, generator: random.Random) -> dict[str, Any]:
        samples, labels = random_samples(generator, 9)
        return {"parameters": random_network(generator, 2), "X": samples, "y": labels}

    def observe(self, view: View, asked: dict[str, Any]) -> dict[str, Any]:
        observed: dict[str, Any] = {
            **data_of(view),
            "models": [parameters_of(model) for _, model in view.models(SIZES)],
            "log": logged(view),
        }
        function = view.get("train")
        if callable(function):
            observed["train"] = _trail(function, asked)
            observed["loss_trains"] = _trains(view.get("model_loss"), asked)
        return observed

    def judge(self, asked: dict[str, Any], observed: dict[str, Any]) -> list[Finding]:
        return [
            *self._steps(asked, observed),
            judge_result(9, observed, GOOD_ENOUGH, "not-trained"),
            *judge_match(observed["log"]),
        ]

    def _steps(self, asked: dict[str, Any], observed: dict[str, Any]) -> list[Finding]:
        seen = observed.get("train")
        if seen is None:
            return judge_log(observed["log"])
        trail = seen["trail"]
        own_way = seen["error"].startswith("TypeError") or not (seen["error"] or seen["passes"])
        if len(trail) < 2 and own_way and observed["log"]:
            # A function with other parameters than the scaffold's, or left empty, with the loop in a cell.
            return judge_log(observed["log"])
        if observed["loss_trains"]:
            return [Finding(9, "update", "wrong", 1, "model-loss-trains"), Finding(9, "rate", "unseen", 1)]
        # Finite ones: where training diverges, the first steps show why.
        trail = [entry for entry in trail if all(map(math.isfinite, entry))]
        findings = (
            judge_trail(trail, asked["X"], asked["y"], seen["lines"], not seen["error"])
            if len(trail) > 2
            else []
        )
        if seen["error"] and not any(finding.state == "wrong" for finding in findings):
            values = {"name": "train", "error": seen["error"]}
            return [
                Finding(9, "update", "wrong", 1, "function-failed", values),
                Finding(9, "rate", "unseen", 1),
            ]
        if not findings:
            hint = "train-does-nothing" if len(trail) < 2 else "train-one-step"
            if hint == "train-does-nothing" and seen["passes"] and not seen["gradients"]:
                hint = "gradients-zero"
            return [Finding(9, "update", "missing", 1, hint), Finding(9, "rate", "missing", 1)]
        return findings


def judge_trail(
    trail: list[list[float]], samples: list[list[float]], labels: list[int], lines: int, complete: bool = True
) -> list[Finding]:
    """Judge each update between two entries of the trail, and the learning rates together.

    ``lines`` is how many lines with numbers were printed; ``complete`` is False where the training broke off.
    """
    for variant in VARIANTS:
        for exact in (False, True):
            rates = learning_rates(trail, samples, labels, variant, exact)
            if rates is not None:
                findings = _judge_rates(rates, variant, len(samples), complete)
                return [*findings, *_judge_printing(lines if complete else STEPS)]
    return [
        Finding(9, "update", "wrong", 1, "update-other"),
        Finding(9, "rate", "unseen", 1),
        *_judge_printing(lines if complete else STEPS),
    ]


def learning_rates(
    trail: list[list[float]], samples: list[list[float]], labels: list[int], variant: Variant, exact: bool
) -> list[float] | None:
    """Return the learning rate of each step, or None if the steps do not go along the variant's gradient."""
    targets = [2 * label - 1 for label in labels] if variant.minus_one else labels
    total = [0.0] * len(trail[0])
    rates = []
    for before, after in pairwise(trail):
        g = gradient(before, samples, targets, exact, variant.twice)
        total = [a + b for a, b in zip(total, g)] if variant.accumulated else g
        step = [b - a for a, b in zip(before, after)]
        length = sum(s * s for s in total)
        if length == 0:
            return None
        rate = -sum(a * b for a, b in zip(step, total)) / length
        off = sum((a + rate * b) ** 2 for a, b in zip(step, total))
        if off > 1e-10 * sum(a * a for a in step):
            return None
        rates.append(rate)
    return rates


def _judge_rates(rates: list[float], variant: Variant, samples: int, complete: bool) -> list[Finding]:
    update, rate = Finding(9, "update", "right", 1), Finding(9, "rate", "right", 1)
    if variant.hint:
        update = Finding(9, "update", "wrong", 1, variant.hint)
    elif rates[0] < 0:
        update = Finding(9, "update", "wrong", 1, "wrong-sign")
        rates = [-value for value in rates]
    elif close(rates[0], samples):
        update = Finding(9, "update", "wrong", 1, "sum-for-mean")
        rates = [value / samples for value in rates]
    elif complete and len(rates) != STEPS and min(rates) > 0:
        update = Finding(9, "update", "wrong", 1, "steps-ignored", {"asked": STEPS, "done": len(rates)})
    falls = all(a >= b - 1e-9 for a, b in pairwise(rates))
    if all(close(value, rates[0]) for value in rates):
        rate = Finding(9, "rate", "wrong", 1, "rate-constant", {"got": f"{rates[0]:g}"})
    elif all(close(value, 0.9**k) for k, value in enumerate(rates)):
        rate = Finding(9, "rate", "wrong", 1, "rate-power")
    elif not close(rates[0], 1):
        rate = Finding(9, "rate", "wrong", 1, "rate-start", {"got": f"{rates[0]:.4g}"})
    elif min(rates) < 0:
        rate = Finding(
            9, "rate", "wrong", 1, "rate-negative", {"step": next(k for k, r in enumerate(rates) if r < 0)}
        )
    elif not falls:
        rate = Finding(9, "rate", "wrong", 1, "rate-rises")
    remarks = []
    if rate.state == "right" and not all(close(value, 1 - 0.9 * k / 100) for k, value in enumerate(rates)):
        remarks.append(Finding(9, "handout-rate", "wrong", 0, "rate-not-handout"))
    return [update, rate, *remarks]


def _judge_printing(lines: int) -> list[Finding]:
    return [] if lines >= STEPS // 2 else [Finding(9, "printed", "missing", 0.25, "nothing-printed")]


def judge_result(task: int, observed: dict[str, Any], enough: float, hint: str) -> Finding:
    """Judge what the notebook's own training reached, from the weights that it left."""
    samples, labels, models = observed["X"], observed["y"], observed["models"]
    if not models:
        return Finding(task, "result", "missing", 1, "no-model-of-size")
    if not samples or not labels or len(samples) != len(labels) or any(len(x) != 2 for x in samples):
        return Finding(task, "result", "missing", 1, "no-moons")
    best = max(
        accuracy(parameters, samples, labels, activation)
        for parameters in models
        for activation in HIDDEN_ACTIVATIONS
    )
    if best >= enough:
        return Finding(task, "result", "right", 1)
    return Finding(task, "result", "wrong", 1, hint, {"got": f"{best:.0%}", "wanted": f"{enough:.0%}"})


def _trail(function: Any, asked: dict[str, Any]) -> dict[str, Any]:
    import numpy as np

    model = Recorder(asked["parameters"])
    with quietly() as printed:
        outcome = attempt(lambda: function(model, np.array(asked["X"]), np.array(asked["y"]), STEPS))
        model.note()
    lines = sum(any(c.isdigit() for c in line) for line in printed.getvalue().splitlines())
    return {
        "trail": model.trail,
        "passes": model.passes,
        "gradients": any(abs(g) > 0 for g in gradients_of(model)),
        "lines": lines,
        "error": outcome.get("error", ""),
    }


def _trains(function: Any, asked: dict[str, Any]) -> bool:
    """Tell whether measuring a model changes it; then its training cannot be judged."""
    import numpy as np

    model = Recorder(asked["parameters"])
    if callable(function):
        attempt(lambda: function(model, np.array(asked["X"]), np.array(asked["y"])))
        model.note()
    return len(model.trail) > 1


TASK_9 = _Task9()
