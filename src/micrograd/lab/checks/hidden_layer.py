"""Task 8: the network with two hidden neurons, and its graph of gradients."""

from __future__ import annotations

import random
from typing import Any

from micrograd.lab.checks.finding import Finding
from micrograd.lab.checks.graphs import graph_shown
from micrograd.lab.checks.networks import gradients_of
from micrograd.lab.checks.observing import View, swept_values

SMALL = [2, 2, 1]


class _Task8:
    def questions(self, generator: random.Random) -> dict[str, Any]:
        return {}

    def observe(self, view: View, asked: dict[str, Any]) -> dict[str, Any]:
        models = view.models(SMALL)
        trails = view.trails(SMALL, 8)
        swept = any(trail.sweeps for trail in trails)
        # A pass whose gradients are all 0 is known by its root alone.
        swept = swept or any(swept_values(view.variables, model) for model in models)
        if not view.cells or not view.complete:
            # Seen from inside a notebook, a cell may have run before anybody watched.
            swept = swept or any(any(gradients_of(model)) for model in models)
        return {"models": len(models) + len(trails), "swept": swept, "drawn": graph_shown(view, trails)}

    def judge(self, asked: dict[str, Any], observed: dict[str, Any]) -> list[Finding]:
        if not observed["models"]:
            return [
                Finding(8, "small", "missing", 1, "no-model-of-size"),
                Finding(8, "graph", "missing", 0.5),
            ]
        findings = [Finding(8, "small", "right", 0)]
        findings.append(
            Finding(8, "small-backward", "right", 1)
            if observed["swept"]
            else Finding(8, "small-backward", "missing", 1, "no-backward-small")
        )
        drawn = observed["drawn"]
        if drawn is None:
            findings.append(Finding(8, "graph", "unseen", 0.5))
        elif drawn:
            findings.append(Finding(8, "graph", "right", 0.5))
        else:
            findings.append(Finding(8, "graph", "missing", 0.5, "no-graph" if observed["swept"] else None))
        return findings


TASK_8 = _Task8()
