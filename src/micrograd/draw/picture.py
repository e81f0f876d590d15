"""A ``graphviz.Digraph`` that is laid out wherever the explorer is, and shows itself in a notebook.

Without the ``graphviz`` package it is a ``PlainDigraph``, which can do the same for SVG.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from micrograd.draw import graphviz_program, laying_out
from micrograd.draw.plain_digraph import PlainDigraph

# A notebook's cell is so wide on a small laptop, in pixels.
CELL = 840
# Text of 12 points, 16 pixels, can be read down to this part of its size.
_READABLE = 11.5 / 16


def picture(**options: Any) -> Any:
    """Return an empty ``graphviz.Digraph`` (of a subclass) that keeps its program's warnings to itself."""
    graphviz = graphviz_program.load()
    return _picture_class(PlainDigraph if graphviz is None else graphviz.Digraph)(**options)


def width_of(svg: str) -> float:
    """Return the width of a picture of Graphviz's, in pixels."""
    found = re.search(r'<svg width="([0-9.]+)pt"', svg)
    return float(found.group(1)) * 4 / 3 if found else 0.0


def fitted(svg: str) -> str:
    """Return the picture no wider than a cell, unless nobody could read it then; it shrinks with its place.

    JupyterLab shows it as an image, which has the size that the file says whatever the cell's.
    """

    def smaller(found: re.Match[str]) -> str:
        width, height = float(found.group(1)), float(found.group(2))
        scale = max(min(1.0, CELL * 0.75 / width), _READABLE)
        return f'<svg width="{width * scale:.2f}pt" height="{height * scale:.2f}pt" style="max-width:100%;height:auto"'

    return re.sub(r'<svg width="([0-9.]+)pt" height="([0-9.]+)pt"', smaller, svg, count=1)


@functools.cache
def _picture_class(base: Any) -> Any:
    class Picture(base):  # type: ignore[misc]
        """A graph that renders quietly, wherever it is laid out."""

        # Makes the same picture in a narrower shape, for a notebook.
        narrow: Callable[[], Any] | None = None

        def pipe(
            self, format: str | None = None, *args: Any, encoding: str | None = None, **options: Any
        ) -> Any:
            """Render and return the picture, as ``graphviz.Digraph.pipe`` does.

            Raises ``ImportError`` for a format that takes Graphviz, where it is missing.
            """
            if not laying_out.has_graphviz():
                text = laying_out.lay_out(self.source, format or self.format)
                return text if encoding is not None else text.encode()
            # Warnings about the width of a character in a font would look like errors in a notebook; real
            # errors are raised with the program's own message.
            options = {"quiet": True, "encoding": encoding, **options}
            return super().pipe(format, *args, **options)

        def _repr_image_svg_xml(self) -> str:
            """Return what a notebook shows: as wide as a cell at most, in the shape that can be read best there."""
            shown = str(self.pipe("svg", encoding="utf-8"))
            if self.narrow is not None and width_of(shown) > CELL:
                other = str(self.narrow().pipe("svg", encoding="utf-8"))
                shown = min(shown, other, key=width_of)
            return fitted(shown)

        def render(self, *args: Any, **options: Any) -> Any:
            """Render into a file and return its path, as ``graphviz.Digraph.render`` does."""
            if laying_out.has_graphviz():
                options = {"quiet": True, **options}
                return super().render(*args, **options)
            format = options.pop("format", None) or self.format
            # Laid out before anything is written: a format that is not to be had leaves nothing behind.
            picture = self.pipe(format)
            options = {name: options[name] for name in ("filename", "directory") if name in options}
            path = f"{self.save(*args[:2], **options)}.{format}"
            Path(path).write_bytes(picture)
            return path

    Picture.__name__ = Picture.__qualname__ = "Digraph"
    return Picture
