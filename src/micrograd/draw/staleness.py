"""What no longer fits together in a graph, after the cells of a notebook were run again or out of order."""

from __future__ import annotations

from micrograd.draw.samples import users_of
from micrograd.draw.shapes import from_elsewhere, is_stale
from micrograd.engine import Value, topological_order

# Beyond so many nodes nobody waits for each of them to be computed again.
_MOST_NODES = 50_000


def notices_of(root: Value, parameters: dict[Value, str]) -> list[str]:
    """Return the keys of what has to be said of the graph that ends in ``root``; ``parameters`` are the model's.

    ``otherModel``: none of the model's parameters is in the graph. ``staleGraph``: a node is no longer what its
    operands give. ``zeroedGraph``: leaves have no gradient, and the nodes above them one to pass on.
    ``accumulatedGraph``: a parameter's gradient holds more than the last sweep gave. ``otherSweep``: there are
    gradients, and none of them is this root's.
    """
    order = topological_order(root)
    found = []
    if parameters and parameters.keys().isdisjoint(order):
        found.append("otherModel")
    if len(order) > _MOST_NODES:
        return found
    if any(node._computed is None and is_stale(node) for node in order if node._operands):
        found.append("staleGraph")
    if root.grad == 1:
        users = users_of(order)
        leaves = [node for node in order if not node._operands and users[node]]
        extra = [leaf for leaf in leaves if from_elsewhere(leaf, users)]
        if any(leaf.grad == 0 for leaf in extra):
            found.append("zeroedGraph")
        elif extra:
            found.append("accumulatedGraph")
    elif root.grad == 0 and any(node.grad != 0 for node in order):
        found.append("otherSweep")
    return found
