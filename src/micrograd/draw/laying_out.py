"""Where a picture gets its positions from: one function, which Graphviz answers, or plain Python.

On a computer with Graphviz that is a process of it. Where there are no processes (Python in a browser), somebody
gives the function: JavaScript's Graphviz answers it there, see ``docs/explorer.md``. Where there is neither,
``layered`` does.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from micrograd._origin import install
from micrograd.draw import graphviz_program

Layout = Callable[[str, str], str]

_given: Layout | None = None


def use_layout(layout: Layout | None) -> None:
    """Let ``layout`` lay out all pictures from now on; ``None`` goes back to what is there: Graphviz, or plain Python.

    ``layout(source, format)`` gets a graph in the dot language and returns it laid out, as the text of Graphviz's
    format: ``"json0"`` for the explorer, ``"svg"`` for ``draw_dot``. Raises ``TypeError`` for what cannot be called.
    """
    global _given
    if layout is not None and not callable(layout):
        raise TypeError(f"use_layout: expected a function of (source, format), got {type(layout).__name__}")
    _given = layout


def given() -> Layout | None:
    """Return the function that ``use_layout`` was given, or None."""
    return _given


def has_graphviz() -> bool:
    """Whether pictures are laid out by a process of Graphviz."""
    return _given is None and sys.platform not in ("emscripten", "wasi") and graphviz_program.is_there()


def lay_out(source: str, format: str) -> str:
    """Return a graph in the dot language laid out, as the text of one of Graphviz's formats.

    Raises ``ImportError`` for a format that only Graphviz writes, where it is missing.
    """
    if _given is not None:
        return str(_given(source, format))
    if has_graphviz():
        return graphviz_program.piped(source, format)
    # Not imported before it is needed: everybody else has Graphviz.
    from micrograd.draw import layered

    if format not in layered.FORMATS:
        raise ImportError(f"a picture as {format} needs Graphviz: {install('draw')}", name="graphviz")
    return layered.lay_out(source, format)
