"""The errors that come of where a notebook is run, rather than of its code, in words."""

from __future__ import annotations

from typing import Any

from micrograd.lab.plain_text import plain_text
from micrograd.language import Language, Texts, typeset

_LONGEST = 200
_WORDS: Texts = {
    "EOFError": {
        "fr": "input() attend une réponse, et personne ne répond pendant une vérification : écrivez la valeur "
        "dans le code",
        "en": "input() waits for an answer, and nobody answers while a notebook is checked: write the value into "
        "the code",
    },
    "Timeout": {
        "fr": "elle prend trop de temps et a été arrêtée ({message})",
        "en": "it takes too long and was stopped ({message})",
    },
    "TooMuchOutput": {
        "fr": "elle affiche sans fin et a été arrêtée",
        "en": "it prints without end and was stopped",
    },
    "MemoryError": {
        "fr": "elle demande plus de mémoire qu'il n'y en a",
        "en": "it asks for more memory than there is",
    },
}
WORDS = typeset(_WORDS)
_OF_THE_PLACE = ("EOFError", "Timeout", "TooMuchOutput", "MemoryError")
_NO_NETWORK = ("gaierror", "URLError", "ConnectionError", "ConnectTimeout")
_NETWORK: dict[Language, str] = {
    "fr": "elle demande le réseau, que les vérifications n’ont pas forcément ({message})",
    "en": "it asks for the network, which the checks may not have ({message})",
}


def in_words(name: Any, message: Any, language: Language) -> str:
    """Return the error that ended a cell in one plain line; Python's own words where the code is what failed."""
    name = plain_text(name)
    line = plain_text(str(message).partition("\n")[0])[:_LONGEST]
    words = WORDS[name][language] if name in _OF_THE_PLACE else None
    if name == "EOFError" and line != "EOF when reading a line":
        words = None  # another file that ended early
    if name in _NO_NETWORK:
        words = _NETWORK[language]
    shown = line.replace("more than", "plus de") if language == "fr" and name == "Timeout" else line
    return words.format(message=shown) if words else f"{name}: {line}"[:_LONGEST]
