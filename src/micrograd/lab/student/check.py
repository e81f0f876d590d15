"""``micrograd lab check``, and ``check(task)`` inside the notebook: what is done, what is not, and where to look."""

from __future__ import annotations

import argparse
import os
import random
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from micrograd.lab import checks
from micrograd.lab.checks import Finding, View
from micrograd.lab.content.tasks import CHECKED_POINTS, TASKS, WORDS_POINTS
from micrograd.lab.content.tasks import task as task_of
from micrograd.lab.errors import LabError
from micrograd.lab.plain_text import plain_text
from micrograd.lab.student.find_notebook import find_notebook
from micrograd.lab.student.project.words import WORDS
from micrograd.language import Language, choose

if TYPE_CHECKING:
    from micrograd.lab.sandbox.execution import CodeCell, Run

_CHECK_LINE = re.compile(r"\bcheck\((\d+)")
_SHOWN: set[tuple[int, str]] = set()
_MARKS = {"right": "✓", "wrong": "✗", "missing": "·", "unseen": "?"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options to its parser."""
    parser.add_argument(
        "notebook", nargs="?", type=Path, help="the notebook, or the project it is in (default: the one here)"
    )
    parser.add_argument(
        "--task", type=int, action="append", metavar="N", help="only this task; may be repeated"
    )


def main(arguments: argparse.Namespace) -> int:
    """Run the notebook in a copy and print what the checks say; return 0 if everything is right, else 1."""
    language = choose(arguments.lang)
    path = find_notebook(arguments.notebook, language)
    try:
        wanted = [task_of(number).number for number in arguments.task or checks.NUMBERS]
    except ValueError as error:
        raise LabError(str(error)) from None
    return 0 if print_check(path, language, wanted) else 1


def print_check(
    path: Path, language: Language, wanted: list[int] | None = None, out: TextIO | None = None
) -> bool:
    """Run the notebook at ``path``, print task by task what is done, and return whether all of it is.

    Raises ``LabError`` if it is no notebook.
    """
    from tqdm import tqdm

    from micrograd.lab.checks.submitted import UnreadableError, read
    from micrograd.lab.sandbox import execution
    from micrograd.lab.sandbox.isolation import Isolation
    from micrograd.lab.sandbox.submission_files import beside

    words, out = WORDS[language], out or sys.stdout
    try:
        submitted = read(path.read_bytes())
    except (UnreadableError, OSError) as error:
        raise LabError(words["check failed"].format(path=path, reason=error)) from None
    with tqdm(total=len(submitted.cells), desc=words["running"], leave=False, disable=None) as bar:
        result = execution.run(
            submitted.cells,
            # It is the user's own code, on the user's own machine: limits are enough, and quicker to set up.
            Isolation("limits"),
            language,
            files=beside(path),
            words=submitted.answers,
            on_cell=lambda number, count: bar.update(),
        )
    perfect = True
    for number in wanted or checks.NUMBERS:
        findings = result.findings[number]
        perfect &= _print_task(number, findings, language, out)
        if not _is_right(result, number):
            for cell, message in _errors(submitted.cells, result, number)[:1]:
                print(f"     ! {words['stops'].format(line=_first_line(cell), error=message)}", file=out)
        if TASKS[number - 1].words:
            answered = number in submitted.answers
            perfect &= answered
            print(
                f"     {'✓' if answered else '·'} {words['words done' if answered else 'words missing']}",
                file=out,
            )
    _print_errors(submitted.cells, result, wanted or list(checks.NUMBERS), language, out)
    total = sum(checks.points(number, result.findings[number]) for number in checks.NUMBERS)
    if not wanted or len(wanted) == len(checks.NUMBERS):
        line = words["total"].format(got=f"{total:g}", most=f"{CHECKED_POINTS:g}", words=f"{WORDS_POINTS:g}")
        print(f"\n{line}", file=out)
    return perfect


def check(number: int, lang: str | None = None) -> float | None:
    """Check one task from inside the notebook and print what came out, in ``lang``.

    Under nbgrader's ``autograde`` and ``validate`` it returns the task's points, which nbgrader reads; otherwise
    nothing. Raises ``ValueError`` for a task that the lab does not have.
    """
    language = choose(lang)
    task_of(number)
    findings = _look_around(number)
    _print_task(number, findings, language, sys.stdout)
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


def _print_task(number: int, findings: list[Finding], language: Language, out: TextIO) -> bool:
    words = WORDS[language]
    task = TASKS[number - 1]
    got = checks.points(number, findings)
    right = all(finding.state in ("right", "unseen") or not finding.weight for finding in findings)
    mark = "✓" if right else "✗" if any(finding.state == "wrong" for finding in findings) else "·"
    score = words["of"].format(got=f"{got:g}", most=f"{task.points:g}")
    colon = " :" if language == "fr" else ":"
    print(f"{mark} {words['task']} {number}{colon} {task.title[language]}  ({score})", file=out)
    for finding in findings:
        if finding.state == "right" or (finding.state == "unseen" and not finding.hint):
            continue
        if not finding.weight and finding.state == "missing":
            continue
        advice = finding.advice(language) or words["to do"]
        kind = f"{words['remark']}{colon} " if not finding.weight else ""
        mark = "→" if not finding.weight else _MARKS[finding.state]
        print(f"     {mark} {finding.title(language)}{colon} {kind}{advice}", file=out)
    return right


def _print_errors(
    cells: list[CodeCell], result: Run, wanted: list[int], language: Language, out: TextIO
) -> None:
    """Name the cells that stopped with an error where their task did not, and where the run ended early."""
    words = WORDS[language]
    errors = [
        error
        for task in (*wanted, None)
        if task is None or _is_right(result, task)
        for error in _errors(cells, result, task)
    ]
    if errors:
        print(f"\n{words['errors']}", file=out)
        for cell, message in errors:
            print(f"     {_place(cell, language)}\n         {message}", file=out)
    if result.end != "finished" and result.cell is not None:
        detail = plain_text(result.detail.partition("\n")[0])
        reason = words.get(f"end {result.end}", result.end).format(detail=detail)
        print(
            "\n" + words["ended"].format(place=_place(cells[result.cell], language), reason=reason), file=out
        )


def _errors(cells: list[CodeCell], result: Run, task: int | None) -> list[tuple[CodeCell, str]]:
    """Return a task's cells that stopped with an error, each with that error in one line."""
    return [
        (cell, plain_text(f"{item.get('name')}: {str(item.get('message')).partition(chr(10))[0]}")[:200])
        for cell, items in zip(cells, result.outputs)
        for item in items
        if item.get("type") == "error" and cell.task == task
    ]


def _is_right(result: Run, task: int) -> bool:
    return all(
        finding.state in ("right", "unseen") or not finding.weight for finding in result.findings[task]
    )


def _place(cell: CodeCell, language: Language) -> str:
    words = WORDS[language]
    task = f"{words['task'].lower()} {cell.task}" if cell.task else words["outside"]
    return words["place"].format(task=task, line=_first_line(cell))


def _first_line(cell: CodeCell) -> str:
    return plain_text(next((line.strip() for line in cell.source.splitlines() if line.strip()), ""))[:70]
