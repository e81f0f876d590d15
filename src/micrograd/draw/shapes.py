"""The shape of a node, for ``telling.py``: from the graph itself for the terminal, from a view for a page."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from micrograd.draw.rules import RULES, function_applied, rule_of
from micrograd.draw.samples import Users
from micrograd.draw.telling import Shape
from micrograd.draw.view import View
from micrograd.engine import Value

RoleOf = Callable[[Any], str]


def _of_operation(
    node: Value, operands: Sequence[Any], role_of: RoleOf, value_of: Any, operands_of: Any
) -> Any:
    """Return what a shape tells of a node's operation and operands."""
    found = rule_of(node._op) if node._operands and not node._is_custom else None

    def is_plain(operand: Any) -> bool:
        return not operands_of(operand) and role_of(operand) != "parameter"

    opposites = []
    for k, operand in enumerate(operands if node._op == "+" else ()):
        if role_of(operand) == "constant":
            opposites.append((f"o{k}", "constant"))
        elif value_of(operand)._op == "*":
            factors = enumerate(operands_of(operand))
            opposites += [(f"o{k}.o{j}", "product") for j, factor in factors if is_plain(factor)]
    return {
        "op": node._op if node._operands else "",
        "rule": found[0] if found else None,
        "exponent": found[1] if found else 0.0,
        "is_custom": bool(node._is_custom or (node._operands and not node._local_derivatives)),
        "operands": len(operands),
        "leaves": tuple(k for k, operand in enumerate(operands) if is_plain(operand)),
        "opposites": tuple(opposites),
        "is_overwritten": node._computed is not None,
    }


def shape_of_value(node: Value, root: Value | None, uses: list[tuple[Value, int]], role_of: RoleOf) -> Shape:
    """Return the shape of a node of a graph that is known whole, or of which only the node is known."""
    told = _of_operation(node, node._operands, role_of, lambda o: o, lambda o: o._operands)
    return Shape(
        role=role_of(node),
        is_root=node is root,
        knows_root=root is not None,
        users=len(uses),
        by_hand=tuple(k for k, (user, _) in enumerate(uses) if not user._local_derivatives),
        applied=applied_function([node]),
        is_stale=node._computed is None and is_stale(node),
        **told,
    )


def shape_in_view(number: int, view: View, users: list[list[tuple[int, int]]]) -> Shape:
    """Return the shape of a node of a view; ``users`` are those in the view, for each of its nodes."""
    node = view.nodes[number]
    first = node.values[0]
    told = _of_operation(
        first,
        node.operands,
        lambda o: view.nodes[o].role,
        lambda o: view.nodes[o].values[0],
        lambda o: view.nodes[o].operands,
    )
    is_shared = view.all_samples > 1 and node.role == "parameter"
    others = []
    if is_shared:
        others.append(("otherSamples", view.all_samples - 1))
    if node.uses > 1:
        others.append(("otherUses", node.uses - 1))
    if node.unseen:
        others.append(("unseenUsers", 0))
    if node.terms:
        told |= {"op": "+", "rule": None, "is_custom": False, "is_overwritten": False}
    return Shape(
        role=node.role,
        is_named=bool(node.name),
        is_root=number == len(view.nodes) - 1,
        hidden_operands=0 if node.terms else node.hidden,
        terms=node.terms,
        copies=len(node.copies) + 1 if node.copies else 0,
        users=len(users[number]),
        by_hand=tuple(k for k, (user, use) in enumerate(users[number]) if not has_slope(view, user, use)),
        others=tuple(others),
        keeps_elsewhere=bool(node.copies) or is_shared,
        applied=None if node.terms else applied_function(node.values),
        is_stale=not node.terms and first._computed is None and any(is_stale(value) for value in node.values),
        **told,
    )


def has_slope(view: View, user: int, use: int) -> bool:
    """Whether the local derivative of a view's node by one of its operands is known."""
    return bool(view.nodes[user].terms or view.nodes[user].values[0]._local_derivatives)


def applied_function(values: Sequence[Value]) -> str | None:
    """Return the function that somebody wrote over the data of all these nodes, or None."""
    if values[0]._computed is None:
        return None
    applied = {function_applied(value._computed or 0.0, value.data) for value in values}
    return applied.pop() if len(applied) == 1 else None


def ignored_factor(node: Value, applied: str | None) -> float:
    """Return the derivative of the function written over a node's data, which backpropagation ignores."""
    if applied is None or node._computed is None:
        return 1.0
    return RULES[applied].derivatives[0].number(node._computed, 0.0, node.data, 0.0)


def uses_of(node: Value, users: Users) -> list[tuple[Value, int]]:
    """Return what uses a node, and as which of its operands."""
    return [
        (user, use)
        for user in dict.fromkeys(users[node])
        for use, operand in enumerate(user._operands)
        if operand is node
    ]


def from_elsewhere(node: Value, users: Users) -> float:
    """Return the part of a gradient that the nodes using it here do not explain: that of earlier sweeps."""
    if any(user._is_custom or not user._local_derivatives for user in users[node]) or not users[node]:
        return 0.0
    products = [user._local_derivatives[use] * user.grad for user, use in uses_of(node, users)]
    rest = node.grad - sum(products)
    size = sum(abs(product) for product in products) + abs(node.grad)
    return rest if math.isfinite(rest) and abs(rest) > 1e-9 * size else 0.0


def is_stale(node: Value) -> bool:
    """Whether the operands no longer have the numbers from which the node was computed."""
    found = rule_of(node._op)
    if found is None or not node._operands or node._is_custom:
        return False
    operands = [float(operand.data) for operand in node._operands]
    a, b = operands[0], operands[-1]
    made = node.data if node._computed is None else node._computed
    try:
        again = RULES[found[0]].value.number(a, b, float(made), found[1])
    except (ValueError, OverflowError, ZeroDivisionError):
        return True
    if math.isnan(again) or math.isnan(made):
        return math.isnan(again) != math.isnan(made)
    return not math.isclose(again, made, rel_tol=1e-9, abs_tol=1e-12)
