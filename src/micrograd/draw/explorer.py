"""The explorer: a page in which the chain rule can be followed number by number."""

from __future__ import annotations

import html
import os
import tempfile
from pathlib import Path
from typing import Any

from micrograd import language
from micrograd.draw.graph import refuse_other_than_value
from micrograd.draw.html import page_of
from micrograd.draw.scene import scene_of
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
        path = Path(path)
        handle, temporary = tempfile.mkstemp(prefix=path.name, suffix=".part", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(self.html())
            # mkstemp makes files that only their owner can read.
            os.chmod(temporary, 0o644)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
        return path

    def html(self) -> str:
        """Return the page as text."""
        return page_of(self._scene, self._lang, say("title", self._lang))

    def _repr_html_(self) -> str:
        # A frame of its own keeps the page's style and script apart from the notebook's.
        return (
            f'<iframe srcdoc="{html.escape(self.html())}" sandbox="allow-scripts allow-modals" '
            f'title="{html.escape(say("title", self._lang))}" '
            'style="width:100%;height:640px;border:1px solid #8884;border-radius:8px"></iframe>'
        )

    def __repr__(self) -> str:
        nodes, samples = self._scene["totalNodes"], self._scene["allSamples"]
        return f"Explorer({nodes} nodes{f', {samples} samples' if samples else ''})"


def explore(root: Value, model: Any = None, inputs: Any = None, *, lang: str | None = None) -> Explorer:
    """Return a page that shows the graph which ends in ``root``, and explains every number in it.

    Call it after ``root.backward()``. ``model`` (anything with ``named_parameters()``) gives the parameters
    their names, and lets neurons and layers fold. ``inputs`` names the inputs: Values in a list (``x0``,
    ``x1``, ...; for a batch, a list of such lists), or a dict of names and Values; the inputs of a model's
    first layer are found without it. ``lang`` is the language in which the page opens, ``"fr"`` or ``"en"``;
    it can be changed in the page.

    In the loss of a batch, the samples' equal subgraphs are shown once, with the sample to look at chosen in
    the page. Of a graph too large to show, the page has the part next to ``root`` and says what is missing.

    Raises ``TypeError`` for a root that is no ``Value`` and for a model without parameters, ``ImportError``
    where the packages for drawing are missing, ``ValueError`` for an unknown language.
    """
    refuse_other_than_value(root)
    return Explorer(scene_of(root, model, inputs), language.choose(lang))
