"""The two errors that only the compiler raises."""

from __future__ import annotations

from typing import Any


class CompileError(ValueError):
    """The loss cannot be turned into a program; the message says which operation is in the way and what to do."""


class LostPrecision(CompileError):
    """A program in float32 would not give what float64 gives."""


class DivergenceError(ArithmeticError):
    """Training left the finite numbers; the model keeps the weights of the last finite step.

    ``step`` is the step at which it happened, counted from 0; ``losses`` are the losses of the steps before it,
    a float64 array of shape ``(step,)``.
    """

    def __init__(self, message: str, step: int, losses: Any) -> None:
        super().__init__(message)
        self.step = step
        self.losses = losses

    def __reduce__(self) -> tuple[Any, ...]:
        # An exception with arguments of its own must say how it travels between processes (joblib, Dask).
        return type(self), (self.args[0], self.step, self.losses)


class OutsideDomain(DivergenceError, ValueError):
    """An update took the model outside of an operation's domain, where the engine raises ``ValueError``."""


class Overflow(DivergenceError, OverflowError):
    """An update took the model where the engine raises ``OverflowError``."""


class DivisionByZero(DivergenceError, ZeroDivisionError):
    """An update took the model where the engine raises ``ZeroDivisionError``."""


def divergence(error: Exception) -> type[DivergenceError]:
    """Return the type of divergence that is an error of the engine's too."""
    kinds = {ValueError: OutsideDomain, OverflowError: Overflow, ZeroDivisionError: DivisionByZero}
    return next((kind for engines, kind in kinds.items() if isinstance(error, engines)), DivergenceError)
