"""What is right and what is not in a student's notebook, task by task.

A check has two halves that never trust each other. ``observe`` runs beside the student's code: it calls the
student's functions on data that it was handed, and reports what came back, without an opinion. ``judge`` draws
that data, knows what should have come back, and decides; while grading it runs in another process, which the
student's code cannot reach. Between the two only JSON travels.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from micrograd.lab.checks import (
    activation,
    by_hand,
    hidden_layer,
    model_loss,
    moons,
    perceptron,
    training,
    updates,
)
from micrograd.lab.checks.finding import Finding
from micrograd.lab.checks.observing import Room, View, attempt, quietly
from micrograd.lab.checks.settling import NEEDS, SHOWN_BY, settle
from micrograd.lab.content.tasks import NUMBERS, TASKS
from micrograd.lab.plain_text import plain_text

_LONGEST_VALUE = 300
_ROOMS: dict[int, Room] = {
    1: perceptron.TASK_1,
    2: activation.TASK_2,
    3: perceptron.TASK_3,
    4: by_hand.TASK_4,
    5: updates.TASK_5,
    6: moons.TASK_6,
    7: model_loss.TASK_7,
    8: hidden_layer.TASK_8,
    9: training.TASK_9,
    10: training.TASK_10,
}


def generator_for(task: int, sources: Iterable[str]) -> random.Random:
    """Return the generator that draws what a task is asked: the same for the same code, unknown before it is written.

    ``sources`` are the task's own code cells. Neither outputs nor other tasks change what is drawn.
    """
    code = "\n".join(line.rstrip() for source in sources for line in source.splitlines() if line.strip())
    return random.Random(hashlib.sha256(f"{task}\n{code}".encode()).hexdigest())


def questions(task: int, generator: random.Random) -> dict[str, Any]:
    """Draw what a task's functions will be called with (JSON-ready)."""
    return _ROOMS[task].questions(generator)


def observe(task: int, view: View, asked: dict[str, Any]) -> dict[str, Any]:
    """Call the student's functions and return what came back (JSON-ready); never raises for a student's error."""
    view.task = task
    with quietly():
        outcome = attempt(lambda: _ROOMS[task].observe(view, asked))
    if "error" in outcome:
        return {"failed": outcome["error"]}
    observed: dict[str, Any] = outcome["value"]
    if view.stopped:
        observed["stopped"] = True
    return observed


def judge(task: int, asked: dict[str, Any], observed: dict[str, Any]) -> list[Finding]:
    """Decide what was right. ``observed`` may hold anything: it comes from the student's side."""
    if isinstance(observed, dict) and isinstance(observed.get("failed"), str):
        findings = [
            Finding(task, "observations", "wrong", 1.0, "not-observable", {"error": observed["failed"]})
        ]
        return [_tame(finding) for finding in findings]
    stopped = isinstance(observed, dict) and observed.pop("stopped", False) is True
    try:
        findings = [_tame(finding) for finding in _ROOMS[task].judge(asked, observed)]
        if stopped:  # what is missing may be missing for that
            findings = [
                replace(f, values={**f.values, "stopped": True}) if f.state == "missing" else f
                for f in findings
            ]
        return findings
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        # Only an observation of the wrong shape gets here, and ours are not: it was tampered with.
        return [Finding(task, "observations", "wrong", 1.0, "tampered")]


def _tame(finding: Finding) -> Finding:
    """Make what comes from the student's side fit for one line of a terminal or a table."""
    values = {
        name: " ".join(plain_text(value).split())[:_LONGEST_VALUE] if isinstance(value, str) else value
        for name, value in finding.values.items()
    }
    return replace(finding, values=values)


def get_ready() -> None:
    """Make what judging needs, so that the first judgement does not wait for it."""
    moons.handout_moons()


def nothing_seen(task: int) -> list[Finding]:
    """Return the findings for a task of which nothing could be observed."""
    return [Finding(task, "observations", "missing", 1.0, "not-run")]


def share(findings: list[Finding]) -> float:
    """Return which share of a task is right, from 0 to 1.

    What could not be seen does not count; where nothing at all could be seen, nothing speaks against it.
    """
    seen = [finding for finding in findings if finding.state != "unseen"]
    if findings and not seen:
        return 1.0
    total = sum(finding.weight for finding in seen)
    return sum(finding.weight for finding in seen if finding.state == "right") / total if total else 0.0


def points(task: int, findings: list[Finding]) -> float:
    """Return the points that the findings give for a task, to a quarter of a point."""
    return round(4 * TASKS[task - 1].points * share(findings)) / 4


__all__ = [
    "NEEDS",
    "NUMBERS",
    "SHOWN_BY",
    "Finding",
    "View",
    "generator_for",
    "get_ready",
    "judge",
    "nothing_seen",
    "observe",
    "points",
    "questions",
    "settle",
    "share",
]
