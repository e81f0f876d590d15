"""A grid search on a Dask cluster: which learning rate and which hidden layers, whatever the seed?

scikit-learn hands its work to joblib, and joblib hands it to Dask, so ``MLPClassifier`` leaves one machine
without a change: each fit of the search is a task for some worker of the cluster.

    python examples/grid_search_dask.py                                 # two workers on this machine
    python examples/grid_search_dask.py --workers 8
    python examples/grid_search_dask.py --scheduler tcp://10.0.0.1:8786  # a cluster that is running

Workers need this project too (``pip install 'micrograd-lab[sklearn,dask]'``), in the same version. To start a
cluster by hand: ``dask scheduler`` on one machine, ``dask worker ADDRESS`` on each that is to work.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

import joblib
import numpy as np
from dask.distributed import Client, LocalCluster
from sklearn.datasets import make_moons
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from micrograd.sklearn import MLPClassifier

GRID = {
    "mlpclassifier__learning_rate": [0.003, 0.01, 0.03],
    "mlpclassifier__hidden_layer_sizes": [(4,), (16,), (16, 16)],
    "mlpclassifier__random_state": [0, 1, 2],
}


def search(grid: dict[str, list[Any]], samples: int, epochs: int) -> GridSearchCV:
    """Return the finished search over ``grid``, in five folds of noisy two moons.

    Where it runs is decided by the joblib backend that is in force, not here.
    """
    X, y = make_moons(samples, noise=0.25, random_state=42)
    pipeline = make_pipeline(StandardScaler(), MLPClassifier(max_iter=epochs, tol=None))
    folds = StratifiedKFold(5, shuffle=True, random_state=42)
    return GridSearchCV(pipeline, grid, cv=folds).fit(X, y)


def over_seeds(results: dict[str, Any]) -> list[tuple[float, float, dict[str, Any]]]:
    """Return, best first, the mean accuracy of each setting, how far its seeds are apart, and the setting.

    A single seed can be lucky: settings are compared by the mean over their seeds.
    """
    by_setting: dict[str, tuple[dict[str, Any], list[float]]] = {}
    for parameters, score in zip(results["params"], results["mean_test_score"]):
        setting = {
            name.removeprefix("mlpclassifier__"): value
            for name, value in parameters.items()
            if not name.endswith("random_state")
        }
        by_setting.setdefault(repr(setting), (setting, []))[1].append(float(score))
    rows = [
        (float(np.mean(scores)), float(np.ptp(scores)), setting) for setting, scores in by_setting.values()
    ]
    return sorted(rows, key=lambda row: -row[0])


def connect(stack: ExitStack, scheduler: str | None, workers: int) -> Client:
    """Return a client of the cluster at an address, or of one made here for as long as ``stack`` is open."""
    if scheduler is not None:
        return stack.enter_context(Client(scheduler, timeout="10s"))
    cluster = LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None)
    stack.enter_context(cluster)
    return stack.enter_context(Client(cluster))


def main(arguments: Sequence[str] | None = None) -> int:
    """Search on a cluster, and print the settings from best to worst."""
    options = parse(arguments)
    with ExitStack() as stack:
        try:
            client = connect(stack, options.scheduler, options.workers)
        except (OSError, TimeoutError, ValueError) as error:
            print(f"grid_search_dask.py: no Dask cluster at {options.scheduler}: {error}", file=sys.stderr)
            return 2
        workers = len(client.nthreads())
        fits = 5 * int(np.prod([len(values) for values in GRID.values()]))
        print(f"{fits} fits on {workers} workers", file=sys.stderr)
        # joblib tells on standard error how many are done.
        with joblib.parallel_config(backend="dask", verbose=1):
            found = search(GRID, options.samples, options.epochs)
    print("accuracy  seeds differ by  setting")
    for mean, spread, setting in over_seeds(found.cv_results_):
        print(
            f"{mean:8.3f}  {spread:15.3f}  {', '.join(f'{name}={value}' for name, value in setting.items())}"
        )
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the options of the command line; a bad one ends the program with a word on what is wrong."""
    parser = argparse.ArgumentParser(description="A grid search for MLPClassifier on a Dask cluster.")
    parser.add_argument("--scheduler", help="address of a running cluster (default: a local one is made)")
    parser.add_argument("--workers", type=int, default=2, help="of the local cluster (default: %(default)s)")
    parser.add_argument("--samples", type=int, default=300, help="of two moons (default: %(default)s)")
    parser.add_argument("--epochs", type=int, default=200, help="of each fit (default: %(default)s)")
    options = parser.parse_args(arguments)
    for name, least in (("workers", 1), ("samples", 50), ("epochs", 1)):
        if getattr(options, name) < least:
            parser.error(f"--{name} is {getattr(options, name)}: expected {least} or more")
    return options


if __name__ == "__main__":
    sys.exit(main())
