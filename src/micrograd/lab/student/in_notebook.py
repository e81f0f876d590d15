"""``check(task)`` inside the notebook: a task judged by the variables and outputs that are there now."""

from __future__ import annotations

import os
import random
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from micrograd.lab import checks
from micrograd.lab.checks import Finding, View
from micrograd.lab.content.tasks import task as task_of
from micrograd.lab.student.verdict import print_task
from micrograd.language import choose

_CHECK_LINE = re.compile(r"\bcheck\((\d+)")
_SHOWN: set[tuple[int, str]] = set()


def check(number: int, lang: str | None = None) -> float | None:
    """Check one task from inside the notebook and print what came out, in ``lang``.

    Under nbgrader's ``autograde`` and ``validate`` it returns the task's points, which nbgrader reads; otherwise
    nothing. Raises ``ValueError`` for a task that the lab does not have.
    """
    language = choose(lang)
    task_of(number)
    findings = _look_around(number)
    print_task(number, findings, language, sys.stdout)
    if os.environ.get("NBGRADER_EXECUTION"):
        return checks.points(number, findings)
    return None


def _look_around(number: int) -> list[Finding]:
    """Judge a task by the variables and outputs of the notebook that is running."""
    import IPython

    current: Callable[[], Any] = IPython.get_ipython
    shell = current()
    variables = shell.user_ns if shell is not None else sys.modules["__main__"].__dict__
    view = View(variables, _outputs_of(number, shell), complete=False)
    asked = checks.questions(number, random.Random())
    findings = checks.judge(number, asked, checks.observe(number, view, asked))
    # What was shown once stays shown, also where the cells were not run again since.
    _SHOWN.update((number, finding.name) for finding in findings if finding.state == "right")
    return [
        replace(finding, state="right", hint=None)
        if finding.state == "unseen" and (number, finding.name) in _SHOWN
        else finding
        for finding in findings
    ]


def _outputs_of(number: int, shell: Any) -> list[dict[str, Any]]:
    """Return what the cells since another task's check line have shown, as far as IPython remembers (from 9 on)."""
    remembered = getattr(getattr(shell, "history_manager", None), "outputs", {})
    sources = shell.user_ns.get("In", []) if shell is not None else []
    outputs = []
    for count in range(len(sources) - 1, 0, -1):
        line = _CHECK_LINE.search(sources[count])
        if line and int(line.group(1)) != number:
            break
        for output in remembered.get(count, []):
            bundle = output.bundle
            text = bundle.get("stream", bundle.get("text/plain", ""))
            outputs.append({"text": "".join(text), "kinds": [kind for kind in bundle if "/" in kind]})
    return outputs
