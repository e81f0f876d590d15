"""The explorer's explanation of one node, as text for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from micrograd import language
from micrograd.draw import figures, lines
from micrograd.draw.choosing import Choice
from micrograd.draw.graph import refuse_other_than_value
from micrograd.draw.printable import Printable
from micrograd.draw.rules import sign_of
from micrograd.draw.samples import users_of
from micrograd.draw.shapes import applied_function, ignored_factor, shape_of_value, uses_of
from micrograd.draw.symbols import Symbols
from micrograd.draw.telling import tell
from micrograd.draw.terminal import Writer
from micrograd.draw.words import say
from micrograd.engine import Value, topological_order

# A weight has a contribution from each sample of a batch.
_MOST_PARTS = 12


def explain(
    node: Value,
    lang: str | None = None,
    *,
    root: Value | None = None,
    model: Any = None,
    learning_rate: float = 0.1,
) -> str:
    """Return in words and numbers how a node was computed and what its gradient is made of.

    ``lang`` is ``"fr"`` or ``"en"`` (without it, the locale's). ``root`` is the result on which
    ``backward()`` was called: with it, nodes have the names that they have in the explorer, and the gradient
    is explained by the nodes that use this one. Without it, ``o`` stands for a node without a name, ``a`` and
    ``b`` for its operands. ``model`` gives the parameters their names, and shows a step of gradient descent
    with ``learning_rate``.

    Raises ``TypeError`` for what is no ``Value``, ``ValueError`` for an unknown language and for a node that
    ``root`` does not depend on.
    """
    refuse_other_than_value(node)
    chosen = language.choose(lang)
    symbols = Symbols(node, root, model)
    graph = ValueGraph(root)
    if root is not None and node not in graph.known:
        raise ValueError("root does not depend on this node: pass the result on which backward() was called")
    shape = shape_of_value(node, root, graph.users(node), symbols.role)
    sections = Choice(node, graph, learning_rate).sections(tell(shape, _MOST_PARTS))
    writer = Writer(node, symbols, chosen)
    text = [_heading(node, symbols, chosen)]
    for title, parts in sections:
        text += ["", say(title, chosen), *(f"  {line}" for line in writer.lines(parts))]
    return Printable("\n".join(text))


class ValueGraph:
    """The graph below ``root``, or without it a node alone, with the numbers that its nodes have now."""

    def __init__(self, root: Value | None) -> None:
        self.root = root
        self.known = users_of(topological_order(root)) if root is not None else {}

    def operands(self, node: Value) -> Sequence[Value]:
        """Return the operands of a node."""
        return node._operands

    def users(self, node: Value) -> list[tuple[Value, int]]:
        """Return what uses a node, as far as it is known, and as which operand."""
        return uses_of(node, self.known) if node in self.known else []

    def number(self, kind: str, node: Value) -> float:
        """Return a number of a node."""
        if kind == "computed":
            return node.data if node._computed is None else node._computed
        if kind == "ignored":
            return ignored_factor(node, applied_function([node]))
        return float(getattr(node, kind))

    def slope(self, node: Value, use: int) -> float | None:
        """Return a local derivative; None where only the user's ``_backward`` knows it."""
        return node._local_derivatives[use] if node._local_derivatives else None

    def line(self, node: Value) -> str:
        """Return the line of code where a node was made, if it was remembered."""
        return lines.line_of(node)


def _heading(node: Value, symbols: Symbols, lang: language.Language) -> str:
    operation = f" {sign_of(node._op)}" if node._operands else ""
    name, full = symbols.given(node), symbols.full_name(node)
    title = f"{name} ({full})" if full and full != name else name
    colon = " : " if lang == "fr" else ": "
    facts = f"{say('data', lang)} {figures.write(node.data)}, {say('grad', lang)} {figures.write(node.grad)}"
    return f"{title}{colon if title else ''}{say(symbols.role(node), lang)}{operation} ({facts})"
