"""One call of a program on data that it knows, and the same gradient by Numba and heyoka where they are installed.

Run it with ``python benchmarks/one_call.py [--json FILE]``: loss and gradient of MLP(2,[16,1]) with tanh on 100
samples.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import random
from collections.abc import Callable
from typing import Any

import numpy as np
from timing import Turns, repeated

import micrograd
from micrograd.nn import MLP


def by_numba(weights: Any, X: Any, Y: Any) -> Callable[[], object]:
    """Return the loss and its gradient by hand, compiled by Numba."""
    import numba

    @numba.njit(fastmath=True)
    def call(W: Any, b: Any, V: Any, c: float, X: Any, Y: Any) -> Any:
        gW, gb, gV, gc, total = np.zeros_like(W), np.zeros_like(b), np.zeros_like(V), 0.0, 0.0
        hidden = np.empty(len(b))
        for k in range(len(X)):
            output = c
            for j in range(len(b)):
                hidden[j] = np.tanh(W[j, 0] * X[k, 0] + W[j, 1] * X[k, 1] + b[j])
                output += V[j] * hidden[j]
            error = output - Y[k]
            total += error * error
            slope = 2 * error / len(X)
            gc += slope
            for j in range(len(b)):
                gV[j] += slope * hidden[j]
                inner = slope * V[j] * (1 - hidden[j] * hidden[j])
                gb[j] += inner
                gW[j, 0] += inner * X[k, 0]
                gW[j, 1] += inner * X[k, 1]
        return total / len(X), gW, gb, gV, gc

    return lambda: call(*weights, X, Y)


def by_heyoka(weights: Any, X: Any, Y: Any) -> Callable[[], object]:
    """Return the loss and its gradient as a compiled function of heyoka's."""
    import heyoka as hy

    W, b, V, c = weights
    x, y = hy.make_vars("x0", "x1"), hy.make_vars("y")
    p = [hy.par[i] for i in range(W.size + b.size + V.size + 1)]
    hidden = [hy.tanh(p[3 * j] * x[0] + p[3 * j + 1] * x[1] + p[3 * j + 2]) for j in range(len(b))]
    output = hy.sum([p[3 * len(b) + j] * h for j, h in enumerate(hidden)]) + p[-1]
    loss = (output - y) ** 2
    gradient = hy.diff_tensors([loss], diff_order=1, diff_args=p).get_derivatives(1)
    compiled = hy.cfunc([loss, *[part for _, part in gradient]], vars=[*x, y])
    inputs = np.ascontiguousarray(np.column_stack([X, Y]).T)
    numbers = np.concatenate([np.column_stack([W, b]).ravel(), V, [c]])
    pars = np.repeat(numbers[:, None], len(X), axis=1)
    return lambda: compiled(inputs=inputs, pars=pars).mean(axis=1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    arguments = parser.parse_args()
    random.seed(0)
    model = MLP(2, [16, 1], activation="tanh")
    generator = np.random.default_rng(0)
    X, Y = generator.normal(size=(100, 2)), generator.normal(size=100)
    program = micrograd.compile(lambda x, y: (model(x) - y) ** 2, model, threads=1)
    hidden, last = model.layers[0].neurons, model.layers[1].neurons[0]
    weights = (
        np.array([[w.data for w in n.w] for n in hidden]),
        np.array([n.b.data for n in hidden]),
        np.array([w.data for w in last.w]),
        last.b.data,
    )
    found = {"ours": lambda: program(X, Y), "ours, predict of one row": lambda: program.predict(X[:1])}
    for name, make in (("Numba", by_numba), ("heyoka", by_heyoka)):
        if importlib.util.find_spec(name.lower()) is None:
            print(f"{name} is not installed")
            continue
        found[name] = make(weights, X, Y)
    times = Turns({name: repeated(call) for name, call in found.items()}, 9, 0.05)
    for name, seconds in times.medians().items():
        print(f"{name:28}{seconds * 1e6:8.1f} µs")
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(times.medians(), file, indent=1)


if __name__ == "__main__":
    main()
