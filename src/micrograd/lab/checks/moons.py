"""Tasks 6 and 7: the two moons, and the loss of a model on them."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Any

from micrograd.engine import Value
from micrograd.lab.checks.finding import Finding
from micrograd.lab.checks.observing import (
    View,
    attempt,
    gradients_of,
    network,
    number,
    numbers,
    parameters_of,
    rows,
)
from micrograd.lab.checks.reference import (
    HANDOUT_SEED,
    close,
    output,
    random_network,
    random_samples,
    sigmoid,
)

SAMPLES = 100
NOISE = 0.1
_HIDDEN = 3
ROUNDED = 0.0051
"""How far off an accuracy may be: people round to two decimals, or to whole percents."""


class _Task6:
    """One hundred points of two moons, from the seed."""

    def questions(self, generator: random.Random) -> dict[str, Any]:
        return {}

    def observe(self, view: View, asked: dict[str, Any]) -> dict[str, Any]:
        return data_of(view)

    def judge(self, asked: dict[str, Any], observed: dict[str, Any]) -> list[Finding]:
        samples, labels = observed["X"], observed["y"]
        if samples is None or labels is None:
            return [Finding(6, "moons", "missing", 1, "no-moons")]
        if len(samples) != SAMPLES or len(labels) != len(samples) or any(len(x) != 2 for x in samples):
            return [
                Finding(6, "moons", "wrong", 1, "moons-count", {"count": len(samples), "labels": len(labels)})
            ]
        if set(labels) == {-1.0, 1.0}:
            return [Finding(6, "moons", "wrong", 1, "labels-minus-one")]
        if set(labels) != {0.0, 1.0}:
            return [Finding(6, "moons", "wrong", 1, "labels-other", {"labels": sorted(set(labels))[:4]})]
        findings = [_are_moons(samples, labels)]
        if findings[0].state == "right":
            seeded = all(close(a, b, 1e-9) for x, r in zip(samples, handout_moons()) for a, b in zip(x, r))
            findings.append(
                Finding(6, "seeds", "right", 0.5)
                if seeded
                else Finding(6, "seeds", "wrong", 0.5, "seeds-not-set")
            )
        return findings


class _Task7:
    """``model_loss``: the mean squared error and the accuracy, and nothing else changed."""

    def questions(self, generator: random.Random) -> dict[str, Any]:
        while True:
            parameters = random_network(generator, _HIDDEN)
            samples, labels = random_samples(generator, 12)
            z = [output(parameters, x) for x in samples]
            # Keep away from the thresholds, and take data on which every mistake shows as a number of its own.
            if all(abs(value) > 0.05 for value in z) and _tells_apart(z, labels):
                return {"parameters": parameters, "X": samples, "y": labels}

    def observe(self, view: View, asked: dict[str, Any]) -> dict[str, Any]:
        function = view.get("model_loss")
        if not callable(function):
            return {}
        model = network(asked["parameters"], _HIDDEN)
        observed = attempt(lambda: _returned(function, model, asked["X"], asked["y"], as_arrays=True))
        if "value" in observed:
            fewer = network(asked["parameters"], _HIDDEN)
            observed["fewer"] = attempt(
                lambda: _returned(function, fewer, asked["X"][:5], asked["y"][:5], as_arrays=True)["loss"]
            ).get("value")
        if "error" in observed:
            again = attempt(lambda: _returned(function, model, asked["X"], asked["y"], as_arrays=False))
            observed = again if "error" not in again else observed
        return observed

    def judge(self, asked: dict[str, Any], observed: dict[str, Any]) -> list[Finding]:
        if not observed:
            return [Finding(7, "loss", "missing", 1, "no-model-loss")]
        if "error" in observed:
            values = {"name": "model_loss", "error": observed["error"]}
            return [Finding(7, "loss", "wrong", 1, "function-failed", values)]
        seen = observed["value"]
        if seen["kind"] == "nothing":
            return [Finding(7, "loss", "missing", 1, "returns-nothing", {"name": "model_loss"})]
        z = [output(asked["parameters"], x) for x in asked["X"]]
        loss = _judge_loss(z, asked["y"], seen["loss"])
        accuracy = _judge_accuracy(z, asked["y"], seen["accuracy"], seen["kind"])
        if loss.hint == "loss-value" and seen["loss"] == observed.get("fewer"):
            loss = Finding(7, "loss", "wrong", 1, "other-data")
        if loss.hint == "sigmoid-twice" and accuracy.hint == "threshold-zero":
            # Twice through the sigmoid everything is above 0.5: one mistake, not two.
            accuracy = Finding(7, "accuracy", "wrong", 1, "sigmoid-twice")
        findings = [loss, accuracy]
        trained = seen["before"] != seen["after"]
        findings.append(
            Finding(7, "pure", "wrong", 0.5, "model-loss-trains")
            if trained
            else Finding(7, "pure", "right", 0.5)
        )
        if not seen["is_value"]:
            findings.append(Finding(7, "connected", "wrong", 0.5, "loss-plain-number"))
        elif not any(abs(g) > 0 for g in seen["gradients"]):
            findings.append(Finding(7, "connected", "wrong", 0.5, "loss-cut-off"))
        else:
            findings.append(Finding(7, "connected", "right", 0.5))
        return findings


def data_of(view: View) -> dict[str, Any]:
    """Return the notebook's ``X`` and ``y`` as plain numbers, each None where it is not there."""
    return {"X": rows(view.get("X")), "y": numbers(view.get("y"))}


@cache
def handout_moons() -> list[list[float]]:
    """Return the handout's points: the first draw from NumPy's generator after its seed."""
    points: list[list[float]] = _moons(NOISE)[0]
    return points


@cache
def handout_labels() -> list[float]:
    """Return the labels of the handout's points."""
    return [float(label) for label in _moons(NOISE)[1]]


def _moons(noise: float | None) -> tuple[Any, Any]:
    from sklearn.datasets import make_moons

    points, labels = make_moons(n_samples=SAMPLES, noise=noise, random_state=HANDOUT_SEED)
    return points.tolist(), labels.tolist()


def distance_to_moon(point: Sequence[float], label: float) -> float:
    """Return how far a point lies from the noiseless half circle of its label."""
    x, y = (point[0], point[1]) if label < 0.5 else (1 - point[0], 0.5 - point[1])
    if y >= 0:
        return abs(math.hypot(x, y) - 1)
    return math.hypot(abs(x) - 1, y)


def _are_moons(samples: list[list[float]], labels: list[float]) -> Finding:
    noise = _noise_from_seed(samples)
    if noise is not None and not close(noise, NOISE):
        return Finding(6, "moons", "wrong", 1, "moons-noise", {"noise": f"{noise:.2g}"})
    distances = [distance_to_moon(point, label) for point, label in zip(samples, labels)]
    spread = math.sqrt(sum(d * d for d in distances) / len(distances))
    swapped = [distance_to_moon(point, 1 - label) for point, label in zip(samples, labels)]
    if spread > 0.25 and sum(d * d for d in swapped) / len(swapped) < 0.25**2:
        return Finding(6, "moons", "wrong", 1, "labels-swapped")
    if spread > 0.25 or max(distances) > 1:
        return Finding(6, "moons", "wrong", 1, "not-moons")
    # The distance to the curve is normal with the noise as its deviation: 100 of them are within a third of it.
    if not 0.65 * NOISE < spread < 1.4 * NOISE:
        return Finding(6, "moons", "wrong", 1, "moons-noise", {"noise": f"{spread:.2f}"})
    return Finding(6, "moons", "right", 1)


def _noise_from_seed(samples: list[list[float]]) -> float | None:
    """Return the noise of moons drawn right after the handout's seed; None for other points.

    The seed decides the order and each point's deviation, and the noise only how far along it the point lies.
    """
    clean = [value for point in _moons(None)[0] for value in point]
    deviations = [value - c for value, c in zip((v for point in handout_moons() for v in point), clean)]
    given = [value - c for value, c in zip((v for point in samples for v in point), clean)]
    factor = sum(a * b for a, b in zip(given, deviations)) / sum(b * b for b in deviations)
    return NOISE * factor if all(close(a, factor * b) for a, b in zip(given, deviations)) else None


def _returned(function: Any, model: Any, samples: Any, labels: Any, as_arrays: bool) -> dict[str, Any]:
    if as_arrays:
        import numpy as np

        samples, labels = np.array(samples), np.array(labels)
    before = parameters_of(model)
    result = function(model, samples, labels)
    after = parameters_of(model)
    kind, loss, accuracy = _loss_and_accuracy(result)
    gradients: list[float] = []
    if isinstance(loss, Value):
        model.zero_grad()
        loss.backward()
        gradients = gradients_of(model)
    return {
        "kind": kind,
        "loss": number(loss),
        "accuracy": number(accuracy),
        "is_value": isinstance(loss, Value),
        "before": before,
        "after": after,
        "gradients": gradients,
    }


def _loss_and_accuracy(result: Any) -> tuple[str, Any, Any]:
    """Take a loss and an accuracy out of whatever was returned; the order does not matter where it can be told."""
    if result is None or result is Ellipsis:
        return "nothing", None, None
    if isinstance(result, dict):
        result = list(result.values())
    if not isinstance(result, (list, tuple)):
        return "alone", result, None
    if len(result) < 2:
        return "alone", result[0] if result else None, None
    first, second = result[0], result[1]
    if isinstance(second, Value) and not isinstance(first, Value):
        first, second = second, first
    return "pair", first, second


def _losses(z: list[float], labels: Sequence[float]) -> dict[str, float]:
    """Return the right loss under "", and what each mistake makes of it under the name of its hint."""
    n = len(z)
    o = [sigmoid(value) for value in z]

    def mean(errors: list[float]) -> float:
        return sum(errors) / n

    squares = [(a - label) ** 2 for a, label in zip(o, labels)]
    return {
        "": mean(squares),
        "sum-for-mean": sum(squares),
        "sigmoid-twice": mean([(sigmoid(a) - label) ** 2 for a, label in zip(o, labels)]),
        "labels-minus-one": mean([(a - (2 * label - 1)) ** 2 for a, label in zip(o, labels)]),
        "no-sigmoid-on-output": mean([(value - label) ** 2 for value, label in zip(z, labels)]),
        "not-squared": mean([abs(a - label) for a, label in zip(o, labels)]),
        "half-mean": mean(squares) / 2,
        "root": math.sqrt(mean(squares)),
        "last-only": squares[-1] / n,
        "binary-in-loss": mean([(float(a > 0.5) - label) ** 2 for a, label in zip(o, labels)]),
        "cross-entropy": mean([-math.log(a if label else 1 - a) for a, label in zip(o, labels)]),
    }


def _accuracies(z: list[float], labels: Sequence[float]) -> dict[str, float]:
    n = len(z)
    right = sum((value > 0) == (label > 0.5) for value, label in zip(z, labels))
    return {
        "": right / n,
        "threshold-zero": sum(labels) / n,
        "accuracy-errors": 1 - right / n,
        "accuracy-count": right,
        # Predictions of −1 and 1 meet labels of 0 and 1: only the ones can be right.
        "labels-minus-one": sum(value > 0 and label > 0.5 for value, label in zip(z, labels)) / n,
    }


def _tells_apart(z: list[float], labels: Sequence[float]) -> bool:
    losses = sorted(_losses(z, labels).values())
    accuracies = sorted(_accuracies(z, labels).values())
    return all(b - a > 1e-3 for a, b in pairwise(losses)) and all(
        b - a > 2 * ROUNDED for a, b in pairwise(accuracies)
    )


def _judge_loss(z: list[float], labels: Sequence[float], got: float | None) -> Finding:
    if got is None:
        return Finding(7, "loss", "wrong", 1, "returns-no-number", {"name": "model_loss", "kind": "?"})
    losses = _losses(z, labels)
    for hint, value in losses.items():
        if close(got, value, 1e-7):
            return Finding(7, "loss", "wrong", 1, hint) if hint else Finding(7, "loss", "right", 1)
    return Finding(
        7, "loss", "wrong", 1, "loss-value", {"got": f"{got:.4f}", "expected": f"{losses['']:.4f}"}
    )


def _judge_accuracy(z: list[float], labels: Sequence[float], got: float | None, kind: str) -> Finding:
    if got is None:
        hint = "accuracy-missing" if kind == "alone" else "accuracy-not-number"
        return Finding(7, "accuracy", "missing", 1, hint)
    accuracies = _accuracies(z, labels)
    for hint, value in accuracies.items():
        rounded = 0 if hint == "accuracy-count" else ROUNDED
        if abs(got - value) <= rounded or (rounded and abs(got - 100 * value) <= 100 * rounded):
            return Finding(7, "accuracy", "wrong", 1, hint) if hint else Finding(7, "accuracy", "right", 1)
    values = {"got": f"{got:g}", "expected": f"{accuracies['']:.1%}"}
    return Finding(7, "accuracy", "wrong", 1, "accuracy-value", values)


TASK_6 = _Task6()
TASK_7 = _Task7()
