"""Which rank each node stands in, and in which order: places that edges take on their way count as nodes."""

from __future__ import annotations

import itertools
from bisect import bisect_right, insort
from dataclasses import dataclass, field

from micrograd.draw.layered.dot_language import Edge, Graph
from micrograd.draw.layered.shapes import Shape, shape_of, text_size

# Times that the order is gone through, there and back.
_SWEEPS = 12


@dataclass
class Place:
    """A node, or the place where an edge passes a rank; sizes in points, along the ranks and across them."""

    along: float
    across: float
    # The node's shape, or None for an edge that passes.
    shape: Shape | None = None
    rank: int = 0
    before: list[Place] = field(default_factory=list)
    after: list[Place] = field(default_factory=list)
    # Where its middle comes to stand.
    x: float = 0.0
    y: float = 0.0

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


@dataclass
class Route:
    """An edge and the places that it goes through, from its tail to its head."""

    edge: Edge
    places: list[Place]
    # The place that has the edge's text.
    labelled: Place | None = None


@dataclass
class Arrangement:
    """A graph whose ranks are in order."""

    graph: Graph
    is_sideways: bool
    places: dict[str, Place]
    ranks: list[list[Place]]
    routes: list[Route]


def arrange(graph: Graph) -> Arrangement:
    """Return the graph in ranks, each node as late as its users allow, with few crossings of edges."""
    is_sideways = graph.attributes.get("rankdir", "TB") == "LR"
    places = {}
    for name, attributes in graph.nodes.items():
        shape = shape_of(name, attributes, is_sideways)
        places[name] = Place(*(shape.size if is_sideways else shape.size[::-1]), shape)
    order = _operands_first(graph)
    number = {name: k for k, name in enumerate(order)}
    # An edge that closes a circle is turned round for the ranks; one from a node to itself says nothing about them.
    edges = [edge for edge in graph.edges if edge.tail != edge.head]
    ends = [(e.tail, e.head) if number[e.tail] < number[e.head] else (e.head, e.tail) for e in edges]
    beside = {name for _, names in graph.together for name in names}
    lengths = [
        0 if {*pair} <= beside else 2 if edge.attributes.get("label") else 1
        for edge, pair in zip(edges, ends)
    ]
    _rank(graph, order, ends, lengths, places)
    ranks: list[list[Place]] = [[] for _ in range(1 + max((p.rank for p in places.values()), default=-1))]
    routes = []
    for edge, (tail, head) in zip(edges, ends):
        if edge.attributes.get("style") == "invis" and places[tail].rank == places[head].rank:
            continue
        route = _route(edge, places[tail], places[head], is_sideways)
        routes.append(route)
    _begin(places, order, ranks, routes)
    _uncross(ranks, [[places[name] for name in names] for _, names in graph.together])
    for route in routes:
        if route.places[0] is not places[route.edge.tail]:
            route.places.reverse()
    return Arrangement(graph, is_sideways, places, ranks, routes)


def _operands_first(graph: Graph) -> list[str]:
    """Return the nodes, tails before heads, but for edges that close a circle."""
    tails: dict[str, list[str]] = {name: [] for name in graph.nodes}
    for edge in graph.edges:
        tails[edge.head].append(edge.tail)
    found: dict[str, None] = {}
    seen: set[str] = set()
    for root in graph.nodes:
        if root in seen:
            continue
        seen.add(root)
        waiting = [(root, iter(tails[root]))]
        while waiting:
            name, rest = waiting[-1]
            tail = next((tail for tail in rest if tail not in seen), None)
            if tail is None:
                found[name] = None
                waiting.pop()
            else:
                seen.add(tail)
                waiting.append((tail, iter(tails[tail])))
    return [*found]


def _rank(
    graph: Graph, order: list[str], ends: list[tuple[str, str]], lengths: list[int], places: dict[str, Place]
) -> None:
    outer = {name: kind for kind, names in graph.together for name in names}
    users: dict[str, list[tuple[str, int]]] = {name: [] for name in order}
    for (tail, head), length in zip(ends, lengths):
        users[tail].append((head, length))
    rank: dict[str, int] = {}
    for name in reversed(order):
        rank[name] = min(
            (rank[head] - length for head, length in users[name] if outer.get(head) != "sink"), default=0
        )
    inner = [rank[name] for name in order if name not in outer] or [0]
    for name, kind in outer.items():
        if kind in ("source", "sink"):
            rank[name] = min(inner) - 1 if kind == "source" else max(inner) + 1
    first = min(rank.values(), default=0)
    for name, place in places.items():
        place.rank = rank[name] - first


def _route(edge: Edge, tail: Place, head: Place, is_sideways: bool) -> Route:
    between = [Place(0.0, 0.0, rank=rank) for rank in range(tail.rank + 1, head.rank)]
    route = Route(edge, [tail, *between, head])
    text = edge.attributes.get("label")
    if text and between:
        route.labelled = between[len(between) // 2]
        width, height = text_size(text, edge.attributes)
        # The text stands beside the line.
        size = (width, 2 * height) if is_sideways else (height, 2 * width)
        route.labelled.along, route.labelled.across = size
    for before, after in itertools.pairwise(route.places):
        before.after.append(after)
        after.before.append(before)
    return route


def _begin(places: dict[str, Place], order: list[str], ranks: list[list[Place]], routes: list[Route]) -> None:
    """Fill the ranks by going from each result to its operands in turn, so that a tree has no crossings."""
    seen: set[Place] = set()
    waiting = [places[name] for name in order if not places[name].after]
    while waiting:
        place = waiting.pop()
        if place not in seen:
            seen.add(place)
            ranks[place.rank].append(place)
            waiting += reversed(place.before)


def _uncross(ranks: list[list[Place]], together: list[list[Place]]) -> None:
    """Sort the ranks by the middle of their neighbours, there and back, and keep the order with least crossings."""
    best, least = [list(rank) for rank in ranks], _crossings(ranks)
    for sweep in range(_SWEEPS):
        if least == 0:
            break
        forward = sweep % 2 == 1
        for rank in ranks if forward else reversed(ranks):
            _sort(rank, ranks, forward)
        for names in together:
            # Those that were told their rank keep the order in which they were named.
            rank = ranks[names[0].rank] if names else []
            seats = sorted(rank.index(place) for place in names if place in rank)
            for seat, place in zip(seats, [place for place in names if place in rank]):
                rank[seat] = place
        crossings = _crossings(ranks)
        if crossings < least:
            best, least = [list(rank) for rank in ranks], crossings
    for rank, order in zip(ranks, best):
        rank[:] = order
    for names in together:
        rank = ranks[names[0].rank] if names else []
        seats = sorted(rank.index(place) for place in names if place in rank)
        for seat, place in zip(seats, [place for place in names if place in rank]):
            rank[seat] = place


def _sort(rank: list[Place], ranks: list[list[Place]], forward: bool) -> None:
    at: dict[Place, int] = {}
    for neighbours in {place.rank for one in rank for place in (one.before if forward else one.after)}:
        at.update({place: k for k, place in enumerate(ranks[neighbours])})
    own = {place: float(k) for k, place in enumerate(rank)}
    for place in rank:
        neighbours_of = place.before if forward else place.after
        if neighbours_of:
            seats = [at[other] for other in neighbours_of]
            own[place] = sum(seats) / len(seats)
    rank.sort(key=own.__getitem__)


def _crossings(ranks: list[list[Place]]) -> int:
    total = 0
    for rank, following in itertools.pairwise(ranks):
        at = {place: k for k, place in enumerate(following)}
        passed: list[int] = []
        for place in rank:
            heads = [at[head] for head in place.after if head in at]
            total += sum(len(passed) - bisect_right(passed, head) for head in heads)
            for head in heads:
                insort(passed, head)
    return total
