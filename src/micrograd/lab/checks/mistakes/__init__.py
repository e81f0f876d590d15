"""The one table of mistakes: what each looks like, its hint in both languages, its tasks, and what tells it apart."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from micrograd.lab.checks.mistakes import activation, anywhere, label, mean_loss, moons, neuron, training
from micrograd.lab.checks.mistakes.mistake import Mistake, Outputs
from micrograd.language import Language

_ROOMS = (anywhere, neuron, activation, label, moons, mean_loss, training)
MISTAKES: dict[str, Mistake] = {mistake.name: mistake for room in _ROOMS for mistake in room.MISTAKES}
HINTS: dict[str, dict[Language, str]] = {
    name: {"fr": mistake.fr, "en": mistake.en} for name, mistake in MISTAKES.items()
}


@cache
def shown_in(thing: str) -> tuple[tuple[str, Callable[[Any], float]], ...]:
    """Return what the mistakes make of a thing that is checked: pairs of a name and a function of the data."""
    return tuple(
        (name, gives)
        for name, mistake in MISTAKES.items()
        for what, gives in mistake.shows.items()
        if what.partition(",")[0] == thing
    )


__all__ = ["HINTS", "MISTAKES", "Mistake", "Outputs", "shown_in"]
