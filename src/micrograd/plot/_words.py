"""The words and the looks that figures share, whatever draws them."""

from __future__ import annotations

from micrograd.language import Language

# Okabe and Ito's palette, which people with any of the common colour blindnesses can tell apart; the markers
# tell the classes apart where there is no colour at all. https://jfly.uni-koeln.de/color/
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")

WORDS: dict[str, dict[Language, str]] = {
    "boundary": {"fr": "frontière de décision", "en": "decision boundary"},
    "iteration": {"fr": "itération", "en": "iteration"},
    "loss": {"fr": "erreur moyenne", "en": "mean loss"},
    "accuracy": {"fr": "précision", "en": "accuracy"},
    "percent": {"fr": "\u00a0%", "en": "%"},
}


def color(index: int) -> str:
    """Return the colour of the class with this number."""
    return COLORS[index % len(COLORS)]


def marker(index: int) -> str:
    """Return the shape, in Matplotlib's letters, of the class with this number."""
    return MARKERS[index % len(MARKERS)]


def number(value: float, language: Language) -> str:
    """Write a number with at most four digits, as the language does."""
    written = f"{value:.4g}".replace("-", "\u2212")  # a minus sign, and no hyphen
    return written.replace(".", ",") if language == "fr" else written


def percentage(share: float, language: Language) -> str:
    """Write a share of 1 as a percentage, as the language does."""
    return number(100 * share, language) + WORDS["percent"][language]
