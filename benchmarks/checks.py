"""What being equal costs: the part of the time in programs that goes into checks, over many calls and in trainings.

``python benchmarks/checks.py`` prints, for some networks and batches, how long a call takes, and how much of it is the
comparison of what the loss reads, rows that run through the engine, and tracing again, the compilation left out.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import numpy as np

import micrograd
from micrograd.nn import MLP

SECONDS, ROUNDS = 2.0, 5
# Features, hidden layers, samples.
CASES = [(2, [16], 100), (2, [16, 16], 100), (13, [32], 500), (64, [32], 1797), (100, [200, 100], 2000)]


def seconds_of(run: Callable[[], object], least: float = 0.2) -> float:
    """Return the seconds of the processors that one run takes, the least of some rounds."""
    count = 1
    while True:
        started = time.process_time()
        for _ in range(count):
            run()
        if time.process_time() - started >= least:
            break
        count *= 2
    rounds = []
    for _ in range(ROUNDS):
        started = time.process_time()
        for _ in range(count):
            run()
        rounds.append((time.process_time() - started) / count)
    return min(rounds)


def measure(features: int, hidden: list[int], samples: int) -> tuple[float, float, float]:
    """Return the seconds of a call, of comparing what the loss reads, and of tracing and checking rows, in the mean."""
    random.seed(1)
    model = MLP(features, [*hidden, 1])
    generator = np.random.default_rng(1)
    X, Y = generator.normal(size=(samples, features)), generator.normal(size=samples)
    program = micrograd.compile(lambda x, y: (model(x) - y) ** 2, model, threads=1)
    program(X, Y)
    family = program._losses
    compiled = next(iter(family.compiled.values()))
    call = seconds_of(lambda: program(X, Y))
    comparing = seconds_of(lambda: program._notice_changes(family))
    before, calls = compiled.in_checks, 0
    started = time.process_time()
    while time.process_time() - started < SECONDS:
        program(X, Y)
        calls += 1
    return call, comparing, (compiled.in_checks - before) / calls


if __name__ == "__main__":
    print(f"{'network':>24} {'samples':>8} {'a call':>12} {'compared':>9} {'traced':>9}")
    for features, hidden, samples in CASES:
        call, comparing, checking = measure(features, hidden, samples)
        network = "-".join(map(str, (features, *hidden, 1)))
        print(
            f"{network:>24} {samples:>8} {1e6 * call:>9.1f} us {comparing / call:>9.2%} {checking / call:>9.2%}"
        )
