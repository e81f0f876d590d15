"""Where places stand, in points: ranks one after the other, and in each rank as near to their neighbours as there is
room; and the curves of the edges between them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from micrograd.draw.layered.dot_language import Edge
from micrograd.draw.layered.ranks import Arrangement, Place, Route
from micrograd.draw.layered.shapes import Shape, text_size

_SWEEPS = 24
_INCH = 72.0
# Around everything, as Graphviz leaves it.
_MARGIN = 4.0


@dataclass
class Drawing:
    """A picture in points, y downwards: sizes, nodes with their middles, edges with their curves and texts."""

    size: tuple[float, float]
    attributes: dict[str, str]
    nodes: list[tuple[str, Shape, float, float]]
    # The edge, the control points of its cubic Bézier curves, and where the left end of its text is.
    edges: list[tuple[Edge, list[tuple[float, float]], tuple[float, float] | None]]


def position(arranged: Arrangement) -> Drawing:
    """Return the picture of an arrangement."""
    attributes = arranged.graph.attributes
    between = _INCH * float(attributes.get("nodesep", 0.25))
    columns = _along(arranged.ranks, _INCH * float(attributes.get("ranksep", 0.5)))
    _across(arranged.ranks, between)
    everything = [place for rank in arranged.ranks for place in rank]
    low = min((p.y - p.across / 2 for p in everything), default=0.0)
    high = max((p.y + p.across / 2 for p in everything), default=0.0)
    # What is said of the graph stands above it.
    text = text_size(attributes["label"], attributes) if attributes.get("label") else (0.0, 0.0)
    wide, deep = (columns[-1][1] if columns else 0.0), high - low
    size = (wide, deep) if arranged.is_sideways else (deep, wide)

    def point(along: float, across: float) -> tuple[float, float]:
        x, y = (along, across - low) if arranged.is_sideways else (across - low, along)
        return round(x + _MARGIN, 2), round(y + _MARGIN + text[1], 2)

    nodes = []
    for name, place in arranged.places.items():
        assert place.shape is not None
        nodes.append((name, place.shape, *point(place.x, place.y)))
    edges: list[tuple[Edge, list[tuple[float, float]], tuple[float, float] | None]] = []
    for route in arranged.routes:
        if route.edge.attributes.get("style") == "invis":
            continue
        curve = [point(*at) for at in _curve(route, columns)]
        edges.append((route.edge, curve, _text_place(route, arranged.is_sideways, point)))
    size = (max(size[0], text[0]) + 2 * _MARGIN, size[1] + text[1] + 2 * _MARGIN)
    return Drawing(size, attributes, nodes, edges)


def _text_place(route: Route, is_sideways: bool, point: object) -> tuple[float, float] | None:
    place = route.labelled
    if place is None or not callable(point):
        return None
    if is_sideways:
        found: tuple[float, float] = point(place.x - place.along / 2, place.y - place.across / 4)
    else:
        found = point(place.x, place.y)
    return found


def _along(ranks: list[list[Place]], between: float) -> list[tuple[float, float]]:
    """Place the ranks one after the other; return where each begins and ends."""
    columns, at = [], 0.0
    for rank in ranks:
        size = max((place.along for place in rank), default=0.0)
        for place in rank:
            place.x = at + size / 2
        columns.append((at, at + size))
        at += size + between
    return columns


def _across(ranks: list[list[Place]], between: float) -> None:
    for rank in ranks:
        at = 0.0
        for before, place in itertools.pairwise([None, *rank]):
            at += _room(before, place, between) if before and place else 0.0
            if place:
                place.y = at
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        # At last by both sides.
        last = sweep >= _SWEEPS - 4
        for rank in ranks if forward else reversed(ranks):
            _settle(rank, between, forward or last, not forward or last)


def _room(before: Place, place: Place, between: float) -> float:
    """Return how far apart the middles of two neighbours are at least: lines may run closer than nodes."""
    gap = between if before.shape and place.shape else between * 0.6
    return (before.across + place.across) / 2 + gap


def _settle(rank: list[Place], between: float, by_before: bool, by_after: bool) -> None:
    """Move a rank's places to the middle of their neighbours, as far as their order and sizes allow.

    The least squares under these constraints, by pooling neighbours that would come too near (isotonic regression).
    """
    offsets = list(
        itertools.accumulate((_room(a, b, between) for a, b in itertools.pairwise(rank)), initial=0.0)
    )
    pools: list[list[float]] = []  # the sum of wishes, their weight, how many
    for place, offset in zip(rank, offsets):
        neighbours = (place.before if by_before else []) + (place.after if by_after else [])
        weights = [_pull(place, other) for other in neighbours]
        wish, weight = place.y, 0.01
        if weights:
            weight = sum(weights)
            wish = sum(w * other.y for w, other in zip(weights, neighbours)) / weight
        pools.append([weight * (wish - offset), weight, 1])
        while len(pools) > 1 and pools[-2][0] / pools[-2][1] >= pools[-1][0] / pools[-1][1]:
            total, weight, count = pools.pop()
            pools[-1] = [pools[-1][0] + total, pools[-1][1] + weight, pools[-1][2] + count]
    at = iter(zip(rank, offsets))
    for total, weight, count in pools:
        for place, offset in itertools.islice(at, int(count)):
            place.y = total / weight + offset


def _pull(one: Place, other: Place) -> float:
    """Return how much two neighbours wish to stand in a line: most where an edge passes through both."""
    return (1.0, 3.0, 8.0)[(one.shape is None) + (other.shape is None)]


def _curve(route: Route, columns: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the control points of an edge: level through the ranks that it passes, bent between them."""
    places = route.places
    if places[0].rank > places[-1].rank:
        return [*reversed(_curve(Route(route.edge, places[::-1]), columns))]
    points: list[tuple[float, float]] = []
    for before, place in itertools.pairwise(places):
        start, end = columns[before.rank][1], columns[place.rank][0]
        if before.shape is not None:
            points.append((before.x + before.along / 2, before.y))
        # Level as far as the rank goes, so that the curve keeps clear of wider neighbours.
        _level(points, start)
        middle = (start + end) / 2
        points += [(middle, before.y), (middle, place.y), (end, place.y)]
        if place.shape is not None:
            _level(points, place.x - place.along / 2)
    return points


def _level(points: list[tuple[float, float]], to: float) -> None:
    x, y = points[-1]
    if to - x > 0.01:
        points += [(x, y), (to, y), (to, y)]
