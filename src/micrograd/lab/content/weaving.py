"""The lab's notebook, built from the content that ships inside the package.

What a contributor edits, all of it in ``src/micrograd/lab/content/``:

- ``cells.py``: every code cell, written once; a line ``# %% ID`` begins a cell. What lies between
  ``### BEGIN SOLUTION`` and ``### END SOLUTION`` (nbgrader's markers) is a solution.
- ``gradient.fr.md`` and ``gradient.en.md``: the prose, in the order in which it is read. A line of its own
  begins each cell:

  - ``<!-- text: ID -->`` prose that everybody reads (headings, statements of the tasks, their questions);
  - ``<!-- answer: ID -->`` prose that answers a question: left out of a student's notebook;
  - ``<!-- code: ID -->`` the code cell of that ID stands here (nothing follows it but the next marker).

- ``numbers.json``: the numbers that the prose quotes. ``{{name}}`` or ``{{name|.4f}}`` in the prose is
  replaced by the number of that name; they are measured on the executed notebook (see ``numbers.py``), never
  typed. ``{heading}`` is the task's number and title, which ``tasks.py`` has.

Two editions are woven from that. ``ID (light)`` in a marker names a cell of the light edition, which needs no library
beside ours; it takes the place of the cell of that ID where there is one. ``ID (full)`` is left out of the light one.

Both languages have the same cells with the same IDs in the same order. An ID that begins with ``task-N-``
belongs to task N. In the notebook each cell has that ID, and the metadata ``{"micrograd": {"kind": "text" |
"answer" | "code", "task": N or None, "solution": bool}}``, where ``solution`` is true of every answer and of
every code cell that holds a solution. The notebook itself carries
``{"micrograd": {"language": "fr" | "en", "edition": "full" | "light"}}``. Whoever derives another notebook
(a student's, nbgrader's) starts from ``build(lang)`` and goes by this metadata.

``python -m micrograd.lab.solved.publish [FOLDER]`` executes both languages and writes ``gradient.ipynb`` and
``gradient.en.ipynb`` into FOLDER; it measures the numbers anew on the way.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from micrograd.lab.content.nodes import KERNEL, code_cell, language_info, markdown_cell, notebook
from micrograd.lab.content.printed import in_language
from micrograd.lab.content.tasks import task
from micrograd.language import Language, choose, french
from micrograd.language import number as say_number

if TYPE_CHECKING:
    from nbformat import NotebookNode

BEGIN_SOLUTION = "### BEGIN SOLUTION"
END_SOLUTION = "### END SOLUTION"
#: What stands in a student's notebook in the place of a solution.
CODE_STUB: dict[Language, str] = {"fr": "...  # à vous", "en": "...  # your turn"}

Edition = Literal["full", "light"]
EDITIONS: tuple[Edition, ...] = ("full", "light")

_MARKER = re.compile(r"^<!-- (text|answer|code): ([a-z0-9-]+)(?: \((full|light)\))? -->$", re.MULTILINE)
_CELL = re.compile(r"^# %% ([a-z0-9-]+)(?: \((light)\))?$", re.MULTILINE)
_MARKER_LINE = re.compile(rf"^[ \t]*(?:{BEGIN_SOLUTION}|{END_SOLUTION})[ \t]*(?:\n|\Z)", re.MULTILINE)
_HEADING = "{heading}"
_TASK = re.compile(r"^task-(\d+)-")
_SOLUTION = re.compile(
    rf"^(?P<indent>[ \t]*){BEGIN_SOLUTION}\n.*?^[ \t]*{END_SOLUTION}[ \t]*$", re.MULTILINE | re.DOTALL
)
_NUMBER = re.compile(r"\{\{(?P<name>\w+)(?:\|(?P<format>[^}]+))?\}\}")


class Cell(NamedTuple):
    """One cell of the lab as the content files describe it."""

    kind: str
    """``"text"``, ``"answer"`` or ``"code"``."""
    id: str
    source: str

    @property
    def task(self) -> int | None:
        """The number of the task that the cell belongs to, or None outside of the tasks."""
        match = _TASK.match(self.id)
        return int(match.group(1)) if match else None

    @property
    def solution(self) -> bool:
        """Whether the cell gives away an answer, in words or in code."""
        return self.kind == "answer" or BEGIN_SOLUTION in self.source


def build(
    lang: str | None = None, solved: bool = True, markers: bool = True, edition: Edition = "full"
) -> NotebookNode:
    """Return the lab's notebook in ``lang`` (``"fr"`` or ``"en"``; None: the user's), not executed.

    With ``solved=False`` the answers are left out and each solution is replaced by a line that asks for it. With
    ``markers=False`` the solutions are there, but not the lines that mark where they begin and end. ``edition`` is
    ``"full"``, or ``"light"``: without NumPy, scikit-learn and Matplotlib. Raises ``ValueError`` for another language
    and for another edition.
    """
    language = choose(lang)
    cells = [
        _notebook_cell(cell, language, solved, markers)
        for cell in cells_of(language, edition)
        if solved or cell.kind != "answer"
    ]
    metadata = {
        "kernelspec": dict(KERNEL),
        "language_info": language_info(),
        "micrograd": {"language": language, "edition": edition},
    }
    return notebook(cells, metadata)


@cache
def cells_of(language: Language, edition: Edition = "full") -> tuple[Cell, ...]:
    """Return the cells of an edition in reading order, the numbers filled into the prose.

    Raises ``ValueError`` for an edition that there is not.
    """
    if edition not in EDITIONS:
        raise ValueError(f"unknown edition {edition!r}: there are {' and '.join(EDITIONS)}")
    code = _code_cells(edition)
    text = _content(f"gradient.{language}.md")
    markers = list(_MARKER.finditer(text))
    cells: dict[str, Cell] = {}
    for marker, following in zip(markers, [*markers[1:], None]):
        kind, name, only = marker.groups()
        if only not in (None, edition):
            continue
        source = text[marker.end() : following.start() if following else len(text)].strip()
        if kind == "code":
            source = in_language(code[name], language)
        else:
            if match := _TASK.match(name):
                source = source.replace(_HEADING, task(int(match[1])).heading(language))
            source = _fill_in(source, _numbers(), language)
            source = french(source) if language == "fr" else source
        cells[name] = Cell(kind, name, source)  # an edition's own cell stands behind the one that it replaces
    return tuple(cells.values())


def strip_solutions(source: str, placeholder: str) -> str:
    """Return a code cell's source with each solution replaced by ``placeholder``, indented alike."""
    return _SOLUTION.sub(lambda match: match["indent"] + placeholder, source)


def _notebook_cell(cell: Cell, language: Language, solved: bool, markers: bool) -> NotebookNode:
    metadata = {"micrograd": {"kind": cell.kind, "task": cell.task, "solution": cell.solution}}
    if cell.kind != "code":
        return markdown_cell(cell.source, id=cell.id, metadata=metadata)
    source = cell.source if solved else strip_solutions(cell.source, CODE_STUB[language])
    source = source if markers else _MARKER_LINE.sub("", source).strip("\n")
    return code_cell(source, id=cell.id, metadata=metadata)


def _code_cells(edition: Edition) -> dict[str, str]:
    text = _content("cells.py")
    markers = list(_CELL.finditer(text))
    ends = [marker.start() for marker in markers[1:]] + [len(text)]
    return {
        marker[1]: text[marker.end() : end].strip("\n")
        for marker, end in zip(markers, ends)
        if marker[2] in (None, edition)
    }


def _numbers() -> dict[str, Any]:
    numbers: dict[str, Any] = json.loads(_content("numbers.json"))
    return numbers


def _fill_in(text: str, numbers: dict[str, Any], language: Language) -> str:
    """Replace each ``{{name|format}}``; in French with a decimal comma, but not in code."""

    def number(match: re.Match[str]) -> str:
        if match["name"] not in numbers:  # not measured yet: the command below is about to
            return match.group()
        written = format(numbers[match["name"]], match["format"] or "")
        before = text[: match.start()]
        in_code = before.rpartition("\n")[2].count("`") % 2 == 1
        in_formula = before.rpartition("\n\n")[2].count("$") % 2 == 1
        if in_code:
            return written
        if in_formula:
            return written.replace(".", "{,}") if language == "fr" else written
        return say_number(numbers[match["name"]], language, match["format"] or "").replace("-", "−")

    return _NUMBER.sub(number, text)


def _content(name: str) -> str:
    return (resources.files("micrograd.lab") / "content" / name).read_text(encoding="utf-8")
