"""Task 7: ``model_loss``, the mean squared error and the accuracy of a model, and nothing else changed."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator, Sequence
from typing import Any

from micrograd.lab.checks.finding import Finding
from micrograd.lab.checks.losses import ROUNDED, SAME_AS, accuracies, losses, tells_apart
from micrograd.lab.checks.observing import View, attempt, is_node, network_like, number
from micrograd.lab.checks.recording import gradients_of, parameters_of
from micrograd.lab.checks.reference import close, output, random_network, random_samples
from micrograd.lab.checks.roles import (
    binary_of,
    is_right_binary,
    is_right_sigmoid,
    right_binary,
    right_sigmoid,
    sigmoid_of,
)

_HIDDEN = 3
_SAMPLES = 19
_MARGIN = 0.05


class _Task7:
    def questions(self, generator: random.Random) -> dict[str, Any]:
        while True:
            parameters = random_network(generator, _HIDDEN)
            samples, labels = random_samples(generator, _SAMPLES)
            z = [output(parameters, x) for x in samples]
            # Keep away from the thresholds, and take data on which every mistake shows as a number of its own.
            clear = all(abs(value) > _MARGIN and abs(value - 0.5) > _MARGIN for value in z)
            if clear and tells_apart(z, labels):
                return {"parameters": parameters, "X": samples, "y": labels}

    def observe(self, view: View, asked: dict[str, Any]) -> dict[str, Any]:
        function = view.get("model_loss")
        if not callable(function):
            return {}
        observed = _asked(view, function, asked)
        with _right_ones(view) as replaced:
            if replaced:
                observed["replaced"] = _asked(view, function, asked)
        return observed

    def judge(self, asked: dict[str, Any], observed: dict[str, Any]) -> list[Finding]:
        if not observed:
            return [Finding(7, "loss", "missing", 1, "no-model-loss")]
        findings = self._judge(asked, observed)
        if "replaced" in observed and any(finding.state != "right" for finding in findings):
            # Its own faults only: with the right sigmoid and the right labels in the place of the student's.
            again = self._judge(asked, observed["replaced"])
            if len([f for f in again if f.state != "right"]) < len(
                [f for f in findings if f.state != "right"]
            ):
                return again
        return findings

    def _judge(self, asked: dict[str, Any], observed: dict[str, Any]) -> list[Finding]:
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
            accuracy = Finding(7, "accuracy", "unseen", 1) if accuracy.state != "right" else accuracy
        if accuracy.hint in _FOLLOWS.get(loss.hint or "", ()):
            accuracy = Finding(7, "accuracy", "unseen", 1)  # the same mistake, seen twice
        trained = seen["before"] != seen["after"]
        pure = Finding(7, "pure", "right", 0.5)
        if trained:
            pure = Finding(7, "pure", "wrong", 0.5, "model-loss-trains")
        return [loss, accuracy, pure, _judge_connection(seen)]


#: Mistakes in the loss, and what they do to the accuracy besides.
_FOLLOWS = {
    "sigmoid-twice": ("threshold-zero",),
    "sigmoid-sign": ("accuracy-errors",),
    "no-sigmoid-on-output": ("accuracy-before-sigmoid",),
    "labels-minus-one": ("labels-minus-one",),
    "last-only": ("accuracy-value", "accuracy-count", "accuracy-always-zero", "threshold-zero"),
    "first-only": ("accuracy-value", "accuracy-count", "accuracy-always-zero", "threshold-zero"),
}


def _judge_connection(seen: dict[str, Any]) -> Finding:
    if not seen["is_value"]:
        return Finding(7, "connected", "wrong", 0.5, "loss-plain-number")
    if not any(abs(g) > 0 for g in seen["gradients"]):
        return Finding(7, "connected", "wrong", 0.5, "loss-cut-off")
    return Finding(7, "connected", "right", 0.5)


def _asked(view: View, function: Any, asked: dict[str, Any]) -> dict[str, Any]:
    model = network_like(view, asked["parameters"], _HIDDEN)
    observed = attempt(lambda: _returned(function, model, asked["X"], asked["y"], "arrays"))
    style = "arrays"
    for other in ("lists", "frames"):
        if "error" in observed:  # written for the kind of data that the notebook has
            fresh = network_like(view, asked["parameters"], _HIDDEN)
            again = attempt(lambda: _returned(function, fresh, asked["X"], asked["y"], other))  # noqa: B023
            if "error" not in again:
                observed, style = again, other
    if "value" in observed:
        fewer = network_like(view, asked["parameters"], _HIDDEN)
        observed["fewer"] = attempt(
            lambda: _returned(function, fewer, asked["X"][:5], asked["y"][:5], style)["loss"]
        ).get("value")
    return observed


def _returned(function: Any, model: Any, samples: Any, labels: Any, style: str) -> dict[str, Any]:
    if style == "arrays":
        import numpy as np

        samples, labels = np.array(samples), np.array(labels)
    elif style == "frames":
        import pandas as pd

        samples, labels = pd.DataFrame(samples, columns=["x", "y"]), pd.Series(labels)
    before = parameters_of(model)
    result = function(model, samples, labels)
    after = parameters_of(model)
    kind, loss, accuracy = _loss_and_accuracy(result)
    gradients: list[float] = []
    if is_node(loss):
        model.zero_grad()
        loss.backward()
        gradients = gradients_of(model)
    return {
        "kind": kind,
        "loss": number(loss),
        "accuracy": number(accuracy),
        "is_value": is_node(loss),
        "before": before,
        "after": after,
        "gradients": gradients,
    }


@contextlib.contextmanager
def _right_ones(view: View) -> Iterator[bool]:
    """Put the right sigmoid and the right labels in the place of the student's own where those are wrong."""
    kept: dict[str, Any] = {}
    for (name, function), is_right, right in (
        (sigmoid_of(view), is_right_sigmoid, right_sigmoid),
        (binary_of(view), is_right_binary, right_binary),
    ):
        if name and not is_right(function):
            kept[name] = function
            view.variables[name] = right
    try:
        yield bool(kept)
    finally:
        view.variables.update(kept)


def _loss_and_accuracy(result: Any) -> tuple[str, Any, Any]:
    """Take a loss and an accuracy out of whatever was returned; the order does not matter where it can be told."""
    if result is None or result is Ellipsis:
        return "nothing", None, None
    if isinstance(result, dict):
        result = list(result.values())
    if type(result).__module__.startswith("numpy") and getattr(result, "ndim", 0) == 1:
        result = list(result)
    if not isinstance(result, (list, tuple)):
        return "alone", result, None
    if len(result) < 2:
        return "alone", result[0] if result else None, None
    first, second = result[0], result[1]
    if is_node(second) and not is_node(first):
        first, second = second, first
    return "pair", first, second


def _judge_loss(z: list[float], labels: Sequence[float], got: float | None) -> Finding:
    if got is None:
        return Finding(7, "loss", "wrong", 1, "returns-no-number", {"name": "model_loss", "kind": "?"})
    table = losses(z, labels)
    for hint, value in table.items():
        if close(got, value, 1e-7):
            hint = SAME_AS.get(hint, hint)
            return Finding(7, "loss", "wrong", 1, hint) if hint else Finding(7, "loss", "right", 1)
    values = {"got": f"{got:.4f}", "expected": f"{table['']:.4f}"}
    return Finding(7, "loss", "wrong", 1, "loss-value", values)


def _judge_accuracy(z: list[float], labels: Sequence[float], got: float | None, kind: str) -> Finding:
    if got is None:
        hint = "accuracy-missing" if kind == "alone" else "accuracy-not-number"
        return Finding(7, "accuracy", "missing", 1, hint)
    table = accuracies(z, labels)
    for hint, value in table.items():
        rounded = 0 if hint == "accuracy-count" else ROUNDED
        if abs(got - value) <= rounded or (rounded and abs(got - 100 * value) <= 100 * rounded):
            return Finding(7, "accuracy", "wrong", 1, hint) if hint else Finding(7, "accuracy", "right", 1)
    values = {"got": f"{got:g}", "expected": f"{table['']:.1%}"}
    return Finding(7, "accuracy", "wrong", 1, "accuracy-value", values)


TASK_7 = _Task7()
