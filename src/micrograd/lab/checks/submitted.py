"""Read a notebook that somebody handed in: its code by task, and its answers in words.

The scaffold's cells say to which task they belong. A notebook that was written from scratch is read by its headings
("Tâche 3", "Task 3"). Cells that were added belong to the task above them.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from micrograd.lab.content.tasks import NUMBERS

# A notebook with its figures has one or two megabytes; read into memory, hostile JSON takes thirty times its size.
LARGEST = 25 * 1024 * 1024
MOST_CELLS = 2000
LONGEST_ANSWER = 20_000
_HEADING = re.compile(
    r"^\s*#{0,6}\s*\**\s*(?:t[âa]che|task|exercice|exercise|question)\s*n?°?\s*(\d{1,2})\b", re.I | re.M
)
_ID = re.compile(r"^task-(\d{1,2})-")
_STUBS = ("*Votre réponse ici.*", "*Your answer here.*", "YOUR ANSWER HERE")


class UnreadableError(Exception):
    """What was handed in is no notebook. ``key`` names a text of the report, ``detail`` says more."""

    def __init__(self, key: str, detail: str = "") -> None:
        super().__init__(key, detail)
        self.key, self.detail = key, detail


@dataclass(frozen=True)
class CodeCell:
    """One code cell: its source and the task that it belongs to, None outside of the tasks."""

    source: str
    task: int | None


@dataclass
class Submitted:
    """A notebook as it was handed in."""

    cells: list[CodeCell] = field(default_factory=list)
    answers: dict[int, str] = field(default_factory=dict)
    """What was answered in words, by task; no entry where the cell was left as it was."""
    scaffold: bool = True
    """Whether the cells are the scaffold's, rather than a notebook of the student's own."""


def read(content: bytes) -> Submitted:
    """Return what a notebook holds. Raises ``UnreadableError`` if it is none, or is too large to be one."""
    if len(content) > LARGEST:
        raise UnreadableError("too-large", f"{len(content) / 1e6:.0f} MB")
    if not content.strip():
        raise UnreadableError("empty-file")
    try:
        notebook = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UnreadableError("not-json", str(error)[:200]) from None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if cells is None and isinstance(notebook, dict) and isinstance(notebook.get("worksheets"), list):
        raise UnreadableError("old-format", f"nbformat {notebook.get('nbformat')}")
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise UnreadableError("no-notebook")
    if len(cells) > MOST_CELLS:
        raise UnreadableError("too-many-cells", str(len(cells)))
    return _collect(cells)


def _collect(cells: list[dict[str, Any]]) -> Submitted:
    submitted = Submitted(scaffold=any(_own_task(cell) for cell in cells))
    task: int | None = None
    words: dict[int, list[str]] = {}
    for cell in cells:
        source = _source(cell)
        kind = cell.get("cell_type")
        own = _own_task(cell)
        heading = None
        if own:
            task = own
        elif kind == "markdown" and not submitted.scaffold:
            heading = _HEADING.search(source)
            if heading and int(heading.group(1)) in NUMBERS:
                task = int(heading.group(1))
        if kind == "code" and source.strip() and _kind(cell) != "check":
            submitted.cells.append(CodeCell(source, task))
        elif kind == "markdown" and task and _is_students(cell):
            text = (source[heading.end() :].lstrip(" :.*\n") if heading else source).strip()
            for stub in _STUBS:
                text = text.replace(stub, "").strip()
            if text:
                words.setdefault(task, []).append(text)
    submitted.answers = {number: "\n\n".join(texts)[:LONGEST_ANSWER] for number, texts in words.items()}
    return submitted


def _is_students(cell: dict[str, Any]) -> bool:
    """Tell whether a Markdown cell is the student's: an answer cell, or one that was added."""
    theirs = _metadata(cell).get("nbgrader")
    locked = isinstance(theirs, dict) and bool(theirs.get("locked"))
    return _kind(cell) == "answer" or (_kind(cell) == "" and not locked)


def _own_task(cell: dict[str, Any]) -> int | None:
    """Return the task that a scaffold's cell says it belongs to."""
    metadata = _metadata(cell)
    ours = metadata.get("micrograd")
    if isinstance(ours, dict) and ours.get("task") in NUMBERS:
        return int(ours["task"])
    theirs = metadata.get("nbgrader")
    names = [theirs.get("grade_id") if isinstance(theirs, dict) else None, cell.get("id")]
    for name in names:
        match = _ID.match(name) if isinstance(name, str) else None
        if match and int(match.group(1)) in NUMBERS:
            return int(match.group(1))
    return None


def _kind(cell: dict[str, Any]) -> str:
    metadata = _metadata(cell)
    ours = metadata.get("micrograd")
    if isinstance(ours, dict) and isinstance(ours.get("kind"), str):
        return str(ours["kind"])
    theirs = metadata.get("nbgrader")
    if isinstance(theirs, dict):
        grade, solution = bool(theirs.get("grade")), bool(theirs.get("solution"))
        return {(True, False): "check", (True, True): "answer"}.get((grade, solution), "")
    return ""


def _metadata(cell: dict[str, Any]) -> dict[str, Any]:
    metadata = cell.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    if isinstance(source, list):
        return "".join(part for part in source if isinstance(part, str))
    return source if isinstance(source, str) else ""
