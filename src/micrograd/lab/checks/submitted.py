"""Read a notebook that somebody handed in: its code by task, and its answers in words.

The scaffold's cells say to which task they belong. Where an editor has lost what they say, they are known by their
text. A notebook that was written from scratch is read by its headings ("Tâche 3", "Task 3"). Cells that were added
belong to the task above them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from typing import Any, Literal

from micrograd.lab import bounded_json
from micrograd.lab.checks import headings
from micrograd.lab.content import closing, opening, weaving
from micrograd.lab.content.tasks import NUMBERS
from micrograd.language import LANGUAGES

# A notebook with its figures has one or two megabytes; read into memory, hostile JSON takes thirty times its size.
LARGEST = 25 * 1024 * 1024
MOST_MEMORY = 600 * 1024 * 1024
MOST_CELLS = 2000
LONGEST_ANSWER = 20_000
_ID = re.compile(r"task-(\d{1,2})-")
_STUBS = ("*Votre réponse ici.*", "*Your answer here.*", "YOUR ANSWER HERE")
_CHECK_LINE = "from micrograd.lab.check import check"
_SHORTEST_KNOWN_LINE = 12
_CELL_TYPES = ("code", "markdown", "raw", "heading", "html")
# Halves of characters, which JSON can say and no file can hold.
_HALF = re.compile("[\ud800-\udfff]")
_MOST_NAMED = 8
_BEGINNINGS = {b"PK\x03\x04": "ZIP", b"%PDF": "PDF", b"\x1f\x8b": "gzip", b"7z\xbc\xaf": "7z", b"Rar!": "RAR"}


@dataclass(frozen=True)
class CodeCell:
    """One code cell: its source and the task that it belongs to, None outside of the tasks."""

    source: str
    task: int | None
    also: tuple[int, ...] = ()
    """Further tasks that it belongs to, where a student merged several."""
    given: bool = False
    """Whether it came complete with the notebook and is as it came: what it makes is not the student's."""
    name: str = ""
    """The scaffold's ID for it, empty in a notebook of the student's own."""

    @property
    def tasks(self) -> tuple[int, ...]:
        """All tasks that it belongs to."""
        return () if self.task is None else (self.task, *self.also)


class UnreadableError(Exception):
    """What was handed in is no notebook. ``key`` names a text of the report, ``detail`` says more."""

    def __init__(self, key: str, detail: str = "") -> None:
        super().__init__(key, detail)
        self.key, self.detail = key, detail


@dataclass
class Submitted:
    """A notebook as it was handed in."""

    cells: list[CodeCell] = field(default_factory=list)
    answers: dict[int, str] = field(default_factory=dict)
    """What was answered in words, by task; no entry where the cell was left as it was."""
    scaffold: bool = True
    """Whether the cells are the scaffold's, rather than a notebook of the student's own."""
    notes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """What was out of the ordinary: the key of a text of the report, and what it says."""
    recognised: tuple[int, ...] = NUMBERS
    """The tasks that have a heading or cells of their own."""


def read(content: bytes) -> Submitted:
    """Return what a notebook holds. Raises ``UnreadableError`` if it is none, or is too large to be one."""
    if len(content) > LARGEST:
        raise UnreadableError("too-large", f"{len(content) / 1e6:.0f} MB")
    if not content.strip(b" \t\r\n\0"):
        raise UnreadableError("empty-file")
    text, encoding = _as_utf8(content)
    try:
        notebook = bounded_json.loads(text, MOST_MEMORY)
    except bounded_json.TooLargeError as error:
        raise UnreadableError("too-many-parts", f"{error.megabytes:.1f}") from None
    except (ValueError, RecursionError) as error:
        raise _what_it_is(content, error) from None
    notes: list[tuple[str, dict[str, Any]]] = []
    if encoding:
        notes.append(("encoding", {"encoding": encoding}))
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if cells is None and isinstance(notebook, dict) and isinstance(notebook.get("worksheets"), list):
        if not notebook["worksheets"]:
            raise UnreadableError("no-notebook")
        cells = list(_from_version_3(notebook["worksheets"]))
        notes.append(("converted", {"version": str(notebook.get("nbformat"))[:10]}))
    if not isinstance(cells, list):
        raise UnreadableError("no-notebook")
    if len(cells) > MOST_CELLS:
        raise UnreadableError("too-many-cells", str(len(cells)))
    submitted = _collect(_readable(cells, notes))
    if len(submitted.cells) > MOST_CELLS:  # one cell with very many headings is cut at each
        raise UnreadableError("too-many-cells", str(len(submitted.cells)))
    submitted.notes = notes
    return submitted


def _readable(cells: list[Any], notes: list[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return the cells that are some, with halves of characters replaced; what was out of the ordinary is noted.

    Raises ``UnreadableError`` where there are cells and none is one.
    """
    kept: list[dict[str, Any]] = []
    left_out: list[int] = []
    replaced = 0
    for number, cell in enumerate(cells, 1):
        if not _is_cell(cell):
            left_out.append(number)
            continue
        source = _source(cell)
        whole = _HALF.sub("\N{REPLACEMENT CHARACTER}", source)
        replaced += whole != source
        kept.append({**cell, "source": whole})
    if left_out and not kept:
        raise UnreadableError("no-good-cell", str(len(left_out)))
    if not cells:
        notes.append(("no-cells", {}))
    if left_out:
        named = ", ".join(map(str, left_out[:_MOST_NAMED])) + (", ..." if len(left_out) > _MOST_NAMED else "")
        notes.append(("left-out", {"count": len(left_out), "numbers": named}))
    if replaced:
        notes.append(("half-characters", {"count": replaced}))
    return kept


def _is_cell(cell: Any) -> bool:
    """Tell whether it is a cell: of a kind that notebooks have, its source a text or lines of it."""
    if not isinstance(cell, dict) or cell.get("cell_type") not in _CELL_TYPES:
        return False
    source = cell.get("source", "")
    return isinstance(source, str) or (
        isinstance(source, list) and all(isinstance(line, str) for line in source)
    )


def work_in(submitted: Submitted) -> int:
    """Return how many cells hold something that was not handed out: code, or an answer in words."""
    handed_out = _handed_out()
    written = sum(_squeezed(cell.source) not in handed_out for cell in submitted.cells)
    return written + len(submitted.answers)


def _as_utf8(content: bytes) -> tuple[bytes, str]:
    """Return a text as UTF-8, and the name of the encoding that it came in if that is another one."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            try:
                text = content.decode(encoding)
            except UnicodeDecodeError:
                break
            return text.encode(errors="replace"), "" if encoding == "utf-8-sig" else "UTF-16"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1").encode(), "Latin-1"
    return content, ""


def _what_it_is(content: bytes, error: Exception) -> UnreadableError:
    """Return an error that names a file which is no JSON for what it is."""
    if content.startswith(b"version https://git-lfs.github.com/"):
        return UnreadableError("lfs")
    lines = b"\n" + content
    if b"\n<<<<<<< " in lines and b"\n>>>>>>> " in lines:
        return UnreadableError("conflict")
    for beginning, name in _BEGINNINGS.items():
        if content.startswith(beginning):
            return UnreadableError("not-what-it-says", name)
    if content[:500].lstrip().lower().startswith((b"<!doctype html", b"<html")):
        return UnreadableError("not-what-it-says", "HTML")
    if isinstance(error, json.JSONDecodeError):
        # Where it goes wrong, in figures: they need no words.
        return UnreadableError("not-json", f"{error.lineno}:{error.colno}")
    return UnreadableError("too-deep")


def _from_version_3(worksheets: list[Any]) -> Iterator[dict[str, Any]]:
    """Yield the cells of a notebook of the format's version 3 as those of version 4."""
    for worksheet in worksheets:
        cells = worksheet.get("cells") if isinstance(worksheet, dict) else None
        for cell in cells if isinstance(cells, list) else []:
            if not isinstance(cell, dict):
                continue
            if cell.get("cell_type") == "code":
                yield {**cell, "source": cell.get("input", cell.get("source", ""))}
            elif cell.get("cell_type") == "heading":
                level = cell.get("level")
                marks = "#" * level if isinstance(level, int) and 1 <= level <= 6 else "#"
                yield {**cell, "cell_type": "markdown", "source": f"{marks} {_source(cell)}"}
            else:
                yield cell


def _collect(cells: list[dict[str, Any]]) -> Submitted:
    submitted = Submitted(scaffold=any(_own_task(cell) for cell in cells))
    words: dict[int, list[str]] = {}
    if submitted.scaffold:
        _by_ids(cells, submitted, words)
    else:
        _by_headings(cells, submitted, words)
    submitted.answers = {number: "\n\n".join(texts)[:LONGEST_ANSWER] for number, texts in words.items()}
    return submitted


def _by_ids(cells: list[dict[str, Any]], submitted: Submitted, words: dict[int, list[str]]) -> None:
    given = given_sources()
    task: int | None = None
    for cell in cells:
        source, name, kind, own = _source(cell), _name(cell), cell.get("cell_type"), _own_task(cell)
        known, known_task = _known(source) if kind in ("markdown", "code") and not own else ("", None)
        # The closing section is nobody's task.
        task = None if name in given and not _ID.match(name) else own or known_task or task
        if kind == "code" and source.strip() and _kind(cell) != "check" and known != "check":
            as_given = is_given(source, name) if name else False
            submitted.cells.append(CodeCell(source, task, given=as_given, name=name))
        elif kind == "markdown" and known != "text" and _is_students(cell):
            _answer(words, task, source if _kind(cell) == "answer" else _without_statement(source))


def _by_headings(cells: list[dict[str, Any]], submitted: Submitted, words: dict[int, list[str]]) -> None:
    sources = [(cell.get("cell_type"), _source(cell)) for cell in cells]
    kind = headings.kind_of(
        (source for type_, source in sources if type_ == "markdown"),
        (source for type_, source in sources if type_ == "code" and _known(source)[0] != "check"),
    )
    tasks: tuple[int, ...] = ()
    recognised: set[int] = set()
    for type_, source in sources:
        if type_ == "markdown":
            found = headings.in_text(source, kind) if kind is not None else []
            known, known_task = _known(source)
            if known_task and not found:
                tasks = (known_task,)
                recognised.add(known_task)
            if known == "text":
                # The statement itself: it says which task is next, and nobody's answer.
                tasks = found[-1].tasks if found else tasks
                recognised.update(*(heading.tasks for heading in found))
                continue
            for text in [source[: found[0].start] if found else source]:
                _answers(words, tasks, text)
            for heading, following in zip(found, [*found[1:], None]):
                tasks = heading.tasks
                recognised.update(tasks)
                _answers(words, tasks, source[heading.end : following.start if following else len(source)])
        elif type_ == "code" and source.strip() and _known(source)[0] != "check":
            for named, piece in headings.pieces(source, kind) if kind is not None else [((), source)]:
                tasks = named or tasks
                recognised.update(named)
                if piece.strip():
                    # An editor may have lost the IDs of a scaffold.
                    as_given = is_given(piece)
                    submitted.cells.append(
                        CodeCell(piece, tasks[0] if tasks else None, also=tasks[1:], given=as_given)
                    )
    submitted.recognised = tuple(sorted(recognised))


def _answers(words: dict[int, list[str]], tasks: tuple[int, ...], text: str) -> None:
    for stub in _STUBS:
        text = text.replace(stub, "")
    begins, newline, rest = _without_statement(text).partition("\n")
    # What stands behind a heading on its line may be the statement's title.
    if begins.strip(" :.*") and any(line.endswith(_squeezed(begins)) for line in _scaffold()[1]):
        begins = ""
    for task in tasks:
        _answer(words, task, (begins + newline + rest).lstrip(" :.*\n"))


@cache
def given_sources() -> dict[str, tuple[str, ...]]:
    """Return the code cells that come with the student's notebook complete, by ID, as each language has them."""
    given: dict[str, tuple[str, ...]] = {}
    for language, edition in product(LANGUAGES, weaving.EDITIONS):
        cells = weaving.cells_of(language, edition)
        ours = {cell.id: cell.source for cell in cells if cell.kind == "code" and not cell.solution}
        for name, source in {**ours, **closing.code(language)}.items():
            given[name] = (*given.get(name, ()), source)
    return given


def is_given(source: str, name: str = "") -> bool:
    """Tell whether a cell is one of those that come complete, by its ID if there is one, and is as it came."""
    return _squeezed(source) in _given_texts().get(name, ())


@cache
def _given_texts() -> dict[str, frozenset[str]]:
    """Return the given code cells as they are compared, by ID, and all of them under no ID."""
    texts = {name: frozenset(map(_squeezed, sources)) for name, sources in given_sources().items()}
    return {**texts, "": frozenset().union(*texts.values())}


def _name(cell: dict[str, Any]) -> str:
    """Return the scaffold's ID of a cell, which nbgrader keeps in its metadata; empty where it has none."""
    theirs = _metadata(cell).get("nbgrader")
    for name in (theirs.get("grade_id") if isinstance(theirs, dict) else None, cell.get("id")):
        if isinstance(name, str) and (_ID.match(name) or name in given_sources()):
            return name
    return ""


def _answer(words: dict[int, list[str]], task: int | None, text: str) -> None:
    for stub in _STUBS:
        text = text.replace(stub, "")
    if task and text.strip():
        words.setdefault(task, []).append(text.strip())


@cache
def _scaffold() -> tuple[dict[str, tuple[str, int | None]], frozenset[str]]:
    """Return what is handed out: cells by their text, with kind and task, and the lines of the prose."""
    cells: dict[str, tuple[str, int | None]] = {}
    lines: set[str] = set()
    for language, edition in product(LANGUAGES, weaving.EDITIONS):
        for cell in weaving.cells_of(language, edition):
            if cell.kind == "text":
                cells[_squeezed(cell.source)] = "text", cell.task
                lines.update(map(_squeezed, cell.source.split("\n")))
                if cell.id == "title":  # as it is handed out, and as the solved notebook has it
                    cells[_squeezed(opening.under_title(cell.source, language))] = "text", None
            elif cell.kind == "code":
                stub = weaving.strip_solutions(cell.source, weaving.CODE_STUB[language])
                cells[_squeezed(stub)] = "code", cell.task
    for language in LANGUAGES:
        cells.update({_squeezed(source): ("code", None) for source in closing.code(language).values()})
    for texts in closing.TEXT.values():
        cells.update({_squeezed(text): ("text", None) for text in texts.values()})
        lines.update(_squeezed(text) for text in texts.values())
    lines.update(map(_squeezed, opening.HOW_TO.values()))
    return cells, frozenset(line for line in lines if len(line) >= _SHORTEST_KNOWN_LINE)


@cache
def _handed_out() -> frozenset[str]:
    return frozenset(set(_scaffold()[0]) | {_squeezed(stub) for stub in weaving.CODE_STUB.values()})


def _known(source: str) -> tuple[Literal["", "text", "code", "check"], int | None]:
    """Return what a cell that says nothing of itself is in the scaffold, and its task."""
    if source.lstrip().startswith(_CHECK_LINE):
        return "check", None
    kind, task = _scaffold()[0].get(_squeezed(source), ("", None))
    # A bare stub stands in many tasks, and tells nothing about where it is.
    return ("text" if kind == "text" else "code" if kind else ""), task if kind == "text" else None


def _without_statement(text: str) -> str:
    """Return a text without the lines that were handed out."""
    known = _scaffold()[1]
    return "\n".join(line for line in text.split("\n") if _squeezed(line) not in known).strip("\n")


def _squeezed(text: str) -> str:
    """Return a text as it is compared: without what editors change on their own."""
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())


def _is_students(cell: dict[str, Any]) -> bool:
    """Tell whether a Markdown cell is the student's: an answer cell, or one that was added."""
    theirs = _metadata(cell).get("nbgrader")
    locked = isinstance(theirs, dict) and bool(theirs.get("locked"))
    return _kind(cell) == "answer" or (_kind(cell) == "" and not locked)


def _own_task(cell: dict[str, Any]) -> int | None:
    """Return the task that a scaffold's cell says it belongs to."""
    metadata = _metadata(cell)
    ours = metadata.get("micrograd")
    task = ours.get("task") if isinstance(ours, dict) else None
    if isinstance(task, int) and task in NUMBERS:
        return int(task)
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
    # What is left when an editor keeps the ids only.
    name = cell.get("id")
    if isinstance(name, str) and _ID.match(name):
        known, _ = _known(_source(cell))
        return "answer" if name.endswith("-answer") else known if known in ("text", "check") else ""
    return ""


def _metadata(cell: dict[str, Any]) -> dict[str, Any]:
    metadata = cell.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    if isinstance(source, list):
        return "".join(part for part in source if isinstance(part, str))
    return source if isinstance(source, str) else ""
