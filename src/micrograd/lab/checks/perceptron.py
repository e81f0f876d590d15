"""Tasks 1 and 3: one neuron, and the error of one sample, propagated."""

from __future__ import annotations

import itertools
import random
from typing import Any

from micrograd.lab.checks import reference
from micrograd.lab.checks.finding import Finding
from micrograd.lab.checks.graphs import graph_shown
from micrograd.lab.checks.mistakes import shown_in
from micrograd.lab.checks.networks import parameters_of
from micrograd.lab.checks.observing import View, attempt, is_node, layer_sizes, number, numbers
from micrograd.lab.checks.reference import PERCEPTRON_INPUT, close, sigmoid
from micrograd.lab.checks.roles import own_sigmoid, perceptron_of
from micrograd.lab.checks.trails import Sweep

PERCEPTRON = [2, 1]
_MOST_SWEEPS = 60


class _Task1:
    """A model of one linear neuron with two inputs, drawn from the handout's seed."""

    def questions(self, generator: random.Random) -> dict[str, Any]:
        return {"inputs": [[generator.uniform(-2, 2), generator.uniform(-2, 2)] for _ in range(4)]}

    def observe(self, view: View, asked: dict[str, Any]) -> dict[str, Any]:
        model = perceptron_of(view)
        if model is None:
            others = (parameters_of(other) for other in view.models())
            return {"other": next((found for found in others if len(found) != 3), None)}
        observed = attempt(lambda: parameters_of(model))
        outputs = attempt(lambda: [number(model(x)) for x in asked["inputs"]])
        return {"parameters": observed, "outputs": outputs, "sizes": layer_sizes(model)}

    def judge(self, asked: dict[str, Any], observed: dict[str, Any]) -> list[Finding]:
        if not observed.get("parameters"):
            other = observed.get("other")
            if other:
                size = {"count": len(other)}
                return [Finding(1, "perceptron", "wrong", 1, "perceptron-size", size)]
            return [Finding(1, "perceptron", "missing", 1, "no-perceptron")]
        parameters = observed["parameters"].get("value") or []
        outputs = observed["outputs"].get("value")
        if len(parameters) != 3:
            return [Finding(1, "perceptron", "wrong", 1, "perceptron-size", {"count": len(parameters)})]
        w0, w1, b = parameters
        expected = [w0 * x[0] + w1 * x[1] + b for x in asked["inputs"]]
        if outputs is None or None in outputs:
            values = {"error": str(observed["outputs"].get("error", "")) or "None"}
            finding = Finding(1, "perceptron", "wrong", 1, "perceptron-call", values)
        elif all(close(got, want) for got, want in zip(outputs, expected)):
            finding = Finding(1, "perceptron", "right", 1)
        else:
            finding = Finding(1, "perceptron", "wrong", 1, "perceptron-not-linear")
        seeded = (
            Finding(1, "seeds", "right", 0.5)
            if _is_seeded(parameters)
            else Finding(1, "seeds", "wrong", 0.5, "seeds-not-set")
        )
        return [finding, seeded]


class _Task3:
    """The error of one sample, propagated, and its graph.

    Every backward pass into a model of three parameters was recorded with the error that it started from, so that
    neither the names nor what became of them afterwards matter.
    """

    def questions(self, generator: random.Random) -> dict[str, Any]:
        return {}

    def observe(self, view: View, asked: dict[str, Any]) -> dict[str, Any]:
        sweeps = []
        for trail in view.trails(PERCEPTRON, 3):
            for sweep in trail.sweeps[:_MOST_SWEEPS]:
                w0, w1, b = sweep.parameters
                z = w0 * PERCEPTRON_INPUT[0] + w1 * PERCEPTRON_INPUT[1] + b
                sweeps.append(
                    {"z": z, "error": sweep.root, "own": own_sigmoid(view, z), "input": _input_of(sweep)}
                )
        error, model = view.get("error"), perceptron_of(view)
        return {
            "sweeps": sweeps[:_MOST_SWEEPS],
            "x": numbers(view.get("x")),
            "target": number(view.get("target")),
            "output": number(view.get("output")),
            "error": number(error),
            "error_gradient": number(error.grad) if is_node(error) else None,
            "parameters": parameters_of(model) if model is not None else [],
            "drawn": graph_shown(view, view.trails(PERCEPTRON, 3)),
        }

    def judge(self, asked: dict[str, Any], observed: dict[str, Any]) -> list[Finding]:
        drawn = observed["drawn"]
        graph = (
            Finding(3, "graph", "unseen", 0.5)
            if drawn is None
            else Finding(3, "graph", "right", 0.5)
            if drawn
            else Finding(3, "graph", "missing", 0.5, "no-graph")
        )
        if observed["sweeps"]:
            reached = Finding(3, "backward", "right", 0.5, values={"swept": True})
            return [self._swept(observed), reached, graph]
        if observed["error"] is None:
            return [
                Finding(3, "error", "missing", 1, "no-error"),
                Finding(3, "backward", "missing", 0.5),
                graph,
            ]
        swept = observed["error_gradient"]
        if swept is not None and close(swept, 1):
            backward = Finding(3, "backward", "right", 0.5)
        else:
            hint = "error-not-value" if swept is None else "no-backward"
            backward = Finding(3, "backward", "missing", 0.5, hint)
        return [self._named(observed), backward, graph]

    def _swept(self, observed: dict[str, Any]) -> Finding:
        """Judge the errors from which gradients were propagated; one right one is enough."""
        found: list[Finding] = []
        for sweep in observed["sweeps"]:
            hint = _error_hint(sweep["z"], sweep["error"], sweep["own"])
            if hint == "":
                return Finding(3, "error", "right", 1)
            if hint:
                found.append(Finding(3, "error", "wrong", 1, hint, _GIVEN.get(hint, {})))
        asked_for = self._asked_for(observed)
        if asked_for:
            return asked_for
        inputs = [sweep["input"] for sweep in observed["sweeps"]]
        if not any(x is None or all(close(a, b, 1e-4) for a, b in zip(x, PERCEPTRON_INPUT)) for x in inputs):
            return Finding(3, "error", "wrong", 1, "other-input", {"given": inputs[0]})
        if found:
            return found[0]
        sweep = observed["sweeps"][0]
        values = {"got": sweep["error"] or 0.0, "output": sigmoid(sweep["z"])}
        return Finding(3, "error", "wrong", 1, "error-value", values)

    def _named(self, observed: dict[str, Any]) -> Finding:
        """Judge the variables ``output`` and ``error`` where no backward pass was seen."""
        asked_for = self._asked_for(observed)
        if asked_for:
            return asked_for
        output, error, parameters = observed["output"], observed["error"], observed["parameters"]
        if len(parameters) == 3:
            z = parameters[0] * PERCEPTRON_INPUT[0] + parameters[1] * PERCEPTRON_INPUT[1] + parameters[2]
            hint = _error_hint(z, error, None)
            if hint is not None:
                right = Finding(3, "error", "right", 1)
                return Finding(3, "error", "wrong", 1, hint, _GIVEN.get(hint, {})) if hint else right
        if output is not None and close(error, (output - 1) ** 2):
            return Finding(3, "error", "right", 1)
        values = {"got": error, "output": output or 0.0}
        return Finding(3, "error", "wrong", 1, "error-value", values)

    def _asked_for(self, observed: dict[str, Any]) -> Finding | None:
        x, target = observed["x"], observed["target"]
        if x is not None and (len(x) != 2 or not all(close(a, b) for a, b in zip(x, PERCEPTRON_INPUT))):
            return Finding(3, "error", "wrong", 1, "other-input", {"given": x})
        if target is not None and not close(target, 1):
            return Finding(3, "error", "wrong", 1, "other-target", {"given": target})
        return None


_GIVEN: dict[str, dict[str, Any]] = {"other-target": {"given": 0}}


def _input_of(sweep: Sweep) -> list[float] | None:
    """Return the sample that a backward pass saw: a weight's gradient is the bias's times its input."""
    w0, w1, b = (after - before for before, after in zip(sweep.gradients_before, sweep.gradients))
    return [round(w0 / b, 6), round(w1 / b, 6)] if abs(b) > 1e-9 else None


def _error_hint(z: float, error: float | None, own: float | None) -> str | None:
    """Return "" for the right error of an output, the hint of a mistake that alone explains it, or None."""
    if error is None:
        return None
    explained = [
        hint
        for hint, gives in (("", _right_error), *shown_in("error"))
        if close(error, gives(z)) and not (hint == "sigmoid-sign" and own is not None)
    ]
    if "" in explained:
        return ""
    if own is not None and close(error, (own - 1) ** 2):
        return ""  # right with the sigmoid that there is, whose faults are task 2's
    return explained[0] if len(explained) == 1 else None


def _right_error(z: float) -> float:
    return (sigmoid(z) - 1) ** 2


def _is_seeded(parameters: list[float]) -> bool:
    """Tell whether a perceptron's weights come from the seed, also after it learned from the handout's sample.

    Its updates are multiples of (x0, x1, 1), and its bias began at 0.
    """
    w0, w1, b = parameters
    start = (w0 - b * PERCEPTRON_INPUT[0], w1 - b * PERCEPTRON_INPUT[1])
    drawn = reference.drawn_after_seed()
    return any(close(start[0], u) and close(start[1], v) for u, v in itertools.pairwise(drawn))


TASK_1 = _Task1()
TASK_3 = _Task3()
