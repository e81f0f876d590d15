"""What a second thread brings: training with one and two, beside what the processors give in the same moment.

Run it with ``python benchmarks/threads.py [--quick] [--json FILE] [--only 0 2 ...] [--batches 32 1000 ...]``.
Each turn trains with one thread, with two, and runs a plain loop of multiply-adds on one thread and on two at a time:
the ceiling, which is below two where other programs, or other guests of the same machine, take a part of a processor.
Gains are medians of the turns' ratios, with intervals of 95 %.
"""

from __future__ import annotations

import argparse
import json
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from sizes import NETWORKS, model_with
from timing import Turns

import micrograd
from micrograd.compiler import _kernels

BATCHES = [32, 200, 1000, 10_000]
LARGE = 100_000  # samples of the smallest network, too
# A program tries first what a second thread brings; and a call has its costs, whatever the steps.
FIRST_STEPS, STEPS_A_TURN = 12, 6
RATE = 1e-5
# Full batches or shuffled ones of four times as many samples, in one call or in many of so few steps.
FEW_STEPS = 10
WAYS = ["long", "short", "shuffled"]


def is_asked_for(name: str, samples: int) -> float:
    """Return how many times faster two threads are to be than one."""
    from_1000 = name not in ("2-16-1", "2-16-16-1") and samples >= 1000
    return 1.7 if from_1000 or samples >= 10_000 else 1.0


def training(
    features: int, sizes: list[int], samples: int, dtype: str, way: str, threads: int
) -> Callable[[int], object]:
    """Return a function that makes so many steps."""
    generator = np.random.default_rng(0)
    rows = 4 * samples if way == "shuffled" else samples
    X = generator.normal(size=(rows, features)).astype(dtype)
    outputs = sizes[-1]
    Y = (
        generator.normal(size=(rows, 1)).astype(dtype)
        if outputs == 1
        else np.eye(outputs)[generator.integers(0, outputs, rows)]
    )
    model, loss = model_with(features, sizes)
    program = micrograd.compile(loss, model, threads=threads, dtype=dtype)
    if way == "short":

        def in_short_calls(steps: int) -> None:
            for done in range(0, steps, FEW_STEPS):
                program.train(X, Y, min(FEW_STEPS, steps - done), RATE)

        return in_short_calls
    batch = samples if way == "shuffled" else None
    return lambda steps: program.train(X, Y, steps, RATE, batch, seed=0)


def plain_loop(threads: int, dtype: str) -> Callable[[int], object]:
    """Return a function that runs a plain loop so many times on each of the threads at once."""

    def run(times: int) -> None:
        others = [
            threading.Thread(target=_kernels.peak, args=(times * 1000, None, dtype))
            for _ in range(threads - 1)
        ]
        for other in others:
            other.start()
        _kernels.peak(times * 1000, None, dtype)
        for other in others:
            other.join()

    return run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer and shorter turns")
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    parser.add_argument("--only", type=int, nargs="*", help="numbers of networks, from 0 on")
    parser.add_argument("--batches", type=int, nargs="*", default=BATCHES)
    parser.add_argument("--ways", nargs="*", choices=WAYS, default=WAYS)
    parser.add_argument("--dtypes", nargs="*", choices=["float64", "float32"], default=["float64", "float32"])
    arguments = parser.parse_args()
    turns, turn = (5, 0.015) if arguments.quick else (11, 0.03)
    rows: list[dict[str, Any]] = []
    for dtype in arguments.dtypes:
        print(
            f"\n{dtype}\n\n{'':14}{'batch':>7} {'':9}{'1 thread':>12}{'2 threads':>12}{'gain':>7}   95 %        ceiling"
        )
        for number, (features, sizes) in enumerate(NETWORKS):
            if arguments.only is not None and number not in arguments.only:
                continue
            name = "-".join(map(str, [features, *sizes]))
            batches = [*arguments.batches, *([LARGE] if number == 0 and arguments.batches == BATCHES else [])]
            for samples in batches:
                for way in arguments.ways:
                    if way == "shuffled" and 4 * samples * features > 1 << 23:
                        continue  # more data than such a benchmark should ask for
                    contenders: dict[str, Callable[[int], object]] = {
                        "one": training(features, sizes, samples, dtype, way, 1),
                        "two": training(features, sizes, samples, dtype, way, 2),
                        "loop": plain_loop(1, dtype),
                        "loops": plain_loop(2, dtype),
                    }
                    for trained in ("one", "two"):
                        contenders[trained](FIRST_STEPS)
                    times = Turns(contenders, turns, turn, fewest=STEPS_A_TURN)
                    gain, (low, high) = times.ratio("one", "two"), times.interval("one", "two")
                    ceiling = 2 * times.ratio("loop", "loops")
                    reached = "✓" if gain >= is_asked_for(name, samples) - 0.02 else "✗"
                    print(
                        f"{name:14}{samples:7,} {way:9}{times.median('one') * 1e6:9.1f} µs"
                        f"{times.median('two') * 1e6:9.1f} µs{gain:6.2f}x   {low:.2f}..{high:.2f}"
                        f"  {ceiling:6.2f}x {reached}",
                        flush=True,
                    )
                    rows.append(
                        {"network": name, "batch": samples, "dtype": dtype, "way": way, "seconds": times.medians(),
                         "gain": gain, "interval": [low, high], "ceiling": ceiling}
                    )  # fmt: skip
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(rows, file, indent=1)


if __name__ == "__main__":
    started = time.perf_counter()
    main()
    print(f"\n{time.perf_counter() - started:.0f} s")
