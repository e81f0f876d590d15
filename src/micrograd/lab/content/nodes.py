"""nbformat's constructors, with types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from micrograd._needs import needs

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["code_cell", "markdown_cell", "notebook", "written"]


def _nbformat() -> Any:
    """Return nbformat, which takes seconds to load: whoever only reads what the cells say does without."""
    with needs("lab"):
        import nbformat.v4
    return nbformat


def code_cell(source: str, **attributes: Any) -> NotebookNode:
    """Return a code cell without outputs."""
    cell: NotebookNode = _nbformat().v4.new_code_cell(source, **attributes)
    return cell


def markdown_cell(source: str, **attributes: Any) -> NotebookNode:
    """Return a Markdown cell."""
    cell: NotebookNode = _nbformat().v4.new_markdown_cell(source, **attributes)
    return cell


def notebook(cells: list[NotebookNode], metadata: dict[str, Any]) -> NotebookNode:
    """Return a notebook of these cells."""
    whole: NotebookNode = _nbformat().v4.new_notebook(cells=cells, metadata=metadata)
    return whole


def written(whole: NotebookNode) -> str:
    """Return the text of a notebook's file."""
    text: str = _nbformat().writes(whole)
    return text.rstrip("\n") + "\n"
