"""A full-batch training step, with the graph built anew each time: ours, PyPI's micrograd, PyTorch.

100 samples of two moons; forward, mean squared error, backward, gradient descent. Ours and micrograd run the
same lines of code, one sample after the other; PyTorch runs its vectorised operations over the whole batch,
in float64, with the number of threads that suits it best. All start from the same weights, and after a few
steps their losses have to agree, else the figures would compare different things.

    python benchmarks/define_by_run.py [--quick] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
from collections.abc import Callable
from typing import Any

from peers import pypi_micrograd
from table import duration, markdown, ratio
from timing import Turns, repeated

from micrograd import engine, optim
from micrograd.nn import MLP

SAMPLES = 100
RATE = 0.05
# Network, and how many times faster we are to be than micrograd and than PyTorch.
NETWORKS = [([16, 1], 800, 2.0), ([16, 16, 1], 2500, 1.2)]
AGREEMENT = 1e-9

Step = Callable[[], float]


def two_moons() -> tuple[list[list[float]], list[float]]:
    """Return two half circles that interlock, with noise, and the labels -1 and 1."""
    generator = random.Random(0)
    X, y = [], []
    for i in range(SAMPLES):
        angle = math.pi * (i // 2) / (SAMPLES // 2 - 1)
        upper = i % 2 == 0
        point = (math.cos(angle), math.sin(angle)) if upper else (1 - math.cos(angle), 0.5 - math.sin(angle))
        X.append([coordinate + generator.gauss(0, 0.1) for coordinate in point])
        y.append(1.0 if upper else -1.0)
    return X, y


def as_micrograd(make_model: Callable[[int, list[int]], Any], sizes: list[int]) -> Step:
    """Return a training step in the lines that its users write for micrograd; they run on ours unchanged."""
    X, y = two_moons()
    random.seed(42)
    model = make_model(2, sizes)

    def step() -> float:
        losses = [(model(x) - target) ** 2 for x, target in zip(X, y)]
        loss = sum(losses) * (1.0 / len(losses))
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= RATE * p.grad
        return float(loss.data)

    return step


def with_our_optimizer(sizes: list[int]) -> Step:
    """Return our step with the update left to ``optim.SGD``."""
    X, y = two_moons()
    random.seed(42)
    model = MLP(2, sizes)
    optimizer = optim.SGD(model.parameters(), RATE)

    def step() -> float:
        losses = [(model(x) - target) ** 2 for x, target in zip(X, y)]
        loss = sum(losses) * (1.0 / len(losses))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return float(loss.data)

    return step


def with_torch(sizes: list[int], threads: int) -> Step:
    """Return PyTorch's step over the whole batch, from the weights that the others start from."""
    import torch

    X, y = two_moons()
    inputs, targets = torch.tensor(X, dtype=torch.float64), torch.tensor(y, dtype=torch.float64)
    random.seed(42)
    ours = MLP(2, sizes)
    layers: list[torch.nn.Module] = []
    for i, layer in enumerate(ours.layers):
        linear = torch.nn.Linear(len(layer.neurons[0].w), len(layer.neurons), dtype=torch.float64)
        weights = [[float(w) for w in neuron.w] for neuron in layer.neurons]
        with torch.no_grad():
            linear.weight.copy_(torch.tensor(weights, dtype=torch.float64))
            linear.bias.zero_()
        layers += [linear, torch.nn.ReLU()] if i < len(ours.layers) - 1 else [linear]
    model = torch.nn.Sequential(*layers)
    parameters = list(model.parameters())

    def step() -> float:
        torch.set_num_threads(threads)
        loss = ((model(inputs).squeeze(1) - targets) ** 2).mean()
        for p in parameters:
            p.grad = None
        loss.backward()
        with torch.no_grad():
            for p in parameters:
                p -= RATE * p.grad
        return float(loss.detach())

    return step


def contenders(sizes: list[int]) -> dict[str, Callable[[], Step]]:
    """Return a way to start each contender from the same weights."""
    found: dict[str, Callable[[], Step]] = {
        "ours": lambda: as_micrograd(MLP, sizes),
        "ours, optim.SGD": lambda: with_our_optimizer(sizes),
    }
    if peer := pypi_micrograd():
        found["micrograd"] = lambda: as_micrograd(peer.MLP, sizes)
    try:
        import torch  # noqa: F401
    except ImportError:
        return found
    for threads in sorted({1, 2, os.cpu_count() or 1}):
        found[f"PyTorch, {threads} threads"] = lambda threads=threads: with_torch(sizes, threads)  # type: ignore[misc]
    return found


def check(starts: dict[str, Callable[[], Step]], steps: int = 3) -> None:
    """Raise ``AssertionError`` unless all contenders have the same losses, step by step."""
    losses = {}
    for name, start in starts.items():
        step = start()
        losses[name] = [step() for _ in range(steps)]
    for name, each in losses.items():
        worst = max(abs(a - b) for a, b in zip(each, losses["ours"]))
        if worst > AGREEMENT:
            raise AssertionError(f"{name} trains something else: its losses differ by {worst:.1e}")


def main() -> None:
    """Print the table; write the figures where the user asks for it."""
    parser = argparse.ArgumentParser(description="A training step, define by run: ours, micrograd, PyTorch.")
    parser.add_argument("--quick", action="store_true", help="fewer turns")
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    arguments = parser.parse_args()
    rows, figures = [], []
    for sizes, micrograd_bar, torch_bar in NETWORKS:
        starts = contenders(sizes)
        check(starts)
        ready = {name: repeated(start()) for name, start in starts.items()}
        # micrograd is so slow that a few turns of it have to do.
        slow = {name: ready[name] for name in ("ours", "micrograd") if name in ready}
        against_micrograd = Turns(slow, turns=2 if arguments.quick else 5, turn=0.05)
        # PyTorch's best number of threads is found beforehand: threads that have just worked go on waiting for
        # work for a while, and would hold up whoever has the next turn.
        variants = {name: run for name, run in ready.items() if name.startswith("PyTorch")}
        fast = {name: run for name, run in ready.items() if name.startswith("ours")}
        if variants:
            best = Turns(variants, turns=7, turn=0.02).fastest(variants)
            fast[best] = variants[best]
        against_torch = Turns(fast, turns=15 if arguments.quick else 61, turn=0.02)
        times = {**against_micrograd.medians(), **against_torch.medians()}
        ratios = {}
        if "micrograd" in times:
            ratios["micrograd"] = against_micrograd.ratio("micrograd", "ours")
        if variants:
            times["PyTorch"] = times[best]
            ratios["PyTorch"] = against_torch.ratio(best, "ours")
        name = f"MLP(2,{sizes})".replace(" ", "")
        row = [name, duration(times["ours"]), duration(times["ours, optim.SGD"])]
        for peer, bar in (("micrograd", micrograd_bar), ("PyTorch", torch_bar)):
            row += [duration(times[peer]), ratio(ratios[peer], bar)] if peer in ratios else ["-", "-"]
        rows.append(row)
        figures.append({"network": name, "seconds": times, "times_faster_than": ratios})
    header = [
        "full-batch step, 100 samples",
        "ours",
        "with optim.SGD",
        "micrograd",
        "ratio",
        "PyTorch",
        "ratio",
    ]
    print(markdown(header, rows))
    print(
        f"\nMedians; losses equal to {AGREEMENT:g}; the engine runs {'' if engine.COMPILED else 'un'}compiled."
    )
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(figures, file, indent=1)


if __name__ == "__main__":
    main()
