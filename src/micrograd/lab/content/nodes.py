"""nbformat's constructors, with types."""

from __future__ import annotations

from typing import Any

from micrograd._needs import needs

with needs("lab"):
    import nbformat
    from nbformat import NotebookNode, v4

__all__ = ["NotebookNode", "code_cell", "markdown_cell", "notebook", "written"]


def code_cell(source: str, **attributes: Any) -> NotebookNode:
    """Return a code cell without outputs."""
    cell: NotebookNode = v4.new_code_cell(source, **attributes)  # type: ignore[no-untyped-call, unused-ignore]
    return cell


def markdown_cell(source: str, **attributes: Any) -> NotebookNode:
    """Return a Markdown cell."""
    cell: NotebookNode = v4.new_markdown_cell(source, **attributes)  # type: ignore[no-untyped-call, unused-ignore]
    return cell


def notebook(cells: list[NotebookNode], metadata: dict[str, Any]) -> NotebookNode:
    """Return a notebook of these cells."""
    whole: NotebookNode = v4.new_notebook(cells=cells, metadata=metadata)  # type: ignore[no-untyped-call, unused-ignore]
    return whole


def written(whole: NotebookNode) -> str:
    """Return the text of a notebook's file."""
    text: str = nbformat.writes(whole)  # type: ignore[no-untyped-call, unused-ignore]
    return text.rstrip("\n") + "\n"
