"""nbformat's constructors, with types."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from micrograd._needs import needs

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["KERNEL", "code_cell", "language_info", "markdown_cell", "notebook", "written"]

# The kernel under the name that Jupyter gives its own: a notebook that says this is not changed by being opened.
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def language_info() -> dict[str, Any]:
    """Return what the kernel of the Python that is running says of its language, as Jupyter writes it into notebooks.

    A notebook without it counts as changed as soon as a kernel has started for it.
    """
    return {
        "codemirror_mode": {"name": "ipython", "version": sys.version_info[0]},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
        "version": sys.version.split()[0],
    }


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
