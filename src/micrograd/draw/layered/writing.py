"""A laid out picture as text: SVG, and the part of Graphviz's ``json0`` that the explorer reads."""

from __future__ import annotations

import html
import json
import math
from typing import Any

from micrograd.draw.layered.positions import Drawing
from micrograd.draw.layered.shapes import Shape, font_size, lines_of, text_size

_INCH = 72.0
_ARROW = (10.0, 3.5)
# Where a line of text stands above its lowest point, in parts of the font's size.
_DESCENT = 0.3


def svg(drawing: Drawing) -> str:
    """Return the picture as an SVG document, its elements named and nested as Graphviz does."""
    width, height = drawing.size
    parts = [
        '<?xml version="1.0" encoding="UTF-8" standalone="no"?>',
        f'<svg width="{width:.2f}pt" height="{height:.2f}pt" viewBox="0 0 {width:.2f} {height:.2f}" '
        'xmlns="http://www.w3.org/2000/svg">',
        '<g class="graph">',
        f'<polygon fill="{_colour(drawing.attributes, "bgcolor", "white")}" stroke="none" '
        f'points="0,0 {width:.2f},0 {width:.2f},{height:.2f} 0,{height:.2f}"/>',
    ]
    if drawing.attributes.get("label"):
        parts += _text(drawing.attributes["label"], drawing.attributes, 4.0, 4.0, width - 8)
    for number, (edge, curve, label) in enumerate(drawing.edges):
        parts.append(f'<g id="edge{number + 1}" class="edge">')
        parts.append(f"<title>{html.escape(f'{edge.tail}->{edge.head}')}</title>")
        parts += _edge(edge.attributes, curve)
        if label is not None:
            text = edge.attributes["label"]
            parts += _text(text, edge.attributes, *label, text_size(text, edge.attributes)[0], above=True)
        parts.append("</g>")
    for number, (name, shape, x, y) in enumerate(drawing.nodes):
        parts.append(f'<g id="node{number + 1}" class="node">')
        parts.append(f"<title>{html.escape(name)}</title>")
        parts += _node(shape, x, y)
        parts.append("</g>")
    return "\n".join([*parts, "</g>", "</svg>", ""])


def json0(drawing: Drawing) -> str:
    """Return the places of nodes and the curves of edges, in points, y upwards."""
    width, height = drawing.size

    def point(x: float, y: float) -> str:
        return f"{x:.2f},{height - y:.2f}"

    number = {name: k for k, (name, *_) in enumerate(drawing.nodes)}
    objects = [
        {
            "_gvid": number[name],
            "name": name,
            "pos": point(x, y),
            "width": f"{shape.size[0] / _INCH:.4f}",
            "height": f"{shape.size[1] / _INCH:.4f}",
        }
        for name, shape, x, y in drawing.nodes
    ]
    edges: list[dict[str, Any]] = [
        {
            **edge.attributes,
            "_gvid": k,
            "tail": number[edge.tail],
            "head": number[edge.head],
            "pos": " ".join(point(*at) for at in curve),
        }
        for k, (edge, curve, _) in enumerate(drawing.edges)
    ]
    return json.dumps({"bb": f"0,0,{width:.2f},{height:.2f}", "objects": objects, "edges": edges})


def _colour(attributes: dict[str, str], name: str, default: str) -> str:
    return html.escape(attributes.get(name, default))


def _edge(attributes: dict[str, str], curve: list[tuple[float, float]]) -> list[str]:
    colour = _colour(attributes, "color", "black")
    has_arrow = attributes.get("arrowhead", "normal") != "none"
    points = list(curve)
    arrow = []
    if has_arrow:
        (x, y), (x0, y0) = points[-1], next((p for p in reversed(points) if p != points[-1]), points[0])
        length = math.hypot(x - x0, y - y0) or 1.0
        dx, dy = (x - x0) / length, (y - y0) / length
        back = (x - dx * _ARROW[0], y - dy * _ARROW[0])
        points[-1] = back
        if len(points) > 1 and points[-2] == curve[-1]:
            points[-2] = back
        wing = _ARROW[1]
        corners = [
            (x, y),
            (back[0] - dy * wing, back[1] + dx * wing),
            (back[0] + dy * wing, back[1] - dx * wing),
        ]
        drawn = " ".join(f"{a:.2f},{b:.2f}" for a, b in corners)
        arrow = [f'<polygon fill="{colour}" stroke="{colour}" points="{drawn}"/>']
    first, *rest = (f"{x:.2f},{y:.2f}" for x, y in points)
    return [f'<path fill="none" stroke="{colour}" d="M{first}C{" ".join(rest)}"/>', *arrow]


def _node(shape: Shape, x: float, y: float) -> list[str]:
    attributes, (width, height) = shape.attributes, shape.size
    left, top = x - width / 2, y - height / 2
    is_filled = "filled" in attributes.get("style", "")
    fill = _colour(attributes, "fillcolor", attributes.get("color", "lightgrey")) if is_filled else "none"
    drawn = f'fill="{fill}" stroke="{_colour(attributes, "color", "black")}"'
    if shape.kind == "ellipse":
        parts = [f'<ellipse {drawn} cx="{x:.2f}" cy="{y:.2f}" rx="{width / 2:.2f}" ry="{height / 2:.2f}"/>']
    else:
        parts = [f'<rect {drawn} x="{left:.2f}" y="{top:.2f}" width="{width:.2f}" height="{height:.2f}"/>']
    for cell in shape.cells:
        a, b = left + cell.x, top + cell.y
        if cell.x > 0:
            parts.append(f'<path {drawn} d="M{a:.2f},{b:.2f}v{cell.height:.2f}"/>')
        if cell.y > 0:
            parts.append(f'<path {drawn} d="M{a:.2f},{b:.2f}h{cell.width:.2f}"/>')
        high = len(cell.lines) * font_size(attributes) * 1.2
        parts += _lines(cell.lines, attributes, a, b + (cell.height - high) / 2, cell.width)
    return parts


def _text(
    label: str, attributes: dict[str, str], x: float, y: float, width: float, above: bool = False
) -> list[str]:
    lines = lines_of(label)
    return _lines(
        lines, attributes, x, y - (len(lines) * font_size(attributes) * 0.6 if above else 0.0), width
    )


def _lines(
    lines: list[tuple[str, str]], attributes: dict[str, str], x: float, y: float, width: float
) -> list[str]:
    size = font_size(attributes)
    said = (
        f'font-family="{_colour(attributes, "fontname", "Times")}, sans-serif" font-size="{size:.2f}" '
        f'fill="{_colour(attributes, "fontcolor", "black")}" xml:space="preserve"'
    )
    anchors = {"l": ("start", x), "r": ("end", x + width), "n": ("middle", x + width / 2)}
    parts = []
    for k, (text, where) in enumerate(lines):
        anchor, at = anchors[where]
        base = y + (k + 1) * size * 1.2 - size * _DESCENT
        if text:
            parts.append(
                f'<text text-anchor="{anchor}" x="{at:.2f}" y="{base:.2f}" {said}>{_shown(text)}</text>'
            )
    return parts


def _shown(text: str) -> str:
    """Return a text for XML, which has no place for control characters."""
    return html.escape("".join(c if c.isprintable() else " " for c in text), quote=False)
