"""Losses that would fool a tracer, and losses that are legitimate though they look like it."""

from __future__ import annotations

import collections
import copy
import dataclasses
import datetime
import functools
import itertools
import logging
import pickle
import random
import secrets
import statistics
import time
import uuid
import warnings
from typing import Any

import numpy as np

from micrograd.engine import Value, dot
from micrograd.losses import binary_cross_entropy, cross_entropy, log_sum_exp, softplus
from micrograd.nn import MLP, Layer, Module, Neuron

logger = logging.getLogger("micrograd.tests")
FEATURES, CLASSES = 7, 3


ITERATOR, CYCLE, COUNT = iter(range(10**9)), itertools.cycle([1] * 5000 + [2]), itertools.count()


class Counted:
    calls = 0


def _numbers() -> Any:
    for k in itertools.count():
        yield 1 if k < 10**6 else 2


GENERATOR = _numbers()


class State:
    """What a function keeps from one call to the next."""

    def __init__(self) -> None:
        self.calls = 0
        self.queue: Any = collections.deque()
        self.seen: list[Any] = []
        self.numpy = np.random.default_rng(3)
        self.python = random.Random(3)


def _swallow(p: Value) -> Value:
    try:
        return p.log()
    except ValueError:
        return p * 0


def _dropout(values: list[Value], draw: Any) -> list[Value]:
    return [v * 0 if draw() < 0.02 else v for v in values]


def _number(v: Value) -> float:
    return v.data


def _once_printed(v: Value) -> float:
    number = v.data
    print(number)
    return number


def _count(s: Any) -> int:
    s.calls += 1
    return s.calls


def _kept(s: State, make: Any) -> Any:
    if not s.seen:
        s.seen.append(make())
    return s.seen[0]


def _running(s: State, out: Value) -> Value:
    before = s.seen[-1] if s.seen else out
    s.seen.append(out)
    return before * 0.5 + out * 0.5


def _clip(p: Value) -> Value:
    p.data = max(-0.1, min(0.1, p._peek()))
    return p


def _decay(m: MLP) -> Value:
    for p in m.parameters():
        p.data *= 0.99
    return Value(0)


def _by_backward(out: Value, m: MLP) -> Value:
    out.backward()
    return out * sum(abs(p.grad) for p in m.parameters())


# (model, x, y, state) -> loss. ``y`` is one number, 0 or 1; x[4] is a day of the week, x[6] a rare flag.
FOOLS: dict[str, Any] = {
    "an iterator": lambda m, x, y, s: m(x) * (1 if next(ITERATOR) < 10**6 else 2),
    "a cycle": lambda m, x, y, s: m(x) * next(CYCLE),
    "a count": lambda m, x, y, s: m(x) * (1 if next(COUNT) < 10**6 else 2),
    "a generator": lambda m, x, y, s: m(x) * next(GENERATOR),
    "the system's chance": lambda m, x, y, s: m(x) * (1 if random.SystemRandom().random() < 0.99999 else 2),
    "an identifier": lambda m, x, y, s: m(x) * (1 if uuid.uuid4().int % 10**6 else 2),
    "a secret": lambda m, x, y, s: m(x) * (1 if secrets.randbelow(10**6) else 2),
    "a generator without a seed": lambda m, x, y, s: m(x) * (np.random.default_rng().random() < 0.99999),
    "the clock": lambda m, x, y, s: m(x) * (1 if time.time() < 9e9 else 2),
    "the date": lambda m, x, y, s: m(x) * (1 if datetime.date.today().year < 2100 else 2),
    "a much later counter": lambda m, x, y, s: m(x) * (1 if _count(s) < 10_000 else 2),
    "every thousandth call": lambda m, x, y, s: m(x) * (1 if _count(s) % 1000 else 2),
    "a counter of a class": lambda m, x, y, s: m(x) * (1 if _count(Counted) < 10**6 else 2),
    "a counter of a function": lambda m, x, y, s: m(x) * (1 if _count(_power) < 10**6 else 2),
    "a list that grows": lambda m, x, y, s: m(x) * (1 if s.seen.append(0) or len(s.seen) < 1000 else 2),
    "a queue that grows": lambda m, x, y, s: m(x) * (1 if s.queue.append(0) or len(s.queue) < 1000 else 2),
    "a narrow interval": lambda m, x, y, s: m(x) * (2 if 0.3 < x[0].data < 0.4 else 1) - y,
    "a rare flag": lambda m, x, y, s: m(x) * (3 if x[6].data == 1 else 1),
    "the weekend": lambda m, x, y, s: m(x) * (0.5 if x[4].data in (5, 6) else 1),
    "the index of a class": lambda m, x, y, s: m(x) * [1, 5][[y.data, 1 - y.data].index(1)],
    "winsorising": lambda m, x, y, s: m([Value(min(2.0, max(-2.0, v.data))) for v in x]) - y,
    "an outlier": lambda m, x, y, s: m(x) * (0 if abs(x[1].data) > 50 else 1),
    "compared as a sample": lambda m, x, y, s: m(x) * (2 if y == 1 else 1),
    "not equal": lambda m, x, y, s: m(x) * (2 if y != 0 else 1),
    "found in a list": lambda m, x, y, s: m(x) * (2 if y in [1] else 1),
    "index in a list": lambda m, x, y, s: m(x) * [0, 1, 5].index(y),
    "float": lambda m, x, y, s: m(x) * float(x[0]),
    "int of float": lambda m, x, y, s: [m(x), -m(x)][int(float(y))],
    "round": lambda m, x, y, s: m(x) * round(float(x[0])),
    "parsed text": lambda m, x, y, s: m(x) * float(repr(x[0]).split("=")[1].split(",")[0]),
    "a format": lambda m, x, y, s: m(x) * float(f"{x[0].data:.3f}"),
    "an f-string": lambda m, x, y, s: m(x) * len(f"{x[0]}"),
    "sorted": lambda m, x, y, s: sorted(x, key=float)[0] * m(x),
    "sorted by data": lambda m, x, y, s: sorted(x, key=lambda v: v.data)[3] * m(x),
    "the largest": lambda m, x, y, s: max(x, key=_number) * m(x),
    "pickled": lambda m, x, y, s: pickle.loads(pickle.dumps(x[0])) * m(x),
    "copied": lambda m, x, y, s: copy.copy(x[0]) * m(x),
    "a copied model": lambda m, x, y, s: copy.deepcopy(m)(x) - m(x),
    "numpy": lambda m, x, y, s: m(x) * float(np.array([v.data for v in x]).mean()),
    "numpy by float": lambda m, x, y, s: m(x) * float(np.array(x, dtype=float).max()),
    "statistics": lambda m, x, y, s: m(x) * statistics.fmean(x),
    "a hinge by if": lambda m, x, y, s: 1 - m(x) if 1 - m(x).data > 0 else Value(0),
    "by a parameter": lambda m, x, y, s: m(x) * (2 if m.parameters()[0].data > 0.2 else 1),
    "by a gradient": lambda m, x, y, s: m(x) * (2 if m.parameters()[0].grad > 0 else 1),
    "by its own sweep": lambda m, x, y, s: _by_backward(m(x), m),
    "a swallowed error": lambda m, x, y, s: _swallow(m(x) * 0 + x[0]) + m(x),
    "dropout": lambda m, x, y, s: m(_dropout(x, random.random)),
    "dropout by numpy": lambda m, x, y, s: m(_dropout(x, np.random.random)),
    "dropout by a generator": lambda m, x, y, s: m(_dropout(x, s.numpy.random)),
    "dropout by its own random": lambda m, x, y, s: m(_dropout(x, s.python.random)),
    "noise": lambda m, x, y, s: m(x) + random.gauss(0, 1),
    "a step counter": lambda m, x, y, s: m(x) / _count(s),
    "a late counter": lambda m, x, y, s: m(x) * (1 if _count(s) < 100 else 2),
    "the time": lambda m, x, y, s: m(x) * time.perf_counter(),
    "a cache of the sample": lambda m, x, y, s: m(_kept(s, lambda: x)) - y,
    "a cache of a result": lambda m, x, y, s: m(x) + _kept(s, lambda: m.parameters()[0] ** 2),
    "the sample before": lambda m, x, y, s: _running(s, m(x)),
    "clipping": lambda m, x, y, s: m(x) * _clip(m.parameters()[0]),
    "decay": lambda m, x, y, s: m(x) + _decay(m),
    "printed and used": lambda m, x, y, s: m(x) * _once_printed(x[0]),
    "remembered in a print": lambda m, x, y, s: [print(s.seen.append(x[0].data)), m(x) * s.seen[-1]][1],
    "named in a print": lambda m, x, y, s: [print(z := x[0].data), m(x) * z][1],
}


@dataclasses.dataclass
class Prediction:
    """The output, and what it should be."""

    output: Value
    target: Any

    def error(self) -> Value:
        return self.output - self.target


class Residual(Module):
    """A module of the user's own."""

    def __init__(self) -> None:
        self.inner = Layer(FEATURES, FEATURES, activation="tanh")
        self.last = Neuron(FEATURES, nonlin=False)

    def __call__(self, x: Any) -> Value:
        return self.last([a + b for a, b in zip(x, self.inner(x))])


class Weighted:
    """A loss that is an object."""

    def __init__(self, alpha: float) -> None:
        self.alpha = alpha

    def __call__(self, out: Value, y: Any) -> Value:
        return (out - y) ** 2 * self.alpha


def _printed(m: MLP, x: Any, y: Any, _: State) -> Value:
    out = m(x)
    print("output", out.data, f"{out.data:.3f} of {float(x[0]):+.2f}", [v.data for v in x], sep=" | ")
    print(out)
    print(f"{out} {y!r}")
    return out - y


def _logged(m: MLP, x: Any, y: Any, _: State) -> Value:
    out = m(x)
    logger.debug("output %s for %s", out, x)
    logger.warning("output %.3f", out.data)
    logging.getLogger("micrograd.tests").info(f"{out.data:.2f}")
    return (out - y) ** 2


def _counted(m: MLP, x: Any, y: Any, s: State) -> Value:
    s.calls += 1
    if s.calls % 10 == 0:
        print(f"call {s.calls}: {m(x).data:.4f}")
    return (m(x) - y) ** 2


def _show(v: Value) -> str:
    return f"<{v.data:.2f}>"


def _by_function(m: MLP, x: Any, y: Any, _: State) -> Value:
    print(_show(x[0]))
    return m(x) - y


def _power(v: Value, n: int) -> Value:
    return v if n == 1 else v * _power(v, n - 1)


def _generator(x: Any) -> Any:
    for v in x:
        yield v.tanh()


@functools.cache
def _coefficient(k: int) -> float:
    return 1 / k


def _default(m: MLP, x: Any, y: Any, s: State, bias: Value | None = None) -> Value:
    bias = bias or Value(0.25)
    return m(x) + bias if bias else m(x)


def _checked(m: MLP, x: Any, y: Any, s: State) -> Value:
    if not isinstance(y, Value) or len(x) != FEATURES:
        raise TypeError(f"not a sample: {x}")
    return m(x) - y


def _target_network(m: MLP, x: Any, y: Any, s: State) -> Value:
    return (m(x) - TARGET(x).detach() - y) ** 2


_power.calls = 0  # type: ignore[attr-defined]


def _timed(m: MLP, x: Any, y: Any, s: State) -> Value:
    start = time.perf_counter()
    out = m(x)
    s.seen.append(time.perf_counter() - start)
    print(f"{time.perf_counter() - start:.6f} s")
    return out - y


def _warned(m: MLP, x: Any, y: Any, s: State) -> Value:
    out = m(x)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.warn(f"output {out.data:.3f} of {x[0]}", stacklevel=1)
    return out - y


class Keeping(Module):
    """Keeps what it computes, to be looked at."""

    def __init__(self) -> None:
        self.layer = Layer(FEATURES, 3)
        self.history: list[Any] = []

    def __call__(self, x: Any) -> Value:
        self.inputs = x
        self.hidden = self.layer(x)
        self.history.append(self.hidden)
        return sum(self.hidden, Value(0))


class Hostile:
    """Answers no question about itself."""

    rate = 2.0

    def __getattr__(self, name: str) -> Any:
        raise KeyError(name)


KEEPING, HOSTILE = Keeping(), Hostile()
OTHER = MLP(FEATURES, [3, CLASSES])
FROZEN = Layer(FEATURES, 4)
TARGET = MLP(FEATURES, [2, 1])
RESIDUAL = Residual()

LEGITIMATE: dict[str, Any] = {
    "a timed loss": _timed,
    "warnings": _warned,
    "a module that keeps what it computes": lambda m, x, y, s: KEEPING(x) * m(x) - y,
    "an object that answers nothing": lambda m, x, y, s: m(x) * HOSTILE.rate - y,
    "a seeded generator": lambda m, x, y, s: m(x) * random.Random(3).random() - y,
    "exactly a Value": lambda m, x, y, s: m(x) if {type(v) for v in (*x, y)} == {Value} else m(x) * 2,
    "labels": lambda m, x, y, s: m(x) * 2 if x[0].label or y.label else m(x),
    "its own softplus": lambda m, x, y, s: m(x).softplus() - y * m(x),
    "squared": lambda m, x, y, s: (m(x) - y) ** 2,
    "debug prints": _printed,
    "logging": _logged,
    "a counter for prints": _counted,
    "a function that shows": _by_function,
    "a print in an expression": lambda m, x, y, s: print(x[0].data) or m(x) - y,
    "a shared layer": lambda m, x, y, s: m(x) + m(x[::-1]),
    "siamese": lambda m, x, y, s: abs(m(x) - m([-v for v in x])),
    "dictionaries": lambda m, x, y, s: sum({"a": m(x), "b": -1 * y}.values()),
    "values as keys": lambda m, x, y, s: {x[0]: m(x), x[1]: m(x) * 2}[x[1]] - y,
    "sets": lambda m, x, y, s: m(x) * len({*x, x[0]}),
    "dataclasses": lambda m, x, y, s: Prediction(m(x), y).error() ** 2,
    "a printed dataclass": lambda m, x, y, s: print(Prediction(m(x), y)) or m(x) - y,
    "recursion": lambda m, x, y, s: _power(m(x), 4),
    "stop-gradient": lambda m, x, y, s: (m(x) - m(x).detach() * 0.5 - y) ** 2,
    "a target network": _target_network,
    "a frozen layer": lambda m, x, y, s: sum(FROZEN(x)) * m(x) - y,
    "a closure": lambda m, x, y, s: (lambda z: z * 2 - y)(m(x)),
    "partial": lambda m, x, y, s: functools.partial(_power, n=2)(m(x)),
    "reduce": lambda m, x, y, s: functools.reduce(lambda a, b: a * 0.5 + b, x, m(x)),
    "accumulate": lambda m, x, y, s: list(itertools.accumulate(x))[-1] * m(x),
    "numpy arrays of Values": lambda m, x, y, s: (np.array(x) * np.arange(7.0)).sum() * m(x),
    "numpy's matrix product": lambda m, x, y, s: (np.ones((2, 7)) @ np.array(x)).sum() + m(x),
    "comprehensions": lambda m, x, y, s: sum([v * v for v in x]) * m(x),
    "a filter by position": lambda m, x, y, s: m([v if i % 2 else v * 0 for i, v in enumerate(x)]),
    "zip and enumerate": lambda m, x, y, s: sum(i * v * w for i, (v, w) in enumerate(zip(x, x[1:]))) + m(x),
    "generators": lambda m, x, y, s: m(list(_generator(x))) - y,
    "a module of one's own": lambda m, x, y, s: RESIDUAL(x) * m(x) - y,
    "a class with __call__": lambda m, x, y, s: Weighted(0.5)(m(x), y),
    "a cached number": lambda m, x, y, s: m(x) * _coefficient(3),
    "a default": _default,
    "checks of types": _checked,
    "identity": lambda m, x, y, s: m(x) if x[0] is not x[1] and x[0] != x[1] else m(x) * 2,
    "truth": lambda m, x, y, s: m(x) * 2 if all(x) and y else m(x),
    "hinge": lambda m, x, y, s: (1 - (2 * y - 1) * m(x)).relu(),
    "winsorised by maximum": lambda m, x, y, s: m([v.maximum(-2).minimum(2) for v in x]) - y,
    "cross-entropy": lambda m, x, y, s: binary_cross_entropy(m(x).sigmoid(), y),
    "softmax": lambda m, x, y, s: cross_entropy(OTHER(x), [y, 1 - y, 0]) + m(x),
    "log-sum-exp": lambda m, x, y, s: log_sum_exp([m(x), *x]) - y,
    "softplus": lambda m, x, y, s: softplus(m(x)) - y * m(x),
    "a penalty": lambda m, x, y, s: (m(x) - y) ** 2 + 0.01 * sum(p * p for p in m.parameters()),
    "dot": lambda m, x, y, s: dot(x, x[::-1], m(x)),
    "sums of zeros": lambda m, x, y, s: sum([], Value(0)) + m(x),
    "an error of its own that is caught": lambda m, x, y, s: m(x) * len(_safely(x)),
    "warm up by a Value": lambda m, x, y, s: m(x) * _kept(s, lambda: Value(0.3)),
}


def _safely(x: Any) -> list[Value]:
    try:
        return [x[99]]
    except IndexError:
        return [x[0]]
