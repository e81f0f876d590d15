"""One mistake, named once: what a task's findings become when those of the tasks it stands on are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from micrograd.lab.checks.finding import Finding

#: Which tasks each task stands on.
NEEDS: dict[int, tuple[int, ...]] = {
    1: (),
    2: (),
    3: (1, 2),
    4: (1, 2, 3),
    5: (1, 2, 3),
    6: (),
    7: (2, 5),
    8: (2, 5, 7),
    9: (2, 5, 6, 7),
    10: (2, 5, 6, 7, 9),
}

_NOTHING_TRAINED = {"gradients-zero", "train-does-nothing", "train-leaves-model"}
_NOT_BEGUN = {"no-error", "no-perceptron", "no-backward-small", "no-train", "train-does-nothing", "not-updated",
              "no-by-hand", "steps-ignored"}  # fmt: skip


def settle(findings: Mapping[int, list[Finding]]) -> dict[int, list[Finding]]:
    """Return the findings without those that say again what another task's say already.

    A mistake that comes from a function of another task counts as right here. What could not be done for it is to be
    looked at after that task.
    """
    settled: dict[int, list[Finding]] = {}
    for task in sorted(findings):
        settled[task] = [_settled(finding, settled) for finding in findings[task]]
    return settled


def _settled(finding: Finding, before: Mapping[int, list[Finding]]) -> Finding:
    if finding.state in ("right", "unseen") or not finding.weight:
        return finding
    for task in NEEDS[finding.task]:
        for earlier in before.get(task, ()):
            if earlier.state in ("wrong", "missing") and earlier.weight and _comes_from(finding, earlier):
                return replace(finding, state="right", hint=None, values={})
    if finding.hint in _NOTHING_TRAINED and finding.task == 10:
        for earlier in before.get(9, ()):
            if earlier.hint == finding.hint and _same_function(finding, earlier):
                return replace(finding, state="missing", hint="after-task", values={"task": 9})
    if finding.state == "missing" and (finding.hint in _NOT_BEGUN or finding.hint is None):
        failed = next((task for task in NEEDS[finding.task] if not _is_right(before.get(task, ()))), None)
        waits = finding.values.get("stopped") or finding.task == 4 or _is_wrong(before)
        if failed is not None and waits:
            return replace(finding, hint="after-task" if finding.hint else None, values={"task": failed})
    return finding


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
    if finding.hint == "not-enough-updates" and earlier.hint == "other-input":
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
