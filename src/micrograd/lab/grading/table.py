"""The grades as CSV: students by tasks."""

from __future__ import annotations

import csv
import io
from typing import Any

from micrograd.lab.checks import Finding
from micrograd.lab.content.tasks import CHECKED_POINTS, NUMBERS, TASKS
from micrograd.lab.grading.words import WORDS, is_graded, state, tagged
from micrograd.lab.plain_text import plain_text
from micrograd.language import Language


def write_csv(results: list[dict[str, Any]], language: Language) -> str:
    """Return the table: a row for each student, a column for each task, the hints and the walls in the last ones.

    It begins with a byte-order mark, without which spreadsheets misread accents. In French the separator is a
    semicolon and the decimal a comma, as spreadsheets expect there.
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";" if language == "fr" else ",", lineterminator="\r\n")
    head = [WORDS[key][language] for key in ("login", "name", "number", "tag")]
    task = WORDS["task"][language]
    head += [f"{task} {number} /{TASKS[number - 1].points:g}" for number in NUMBERS]
    head += [f"{WORDS['total'][language]} /{CHECKED_POINTS:g}"]
    writer.writerow([*head, *(WORDS[key][language] for key in ("state", "hints", "isolation"))])
    for result in results:
        points = [result["tasks"][str(number)]["points"] for number in NUMBERS]
        row = [result["name"], as_given(result), result["number"], tagged(result, language)]
        # Nothing is no zero: who has not been looked at yet has no points.
        row += [
            shown_number(value, language) if is_graded(result) else "" for value in [*points, sum(points)]
        ]
        row += [state(result, language), " | ".join(hints(result, language)), str(result["isolation"] or "")]
        writer.writerow([_inert(cell) for cell in row])
    return "\ufeff" + text.getvalue()


def as_given(result: dict[str, Any]) -> str:
    """Return a submission's name as it came, in one line of characters that can be written."""
    return " ".join(plain_text(str(result["given"])).split())[:200] or str(result["name"])


def hints(result: dict[str, Any], language: Language, task: int | None = None) -> list[str]:
    """Return the hints of a result, each beginning with its task's number unless only one task is wanted."""
    lines = []
    for number in [task] if task else NUMBERS:
        for data in result["tasks"][str(number)]["findings"]:
            finding = Finding(**data)
            if finding.state in ("wrong", "missing") and finding.hint and finding.hint != "log-differs":
                begins = f"{WORDS['task'][language].lower()} {number}{WORDS['colon'][language]} "
                lines.append(("" if task else begins) + finding.advice(language))
    return lines


def shown_number(value: float, language: Language) -> str:
    """Return a number of points as it is written in a language."""
    return f"{value:g}".replace(".", ",") if language == "fr" else f"{value:g}"


def _inert(cell: str) -> str:
    """Keep a spreadsheet from taking a student's text for a formula."""
    cell = plain_text(cell).replace("\n", " ")
    return (
        f"'{cell}"
        if cell.lstrip()[:1] in ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
        else cell
    )
