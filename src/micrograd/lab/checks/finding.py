"""One thing that was checked, and what came out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from micrograd.lab.checks.mistakes import HINTS
from micrograd.lab.checks.texts import CHECKS
from micrograd.language import Language, say

State = Literal["right", "wrong", "missing", "unseen"]

# A number on its own, as findings have them: what is code or a list stays as Python writes it.
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]\d+)?%?")


def _in_language(value: Any, language: Language) -> Any:
    """Return a number that was written down as the language writes it: "58.3%" is "58,3 %" in French."""
    if language != "fr" or not isinstance(value, str) or not _NUMBER.fullmatch(value):
        return value
    return value.replace(".", ",").replace("%", "\N{NO-BREAK SPACE}%")


@dataclass(frozen=True)
class Finding:
    """One thing that was checked in one task.

    ``state`` is ``"right"``, ``"wrong"``, ``"missing"`` (not done yet) or ``"unseen"`` (cannot be told from here).
    ``weight`` is its share of the task; 0 makes it a remark. ``hint`` names one of the ``MISTAKES``, and
    ``values`` fills that text's fields.
    """

    task: int
    name: str
    state: State
    weight: float
    hint: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)

    def title(self, language: Language) -> str:
        """Return what was checked, in words."""
        return say(CHECKS, self.name, language)

    def advice(self, language: Language) -> str:
        """Return the hint in words, empty where there is none."""
        values = {name: _in_language(value, language) for name, value in self.values.items()}
        return say(HINTS, self.hint, language, **values) if self.hint else ""

    def as_json(self) -> dict[str, Any]:
        """Return the finding as plain JSON data; ``Finding(**data)`` makes it again."""
        return asdict(self)
