"""The handout's names for its folder and its notebook."""

from __future__ import annotations

from micrograd.language import Language

ASSIGNMENT = "tp1-gradient_descent"
FILE_NAMES: dict[Language, str] = {"fr": "gradient.ipynb", "en": "gradient.en.ipynb"}
#: What a student works in and hands in, whatever its language.
FILE_NAME = FILE_NAMES["fr"]
