"""What should have come out: the lab's formulas, written independently of the engine.

A network here is a multi-layer perceptron with two inputs, one hidden layer of ReLU neurons and one linear
output, as a flat list of parameters in the order of ``MLP.parameters()``: for each hidden neuron w0, w1, b, then
the output neuron's weights and its bias.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence

Vector = Sequence[float]
Activation = Callable[[float], float]

HANDOUT_SEED = 42
PERCEPTRON_INPUT = (0.888, 0.777)


def sigmoid(z: float) -> float:
    """Return 1 / (1 + exp(-z)), for any z without overflow."""
    return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))


def relu(z: float) -> float:
    """Return max(z, 0)."""
    return max(z, 0.0)


HIDDEN_ACTIVATIONS: tuple[Activation, ...] = (relu, math.tanh, sigmoid)


def hidden_size(parameters: Vector) -> int:
    """Return the number of hidden neurons of a network with that many parameters (4 for each and 1)."""
    return (len(parameters) - 1) // 4


def output(parameters: Vector, x: Vector, activation: Activation = relu) -> float:
    """Return a network's output for one sample, before the sigmoid."""
    h = hidden_size(parameters)
    hidden = [
        activation(parameters[3 * j] * x[0] + parameters[3 * j + 1] * x[1] + parameters[3 * j + 2])
        for j in range(h)
    ]
    return sum(v * a for v, a in zip(parameters[3 * h : 4 * h], hidden)) + parameters[4 * h]


def gradient(
    parameters: Vector, samples: Sequence[Vector], labels: Vector, exact: bool, twice: bool = False
) -> list[float]:
    """Return the gradient of the mean squared error of the sigmoid, one number for each parameter.

    Without ``exact`` the sigmoid's own derivative is left out, as it is where the sigmoid is written into
    ``data`` after the forward pass. ``twice`` applies the sigmoid a second time.
    """
    h = hidden_size(parameters)
    result = [0.0] * len(parameters)
    for x, label in zip(samples, labels):
        o = sigmoid(output(parameters, x))
        slope = o * (1 - o)
        if twice:
            o = sigmoid(o)
            slope *= o * (1 - o)
        d = 2 * (o - label) / len(samples) * (slope if exact else 1)
        for j in range(h):
            z = parameters[3 * j] * x[0] + parameters[3 * j + 1] * x[1] + parameters[3 * j + 2]
            result[3 * h + j] += d * relu(z)
            if z > 0:
                into = d * parameters[3 * h + j]
                result[3 * j] += into * x[0]
                result[3 * j + 1] += into * x[1]
                result[3 * j + 2] += into
        result[4 * h] += d
    return result


def descended(
    parameters: Vector, samples: Sequence[Vector], labels: Vector, rates: Sequence[float], exact: bool
) -> list[float]:
    """Return a network's parameters after one step of full-batch descent for each learning rate."""
    h = hidden_size(parameters)
    into = [list(parameters[3 * n : 3 * n + 3]) for n in range(h)]
    out, bias = list(parameters[3 * h : 4 * h]), float(parameters[4 * h])
    for rate in rates:
        into_slopes, out_slopes, bias_slope = [[0.0, 0.0, 0.0] for _ in into], [0.0] * h, 0.0
        for (x0, x1), label in zip(samples, labels):
            hidden = [w0 * x0 + w1 * x1 + b for w0, w1, b in into]
            o = sigmoid(bias + sum(w * z for w, z in zip(out, hidden) if z > 0))
            d = 2 * (o - label) / len(labels) * (o * (1 - o) if exact else 1)
            bias_slope += d
            for n, z in enumerate(hidden):
                if z > 0:
                    out_slopes[n] += d * z
                    back, slopes = d * out[n], into_slopes[n]
                    slopes[0] += back * x0
                    slopes[1] += back * x1
                    slopes[2] += back
        into = [[w - rate * s for w, s in zip(weights, slopes)] for weights, slopes in zip(into, into_slopes)]
        out = [w - rate * s for w, s in zip(out, out_slopes)]
        bias -= rate * bias_slope
    return [*(w for weights in into for w in weights), *out, bias]


def random_network(generator: random.Random, hidden: int) -> list[float]:
    """Draw a network whose hidden neurons are neither all on nor all off on data of size 1."""
    parameters: list[float] = []
    for _ in range(hidden):
        parameters += [_away_from_zero(generator), _away_from_zero(generator), generator.uniform(0.1, 0.6)]
    parameters += [_away_from_zero(generator) for _ in range(hidden)]
    return [*parameters, generator.uniform(-0.3, 0.3)]


def random_samples(generator: random.Random, count: int) -> tuple[list[list[float]], list[int]]:
    """Draw samples with two features in [-1.5, 1.5] and labels 0 and 1, more of the one than of the other."""
    samples = [[generator.uniform(-1.5, 1.5), generator.uniform(-1.5, 1.5)] for _ in range(count)]
    labels = [1] * (count // 3) + [0] * (count - count // 3)
    generator.shuffle(labels)
    return samples, labels


def _away_from_zero(generator: random.Random) -> float:
    return generator.choice((-1, 1)) * generator.uniform(0.3, 1.2)


def drawn_after_seed(count: int = 400) -> list[float]:
    """Return the first draws in [-1, 1] of Python's generator after the handout's seed."""
    generator = random.Random(HANDOUT_SEED)
    return [generator.uniform(-1, 1) for _ in range(count)]


def close(a: float, b: float, tolerance: float = 1e-6) -> bool:
    """Return whether two numbers agree to ``tolerance``, absolutely near 0 and relatively elsewhere."""
    return math.isfinite(a) and math.isfinite(b) and abs(a - b) <= tolerance * max(1.0, abs(a), abs(b))
