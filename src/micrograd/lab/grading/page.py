"""The grades as one HTML page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from micrograd._needs import needs
from micrograd.lab.content import assignment
from micrograd.lab.content.tasks import CHECKED_POINTS, NUMBERS, TASKS, WORDS_POINTS
from micrograd.lab.content.weaving import cells_of
from micrograd.lab.grading.table import hints
from micrograd.lab.grading.words import WORDS, state, tagged
from micrograd.language import Language

with needs("lab"):
    from jinja2 import Environment, PackageLoader, StrictUndefined


def write_page(results: list[dict[str, Any]], isolation: str, language: Language) -> str:
    """Return the page: the class as a table, the answers in words side by side, then each submission.

    It is one file that asks the network for nothing, and everything that comes from a student is text or an image
    in it, never markup.
    """
    words = WORDS[language]
    environment = Environment(
        loader=PackageLoader("micrograd.lab.grading", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.jinja").render(
        language=language,
        words=words,
        tasks=TASKS,
        isolation=isolation,
        when=datetime.now().astimezone().strftime(words["date"]),
        checked=f"{CHECKED_POINTS:g}",
        worded=f"{WORDS_POINTS:g}",
        questions=_questions(results, language),
        students=[_student(result, language) for result in results],
    )


def _student(result: dict[str, Any], language: Language) -> dict[str, Any]:
    tasks = []
    for number in NUMBERS:
        points = result["tasks"][str(number)]["points"]
        most = TASKS[number - 1].points
        shown = [item for item in result["shown"] if item["task"] == number]
        tasks.append(
            {
                "number": number,
                "title": TASKS[number - 1].title[language],
                "points": _number(points, language),
                "most": f"{most:g}",
                "mark": "right" if points >= most else "partly" if points else "wrong",
                "sign": "✓" if points >= most else "±" if points else "✗",
                "hints": hints(result, language, number),
                **_sorted(shown),
            }
        )
    total = sum(result["tasks"][str(number)]["points"] for number in NUMBERS)
    return {
        "name": result["name"],
        "tag": tagged(result, language),
        "tag_state": result["tag"],
        "state": state(result, language),
        "troubled": bool(result["problem"]) or result["end"] != "finished",
        "total": _number(total, language),
        "tasks": tasks,
        "outside": _sorted([item for item in result["shown"] if item["task"] is None]),
        "answers": result["answers"],
        "strangers": result["strangers"],
        "isolation": result["isolation"],
    }


def _sorted(shown: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the figures, the errors and the printed text apart from each other."""
    return {
        "figures": [item for item in shown if item["kind"] == "figure"],
        "errors": [item for item in shown if item["kind"] == "error"],
        "log": "\n".join(item["text"].rstrip("\n") for item in shown if item["kind"] == "log"),
        "cut": any(item["kind"] == "cut" for item in shown),
    }


def _questions(results: list[dict[str, Any]], language: Language) -> list[dict[str, Any]]:
    """Return each question that is answered in words: its task, its text, its points, and who did not answer."""
    words = WORDS[language]
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
            "points": words["one point" if task.words == 1 else "points of"].format(points=f"{task.words:g}"),
            "silent": [result["name"] for result in results if not result["answers"].get(str(task.number))],
        }
        for task in TASKS
        if task.words
    ]


def _number(value: float, language: Language) -> str:
    return f"{value:g}".replace(".", ",") if language == "fr" else f"{value:g}"
