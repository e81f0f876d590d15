"""Finding Graphviz: Python's ``graphviz`` package, and a program that does the layout."""

from __future__ import annotations

import functools
import shutil
from importlib import metadata
from typing import Any

INSTALL = 'pip install "micrograd-lab[draw]"'


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
            f"drawing a graph needs the package graphviz: {INSTALL}", name="graphviz"
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


def picture(**options: Any) -> Any:
    """Return an empty ``graphviz.Digraph`` (of a subclass) that keeps its program's warnings to itself."""
    load()
    return _picture_class()(**options)


@functools.cache
def _picture_class() -> Any:
    graphviz = load()

    class Picture(graphviz.Digraph):  # type: ignore[misc, name-defined]
        """A ``graphviz.Digraph`` that renders quietly, and says what to install if it cannot render."""

        def pipe(self, *args: Any, **options: Any) -> Any:
            """Render and return the picture, as ``graphviz.Digraph.pipe`` does."""
            # Warnings about the width of a character in a font would look like errors in a notebook; real
            # errors are raised with the program's own message.
            return _or_say_what_to_install(super().pipe, *args, **{"quiet": True, **options})

        def render(self, *args: Any, **options: Any) -> Any:
            """Render into a file and return its path, as ``graphviz.Digraph.render`` does."""
            return _or_say_what_to_install(super().render, *args, **{"quiet": True, **options})

    Picture.__name__ = Picture.__qualname__ = "Digraph"
    return Picture


def _or_say_what_to_install(function: Any, *args: Any, **options: Any) -> Any:
    graphviz = load()
    try:
        return function(*args, **options)
    except graphviz.ExecutableNotFound as error:
        raise ImportError(
            f"laying out a graph needs the package graphviz-pure, or Graphviz's dot on the PATH: {INSTALL}",
            name="graphviz-pure",
        ) from error
