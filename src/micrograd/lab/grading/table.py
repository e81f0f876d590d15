"""The grades as CSV: students by tasks."""

from __future__ import annotations

import csv
import io
from typing import Any

from micrograd.lab.checks import Finding
from micrograd.lab.content.tasks import CHECKED_POINTS, NUMBERS, TASKS
from micrograd.lab.grading.words import WORDS, state, tagged
from micrograd.language import Language


def write_csv(results: list[dict[str, Any]], language: Language) -> str:
    """Return the table: a row for each student, a column for each task, the hints in the last one.

    It begins with a byte-order mark, without which spreadsheets misread accents. In French the separator is a
    semicolon and the decimal a comma, as spreadsheets expect there.
    """
    words = WORDS[language]
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";" if language == "fr" else ",", lineterminator="\r\n")
    head = [words["login"], words["tag"]]
    head += [f"{words['task']} {number} /{TASKS[number - 1].points:g}" for number in NUMBERS]
    writer.writerow([*head, f"{words['total']} /{CHECKED_POINTS:g}", words["state"], words["hints"]])
    for result in results:
        points = [result["tasks"][str(number)]["points"] for number in NUMBERS]
        row = [result["name"], tagged(result, language), *(_number(value, language) for value in points)]
        row += [_number(sum(points), language), state(result, language), " | ".join(hints(result, language))]
        writer.writerow([_inert(cell) for cell in row])
    return "\ufeff" + text.getvalue()


def hints(result: dict[str, Any], language: Language, task: int | None = None) -> list[str]:
    """Return the hints of a result, each beginning with its task's number unless only one task is wanted."""
    words = WORDS[language]
    lines = []
    for number in [task] if task else NUMBERS:
        for data in result["tasks"][str(number)]["findings"]:
            finding = Finding(**data)
            if finding.state in ("wrong", "missing") and finding.hint and finding.hint != "log-differs":
                prefix = "" if task else f"{words['task'].lower()} {number}{words['colon']} "
                lines.append(prefix + finding.advice(language))
    return lines


def _number(value: float, language: Language) -> str:
    return f"{value:g}".replace(".", ",") if language == "fr" else f"{value:g}"


def _inert(cell: str) -> str:
    """Keep a spreadsheet from taking a student's text for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
