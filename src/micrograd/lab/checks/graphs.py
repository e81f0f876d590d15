"""Whether a graph of gradients was shown: a picture that somebody drew of one, rather than any picture."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from micrograd.lab.checks.observing import View
from micrograd.lab.checks.trails import Trail

_SHOWN = re.compile(r"^(image/|text/html$)")
# Where a picture says nothing of what it shows: whoever wrote the cell wrote what is in it.
BY_HAND = ("", "__main__", "IPython")
LABELLED = "graphviz"
PLOTTED = "matplotlib"
"""Its figures show anything: a graph's have its numbers as labels."""
# Of these, a page counts as a graph; of other libraries (a table of pandas') only an image does.
_DRAW_PAGES = (
    "graphviz",
    "pydot",
    "pyvis",
    "plotly",
    "bokeh",
    "altair",
    "ipycytoscape",
    "ipysigma",
    "mpld3",
    "igraph",
)
_MOST_TRAILS = 12
_SMALLEST, _ROUNDED, _IN_LABELS = 0.01, 6e-4, 6e-3
"""Numbers of at least so much count, to three decimals in a text of any kind, to two in a figure's labels."""
_ENOUGH = 3


def graph_shown(view: View, trails: Sequence[Trail]) -> bool | None:
    """Tell whether the task's cells showed a graph of what they propagated; None where that cannot be told.

    A picture of the library's or of another one's counts as what it is. One that the cell wrote itself (HTML, SVG, a
    file) is a graph if Graphviz drew it in this cell, or if the numbers of the graph stand in it.
    """
    if not any("by" in output for output in view.outputs):
        return was_drawn(view)  # inside a running notebook, where it is not known who drew
    wanted = _numbers_of(trails)
    return any(_is_graph(output, wanted) for output in view.outputs)


def _is_graph(output: dict[str, Any], wanted: list[float]) -> bool:
    kinds = [str(kind) for kind in output.get("kinds", [])]
    if not shows_picture(kinds):
        return False
    by = str(output.get("by", ""))
    top = by.partition(".")[0]
    if top == "micrograd":
        return by.split(".")[1:2] == ["draw"]
    if top in BY_HAND or top in (PLOTTED, LABELLED):
        written, off = output.get("numbers", []), _ROUNDED if top in BY_HAND else _IN_LABELS
        found = sum(any(abs(number - value) < off for number in written) for value in wanted)
        drawn = output.get("dot") and (top in BY_HAND or not wanted)
        return bool(drawn) or (found >= min(_ENOUGH, len(wanted)) > 0)
    return top in _DRAW_PAGES or any(kind.startswith("image/") for kind in kinds)


def _numbers_of(trails: Sequence[Trail]) -> list[float]:
    """Return the numbers that a graph of what was propagated has: the error, the parameters and their gradients."""
    found: set[float] = set()
    for trail in trails[:_MOST_TRAILS]:
        for sweep in trail.sweeps[:_MOST_TRAILS]:
            values = [*sweep.parameters, *sweep.gradients, *([] if sweep.root is None else [sweep.root])]
            found.update(round(value, 6) for value in values if abs(value) > _SMALLEST)
    return sorted(found)


def shows_picture(kinds: Iterable[str]) -> bool:
    """Tell whether there is a picture among the MIME types of what was shown."""
    return any(_SHOWN.match(kind) for kind in kinds)


def was_drawn(view: View) -> bool | None:
    """Tell whether the task's cells showed a picture; None where that cannot be told."""
    shown = shows_picture(kind for output in view.outputs for kind in output.get("kinds", []))
    return shown or (False if view.complete else view.drawn)
