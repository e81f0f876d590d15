"""Where things stand: each container (the page, a layer, a neuron) is laid out once by Graphviz.

The page stretches these layouts where something in them is unfolded, so every state of folding has its
picture without another run of Graphviz. Containers of the same shape share one run.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from micrograd.draw import graphviz_program
from micrograd.draw.folding import Folding
from micrograd.draw.view import View

# Cards, in points; the page draws them in these sizes.
CARD = (116, 58)
FOLDED_NEURON = (122, 62)
FOLDED_LAYER = (150, 84)
PORT = (1, 14)
# Around what is in an unfolded group: on each side and below, and above, where its title is.
PADDING = 12
TITLE = 30
# In a layer: between two neurons, and for the edges that fan out from the entries.
_GAP = 16
_FAN = 130


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


def lay_out_all(containers: list[Container], folding: Folding) -> list[dict[str, Any]]:
    """Lay out all containers, the inner ones first, since the page opens with some groups unfolded."""
    cache: dict[Hashable, Any] = {}
    layouts: dict[int | None, dict[str, Any]] = {}
    for container in sorted(containers, key=lambda c: -len(folding.container_path(c.group))):
        sizes = {item: _size(item, folding, layouts) for item in container.items}
        layouts[container.group] = lay_out(container, sizes, folding, cache)
    return [layouts[container.group] for container in containers]


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
        cache[shape] = _stack(shape[0], edges) if is_layer else _run(shape[0], edges)
    size, places, curves = cache[shape]
    return {
        "size": size,
        "items": {item: places[local[item]] for item in container.items},
        "curves": curves,
    }


def _size(item: str, folding: Folding, layouts: dict[int | None, dict[str, Any]]) -> tuple[float, float]:
    if item[0] == "n":
        return CARD
    if item[0] == "g":
        if folding.groups[int(item[1:])].is_open:
            width, height = layouts[int(item[1:])]["size"]
            return width + 2 * PADDING, height + PADDING + TITLE
        return FOLDED_NEURON if folding.groups[int(item[1:])].kind == "neuron" else FOLDED_LAYER
    return PORT


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


def _run(items: Any, edges: Any) -> Any:
    # Where many edges meet, they need more way to come together.
    ranksep = "1.6" if max(Counter(edges).values(), default=0) > 4 else "0.78"
    dot = graphviz_program.picture(
        graph_attr={"rankdir": "LR", "nodesep": "0.24", "ranksep": ranksep, "ordering": "in"},
        node_attr={"shape": "box", "fixedsize": "true", "label": "", "fontname": "Helvetica"},
        edge_attr={"arrowhead": "none"},
    )
    for end, rank in (("i", "source"), ("o", "sink")):
        ports = [name for name, kind, _ in items if kind == end]
        with dot.subgraph(graph_attr={"rank": rank}) as same:
            for name in ports:
                same.node(name)
            # In the order of the values that come in.
            for above, below in itertools.pairwise(ports):
                same.edge(above, below, style="invis")
    for name, _, (width, height) in items:
        dot.node(name, width=f"{width / 72:.4f}", height=f"{height / 72:.4f}")
    first: dict[tuple[str, str], int] = {}
    for number, (tail, head) in enumerate(edges):
        if first.setdefault((tail, head), number) == number:
            dot.edge(f"{tail}:e", f"{head}:w", id=str(number))
    drawn = json.loads(dot.pipe(format="json0", encoding="utf-8"))
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
    return [right - left, high - low], places, curves


def _point(text: str, high: float) -> tuple[float, float]:
    x, y = text.split(",")[:2]
    return round(float(x), 1), round(high - float(y), 1)
