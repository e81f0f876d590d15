"""What the checks found, printed for a student: task by task, and the cells that stopped with an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from micrograd.lab import checks
from micrograd.lab.checks import Finding
from micrograd.lab.content.tasks import TASKS
from micrograd.lab.plain_text import plain_text
from micrograd.lab.student.words import WORDS
from micrograd.language import Language

if TYPE_CHECKING:
    from micrograd.lab.checks.submitted import CodeCell
    from micrograd.lab.sandbox.confined import ConfinedRun

_MARKS = {"right": "✓", "wrong": "✗", "missing": "·", "unseen": "?"}


def print_task(number: int, findings: list[Finding], language: Language, out: TextIO) -> bool:
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


def print_errors(
    cells: list[CodeCell], result: ConfinedRun, wanted: list[int], language: Language, out: TextIO
) -> None:
    """Name the cells that stopped with an error where their task did not, and where the run ended early."""
    words = WORDS[language]
    errors = [
        error
        for task in (*wanted, None)
        if task is None or is_right(result, task)
        for error in errors_of(cells, result, task)
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


def errors_of(cells: list[CodeCell], result: ConfinedRun, task: int | None) -> list[tuple[CodeCell, str]]:
    """Return a task's cells that stopped with an error, each with that error in one line."""
    return [
        (cell, plain_text(f"{item.get('name')}: {str(item.get('message')).partition(chr(10))[0]}")[:200])
        for cell, items in zip(cells, result.outputs)
        for item in items
        if item.get("type") == "error" and cell.task == task
    ]


def is_right(result: ConfinedRun, task: int) -> bool:
    return all(
        finding.state in ("right", "unseen") or not finding.weight for finding in result.findings[task]
    )


def _place(cell: CodeCell, language: Language) -> str:
    words = WORDS[language]
    task = f"{words['task'].lower()} {cell.task}" if cell.task else words["outside"]
    return words["place"].format(task=task, line=first_line(cell))


def first_line(cell: CodeCell) -> str:
    return plain_text(next((line.strip() for line in cell.source.splitlines() if line.strip()), ""))[:70]
