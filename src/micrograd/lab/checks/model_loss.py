"""Task 7: ``model_loss``, the mean squared error and the accuracy of a model, and nothing else changed."""

from __future__ import annotations

import contextlib
import inspect
import random
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from micrograd.lab.checks.belongings import Place, places
from micrograd.lab.checks.finding import Finding
from micrograd.lab.checks.losses import accuracies, losses, tells_apart, written_as
from micrograd.lab.checks.networks import gradients_of, parameters_of
from micrograd.lab.checks.observing import View, attempt, is_node, number
from micrograd.lab.checks.reference import close, output, random_network, random_samples
from micrograd.lab.checks.roles import (
    binary_of,
    failure_on_nodes,
    is_right_binary,
    is_right_sigmoid,
    keeps_lists,
    right_binary,
    right_sigmoid,
    sigmoid_of,
)
from micrograd.lab.checks.stand_ins import column_names, makers

_HIDDEN = 3
_SAMPLES = 19
_MARGIN = 0.05
_MODEL = re.compile(r"mod|net|mlp|r[ée]seau|perceptron|classif|^m$|^nn$", re.IGNORECASE)


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
        function = _model_loss_of(view)
        if function is None:
            return {}
        observed = {"ways": _ways(view, function, asked)}
        with _right_ones(view) as replaced:
            if replaced:
                observed["replaced"] = _ways(view, function, asked)
        return observed

    def judge(self, asked: dict[str, Any], observed: dict[str, Any]) -> list[Finding]:
        if not observed:
            return [Finding(7, "loss", "missing", 1, "no-model-loss")]
        # Its own faults only: with a model as the notebook's own are, and with the right sigmoid and the right labels
        # in the place of the student's.
        ways = [*observed["ways"], *observed.get("replaced", [])]
        return min((self._judge(asked, way) for way in ways), key=_faults)

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
        connected, elsewhere = _judge_connection(seen), observed.get("elsewhere")
        trained = seen["before"] != seen["after"]
        if (
            accuracy.state == "right" and elsewhere and not trained
        ):  # right by chance, on one network only, is not right
            z = [output([-p for p in asked["parameters"]], x) for x in asked["X"]]
            again = _judge_accuracy(z, asked["y"], elsewhere["accuracy"], seen["kind"])
            if again.state != "right":
                right, got = accuracies(z, asked["y"])[0][1], elsewhere["accuracy"]
                values = {"got": str(got) if got is None else f"{got:g}", "expected": f"{right:.1%}"}
                accuracy = Finding(7, "accuracy", "wrong", 1, "accuracy-value", values)
        if loss.hint == "loss-value":
            if elsewhere and seen["loss"] == elsewhere["loss"]:
                loss = Finding(7, "loss", "wrong", 1, "other-model")
                connected = Finding(7, "connected", "unseen", 0.5)
            elif seen["loss"] == observed.get("fewer"):
                loss = Finding(7, "loss", "wrong", 1, "other-data")
            # Outputs that are others for no known reason give an accuracy that fits some reason by chance.
            if accuracy.state == "wrong" or loss.hint == "other-model":
                accuracy = Finding(7, "accuracy", "unseen", 1)
        if accuracy.hint in _FOLLOWS.get(loss.hint or "", ()):
            accuracy = Finding(7, "accuracy", "unseen", 1)  # the same mistake, seen twice
        pure = Finding(7, "pure", "right", 0.5)
        if trained:
            pure = Finding(7, "pure", "wrong", 0.5, "model-loss-trains")
        elif loss.hint == "other-model":
            pure = Finding(
                7, "pure", "unseen", 0.5
            )  # whoever does nothing with a model leaves it as it was, too
        return [loss, accuracy, pure, connected]


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


def _model_loss_of(view: View) -> Any:
    """Return the function of that name, also where a class or an object keeps it; None where there is none."""
    named = view.get("model_loss")
    if callable(named):
        return named
    kept = (place.value for place in places(view.variables) if place.name == "model_loss")
    return next((value for value in kept if callable(value)), None)


def _faults(findings: list[Finding]) -> int:
    return sum(finding.state != "right" for finding in findings)


def _ways(view: View, function: Any, asked: dict[str, Any]) -> list[dict[str, Any]]:
    """Ask with a plain network, and where the notebook wraps its networks in a class of its own with one of those."""
    frames = column_names(view)
    given = ("lists", "arrays") if keeps_lists(view) else ("arrays", "lists")
    ways = []
    for make in makers(view, asked["parameters"], _HIDDEN):
        way: dict[str, Any] = {}
        style: Any = ""
        for style in (*given, *frames):
            model: Any = attempt(make).get("value")
            if model is None:
                break
            again = attempt(lambda: _returned(function, model, asked["X"], asked["y"], style))  # noqa: B023
            if not way or "error" not in again:
                way = again
            if "error" not in way:
                break  # written for this kind of data, which the notebook has
        if "value" in way:
            model = make()
            way["fewer"] = attempt(
                lambda: _returned(function, model, asked["X"][:5], asked["y"][:5], style)["loss"]  # noqa: B023
            ).get("value")
            model = make()
            for p in model[1].parameters():
                p.data = -p.data
            elsewhere = attempt(lambda: _returned(function, model, asked["X"], asked["y"], style))  # noqa: B023
            way["elsewhere"] = elsewhere.get("value")
        if way:
            ways.append(way)
    return ways


def _returned(
    function: Any, asked: tuple[Any, Any], samples: Any, labels: Any, style: str | tuple[str, ...]
) -> dict[str, Any]:
    """Call ``model_loss`` with what the notebook calls a model; ``asked`` is that and the network in it."""
    whole, model = asked
    if style == "arrays":
        import numpy as np

        samples, labels = np.array(samples), np.array(labels)
    elif style != "lists":
        import pandas as pd

        samples, labels = pd.DataFrame(samples, columns=list(style)), pd.Series(labels)
    before = parameters_of(model)
    result = function(*_in_order(function, whole, samples, labels))
    after = parameters_of(model)
    kind, loss, accuracy = _loss_and_accuracy(result)
    gradients: list[float] = []
    if is_node(loss):
        for p in model.parameters():
            p.grad = 0.0
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


def _in_order(function: Any, model: Any, samples: Any, labels: Any) -> list[Any]:
    """Return what ``model_loss`` is given: the model first, as in the handout, or where its parameters say."""
    names = attempt(lambda: list(inspect.signature(function).parameters)[:3]).get("value") or []
    arguments = [samples, labels]
    arguments.insert(next((i for i, name in enumerate(names) if _MODEL.search(name)), 0), model)
    return arguments


@contextlib.contextmanager
def _right_ones(view: View) -> Iterator[bool]:
    """Put the right sigmoid and the right labels in the place of the student's own where those are wrong."""
    back: list[Callable[[], None]] = []
    try:
        sigmoid, binary = (
            _or_named(view, "sigmoid", sigmoid_of(view)),
            _or_named(view, "binary", binary_of(view)),
        )
        for place, is_right, right in (
            (sigmoid, sigmoid and is_right_sigmoid(sigmoid.value, not view.scaffold), right_sigmoid),
            (
                binary,
                binary and is_right_binary(binary.value) and not failure_on_nodes(view, binary.value),
                right_binary,
            ),
        ):
            if place is not None and not is_right:
                with contextlib.suppress(Exception):  # a class of the student's may refuse
                    back.append(place.put(view.variables, right))
        yield bool(back)
    finally:
        for undo in back:
            undo()


def _or_named(view: View, name: str, place: Place | None) -> Place | None:
    """Return where a function is kept; of the scaffold's, which are called by their names, where it will be."""
    return Place(name, None) if place is None and view.scaffold else place


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
    for hint, value in table:
        if close(got, value, 1e-7):
            return Finding(7, "loss", "wrong", 1, hint) if hint else Finding(7, "loss", "right", 1)
    values = {"got": f"{got:.4f}", "expected": f"{table[0][1]:.4f}"}
    return Finding(7, "loss", "wrong", 1, "loss-value", values)


def _judge_accuracy(z: list[float], labels: Sequence[float], got: float | None, kind: str) -> Finding:
    if got is None:
        hint = "accuracy-missing" if kind == "alone" else "accuracy-not-number"
        return Finding(7, "accuracy", "missing", 1, hint)
    table = accuracies(z, labels)
    for hint, value in table:
        if any(abs(got - number) <= rounded for number, rounded in written_as(hint, value)):
            return Finding(7, "accuracy", "wrong", 1, hint) if hint else Finding(7, "accuracy", "right", 1)
    values = {"got": f"{got:g}", "expected": f"{table[0][1]:.1%}"}
    return Finding(7, "accuracy", "wrong", 1, "accuracy-value", values)


TASK_7 = _Task7()
