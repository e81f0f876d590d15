"""Grade one submission: what a worker does, on this machine or on another one."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from pathlib import Path
from typing import Any

from micrograd.lab import checks
from micrograd.lab.checks.submitted import Submitted, UnreadableError, read
from micrograd.lab.content.tasks import NUMBERS
from micrograd.lab.error_words import in_words
from micrograd.lab.grading import collect
from micrograd.lab.grading.handed_in import HandedIn
from micrograd.lab.plain_text import plain_text
from micrograd.lab.sandbox import confined
from micrograd.lab.sandbox.isolation import Isolation, Kind, find
from micrograd.lab.sandbox.limits import Limits
from micrograd.lab.student.verdict import ranges
from micrograd.language import Language

_LONGEST_LOG = 20_000
_MOST_SHOWN = 300
_MOST_FIGURES = 30
_MOST_FIGURE_BYTES = 4 * 1024 * 1024
_PNG = b"\x89PNG\r\n\x1a\n"


def nothing(name: str, problem: str = "", detail: str = "") -> dict[str, Any]:
    """Return the result of a submission of which nothing is known yet, or that cannot be graded for a reason."""
    return {
        "name": name,
        "given": name,
        "number": "",
        "problem": problem,
        "detail": detail,
        "tag": "none",
        "tagged_at": "",
        "found": [],
        "notes": [],
        "isolation": None,
        "end": "",
        "seconds": 0.0,
        "strangers": 0,
        "errors": 0,
        "slow": False,
        "answers": {},
        "shown": [],
        "tasks": {str(n): {"points": 0.0, "findings": []} for n in NUMBERS},
    }


def read_and_grade(
    source: collect.Source,
    place: tuple[Path, str, datetime | None],
    how: tuple[Language, Limits, Isolation],
    basis: str,
    known: str | None,
) -> tuple[str, str, dict[str, Any], dict[str, Any] | None]:
    """Read a submission and grade it, unless its hash is ``known``.

    ``place`` is the folder for clones, the tag and the deadline; ``how`` what ``grade`` takes. Returns the hash, the
    hash of the content alone, what is known of the reading, and the result, None where the hash is the known one.
    """
    handed, content_hash = read_only(source, place, basis)
    result = None if content_hash == known else grade(handed, *how)
    return content_hash, handed.content_hash(), handed.about_reading(), result


def read_only(
    source: collect.Source, place: tuple[Path, str, datetime | None], basis: str
) -> tuple[HandedIn, str]:
    """Read a submission, and return it with the hash of all that its grade depends on."""
    handed = collect.read(source, *place)
    return handed, handed.content_hash(basis, source.given)


def grade(
    handed: HandedIn,
    language: Language,
    limits: Limits,
    isolation: Isolation | Kind | None = None,
) -> dict[str, Any]:
    """Return the grade of one submission, as data for JSON. Never raises for what was handed in.

    On which data the checks run follows from each task's code: the same submission gets the same data again.
    """
    result = nothing(handed.name, handed.problem, handed.detail)
    result.update(handed.about_reading())
    if handed.problem:
        return result
    try:
        submitted = read(handed.notebook)
    except UnreadableError as error:
        return {**result, "problem": error.key, "detail": error.detail}
    walls = isolation if isinstance(isolation, Isolation) else find(isolation)
    run = confined.run_confined(
        submitted.cells,
        walls,
        language,
        limits,
        files=handed.files,
        words=submitted.answers,
    )
    shown = _shown(submitted, run, language)
    errors = [item for item in shown if item["kind"] == "error"]
    result.update(
        isolation=walls.kind,
        end=run.end,
        detail=plain_text(run.detail),
        seconds=round(run.seconds, 2),
        strangers=run.strangers,
        notes=[*submitted.notes, *_recognised(submitted), *run.notes],
        errors=len(errors),
        slow=any(
            i.get("type") == "error" and i.get("name") == "Timeout" for items in run.outputs for i in items
        ),
        answers={str(task): plain_text(text) for task, text in submitted.answers.items()},
        shown=shown,
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


def _shown(submitted: Submitted, run: confined.ConfinedRun, language: Language) -> list[dict[str, Any]]:
    """Return what the cells printed and drew, with their tasks, in kinds that are safe to show in a page."""
    shown: list[dict[str, Any]] = []
    figures = figure_bytes = 0
    for cell, items in zip(submitted.cells, run.outputs):
        for item in items:
            kind, data = item.get("type"), item.get("data")
            data = data if isinstance(data, dict) else {}
            picture = _picture(data)
            if len(shown) >= _MOST_SHOWN:
                return [*shown, {"task": cell.task, "kind": "cut"}]
            if picture:
                figures += 1
                figure_bytes += len(picture["content"])
                if figures > _MOST_FIGURES or figure_bytes > _MOST_FIGURE_BYTES:
                    shown.append({"task": cell.task, "kind": "cut"})
                else:
                    shown.append({"task": cell.task, "kind": "figure", **picture})
            elif kind == "stream":
                shown.append({"task": cell.task, "kind": "log", "text": _text(item.get("text"))})
            elif kind == "cut":
                shown.append({"task": cell.task, "kind": "cut"})
            elif kind == "error":
                line = next((text for text in cell.source.splitlines() if text.strip()), "")
                error = in_words(item.get("name"), item.get("message"), language)
                shown.append(
                    {"task": cell.task, "kind": "error", "text": error[:1000], "code": _text(line)[:120]}
                )
            elif "text/plain" in data and data["text/plain"] != "Ellipsis":  # an empty cell's dots
                shown.append({"task": cell.task, "kind": "log", "text": _text(data["text/plain"])})
    return shown


def _recognised(submitted: Submitted) -> list[tuple[str, dict[str, Any]]]:
    """Return the remark about the tasks that have no heading in a notebook of the student's own."""
    missing = [number for number in NUMBERS if number not in submitted.recognised]
    if submitted.scaffold or not missing:
        return []
    return [("unrecognised", {"found": ranges(submitted.recognised) or "–", "missing": ranges(missing)})]


def _text(value: Any) -> str:
    """Return printed text as it is shown: plain, and not too long."""
    text = plain_text(value[: 2 * _LONGEST_LOG] if isinstance(value, str) else value)
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
        # Halves of characters may come out of a student's strings.
        content = svg.encode(errors="replace")
        return {"mime": "image/svg+xml", "content": base64.b64encode(content).decode()}
    return None
