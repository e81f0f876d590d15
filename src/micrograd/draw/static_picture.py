"""micrograd's picture of a graph: a record with data and gradient a value, a small node an operation."""

from __future__ import annotations

import textwrap
from typing import Any, Protocol, cast

from micrograd.draw import figures
from micrograd.draw.graph import refuse_other_than_value
from micrograd.draw.picture import picture
from micrograd.draw.staleness import notices_of
from micrograd.draw.surroundings import language_here
from micrograd.draw.words import say
from micrograd.engine import Value, topological_order
from micrograd.language import Language

READABLE = 300
# Of a notice above the picture, so many characters a line.
_LINE = 72
NOTICE_COLOUR = "#c04a00"

# Who lays the picture out and who shows it measure text by fonts of their own. No common font is wider than this
# one, and both know its widths (or those of its twin, DejaVu Sans), so the text stays within its box everywhere.
_TEXT = {"fontname": "Verdana", "fontsize": "12"}


class Digraph(Protocol):
    """What is used of a ``graphviz.Digraph``, which has no types of its own."""

    source: str
    format: str

    def pipe(self, format: str | None = None, **options: Any) -> bytes:
        """Return the picture."""

    def render(self, filename: str | None = None, **options: Any) -> str:
        """Write the picture into a file and return its path."""

    def save(self, filename: str | None = None, **options: Any) -> str:
        """Write the source into a file and return its path."""

    def attr(self, kw: str | None = None, **attributes: str) -> None:
        """Set attributes of the graph, or of all its nodes or edges."""

    def node(self, name: str, label: str | None = None, **attributes: str) -> None:
        """Add a node."""

    def edge(self, tail_name: str, head_name: str, label: str | None = None, **attributes: str) -> None:
        """Add an edge."""


def draw_dot(
    root: Value,
    format: str = "svg",
    rankdir: str | None = None,
    *,
    local_derivatives: bool = False,
    digits: int = 4,
    max_nodes: int = READABLE,
) -> Digraph:
    """Return the graph that ends in ``root`` as a ``graphviz.Digraph``, which shows itself in Jupyter.

    Each value is a record with its label (where it has one), ``data`` and ``grad``; each operation is a small
    node before its result. ``format`` is the one that ``render()`` writes, ``rankdir`` is ``"LR"`` (left to
    right) or ``"TB"`` (top to bottom); without it, from left to right, but in a notebook from top to bottom
    where that fits the width of a cell better. Above a graph that no longer fits together, because its weights or
    gradients were changed since, stands a line that says so, in the running notebook's language. With
    ``local_derivatives=True`` each edge carries the derivative of the result by that operand. Numbers have ``digits``
    decimals.

    Raises ``ValueError`` for a graph of more than ``max_nodes`` values, which nobody could read, and for
    an unknown ``rankdir`` or ``digits``. Without Graphviz the picture is laid out in plain Python, as SVG only.
    """
    refuse_other_than_value(root)
    if rankdir not in ("LR", "TB", None):
        raise ValueError(f"rankdir: expected 'LR' (left to right) or 'TB' (top to bottom), got {rankdir!r}")
    if isinstance(digits, bool) or not isinstance(digits, int) or digits < 0:
        raise ValueError(f"digits: expected a whole number of decimals from 0 on, got {digits!r}")
    nodes = topological_order(root)
    if len(nodes) > max_nodes:
        raise ValueError(
            f"this graph has {len(nodes):,} nodes, and a picture of more than {max_nodes:,} cannot be read: "
            "use micrograd.draw.explore(root, model), which folds neurons, layers and samples; or draw the "
            "loss of one sample; or pass max_nodes=... if you want the picture all the same"
        )

    lang = language_here(None)
    notices = [say(key, lang) for key in notices_of(root, {})]

    def drawn(rankdir: str, is_narrow: bool) -> Any:
        dot = picture(format=format, graph_attr={"rankdir": rankdir}, node_attr=_TEXT, edge_attr=_TEXT)
        if is_narrow:
            dot.attr(nodesep="0.12", ranksep="0.25")
        if notices:
            dot.attr(label=notice_label(notices), labelloc="t", fontcolor=NOTICE_COLOUR, **_TEXT)
        names = {node: f"n{number}" for number, node in enumerate(nodes)}
        for node in nodes:
            _draw_node(dot, node, names, digits, local_derivatives, is_narrow, lang)
        return dot

    dot = drawn(rankdir or "LR", is_narrow=False)
    if rankdir is None:
        dot.narrow = lambda: drawn("TB", is_narrow=True)
    return cast(Digraph, dot)


def _draw_node(
    dot: Any,
    node: Value,
    names: dict[Value, str],
    digits: int,
    local_derivatives: bool,
    is_narrow: bool,
    lang: Language,
) -> None:
    name = names[node]
    cells = [escape(node.label)] if node.label else []
    cells += [f"data {figures.write(node.data, digits)}", f"grad {figures.write(node.grad, digits)}"]
    if node._computed is not None:
        cells.append(say("overwrittenCell", lang, number=figures.write(node._computed, digits)))
    row = " | ".join(cells)
    # In a record, braces turn the cells by a quarter: side by side in a picture from left to right too.
    # From top to bottom they stand below each other.
    dot.node(name, label="{ " + row + " }", shape="record", **({"margin": "0.05,0.03"} if is_narrow else {}))
    if not node._operands:
        return
    operation = f"{name}_op"
    small = {"width": "0.3", "height": "0.3", "margin": "0.02"} if is_narrow else {}
    dot.node(operation, label=escape(node._op or "?"), **small)
    dot.edge(operation, name)
    if local_derivatives and len(node._local_derivatives) == len(node._operands):
        for operand, derivative in zip(node._operands, node._local_derivatives):
            dot.edge(names[operand], operation, label=f" {figures.write(derivative, digits)} ")
    else:
        for operand in dict.fromkeys(node._operands):
            dot.edge(names[operand], operation)


def notice_label(notices: list[str]) -> str:
    """Return the label that says ``notices`` above a picture, in lines that begin on the left."""
    lines = [line for notice in notices for line in textwrap.wrap(notice, _LINE)]
    return "".join(f"{escape(line)}\\l" for line in lines)


def escape(text: str) -> str:
    """Return ``text`` so that Graphviz shows it as it is: neither its escapes nor HTML nor record syntax."""
    shown = "".join(c if c.isprintable() else " " for c in text).encode("utf-8", "replace").decode("utf-8")
    return "".join(_SPECIAL.get(c, c) for c in shown)


# An entity for a backslash would be read as the start of an escape after all, so it is doubled.
_SPECIAL = {c: f"&#{ord(c)};" for c in "{}|<>&\"'"} | {"\\": "\\\\"}
