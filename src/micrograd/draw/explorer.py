"""The explorer: a page in which the chain rule can be followed number by number."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from micrograd import language
from micrograd._whole_file import write_whole
from micrograd.draw.graph import refuse_other_than_value
from micrograd.draw.html import page_of
from micrograd.draw.notebook_frame import in_notebook, show
from micrograd.draw.scene import scene_of
from micrograd.draw.still_picture import still_picture, still_png
from micrograd.draw.surroundings import language_here
from micrograd.draw.words import say
from micrograd.engine import Value


class Explorer:
    """The page of one graph. It shows itself in Jupyter; ``save()`` writes it to a file.

    The numbers are those of the moment when it was made: what happens to the graph later does not change it.
    """

    def __init__(self, scene: dict[str, Any], lang: language.Language) -> None:
        self._scene = scene
        self._lang = lang

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page as one HTML file that opens offline, and return its path.

        An existing file is replaced, at once or not at all. Raises ``OSError`` where it cannot be written.
        """
        return write_whole(Path(path), [self.html()])

    def html(self) -> str:
        """Return the page as text."""
        return page_of(self._scene, self._lang, say("title", self._lang))

    def svg(self) -> str:
        """Return a still picture of the same graph, as SVG: for places that run no scripts."""
        return still_picture(self._scene, self._lang)

    def _ipython_display_(self) -> None:
        """Show the page in a notebook, and the still picture with one line where scripts are stripped."""
        show(self.html(), self.svg(), still_png(self._scene, self._lang), self._lang, repr(self))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Return what places other than Jupyter show: the page in a frame, a still picture, one line of text."""
        return {"text/html": self._repr_html_(), "image/svg+xml": self.svg(), "text/plain": repr(self)}

    def _repr_html_(self) -> str:
        page = page_of(self._scene, self._lang, say("title", self._lang), is_packed=True)
        return in_notebook(page, self.svg(), self._lang)

    def __repr__(self) -> str:
        nodes, samples = self._scene["totalNodes"], self._scene["allSamples"]
        return f"Explorer({nodes} nodes{f', {samples} samples' if samples else ''})"


def explore(root: Value, model: Any = None, inputs: Any = None, *, lang: str | None = None) -> Explorer:
    """Return a page that shows the graph which ends in ``root``, and explains every number in it.

    Call it after ``root.backward()``. ``model`` (anything with ``named_parameters()``) gives the parameters
    their names, and lets neurons and layers fold. ``inputs`` names the inputs: Values in a list (``x0``,
    ``x1``, ...; for a batch, a list of such lists), or a dict of names and Values; the inputs of a model's
    first layer are found without it. ``lang`` is the language in which the page opens, ``"fr"`` or ``"en"``
    (without it, the running notebook's, else the locale's); it can be changed in the page.

    In the loss of a batch, the samples' equal subgraphs are shown once, with the sample to look at chosen in
    the page. Of a graph too large to show, the page has the part next to ``root`` and says what is missing.

    Raises ``TypeError`` for a root that is no ``Value`` and for a model without parameters, ``ValueError`` for an
    unknown language.
    """
    refuse_other_than_value(root)
    return Explorer(scene_of(root, model, inputs), language_here(lang))
