"""The parameters of the estimators, checked when ``fit`` is called, as scikit-learn's convention has it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Integral
from typing import TYPE_CHECKING, Any

from micrograd import _parameters as check
from micrograd import optim
from micrograd.engine import Value
from micrograd.nn import ACTIVATIONS

if TYPE_CHECKING:
    from micrograd.nn import Activation

# scikit-learn's own names for two of the activations are understood too.
SYNONYMS = {"identity": "linear", "logistic": "sigmoid"}

# The largest batch that "auto" chooses; scikit-learn's networks have the same.
LARGEST_BATCH = 200


@dataclass(frozen=True)
class Settings:
    """What the parameters of an estimator mean."""

    hidden_layer_sizes: tuple[int, ...]
    activation: Activation
    optimizer: str
    learning_rate: optim.Schedule
    momentum: float
    batch_size: int | str | None
    max_iter: int
    tol: float | None
    n_iter_no_change: int
    verbose: bool

    @classmethod
    def of(cls, estimator: Any) -> Settings:
        """Return the settings of an estimator.

        Raises ``ValueError`` or ``TypeError`` with the name of the first parameter that makes no sense, its
        value and what was expected.
        """
        check.zero_or_above("alpha", estimator.alpha)
        check.below_one("momentum", estimator.momentum)
        check.count("max_iter", estimator.max_iter)
        check.count("n_iter_no_change", estimator.n_iter_no_change)
        if estimator.tol is not None:
            check.zero_or_above("tol", estimator.tol)
        if estimator.batch_size is not None and estimator.batch_size != "auto":
            if isinstance(estimator.batch_size, str):
                raise ValueError(
                    f"batch_size is {estimator.batch_size!r}: expected 'auto', None (all samples at once) "
                    "or a whole number of at least 1"
                )
            check.count("batch_size", estimator.batch_size)
        return cls(
            hidden_layer_sizes=_sizes(estimator.hidden_layer_sizes),
            activation=_activation(estimator.activation),
            optimizer=_choice("optimizer", estimator.optimizer, ["adam", "sgd"]),
            learning_rate=optim.as_schedule(estimator.learning_rate),
            momentum=float(estimator.momentum),
            batch_size=estimator.batch_size,
            max_iter=int(estimator.max_iter),
            tol=None if estimator.tol is None else float(estimator.tol),
            n_iter_no_change=int(estimator.n_iter_no_change),
            verbose=bool(estimator.verbose),
        )

    def new_optimizer(self, parameters: list[Value]) -> optim.Optimizer:
        """Return an optimizer for the parameters of a model."""
        if self.optimizer == "adam":
            return optim.Adam(parameters, self.learning_rate)
        return optim.SGD(parameters, self.learning_rate, momentum=self.momentum)

    def batch_size_for(self, samples: int) -> int:
        """Return how many samples a step sees, of so many."""
        if self.batch_size is None:
            return samples
        return min(samples, LARGEST_BATCH if isinstance(self.batch_size, str) else int(self.batch_size))


def _sizes(given: Any) -> tuple[int, ...]:
    sizes = (given,) if isinstance(given, Integral) else given
    if isinstance(sizes, str) or not isinstance(sizes, Iterable):
        raise TypeError(
            f"hidden_layer_sizes is {given!r}: expected a whole number for each hidden layer: (16, 16)"
        )
    sizes = tuple(sizes)
    for position, size in enumerate(sizes):
        check.count(f"hidden_layer_sizes[{position}]", size)
    return tuple(int(size) for size in sizes)


def _activation(given: Any) -> Activation:
    meant = SYNONYMS.get(given, given) if isinstance(given, str) else given
    chosen: Activation = _choice("activation", meant, list(ACTIVATIONS))
    return chosen


def _choice(name: str, given: Any, choices: list[str]) -> Any:
    if not isinstance(given, str) or given not in choices:
        raise ValueError(f"{name} is {given!r}: expected one of {', '.join(map(repr, choices))}")
    return given
