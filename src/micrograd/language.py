"""Which language people are spoken to: French or English."""

from __future__ import annotations

import locale
import os
from collections.abc import Mapping
from typing import Any, Literal

Language = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = ("fr", "en")

Texts = Mapping[str, Mapping[Language, str]]
"""Texts by their key, each in every language; braces in them are filled in: ``{path}``."""


def say(texts: Texts, key: str, language: Language, /, **values: Any) -> str:
    """Return the text of that key in that language, with its braces filled in.

    Raises ``KeyError`` for a key that there is not, and for a value that the text asks for and was not given.
    """
    return texts[key][language].format(**values)


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


def _known(name: str) -> Language | None:
    code = name.lower().replace("-", "_").split("_")[0].split(".")[0]
    return next((language for language in LANGUAGES if code in (language, _WINDOWS_NAMES[language])), None)


# Windows names its locales in words ("French_France").
_WINDOWS_NAMES = {"fr": "french", "en": "english"}


def _refuse(lang: str) -> Language:
    raise ValueError(f"unknown language {lang!r}: choose 'fr' (français) or 'en' (English)")
