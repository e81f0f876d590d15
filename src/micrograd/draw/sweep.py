"""The order in which the engine completes the gradients of a view's nodes; values come in the nodes' own order."""

from __future__ import annotations

from micrograd.draw.view import View
from micrograd.engine import Value


def backward_order(view: View) -> list[int]:
    """Return the nodes in the order in which their gradients are complete in ``Value.backward()``.

    The engine keeps the nodes whose gradient is complete on a stack: it takes the last, lets it pass its
    gradient on, and puts the operands that now have received everything on the stack. A leaf has nothing
    to pass on, and is complete with its last part.
    """
    # A parameter that is drawn once for each use has one gradient.
    together: dict[Value, list[int]] = {}
    for number, node in enumerate(view.nodes):
        together.setdefault(node.values[0], []).append(number)
    pending = dict.fromkeys(together, 0)
    for node in view.nodes:
        for operand in node.operands:
            pending[view.nodes[operand].values[0]] += 1
    order: list[int] = []
    stack = [len(view.nodes) - 1]
    while stack:
        number = stack.pop()
        order.append(number)
        for operand in view.nodes[number].operands:
            value = view.nodes[operand].values[0]
            pending[value] -= 1
            if pending[value] == 0:
                if view.nodes[operand].operands:
                    stack.append(operand)
                else:
                    order += together[value]
    return order
