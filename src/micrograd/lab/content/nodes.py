"""nbformat's constructors, with types; where nbformat is missing, plain Python that writes the same files."""

from __future__ import annotations

import json
import secrets
import sys
from typing import TYPE_CHECKING, Any, cast

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


class Node(dict[str, Any]):
    """A part of a notebook, as nbformat's ``NotebookNode``: a dict whose keys are attributes too."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value


def _nbformat() -> Any:
    """Return nbformat, which takes seconds to load, so only for whoever makes cells; None where it is missing."""
    try:
        import nbformat.v4
    except ModuleNotFoundError:
        return None
    return nbformat


def code_cell(source: str, **attributes: Any) -> NotebookNode:
    """Return a code cell without outputs."""
    if (nbformat := _nbformat()) is None:
        return _cell("code", source, {"execution_count": None, "outputs": [], **attributes})
    cell: NotebookNode = nbformat.v4.new_code_cell(source, **attributes)
    return cell


def markdown_cell(source: str, **attributes: Any) -> NotebookNode:
    """Return a Markdown cell."""
    if (nbformat := _nbformat()) is None:
        return _cell("markdown", source, attributes)
    cell: NotebookNode = nbformat.v4.new_markdown_cell(source, **attributes)
    return cell


def _cell(kind: str, source: str, attributes: dict[str, Any]) -> NotebookNode:
    about = {"cell_type": kind, "id": secrets.token_hex(4), "metadata": {}, "source": source}
    cell: Any = Node({**about, **attributes})
    return cast("NotebookNode", cell)


def notebook(cells: list[NotebookNode], metadata: dict[str, Any]) -> NotebookNode:
    """Return a notebook of these cells."""
    if (nbformat := _nbformat()) is None:
        plain: Any = Node({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})
        return cast("NotebookNode", plain)
    whole: NotebookNode = nbformat.v4.new_notebook(cells=cells, metadata=metadata)
    return whole


def written(whole: NotebookNode) -> str:
    """Return the text of a notebook's file: each line of a source an item of a list, as Jupyter writes it."""
    if (nbformat := _nbformat()) is None:
        cells = [{**cell, "source": cell["source"].splitlines(keepends=True)} for cell in whole["cells"]]
        text = json.dumps({**whole, "cells": cells}, ensure_ascii=False, indent=1, sort_keys=True)
    else:
        text = nbformat.writes(whole)
    return text.rstrip("\n") + "\n"
