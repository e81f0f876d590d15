"""Optimizers: what one step of gradient descent does to the parameters of a model.

In a loop of your own, an optimizer holds the parameters:

>>> from micrograd import losses, nn, optim
>>> model = nn.MLP(2, [4, 1])
>>> optimizer = optim.Adam(model.parameters(), learning_rate=0.01)
>>> for _ in range(100):
...     loss = losses.mse(model([0.5, -1.0]), 1.0)
...     optimizer.zero_grad()
...     loss.backward()
...     rate = optimizer.step()  # the learning rate that it used

The compiler takes the same objects without parameters, since a program knows its model's:
``program.train(X, Y, steps=100, optimizer=optim.SGD(learning_rate=0.5, momentum=0.9))``.

``learning_rate`` is a number, or a schedule (``micrograd.schedules``, all of them here too), or any function
of the step's number. The state of an optimizer (``velocity``, ``first_moment``, ``second_moment``: one
number for each parameter, in their order; ``steps_taken``) is public, so that training can be continued by
other means.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import Any

import micrograd._namesake  # noqa: F401  -- warns where PyPI's micrograd has taken our engine's place
from micrograd import _parameters as check
from micrograd import updates
from micrograd.engine import Value
from micrograd.schedules import (
    Constant,
    Cosine,
    Exponential,
    InverseTime,
    Linear,
    Schedule,
    Staircase,
    WarmUp,
    as_schedule,
    rate_at,
)

__all__ = [
    "SGD",
    "Adam",
    "Constant",
    "Cosine",
    "Exponential",
    "InverseTime",
    "Linear",
    "Optimizer",
    "Schedule",
    "Staircase",
    "WarmUp",
    "as_schedule",
    "rate_at",
]


class Optimizer:
    """What all optimizers have in common: parameters, a learning rate, and a count of the steps taken.

    ``parameters`` are the Values to train, each once; None makes a description for ``program.train``.
    ``learning_rate`` is a number above 0, or a schedule. Raises ``TypeError`` and ``ValueError`` for
    parameters that are not Values, are listed twice, or are none at all.
    """

    def __init__(self, parameters: Iterable[Value] | None, learning_rate: Schedule | float) -> None:
        self.learning_rate = as_schedule(learning_rate)
        self.parameters = None if parameters is None else _checked(parameters)
        self.steps_taken = 0

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0, as is needed before each ``backward()``."""
        updates.forget(self._held())

    def step(self) -> float:
        """Change every parameter by its gradient, once, and return the learning rate of that step.

        Raises ``FloatingPointError`` when a gradient is NaN or infinite; no parameter is changed then.
        """
        parameters = self._held()
        rate = rate_at(self.learning_rate, self.steps_taken)
        wrong = updates.first_not_finite(parameters)
        if wrong >= 0:
            raise FloatingPointError(
                f"step {self.steps_taken}: the gradient of parameter {wrong} is {parameters[wrong].grad}: "
                f"the training has diverged; lower the learning rate ({rate:g} at this step) or scale the "
                "data (no parameter has been changed)"
            )
        self._update(parameters, rate)
        self.steps_taken += 1
        return rate

    def _update(self, parameters: list[Value], rate: float) -> None:
        raise NotImplementedError

    def _held(self) -> list[Value]:
        if self.parameters is None:
            name = type(self).__name__
            raise RuntimeError(
                f"this {name} was made without parameters, as a description for program.train; "
                f"for a loop of your own: optim.{name}(model.parameters(), ...)"
            )
        return self.parameters


class SGD(Optimizer):
    """Gradient descent, with momentum if asked; stochastic where each step sees a part of the data.

    ``velocity = momentum * velocity + gradient``, then ``parameter -= learning_rate * velocity`` (Sutskever
    et al., "On the importance of initialization and momentum in deep learning", 2013, written as PyTorch
    does, with the learning rate outside the velocity). With ``nesterov``, the step is taken along
    ``gradient + momentum * velocity``: the gradient looks one step ahead. ``momentum`` is from 0 to below 1.
    """

    def __init__(
        self,
        parameters: Iterable[Value] | None = None,
        learning_rate: Schedule | float = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        check.below_one("momentum", momentum)
        if nesterov and momentum == 0:
            raise ValueError(
                "nesterov is True but momentum is 0: Nesterov's step needs a momentum, such as 0.9"
            )
        super().__init__(parameters, learning_rate)
        self.momentum = float(momentum)
        self.nesterov = bool(nesterov)
        self.velocity = _zeros(self.parameters if momentum else None)

    def _update(self, parameters: list[Value], rate: float) -> None:
        if self.momentum:
            updates.roll(parameters, self.velocity, rate, self.momentum, self.nesterov)
        else:
            updates.descend(parameters, rate)

    def __repr__(self) -> str:
        return (
            f"SGD(learning_rate={self.learning_rate!r}, momentum={self.momentum}, nesterov={self.nesterov})"
        )


class Adam(Optimizer):
    """Steps of a size that adapts to each parameter: large where its gradients are small and steady.

    Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015, algorithm 1. ``first_moment`` and
    ``second_moment`` are running means of the gradient and of its square, which ``beta1`` and ``beta2`` (from
    0 to below 1) make longer; divided by ``1 - beta**t`` after t steps, since they start at 0, they give
    ``parameter -= learning_rate * mean / (sqrt(mean of squares) + epsilon)``. ``epsilon`` is above 0.
    """

    def __init__(
        self,
        parameters: Iterable[Value] | None = None,
        learning_rate: Schedule | float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
    ) -> None:
        check.below_one("beta1", beta1)
        check.below_one("beta2", beta2)
        check.above_zero("epsilon", epsilon)
        super().__init__(parameters, learning_rate)
        self.beta1 = float(beta1)
        self.beta2 = float(beta2)
        self.epsilon = float(epsilon)
        self.first_moment = _zeros(self.parameters)
        self.second_moment = _zeros(self.parameters)

    def _update(self, parameters: list[Value], rate: float) -> None:
        steps = self.steps_taken + 1
        updates.adapt(
            parameters,
            self.first_moment,
            self.second_moment,
            rate,
            self.beta1,
            self.beta2,
            1.0 - self.beta1**steps,
            1.0 - self.beta2**steps,
            self.epsilon,
        )

    def __repr__(self) -> str:
        return (
            f"Adam(learning_rate={self.learning_rate!r}, beta1={self.beta1}, beta2={self.beta2}, "
            f"epsilon={self.epsilon})"
        )


def _checked(parameters: Any) -> list[Value]:
    if isinstance(parameters, Value) or hasattr(parameters, "parameters"):
        kind = type(parameters).__name__
        instead = "[value]" if isinstance(parameters, Value) else "model.parameters()"
        raise TypeError(f"parameters is a {kind}: expected a list of Values, so give {instead}")
    try:
        held = list(parameters)
    except TypeError:
        raise TypeError(f"parameters is {parameters!r}: expected a list of Values") from None
    if not held:
        raise ValueError("parameters is empty: there is nothing to train; does model.parameters() list them?")
    if updates.are_leaves(held) and len(updates.Index(held)) == len(held):
        return held  # of many, there is no need to look for the one that is to blame
    places: dict[Value, int] = {}
    for position, parameter in enumerate(held):
        if not isinstance(parameter, Value):
            raise TypeError(f"parameters[{position}] is {parameter!r}: expected a Value")
        if parameter._operands:
            raise ValueError(
                f"parameters[{position}] is the result of an operation ({parameter._op!r}), so it is "
                "computed anew for each loss: train the Values that it is computed from, or cut it off from "
                "them with Value(its.data)"
            )
        if parameter in places:
            raise ValueError(
                f"parameters[{position}] is the same Value as parameters[{places[parameter]}], and would be "
                "changed twice a step: list each once, for example with list(dict.fromkeys(parameters))"
            )
        places[parameter] = position
    return held


def _zeros(parameters: list[Value] | None) -> array[float]:
    return array("d", bytes(8 * len(parameters or ())))
