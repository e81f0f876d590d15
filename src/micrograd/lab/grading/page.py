"""The grades as one HTML page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from micrograd._needs import needs
from micrograd.lab.content import assignment
from micrograd.lab.content.tasks import CHECKED_POINTS, NUMBERS, TASKS, WORDS_POINTS
from micrograd.lab.content.weaving import cells_of
from micrograd.lab.grading.table import as_given, hints, shown_number
from micrograd.lab.grading.words import WORDS, is_graded, is_suspicious, note_text, notes, state, tagged
from micrograd.language import Language

with needs("lab"):
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup


def write_page(
    results: list[dict[str, Any]],
    isolation: str,
    language: Language,
    full: Callable[[dict[str, Any]], dict[str, Any]],
) -> Iterator[str]:
    """Yield the page: the class as a table, the answers in words side by side, then each submission.

    It is one file that asks the network for nothing, and everything that comes from a student is text, a formula or
    an image in it, never markup of the student's. ``full`` gives a result with its figures and answers: one at a
    time, so that the page of a large class does not have to be in memory.
    """
    environment = Environment(
        loader=PackageLoader("micrograd.lab.grading", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    students = [_student(result, language) for result in results]
    answered = [_answered(full(result)) for result in results]
    template = environment.get_template("page.html.jinja")
    template_stream = template.generate(
        language=language,
        words={key: text[language] for key, text in WORDS.items()},
        tasks=TASKS,
        isolation=isolation,
        when=datetime.now().astimezone().strftime(WORDS["date"][language]),
        checked=f"{CHECKED_POINTS:g}",
        worded=f"{WORDS_POINTS:g}",
        questions=_questions(students, answered, language),
        students=students,
        material=lambda student: _material(full(student["result"])),
    )
    return iter(template_stream)


def _student(result: dict[str, Any], language: Language) -> dict[str, Any]:
    tasks = []
    graded = is_graded(result)
    for number in NUMBERS:
        points = result["tasks"][str(number)]["points"]
        most = TASKS[number - 1].points
        tasks.append(
            {
                "number": number,
                "title": TASKS[number - 1].title[language],
                "points": shown_number(points, language) if graded else "",
                "most": f"{most:g}",
                "mark": "" if not graded else "right" if points >= most else "partly" if points else "wrong",
                "sign": "–" if not graded else "✓" if points >= most else "±" if points else "✗",
                "hints": hints(result, language, number),
            }
        )
    total = sum(result["tasks"][str(number)]["points"] for number in NUMBERS)
    return {
        "result": result,
        "name": result["name"],
        "given": as_given(result),
        "number": result["number"],
        "tag": tagged(result, language),
        "tag_state": result["tag"],
        "state": state(result, language),
        "troubled": graded
        and (bool(result["problem"]) or result["end"] != "finished" or is_suspicious(result)),
        "total": shown_number(total, language) if graded else "–",
        "tasks": tasks,
        "strangers": result["strangers"],
        "notes": [note_text(note, language) for note in notes(result)],
        "isolation": result["isolation"],
    }


def _answered(result: dict[str, Any]) -> dict[int, Any]:
    """Return the answers in words by task, as HTML where that could be made of them."""
    written = result["written"]
    return {
        int(task): Markup(written[task]) if task in written else text
        for task, text in result["answers"].items()
    }


def _material(result: dict[str, Any]) -> dict[int | None, dict[str, Any]]:
    """Return what a submission's cells have shown: by task, None for what lies outside of them."""
    return {
        number: _sorted([item for item in result["shown"] if item["task"] == number])
        for number in [*NUMBERS, None]
    }


def _sorted(shown: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the figures, the errors and the printed text apart from each other."""
    return {
        "figures": [item for item in shown if item["kind"] == "figure"],
        "errors": [item for item in shown if item["kind"] == "error"],
        "log": "\n".join(item["text"].rstrip("\n") for item in shown if item["kind"] == "log"),
        "cut": any(item["kind"] == "cut" for item in shown),
    }


def _questions(
    students: list[dict[str, Any]], answered: list[dict[int, Any]], language: Language
) -> list[dict[str, Any]]:
    """Return each question that is answered in words: its task, text and points, who answered what, and who did not."""
    asked = {
        cell.task: cell.source.rpartition("**Question")[2].partition("**")[2].strip()
        for cell in cells_of(language)
        if cell.kind == "text" and assignment.QUESTION in cell.source
    }
    return [
        {
            "number": task.number,
            "title": task.title[language],
            "text": asked.get(task.number, ""),
            "points": WORDS["one point" if task.words == 1 else "points of"][language].format(
                points=f"{task.words:g}"
            ),
            "answers": [(s, a[task.number]) for s, a in zip(students, answered) if a.get(task.number)],
            "silent": [s["given"] for s, a in zip(students, answered) if not a.get(task.number)],
        }
        for task in TASKS
        if task.words
    ]
