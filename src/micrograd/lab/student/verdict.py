"""What the checks found, printed for a student: task by task, and the cells that stopped with an error."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TextIO

from micrograd.lab import checks
from micrograd.lab.checks import Finding
from micrograd.lab.content.tasks import TASKS
from micrograd.lab.plain_text import plain_text
from micrograd.lab.student.words import say
from micrograd.language import Language

if TYPE_CHECKING:
    from micrograd.lab.checks.submitted import CodeCell, Submitted
    from micrograd.lab.sandbox.confined import ConfinedRun

_MARKS = {"right": "✓", "wrong": "✗", "missing": "·", "unseen": "?"}

_MISSING_NAME = re.compile(r"NameError: name '(\w{1,80})' is not defined")
_WORD = re.compile(r"\w+")


def print_task(number: int, findings: list[Finding], language: Language, out: TextIO) -> bool:
    task = TASKS[number - 1]
    got = checks.points(number, findings)
    right = all(finding.state in ("right", "unseen") or not finding.weight for finding in findings)
    mark = "✓" if right else "✗" if any(finding.state == "wrong" for finding in findings) else "·"
    score = say("of", language, got=float(got), most=float(task.points))
    colon = say("colon", language)
    print(f"{mark} {say('task', language)} {number}{colon} {task.title[language]}  ({score})", file=out)
    for finding in findings:
        if finding.state == "right" or (finding.state == "unseen" and not finding.hint):
            continue
        if not finding.weight and finding.state == "missing":
            continue
        advice = finding.advice(language) or say("to do", language)
        kind = f"{say('remark', language)}{colon} " if not finding.weight else ""
        mark = "→" if not finding.weight else _MARKS[finding.state]
        print(f"     {mark} {finding.title(language)}{colon} {kind}{advice}", file=out)
    return right


def as_json(
    submitted: Submitted, result: ConfinedRun, wanted: Sequence[int], language: Language
) -> dict[str, Any]:
    """Return what the checks found as plain JSON data: by task its points and findings, and how the run ended."""
    tasks = []
    for number in wanted:
        findings = result.findings[number]
        task: dict[str, Any] = {
            "task": number,
            "title": TASKS[number - 1].title[language],
            "points": checks.points(number, findings),
            "most": TASKS[number - 1].points,
            "right": is_right(result, number),
            "findings": [
                {
                    "name": finding.name,
                    "state": finding.state,
                    "remark": not finding.weight,
                    "hint": finding.hint,
                    "text": finding.advice(language),
                }
                for finding in findings
            ],
            "errors": [
                {"cell": first_line(cell), "error": message}
                for cell, message in errors_of(submitted.cells, result, number)
            ],
        }
        if TASKS[number - 1].words:
            task["answered"] = number in submitted.answers
        tasks.append(task)
    return {
        "tasks": tasks,
        "points": sum(task["points"] for task in tasks),
        "most": sum(task["most"] for task in tasks),
        "end": result.end,
    }


def print_errors(
    cells: list[CodeCell], result: ConfinedRun, wanted: list[int], language: Language, out: TextIO
) -> None:
    """Name the cells that stopped with an error where their task did not, and where the run ended early."""
    errors = [
        error
        for task in (*wanted, None)
        if task is None or is_right(result, task)
        for error in errors_of(cells, result, task)
        if not _follows(*error, cells, result)
    ]
    if errors:
        print(f"\n{say('errors', language)}", file=out)
        for cell, message in errors:
            print(f"     {_place(cell, language)}\n         {message}", file=out)
    if result.end != "finished" and result.cell is not None:
        detail = plain_text(result.detail.partition("\n")[0])
        reason = say(f"end {result.end}", language, detail=detail)
        print(
            "\n" + say("ended", language, place=_place(cells[result.cell], language), reason=reason), file=out
        )


def errors_of(cells: list[CodeCell], result: ConfinedRun, task: int | None) -> list[tuple[CodeCell, str]]:
    """Return a task's cells that stopped with an error, each with that error in one line."""
    return [
        (cell, plain_text(f"{item.get('name')}: {str(item.get('message')).partition(chr(10))[0]}")[:200])
        for cell, items in zip(cells, result.outputs)
        for item in items
        if item.get("type") == "error" and cell.task == task
    ]


def _follows(cell: CodeCell, message: str, cells: list[CodeCell], result: ConfinedRun) -> bool:
    """Whether an error follows from another: a name is missing that stands in an earlier cell, which stopped."""
    missing = _MISSING_NAME.match(message)
    if missing is None:
        return False
    for earlier, items in zip(cells, result.outputs):
        if earlier is cell:
            return False
        if missing[1] in _WORD.findall(earlier.source) and any(item.get("type") == "error" for item in items):
            return True
    return False


def is_right(result: ConfinedRun, task: int) -> bool:
    return all(
        finding.state in ("right", "unseen") or not finding.weight for finding in result.findings[task]
    )


def _place(cell: CodeCell, language: Language) -> str:
    task = f"{say('task', language).lower()} {cell.task}" if cell.task else say("outside", language)
    return say("place", language, task=task, line=first_line(cell))


def first_line(cell: CodeCell) -> str:
    return plain_text(next((line.strip() for line in cell.source.splitlines() if line.strip()), ""))[:70]
