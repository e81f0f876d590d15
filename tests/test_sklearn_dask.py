"""The grid search of the examples, on a Dask cluster of two workers."""

from __future__ import annotations

import importlib.util
import os
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

pytest.importorskip("sklearn", reason="scikit-learn is not installed: no grid search")
pytest.importorskip("distributed", reason="Dask is not installed: no grid search on a cluster")

import joblib
import numpy as np

EXAMPLE = Path(__file__).parents[1] / "examples" / "grid_search_dask.py"
GRID = {
    "mlpclassifier__learning_rate": [0.001, 0.03],
    "mlpclassifier__hidden_layer_sizes": [(), (8,)],
    "mlpclassifier__random_state": [0, 1],
}


def work_done(dask_worker):
    """How many tasks a worker has changed the state of."""
    return dask_worker.state.transition_counter


@pytest.fixture(scope="module")
def example():
    spec = importlib.util.spec_from_file_location("examples_grid_search_dask", EXAMPLE)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def client(example):
    with ExitStack() as stack:
        yield example.connect(stack, None, workers=2)


def test_the_cluster_has_two_workers_which_are_not_this_process(client):
    processes = client.run(os.getpid)
    assert len(set(processes.values()) - {os.getpid()}) == 2


def test_a_search_on_the_cluster_finds_what_a_search_here_finds(example, client):
    here = example.search(GRID, samples=60, epochs=20)
    before = client.run(work_done)
    with joblib.parallel_config(backend="dask"):
        there = example.search(GRID, samples=60, epochs=20)
    assert there.cv_results_["params"] == here.cv_results_["params"]
    np.testing.assert_array_equal(there.cv_results_["mean_test_score"], here.cv_results_["mean_test_score"])
    assert there.best_params_ == here.best_params_
    # Each worker did a part of it.
    after = client.run(work_done)
    assert len(after) == 2
    assert all(after[worker] > before[worker] for worker in after)


def test_settings_are_ranked_by_their_mean_over_the_seeds(example):
    results = {
        "params": [
            {"mlpclassifier__learning_rate": rate, "mlpclassifier__random_state": seed}
            for rate in (0.1, 0.2)
            for seed in (0, 1)
        ],
        "mean_test_score": [0.95, 0.65, 0.9, 0.8],
    }
    assert example.over_seeds(results) == [
        (pytest.approx(0.85), pytest.approx(0.1), {"learning_rate": 0.2}),
        (pytest.approx(0.8), pytest.approx(0.3), {"learning_rate": 0.1}),
    ]


def test_the_program_prints_a_ranking(example, client, capfd, monkeypatch):
    monkeypatch.setattr(example, "GRID", GRID)
    address = client.scheduler.address
    assert example.main(["--scheduler", address, "--samples", "60", "--epochs", "20"]) == 0
    captured = capfd.readouterr()
    assert "40 fits on 2 workers" in captured.err
    rows = captured.out.strip().splitlines()
    assert len(rows) == 1 + 4
    assert "hidden_layer_sizes=(8,), learning_rate=0.03" in rows[1]
    accuracies = [float(row.split()[0]) for row in rows[1:]]
    assert accuracies == sorted(accuracies, reverse=True)


def test_bad_options_are_refused(example, capsys):
    with pytest.raises(SystemExit):
        example.main(["--workers", "0"])
    assert "--workers is 0" in capsys.readouterr().err
    assert example.main(["--scheduler", "nonsense://there"]) == 2
    assert "no Dask cluster at nonsense://there" in capsys.readouterr().err
