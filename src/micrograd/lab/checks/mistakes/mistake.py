"""A mistake that is likely: its task, what it looks like, and what is said about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from micrograd.lab.checks.reference import sigmoid
from micrograd.lab.content.tasks import NUMBERS

EVERY_TASK = tuple(NUMBERS)


@dataclass(frozen=True)
class Outputs:
    """What a network gives for some samples before the sigmoid, and the samples' labels, 0 and 1."""

    z: Sequence[float]
    labels: Sequence[float]

    @cached_property
    def pairs(self) -> list[tuple[float, float]]:
        """Each output after the sigmoid, with its label."""
        return [(sigmoid(value), label) for value, label in zip(self.z, self.labels)]

    @cached_property
    def squares(self) -> list[float]:
        """The squared errors."""
        return [(o - label) ** 2 for o, label in self.pairs]

    def mean(self, errors: Iterable[float]) -> float:
        """Return the mean over the samples."""
        return sum(errors) / len(self.labels)

    def share(self, which: Iterable[bool]) -> float:
        """Return for which share of the samples something holds."""
        return sum(which) / len(self.labels)


@dataclass(frozen=True)
class Mistake:
    """A mistake that is likely.

    ``shows`` tells it apart: what is checked ("loss"), and what the mistake makes of it as a function of the data. The
    data are drawn until everything in the table that shows in one thing gives another number. "loss, reversed" is a
    second way in which it shows. A mistake that shows in no number is seen by its task's room.
    """

    name: str
    tasks: tuple[int, ...]
    fr: str
    """The hint. It says what was seen and where to look, never the line to write; a finding fills its braces."""
    en: str
    shows: Mapping[str, Callable[[Any], float]] = field(default_factory=dict)
