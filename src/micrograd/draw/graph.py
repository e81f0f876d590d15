"""The graph below a value: its nodes, and the edges from operands to the nodes that use them."""

from __future__ import annotations

from micrograd.engine import Value, topological_order


def trace(root: Value) -> tuple[list[Value], list[tuple[Value, Value]]]:
    """Return the nodes and the edges of the graph that ends in ``root``.

    The nodes come operands first, each once. An edge is a pair (operand, node), once for each pair even where
    an operation uses the same value twice, as in ``x * x``. The order of both depends on the graph alone.
    Fused neurons are unfolded into elementary operations. Raises ``TypeError`` unless ``root`` is a
    ``Value``.
    """
    refuse_other_than_value(root)
    nodes = topological_order(root)
    edges = [(operand, node) for node in nodes for operand in dict.fromkeys(node._operands)]
    return nodes, edges


def refuse_other_than_value(root: object) -> None:
    """Raise ``TypeError`` unless ``root`` is a ``Value``, with a hint for the likely mistakes."""
    if isinstance(root, Value):
        return
    hint = "pass the Value whose gradients you want to see, for example the loss"
    if isinstance(root, (list, tuple)):
        hint = f"a {type(root).__name__} of {len(root)} was given; pass one of its elements, or their sum"
    elif isinstance(root, (int, float)):
        hint = "a plain number keeps no graph; pass the Value itself, not its .data"
    raise TypeError(f"expected a Value, got {type(root).__name__}: {hint}")
