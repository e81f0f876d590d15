"""What the checks found, printed for a student: task by task, and the cells that stopped with an error."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TextIO

from micrograd.lab import checks
from micrograd.lab.checks import Finding
from micrograd.lab.content.tasks import TASKS
from micrograd.lab.error_words import in_words
from micrograd.lab.plain_text import plain_text
from micrograd.lab.student.words import say
from micrograd.language import Language

if TYPE_CHECKING:
    from micrograd.lab.checks.submitted import CodeCell, Submitted
    from micrograd.lab.sandbox.confined import ConfinedRun

_MARKS = {"right": "✓", "wrong": "✗", "missing": "·", "unseen": "?"}

_MISSING_NAME = re.compile(r"NameError: name '(\w{1,80})' is not defined")
_WORD = re.compile(r"\w+")


def print_task(
    number: int, findings: list[Finding], language: Language, out: TextIO, width: int | None = None
) -> bool:
    """Print what was found in a task, in lines of ``width`` characters at most; return whether all of it is right."""
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
        line = f"     {mark} {finding.title(language)}{colon} {kind}{advice}"
        print(_broken(line, width) if width else line, file=out)
    return right


def _broken(line: str, width: int) -> str:
    """Return a line broken between words: a terminal or a notebook would break it within one."""
    wrapped = textwrap.wrap(
        line, width, subsequent_indent="       ", break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(wrapped)


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
                {"cell": first_line(submitted.cells[index]), "place": place, "error": message}
                for index, place, message in errors_of(submitted.cells, result, number, language)
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
        for error in errors_of(cells, result, task, language)
        if not _follows(cells[error[0]], error[2], cells, result)
    ]
    if errors:
        print(f"\n{say('errors', language)}", file=out)
        for _, place, message in errors:
            print(f"     {place}\n         {message}", file=out)
    if result.end != "finished" and result.cell is not None:
        detail = plain_text(result.detail.partition("\n")[0])
        reason = say(f"end {result.end}", language, detail=detail)
        print(
            "\n" + say("ended", language, place=place_of(cells, result.cell, language), reason=reason),
            file=out,
        )


def errors_of(
    cells: list[CodeCell], result: ConfinedRun, task: int | None, language: Language
) -> list[tuple[int, str, str]]:
    """Return a task's cells that stopped with an error: index, where that is, and the error in one line."""
    return [
        (index, place_of(cells, index, language), in_words(item.get("name"), item.get("message"), language))
        for index, (cell, items) in enumerate(zip(cells, result.outputs))
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


def print_recognised(submitted: Submitted, language: Language, out: TextIO) -> None:
    """Say which tasks were found in a notebook of the student's own, and what to write above the others."""
    if submitted.scaffold:
        return
    missing = [number for number in checks.NUMBERS if number not in submitted.recognised]
    found = say("recognised", language, tasks=ranges(submitted.recognised) or say("none", language))
    if missing:
        found += say("not recognised", language, tasks=ranges(missing), first=missing[0])
    print(found + "\n", file=out)


def ranges(numbers: Sequence[int]) -> str:
    """Return numbers in rising order as people write them: "1–3, 5"."""
    parts: list[list[int]] = []
    for number in sorted(numbers):
        if parts and number == parts[-1][-1] + 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return ", ".join(str(p[0]) if len(p) == 1 else f"{p[0]}\N{EN DASH}{p[-1]}" for p in parts)


def place_of(cells: Sequence[CodeCell], index: int, language: Language) -> str:
    """Name a cell by its task, and where it stands among the task's code cells."""
    task = cells[index].task
    number = sum(cell.task == task for cell in cells[: index + 1])
    name = f"{say('task', language).lower()} {task}" if task else say("outside", language)
    return say("place", language, task=name, number=number)


def first_line(cell: CodeCell) -> str:
    return plain_text(next((line.strip() for line in cell.source.splitlines() if line.strip()), ""))[:70]
