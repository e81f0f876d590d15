"""Layouts in plain Python, for where neither Graphviz nor anything else that lays out is there.

It reads the part of the dot language in which this package writes its pictures, and answers as Graphviz does: with
``json0`` for the explorer, with SVG for ``draw_dot``. The way is the usual one (Sugiyama, Tagawa and Toda, 1981):
ranks, places for edges that pass a rank, an order with few crossings, positions, curves.
"""

from __future__ import annotations

from micrograd.draw.layered import writing
from micrograd.draw.layered.dot_language import parse
from micrograd.draw.layered.positions import position
from micrograd.draw.layered.ranks import arrange

FORMATS = ("svg", "json0")


def lay_out(source: str, format: str) -> str:
    """Return a directed graph in the dot language, laid out, as SVG or in Graphviz's format ``json0``.

    Attributes that say nothing about places, texts and colours are passed over, as are clusters and texts in HTML.
    Raises ``ValueError`` for another format, and for a text that is no directed graph.
    """
    if format not in FORMATS:
        raise ValueError(f"without Graphviz a picture can be svg or json0, not {format!r}")
    drawing = position(arrange(parse(source)))
    return writing.svg(drawing) if format == "svg" else writing.json0(drawing)
