"""Tasks 1 to 5: one neuron, its sigmoid, its error, its gradients, its updates."""

from __future__ import annotations

import itertools
import math
import random
import re
from typing import Any

from micrograd.engine import Value
from micrograd.lab.checks import reference
from micrograd.lab.checks.finding import Finding
from micrograd.lab.checks.observing import (
    View,
    attempt,
    gradients_of,
    layer_sizes,
    number,
    numbers,
    parameters_of,
    plain_numbers,
)
from micrograd.lab.checks.reference import PERCEPTRON_INPUT, close, sigmoid

_NUMBER = re.compile(r"[-+−]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?")
_SHOWN = re.compile(r"^(image/|text/html$)")
_ANY_PRINTED_NUMBER = 2000


class _Task1:
    """A model of one linear neuron with two inputs, drawn from the handout's seed."""

    def questions(self, generator: random.Random) -> dict[str, Any]:
        return {"inputs": [[generator.uniform(-2, 2), generator.uniform(-2, 2)] for _ in range(4)]}

    def observe(self, view: View, asked: dict[str, Any]) -> dict[str, Any]:
        name, model = _perceptron(view)
        if model is None:
            return {}
        observed = attempt(lambda: parameters_of(model))
        outputs = attempt(lambda: [number(model(x)) for x in asked["inputs"]])
        return {"name": name, "parameters": observed, "outputs": outputs, "sizes": layer_sizes(model)}

    def judge(self, asked: dict[str, Any], observed: dict[str, Any]) -> list[Finding]:
        if not observed:
            return [Finding(1, "perceptron", "missing", 1, "no-perceptron")]
        parameters = observed["parameters"].get("value") or []
        outputs = observed["outputs"].get("value")
        if len(parameters) != 3:
            return [Finding(1, "perceptron", "wrong", 1, "perceptron-size", {"count": len(parameters)})]
        w0, w1, b = parameters
        expected = [w0 * x[0] + w1 * x[1] + b for x in asked["inputs"]]
        if outputs is None or None in outputs:
            finding = Finding(
                1, "perceptron", "wrong", 1, "perceptron-call", {"error": _error(observed["outputs"])}
            )
        elif all(close(got, want) for got, want in zip(outputs, expected)):
            finding = Finding(1, "perceptron", "right", 1)
        else:
            finding = Finding(1, "perceptron", "wrong", 1, "perceptron-not-linear")
        seeded = Finding(1, "seeds", "right", 0.5) if _is_seeded(parameters) else _seeds_not_set(1, 0.5)
        return [finding, seeded]


class _Task2:
    """The sigmoid, written into ``data`` as the handout does it, and as an operation."""

    def questions(self, generator: random.Random) -> dict[str, Any]:
        return {"inputs": [generator.choice((-1, 1)) * generator.uniform(0.3, 4) for _ in range(5)]}

    def observe(self, view: View, asked: dict[str, Any]) -> dict[str, Any]:
        observed: dict[str, Any] = {}
        for name in ("sigmoid", "sigmoid_operation"):
            function = view.get(name)
            if callable(function):
                observed[name] = [_call_on_value(function, z) for z in asked["inputs"]]
        return observed

    def judge(self, asked: dict[str, Any], observed: dict[str, Any]) -> list[Finding]:
        return [self._value(asked, observed), self._operation(asked, observed)]

    def _value(self, asked: dict[str, Any], observed: dict[str, Any]) -> Finding:
        calls = observed.get("sigmoid")
        if not calls:
            return Finding(2, "sigmoid", "missing", 1, "no-sigmoid")
        wrong = _wrong_call(2, "sigmoid", calls)
        if wrong:
            return wrong
        got = [call["value"]["number"] for call in calls]
        finding = _compare_sigmoid(2, "sigmoid", asked["inputs"], got)
        if finding.state == "right" and calls[0]["value"]["kind"] != "Value":
            return Finding(2, "sigmoid", "wrong", 1, "sigmoid-plain-number")
        return finding

    def _operation(self, asked: dict[str, Any], observed: dict[str, Any]) -> Finding:
        name = "sigmoid-operation"
        calls = observed.get("sigmoid_operation")
        if not calls:
            return Finding(2, name, "missing", 0.5, "no-sigmoid-operation")
        wrong = _wrong_call(2, name, calls, 0.5)
        if wrong:
            return wrong
        finding = _compare_sigmoid(2, name, asked["inputs"], [call["value"]["number"] for call in calls], 0.5)
        if finding.state != "right":
            return finding
        slopes = [sigmoid(z) * (1 - sigmoid(z)) for z in asked["inputs"]]
        got = [call["value"]["gradient"] for call in calls]
        if all(slope is not None and close(slope, want) for slope, want in zip(got, slopes)):
            return finding
        return Finding(2, name, "wrong", 0.5, "operation-gradient")


class _Task3:
    """The error of one sample, propagated, and its graph."""

    def questions(self, generator: random.Random) -> dict[str, Any]:
        return {}

    def observe(self, view: View, asked: dict[str, Any]) -> dict[str, Any]:
        error = view.get("error")
        _, model = _perceptron(view)
        return {
            "x": numbers(view.get("x")),
            "target": number(view.get("target")),
            "output": number(view.get("output")),
            "error": number(error),
            "error_gradient": float(error.grad) if isinstance(error, Value) else None,
            "parameters": parameters_of(model) if model is not None else [],
            "drawn": was_drawn(view),
        }

    def judge(self, asked: dict[str, Any], observed: dict[str, Any]) -> list[Finding]:
        output, error = observed["output"], observed["error"]
        drawn = observed["drawn"]
        graph = (
            Finding(3, "graph", "unseen", 0.5)
            if drawn is None
            else Finding(3, "graph", "right", 0.5)
            if drawn
            else Finding(3, "graph", "missing", 0.5, "no-graph")
        )
        if error is None or output is None:
            return [
                Finding(3, "error", "missing", 1, "no-error"),
                Finding(3, "backward", "missing", 0.5),
                graph,
            ]
        swept = observed["error_gradient"]
        backward = (
            Finding(3, "backward", "right", 0.5)
            if swept is not None and close(swept, 1)
            else Finding(3, "backward", "missing", 0.5, "error-not-value" if swept is None else "no-backward")
        )
        return [self._error(observed, output, error), backward, graph]

    def _error(self, observed: dict[str, Any], output: float, error: float) -> Finding:
        x, parameters = observed["x"], observed["parameters"]
        if x is None or len(x) != 2 or not all(close(a, b) for a, b in zip(x, PERCEPTRON_INPUT)):
            return Finding(3, "error", "wrong", 1, "other-input", {"given": x})
        if observed["target"] is not None and not close(observed["target"], 1):
            return Finding(3, "error", "wrong", 1, "other-target", {"given": observed["target"]})
        if len(parameters) == 3:
            z = parameters[0] * x[0] + parameters[1] * x[1] + parameters[2]
            if close(output, sigmoid(sigmoid(z))) and not close(output, sigmoid(z)):
                return Finding(3, "error", "wrong", 1, "sigmoid-twice")
            if close(output, z):
                return Finding(3, "error", "wrong", 1, "no-sigmoid-on-output")
        if close(error, (output - 1) ** 2):
            return Finding(3, "error", "right", 1)
        return Finding(3, "error", "wrong", 1, "error-value", {"got": error, "output": output})


class _Task4:
    """The gradients, found again by hand."""

    def questions(self, generator: random.Random) -> dict[str, Any]:
        return {}

    def observe(self, view: View, asked: dict[str, Any]) -> dict[str, Any]:
        printed: list[float] = []
        for text in (view.text, view.words):
            text = text.replace("{,}", ",")  # a decimal comma in LaTeX
            for match in itertools.islice(_NUMBER.finditer(text), _ANY_PRINTED_NUMBER):
                printed.append(float(match.group().replace("−", "-").replace(",", ".")))
        return {
            "output": number(view.get("output")),
            "computed": plain_numbers(view.variables),
            "printed": printed,
            "outputs_seen": view.complete,
        }

    def judge(self, asked: dict[str, Any], observed: dict[str, Any]) -> list[Finding]:
        output = observed["output"]
        if output is None:
            return [Finding(4, "by-hand", "missing", 1, "no-error")]
        derivative = 2 * (output - 1)
        slope = output * (1 - output)
        for factor in (derivative, derivative * slope):
            wanted = [factor * value for value in (*PERCEPTRON_INPUT, 1.0)]
            computed = all(any(close(got, want, 1e-9) for got in observed["computed"]) for want in wanted)
            # Printed to two digits or more is enough: people round.
            printed = all(any(abs(got - want) < 6e-3 for got in observed["printed"]) for want in wanted)
            if computed or printed:
                return [Finding(4, "by-hand", "right", 1)]
        if observed["outputs_seen"]:
            return [Finding(4, "by-hand", "missing", 1, "no-by-hand")]
        return [Finding(4, "by-hand", "unseen", 1, "by-hand-unseen")]


class _Task5:
    """The predicted label, and weights updated until it is right."""

    def questions(self, generator: random.Random) -> dict[str, Any]:
        above, below = (
            [generator.uniform(0.51, 0.99) for _ in range(3)],
            [generator.uniform(0.01, 0.49) for _ in range(3)],
        )
        return {"inputs": [*above, *below, -generator.uniform(0.1, 3)]}

    def observe(self, view: View, asked: dict[str, Any]) -> dict[str, Any]:
        observed: dict[str, Any] = {}
        function = view.get("binary")
        if callable(function):
            observed["binary"] = [_label(function, value) for value in asked["inputs"]]
        _, model = _perceptron(view)
        if model is not None:
            observed["parameters"] = parameters_of(model)
            observed["gradients"] = gradients_of(model)
        return observed

    def judge(self, asked: dict[str, Any], observed: dict[str, Any]) -> list[Finding]:
        return [self._binary(asked, observed.get("binary")), *self._updated(observed)]

    def _binary(self, asked: dict[str, Any], calls: list[dict[str, Any]] | None) -> Finding:
        if not calls:
            return Finding(5, "binary", "missing", 1, "no-binary")
        if all(call.get("value") is None and "error" not in call for call in calls):
            return Finding(5, "binary", "missing", 1, "returns-nothing", {"name": "binary"})
        failed = next((call for call in calls if "error" in call), None)
        if failed:
            return Finding(
                5, "binary", "wrong", 1, "function-failed", {"name": "binary", "error": failed["error"]}
            )
        got = [call.get("value") for call in calls]
        # A sigmoid never gives the negative input: it only tells a threshold at 0 from a label that is always 1.
        after_sigmoid = [(value, label) for value, label in zip(asked["inputs"], got) if value > 0]
        if all(label == float(value > 0.5) for value, label in after_sigmoid):
            return Finding(5, "binary", "right", 1)
        if got == [float(value > 0) for value in asked["inputs"]]:
            return Finding(5, "binary", "wrong", 1, "threshold-zero")
        if set(got) == {-1.0, 1.0}:
            return Finding(5, "binary", "wrong", 1, "labels-minus-one")
        for value, label in after_sigmoid:
            if label != float(value > 0.5):
                return Finding(
                    5, "binary", "wrong", 1, "binary-value", {"input": f"{value:.3f}", "got": _short(label)}
                )
        return Finding(5, "binary", "right", 1)

    def _updated(self, observed: dict[str, Any]) -> list[Finding]:
        parameters = observed.get("parameters") or []
        if len(parameters) != 3:
            return [Finding(5, "updated", "missing", 1, "no-perceptron")]
        w0, w1, b = parameters
        z = w0 * PERCEPTRON_INPUT[0] + w1 * PERCEPTRON_INPUT[1] + b
        # The sample's gradient is a multiple of (x0, x1, 1), so b holds the length of all updates together.
        before = z - b * (PERCEPTRON_INPUT[0] ** 2 + PERCEPTRON_INPUT[1] ** 2 + 1)
        if b < 0:
            return [Finding(5, "updated", "wrong", 1, "wrong-sign")]
        if z <= 0:
            return [Finding(5, "updated", "missing", 1, "not-updated" if b == 0 else "not-enough-updates")]
        findings = [Finding(5, "updated", "right", 1)]
        # One sweep's gradient of the bias is 2(o - 1) at most; with several of them added up it is more.
        largest = 2 * (1 - sigmoid(before))
        if abs(observed["gradients"][2]) > 1.01 * max(largest, 2 * (1 - sigmoid(z))):
            findings.append(Finding(5, "reset", "wrong", 0, "gradients-not-reset"))
        return findings


def _perceptron(view: View) -> tuple[str, Any]:
    """Find the model of task 1: by its name, else the first model of three parameters."""
    named = view.get("perceptron")
    if callable(named) and hasattr(named, "parameters"):
        return "perceptron", named
    for name, model in view.models([2, 1]):
        return name, model
    return "", None


def _is_seeded(parameters: list[float]) -> bool:
    """Tell whether a perceptron's weights come from the seed, also after it learned from the handout's sample.

    Its updates are multiples of (x0, x1, 1), and its bias began at 0.
    """
    w0, w1, b = parameters
    start = (w0 - b * PERCEPTRON_INPUT[0], w1 - b * PERCEPTRON_INPUT[1])
    drawn = reference.drawn_after_seed()
    return any(close(start[0], u) and close(start[1], v) for u, v in itertools.pairwise(drawn))


def _seeds_not_set(task: int, weight: float) -> Finding:
    return Finding(task, "seeds", "wrong", weight, "seeds-not-set")


def _call_on_value(function: Any, z: float) -> dict[str, Any]:
    def call() -> dict[str, Any]:
        leaf = Value(z)
        result = function(leaf * 1.0)
        if result is Ellipsis or result is None:
            return {"kind": "none" if result is None else "ellipsis", "number": None, "gradient": None}
        gradient = None
        if isinstance(result, Value):
            result.backward()
            gradient = float(leaf.grad)
        return {"kind": type(result).__name__, "number": number(result), "gradient": gradient}

    return attempt(call)


def _wrong_call(task: int, name: str, calls: list[dict[str, Any]], weight: float = 1) -> Finding | None:
    function = name.replace("-", "_")
    for call in calls:
        if "error" in call:
            return Finding(
                task, name, "wrong", weight, "function-failed", {"name": function, "error": call["error"]}
            )
        if call["value"]["kind"] in ("none", "ellipsis"):
            return Finding(task, name, "missing", weight, "returns-nothing", {"name": function})
        if call["value"]["number"] is None:
            return Finding(
                task,
                name,
                "wrong",
                weight,
                "returns-no-number",
                {"name": function, "kind": call["value"]["kind"]},
            )
    return None


def _compare_sigmoid(
    task: int, name: str, inputs: list[float], got: list[float], weight: float = 1
) -> Finding:
    if all(close(value, sigmoid(z)) for z, value in zip(inputs, got)):
        return Finding(task, name, "right", weight)
    if all(close(value, sigmoid(sigmoid(z))) for z, value in zip(inputs, got)):
        return Finding(task, name, "wrong", weight, "sigmoid-twice")
    if all(close(value, sigmoid(-z)) for z, value in zip(inputs, got)):
        return Finding(task, name, "wrong", weight, "sigmoid-sign")
    outside = any(not math.isfinite(value) or not 0 <= value <= 1 for value in got)
    hint = "sigmoid-outside" if outside else "sigmoid-value"
    z, value = next((z, v) for z, v in zip(inputs, got) if not close(v, sigmoid(z)))
    return Finding(task, name, "wrong", weight, hint, {"input": f"{z:.3f}", "got": f"{value:.4f}"})


def _label(function: Any, value: float) -> dict[str, Any]:
    """Call ``binary`` on a Value, or on a plain number where it was written for one."""
    result = attempt(lambda: number(function(Value(value))))
    if "error" in result:
        plain = attempt(lambda: number(function(value)))
        result = plain if "error" not in plain else result
    return result


def was_drawn(view: View) -> bool | None:
    """Tell whether the task's cells showed a picture; None where that cannot be told."""
    shown = any(_SHOWN.match(kind) for output in view.outputs for kind in output.get("kinds", []))
    return shown or (False if view.complete else None)


def _error(outcome: dict[str, Any]) -> str:
    return str(outcome.get("error", "")) or "None"


def _short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


TASK_1 = _Task1()
TASK_2 = _Task2()
TASK_3 = _Task3()
TASK_4 = _Task4()
TASK_5 = _Task5()
