"""Grade one submission: what a worker does, on this machine or on another one."""

from __future__ import annotations

import base64
import binascii
import random
from typing import Any

from micrograd.lab import checks
from micrograd.lab.checks.submitted import Submitted, UnreadableError, read
from micrograd.lab.content.tasks import NUMBERS
from micrograd.lab.grading.handed_in import HandedIn
from micrograd.lab.plain_text import plain_text
from micrograd.lab.sandbox import confined
from micrograd.lab.sandbox.isolation import Kind, find
from micrograd.lab.sandbox.limits import Limits
from micrograd.language import Language

_LONGEST_LOG = 20_000
_MOST_FIGURES = 30
_PNG = b"\x89PNG\r\n\x1a\n"


def grade(
    handed: HandedIn, language: Language, limits: Limits, secret: str, isolation: Kind | None = None
) -> dict[str, Any]:
    """Return the grade of one submission, as data for JSON. Never raises for what was handed in.

    ``secret`` decides, with the submission's content, on which data the checks run: the same submission gets the
    same data again, and nobody knows it beforehand.
    """
    result: dict[str, Any] = {
        "name": handed.name,
        "problem": handed.problem,
        "detail": handed.detail,
        "tag": handed.tag,
        "tagged_at": handed.tagged_at,
        "isolation": None,
        "end": "",
        "seconds": 0.0,
        "strangers": 0,
        "answers": {},
        "shown": [],
        "tasks": {str(n): {"points": 0.0, "findings": []} for n in NUMBERS},
    }
    if handed.problem:
        return result
    try:
        submitted = read(handed.notebook)
    except UnreadableError as error:
        return {**result, "problem": error.key, "detail": error.detail}
    walls = find(isolation)
    run = confined.run_confined(
        submitted.cells,
        walls,
        language,
        limits,
        files=handed.files,
        words=submitted.answers,
        generator=random.Random(f"{secret}:{handed.content_hash()}"),
    )
    result.update(
        isolation=walls.kind,
        end=run.end,
        detail=run.detail,
        seconds=round(run.seconds, 2),
        strangers=run.strangers,
        answers={str(task): plain_text(text) for task, text in submitted.answers.items()},
        shown=_shown(submitted, run),
        ended_in=submitted.cells[run.cell].task
        if run.cell is not None and run.cell < len(submitted.cells)
        else None,
    )
    for task, findings in run.findings.items():
        result["tasks"][str(task)] = {
            "points": checks.points(task, findings),
            "findings": [finding.as_json() for finding in findings],
        }
    return result


def _shown(submitted: Submitted, run: confined.ConfinedRun) -> list[dict[str, Any]]:
    """Return what the cells printed and drew, with their tasks, in kinds that are safe to show in a page."""
    shown: list[dict[str, Any]] = []
    figures = 0
    for cell, items in zip(submitted.cells, run.outputs):
        for item in items:
            kind, data = item.get("type"), item.get("data")
            data = data if isinstance(data, dict) else {}
            picture = _picture(data)
            if picture and figures < _MOST_FIGURES:
                figures += 1
                shown.append({"task": cell.task, "kind": "figure", **picture})
            elif kind == "stream":
                shown.append({"task": cell.task, "kind": "log", "text": _text(item.get("text"))})
            elif kind == "cut":
                shown.append({"task": cell.task, "kind": "cut"})
            elif kind == "error":
                line = next((text for text in cell.source.splitlines() if text.strip()), "")
                error = f"{_text(item.get('name'))}: {_text(item.get('message'))}"
                shown.append(
                    {"task": cell.task, "kind": "error", "text": error[:1000], "code": _text(line)[:120]}
                )
            elif (
                "text/plain" in data and not picture and data["text/plain"] != "Ellipsis"
            ):  # an empty cell's dots
                shown.append({"task": cell.task, "kind": "log", "text": _text(data["text/plain"])})
    return shown


def _text(value: Any) -> str:
    """Return printed text as it is shown: plain, and not too long."""
    text = plain_text(value)
    return text if len(text) <= _LONGEST_LOG else f"{text[:_LONGEST_LOG]}\n[...]"


def _picture(data: dict[str, Any]) -> dict[str, str] | None:
    """Return a picture as Base64 and its MIME type; one that is not what it says is left out."""
    png, svg = data.get("image/png"), data.get("image/svg+xml")
    if isinstance(png, str):
        try:
            content = base64.b64decode(png, validate=False)
        except (binascii.Error, ValueError):
            return None
        if content.startswith(_PNG):
            return {"mime": "image/png", "content": base64.b64encode(content).decode()}
    if isinstance(svg, str) and "<svg" in svg:
        return {"mime": "image/svg+xml", "content": base64.b64encode(svg.encode()).decode()}
    return None
