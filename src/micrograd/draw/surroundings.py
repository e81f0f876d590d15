"""Where a picture is shown: the language of the notebook that is running."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from micrograd import language
from micrograd.language import Language


def language_here(lang: str | None) -> Language:
    """Return ``lang`` if it is given, else the running notebook's language, else the locale's, else English.

    Raises ``ValueError`` when ``lang`` is given and is neither French nor English.
    """
    return language.choose(lang or _of_notebook())


def _of_notebook() -> str | None:
    """Return the language of the notebook that runs this kernel: that of its text, as saved; or None.

    A Jupyter server tells its kernels which notebook they were started for.
    """
    name = os.environ.get("JPY_SESSION_NAME", "")
    if not name.endswith(".ipynb"):
        return None
    try:
        cells = json.loads(Path(name).read_text(encoding="utf-8"))["cells"]
        texts = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    words = re.findall(r"[a-zà-ÿ]+", " ".join(texts).lower())
    count = {lang: sum(word in common for word in words) for lang, common in _COMMON.items()}
    return max(count, key=lambda lang: count[lang]) if count["fr"] != count["en"] else None


# Words that every text has, and the other language does not.
_COMMON = {
    "fr": {"le", "la", "les", "des", "du", "est", "et", "une", "dans", "qui", "pour", "avec"},
    "en": {"the", "of", "and", "is", "to", "in", "that", "with", "this", "are", "its", "by"},
}
