"""The same training step, four ways: compiled by us, by JAX, by hand in NumPy, in PyTorch's vectorised operations.

All train an MLP with ReLU in the hidden layers, a sigmoid at the end and the mean squared error, full batch, in
float64, by plain gradient descent, from the same weights.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from typing import Any

import numpy as np

import micrograd
from micrograd.nn import MLP

RATE = 0.05


class Problem:
    """One network and its data; ``ours``, ``numpy``, ``jax`` and ``torch`` return a function ``train(steps)``."""

    def __init__(self, features: int, sizes: list[int], samples: int = 100) -> None:
        random.seed(0)
        self.features, self.sizes = features, sizes
        self.model = MLP(features, sizes)
        generator = np.random.default_rng(0)
        self.X = generator.normal(size=(samples, features))
        self.Y = (self.X[:, 0] * self.X[:, 1] > 0).astype(float)
        self.start = [p.data for p in self.model.parameters()]

    @property
    def name(self) -> str:
        return f"MLP({self.features},{self.sizes})".replace(" ", "")

    @property
    def multiply_adds(self) -> int:
        """Multiply-adds of a step: forward, the weights' gradients, and the gradients of the hidden layers."""
        widths = [self.features, *self.sizes]
        products = [a * b for a, b in itertools.pairwise(widths)]
        return len(self.X) * (2 * sum(products) + sum(products[1:]))

    def reset(self) -> None:
        for parameter, number in zip(self.model.parameters(), self.start):
            parameter.data = number

    def program(self, threads: int | None = None) -> micrograd.Program:
        model = self.model
        return micrograd.compile(lambda x, y: (model(x).sigmoid() - y) ** 2, model, threads=threads)

    def weights(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Weights, shape (inputs, neurons), and biases of each layer, as they were in the beginning."""
        self.reset()
        return [
            (
                np.array([[w.data for w in n.w] for n in layer.neurons], dtype=float).T.copy(),
                np.array([n.b.data for n in layer.neurons], dtype=float),
            )
            for layer in self.model.layers
        ]

    def ours(self, threads: int | None = None) -> Callable[[int], float]:
        self.reset()
        program = self.program(threads)

        def train(steps: int) -> float:
            return float(program.train(self.X, self.Y, steps, RATE)[-1])

        return train

    def numpy(self) -> Callable[[int], float]:
        layers = self.weights()
        X, Y = self.X, self.Y.reshape(-1, 1)

        def train(steps: int) -> float:
            for _ in range(steps):
                activations = [X]
                for W, b in layers[:-1]:
                    activations.append(np.maximum(activations[-1] @ W + b, 0.0))
                W, b = layers[-1]
                output = 1.0 / (1.0 + np.exp(-(activations[-1] @ W + b)))
                error = output - Y
                gradient = error * output * (1.0 - output) * (2.0 / len(X))
                for i in range(len(layers) - 1, -1, -1):
                    W, b = layers[i]
                    by_weights = activations[i].T @ gradient
                    by_bias = gradient.sum(axis=0)
                    if i:
                        gradient = (gradient @ W.T) * (activations[i] > 0)
                    W -= RATE * by_weights
                    b -= RATE * by_bias
            return float((error * error).mean())

        return train

    def jax(self) -> Callable[[int], float]:
        import jax
        import jax.numpy as jnp

        jax.config.update("jax_enable_x64", True)
        X, Y = jnp.asarray(self.X), jnp.asarray(self.Y).reshape(-1, 1)

        def loss(weights: Any) -> Any:
            hidden = X
            for W, b in weights[:-1]:
                hidden = jnp.maximum(hidden @ W + b, 0.0)
            W, b = weights[-1]
            return ((jax.nn.sigmoid(hidden @ W + b) - Y) ** 2).mean()

        def step(_: int, state: Any) -> Any:
            weights, _last = state
            value, gradient = jax.value_and_grad(loss)(weights)
            return jax.tree.map(lambda w, g: w - RATE * g, weights, gradient), value

        whole_loop = jax.jit(lambda state, steps: jax.lax.fori_loop(0, steps, step, state))
        state = (jax.tree.map(jnp.asarray, self.weights()), jnp.float64(0.0))

        def train(steps: int) -> float:
            nonlocal state
            state = jax.block_until_ready(whole_loop(state, steps))
            return float(state[1])

        return train

    def torch(self, threads: int) -> Callable[[int], float]:
        import torch

        torch.set_num_threads(threads)
        X, Y = torch.tensor(self.X), torch.tensor(self.Y).reshape(-1, 1)
        layers = [
            (torch.tensor(W, requires_grad=True), torch.tensor(b, requires_grad=True))
            for W, b in self.weights()
        ]
        optimizer = torch.optim.SGD([tensor for layer in layers for tensor in layer], lr=RATE)

        def train(steps: int) -> float:
            torch.set_num_threads(threads)
            for _ in range(steps):
                hidden = X
                for W, b in layers[:-1]:
                    hidden = torch.relu(torch.addmm(b, hidden, W))
                W, b = layers[-1]
                value = ((torch.sigmoid(torch.addmm(b, hidden, W)) - Y) ** 2).mean()
                optimizer.zero_grad()
                value.backward()
                optimizer.step()
            return float(value.detach())

        return train
