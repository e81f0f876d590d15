"""Learning-rate schedules: how large a step of gradient descent is, from the first step to the last.

A schedule is called with the number of the step, counted from 0, and returns the learning rate of that
step. It keeps no state, so the same object serves a loop of your own, an optimizer of ``micrograd.optim``
and the compiler's ``program.train``. A plain number or a function of your own does as well:
``lambda k: 1 - 0.9 * k / 100`` is the schedule that ``Linear(1.0, 0.1, steps=100)`` spells out.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from micrograd import _parameters as check

Schedule: TypeAlias = Callable[[int], float]


@dataclass(frozen=True)
class Constant:
    """The same learning rate at every step.

    ``rate`` is above 0. Raises ``ValueError`` for another number, ``TypeError`` for what is no number.
    """

    rate: float

    def __post_init__(self) -> None:
        check.above_zero("rate", self.rate)

    def __call__(self, step: int) -> float:
        return self.rate


@dataclass(frozen=True)
class Linear:
    """From ``start`` in equal steps down (or up) to ``end``, which is reached after ``steps`` steps and kept.

    The rate at step k is ``start - (start - end) * k / steps``. The lab's schedule, ``1 - 0.9 * k / 100``,
    is ``Linear(1.0, 0.1, steps=100)``, to the last bit. ``start`` is above 0, ``end`` is 0 or above.
    """

    start: float
    end: float
    steps: int

    def __post_init__(self) -> None:
        check.above_zero("start", self.start)
        check.zero_or_above("end", self.end)
        check.count("steps", self.steps)

    def __call__(self, step: int) -> float:
        if step >= self.steps:
            return self.end
        return self.start - (self.start - self.end) * step / self.steps


@dataclass(frozen=True)
class Exponential:
    """The rate is multiplied by ``factor`` at every step: ``start * factor**k`` at step k.

    ``start`` is above 0, ``factor`` above 0 and at most 1.
    """

    start: float
    factor: float

    def __post_init__(self) -> None:
        check.above_zero("start", self.start)
        check.share("factor", self.factor)

    def __call__(self, step: int) -> float:
        return float(self.start * self.factor**step)


@dataclass(frozen=True)
class Staircase:
    """The rate is multiplied by ``factor`` once every ``every`` steps, and is constant in between.

    The rate at step k is ``start * factor**(k // every)``. ``start`` is above 0, ``factor`` above 0 and at
    most 1, ``every`` a whole number of at least 1.
    """

    start: float
    factor: float
    every: int

    def __post_init__(self) -> None:
        check.above_zero("start", self.start)
        check.share("factor", self.factor)
        check.count("every", self.every)

    def __call__(self, step: int) -> float:
        return float(self.start * self.factor ** (step // self.every))


@dataclass(frozen=True)
class InverseTime:
    """The rate falls as the inverse of the number of steps: ``start / (1 + decay * k)`` at step k.

    With rates that fall this way, stochastic gradient descent converges on convex problems (Robbins and
    Monro, "A Stochastic Approximation Method", 1951). ``start`` and ``decay`` are above 0.
    """

    start: float
    decay: float

    def __post_init__(self) -> None:
        check.above_zero("start", self.start)
        check.above_zero("decay", self.decay)

    def __call__(self, step: int) -> float:
        return self.start / (1.0 + self.decay * step)


@dataclass(frozen=True)
class Cosine:
    """From ``start`` to ``end`` along half a wave of the cosine, slow at both ends; then ``end``.

    The rate at step k is ``end + (start - end) * (1 + cos(pi * k / steps)) / 2`` (Loshchilov and Hutter,
    "SGDR: Stochastic Gradient Descent with Warm Restarts", 2017, equation 5, without the restarts).
    ``start`` is above 0, ``end`` is 0 or above.
    """

    start: float
    end: float
    steps: int

    def __post_init__(self) -> None:
        check.above_zero("start", self.start)
        check.zero_or_above("end", self.end)
        check.count("steps", self.steps)

    def __call__(self, step: int) -> float:
        if step >= self.steps:
            return self.end
        return self.end + (self.start - self.end) * (1.0 + math.cos(math.pi * step / self.steps)) / 2.0


@dataclass(frozen=True)
class WarmUp:
    """The first ``steps`` steps climb to the schedule that follows: its rate times ``(k + 1) / (steps + 1)``.

    ``after`` is that schedule, or a number for a constant rate. It counts its own steps from 0 at the end of
    the climb, so ``WarmUp(10, Cosine(0.1, 0.0, steps=90))`` is a plan for 100 steps.
    """

    steps: int
    after: Schedule | float

    def __post_init__(self) -> None:
        check.count("steps", self.steps)
        object.__setattr__(self, "after", as_schedule(self.after))

    def __call__(self, step: int) -> float:
        after: Any = self.after
        if step >= self.steps:
            return float(after(step - self.steps))
        return float(after(0) * (step + 1) / (self.steps + 1))


def as_schedule(learning_rate: Schedule | float) -> Schedule:
    """Return a schedule: what was given if it is one (any function of the step's number), else a constant.

    Raises ``TypeError`` for what is neither a number nor callable, ``ValueError`` for a rate that is not
    above 0 or not finite.
    """
    if callable(learning_rate):
        return learning_rate
    check.above_zero(
        "learning_rate", learning_rate, or_else="or a schedule, such as optim.Linear(1.0, 0.1, steps=100)"
    )
    return Constant(float(learning_rate))


def rate_at(schedule: Schedule, step: int) -> float:
    """Return the learning rate of one step, counted from 0.

    Raises ``ValueError`` when the schedule returns a negative rate, a NaN or an infinity, ``TypeError`` when
    it returns no number.
    """
    rate = schedule(step)
    check.zero_or_above(f"the learning rate that {schedule!r} returned for step {step}", rate)
    return float(rate)
