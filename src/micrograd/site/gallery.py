"""The playground, and the gallery beside it: each a live page of ``play``, made by the Python that the page shows."""

from __future__ import annotations

import html
import json
import random
from functools import cache
from pathlib import Path
from typing import NamedTuple

from micrograd.draw.playground import Playground, choices_page
from micrograd.draw.typed import page_from
from micrograd.language import LANGUAGES, Language
from micrograd.site import pyodide
from micrograd.site.front import text_of
from micrograd.site.pages import filled, in_script
from micrograd.site.words import EDITOR_SCRIPT, say


class Example(NamedTuple):
    """One live page: a name for its files, and the learning rate and speed that it opens with.

    Its words are those of ``words.py`` under ``NAME title`` and ``NAME idea``; its Python lies in ``front/NAME.py``.
    """

    name: str
    learning_rate: float


MOONS = Example("moons", 1.0)
# What stands at first where readers type a network and a loss of their own.
OWN = Example("own", 0.1)
GALLERY: tuple[Example, ...] = (
    Example("line", 0.1),
    Example("xor", 0.5),
    Example("dead_relu", 0.1),
    Example("vanishing", 1.0),
    Example("too_large", 1.1),
    Example("overfitting", 0.3),
)


def source(example: Example) -> str:
    """Return the Python that makes an example's page; its last line is the page."""
    return text_of(f"{example.name}.py").strip()


@cache
def page_of(example: Example, language: Language) -> Playground:
    """Run an example's Python and return its page, in ``language``."""
    before = random.getstate()
    try:
        return page_from(source(example), language)
    finally:
        random.setstate(before)


def write_playground(folder: Path) -> None:
    """Write the playground and the gallery into ``folder``, in both languages."""
    (folder / "live").mkdir(parents=True)
    for language in LANGUAGES:
        for example in (MOONS, *GALLERY):
            page_of(example, language).save(folder / "live" / f"{example.name}.{language}.html")
        for example in GALLERY:
            given = _slots(example, language)
            (folder / f"{example.name}.{language}.html").write_text(
                filled("example.html", language, given), encoding="utf-8"
            )
        cards = "\n".join(_card(example, language) for example in GALLERY)
        choices = choices_page(language)
        (folder / "live" / f"choices.{language}.html").write_text(choices, encoding="utf-8")
        slots = {
            "cards": cards,
            "live": f"live/choices.{language}.html",
            "editor": _editor(OWN, language),
            "words": _script_words(language),
        }
        text = filled("playground.html", language, slots)
        (folder / f"{language}.html").write_text(text, encoding="utf-8")
    (folder / "index.html").write_text(text_of("choose.html"), encoding="utf-8")
    for name in ("example.mjs", "editor.mjs"):
        (folder / name).write_text(text_of(name), encoding="utf-8")
    worker = text_of("compile.mjs").replace("[[packages]]", json.dumps(pyodide.OURS))
    (folder / "compile.mjs").write_text(worker, encoding="utf-8")


def _slots(example: Example, language: Language) -> dict[str, str]:
    other = "en" if language == "fr" else "fr"
    return {
        "title": say(f"{example.name} title", language),
        "idea": say(f"{example.name} idea", language),
        "live": f"live/{example.name}.{language}.html",
        "rate": f"{example.learning_rate:g}",
        "editor": _editor(example, language),
        "words": _script_words(language),
        "other page": f"{example.name}.{other}.html",
    }


def _editor(example: Example, language: Language) -> str:
    """Return the place where the Python of an example is shown, changed and run, as HTML."""
    text = source(example)
    given = {"python": html.escape(text), "rows": str(text.count("\n") + 2)}
    return filled("editor.html", language, given)


def _script_words(language: Language) -> str:
    """Return what the script of the editor says, ready for JSON in a page."""
    return in_script({key: say(key, language) for key in EDITOR_SCRIPT})


def _card(example: Example, language: Language) -> str:
    title, idea = say(f"{example.name} title", language), say(f"{example.name} idea", language)
    return f'<li><a href="{example.name}.{language}.html"><h3>{title}</h3></a><p>{idea}</p></li>'
