"""Which language people are spoken to: French or English."""

from __future__ import annotations

import locale
import os
import re
from collections.abc import Mapping
from typing import Any, Literal

Language = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = ("fr", "en")

Texts = Mapping[str, Mapping[Language, str]]
"""Texts by their key, each in every language; braces in them are filled in: ``{path}``."""


def say(texts: Texts, key: str, language: Language, /, **values: Any) -> str:
    """Return the text of that key in that language, with its braces filled in; numbers as the language has them.

    French is set as ``french`` sets it; what is filled in stays as it is. Raises ``KeyError`` for a key that there is
    not, and for a value that the text asks for and was not given.
    """
    written = {k: number(v, language) if isinstance(v, float) else v for k, v in values.items()}
    text = texts[key][language]
    return (french(text) if language == "fr" else text).format(**written)


def in_language(texts: Texts, language: Language) -> dict[str, str]:
    """Return the texts in one language, by key, their braces as they are: for a page's template."""
    return {key: text[language] for key, text in typeset(texts).items()}


def typeset(texts: Texts) -> dict[str, dict[Language, str]]:
    """Return the same texts by key and language, with the French as ``french`` sets it."""
    return {key: {"fr": french(text["fr"]), "en": text["en"]} for key, text in texts.items()}


def french(text: str) -> str:
    """Return a French text with typographic apostrophes, and spaces that break no line where French has some.

    That is inside quotation marks, before tall punctuation, and between a number and its unit. Code keeps its
    quotes: only an elision (``l'erreur``) has an apostrophe.
    """
    return _FRENCH_SPACE.sub("\N{NO-BREAK SPACE}", _ELISION.sub(r"\1’", text))


def number(value: float, language: Language, form: str = "g") -> str:
    """Return a number as the language writes it: ``1234.5`` is "1 234,5" in French where ``form`` groups digits."""
    written = format(value, form)
    if language == "fr":
        written = (
            written.replace(",", "\N{NO-BREAK SPACE}").replace(".", ",").replace("%", "\N{NO-BREAK SPACE}%")
        )
    return written


def choose(lang: str | None = None) -> Language:
    """Return ``lang`` if it is given, else the language of the user's locale, else English.

    ``lang`` may be a bare code (``"fr"``) or a locale name (``"fr_CA.UTF-8"``).
    Raises ``ValueError`` when ``lang`` is given and is neither French nor English.
    """
    if lang is not None:
        return _known(lang) or _refuse(lang)
    # The order in which the C library and gettext look at the environment.
    names = [os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    name = next((name for name in names if name), None) or locale.getlocale()[0]
    return (_known(name) if name else None) or "en"


# After the short words that lose their vowel, before a word, or what stands for one: code, a formula, emphasis.
_ELISION = re.compile(
    r"\b([cdjlmnst]|(?:jus|lors|puis|quoi|quel)?qu|aujourd)'(?=[^\W\d]|[`*${«])", re.IGNORECASE
)
# Where French has a space that no line may be broken at.
_FRENCH_SPACE = re.compile(
    r"(?<=«) | (?=[»:;?!%](?:\s|[).,*|]|$))|(?<=\d) (?=(?:[kMG]?o|ms|s|min|px)\b)", re.MULTILINE
)


def _known(name: str) -> Language | None:
    code = name.lower().replace("-", "_").split("_")[0].split(".")[0]
    return next((language for language in LANGUAGES if code in (language, _WINDOWS_NAMES[language])), None)


# Windows names its locales in words ("French_France").
_WINDOWS_NAMES = {"fr": "french", "en": "english"}


def _refuse(lang: str) -> Language:
    raise ValueError(f"unknown language {lang!r}: choose 'fr' (français) or 'en' (English)")
