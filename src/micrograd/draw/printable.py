"""A text that ``print`` shows on any console, with what the console has in place of what it lacks."""

from __future__ import annotations

import sys
import unicodedata

# What a reader understands in their place; letters lose their accents by Unicode's own table.
_IN_ITS_PLACE = dict(
    line.split(" ", 1)
    for line in [
        "× x",
        "· *",
        "− -",
        "– -",
        "— -",
        "∂ d",
        "∞ inf",
        "√ sqrt",
        "→ ->",
        "← <-",
        "≤ <=",
        "≥ >=",
        "≠ !=",
        "≈ ~",
        "… ...",
        "’ '",
        "‘ '",
        '“ "',
        '” "',
        '« "',
        '» "',
        "Σ sum",
        "∑ sum",
        "σ sigma",
        "η eta",
        "œ oe",
        "′ '",
    ]
)


class Printable(str):
    """A text as it is, except where ``print`` turns it into the characters of a console that lacks some of its own."""

    __slots__ = ()

    def __str__(self) -> str:
        """Return the text; where standard output cannot show all of it, in characters that it can show."""
        encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
        plain = "".join(self)
        try:
            plain.encode(encoding)
        except UnicodeEncodeError:
            return "".join(_shown(character, encoding) for character in plain)
        except LookupError:
            pass
        return plain


def _shown(character: str, encoding: str) -> str:
    for attempt in (character, _IN_ITS_PLACE.get(character, ""), unicodedata.normalize("NFKD", character)):
        shown = attempt.encode(encoding, "ignore").decode(encoding)
        if shown:
            return shown
    return "?"
