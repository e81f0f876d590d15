"""First layers with many weights: their gradient is computed apart, and they stay packed while they are trained."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from compiled import INSTRUCTION_SETS, code_of, machine_of, use_machine

import micrograd
from micrograd import DivergenceError
from micrograd.engine import Value
from micrograd.nn import MLP

FEATURES, NEURONS = 257, 67  # a multiple of no vector's length, and of no tile's
SAMPLES = 500  # four blocks
GENERATOR = np.random.default_rng(7)
X = GENERATOR.normal(size=(SAMPLES, FEATURES)) / 16
Y = GENERATOR.normal(size=(SAMPLES, 2))
RULES = {
    "SGD": {},
    "momentum": {"momentum": 0.9},
    "Adam": {"optimizer": "Adam"},
}
TOLERANCE = {"float64": 1e-11, "float32": 2e-5}

pytestmark = pytest.mark.skipif(not INSTRUCTION_SETS, reason="the kernels are not built")


@pytest.fixture
def every_thread_counts(monkeypatch):
    from micrograd.compiler import kernel_machine

    monkeypatch.setattr(kernel_machine, "_WORK_FOR_A_THREAD", 1)
    monkeypatch.setattr(kernel_machine, "_WORK_FOR_A_NEW_THREAD", 1)


def trained(model, samples=SAMPLES, steps=4, rate=0.01, *, threads=1, dtype="float64", loss=None, **options):
    """Train the model, and return its weights."""
    start = [p.data for p in model.parameters()]
    program = micrograd.compile(loss or loss_of(model), model, threads=threads, dtype=dtype)
    program.train(X[:samples], Y[:samples], steps, rate, **options)
    found = np.array([p.data for p in model.parameters()])
    for p, number in zip(model.parameters(), start):
        p.data = number
    return found


def loss_of(model):
    def loss(x, y):
        first, second = model(x)
        return (first - y[0]) ** 2 + (second - y[1]) ** 2

    return loss


@pytest.fixture(scope="module")
def model():
    random.seed(5)
    return MLP(FEATURES, [NEURONS, 2])


@pytest.fixture(scope="module")
def without_biases():
    """The weights of a layer and one output, as a list."""
    random.seed(6)
    return [Value(random.uniform(-1, 1) / 16) for _ in range((FEATURES + 1) * NEURONS)]


def loss_without_biases(weights):
    rows = [weights[j * FEATURES : (j + 1) * FEATURES] for j in range(NEURONS)]

    def loss(x, y):
        hidden = [micrograd.dot(row, x).relu() for row in rows]
        return (micrograd.dot(weights[FEATURES * NEURONS :], hidden) - y[0]) ** 2

    return loss


CASES = [
    {"samples": 1},
    {"sample_weight": np.random.default_rng(2).uniform(0.5, 1.5, SAMPLES)},
    {**RULES["momentum"], "batch_size": 230, "seed": 3},
    {**RULES["Adam"], "samples": 133},
    {**RULES["Adam"], "batch_size": 40, "seed": 3},
]


@pytest.fixture(scope="module")
def of_numpy(model):
    with pytest.MonkeyPatch.context() as patch:
        use_machine(patch, "NumPy")
        return [trained(model, **case) for case in CASES]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("machine", INSTRUCTION_SETS)
def test_trainings_are_those_of_numpy(model, of_numpy, machine, dtype, monkeypatch):
    use_machine(monkeypatch, machine)
    for case, expected in zip(CASES, of_numpy):
        found = trained(model, **case, dtype=dtype)
        assert np.abs(found - expected).max() <= TOLERANCE[dtype] * np.abs(expected).max(), case


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("machine", INSTRUCTION_SETS)
def test_the_number_of_threads_changes_no_bit(model, machine, rule, monkeypatch, every_thread_counts):
    use_machine(monkeypatch, machine)
    for samples in (217, SAMPLES):  # two blocks, and four: with one thread, each is a round of its own
        alone, together = (trained(model, samples, threads=threads, **RULES[rule]) for threads in (1, 3))
        np.testing.assert_array_equal(together, alone)


@pytest.mark.parametrize("machine", INSTRUCTION_SETS)
def test_several_rounds_of_blocks_are_as_one(model, machine):
    """Of many blocks, threads share some at a time, and one thread takes them one by one."""
    many, targets = np.tile(X, (5, 1)), np.tile(Y, (5, 1))
    many += np.arange(len(many))[:, None] / len(many)
    weights = np.array([p.data for p in model.parameters()])
    runner = machine_of(code_of(loss_of(model), model, X[:9], Y[:9]), machine)
    alone, together = (runner.gradient(weights, many, targets, threads) for threads in (1, 3))
    assert together[0] == alone[0]
    np.testing.assert_array_equal(together[1], alone[1])


@pytest.mark.parametrize("machine", INSTRUCTION_SETS)
def test_memory_is_written_before_it_is_read(model, machine, monkeypatch):
    use_machine(monkeypatch, machine)
    expected = trained(model, **RULES["momentum"])
    monkeypatch.setenv("MICROGRAD_DEBUG", "1")
    np.testing.assert_array_equal(trained(model, **RULES["momentum"]), expected)


@pytest.mark.parametrize("machine", INSTRUCTION_SETS)
def test_layers_without_biases_stay_without(without_biases, machine, monkeypatch):
    options = {"momentum": 0.5, "loss": loss_without_biases(without_biases)}
    model = _Weights(without_biases)
    use_machine(monkeypatch, "NumPy")
    expected = trained(model, **options)
    use_machine(monkeypatch, machine)
    np.testing.assert_allclose(trained(model, **options), expected, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("rule", RULES)
def test_two_trainings_are_one(model, rule, monkeypatch):
    """What stayed packed, weights and moments, comes back to its place."""
    use_machine(monkeypatch, INSTRUCTION_SETS[0])
    whole = trained(model, steps=6, **RULES[rule])
    stopped = trained(model, steps=6, callback=lambda step, loss: None, callback_every=2, **RULES[rule])
    np.testing.assert_array_equal(stopped, whole)


@pytest.mark.parametrize("rate", [300.0, 1e300])
@pytest.mark.parametrize("machine", INSTRUCTION_SETS)
def test_divergence_leaves_the_last_finite_weights(model, machine, rate, monkeypatch):
    use_machine(monkeypatch, machine)
    start = np.array([p.data for p in model.parameters()])
    with pytest.raises(DivergenceError) as error:
        micrograd.compile(loss_of(model), model).train(X, Y, 200, rate)
    left = np.array([p.data for p in model.parameters()])
    for p, number in zip(model.parameters(), start):
        p.data = number
    assert np.isfinite(left).all()
    # The step that it names found the loss not finite, or made the weights so.
    steps = error.value.step if "the update left" in str(error.value) else error.value.step - 1
    np.testing.assert_array_equal(left, trained(model, steps=max(0, steps), rate=rate))


class _Weights:
    """A list of Values as a model."""

    def __init__(self, values):
        self._values = values

    def parameters(self):
        return self._values


def test_memory_that_is_used_again_is_nobody_elses_meanwhile():
    """Runs of several sizes, at once and one after the other, take each other's memory when they are done with it."""
    generator = np.random.default_rng(5)
    runs = []
    for width, samples in ((90, 300), (120, 40), (90, 500)):
        model = MLP(200, [width, 3])
        program = micrograd.compile(lambda x, y, model=model: sum((o - y) ** 2 for o in model(x)), model)
        X, Y = generator.normal(size=(samples, 200)), generator.normal(size=samples)
        runs.append((program, X, Y, program(X, Y)))

    def again(turn):
        program, X, Y, (loss, gradient) = runs[turn % len(runs)]
        found, gradients = program(X, Y)
        return found == loss and np.array_equal(gradients, gradient)

    with ThreadPoolExecutor(3) as pool:
        assert all(pool.map(again, range(30)))
