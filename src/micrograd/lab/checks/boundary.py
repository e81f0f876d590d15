"""Tasks 8 and 10: the two networks with a hidden layer, the small one's graph and the wide one's result."""

from __future__ import annotations

import random
from typing import Any

from micrograd.lab.checks.finding import Finding
from micrograd.lab.checks.moons import data_of
from micrograd.lab.checks.observing import View, gradients_of, parameters_of, swept_values
from micrograd.lab.checks.perceptron import was_drawn
from micrograd.lab.checks.training import SIZES, judge_result

WIDE = [2, 16, 1]
GOOD_ENOUGH = 0.88


class _Task8:
    """The small network, and its graph of gradients."""

    def questions(self, generator: random.Random) -> dict[str, Any]:
        return {}

    def observe(self, view: View, asked: dict[str, Any]) -> dict[str, Any]:
        models = [model for _, model in view.models(SIZES)]
        return {
            "gradients": [gradients_of(model) for model in models],
            # Reset after the drawing, they were there all the same.
            "swept": any(swept_values(view.variables, model) for model in models),
            "drawn": was_drawn(view),
        }

    def judge(self, asked: dict[str, Any], observed: dict[str, Any]) -> list[Finding]:
        if not observed["gradients"]:
            return [
                Finding(8, "small", "missing", 1, "no-model-of-size"),
                Finding(8, "graph", "missing", 0.5),
            ]
        swept = observed["swept"] or any(abs(g) > 0 for gradients in observed["gradients"] for g in gradients)
        findings = [Finding(8, "small", "right", 0)]
        findings.append(
            Finding(8, "small-backward", "right", 1)
            if swept
            else Finding(8, "small-backward", "missing", 1, "no-backward-small")
        )
        drawn = observed["drawn"]
        if drawn is None:
            findings.append(Finding(8, "graph", "unseen", 0.5))
        elif drawn:
            findings.append(Finding(8, "graph", "right", 0.5))
        else:
            findings.append(Finding(8, "graph", "missing", 0.5, "no-graph"))
        return findings


class _Task10:
    """Sixteen hidden neurons, trained until both moons are told apart."""

    def questions(self, generator: random.Random) -> dict[str, Any]:
        return {}

    def observe(self, view: View, asked: dict[str, Any]) -> dict[str, Any]:
        return {**data_of(view), "models": [parameters_of(model) for _, model in view.models(WIDE)]}

    def judge(self, asked: dict[str, Any], observed: dict[str, Any]) -> list[Finding]:
        return [judge_result(10, observed, GOOD_ENOUGH, "wide-not-trained")]


TASK_8 = _Task8()
TASK_10 = _Task10()
