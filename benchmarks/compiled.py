"""How fast compiled training is: against JAX, NumPy and PyTorch, and against what the machine could do at most.

Run it with ``python benchmarks/compiled.py [--quick] [--json FILE]``. What is not installed is left out, and said.
Contenders take turns. Times are medians over the turns, and so are ratios, each turn's own: what else the machine does
during a turn hits all of them alike.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from networks import Problem
from timing import Turns

from micrograd.compiler import kernel_machine

NETWORKS = [(2, [2, 1]), (2, [16, 1]), (2, [16, 16, 1]), (2, [32, 32, 1]), (8, [64, 64, 1])]
# How many times faster we are to be, in the order of the networks.
BARS = {
    "JAX": [5.0, 2.5, 2.0, 1.2, 1.0],
    "NumPy": [20.0, 15.0, 6.0, 3.0, 2.0],
    "PyTorch": [200.0, 120.0, 50.0, 20.0, 8.0],
}
FIRST_RESULT_BAR, THREADS_BAR = 20.0, 1.7


def peak_multiply_adds(turns: int = 20) -> float:
    """The float64 multiply-adds that one core of this machine makes in a second, in registers."""
    kernels = kernel_machine._kernels
    rounds = 5_000
    times = Turns({"peak": lambda repeats: [kernels.peak(rounds, None) for _ in range(repeats)]}, turns, 0.02)
    return rounds * kernels.OPERATIONS_A_ROUND / times.median("peak")


def installed(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def against_others(turns: int, turn: float) -> list[dict[str, Any]]:
    peak = peak_multiply_adds()
    print(
        f"\nFull-batch training step, 100 samples, float64 (peak of one core: {peak / 1e9:.1f} G multiply-adds/s)\n"
    )
    print(f"{'':18}{'ours':>10}{'of peak':>9}" + "".join(f"{name:>22}" for name in BARS))
    rows = []
    for column, (features, sizes) in enumerate(NETWORKS):
        problem = Problem(features, sizes)
        contenders: dict[str, Callable[[int], Any]] = {"ours": problem.ours(), "NumPy": problem.numpy()}
        if installed("jax"):
            contenders["JAX"] = problem.jax()
        if installed("torch"):
            contenders.update(
                {f"PyTorch, {n} threads": problem.torch(n) for n in sorted({1, os.cpu_count() or 1})}
            )
        times = Turns(contenders, turns, turn)
        share = problem.multiply_adds / times.median("ours") / peak
        line = f"{problem.name:18}{times.median('ours') * 1e6:8.2f} µs{share:8.0%} "
        ratios = {}
        for name, bars in BARS.items():
            # PyTorch runs with its own best number of threads.
            variants = [variant for variant in contenders if variant.startswith(name)]
            if not variants:
                line += f"{'not installed':>22}"
                continue
            best = times.fastest(variants)
            ratios[name] = times.ratio(best, "ours")
            mark = "✓" if ratios[name] >= bars[column] else "✗"
            line += f"{times.median(best) * 1e6:9.1f} µs {ratios[name]:6.1f}x {mark} "
        print(line, flush=True)
        rows.append(
            {
                "network": problem.name,
                "seconds": times.medians(),
                "times_faster_than": ratios,
                "share_of_peak": share,
            }
        )
    bars = "; ".join(f"{name} {', '.join(f'{bar:g}x' for bar in each)}" for name, each in BARS.items())
    print(f"\n✓: at least as many times faster as asked for ({bars})")
    return rows


def first_results(repeats: int) -> list[dict[str, Any]]:
    """From the loss as a function to the first step made: medians over fresh processes."""
    print("\nFirst result: trace, compile, first step\n")
    rows = []
    for features, sizes in NETWORKS:
        command = [sys.executable, __file__, "--first", json.dumps([features, sizes])]
        times = [
            json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)
            for _ in range(repeats)
        ]
        seconds = {name: statistics.median(each[name] for each in times) for name in times[0]}
        row: dict[str, Any] = {"network": Problem(features, sizes).name, "seconds": seconds}
        line = f"{row['network']:18}{seconds['ours'] * 1e3:8.1f} ms"
        if "JAX" in seconds:
            ratio = statistics.median(each["JAX"] / each["ours"] for each in times)
            row["times_faster_than"] = {"JAX": ratio}
            mark = "✓" if ratio >= FIRST_RESULT_BAR else "✗"
            line += f"   JAX {seconds['JAX'] * 1e3:8.0f} ms {ratio:6.1f}x {mark}"
        print(line, flush=True)
        rows.append(row)
    return rows


def first_result(features: int, sizes: list[int]) -> dict[str, float]:
    """The seconds to the first result of each contender, in a process in which none of them has worked yet."""
    problem = Problem(features, sizes)
    seconds = {}
    if installed("jax"):
        import jax.numpy as jnp

        jnp.zeros(3).block_until_ready()  # nobody's imports and start are counted
        started = time.perf_counter()
        problem.jax()(1)
        seconds["JAX"] = time.perf_counter() - started
    problem.reset()
    started = time.perf_counter()
    problem.program().train(problem.X, problem.Y, 1, 0.05)
    seconds["ours"] = time.perf_counter() - started
    return seconds


def large_batches(turns: int, turn: float) -> list[dict[str, Any]]:
    """Time grows linearly with the batch, memory only by the data, and two threads share the work."""
    print("\nLarge batches\n")
    print(f"{'':18}{'samples':>10}{'1 thread':>14}{'a sample':>12}{'2 threads':>14}{'gain':>8}{'memory':>12}")
    rows = []
    for features, sizes in ((2, [16, 1]), (2, [16, 16, 1]), (8, [64, 64, 1])):
        for samples in (10_000, 1_000_000):
            if samples > 10_000 and sizes[0] > 16:
                continue
            problem = Problem(features, sizes, samples)
            program = problem.program(1)
            program.train(problem.X[:2000], problem.Y[:2000], 1, 0.05)
            before = resident_bytes()
            program.train(problem.X, problem.Y, 1, 0.05)
            grown = resident_bytes() - before
            contenders = {"one": problem.ours(1), "two": problem.ours(2)}
            times = Turns(contenders, turns, turn)
            one, two, gain = times.median("one"), times.median("two"), times.ratio("one", "two")
            print(
                f"{problem.name:18}{samples:10,}{one * 1e3:11.2f} ms{one / samples * 1e9:9.1f} ns"
                f"{two * 1e3:11.2f} ms{gain:6.2f}x {'✓' if gain >= THREADS_BAR else '✗'}{grown / 1e6:9.1f} MB",
                flush=True,
            )
            rows.append(
                {
                    "network": problem.name,
                    "samples": samples,
                    "seconds": times.medians(),
                    "gain": gain,
                    "grown_bytes": grown,
                }
            )
    print("\nmemory: what one step adds to the process beyond the data; a second thread adds one set of rows")
    return rows


def resident_bytes() -> int:
    """The most memory that the process has had so far."""
    try:
        import resource
    except ImportError:  # Windows
        return 0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def decision_boundaries(turns: int, turn: float) -> list[dict[str, Any]]:
    """The model's output on 200 x 200 points."""
    print("\nDecision boundary, 200 x 200 points\n")
    rows = []
    side = np.linspace(-2, 2, 200)
    points = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    for features, sizes in NETWORKS[:-1]:
        problem = Problem(features, sizes)
        program = problem.program()
        layers = problem.weights()

        def by_hand(times: int, layers: Any = layers) -> None:
            for _ in range(times):
                hidden = points
                for W, b in layers[:-1]:
                    hidden = np.maximum(hidden @ W + b, 0.0)
                hidden @ layers[-1][0] + layers[-1][1]

        def ours(times: int, program: Any = program) -> None:
            for _ in range(times):
                program.predict(points)

        times = Turns({"ours": ours, "NumPy": by_hand}, turns, turn)
        ratio = times.ratio("NumPy", "ours")
        print(
            f"{problem.name:18}{times.median('ours') * 1e3:8.2f} ms   NumPy {times.median('NumPy') * 1e3:8.2f} ms "
            f"{ratio:6.1f}x {'✓' if ratio >= 1 else '✗'}",
            flush=True,
        )
        rows.append(
            {"network": problem.name, "seconds": times.medians(), "times_faster_than": {"NumPy": ratio}}
        )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer and shorter turns")
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    parser.add_argument("--first", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.first:
        print(json.dumps(first_result(*json.loads(arguments.first))))
        return
    turns, turn = (5, 0.03) if arguments.quick else (15, 0.1)
    figures = {
        "step": against_others(turns, turn),
        "first": first_results(1 if arguments.quick else 3),
        "large": large_batches(min(turns, 7), turn),
        "boundary": decision_boundaries(turns, turn),
    }
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(figures, file, indent=1)


if __name__ == "__main__":
    main()
