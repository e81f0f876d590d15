"""What happened to each model while a cell ran: its backward passes, and the parameters before and after them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

_FIRST, _LAST = 260, 60
"""How many backward passes of a model in one cell are kept whole: the first ones and the last ones."""


@dataclass
class Sweep:
    """One backward pass into one model."""

    parameters: list[float]
    gradients_before: list[float]
    gradients: list[float]
    root: float | None
    function: str
    """The function that called ``backward()``, empty where it stood in the cell itself."""


@dataclass
class Compiled:
    """One training by a compiled program, which has no backward passes that could be seen."""

    before: list[float]
    after: list[float]
    losses: list[float]
    rates: list[float]
    optimizer: str
    function: str


@dataclass
class Trail:
    """What happened to one model while one cell ran."""

    model: Any
    start: list[float]
    end: list[float] = field(default_factory=list)
    sweeps: list[Sweep] = field(default_factory=list)
    compiled: list[Compiled] = field(default_factory=list)
    stopped: bool = False
    """Whether the cell ended with an error."""
    count: int = 0
    """How many backward passes there were; fewer are kept where they were many."""

    def add(self, sweep: Sweep) -> None:
        """Keep a backward pass; of very many, the first and the last ones."""
        self.count += 1
        if len(self.sweeps) >= _FIRST + _LAST:
            del self.sweeps[_FIRST]
        self.sweeps.append(sweep)

    def add_compiled(self, training: Compiled) -> None:
        """Keep a training by a compiled program; one that goes on where the last one ended is a part of it."""
        last = self.compiled[-1] if self.compiled else None
        goes_on = last and (last.after, last.optimizer, last.function) == (
            training.before, training.optimizer, training.function,
        )  # fmt: skip
        if last and goes_on and training.optimizer == "SGD":
            last.after = training.after
            last.losses += training.losses
            last.rates += training.rates
        else:
            self.compiled.append(training)

    @property
    def gap(self) -> int | None:
        """After how many of the kept passes some were left out; None where all are there."""
        return _FIRST if self.count > len(self.sweeps) else None


def chained(trails: Iterable[Trail]) -> list[Trail]:
    """Return the trails of one cell with those joined that one network left after the other.

    Whoever makes a new network for each step, with what the one before has learned, trains one network.
    """
    result: list[Trail] = []
    for trail in trails:
        before = next((other for other in reversed(result) if _goes_on(other, trail)), None)
        if before is None:
            result.append(trail)
        else:
            result[result.index(before)] = Trail(
                trail.model,
                before.start,
                trail.end,
                [*before.sweeps, *trail.sweeps],
                [*before.compiled, *trail.compiled],
                before.stopped or trail.stopped,
                before.count + trail.count,
            )
    return result


def _goes_on(before: Trail, after: Trail) -> bool:
    """Tell whether a network begins where another one ended, or one step along its gradient further."""
    if not before.sweeps or not after.sweeps or len(before.end) != len(after.start):
        return False
    if after.start == before.end:
        return before.model is not after.model
    if before.start != before.end:
        return False
    gradients = before.sweeps[-1].gradients
    change = [b - a for a, b in zip(before.end, after.start)]
    length = sum(g * g for g in gradients)
    if not length:
        return False
    rate = sum(a * g for a, g in zip(change, gradients)) / length
    off = sum((a - rate * g) ** 2 for a, g in zip(change, gradients))
    return bool(off <= 1e-10 * sum(a * a for a in change))


@dataclass
class Cell:
    """One cell that ran."""

    source: str
    name: str = ""
    """The notebook's ID for it, where it is known."""
    tasks: tuple[int, ...] = ()
    given: bool = False
    """Whether it came with the notebook, as it still is: what it makes is not the student's."""
    trails: dict[int, Trail] = field(default_factory=dict)
    stopped: bool = False
    """Whether it ended with an error."""
