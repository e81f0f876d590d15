"""Everything that a page shows, as plain data: nodes, numbers, layouts, the film's order, what to say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from micrograd.draw.folding import Folding, fold
from micrograd.draw.layout import FOLDED_LAYER, FOLDED_NEURON, PADDING, TITLE, containers_of, lay_out_all
from micrograd.draw.rules import RULES, function_applied, rule_of, sign_of
from micrograd.draw.samples import Users
from micrograd.draw.sweep import backward_order, forward_order
from micrograd.draw.view import View, ViewNode, view_of
from micrograd.engine import Value


class Pool:
    """Numbers for JSON: one that all samples share as it is, else a place in a table of rows.

    Equal rows are kept once: an addition's gradient is its operands' too.
    """

    def __init__(self) -> None:
        self.rows: list[list[Any]] = []
        self._known: dict[tuple[Any, ...], int] = {}

    def keep(self, numbers: Sequence[float]) -> Any:
        """Return what stands for these numbers, one for each sample, in the page's data."""
        written = [_finite_or_text(number) for number in numbers]
        if all(number == written[0] for number in written):
            return written[0]
        key = tuple(written)
        if key not in self._known:
            self._known[key] = len(self.rows)
            self.rows.append(written)
        return {"row": self._known[key]}


def _finite_or_text(number: float) -> Any:
    # JSON has no word for these; and no sign for zero here.
    number = float(number)
    return number + 0.0 if math.isfinite(number) else str(number)


def scene_of(root: Value, model: Any = None, inputs: Any = None) -> dict[str, Any]:
    """Return the data of the page for the graph that ends in ``root``, ready for JSON."""
    view = view_of(root, model, inputs)
    folding = fold(view)
    pool = Pool()
    containers = containers_of(view, folding)
    placed = lay_out_all(containers, folding)
    return {
        "nodes": [_node(node, view, folding, number, pool) for number, node in enumerate(view.nodes)],
        "groups": [
            {
                "kind": group.kind,
                "name": group.name,
                "parent": group.parent,
                "nodes": group.nodes,
                "output": group.output,
                "open": group.is_open,
                "derivatives": _through(group.output, group.nodes, view, pool),
            }
            for group in folding.groups
        ],
        "containers": [
            {
                "segments": [
                    {
                        "source": segment.source,
                        "tail": segment.tail,
                        "head": segment.head,
                        "use": segment.use,
                    }
                    for segment in container.segments
                ],
                "layouts": layouts,
            }
            for container, layouts in zip(containers, placed)
        ],
        "frame": {
            "padding": PADDING,
            "title": TITLE,
            "folded": {"neuron": FOLDED_NEURON, "layer": FOLDED_LAYER},
        },
        "forward": forward_order(view),
        "backward": backward_order(view),
        "samples": view.samples,
        "allSamples": view.all_samples,
        "unlike": view.unlike,
        "hidden": view.hidden,
        "totalNodes": view.total_nodes,
        "rootGradient": _finite_or_text(root.grad),
        "hasModel": model is not None,
        "rows": pool.rows,
    }


def _node(node: ViewNode, view: View, folding: Folding, number: int, pool: Pool) -> dict[str, Any]:
    first = node.values[0]
    found = rule_of(first._op) if first._operands and not first._is_custom else None
    grads = [value.grad + sum(copy[k].grad for copy in node.copies) for k, value in enumerate(node.values)]
    told: dict[str, Any] = {
        "role": node.role,
        "name": node.name,
        "fullName": node.full_name,
        "op": first._op if first._operands else "",
        "sign": "Σ" if node.role == "sum" or node.terms else sign_of(first._op) if first._operands else "",
        "data": pool.keep([value.data for value in node.values]),
        "grad": pool.keep(grads),
        "operands": node.operands,
        "group": folding.group_of[number],
    }
    if node.terms:
        told["terms"] = node.terms
        told["derivatives"] = [1.0] * len(node.operands)
        return told
    if found is not None:
        told["rule"], told["exponent"] = found
    if first._is_custom or (first._operands and not first._local_derivatives):
        told["custom"] = True
    told["derivatives"] = _derivatives(node, view, pool)
    if node.copies:
        told["copies"] = len(node.copies) + 1
    if node.uses > 1:
        told["uses"] = node.uses
    if node.unseen:
        told["unseenUsers"] = node.unseen
    if node.hidden:
        told["hiddenOperands"] = node.hidden
    if first._computed is not None:
        computed = [value._computed or 0.0 for value in node.values]
        told["computed"] = pool.keep(computed)
        applied = {function_applied(c, value.data) for c, value in zip(computed, node.values)}
        op = applied.pop()
        if op is not None and not applied:
            told["applied"] = op
            number_of = RULES[op].derivatives[0].number
            ignored = [number_of(c, 0.0, value.data, 0.0) for c, value in zip(computed, node.values)]
            told["ignored"] = pool.keep(ignored)
    elif found is not None and any(is_stale(value) for value in node.values):
        told["stale"] = True
    elsewhere = [_not_from_this_graph(value, view.users) for value in node.values]
    if any(elsewhere) and not node.copies:
        told["elsewhere"] = pool.keep(elsewhere)
    return told


def _not_from_this_graph(node: Value, users: Users) -> float:
    """Return the part of a gradient that the nodes using it here do not explain: that of earlier sweeps."""
    if any(user._is_custom or not user._local_derivatives for user in users[node]) or not users[node]:
        return 0.0
    explained = sum(
        derivative * user.grad
        for user in dict.fromkeys(users[node])
        for operand, derivative in zip(user._operands, user._local_derivatives)
        if operand is node
    )
    rest = node.grad - explained
    size = sum(abs(user.grad) for user in users[node]) + abs(node.grad)
    return rest if math.isfinite(rest) and abs(rest) > 1e-9 * size else 0.0


def _derivatives(node: ViewNode, view: View, pool: Pool) -> list[Any]:
    first = node.values[0]
    if not first._local_derivatives:
        return []
    kept = []
    for use, operand in enumerate(first._operands):
        if operand in view.position:
            kept.append(pool.keep([value._local_derivatives[use] for value in node.values]))
    return kept


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


def _through(output: int | None, nodes: list[int], view: View, pool: Pool) -> dict[str, Any]:
    """Return the derivative of a neuron's output by each value that goes into it, by the chain rule."""
    if output is None:
        return {}
    samples = max(1, view.samples)
    inside = set(nodes)
    reached: dict[int, list[float]] = {output: [1.0] * samples}
    for number in sorted(inside, reverse=True):
        node = view.nodes[number]
        slopes = reached.get(number)
        if slopes is None or not node.values[0]._local_derivatives:
            continue
        for use, operand in enumerate(node.operands):
            total = reached.setdefault(operand, [0.0] * samples)
            for k in range(samples):
                value = node.values[k if len(node.values) > 1 else 0]
                total[k] += slopes[k] * value._local_derivatives[use]
    return {str(number): pool.keep(slopes) for number, slopes in reached.items() if number not in inside}
