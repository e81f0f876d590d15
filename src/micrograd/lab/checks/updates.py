"""Task 5: the predicted label, and weights updated until it is right."""

from __future__ import annotations

import ast
import random
from typing import Any

from micrograd.lab.checks.descent import rates_of, read_trail, trail_data
from micrograd.lab.checks.finding import Finding
from micrograd.lab.checks.networks import gradients_of, parameters_of
from micrograd.lab.checks.observing import View
from micrograd.lab.checks.perceptron import PERCEPTRON
from micrograd.lab.checks.reference import PERCEPTRON_INPUT, sigmoid
from micrograd.lab.checks.roles import binary_of, failure_on_nodes, label_of, own_sigmoid, perceptron_of


class _Task5:
    def questions(self, generator: random.Random) -> dict[str, Any]:
        # Near the middle and far from it: another threshold gives another label.
        between = [(0.81, 0.99), (0.6, 0.7), (0.51, 0.55), (0.45, 0.49), (0.3, 0.4), (0.01, 0.19)]
        inputs = [generator.uniform(low, high) for low, high in between]
        return {"inputs": [*inputs, -generator.uniform(0.1, 3)]}

    def observe(self, view: View, asked: dict[str, Any]) -> dict[str, Any]:
        observed: dict[str, Any] = {"inline": None, "trails": [], "broke_off": view.stopped}
        place = binary_of(view)
        if place is not None:
            observed["binary"] = [label_of(place.value, value) for value in asked["inputs"]]
            observed["on_nodes"] = failure_on_nodes(view, place.value)
        else:
            observed["inline"] = _threshold(view)
        trails = view.trails(PERCEPTRON, 5) or view.trails(PERCEPTRON)
        moved = [trail for trail in trails if trail.start != trail.end]
        named = perceptron_of(view)
        model = moved[-1].model if moved else named
        if model is not None:
            observed["parameters"] = parameters_of(model)
            observed["gradients"] = gradients_of(model)
            if len(observed["parameters"]) == 3:
                observed["own"] = own_sigmoid(view, _output(observed["parameters"]))
            observed["trails"] = [trail_data(trail) for trail in trails if trail.model is model][-8:]
        return observed

    def judge(self, asked: dict[str, Any], observed: dict[str, Any]) -> list[Finding]:
        binary = self._binary(asked, observed.get("binary"), observed.get("inline"))
        if binary.state == "right" and observed.get("on_nodes"):
            values = {"name": "binary", "error": observed["on_nodes"]}
            binary = Finding(5, "binary", "wrong", 1, "function-failed", values)
        findings = [binary]
        for finding in self._updated(observed):
            ended = binary.state == "wrong" or (binary.state == "missing" and observed["broke_off"])
            if ended and finding.name == "updated" and finding.state == "missing":
                continue  # a wrong label ends the updates too early: one mistake, named once
            findings.append(finding)
        return findings

    def _binary(
        self, asked: dict[str, Any], calls: list[dict[str, Any]] | None, inline: float | None
    ) -> Finding:
        if not calls:
            if inline == 0.5:
                return Finding(5, "binary", "right", 1)
            if inline == 0:
                return Finding(5, "binary", "wrong", 1, "threshold-zero")
            return Finding(5, "binary", "missing", 1, "no-binary")
        if all(call.get("value") is None and "error" not in call for call in calls):
            return Finding(5, "binary", "missing", 1, "returns-nothing", {"name": "binary"})
        failed = next((call for call in calls if "error" in call), None)
        if failed:
            values = {"name": "binary", "error": failed["error"]}
            return Finding(5, "binary", "wrong", 1, "function-failed", values)
        got = [call.get("value") for call in calls]
        # A sigmoid never gives the negative input: it only tells a threshold at 0 from a label that is always 1.
        after_sigmoid = [(value, label) for value, label in zip(asked["inputs"], got) if value > 0]
        if all(label == float(value > 0.5) for value, label in after_sigmoid):
            return Finding(5, "binary", "right", 1)
        if got == [float(value > 0) for value in asked["inputs"]]:
            return Finding(5, "binary", "wrong", 1, "threshold-zero")
        if all(label == float(value < 0.5) for value, label in after_sigmoid):
            return Finding(5, "binary", "wrong", 1, "binary-swapped")
        if all(
            label == sigmoid(value) or label == float(sigmoid(value) > 0.5) for value, label in after_sigmoid
        ):
            return Finding(5, "binary", "wrong", 1, "binary-sigmoid")
        if set(got) == {-1.0, 1.0}:
            return Finding(5, "binary", "wrong", 1, "labels-minus-one")
        value, label = next((v, label) for v, label in after_sigmoid if label != float(v > 0.5))
        values = {"input": f"{value:.3f}", "got": f"{label:g}" if isinstance(label, float) else str(label)}
        return Finding(5, "binary", "wrong", 1, "binary-value", values)

    def _updated(self, observed: dict[str, Any]) -> list[Finding]:
        parameters = observed.get("parameters") or []
        if len(parameters) != 3:
            return [Finding(5, "updated", "missing", 1, "no-perceptron")]
        z, b = _output(parameters), parameters[2]
        own = observed.get("own")
        trails = [read_trail(data) for data in observed["trails"]]
        moved = [trail for trail in trails if trail.moved]
        rates = [rate for trail in moved for rate in rates_of(trail) if rate is not None]
        if trails and not moved:
            # Reset after each pass, before the update that should follow: nothing was left from pass to pass.
            fresh = [sum(not any(sweep["before"]) for sweep in trail.sweeps) for trail in trails]
            emptied = max(fresh) > 1 and not observed["trails"][-1]["left"]
            hint = "update-without-gradient" if emptied else "not-updated"
            return [Finding(5, "updated", "missing", 1, hint)]
        if (rates and sum(rates) < 0) or (not rates and b < 0):
            return [Finding(5, "updated", "wrong", 1, "wrong-sign"), *self._reset(observed, moved, z)]
        if z <= 0 and not (own is not None and own > 0.5):
            hint = "not-updated" if not moved and b == 0 else "not-enough-updates"
            return [Finding(5, "updated", "missing", 1, hint), *self._reset(observed, moved, z)]
        if not moved and b == 0:
            return [Finding(5, "updated", "missing", 1, "not-updated")]
        return [Finding(5, "updated", "right", 1), *self._reset(observed, moved, z)]

    def _reset(self, observed: dict[str, Any], moved: list[Any], z: float) -> list[Finding]:
        """Tell whether the gradients were set back to zero before each new error was propagated."""
        groups = [group for trail in moved for group in trail.groups]
        if groups:
            kept = [group for group in groups if not group.fresh]
            if any(_is_stale(trail.groups) for trail in moved):
                return [Finding(5, "reset", "wrong", 0.5, "loss-once")]
            # The first pass finds what task 3 left, where the gradients are reset after each update.
            if len(kept) * 2 > len(groups) or (len(kept) == len(groups) == 1):
                return [Finding(5, "reset", "wrong", 0.5, "gradients-not-reset")]
            return [Finding(5, "reset", "right", 0.5)]
        b = observed["parameters"][2]
        before = z - b * (PERCEPTRON_INPUT[0] ** 2 + PERCEPTRON_INPUT[1] ** 2 + 1)
        # One sweep's gradient of the bias is 2(o - 1) at most; with several of them added up it is more.
        largest = 2 * (1 - sigmoid(before))
        if abs(observed["gradients"][2]) > 1.01 * max(largest, 2 * (1 - sigmoid(z))):
            return [Finding(5, "reset", "wrong", 0.5, "gradients-not-reset")]
        return []


def _output(parameters: list[float]) -> float:
    """Return what a perceptron makes of the handout's sample, before the sigmoid."""
    w0, w1, b = parameters
    return w0 * PERCEPTRON_INPUT[0] + w1 * PERCEPTRON_INPUT[1] + b


def _is_stale(groups: list[Any]) -> bool:
    """Tell whether one and the same error was propagated after each update."""
    roots = {root for group in groups for root in group.roots}
    return len(groups) >= 3 and len(roots) == 1 and groups[0].parameters != groups[-1].parameters


def _threshold(view: View) -> float | None:
    """Return the number that the task's cells compare with in place of a function: 0.5, else 0, else None."""
    found: set[float] = set()
    for cell in view.own_cells(5):
        try:
            tree = ast.parse(cell.source)
        except (SyntaxError, ValueError, RecursionError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Compare):
                for side in (node.left, *node.comparators):
                    if isinstance(side, ast.Constant) and isinstance(side.value, (int, float)):
                        found.add(float(side.value))
            elif isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in (
                "round", "rint", "around",
            ):  # fmt: skip
                found.add(0.5)
    return 0.5 if 0.5 in found else 0.0 if 0.0 in found else None


TASK_5 = _Task5()
