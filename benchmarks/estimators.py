"""The estimators beside scikit-learn's own: seconds of a fit, and how well it then does on samples it has not seen.

Both have the same layers, optimizer (Adam), batches, rate, penalty and epochs, and take turns. Ours runs on one thread;
scikit-learn's on one or on all, whichever took less time.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn import datasets, neural_network
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import scale
from threadpoolctl import threadpool_limits

import micrograd.sklearn as ours

SEEDS = 5
RATE = 0.01


@dataclass
class Case:
    """Some data, a network for them, and epochs; with ``scored``, a quarter of the data is held back to be told."""

    name: str
    data: Callable[[], tuple[Any, Any]]
    hidden: tuple[int, ...]
    epochs: int
    regression: bool = False
    scored: bool = True
    seconds: dict[str, list[float]] = field(default_factory=dict)
    scores: dict[str, list[float]] = field(default_factory=dict)


def wide() -> tuple[Any, Any]:
    """Return 10,000 samples of 784 features and ten classes: what a fit takes, not what it learns, is asked."""
    generator = np.random.default_rng(0)
    return generator.normal(size=(10_000, 784)), generator.integers(0, 10, 10_000)


def friedman() -> tuple[Any, Any]:
    """Return friedman1 with 5,000 samples of 8 features, the targets scaled."""
    X, y = datasets.make_friedman1(5_000, 8, noise=1.0, random_state=0)
    return X, scale(y)


def scaled(load: Callable[..., Any]) -> Callable[[], tuple[Any, Any]]:
    """Return what loads the data with the features scaled."""

    def loaded() -> tuple[Any, Any]:
        X, y = load(return_X_y=True)
        return scale(X), y

    return loaded


def cases() -> list[Case]:
    """Return what is measured."""
    return [
        Case("breast cancer (16, 16)", scaled(datasets.load_breast_cancer), (16, 16), 50),
        Case("friedman1, 5,000 x 8 (64, 64)", friedman, (64, 64), 30, regression=True),
        Case("digits (64,)", scaled(datasets.load_digits), (64,), 30),
        Case("digits (128, 128)", scaled(datasets.load_digits), (128, 128), 30),
        *(Case(f"10,000 x 784 (128,), epochs: {n}", wide, (128,), n, scored=False) for n in (1, 3, 10)),
    ]


def contenders(case: Case, seed: int) -> dict[str, tuple[Any, int | None]]:
    """Return the estimators, with the threads that linear algebra may take; None for all."""
    same = {
        "hidden_layer_sizes": case.hidden,
        "batch_size": 200,
        "max_iter": case.epochs,
        "alpha": 1e-4,
        "random_state": seed,
    }
    kind = "MLPRegressor" if case.regression else "MLPClassifier"
    own = getattr(ours, kind)(learning_rate=RATE, tol=None, **same)
    never = {"tol": 0.0, "n_iter_no_change": case.epochs + 1}

    def theirs() -> Any:
        return getattr(neural_network, kind)(learning_rate_init=RATE, **never, **same)

    return {"ours": (own, 1), "scikit-learn": (theirs(), 1), "scikit-learn, all threads": (theirs(), None)}


def measure(case: Case, seeds: int) -> None:
    """Let all fit in turn, once for each seed."""
    X, y = case.data()
    for seed in range(seeds):
        known, unseen, labels, expected = (
            train_test_split(X, y, random_state=seed) if case.scored else (X, None, y, None)
        )
        for name, (estimator, threads) in contenders(case, seed).items():
            with threadpool_limits(threads):
                started = time.perf_counter()
                estimator.fit(known, labels)
                case.seconds.setdefault(name, []).append(time.perf_counter() - started)
            if case.scored:
                case.scores.setdefault(name, []).append(estimator.score(unseen, expected))


def ratio(case: Case) -> float:
    """Return how many times longer scikit-learn takes: the median over the turns, with the better number of threads."""
    others = [times for name, times in case.seconds.items() if name != "ours"]
    return min(
        statistics.median(other / own for other, own in zip(times, case.seconds["ours"])) for times in others
    )


def is_behind(case: Case) -> bool:
    """Whether ours scores lower than scikit-learn's by more than its standard deviation over the seeds."""
    if not case.scored:
        return False
    theirs = case.scores["scikit-learn"]
    return statistics.mean(case.scores["ours"]) < statistics.mean(theirs) - statistics.pstdev(theirs)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    parser.add_argument("--quick", action="store_true", help="two seeds instead of five")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore", ConvergenceWarning)
    figures: dict[str, Any] = {}
    short = []
    print(
        "| data (hidden layers) | ours, s | scikit-learn, s | times as fast | score, ours | score, scikit-learn |"
    )
    print("|---|--:|--:|--:|--:|--:|")
    for case in cases():
        measure(case, 2 if arguments.quick else SEEDS)
        own = statistics.median(case.seconds["ours"])
        other = min(statistics.median(times) for name, times in case.seconds.items() if name != "ours")
        scores = [
            f"{statistics.mean(case.scores[name]):.3f}" if case.scored else ""
            for name in ("ours", "scikit-learn")
        ]
        print(
            f"| {case.name} | {own:.3f} | {other:.3f} | {ratio(case):.2f} | {' | '.join(scores)} |",
            flush=True,
        )
        figures[case.name] = {"seconds": case.seconds, "scores": case.scores, "ratio": ratio(case)}
        if ratio(case) < 1 or is_behind(case):
            short.append(case.name)
    if short:
        print(f"\nSlower than scikit-learn, or less right: {', '.join(short)}")
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(figures, file, indent=1)
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
