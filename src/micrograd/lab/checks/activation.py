"""Task 2: the sigmoid, written into ``data`` as the handout does it, and as an operation."""

from __future__ import annotations

import math
import random
from typing import Any

from micrograd.lab.checks.finding import Finding
from micrograd.lab.checks.mistakes import shown_in
from micrograd.lab.checks.observing import View
from micrograd.lab.checks.reference import close, sigmoid
from micrograd.lab.checks.roles import called, sigmoid_of, works_on_variables


class _Task2:
    def questions(self, generator: random.Random) -> dict[str, Any]:
        signs = [1, -1, generator.choice((-1, 1)), 1, -1]
        return {"inputs": [sign * generator.uniform(0.3, 4) for sign in signs]}

    def observe(self, view: View, asked: dict[str, Any]) -> dict[str, Any]:
        observed: dict[str, Any] = {"scaffold": view.scaffold}
        place = sigmoid_of(view)
        if place is not None:
            observed["sigmoid"] = [called(place.value, z, not view.scaffold) for z in asked["inputs"]]
        elif not view.scaffold:
            observed["without_arguments"] = works_on_variables(view)
        operation = view.get("sigmoid_operation")
        if callable(operation):
            observed["sigmoid_operation"] = [called(operation, z) for z in asked["inputs"]]
        return observed

    def judge(self, asked: dict[str, Any], observed: dict[str, Any]) -> list[Finding]:
        findings = [self._value(asked, observed)]
        if (
            observed.get("scaffold", True) or "sigmoid_operation" in observed
        ):  # the handout asks for one function
            findings.append(self._operation(asked, observed))
        return findings

    def _value(self, asked: dict[str, Any], observed: dict[str, Any]) -> Finding:
        calls = observed.get("sigmoid")
        if not calls and observed.get("without_arguments"):
            return Finding(2, "sigmoid", "unseen", 1, "sigmoid-unseen")
        if not calls:
            return Finding(2, "sigmoid", "missing", 1, "no-sigmoid")
        wrong = _wrong_call("sigmoid", calls)
        if wrong:
            return wrong
        values = [call["value"] for call in calls]
        finding = _compare("sigmoid", asked["inputs"], [value["number"] for value in values])
        forgets = any(value["on"] == "node" and value["gradient"] is None for value in values)
        if finding.state == "right" and forgets and observed.get("scaffold", True):
            # In a notebook of the student's own, the caller may write the number into ``data``.
            return Finding(2, "sigmoid", "wrong", 1, "sigmoid-plain-number")
        if finding.state == "right" and all(v["on"] == "node" and v["gradient"] == 0 for v in values):
            return Finding(2, "sigmoid", "wrong", 1, "sigmoid-cut-off")
        return finding

    def _operation(self, asked: dict[str, Any], observed: dict[str, Any]) -> Finding:
        name = "sigmoid-operation"
        calls = observed.get("sigmoid_operation")
        if not calls:
            return Finding(2, name, "missing", 0.5, "no-sigmoid-operation")
        wrong = _wrong_call(name, calls, 0.5)
        if wrong:
            return wrong
        finding = _compare(name, asked["inputs"], [call["value"]["number"] for call in calls], 0.5)
        if finding.state != "right":
            return finding
        slopes = [sigmoid(z) * (1 - sigmoid(z)) for z in asked["inputs"]]
        got = [call["value"]["gradient"] for call in calls]
        if all(slope is not None and close(slope, want) for slope, want in zip(got, slopes)):
            return finding
        return Finding(2, name, "wrong", 0.5, "operation-gradient")


def _wrong_call(name: str, calls: list[dict[str, Any]], weight: float = 1) -> Finding | None:
    function = name.replace("-", "_")
    for call in calls:
        if "error" in call:
            values = {"name": function, "error": call["error"]}
            return Finding(2, name, "wrong", weight, "function-failed", values)
        if call["value"]["kind"] == "nothing":
            return Finding(2, name, "missing", weight, "returns-nothing", {"name": function})
        if call["value"]["number"] is None:
            values = {"name": function, "kind": call["value"]["kind"]}
            return Finding(2, name, "wrong", weight, "returns-no-number", values)
    return None


def _compare(name: str, inputs: list[float], got: list[float], weight: float = 1) -> Finding:
    for hint, gives in (("", sigmoid), *shown_in("sigmoid")):
        if all(close(value, gives(z)) for z, value in zip(inputs, got)):
            return Finding(2, name, "wrong", weight, hint) if hint else Finding(2, name, "right", weight)
    outside = any(not math.isfinite(value) or not 0 <= value <= 1 for value in got)
    hint = "sigmoid-outside" if outside else "sigmoid-value"
    z, value = next((z, v) for z, v in zip(inputs, got) if not close(v, sigmoid(z)))
    return Finding(2, name, "wrong", weight, hint, {"input": f"{z:.3f}", "got": f"{value:.4f}"})


TASK_2 = _Task2()
