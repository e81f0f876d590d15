"""The arguments of ``Program.train``, checked, and the optimizer that they ask for."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from micrograd import optim
from micrograd.compiler.parameters import Parameters
from micrograd.compiler.training_state import ADAM, SGD, TrainingState

# Counted by the kernels in 64 bits.
_LARGEST = 1 << 62


@dataclass
class Settings:
    """The arguments of ``Program.train`` as they were given; anything that makes no sense is refused here."""

    steps: int
    learning_rate: float | Callable[[int], float] | None
    batch_size: int | None
    optimizer: str | optim.Optimizer
    momentum: float
    betas: tuple[float, float]
    epsilon: float
    seed: int | None
    callback: Callable[[int, float], object] | None
    callback_every: int
    patience: int | None
    tolerance: float

    def __post_init__(self) -> None:
        self.steps = whole("steps", self.steps, 0)
        self.callback_every = whole("callback_every", self.callback_every, 1)
        if self.batch_size is not None:
            self.batch_size = whole("batch_size", self.batch_size, 1)
        if self.patience is not None:
            self.patience = min(whole("patience", self.patience, 1), _LARGEST)
        if self.callback is not None and not callable(self.callback):
            raise TypeError(f"callback must be a function callback(step, loss), and it is {self.callback!r}")
        self.tolerance = _real("tolerance", self.tolerance)
        self.description = self._description()
        if self.learning_rate is None:
            self.learning_rate = self._own_rate()
        if not callable(self.learning_rate):
            self.learning_rate = _rate("learning_rate", self.learning_rate)
        try:
            self.generator = np.random.default_rng(self.seed)
        except (TypeError, ValueError):
            raise ValueError(
                f"seed must be a whole number, 0 or above, or None, and it is {self.seed!r}"
            ) from None

    def _description(self) -> optim.SGD | optim.Adam:
        """Return the optimizer as an object of ``micrograd.optim``, which checks its own settings."""
        given = self.optimizer
        name = given.lower() if isinstance(given, str) else None
        if self.momentum and name in (None, "adam"):
            raise ValueError(
                f"momentum is {self.momentum!r}, and only optimizer='SGD' takes it: Adam has betas=(..., ...), and "
                "optim.SGD(..., momentum=...) its own"
            )
        if isinstance(given, (optim.SGD, optim.Adam)):
            return given
        if name == "sgd":
            return optim.SGD(momentum=self.momentum)
        if name == "adam":
            try:
                beta1, beta2 = self.betas
            except (TypeError, ValueError):
                raise ValueError(f"betas must be two numbers, and they are {self.betas!r}") from None
            return optim.Adam(beta1=beta1, beta2=beta2, epsilon=self.epsilon)
        raise ValueError(f"optimizer must be 'SGD', 'Adam' or one of micrograd.optim's, and it is {given!r}")

    def _own_rate(self) -> float | Callable[[int], float]:
        if isinstance(self.optimizer, str):
            raise TypeError("learning_rate is missing: give a number, or a function of the step")
        return self.description.learning_rate

    def new_state(self, parameters: Parameters) -> TrainingState:
        """Return the state that a training begins with, as the machines know it, with the weights of now.

        One that was made for the model's parameters goes on from its own state; see ``write_back``.
        """
        chosen = self.description
        state = TrainingState(
            parameters.read(),
            kind=ADAM if isinstance(chosen, optim.Adam) else SGD,
            patience=self.patience or 0,
            tolerance=self.tolerance,
        )
        if isinstance(chosen, optim.Adam):
            state.beta1, state.beta2, state.epsilon = chosen.beta1, chosen.beta2, chosen.epsilon
        else:
            state.momentum, state.nesterov = chosen.momentum, chosen.nesterov
        if chosen.parameters is not None:
            if not parameters.are(chosen.parameters):
                raise ValueError(
                    "the optimizer holds other parameters than this program's model: make it with "
                    "model.parameters(), or without parameters as a description"
                )
            state.step = chosen.steps_taken
            for moment, own in zip((state.first, state.second), _moments(chosen)):
                moment[:] = own
        return state

    def write_back(self, state: TrainingState) -> None:
        """Put the state into the optimizer that was given, where it was made for the model's parameters."""
        chosen = self.description
        if chosen.parameters is None:
            return
        chosen.steps_taken = state.step
        for moment, own in zip((state.first, state.second), _moments(chosen)):
            memoryview(own)[:] = moment.data

    def rates(self, first: int, count: int) -> NDArray[np.float64]:
        """Return the learning rates of steps first..first+count-1."""
        schedule = self.learning_rate
        if not callable(schedule):
            return np.full(count, schedule, dtype=np.float64)
        return np.array([_rate(f"learning_rate({k})", schedule(k)) for k in range(first, first + count)])


def _moments(chosen: optim.SGD | optim.Adam) -> list[Any]:
    if isinstance(chosen, optim.Adam):
        return [chosen.first_moment, chosen.second_moment]
    return [chosen.velocity] if chosen.momentum else []


def whole(name: str, value: Any, least: int) -> int:
    """Return a whole number that was given, ``least`` or above; raise what says so otherwise."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{name} must be a whole number, and it is {value!r}")
    if value.__index__() < least:
        raise ValueError(f"{name} must be at least {least}, and it is {value}")
    return int(value)


def _rate(name: str, value: Any) -> float:
    number = _real(name, value)
    if number < 0:
        raise ValueError(
            f"{name} must be 0 or above, and it is {number:g}: a step goes down the gradient by itself"
        )
    return number


def _real(name: str, value: Any) -> float:
    try:
        if isinstance(value, (bool, str, bytes)):
            raise TypeError
        number = float(value)
    except OverflowError:
        raise ValueError(f"{name} must be finite, and it is larger than any float") from None
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a number, and it is {value!r}") from None
    if not math.isfinite(number):
        raise ValueError(f"{name} must be finite, and it is {number}")
    return number
