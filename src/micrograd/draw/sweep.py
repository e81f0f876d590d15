"""The order in which the engine computes a view's nodes: forward, and backward."""

from __future__ import annotations

from micrograd.draw.view import View


def forward_order(view: View) -> list[int]:
    """Return the nodes, operands before the nodes that use them."""
    return list(range(len(view.nodes)))


def backward_order(view: View) -> list[int]:
    """Return the nodes in the order in which their gradients are complete in ``Value.backward()``.

    The engine keeps the nodes whose gradient is complete on a stack: it takes the last, lets it pass its
    gradient on, and puts the operands that now have received everything on the stack. A leaf has nothing
    to pass on, and is complete with its last part.
    """
    pending = [0] * len(view.nodes)
    for node in view.nodes:
        for operand in node.operands:
            pending[operand] += 1
    order: list[int] = []
    stack = [len(view.nodes) - 1]
    while stack:
        number = stack.pop()
        order.append(number)
        for operand in view.nodes[number].operands:
            pending[operand] -= 1
            if pending[operand] == 0:
                if view.nodes[operand].operands:
                    stack.append(operand)
                else:
                    order.append(operand)
    return order
