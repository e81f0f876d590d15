"""The engine of this tree against another build of it: is anything slower than it was?

Two processes, one of each build, take turns of a few milliseconds, so that what else the machine does hits both
alike; the pair is started several times, because where memory lies makes some processes faster than others. Each
figure is the median of the turns' ratios (this build's time by the other's: below 1 is faster), with the interval
that holds 95 % of what drawing pairs and turns again gives (a bootstrap).

    python benchmarks/against.py PYTHON [--quick] [--only WORD] [--json FILE]

PYTHON is the interpreter of an environment in which the other build is installed, for instance one of a worktree:

    git worktree add ../before COMMIT && cd ../before
    python -m venv .venv && .venv/bin/python -m pip install -e .
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

NODES = 400
TOLERANCE = 1.02

# What is done to a and b; `keep` holds the nodes as a graph does.
OPERATIONS = [
    "a + b", "a - b", "a * b", "a / b", "a ** b", "a ** 3", "a ** 2", "-a", "abs(a)",
    "a + 1.5", "1.5 + a", "a - 1.5", "1.5 - a", "a * 1.5", "1.5 * a", "a / 1.5", "1.5 / a", "2 ** a", "a * 3",
    "a.relu()", "a.tanh()", "a.sigmoid()", "a.exp()", "a.log()", "a.maximum(b)", "a.minimum(b)", "a.sqrt()",
    "a.sin()", "a.cos()", "Value(1.5)", "Value(2)", "Value(1.5, label='x')", "a.data", "a.grad", "a.label", "a._op",
    "a._prev", "made._prev", "repr(a)", "float(a)",
]  # fmt: skip
SETTING = {"a.data = 1.0001": "a.data = 1.0001", "a.grad = 0.0": "a.grad = 0.0", "a.grad = 0": "a.grad = 0"}


def _many(program: str) -> str:
    return f"lambda a, b, made, repeat: lambda: [{program} for _ in repeat(None, {NODES})]"


def workloads() -> dict[str, Callable[[], object]]:
    """Return what is timed, by name: functions of the engine that is installed here."""
    import itertools

    from micrograd.engine import Value
    from micrograd.nn import MLP

    a, b = Value(1.0001), Value(0.9999)
    made = a + b
    found: dict[str, Callable[[], object]] = {}
    for operation in OPERATIONS:
        name = operation.partition("(")[0].rpartition(".")[2] if operation.startswith("a.") else None
        if name and not hasattr(a, name):
            continue
        found[operation] = eval(_many(operation), {"Value": Value})(a, b, made, itertools.repeat)
    for operation in SETTING:
        scope: dict[str, Callable[..., Callable[[], object]]] = {}
        exec(f"def start(a):\n def run():\n  for _ in range({NODES}): {operation}\n return run", scope)
        found[operation] = scope["start"](Value(1.0))

    def chain() -> Value:
        out = a
        for _ in range(NODES // 2):
            out = out * b + a
        return out

    found["a chain of 400 nodes"] = chain
    end = chain()
    found["backward() of 400 nodes"] = end.backward
    found["a chain, and backward()"] = lambda: chain().backward()

    def formula(x: Value, y: Value) -> Value:
        return (x * y + x.tanh()) * (y - 0.5).relu() + (x / y) ** 2 + y.exp().log()

    def formulas() -> Value:
        total = Value(0.0)
        for _ in range(40):
            total = total + formula(a, b)
        return total

    found["a graph of 480 nodes"] = formulas
    root = formulas()
    found["backward() of 480 nodes"] = root.backward

    for sizes in ([1], [4, 1], [16, 1], [16, 16, 1]):
        _add_network(found, MLP, sizes)
    return found


def _add_network(found: dict[str, Callable[[], object]], MLP: type, sizes: list[int]) -> None:
    random.seed(1)
    model = MLP(2, sizes)
    points = [(random.gauss(0, 1), random.gauss(0, 1)) for _ in range(25)]
    targets = [1.0 if x > y else -1.0 for x, y in points]

    def loss() -> object:
        losses = [(model(list(x)) - target) ** 2 for x, target in zip(points, targets)]
        return sum(losses) * (1.0 / len(losses))

    kept = loss()

    def step() -> None:
        out = loss()
        model.zero_grad()
        out.backward()
        for p in model.parameters():
            p.data -= 0.01 * p.grad

    name = f"MLP(2, {sizes})"
    found[f"{name}: forward"] = loss
    found[f"{name}: backward"] = kept.backward  # type: ignore[attr-defined]
    found[f"{name}: zero_grad"] = model.zero_grad
    found[f"{name}: parameters"] = model.parameters
    found[f"{name}: step"] = step


def serve() -> None:
    """Take the turns that the other process asks for: lines of a name and a number of calls, answered in seconds."""
    work = workloads()
    print(json.dumps(list(work)), flush=True)
    for line in sys.stdin:
        name, calls = json.loads(line)
        run = work[name]
        # Of this process alone, so that who else has the processor meanwhile does not count.
        started = time.process_time()
        for _ in range(calls):
            run()
        print(time.process_time() - started, flush=True)


class Contender:
    """A process of one build."""

    def __init__(self, python: str) -> None:
        environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "MICROGRAD_PURE")}
        self.process = subprocess.Popen(
            [python, __file__, "--serve"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
        )  # fmt: skip
        self.names: list[str] = json.loads(self._answer())

    def turn(self, name: str, calls: int) -> float:
        """Return the seconds that so many calls took."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps([name, calls]) + "\n")
        self.process.stdin.flush()
        return float(self._answer())

    def _answer(self) -> str:
        assert self.process.stdout is not None
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"the process of {self.process.args} has ended")  # type: ignore[str-bytes-safe]
        return answer

    def end(self) -> None:
        """End the process."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


@contextmanager
def pair(this: str, other: str) -> Iterator[tuple[Contender, Contender]]:
    """Start a process of each build."""
    both = Contender(this), Contender(other)
    try:
        yield both
    finally:
        for one in both:
            one.end()


def measure(this: str, other: str, pairs: int, turns: int, word: str) -> dict[str, list[list[float]]]:
    """Return, for each piece of work, the ratios of the turns of each pair."""
    ratios: dict[str, list[list[float]]] = {}
    for _ in range(pairs):
        with pair(this, other) as (new, old):
            for name in new.names:
                if name in old.names and word in name:
                    ratios.setdefault(name, []).append(_turns(new, old, name, turns))
    return ratios


def _turns(new: Contender, old: Contender, name: str, turns: int, seconds: float = 0.003) -> list[float]:
    calls = 1
    while (spent := old.turn(name, calls)) < seconds / 2:
        calls *= 2
    calls = max(1, round(calls * seconds / spent))
    new.turn(name, calls)
    found = []
    for k in range(turns):
        # Whoever goes second may find the processor warmer.
        if k % 2:
            one, two = new.turn(name, calls), old.turn(name, calls)
        else:
            two, one = old.turn(name, calls), new.turn(name, calls)
        found.append(one / two)
    return found


def interval(pairs: list[list[float]], draws: int = 1000) -> tuple[float, float, float]:
    """Return the median of the pairs' medians, and the bounds of its 95 % interval."""
    generator = random.Random(0)
    medians = sorted(
        statistics.median(
            statistics.median(generator.choices(one, k=len(one)))
            for one in generator.choices(pairs, k=len(pairs))
        )
        for _ in range(draws)
    )
    middle = statistics.median(statistics.median(one) for one in pairs)
    return middle, medians[round(0.025 * draws)], medians[round(0.975 * draws) - 1]


def main() -> None:
    """Print the table; write the figures where the user asks for it."""
    parser = argparse.ArgumentParser(description="The engine of this tree against another build of it.")
    parser.add_argument("other", nargs="?", metavar="PYTHON", help="the interpreter of the other build")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true", help="fewer turns")
    parser.add_argument("--only", metavar="WORD", default="", help="only work whose name contains this")
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    arguments = parser.parse_args()
    if arguments.serve:
        return serve()
    if not arguments.other or not Path(arguments.other).exists():
        parser.error("say which Python has the other build")
    pairs, turns = (4, 9) if arguments.quick else (12, 15)
    ratios = measure(sys.executable, arguments.other, pairs, turns, arguments.only)
    figures = {name: interval(each) for name, each in ratios.items()}
    print("| work | this / other | 95 % | |\n|---|--:|:-:|---|")
    for name, (middle, low, high) in figures.items():
        verdict = "slower" if low > TOLERANCE else "faster" if high < 1 / TOLERANCE else ""
        print(f"| {name} | {middle:.3f} | {low:.3f} to {high:.3f} | {verdict} |")
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(figures, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
