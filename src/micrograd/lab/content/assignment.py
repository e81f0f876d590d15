"""The lab as an assignment: the student's notebook, and the teacher's in nbgrader's convention.

Both come from the same content as the solved notebook. The student's has the prose, the given code, empty cells to
fill, a cell to answer each question in words, and one line that checks each task. The teacher's is the solved
notebook with the same cells; nbgrader makes a student's notebook out of it by itself. Every cell carries nbgrader's
metadata (https://nbgrader.readthedocs.io/en/stable/contributor_guide/metadata.html), and its ``grade_id`` is the
cell's ID.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from micrograd.lab.content import closing, opening
from micrograd.lab.content import weaving as lab_notebook
from micrograd.lab.content.nodes import code_cell, markdown_cell
from micrograd.lab.content.tasks import NUMBERS, TASKS
from micrograd.lab.content.weaving import BEGIN_SOLUTION, Cell, Edition, cells_of
from micrograd.language import Language, choose

if TYPE_CHECKING:
    from nbformat import NotebookNode

ANSWER_STUB: dict[Language, str] = {"fr": "*Votre réponse ici.*", "en": "*Your answer here.*"}
QUESTION = "**Question"


def student(lang: str | None = None, edition: Edition = "full") -> NotebookNode:
    """Return the student's notebook in ``lang`` (``"fr"`` or ``"en"``; None: the user's), in one of its editions."""
    return _assignment(choose(lang), edition, solved=False)


def teacher(lang: str | None = None, edition: Edition = "full") -> NotebookNode:
    """Return the solved notebook from which nbgrader makes the student's."""
    return _assignment(choose(lang), edition, solved=True)


def _assignment(language: Language, edition: Edition, solved: bool) -> NotebookNode:
    built = lab_notebook.build(language, solved=solved, edition=edition)
    ready = {cell.id: cell for cell in built.cells}
    cells: list[NotebookNode] = []
    contents = list(_given(cells_of(language, edition)))
    for content, following in zip(contents, [*contents[1:], None]):
        if content.kind == "answer":
            source = content.source if solved else ANSWER_STUB[language]
            cell = markdown_cell(source, id=content.id, metadata=_ours("answer", content.task))
            cell.metadata["nbgrader"] = _metadata(
                content.id, "markdown", points=TASKS[(content.task or 1) - 1].words
            )
        else:
            cell = ready[content.id]
            cell.source = closing.code(language).get(content.id) or closing.TEXT.get(content.id, {}).get(
                language, cell.source
            )
            if content.id == "title":
                cell.source = opening.under_title(cell.source, language)
            editable = content.kind == "code" and content.solution
            cell.metadata["nbgrader"] = _metadata(
                content.id, cell.cell_type, solution=editable, locked=not editable
            )
        cells.append(cell)
        if content.task in NUMBERS and (following is None or following.task != content.task):
            cells.append(_check_line(content.task, language))
    built.cells = cells
    return built


def _given(contents: tuple[Cell, ...]) -> Iterator[Cell]:
    """Yield what a student gets: all but the commentary on solutions, and the cells that only illustrate it."""
    before: Cell | None = None
    for content in contents:
        comments = content.kind == "answer" and not (
            before and before.kind == "text" and QUESTION in before.source
        )
        illustrates = (
            content.kind == "code"
            and before is not None
            and before.kind == "answer"
            and content.source.startswith(BEGIN_SOLUTION)
        )
        if not comments and not illustrates:
            yield content
        before = content


def _check_line(task: int, language: Language) -> NotebookNode:
    source = f'from micrograd.lab.check import check; check({task}, "{language}")'
    name = f"task-{task}-check"
    cell: NotebookNode = code_cell(source, id=name, metadata=_ours("check", task))
    cell.metadata["nbgrader"] = _metadata(
        name, "code", points=TASKS[task - 1].points, solution=False, locked=True
    )
    return cell


def _ours(kind: str, task: int | None) -> dict[str, Any]:
    return {"micrograd": {"kind": kind, "task": task, "solution": kind == "answer"}}


def _metadata(
    grade_id: str, cell_type: str, points: float | None = None, solution: bool = True, locked: bool = False
) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "schema_version": 3,
        "grade_id": grade_id,
        "cell_type": cell_type,
        "grade": points is not None,
        "solution": solution,
        "locked": locked,
        "task": False,
    }
    if points is not None:
        metadata["points"] = points
    return metadata
