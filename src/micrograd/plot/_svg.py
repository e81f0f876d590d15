"""The figures, drawn as SVG with nothing but Python."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from html import escape
from os import PathLike
from pathlib import Path

from micrograd._whole_file import write_whole
from micrograd.language import Language
from micrograd.plot._readings import Samples
from micrograd.plot._regions import Regions
from micrograd.plot._words import WORDS, color, marker, number, percentage

_WIDTH, _HEIGHT = 560, 420
_FONT = "system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"
_INK, _GRID = "#222", "#dcdcdc"
# Each marker around (0, 0), about as large as the others.
_SHAPES = {
    "o": "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z",
    "s": "M-3.6 -3.6h7.2v7.2h-7.2z",
    "^": "M0 -4.6L4.4 3.4H-4.4z",
    "D": "M0 -5L4.4 0L0 5L-4.4 0z",
    "v": "M0 4.6L4.4 -3.4H-4.4z",
    "P": "M-1.6 -4.6h3.2v3h3v3.2h-3v3h-3.2v-3h-3v-3.2h3z",
    "X": "M-4.4 -2.6L-2.6 -4.4L0 -1.8L2.6 -4.4L4.4 -2.6L1.8 0L4.4 2.6L2.6 4.4L0 1.8L-2.6 4.4L-4.4 2.6L-1.8 0z",
    "*": "M0 -5L1.3 -1.8L4.8 -1.5L2.1 0.7L2.9 4.1L0 2.3L-2.9 4.1L-2.1 0.7L-4.8 -1.5L-1.3 -1.8z",
}


class Figure:
    """A figure in SVG. It shows itself in a notebook; ``save(path)`` writes it to a file, ``svg`` is its text."""

    def __init__(self, svg: str) -> None:
        self.svg = svg

    def _repr_svg_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return "Figure (shown in a notebook; elsewhere: .save('figure.svg'))"

    def save(self, path: str | PathLike[str]) -> None:
        """Write the figure to ``path``, an SVG file that browsers and text processors show."""
        write_whole(Path(path), [self.svg])


class Panel:
    """A rectangle with two axes: from the data's coordinates to those of the picture."""

    def __init__(
        self, box: tuple[float, float, float, float], x: tuple[float, float], y: tuple[float, float]
    ) -> None:
        self.left, self.top, self.right, self.bottom = box
        self.x, self.y = x, y

    def across(self, value: float) -> float:
        """Return where ``value`` lies on the horizontal axis."""
        return self.left + (value - self.x[0]) / (self.x[1] - self.x[0]) * (self.right - self.left)

    def up(self, value: float) -> float:
        """Return where ``value`` lies on the vertical axis."""
        return self.bottom - (value - self.y[0]) / (self.y[1] - self.y[0]) * (self.bottom - self.top)

    def frame(
        self,
        write_x: Callable[[float], str] | None,
        write_y: Callable[[float], str],
        labels: tuple[str, str],
        whole: bool = False,
    ) -> Iterator[str]:
        """Draw the grid, the marks of the axes and their names; ``whole``: marks at whole numbers only."""
        for value in ticks(*self.x, most=8, whole=whole):
            x = self.across(value)
            yield f'<path d="M{x:.2f} {self.top}V{self.bottom}" stroke="{_GRID}"/>'
            if write_x:
                yield _text(x, self.bottom + 17, write_x(value), "middle")
        for value in ticks(*self.y, most=6):
            y = self.up(value)
            yield f'<path d="M{self.left} {y:.2f}H{self.right}" stroke="{_GRID}"/>'
            yield _text(self.left - 7, y + 4, write_y(value), "end")
        width, height = self.right - self.left, self.bottom - self.top
        yield (
            f'<rect x="{self.left}" y="{self.top}" width="{width}" height="{height}" fill="none" '
            f'stroke="{_INK}" stroke-width="0.8"/>'
        )
        if labels[0]:
            yield _text((self.left + self.right) / 2, self.bottom + 37, labels[0], "middle")
        middle = (self.top + self.bottom) / 2
        turned = f'transform="rotate(-90 14 {middle:.1f})"'
        yield _text(14, middle + 4, labels[1], "middle", turned)


def boundary(samples: Samples, found: Regions | None, ax: None, language: Language) -> Figure:
    """Draw the samples, over the regions of the classes where there are any."""
    box = (58, 12, _WIDTH - 12, _HEIGHT - 46)
    if found is None:
        panel = _equal(box, samples)
    else:
        panel = Panel(box, (found.across[0], found.across[-1]), (found.up[0], found.up[-1]))
    parts = [] if found is None else list(_filled(found, panel))
    parts += panel.frame(lambda v: number(v, language), lambda v: number(v, language), samples.names)
    if found is not None:
        parts += _lines(found, panel)
    legend = []
    for i, label in enumerate(samples.classes):
        look = f'fill="{color(i)}" stroke="white" stroke-width="0.8"'
        shape = _SHAPES[marker(i)]
        marks = "".join(
            f'<path transform="translate({panel.across(x):.2f} {panel.up(y):.2f})" d="{shape}"/>'
            for x, y in samples.of(label)
        )
        parts.append(f"<g {look}>{marks}</g>")
        name = f"y = {label}" if isinstance(label, (bool, int, float)) else str(label)
        legend.append((f'<path transform="translate(11 0)" d="{shape}" {look}/>', name))
    if found is not None:
        line = f'<path d="M2 0H20" stroke="{_INK}" stroke-width="1.5"/>'
        legend.append((line, WORDS["boundary"][language]))
    parts.append(_legend(panel, samples, legend))
    title = WORDS["boundary"][language] if found is not None else ", ".join(samples.names)
    return _figure(parts, _HEIGHT, title)


def curves(losses: list[float], accuracies: list[float], ax: None, language: Language) -> Figure:
    """Draw the losses, and the accuracies below them where there are any."""
    last = max(len(losses) - 1, 1)
    half = 190 if accuracies else 240
    shown = [("loss", losses, lambda v: number(v, language))]
    if accuracies:
        shown.append(("accuracy", accuracies, lambda v: percentage(v, language)))
    parts: list[str] = []
    for i, (name, values, write) in enumerate(shown):
        top, lowest = 12 + i * (half + 14), i == len(shown) - 1
        margin = 0.06 * (max(values) - min(values)) or 0.05 * abs(values[0]) or 0.5
        reach = min(values) - margin, max(values) + margin
        panel = Panel((74, top, _WIDTH - 12, top + half), (-0.03 * last, 1.03 * last), reach)
        name_x = WORDS["iteration"][language] if lowest else ""
        write_x = (lambda v: number(v, language)) if lowest else None
        parts += panel.frame(write_x, write, (name_x, WORDS[name][language]), whole=True)
        points = [f"{panel.across(k):.2f},{panel.up(value):.2f}" for k, value in enumerate(values)]
        look = f'fill="none" stroke="{color(i)}" stroke-width="1.8" stroke-linejoin="round"'
        parts.append(f'<polyline points="{" ".join(points)}" {look}/>')
        if len(values) <= 20:
            dots = "".join('<circle cx="{}" cy="{}" r="3.2"/>'.format(*point.split(",")) for point in points)
            parts.append(f'<g fill="{color(i)}">{dots}</g>')
    return _figure(parts, 12 + len(shown) * (half + 14) + 34, WORDS["loss"][language])


def ticks(low: float, high: float, most: int, whole: bool = False) -> list[float]:
    """Return at most ``most`` numbers from ``low`` to ``high``: multiples of 1, 2 or 5 times a power of 10."""
    power = 10.0 ** math.floor(math.log10((high - low) / most))
    for step in (factor * scale for scale in (power, 10 * power) for factor in (1, 2, 5)):
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if 0 <= last - first < most and (not whole or step >= 1):
            return [round(i * step, 12) + 0.0 for i in range(first, last + 1)]
    return [round(low)]


def _equal(box: tuple[float, float, float, float], samples: Samples) -> Panel:
    """Return a panel that shows all samples, with the same unit along both axes."""
    ranges = []
    for axis in (0, 1):
        numbers = [point[axis] for point in samples.points]
        margin = 0.08 * max(max(numbers) - min(numbers), 1e-9)
        ranges.append((min(numbers) - margin, max(numbers) + margin))
    sizes = box[2] - box[0], box[3] - box[1]
    unit = max((high - low) / size for (low, high), size in zip(ranges, sizes))
    x, y = (
        ((low + high - unit * size) / 2, (low + high + unit * size) / 2)
        for (low, high), size in zip(ranges, sizes)
    )
    return Panel(box, x, y)


# -- Regions: the grid's cells, cut where a lead is 0 -------------------------------------------------------


def _filled(found: Regions, panel: Panel) -> Iterator[str]:
    for i, lead in enumerate(found.leads):
        tint = _tint(color(i))
        pieces = "".join(_pieces(found, panel, lead))
        if pieces:
            # The stroke closes the hairlines that renderers leave between neighbours.
            yield f'<path d="{pieces}" fill="{tint}" stroke="{tint}" stroke-width="0.7"/>'


def _pieces(found: Regions, panel: Panel, lead: list[list[float]]) -> Iterator[str]:
    """The part of each cell in which the class leads; neighbours within it are joined along a row."""
    xs, ys = [panel.across(x) for x in found.across], [panel.up(y) for y in found.up]
    for j in range(len(ys) - 1):
        start = None
        for i in range(len(xs)):
            inside = i < len(xs) - 1 and min(lead[j][i : i + 2] + lead[j + 1][i : i + 2]) >= 0
            if inside and start is None:
                start = i
            elif not inside and start is not None:
                yield f"M{xs[start]:.1f} {ys[j]:.1f}H{xs[i]:.1f}V{ys[j + 1]:.1f}H{xs[start]:.1f}z"
                start = None
            if not inside and i < len(xs) - 1:
                corners = _corners(xs, ys, lead, i, j)
                if max(corner[2] for corner in corners) > 0:
                    outline = _cut(corners)
                    yield "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in outline) + "z"


def _lines(found: Regions, panel: Panel) -> Iterator[str]:
    xs, ys = [panel.across(x) for x in found.across], [panel.up(y) for y in found.up]
    pieces = []
    # Between two classes one line is enough: where the first one's lead ends, the second one's begins.
    for lead in found.leads[1:] if len(found.leads) == 2 else found.leads:
        for j in range(len(ys) - 1):
            for i in range(len(xs) - 1):
                crossings = list(_crossings(_corners(xs, ys, lead, i, j)))
                for (x0, y0), (x1, y1) in zip(crossings[::2], crossings[1::2]):
                    pieces.append(f"M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}")
    if pieces:
        look = f'fill="none" stroke="{_INK}" stroke-width="1.5" stroke-linecap="round"'
        yield f'<path class="boundary" d="{"".join(pieces)}" {look}/>'


Corner = tuple[float, float, float]


def _corners(xs: list[float], ys: list[float], lead: list[list[float]], i: int, j: int) -> list[Corner]:
    return [(xs[a], ys[b], lead[b][a]) for a, b in ((i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1))]


def _cut(corners: list[Corner]) -> Iterator[tuple[float, float]]:
    """The outline of the part of a cell where the lead is not negative."""
    for one, other in zip(corners, corners[1:] + corners[:1]):
        if one[2] >= 0:
            yield one[0], one[1]
        if (one[2] >= 0) != (other[2] >= 0):
            yield _zero(one, other)


def _crossings(corners: list[Corner]) -> Iterator[tuple[float, float]]:
    for one, other in zip(corners, corners[1:] + corners[:1]):
        if (one[2] >= 0) != (other[2] >= 0):
            yield _zero(one, other)


def _zero(one: Corner, other: Corner) -> tuple[float, float]:
    """Where a lead that changes evenly from one corner to the other is 0."""
    share = one[2] / (one[2] - other[2])
    return one[0] + share * (other[0] - one[0]), one[1] + share * (other[1] - one[1])


# -- Words and frame ----------------------------------------------------------------------------------------


def _legend(panel: Panel, samples: Samples, entries: list[tuple[str, str]]) -> str:
    width = 38 + 7.3 * max(len(name) for _, name in entries)
    height = 12 + 19 * len(entries)
    points = [(panel.across(x), panel.up(y)) for x, y in samples.points]

    def covered(corner: tuple[float, float]) -> int:
        x, y = corner
        return sum(x <= a <= x + width and y <= b <= y + height for a, b in points)

    corners = [
        (x, y)
        for x in (panel.right - width - 8, panel.left + 8)
        for y in (panel.top + 8, panel.bottom - height - 8)
    ]
    x, y = min(corners, key=covered)
    frame = (
        f'<rect width="{width:.0f}" height="{height}" rx="4" fill="white" fill-opacity="0.9" stroke="#bbb"/>'
    )
    lines = "".join(
        f'<g transform="translate(6 {15 + 19 * i})">{mark}{_text(28, 4, name, "start")}</g>'
        for i, (mark, name) in enumerate(entries)
    )
    return f'<g transform="translate({x:.1f} {y:.1f})">{frame}{lines}</g>'


def _text(x: float, y: float, words: str, anchor: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {more}>{escape(_without_tex(words))}</text>'


def _without_tex(words: str) -> str:
    """The names of the axes are in TeX's notation, which only Matplotlib reads."""
    return {"$x_0$": "x₀", "$x_1$": "x₁"}.get(words, words)


def _tint(hexadecimal: str) -> str:
    """Return the colour at a fifth of its strength, on white."""
    parts = [int(hexadecimal[i : i + 2], 16) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(255 - 0.2 * (255 - part)):02x}" for part in parts)


def _figure(parts: list[str], height: float, title: str) -> Figure:
    return Figure(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height:.0f}" width="{_WIDTH}" role="img" '
        f'style="max-width:100%;height:auto" font-family="{_FONT}" font-size="13" fill="{_INK}">'
        f'<title>{escape(_without_tex(title))}</title><rect width="100%" height="100%" fill="white"/>'
        f"{''.join(parts)}</svg>"
    )
