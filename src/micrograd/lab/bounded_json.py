"""Read JSON that somebody else wrote, without letting it grow in memory beyond what was meant."""

from __future__ import annotations

import json
from typing import Any

# What Python makes of each sign, at most, in bytes: an item and its place, a list, a dictionary.
_COSTS = ((b",", 64), (b"[", 96), (b"{", 320), (b":", 64))


# Python refuses longer ones, because reading them takes a time that grows with the square of their length.
_MOST_DIGITS = 4000


class TooLargeError(ValueError):
    """The text, of so many ``megabytes``, may be valid; what it would become takes more memory than allowed."""

    def __init__(self, megabytes: float) -> None:
        super().__init__(f"{megabytes:.1f} MB of JSON with too many parts")
        self.megabytes = megabytes


def loads(content: bytes, most: int) -> Any:
    """Return what a JSON text means. Raises ``ValueError`` for what is no JSON, is nested too deep for Python, or
    could take more than ``most`` bytes of memory (``TooLargeError``).

    The estimate counts the signs that make objects, those inside strings too, so it is never too low.
    """
    if 4 * len(content) + sum(cost * content.count(sign) for sign, cost in _COSTS) > most:
        raise TooLargeError(len(content) / 1e6)
    try:
        return json.loads(content, parse_int=_whole_number)
    except RecursionError:
        raise ValueError("nested too deep") from None


def _whole_number(digits: str) -> int | float:
    """Return a whole number; one of thousands of digits, which nobody can mean, as JSON's infinity."""
    return int(digits) if len(digits) <= _MOST_DIGITS else float(f"{digits[:1]}e999".replace("-e", "-1e"))


def is_deeper(value: Any, depth: int) -> bool:
    """Tell whether lists and dictionaries lie more than ``depth`` deep in each other; needs no recursion."""
    level = [value]
    for _ in range(depth + 1):
        level = [
            inner
            for item in level
            if isinstance(item, (list, dict))
            for inner in (item.values() if isinstance(item, dict) else item)
        ]
        if not level:
            return False
    return True
