"""The state of a training run that outlives a step: the optimizer's, and early stopping's.

The update rules are written once here, for the NumPy path, and once in the kernels.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

SGD, ADAM = 0, 1
RUNNING, LOSS_NOT_FINITE, WEIGHTS_NOT_FINITE, NO_PROGRESS, OUTSIDE_DOMAIN = range(5)


@dataclass
class TrainingState:
    """Weights and moments, arrays of shape (parameters,), and what the update rules need."""

    weights: NDArray[np.float64]
    kind: int = SGD
    momentum: float = 0.0
    nesterov: bool = False
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    step: int = 0  # updates made so far
    patience: int = 0  # 0: never stop early
    tolerance: float = 0.0
    best: float = np.inf
    since_best: int = 0
    first: NDArray[np.float64] = field(init=False)
    second: NDArray[np.float64] = field(init=False)
    previous: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        count = len(self.weights)
        # The mean of the gradients (momentum's velocity), the mean of their squares.
        self.first = np.zeros(count)
        self.second = np.zeros(count if self.kind == ADAM else 0)
        # The weights of the last step whose loss was finite.
        self.previous = self.weights.copy()

    def update(self, gradient: NDArray[np.float64], rate: float) -> None:
        """Make one step; the rules are PyTorch's.

        SGD: v = momentum*v + g, w -= rate*v, or with Nesterov's momentum w -= rate*(g + momentum*v).
        Adam (Kingma and Ba 2015): m = beta1*m + (1-beta1)*g, s = beta2*s + (1-beta2)*g*g,
        w -= rate * (m/(1-beta1**t)) / (sqrt(s/(1-beta2**t)) + epsilon).
        """
        self.step += 1
        self.previous[:] = self.weights
        if self.kind == ADAM:
            self.first *= self.beta1
            self.first += (1 - self.beta1) * gradient
            self.second *= self.beta2
            self.second += (1 - self.beta2) * gradient * gradient
            mean = self.first / (1 - self.beta1**self.step)
            square = self.second / (1 - self.beta2**self.step)
            self.weights -= rate * mean / (np.sqrt(square) + self.epsilon)
        elif self.momentum:
            self.first *= self.momentum
            self.first += gradient
            along = gradient + self.momentum * self.first if self.nesterov else self.first
            self.weights -= rate * along
        else:
            self.weights -= rate * gradient

    def judge(self, loss: float) -> int:
        """Return ``NO_PROGRESS`` when the loss has not fallen for ``patience`` steps, else ``RUNNING``."""
        if loss < self.best - self.tolerance:
            self.best = loss
            self.since_best = 0
        else:
            self.since_best += 1
        return NO_PROGRESS if self.patience and self.since_best >= self.patience else RUNNING
