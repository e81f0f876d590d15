"""The explorer's first view as a still SVG, for places that run no scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from micrograd.draw import figures, graphviz_program
from micrograd.draw.laying_out import has_graphviz, lay_out
from micrograd.draw.picture import CELL, fitted, width_of
from micrograd.draw.static_picture import NOTICE_COLOUR, escape, notice_label
from micrograd.draw.words import say
from micrograd.language import Language

_COLOURS = {
    "parameter": "#fff3dc",
    "input": "#e5f4fd",
    "result": "#fbeaf3",
    "neuron": "#e6f6f0",
    "layer": "#e6f6f0",
}


def still_picture(scene: dict[str, Any], lang: Language) -> str:
    """Return the graph as the page shows it at first, with the numbers of the first sample, as SVG.

    From left to right, or from top to bottom where that fits the width of a notebook's cell better.
    """
    return fitted(min(_by_width(scene, lang))[1])


def still_png(scene: dict[str, Any], lang: Language) -> bytes | None:
    """Return the same picture as PNG, one and a half times as fine; None where no process of Graphviz can draw it."""
    if not has_graphviz():
        return None
    source = min(_by_width(scene, lang))[2]
    return graphviz_program.drawn(source.replace("{", "{ graph [dpi=144]", 1), "png")


def _by_width(scene: dict[str, Any], lang: Language) -> Iterator[tuple[float, str, str]]:
    """Yield the picture's width, SVG and source: from left to right; where that is too wide, from top to bottom too."""
    for rankdir in ("LR", "TB"):
        source = _source(scene, lang, rankdir)
        svg = lay_out(source, "svg")
        yield width_of(svg), svg, source
        if width_of(svg) <= CELL:
            return


def _source(scene: dict[str, Any], lang: Language, rankdir: str) -> str:
    lines = [
        f"digraph {{ graph [rankdir={rankdir} nodesep=0.15 ranksep=0.3]",
        'node [shape=record fontname="Verdana" fontsize=12 style=filled fillcolor=white margin="0.06,0.03"]',
    ]
    if scene.get("notices"):
        label = notice_label([say(key, lang) for key in scene["notices"]])
        lines.append(
            f'graph [label="{label}" labelloc=t fontcolor="{NOTICE_COLOUR}" fontname="Verdana" fontsize=12]'
        )
    units = [_unit(scene, number) for number in range(len(scene["nodes"]))]
    for unit in dict.fromkeys(units):
        label = _label(scene, unit, lang)
        # Side by side in a picture from left to right too, a record's cells would make it wide.
        label = f"{{ {label} }}" if rankdir == "TB" else label
        lines.append(f'{unit} [label="{label}" fillcolor="{_colour(scene, unit)}"]')
    edges = dict.fromkeys(
        (units[operand], units[head])
        for head, node in enumerate(scene["nodes"])
        for operand in node["operands"]
        if units[operand] != units[head]
    )
    lines += [f"{tail} -> {head}" for tail, head in edges]
    return "\n".join([*lines, "}"])


def _unit(scene: dict[str, Any], node: int) -> str:
    """Return the outermost folded group around a node, or the node."""
    unit, group = f"n{node}", scene["nodes"][node]["group"]
    while group is not None:
        if not scene["groups"][group]["open"]:
            unit = f"g{group}"
        group = scene["groups"][group]["parent"]
    return unit


def _colour(scene: dict[str, Any], unit: str) -> str:
    number = int(unit[1:])
    kind = scene["nodes"][number]["role"] if unit[0] == "n" else scene["groups"][number]["kind"]
    return _COLOURS.get(kind, "white")


def _label(scene: dict[str, Any], unit: str, lang: Language) -> str:
    number = int(unit[1:])
    if unit[0] == "n":
        node = scene["nodes"][number]
        cells = [" ".join(filter(None, [node["sign"], node["name"]])) or say(node["role"], lang)]
        output: int | None = number
    else:
        group = scene["groups"][number]
        found = re.findall(r"(layers|neurons)\.(\d+)", group["name"])
        names = [
            say({"layers": "layerName", "neurons": "neuronName"}[kind], lang, number=n) for kind, n in found
        ]
        cells = [" · ".join(reversed(names)) or group["name"] or say(group["kind"], lang)]
        output = group["output"]
        if output is None:
            inside = [one for one in scene["groups"] if one["parent"] == number]
            cells.append(say("neuronsInLayer", lang, count=len(inside)))
    if output is not None:
        for what in ("data", "grad"):
            value = figures.write(_first(scene, scene["nodes"][output][what]))
            cells.append(f"{say(what + 'Short', lang)} {value}")
    return " | ".join(map(escape, cells))


def _first(scene: dict[str, Any], kept: Any) -> float:
    return float(scene["rows"][kept["row"]][0] if isinstance(kept, dict) else kept)
