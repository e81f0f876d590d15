"""One mistake, named once: what a task's findings become when those of the tasks it stands on are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from micrograd.lab.checks.finding import Finding

#: Tasks that show how what a task asks for is used.
SHOWN_BY: dict[int, tuple[int, ...]] = {2: (3,)}

#: Which tasks each task stands on.
NEEDS: dict[int, tuple[int, ...]] = {
    1: (),
    2: (),
    3: (1, 2),
    4: (1, 2, 3),
    5: (1, 2, 3),
    6: (),
    7: (2, 5),
    8: (2, 5, 6, 7),
    9: (2, 5, 6, 7),
    10: (2, 5, 6, 7, 9),
}

_CUT_OFF = {"sigmoid-cut-off", "sigmoid-plain-number", "loss-cut-off", "loss-plain-number", "binary-in-loss",
            "other-model"}  # fmt: skip
_NOTHING_TRAINED = {"gradients-zero", "train-does-nothing", "train-leaves-model"}
_REPEATED = {("never-propagated", "never-propagated"), ("other-size", "train-leaves-model")}
"""Hints of task 10 that say what the one of task 9 says, whatever functions are called."""
_AMISS = {"other-target"}
"""Mistakes in task 3 that end the updates before they begin."""
_NOT_BEGUN = {"no-error", "no-perceptron", "no-backward-small", "no-train", "train-does-nothing", "not-updated",
              "no-by-hand", "steps-ignored"}  # fmt: skip


def settle(findings: Mapping[int, list[Finding]]) -> dict[int, list[Finding]]:
    """Return the findings without those that say again what another task's say already.

    A mistake that comes from a function of another task counts as right here. What could not be done for it is to be
    looked at after that task.
    """
    settled: dict[int, list[Finding]] = {}
    for task in sorted(findings):
        settled[task] = _said_once(
            [_settled(_as_used(finding, findings), settled) for finding in findings[task]]
        )
    return settled


def _said_once(findings: list[Finding]) -> list[Finding]:
    """Return a task's findings, of which only the first one says that they are to be looked at later."""
    result: list[Finding] = []
    for finding in findings:
        repeats = finding.hint == "after-task" and any(other.hint == "after-task" for other in result)
        result.append(replace(finding, hint=None) if repeats else finding)
    return result


def _as_used(finding: Finding, findings: Mapping[int, list[Finding]]) -> Finding:
    """Return a sigmoid that forgets the graph as right where its caller writes the number into the graph's node."""
    used = any(other.name == "backward" and other.values.get("swept") for other in findings.get(3, ()))
    if finding.hint == "sigmoid-cut-off" and used:
        return replace(finding, state="right", hint=None)
    return finding


def _settled(finding: Finding, before: Mapping[int, list[Finding]]) -> Finding:
    if finding.state in ("right", "unseen") or not finding.weight:
        return finding
    for task in NEEDS[finding.task]:
        for earlier in before.get(task, ()):
            if earlier.state in ("wrong", "missing") and earlier.weight and _comes_from(finding, earlier):
                return replace(finding, state="right", hint=None, values={})
    if finding.task == 10:
        for earlier in before.get(9, ()):
            same = earlier.hint == finding.hint in _NOTHING_TRAINED and _same_function(finding, earlier)
            if same or (finding.hint, earlier.hint) in _REPEATED:
                return replace(finding, state="missing", hint="after-task", values={"task": 9})
    stopped = bool(finding.values.get("stopped"))
    if finding.state == "missing" and (finding.hint in _NOT_BEGUN or finding.hint is None or stopped):
        failed = next((task for task in NEEDS[finding.task] if not _is_right(before.get(task, ()))), None)
        waits = stopped or finding.task == 4 or _is_wrong(before)
        waits = waits or (finding.task == 5 and any(f.hint in _AMISS for f in before.get(3, ())))
        cut = next((f.task for f in (*before.get(2, ()), *before.get(7, ())) if f.hint in _CUT_OFF), None)
        if cut in NEEDS[finding.task]:
            failed, waits = cut, True  # nothing that is propagated comes to the weights
        if failed is not None and waits:
            failed = _root(failed, before)
            return replace(finding, hint="after-task" if finding.hint else None, values={"task": failed})
    return finding


def _root(task: int, before: Mapping[int, list[Finding]]) -> int:
    """Return the task that a task waits for, itself if it waits for none."""
    waiting = (f.values.get("task") for f in before.get(task, ()) if f.hint == "after-task")
    return next((found for found in waiting if isinstance(found, int)), task)


def _comes_from(finding: Finding, earlier: Finding) -> bool:
    """Tell whether a finding only repeats what an earlier task's finding says."""
    if finding.hint in ("function-failed", "returns-nothing"):
        return False
    if earlier.task == 9:
        # Task 10 with the same function as task 9, whose faults are task 9's.
        return _same_function(finding, earlier) and finding.hint == earlier.hint
    if finding.name == "accuracy" and earlier.name == "binary":
        return finding.hint == earlier.hint  # the label's fault, whatever the function is called
    if finding.values.get("loss"):
        # The loss, where it is not the mean squared error of the sigmoid: the function's fault, or the sigmoid's.
        return (earlier.task == 7 and earlier.name in ("loss", "connected", "pure")) or earlier.task == 2
    if finding.task == 3 and finding.hint == "no-sigmoid-on-output" and earlier.task == 2:
        return True  # the sigmoid was called, and did nothing
    if earlier.hint == "other-input" and finding.hint in ("not-enough-updates", "by-hand-swapped"):
        return True
    if finding.task in (9, 10) and earlier.task == 7 and earlier.name == "pure":
        return True  # whoever measures a model trains it as well
    if (
        finding.task in (9, 10)
        and finding.hint in ("train-does-nothing", "update-other")
        and earlier.task == 7
    ):
        return earlier.name == "connected"
    return False


def _same_function(finding: Finding, earlier: Finding) -> bool:
    function = finding.values.get("function")
    return bool(function) and function == earlier.values.get("function")


def _is_wrong(before: Mapping[int, list[Finding]]) -> bool:
    """Tell whether the perceptron or the sigmoid is there and wrong: what goes on with them comes out otherwise."""
    return any(
        finding.state == "wrong" and finding.name in ("perceptron", "sigmoid")
        for task in (1, 2)
        for finding in before.get(task, ())
    )


def _is_right(findings: list[Finding] | tuple[()]) -> bool:
    return all(finding.state in ("right", "unseen") or not finding.weight for finding in findings)
