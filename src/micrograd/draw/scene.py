"""Everything that a page shows, as plain data: nodes, numbers, layouts, the film's order, what to say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from micrograd.draw import lines
from micrograd.draw.folding import Folding, fold
from micrograd.draw.layout import FOLDED_LAYER, FOLDED_NEURON, PADDING, TITLE, containers_of, lay_out_all
from micrograd.draw.naming import parameters_of
from micrograd.draw.rules import sign_of
from micrograd.draw.shapes import applied_function, from_elsewhere, ignored_factor, is_stale, shape_in_view
from micrograd.draw.staleness import notices_of
from micrograd.draw.sweep import backward_order
from micrograd.draw.telling import Data, Shape, tell
from micrograd.draw.view import View, ViewNode, view_of
from micrograd.engine import Value

# Of the uses of a node, a page explains so many one by one.
_MOST_PARTS = 40


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
    scene = scene_of_view(view_of(root, model, inputs), root)
    return {**scene, "notices": notices_of(root, parameters_of(model))}


def scene_of_view(view: View, root: Value) -> dict[str, Any]:
    """Return the data of the page for what it shows of the graph that ends in ``root``, ready for JSON."""
    folding = fold(view)
    pool = Pool()
    containers = containers_of(view, folding)
    placed = lay_out_all(containers, folding)
    nodes = [_node(node, view, folding, number, pool) for number, node in enumerate(view.nodes)]
    tellings = _tellings(view, nodes)
    return {
        "nodes": nodes,
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
        "tellings": tellings,
        "backward": backward_order(view),
        "samples": view.samples,
        "allSamples": view.all_samples,
        "unlike": view.unlike,
        "hidden": view.hidden,
        "totalNodes": view.total_nodes,
        "rootGradient": _finite_or_text(root.grad),
        "rows": pool.rows,
    }


def _tellings(view: View, nodes: list[dict[str, Any]]) -> list[Data]:
    """Return what there is to say about nodes of each shape, and let every node know which is its own."""
    users: list[list[tuple[int, int]]] = [[] for _ in view.nodes]
    for head, node in enumerate(view.nodes):
        for use, operand in enumerate(node.operands):
            users[operand].append((head, use))
    known: dict[Shape, int] = {}
    for number, told in enumerate(nodes):
        told["telling"] = known.setdefault(shape_in_view(number, view, users), len(known))
    return [tell(shape, _MOST_PARTS) for shape in known]


def _node(node: ViewNode, view: View, folding: Folding, number: int, pool: Pool) -> dict[str, Any]:
    first = node.values[0]
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
        op = applied_function(node.values)
        if op is not None:
            told["applied"] = op
            told["ignored"] = pool.keep([ignored_factor(value, op) for value in node.values])
    elif any(is_stale(value) for value in node.values):
        told["stale"] = True
    if not node.copies:
        elsewhere = [from_elsewhere(value, view.users) for value in node.values]
        if any(elsewhere):
            told["elsewhere"] = pool.keep(elsewhere)
    line = lines.line_of(first)
    if line:
        told["line"] = line
    return told


def _derivatives(node: ViewNode, view: View, pool: Pool) -> list[Any]:
    first = node.values[0]
    if not first._local_derivatives:
        return []
    kept = []
    for use, operand in enumerate(first._operands):
        if operand in view.position:
            kept.append(pool.keep([value._local_derivatives[use] for value in node.values]))
    return kept


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
