"""The site's own pages, styles and scripts, as they are before words are put into them."""

from __future__ import annotations

from importlib import resources


def text_of(name: str) -> str:
    """Return a file of this folder as it is."""
    return (resources.files("micrograd.site.front") / name).read_text(encoding="utf-8")
