"""Where a picture gets its positions from: one function, which Graphviz answers.

On a computer that is a process of Graphviz. Where there are no processes (Python in a browser), somebody gives the
function: JavaScript's Graphviz answers it there, see ``docs/explorer.md``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from micrograd.draw import graphviz_program

Layout = Callable[[str, str], str]

_given: Layout | None = None


def use_layout(layout: Layout | None) -> None:
    """Let ``layout`` lay out all pictures from now on; ``None`` goes back to a process of Graphviz.

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


def has_processes() -> bool:
    """Whether this Python can start a program."""
    return sys.platform not in ("emscripten", "wasi")


def lay_out(source: str, format: str) -> str:
    """Return a graph in the dot language laid out, as the text of one of Graphviz's formats.

    Raises ``ImportError`` where Graphviz is missing, ``RuntimeError`` where there is no way to ask it.
    """
    if _given is not None:
        return str(_given(source, format))
    if not has_processes():
        raise RuntimeError(
            "no picture can be laid out here: this Python cannot start Graphviz; give it a function with "
            "micrograd.draw.use_layout(lambda source, format: ...), see docs/explorer.md"
        )
    return graphviz_program.piped(source, format)
