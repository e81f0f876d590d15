"""What a node looks like, and how much room its text takes: sizes in points, by the widths of Verdana's characters."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

_INCH = 72.0
# In thousandths of the font's size. Others are taken for as wide as the widest of these.
_WIDTHS = {
    width: characters
    for characters, width in (
        ("ijl'|", 270),
        ("f,. /:;!t()[]I", 400),
        ('r-"\\·', 455),
        ("csz_J°", 560),
        ("aekoxyvLFTPE?", 620),
        ("bdghnpqu0123456789$éèêàûôç", 636),
        ("ABCSVXYZKRUHNDGOQ", 760),
        ("w+=<>~×−∂≈≤≥#^", 818),
    )
}
_WIDTH = {character: width / 1000 for width, characters in _WIDTHS.items() for character in characters}
_WIDEST = 1.0
_LINE = 1.2
_ENTITY = "&#{};"


@dataclass
class Cell:
    """A part of a record, from its left upper corner, with its text."""

    x: float
    y: float
    width: float
    height: float
    lines: list[tuple[str, str]]


@dataclass
class Shape:
    """What a node is drawn as: ``"record"``, ``"box"`` or ``"ellipse"``, with its size and its texts."""

    kind: str
    size: tuple[float, float]
    attributes: dict[str, str]
    cells: list[Cell] = field(default_factory=list)


def lines_of(label: str) -> list[tuple[str, str]]:
    """Return a label's lines, each with where it is set: ``"l"``, ``"r"`` or ``"n"`` for the middle."""
    lines, text = [], ""
    for part in re.findall(r"\\.|[^\\]+|\\", label, re.DOTALL):
        if part in ("\\n", "\\l", "\\r"):
            lines.append((html.unescape(text), part[1]))
            text = ""
        else:
            text += part[1:] if part[0] == "\\" and len(part) > 1 else part
    if text or not lines:
        lines.append((html.unescape(text), "n"))
    return lines


def font_size(attributes: dict[str, str]) -> float:
    """Return the size of a text, in points."""
    return float(attributes.get("fontsize", 14))


def text_size(label: str, attributes: dict[str, str]) -> tuple[float, float]:
    """Return the width and the height of a label."""
    size = font_size(attributes)
    lines = lines_of(label)
    width = max(sum(_WIDTH.get(character, _WIDEST) for character in text) for text, _ in lines)
    return width * size, len(lines) * _LINE * size


def shape_of(name: str, attributes: dict[str, str], is_sideways: bool) -> Shape:
    """Return a node's shape: as large as its text, and as what is said about it."""
    kind = attributes.get("shape", "ellipse")
    kind = (
        kind
        if kind in ("record", "box", "ellipse")
        else "box"
        if kind in ("rect", "rectangle")
        else "ellipse"
    )
    label = attributes.get("label", name)
    margin = [_INCH * float(part) for part in attributes.get("margin", "0.11,0.055").split(",")]
    across, down = margin[0], margin[-1]
    least = _INCH * float(attributes.get("width", 0.75)), _INCH * float(attributes.get("height", 0.5))
    if kind == "record":
        parts = _fields(label)
        width, height = _needed(parts, not is_sideways, attributes, (across, down))
        size = max(width, least[0]), max(height, least[1])
        shape = Shape(kind, size, attributes)
        _fill(shape, parts, not is_sideways, (0.0, 0.0), size, (across, down))
        return shape
    width, height = text_size(label, attributes)
    width, height = width + 2 * across, height + 2 * down
    if kind == "ellipse":
        width, height = width * 2**0.5, height * 2**0.5
    size = least if attributes.get("fixedsize") == "true" else (max(width, least[0]), max(height, least[1]))
    return Shape(kind, size, attributes, [Cell(0.0, 0.0, *size, lines_of(label))])


# A record's label: texts, and lists of them in braces, which stand the other way.
Fields = list["str | Fields"]


def _fields(label: str) -> Fields:
    stack: list[Fields] = [[""]]
    for part in re.findall(r"\\.|[{}|]|<[^<>]*>|[^\\{}|<]+|.", label, re.DOTALL):
        here = stack[-1]
        if part == "{":
            inner: Fields = [""]
            here[-1] = inner
            stack.append(inner)
        elif part == "}" and len(stack) > 1:
            stack.pop()
        elif part == "|":
            here.append("")
        elif part[0] == "<" and part[-1] == ">":
            continue  # the name of a place where edges may end
        elif isinstance(here[-1], str):
            here[-1] += part
    return stack[0]


def _needed(
    fields: Fields, is_row: bool, attributes: dict[str, str], margin: tuple[float, float]
) -> tuple[float, float]:
    sizes = []
    for one in fields:
        if isinstance(one, str):
            width, height = text_size(one.strip(), attributes)
            sizes.append((width + 2 * margin[0], height + 2 * margin[1]))
        else:
            sizes.append(_needed(one, not is_row, attributes, margin))
    widths, heights = zip(*sizes)
    return (sum(widths), max(heights)) if is_row else (max(widths), sum(heights))


def _fill(
    shape: Shape,
    fields: Fields,
    is_row: bool,
    at: tuple[float, float],
    size: tuple[float, float],
    margin: tuple[float, float],
) -> None:
    """Give each text its cell; what is left over is shared."""
    axis = 0 if is_row else 1
    needs = [_needed([one], is_row, shape.attributes, margin)[axis] for one in fields]
    more = (size[axis] - sum(needs)) / len(fields)
    x, y = at
    for one, need in zip(fields, needs):
        width, height = (need + more, size[1]) if is_row else (size[0], need + more)
        if isinstance(one, str):
            shape.cells.append(Cell(x, y, width, height, lines_of(one.strip())))
        else:
            _fill(shape, one, not is_row, (x, y), (width, height), margin)
        x, y = (x + width, y) if is_row else (x, y + height)
