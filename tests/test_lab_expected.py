"""What the package takes for the handout's expectations, against other ways to the same numbers."""

import math
from collections import Counter
from decimal import Decimal, getcontext

import pytest

pytest.importorskip("nbclient", reason="the lab's libraries are not installed")
pytest.importorskip("numpy")

import numpy

from micrograd.lab.content.tasks import NUMBERS
from micrograd.lab.solved.facts import expected

getcontext().prec = 40
WEIGHTS = [Decimal("0.2788535969157675"), Decimal("-0.9499784895546661"), Decimal(0)]
INPUTS = [Decimal("0.888"), Decimal("0.777"), Decimal(1)]


def sigmoid(z):
    return 1 / (1 + (-Decimal(z)).exp())


def output(weights):
    return sigmoid(sum(w * x for w, x in zip(weights, INPUTS)))


def test_there_are_expectations_for_every_task():
    assert [int(key) for key in expected() if key.isdigit()] == list(NUMBERS)
    assert all(expected()[str(task)] for task in NUMBERS)


def test_task_2():
    wanted = expected()["2"]
    for z in (0, -4, 4):
        assert wanted[f"at {z}"] == pytest.approx(float(sigmoid(z)), abs=1e-16)
    o = sigmoid("0.5")
    assert wanted["missing factor"] == pytest.approx(float(o * (1 - o)), abs=1e-16)


def test_tasks_3_and_4():
    o = output(WEIGHTS)
    derivative = 2 * (o - 1)
    assert expected()["3"]["output"] == pytest.approx(float(o), abs=1e-16)
    assert expected()["3"]["error"] == pytest.approx(float((o - 1) ** 2), abs=1e-16)
    assert expected()["4"]["derivative"] == pytest.approx(float(derivative), abs=3e-16)
    assert expected()["4"]["gradients"] == pytest.approx([float(derivative * x) for x in INPUTS], abs=3e-16)


def test_task_4_counts_the_operations_of_the_formula():
    # (w0 * x0 + w1 * x1 + b + y * -1) ** 2
    assert Counter(expected()["4"]["operations"]) == Counter({"*": 3, "+": 3, "**2": 1})


def corrected():
    """The perceptron's weights once its prediction is right, and the last gradient of its bias."""
    weights, gradient = list(WEIGHTS), None
    while output(weights) <= Decimal("0.5"):
        gradient = 2 * (output(weights) - 1)
        weights = [w - Decimal("0.1") * gradient * x for w, x in zip(weights, INPUTS)]
    return weights, gradient


def test_task_5():
    assert (output(WEIGHTS) > Decimal("0.5")) == expected()["5"]["before"]
    weights, gradient = corrected()
    assert (output(weights) > Decimal("0.5")) == expected()["5"]["after"]
    assert expected()["5"]["last gradient"] == pytest.approx(float(gradient), abs=3e-16)


def test_task_7():
    datasets = pytest.importorskip("sklearn.datasets")
    numpy.random.seed(42)  # noqa: NPY002 - as the handout does
    X, y = datasets.make_moons(n_samples=100, noise=0.1)
    w0, w1, b = (float(w) for w in corrected()[0])
    o = 1 / (1 + numpy.exp(-(X @ [w0, w1] + b)))
    assert expected()["7"]["loss"] == pytest.approx(((o - y) ** 2).mean(), abs=1e-14)
    assert expected()["7"]["accuracy"] == ((o > 0.5) == y).mean()


def test_task_9_by_numpy():
    """The handout's ten lines, by gradients written by hand: not a line of micrograd."""
    import random

    datasets = pytest.importorskip("sklearn.datasets")
    numpy.random.seed(42)  # noqa: NPY002 - as the handout does
    X, y = datasets.make_moons(n_samples=100, noise=0.1)
    random.seed(42)
    for _ in range(54):
        random.uniform(-1, 1)
    hidden = numpy.array([[random.uniform(-1, 1) for _ in range(2)] for _ in range(2)])
    out = numpy.array([random.uniform(-1, 1) for _ in range(2)])
    hidden_bias, out_bias = numpy.zeros(2), 0.0
    for line in expected()["9"]["log"]:
        sums = X @ hidden.T + hidden_bias
        active = numpy.maximum(sums, 0)
        o = 1 / (1 + numpy.exp(-(active @ out + out_bias)))
        assert line["loss"] == pytest.approx(((o - y) ** 2).mean(), abs=1e-14)
        assert line["accuracy"] == ((o > 0.5) == y).mean()
        # As if the sigmoid were the identity: it was written into data.
        by_output = 2 * (o - y) / 100
        by_sums = numpy.outer(by_output, out) * (sums > 0)
        rate = 1 - 0.9 * line["step"] / 100
        out, out_bias = out - rate * active.T @ by_output, out_bias - rate * by_output.sum()
        hidden, hidden_bias = hidden - rate * by_sums.T @ X, hidden_bias - rate * by_sums.sum(axis=0)


def test_task_10_asks_for_more_than_task_9_reached():
    last = expected()["9"]["log"][-1]
    assert expected()["10"]["loss below"] == last["loss"]
    assert expected()["10"]["accuracy above"] == last["accuracy"]
    assert math.isfinite(last["loss"])
