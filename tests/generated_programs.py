"""Random programs of layers, written once for Values and for other libraries' columns of numbers.

A program is a few steps over a growing list of vectors. Which vectors a step uses is counted from the newest one,
around the end: any step may be left out, and a program is left, which is how the smallest one that fails is found.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

# Steps that keep whole numbers whole: with them, ties and zeros are exact.
WHOLE_STEPS = (
    "dense", "residual", "again", "add", "subtract", "multiply", "concatenate", "slice", "relu", "abs", "maximum",
    "minimum", "largest", "smallest", "total", "bias", "third", "double", "detach",
)  # fmt: skip
SMOOTH_STEPS = (
    "tanh", "sigmoid", "softplus", "exp", "log", "sqrt", "sin", "cos", "square", "cube", "divide", "power", "attention",
    "recurrence", "normalise", "gate", "highway", "mean", "tied", "experts", "euler", "unet", "frozen",
)  # fmt: skip
WHOLE_LOSSES = ("absolute", "hinge", "largest")
LOSSES = (*WHOLE_LOSSES, "square", "logistic", "entropy", "huber", "likelihood")
PENALTIES = ("none", "none", "L2", "L1", "root")

Step = tuple[str, int, int, int]


@dataclass(frozen=True)
class Program:
    """``steps`` are (name, first operand, second operand, size); the rest says what the data are like."""

    steps: tuple[Step, ...]
    loss: str
    penalty: str
    features: int
    samples: int
    weighted: bool
    whole: bool
    seed: int

    def numbers(self) -> Callable[[], float]:
        """The source of the data and of the parameters."""
        draw = random.Random(self.seed)
        return (lambda: float(draw.randint(-2, 2))) if self.whole else (lambda: draw.uniform(-1.2, 1.2))

    def shrunk(self) -> list[Program]:
        """Programs that are a little smaller."""
        steps = self.steps
        smaller = [replace(self, steps=steps[:k] + steps[k + 1 :]) for k in range(len(steps))]
        smaller += [
            replace(self, steps=(*steps[:k], (*steps[k][:3], 1), *steps[k + 1 :]))
            for k in range(len(steps))
            if steps[k][3] > 1
        ]
        if self.penalty != "none":
            smaller.append(replace(self, penalty="none"))
        if self.loss != "absolute":
            smaller.append(replace(self, loss="absolute"))
        if self.weighted:
            smaller.append(replace(self, weighted=False))
        if self.samples > 1:
            smaller += [replace(self, samples=1), replace(self, samples=self.samples // 2)]
        if self.features > 1:
            smaller.append(replace(self, features=1))
        return smaller


def generate(seed: int) -> Program:
    """The program of a seed."""
    draw = random.Random(seed)
    whole = draw.random() < 0.3
    names = WHOLE_STEPS if whole else WHOLE_STEPS + SMOOTH_STEPS
    steps = tuple(
        (draw.choice(names), draw.randrange(4), draw.randrange(4), draw.randint(1, 5))
        for _ in range(draw.randint(1, 9))
    )
    return Program(
        steps,
        draw.choice(WHOLE_LOSSES if whole else LOSSES),
        draw.choice(PENALTIES),
        draw.randint(1, 4),
        draw.choice((1, 2, 3, 5, 7, 8, 9, 13, 31, 57, 113, 121, 239, 361, 997, 1000)),
        draw.random() < 0.25,
        whole,
        draw.randrange(1 << 30),
    )


class Model:
    """The parameters that a program asks for while it runs: the same ones each time, in the order of the first run."""

    def __init__(
        self,
        make: Callable[[float], Any],
        numbers: Callable[[], float],
        freeze: Callable[[float], Any] | None = None,
    ) -> None:
        self.make, self.numbers, self.freeze = make, numbers, freeze or make
        self.list: list[Any] = []
        self.known: dict[object, Any] = {}

    def matrix(self, key: object, rows: int, columns: int) -> list[list[Any]]:
        """A block of parameters of its own for each key."""
        name = (key, rows, columns)
        if name not in self.known:
            self.known[name] = [[self._new() for _ in range(columns)] for _ in range(rows)]
        return self.known[name]

    def frozen(self, key: object, rows: int, columns: int) -> list[list[Any]]:
        """A block of leaves that are no parameters."""
        name = ("frozen", key, rows, columns)
        if name not in self.known:
            draw = random.Random(str(name))
            self.known[name] = [
                [self.freeze(draw.uniform(-1, 1)) for _ in range(columns)] for _ in range(rows)
            ]
        return self.known[name]

    def _new(self) -> Any:
        self.list.append(self.make(self.numbers()))
        return self.list[-1]

    def parameters(self) -> list[Any]:
        return self.list


Vector = list[Any]


def run(program: Program, model: Model, x: Sequence[Any], y: Any, dot: Callable[..., Any]) -> Any:
    """The loss; ``dot(weights, vector, bias or None)`` is the library's own."""
    vectors: list[Vector] = [list(x)]
    layers: list[tuple[object, int]] = []
    for place, (name, i, j, size) in enumerate(program.steps):
        a, b = vectors[-1 - i % len(vectors)], vectors[-1 - j % len(vectors)]
        if name in ("dense", "residual", "gate", "highway", "experts", "unet"):
            layers.append((place, size))
        layer = layers[i % len(layers)] if layers else (place, size)
        vectors.append(_step(name, place, size, layer, a, b, model, dot))
    return _loss(program, vectors, y, model)


def _dense(key: object, vector: Vector, size: int, model: Model, dot: Any, bias: bool = True) -> Vector:
    rows = model.matrix(key, size, len(vector))
    biases = model.matrix((key, "b"), 1, size)[0] if bias else [None] * size
    return [dot(row, vector, b) for row, b in zip(rows, biases)]


def _sum(vector: Vector) -> Any:
    total = vector[0]
    for item in vector[1:]:
        total = total + item
    return total


def _fit(vector: Vector, size: int) -> Vector:
    return [vector[k % len(vector)] for k in range(size)]


def _softmax(vector: Vector) -> Vector:
    powers = [item.tanh().exp() for item in vector]
    total = _sum(powers)
    return [power / total for power in powers]


def _pairs(a: Vector, b: Vector) -> list[tuple[Any, Any]]:
    size = max(len(a), len(b))
    return list(zip(_fit(a, size), _fit(b, size)))


_ELEMENTWISE: dict[str, Callable[[Any], Any]] = {
    "relu": lambda v: v.relu(),
    "abs": lambda v: abs(v),
    "tanh": lambda v: v.tanh(),
    "sigmoid": lambda v: v.sigmoid(),
    "softplus": lambda v: v.softplus(),
    "exp": lambda v: v.tanh().exp(),
    "log": lambda v: (v * v + 1.0).log(),
    "sqrt": lambda v: (v * v + 0.5).sqrt(),
    "sin": lambda v: v.sin(),
    "cos": lambda v: v.cos(),
    "square": lambda v: v**2,
    "cube": lambda v: v.tanh() ** 3,
    "third": lambda v: (v / 3).relu(),
    "double": lambda v: v * 2,
    "detach": lambda v: v.detach() * v,
}
_PAIRWISE: dict[str, Callable[[Any, Any], Any]] = {
    "add": lambda v, w: v + w,
    "subtract": lambda v, w: v - w,
    "multiply": lambda v, w: v * w,
    "maximum": lambda v, w: v.maximum(w),
    "minimum": lambda v, w: v.minimum(w),
    "divide": lambda v, w: v / (w * w + 1.0),
    "power": lambda v, w: (v * v + 0.5) ** w.tanh(),
}
_ACTIVATIONS: tuple[Callable[[Any], Any], ...] = (
    lambda v: v.relu(),
    lambda v: v.tanh(),
    lambda v: v.sigmoid(),
    lambda v: v,
)


def _step(
    name: str, place: int, size: int, layer: tuple[object, int], a: Vector, b: Vector, model: Model, dot: Any
) -> Vector:
    if name in _ELEMENTWISE:
        return [_ELEMENTWISE[name](v) for v in a]
    if name in _PAIRWISE:
        return [_PAIRWISE[name](v, w) for v, w in _pairs(a, b)]
    activation = _ACTIVATIONS[place % 4]
    if name == "dense":
        return [activation(v) for v in _dense(place, a, size, model, dot)]
    if name == "again":  # a layer that was used before, on something else
        return _dense(layer[0], a, layer[1], model, dot)
    if name == "residual":
        return [v + activation(w) for v, w in zip(a, _dense(place, a, len(a), model, dot, size > 2))]
    if name == "tied":  # an autoencoder whose decoder has the encoder's weights
        rows = model.matrix(place, size, len(a))
        hidden = [dot(row, a, None).tanh() for row in rows]
        return [dot(list(column), hidden, None) for column in zip(*rows)]
    if name == "gate":
        gates = _dense((place, "g"), a, size, model, dot)
        return [g.sigmoid() * v for g, v in zip(gates, _dense(place, a, size, model, dot))]
    if name == "highway":
        gates = [v.sigmoid() for v in _dense((place, "t"), a, len(a), model, dot)]
        new = [v.tanh() for v in _dense(place, a, len(a), model, dot)]
        return [g * h + (1.0 - g) * v for g, h, v in zip(gates, new, a)]
    if name == "experts":  # a mixture, whose second half is a layer that others use too
        shares = _softmax(_dense((place, "s"), a, 2, model, dot))
        first, second = _dense(place, a, size, model, dot), _dense(layer[0], a, layer[1], model, dot)
        return [shares[0] * v.tanh() + shares[1] * w for v, w in _pairs(first, second)]
    if name == "euler":  # of a differential equation, two steps of length 1
        state = a
        for _ in range(2):
            state = [v + w.tanh() for v, w in zip(state, _dense(place, state, len(a), model, dot))]
        return state
    if name == "unet":
        down = [v.relu() for v in _dense(place, a, max(1, len(a) // 2), model, dot)]
        up = [v.tanh() for v in _dense((place, "u"), down, len(a), model, dot)]
        return [v + w for v, w in zip(a, up)] + down
    if name == "frozen":
        rows = model.frozen(place, size, len(a))
        return [dot(row, a, None).tanh() * 0.75 for row in rows]
    if name == "recurrence":
        state = _fit(b, size)
        for v in a:
            inner = _dense(place, state, size, model, dot)
            state = [(w + v * u).tanh() for w, u in zip(inner, model.matrix((place, "u"), 1, size)[0])]
        return state
    if name == "attention":
        queries, keys = _dense((place, "q"), a, size, model, dot), _dense((place, "k"), b, size, model, dot)
        weights = _softmax([q * k for q, k in zip(queries, keys)])
        return [w * v for w, v in zip(weights, _fit(a, size))]
    if name == "normalise":
        mean = _sum(a) / len(a)
        spread = (_sum([(v - mean) ** 2 for v in a]) / len(a) + 0.1) ** 0.5
        return [(v - mean) / spread for v in a]
    if name == "concatenate":
        return (a + b)[:8]
    if name == "slice":
        return a[size % len(a) :]
    if name in ("largest", "smallest"):
        best = a[0]
        for v in a[1:]:
            best = best.maximum(v) if name == "largest" else best.minimum(v)
        return [best]
    if name == "total":
        return [_sum(a)]
    if name == "mean":
        return [_sum(a) / len(a)]
    assert name == "bias"
    return [v + w for v, w in zip(a, model.matrix((place, "bias"), 1, len(a))[0])]


def _loss(program: Program, vectors: list[Vector], y: Any, model: Model) -> Any:
    # All vectors count, so that none is left out of the graph, and some are used twice.
    kept = vectors[-1]
    output = _sum(kept) + _sum([vector[-1] for vector in vectors])
    if not program.whole:
        output = output * 0.25
    loss = program.loss
    if loss == "absolute":
        value = abs(output - y)
    elif loss == "hinge":
        value = (1.0 - y * output).relu()
    elif loss == "largest":
        value = (output - y).maximum(y - output)
    elif loss == "square":
        value = (output - y) ** 2
    elif loss == "logistic":
        p = output.tanh().sigmoid()
        value = -(y * p.log() + (1.0 - y) * (1.0 - p).log())
    elif loss == "entropy":
        shares = _softmax(kept)
        value = -shares[0].log() + (output - y) ** 2 * 0.5
    elif loss == "huber":
        size = abs(output - y)
        small = size.minimum(size * 0.0 + 1.0)
        value = small * size - 0.5 * small**2
    else:
        spread = (output.tanh()).exp()
        value = spread.log() + ((output - y) / spread) ** 2
    parameters = model.parameters()
    if parameters and program.penalty == "L2":
        value = value + 0.125 * _sum([p * p for p in parameters])
    elif parameters and program.penalty == "L1":
        value = value + 0.125 * _sum([abs(p) for p in parameters])
    elif parameters and program.penalty == "root":
        value = value + (_sum([p * p for p in parameters]) + 1.0) ** 0.5
    return value


def data_of(program: Program) -> tuple[list[list[float]], list[float], list[int], list[float]]:
    """A few distinct samples with their targets; which of them each row of the batch is; and each row's weight."""
    draw = random.Random(program.seed + 1)
    number = program.numbers()
    distinct = min(program.samples, 4)
    X = [[number() for _ in range(program.features)] for _ in range(distinct)]
    Y = [number() for _ in range(distinct)]
    rows = [draw.randrange(distinct) for _ in range(program.samples)]
    weights = [draw.choice((0.25, 0.5, 1.0, 3.0)) if program.weighted else 1.0 for _ in rows]
    return X, Y, rows, weights
