"""Graphviz as a process: Python's ``graphviz`` package, and a program that does the layout."""

from __future__ import annotations

import functools
import shutil
from importlib import metadata
from typing import Any


def load() -> Any:
    """Import the ``graphviz`` package and let it use a layout program that is there; None where it is missing.

    The system's ``dot`` comes first; without it, the program of the ``graphviz-pure`` package is used, so
    that nobody has to install Graphviz by hand.
    """
    try:
        import graphviz
        from graphviz.backend import dot_command
    except ImportError:
        return None
    if shutil.which(dot_command.DOT_BINARY) is None:
        bundled = _bundled_program()
        if bundled is not None:
            dot_command.DOT_BINARY = bundled
    return graphviz


def is_there() -> bool:
    """Whether there are both the package and a program."""
    graphviz = load()
    return graphviz is not None and shutil.which(graphviz.backend.dot_command.DOT_BINARY) is not None


@functools.cache
def _bundled_program() -> Any:
    """Return the path of graphviz-pure's program, or None."""
    try:
        files = metadata.files("graphviz-pure") or []
    except metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.stem == "graphviz-pure" and file.parent.name in ("bin", "Scripts"):
            path = shutil.which(str(file.locate()))
            if path:
                return path
    return shutil.which("graphviz-pure")


def piped(source: str, format: str) -> str:
    """Return a graph in the dot language as the program writes it in ``format``."""
    return str(load().pipe_string("dot", format, source, encoding="utf-8", quiet=True))


def drawn(source: str, format: str) -> bytes:
    """Return a graph in the dot language as a picture that is no text, such as ``"png"``."""
    return bytes(load().pipe("dot", format, source.encode(), quiet=True))
