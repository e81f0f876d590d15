"""Where things stand: Graphviz lays out each container (the page, a layer, a neuron) on its own.

The page is laid out folded, with its layers unfolded, and all unfolded; its script stretches the nearest of
these layouts for the states between, so every state of folding has its picture without another run of
Graphviz. Containers of the same shape share one run.
"""

from __future__ import annotations

import graphlib
import itertools
import json
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from micrograd.draw import laying_out
from micrograd.draw.folding import Folding
from micrograd.draw.view import View

# Cards, in points; the page draws them in these sizes.
CARD = (122, 62)
FOLDED_NEURON = (128, 66)
FOLDED_LAYER = (160, 88)
PORT = (1, 14)
# Around what is in an unfolded group: on each side and below, and above, where its title is.
PADDING = 12
TITLE = 30
# In a layer: between two neurons, and for the edges that fan out from the entries.
_GAP = 18
_FAN = 130
# Graphviz takes seconds for more items than this, and minutes for a thousand: a neuron of many inputs has them.
_MOST_FOR_GRAPHVIZ = 160
_COLUMN, _ROW = 60.0, 24.0
# Between the border of a group and what is in it, where no local derivative has to be written.
_CORRIDOR = 18.0


@dataclass
class Segment:
    """The part of an edge that lies in one container.

    ``source`` is the node whose value it carries. ``tail`` and ``head`` are items: ``n3`` a node, ``g1`` a
    folded or unfolded group, ``i3`` the entry and ``o3`` the exit of node 3's value. ``use`` is the position
    among the operands of the node that it ends in, or None where it ends elsewhere.
    """

    source: int
    tail: str
    head: str
    use: int | None = None


@dataclass
class Container:
    """The items and segments of the page (``group`` None) or of a group."""

    group: int | None
    items: list[str] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)


def containers_of(view: View, folding: Folding) -> list[Container]:
    """Return the page and all groups as containers, with the edges cut where they cross a border."""
    found: dict[int | None, Container] = {None: Container(None)}
    for number in range(len(folding.groups)):
        found[number] = Container(number)
    for number, group in enumerate(folding.groups):
        found[group.parent].items.append(f"g{number}")
    for number in range(len(view.nodes)):
        found[folding.group_of[number]].items.append(f"n{number}")
    known: set[tuple[int | None, str, str, int]] = set()
    for head, node in enumerate(view.nodes):
        for use, tail in enumerate(node.operands):
            for container, segment in _cut(folding, tail, head, use):
                key = (container, segment.tail, segment.head, segment.source)
                if segment.use is None:
                    if key in known:
                        continue
                    known.add(key)
                found[container].segments.append(segment)
                for end in (segment.tail, segment.head):
                    if end[0] in "io" and end not in found[container].items:
                        found[container].items.append(end)
    return list(found.values())


def _cut(folding: Folding, tail: int, head: int, use: int) -> list[tuple[int | None, Segment]]:
    from_path = folding.container_path(folding.group_of[tail])
    to_path = folding.container_path(folding.group_of[head])
    common = 0
    while common < min(len(from_path), len(to_path)) and from_path[common] == to_path[common]:
        common += 1
    common -= 1
    pieces = []
    for depth in range(len(from_path) - 1, common, -1):
        pieces.append((from_path[depth], Segment(tail, _item(from_path, depth, tail), f"o{tail}")))
    last = _item(to_path, common, head)
    middle = Segment(tail, _item(from_path, common, tail), last, use if last[0] == "n" else None)
    pieces.append((from_path[common], middle))
    for depth in range(common + 1, len(to_path)):
        end = _item(to_path, depth, head)
        pieces.append((to_path[depth], Segment(tail, f"i{tail}", end, use if end[0] == "n" else None)))
    return pieces


def _item(path: list[int | None], depth: int, node: int) -> str:
    return f"g{path[depth + 1]}" if depth + 1 < len(path) else f"n{node}"


def lay_out_all(containers: list[Container], folding: Folding) -> list[list[dict[str, Any]]]:
    """Lay out all containers: the page in several states of folding, each group as it is at first.

    A layout is told as ``lay_out`` does, with the groups that are ``open`` in it. The page starts from the
    layout that comes nearest to the state it is in.
    """
    by_group = {container.group: container for container in containers}
    cache: dict[Hashable, Any] = {}
    groups = range(len(folding.groups))
    at_first = frozenset(number for number in groups if folding.groups[number].is_open)
    layers = frozenset(number for number in groups if folding.groups[number].kind == "layer")

    def arranged(group: int | None, opened: frozenset[int]) -> dict[str, Any]:
        container = by_group[group]
        sizes = {item: size(item, opened) for item in container.items}
        return {"open": sorted(opened), **lay_out(container, sizes, folding, cache)}

    def size(item: str, opened: frozenset[int]) -> tuple[float, float]:
        if item[0] == "n":
            return CARD
        if item[0] != "g":
            return PORT
        if int(item[1:]) not in opened:
            return FOLDED_NEURON if folding.groups[int(item[1:])].kind == "neuron" else FOLDED_LAYER
        width, height = arranged(int(item[1:]), opened)["size"]
        return width + 2 * PADDING, height + PADDING + TITLE

    states = dict.fromkeys([at_first, frozenset(), layers, frozenset(groups)])
    of_page = [arranged(None, opened) for opened in states]
    return [[arranged(c.group, at_first)] if c.group is not None else of_page for c in containers]


def lay_out(
    container: Container,
    sizes: dict[str, tuple[float, float]],
    folding: Folding,
    cache: dict[Hashable, Any],
) -> dict[str, Any]:
    """Return the places of a container's items and the curves of its segments, in points, y downwards.

    ``{"size": [width, height], "items": {item: [x, y, width, height]}, "curves": [[x0, y0, x1, y1, ...]]}``;
    x and y are the centre of an item, and the curves' control points (of cubic Bézier curves) come in the
    order of the segments. ``cache`` keeps the layouts by their shape.
    """
    local = {item: f"a{number}" for number, item in enumerate(container.items)}
    edges = tuple((local[s.tail], local[s.head]) for s in container.segments)
    shape = (tuple((local[item], item[0], sizes[item]) for item in container.items), edges)
    if shape not in cache:
        is_layer = container.group is not None and folding.groups[container.group].kind == "layer"
        is_large = len(shape[0]) > _MOST_FOR_GRAPHVIZ
        arrange = _stack if is_layer else _stairs if is_large else _run
        cache[shape] = arrange(shape[0], edges)
    size, places, curves = cache[shape]
    return {
        "size": size,
        "items": {item: places[local[item]] for item in container.items},
        "curves": curves,
    }


def _stack(items: Any, edges: Any) -> Any:
    """Lay out a layer: its neurons below each other in their order, which Graphviz would not keep."""
    neurons = [(name, size) for name, kind, size in items if kind == "g"]
    widest = max(size[0] for _, size in neurons)
    places, y = {}, 0.0
    for name, (width, height) in neurons:
        places[name] = [_FAN + widest / 2, y + height / 2, width, height]
        y += height + _GAP
    height, width = y - _GAP, _FAN + widest + 2 * _GAP
    entries = [name for name, kind, _ in items if kind == "i"]
    for k, name in enumerate(entries):
        places[name] = [0.0, height * (k + 1) / (len(entries) + 1), *PORT]
    for tail, head in edges:
        if head not in places:
            places[head] = [width, places[tail][1], *PORT]
    curves = []
    for tail, head in edges:
        x0, y0, x1, y1 = *places[tail][:2], *places[head][:2]
        x0, x1 = x0 + places[tail][2] / 2, x1 - places[head][2] / 2
        bend = (x1 - x0) / 2
        curves.append([x0, y0, x0 + bend, y0, x1 - bend, y1, x1, y1])
    return [width, height], places, curves


def _stairs(items: Any, edges: Any) -> Any:
    """Lay out a neuron of many inputs: a column of weights, one of products, and a staircase of additions.

    An operation's column comes after its operands', and its row is that of its lowest operand; each leaf has
    a row of its own.
    """
    kinds = {name: kind for name, kind, _ in items}
    sizes = {name: size for name, _, size in items}
    operands: dict[str, list[str]] = {name: [] for name in kinds}
    users: dict[str, list[str]] = {name: [] for name in kinds}
    for tail, head in edges:
        operands[head].append(tail)
        users[tail].append(head)
    column: dict[str, int] = {}
    row: dict[str, int] = {}
    taken: set[tuple[int, int]] = set()
    leaves = itertools.count()
    inside = [name for name in graphlib.TopologicalSorter(operands).static_order() if kinds[name] in "ng"]
    for name in inside:
        within = [operand for operand in operands[name] if kinds[operand] != "i"]
        column[name] = max((column[operand] + 1 for operand in within), default=0)
        row[name] = max(row[operand] for operand in within) if within else next(leaves)
    for name in inside:
        if not operands[name] and users[name]:
            column[name] = min(column.get(user, 1) for user in users[name]) - 1
        while (column[name], row[name]) in taken:
            row[name] += 1
        taken.add((column[name], row[name]))
    width, height = max(sizes[name][0] for name in inside), max(sizes[name][1] for name in inside)

    def place(column: int, row: float) -> tuple[float, float]:
        return _CORRIDOR + width / 2 + column * (width + _COLUMN), height / 2 + row * (height + _ROW)

    places = {name: [*place(column[name], row[name]), *sizes[name]] for name in inside}
    right = place(max(column.values()), 0)[0] + width / 2 + _CORRIDOR
    for name, kind in kinds.items():
        if kind == "i":
            # Below the leaf that stands in the same row.
            places[name] = [0.0, place(0, min(row[user] for user in users[name]) + 0.5)[1], *PORT]
        elif kind == "o":
            places[name] = [right, places[operands[name][0]][1], *PORT]
    curves = []
    for tail, head in edges:
        (x0, y0, w0, _), (x1, y1, w1, _) = places[tail], places[head]
        x0, x1 = x0 + w0 / 2, x1 - w1 / 2
        # What comes in runs between the rows first.
        turn = x1 - _COLUMN if kinds[tail] == "i" and x1 - _COLUMN > x0 else x0
        straight = [x0, y0, x0, y0, turn, y0] if turn > x0 else []
        bend = (x1 - turn) / 2
        curves.append([*straight, turn, y0, turn + bend, y0, x1 - bend, y1, x1, y1])
    bottom = max(y + h / 2 for _, y, _, h in places.values())
    return [right, bottom], places, curves


def _run(items: Any, edges: Any) -> Any:
    # Where many edges meet, they need more way to come together.
    ranksep = "1.3" if max(Counter(edges).values(), default=0) > 4 else "0.78"
    dot = [
        f'digraph {{ graph [rankdir=LR nodesep=0.3 ranksep={ranksep} ordering="in"]',
        'node [shape=box fixedsize=true label="" fontname="Helvetica"]; edge [arrowhead=none]',
    ]
    for end, rank in (("i", "source"), ("o", "sink")):
        ports = [name for name, kind, _ in items if kind == end]
        # In the order of the values that come in.
        order = [f"{above} -> {below} [style=invis]" for above, below in itertools.pairwise(ports)]
        dot.append("; ".join(["{ graph [rank=" + rank + "]", *ports, *order]) + " }")
    for name, _, (width, height) in items:
        dot.append(f"{name} [width={width / 72:.4f} height={height / 72:.4f}]")
    first: dict[tuple[str, str], int] = {}
    for number, (tail, head) in enumerate(edges):
        if first.setdefault((tail, head), number) == number:
            dot.append(f"{tail}:e -> {head}:w [id={number}]")
    drawn = json.loads(laying_out.lay_out("\n".join([*dot, "}"]), "json0"))
    left, low, right, high = (float(part) for part in drawn["bb"].split(","))
    places = {}
    for thing in drawn.get("objects", []):
        if "pos" in thing:
            x, y = _point(thing["pos"], high)
            places[thing["name"]] = [x, y, float(thing["width"]) * 72, float(thing["height"]) * 72]
    for name, _, size in items:
        places[name][2:] = size
    curves: list[list[float]] = [[] for _ in edges]
    for edge in drawn.get("edges", []):
        if "id" not in edge:
            continue
        number = int(edge["id"])
        points = [part for part in edge["pos"].split() if part[0] not in "se"]
        curves[number] = [coordinate for point in points for coordinate in _point(point, high)]
    for number, (tail, head) in enumerate(edges):
        # All edges between the same two run together.
        curves[number] = curves[number] or curves[first[tail, head]]
    return _narrowed(right - left, high - low, items, edges, places, curves)


def _narrowed(width: float, height: float, items: Any, edges: Any, places: Any, curves: Any) -> Any:
    """Take away most of the room that Graphviz leaves between a group's ports and what is in it.

    Ports are ranks to Graphviz, as far from the next one as cards are from each other.
    """
    kinds = {name: kind for name, kind, _ in items}
    spans = {name: (x - w / 2, x + w / 2) for name, (x, _, w, _) in places.items() if kinds[name] in "ng"}
    first = min((left for left, _ in spans.values()), default=0.0)
    last = max((right for _, right in spans.values()), default=width)
    entries = [places[name][0] for name, kind in kinds.items() if kind == "i"]
    exits = [places[name][0] for name, kind in kinds.items() if kind == "o"]
    has_label = any(kinds[tail] == "i" and spans.get(head, (width,))[0] <= first + 1 for tail, head in edges)
    start, end = max(entries, default=first), min(exits, default=last)
    before = max(0.0, first - start - _CORRIDOR) if entries and not has_label else 0.0
    after = max(0.0, end - last - _CORRIDOR) if exits else 0.0

    def moved(x: float) -> float:
        if x <= start:
            return x
        if x < first:
            return start + (x - start) * (first - start - before) / (first - start)
        if x <= last:
            return x - before
        if x < end:
            return last - before + (x - last) * (end - last - after) / (end - last)
        return x - before - after

    for place in places.values():
        place[0] = round(moved(place[0]), 1)
    curves = [[round(moved(v), 1) if k % 2 == 0 else v for k, v in enumerate(curve)] for curve in curves]
    return [width - before - after, height], places, curves


def _point(text: str, high: float) -> tuple[float, float]:
    x, y = text.split(",")[:2]
    return round(float(x), 1), round(high - float(y), 1)
