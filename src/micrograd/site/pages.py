"""The site's own pages: templates filled with words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from micrograd.language import LANGUAGES, Language
from micrograd.site.front import text_of
from micrograd.site.words import LAB_SCRIPT, say

_SLOT = re.compile(r"\[\[([a-z ]+)\]\]")
HOMES: dict[Language, str] = {"en": "index.html", "fr": "index.fr.html"}


def write_front(output: Path) -> None:
    """Write the front page in both languages, and the style that all pages of the site share."""
    for language in LANGUAGES:
        (output / HOMES[language]).write_text(filled("front.html", language), encoding="utf-8")
    for name in ("site.css", "front.mjs", "icon.svg"):
        (output / name).write_text(text_of(name), encoding="utf-8")


def write_lab_pages(lab: Path) -> None:
    """Write the frames around the notebook, ``fr.html`` and ``en.html``, into JupyterLite's folder."""
    for language in LANGUAGES:
        script = in_script({key: say(key, language) for key in LAB_SCRIPT})
        (lab / f"{language}.html").write_text(
            filled("lab.html", language, {"words": script}), encoding="utf-8"
        )
    (lab / "lab.mjs").write_text(text_of("lab.mjs"), encoding="utf-8")
    # Whoever asks for the folder wants the notebook; JupyterLite reads its settings from the page that stands there.
    page = (lab / "index.html").read_text(encoding="utf-8")
    leading = re.search(r"<script>.*?</script>", text_of("choose.html"), re.DOTALL)
    assert leading is not None
    (lab / "index.html").write_text(page.replace("<head>", f"<head>{leading[0]}", 1), encoding="utf-8")


def in_script(words: Mapping[str, str]) -> str:
    """Return words as JSON that may stand in a page's script element."""
    return json.dumps(words, ensure_ascii=False).replace("<", "\\u003c")


def filled(name: str, language: Language, given: Mapping[str, str] | None = None) -> str:
    """Return a template with its slots, such as ``[[take]]``, filled: with what is given, or with words."""
    other: Language = "en" if language == "fr" else "fr"
    slots = {
        "lang": language,
        "other lang": other,
        "home": HOMES[language],
        "other home": HOMES[other],
        "other page": f"{other}.html",
        **(given or {}),
    }
    return _SLOT.sub(
        lambda slot: slots[slot[1]] if slot[1] in slots else say(slot[1], language), text_of(name)
    )
