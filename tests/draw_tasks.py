"""The graphs of the handout's tasks, for the tests of drawing."""

from __future__ import annotations

import math
import random
from typing import Any

from micrograd.engine import Value
from micrograd.nn import MLP


def sigmoid_written_over(z: Value) -> Value:
    """The handout's sigmoid: it changes the data, and the graph does not know."""
    z.data = 1 / (1 + math.exp(-z.data))
    return z


def one_sample(layers: list[int]) -> tuple[Value, Any]:
    random.seed(42)
    model = MLP(2, layers)
    loss = (sigmoid_written_over(model([0.888, 0.777])) - 1) ** 2
    loss.backward()
    return loss, model


def moons(samples: int = 100) -> list[tuple[list[float], int]]:
    """Two noisy half circles, as scikit-learn's make_moons draws them."""
    draw = random.Random(42)
    points = []
    for k in range(samples):
        angle, label = math.pi * draw.random(), k % 2
        x, y = math.cos(angle), math.sin(angle)
        x, y = (1 - x, 0.5 - y) if label else (x, y)
        points.append(([x + draw.gauss(0, 0.1), y + draw.gauss(0, 0.1)], label))
    return points


def batch(hidden: int, samples: int = 100) -> tuple[Value, Any]:
    random.seed(42)
    model = MLP(2, [hidden, 1])
    losses = [(sigmoid_written_over(model(x)) - y) ** 2 for x, y in moons(samples)]
    loss = sum(losses) * (1 / len(losses))
    assert isinstance(loss, Value)
    loss.backward()
    return loss, model


TASKS = {
    "task3": lambda: one_sample([1]),
    "task8": lambda: one_sample([2, 1]),
    "task9": lambda: batch(2),
    "task10": lambda: batch(16),
}
