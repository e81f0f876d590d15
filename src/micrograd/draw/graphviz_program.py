"""Graphviz as a process: Python's ``graphviz`` package, and a program that does the layout."""

from __future__ import annotations

import functools
import shutil
from importlib import metadata
from typing import Any

from micrograd._origin import install


def load() -> Any:
    """Import the ``graphviz`` package and let it use a layout program that is there.

    The system's ``dot`` comes first; without it, the program of the ``graphviz-pure`` package is used, so
    that nobody has to install Graphviz by hand. Raises ``ImportError`` where ``graphviz`` is missing.
    """
    try:
        import graphviz
        from graphviz.backend import dot_command
    except ImportError as error:
        raise ImportError(
            f"drawing a graph needs the package graphviz: {install('draw')}", name="graphviz"
        ) from error
    if shutil.which(dot_command.DOT_BINARY) is None:
        bundled = _bundled_program()
        if bundled is not None:
            dot_command.DOT_BINARY = bundled
    return graphviz


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
    graphviz = load()
    options = {"encoding": "utf-8", "quiet": True}
    return str(or_say_what_to_install(graphviz.pipe_string, "dot", format, source, **options))


def drawn(source: str, format: str) -> bytes:
    """Return a graph in the dot language as a picture that is no text, such as ``"png"``."""
    return bytes(or_say_what_to_install(load().pipe, "dot", format, source.encode(), quiet=True))


def or_say_what_to_install(function: Any, *args: Any, **options: Any) -> Any:
    """Call a function of the ``graphviz`` package; where no program is found, say what to install."""
    graphviz = load()
    try:
        return function(*args, **options)
    except graphviz.ExecutableNotFound as error:
        raise ImportError(
            f"laying out a graph needs the package graphviz-pure, or Graphviz's dot on the PATH: {install('draw')}",
            name="graphviz-pure",
        ) from error
