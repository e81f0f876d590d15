"""What would fool a tracer is refused, or right; what is legitimate compiles; what changes between calls is noticed."""

from __future__ import annotations

import cProfile
import gc
import os
import random
import sys
import threading

import numpy as np
import pytest
from compiled import by_backward
from tracer_losses import FEATURES, FOOLS, LEGITIMATE, State

import micrograd
from micrograd import CompileError
from micrograd.engine import Value
from micrograd.nn import MLP, Layer

# Of data, and of draws of what is compared; the odd ones have an outlier. "make thorough" takes more.
SEEDS = 20 if os.environ.get("HYPOTHESIS_PROFILE") == "thorough" else 4


def data(seed, samples=40):
    generator = np.random.default_rng(seed)
    X = generator.normal(size=(samples, FEATURES))
    X[:, 4] = generator.integers(0, 7, samples)
    X[:, 6] = generator.random(samples) < 0.1
    if seed % 2:
        X[-1, 1] = 90.0
    return X, (generator.random(samples) < 0.5).astype(float)


@pytest.fixture
def model():
    random.seed(1)
    return MLP(FEATURES, [3, 1])


def assert_equal(program, loss, model, X, Y):
    value, gradient = program(X, Y)
    expected, by_engine, scale = by_backward(loss, model.parameters(), X, Y)
    assert value == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert (np.abs(gradient - by_engine) <= 1e-9 * np.maximum(scale, 1e-3)).all()


@pytest.mark.parametrize("name", FOOLS)
def test_what_fools_a_tracer_is_refused_on_any_data(name, model):
    before = [(p.data, p.grad) for p in model.parameters()]
    states = random.getstate(), np.random.get_state()[1].tobytes()  # noqa: NPY002
    for seed in range(SEEDS):
        state = State()
        loss = lambda x, y, state=state: FOOLS[name](model, x, y, state)  # noqa: E731
        with pytest.raises(CompileError):
            micrograd.compile(loss, model)(*data(seed))
        assert [(p.data, p.grad) for p in model.parameters()] == before
    assert (random.getstate(), np.random.get_state()[1].tobytes()) == states  # noqa: NPY002


@pytest.mark.parametrize("name", LEGITIMATE)
def test_what_is_legitimate_compiles_and_is_equal(name, model, capsys):
    state = State()
    loss = lambda x, y: LEGITIMATE[name](model, x, y, state)  # noqa: E731
    program = micrograd.compile(loss, model)
    for seed in (0, 1):
        assert_equal(program, loss, model, *data(seed, 12))


def test_a_look_is_refused_with_its_line_and_what_to_write_instead(model):
    def loss(x, y):
        out = model(x)
        return out * 2 if x[0].data > 0 else out

    with pytest.raises(
        CompileError, match=r"(?s)x\[0\]\.data.*test_compiler_tracing.py, line \d+:\n    return out \* 2 if"
    ) as refusal:
        micrograd.compile(loss, model)
    assert "relu, maximum, minimum or abs" in str(refusal.value)
    assert "sample_weight" in str(refusal.value)


def test_output_that_the_loss_turns_round_is_a_look(model):
    import contextlib
    import io

    def loss(x, y):
        text = io.StringIO()
        with contextlib.redirect_stdout(text):
            print(x[0].data)
        return model(x) * float(text.getvalue())

    with pytest.raises(CompileError, match="looks at a number"):
        micrograd.compile(loss, model)


def test_other_threads_may_look_meanwhile(model):
    stop = threading.Event()

    def look():
        while not stop.is_set():
            [p.data for p in model.parameters()]

    other = threading.Thread(target=look)
    other.start()
    try:
        for _ in range(20):
            micrograd.compile(lambda x, y: (model(x) - y) ** 2, model)
    finally:
        stop.set()
        other.join()


def test_rows_of_a_later_array_of_known_shape_run_through_the_engine(model):
    # _peek stands for whatever shows a number to nobody's notice.
    loss = lambda x, y: model(x) * (2 if y._peek() == 1 else 1)  # noqa: E731
    program = micrograd.compile(loss, model)
    X, Y = data(0)
    Y[:] = 0.0
    assert_equal(program, loss, model, X, Y)
    with pytest.raises(CompileError, match=r"in row 0, the result is"):
        program(X, Y + 1)
    Y[:] = 1.0  # in place
    with pytest.raises(CompileError, match=r"in row 0, the result is"):
        program(X, Y)
    Y[:] = 0.0
    Y[-1] = 1.0
    with pytest.raises(CompileError, match=r"in row 39, the result is"):
        program(X, Y)


def test_where_rounding_decides_about_a_kink_the_sides_may_differ():
    w = [Value(float(k)) for k in (0.1, 0.2, -0.3)]
    program = micrograd.compile(lambda x, y: sum(a * b for a, b in zip(w, x)).relu() * 3, w)
    program([[1.0, 1.0, 1.0]], [0.0])


# -- Between two calls ------------------------------------------------------------------------------------------


def test_leaves_that_are_not_trained_are_read_anew(model):
    frozen, factor = Layer(FEATURES, 1, nonlin=False), Value(2.0)
    loss = lambda x, y: (model(x) * factor - frozen(x) - y) ** 2  # noqa: E731
    program = micrograd.compile(loss, model)
    X, Y = data(0)
    assert_equal(program, loss, model, X, Y)
    factor.data = 0.5
    frozen.neurons[0].w[2].data = 3.0
    assert_equal(program, loss, model, X, Y)
    before = [p.data for p in frozen.parameters()]
    program.train(X, Y, 3, 0.01)
    assert [p.data for p in frozen.parameters()] == before
    assert_equal(program, loss, model, X, Y)


def test_a_node_that_is_older_is_refused_by_name_or_read():
    w = Value(2.0)
    penalty = w * w
    penalty.label = "penalty"
    with pytest.raises(CompileError, match=r"'penalty' was computed before"):
        micrograd.compile(lambda x, y: w * x[0] + penalty, [w])([[1.0]], [0.0])
    fixed = Value(3) * 2
    assert micrograd.compile(lambda x, y: w * x[0] + fixed, [w])([[1.0]], [0.0])[0] == 8


def test_numbers_and_functions_in_closures_are_noticed(model):
    alpha, settings = 1.0, {"beta": 1.0, "f": Value.tanh}

    def loss(x, y):
        return settings["f"](model(x)) * alpha * settings["beta"] - y

    program = micrograd.compile(loss, model)
    X, Y = data(0)
    assert_equal(program, loss, model, X, Y)
    alpha = 3.0
    assert_equal(program, loss, model, X, Y)
    settings["f"] = Value.sigmoid
    assert_equal(program, loss, model, X, Y)
    seen = []

    def anneal(step, _):
        settings["beta"] = 1.0 / (step + 1)
        seen.append(by_backward(loss, model.parameters(), X, Y)[0])

    losses = program.train(X, Y, 4, 0.01, callback=anneal)
    np.testing.assert_allclose(losses[1:], seen[:3], rtol=1e-9)


def test_replaced_layers_are_noticed(model):
    loss = lambda x, y: (model(x) - y) ** 2  # noqa: E731
    program = micrograd.compile(loss, model)
    X, Y = data(0)
    assert_equal(program, loss, model, X, Y)
    model.layers[0] = Layer(FEATURES, 3, activation="tanh")
    assert_equal(program, loss, model, X, Y)
    model.layers[1].neurons[0].w[1] = Value(0.7)
    assert_equal(program, loss, model, X, Y)
    program.train(X, Y, 3, 0.01)
    assert_equal(program, loss, model, X, Y)


# -- Weights of samples -----------------------------------------------------------------------------------------


def test_sample_weights_are_a_weighted_mean(model):
    loss = lambda x, y: (model(x) - y) ** 2  # noqa: E731
    program = micrograd.compile(loss, model)
    X, Y = data(0)
    weights = np.random.default_rng(1).integers(0, 4, len(X))
    expected = program(np.repeat(X, weights, axis=0), np.repeat(Y, weights))
    for factor in (1, 1e300, 1e-300):
        value, gradient = program(X, Y, sample_weight=weights * factor)
        assert value == pytest.approx(expected[0])
        np.testing.assert_allclose(gradient, expected[1], rtol=1e-9, atol=1e-12)
    assert program(X, Y, np.full(len(X), 0.3))[0] == program(X, Y)[0]


def test_a_sample_of_weight_zero_is_as_if_it_were_not_there(model):
    loss = lambda x, y: (model(x) - y) ** 2 + x[0].log()  # noqa: E731
    X, Y = data(0)
    X[:, 0] = abs(X[:, 0]) + 0.1
    weights = np.ones(len(X))
    weights[[0, 3]] = 0
    keep = weights > 0
    weights[5] = 2.5
    alone = micrograd.compile(loss, model)
    expected = alone(X[keep], Y[keep], weights[keep])
    X[0], X[3, 0], Y[3] = np.nan, -1.0, np.inf
    program = micrograd.compile(loss, model)
    value, gradient = program(X, Y, weights)
    assert value == expected[0]
    np.testing.assert_array_equal(gradient, expected[1])
    start = [p.data for p in model.parameters()]
    trained = []
    for X_, Y_, w in ((X, Y, weights), (X[keep], Y[keep], weights[keep])):
        for p, number in zip(model.parameters(), start):
            p.data = number
        trained.append(program.train(X_, Y_, 12, 0.01, batch_size=7, seed=3, sample_weight=w))
    np.testing.assert_array_equal(*trained)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1.0, -1.0, 1.0], r"-1\.0 in row 1"),
        ([1.0, 1.0, float("nan")], r"nan in row 2"),
        ([1.0, 1.0], r"shape \(2,\), expected \(3,\)"),
        ([0.0, 0.0, 0.0], r"0 for all samples"),
        ([float("inf"), 1, 1], r"inf in row 0"),
    ],
)
def test_weights_that_make_no_sense_are_refused(model, weights, message):
    program = micrograd.compile(lambda x, y: model(x) - y, model)
    with pytest.raises(ValueError, match=message):
        program(*data(0, 3), weights)
    with pytest.raises(ValueError, match=message):
        program.train(*data(0, 3), 2, 0.1, sample_weight=weights)


def test_the_garbage_collector_is_as_it_was_before(model):
    X, Y = data(0, 3)

    def refused(x, y):
        assert not gc.isenabled()
        return Value(model(x).data)

    for enabled in (True, False):
        (gc.enable if enabled else gc.disable)()
        try:
            micrograd.compile(lambda x, y: (model(x) - y) ** 2, model)(X, Y)
            assert gc.isenabled() == enabled
            with pytest.raises(CompileError):
                micrograd.compile(refused, model)(X, Y)
            assert gc.isenabled() == enabled
        finally:
            gc.enable()


def test_a_profiler_goes_on_after_compiling():
    """cProfile shows an object of its own as the profiler that is set, which cannot be set again."""
    model = MLP(2, [2, 1])
    heard: list[str] = []

    def compiled():
        return micrograd.compile(lambda x, y: (model(x) - y) ** 2, model)(np.ones((3, 2)), np.ones(3))

    def afterwards():
        return len(heard)

    profiler = cProfile.Profile()
    profiler.runcall(lambda: (compiled(), afterwards()))
    assert any("afterwards" in str(entry.code) for entry in profiler.getstats())
    sys.setprofile(lambda frame, event, argument: heard.append(frame.f_code.co_name))
    try:
        compiled()
        heard.clear()
        afterwards()
    finally:
        sys.setprofile(None)
    assert "afterwards" in heard


def test_parameters_are_found_while_other_threads_trace():
    """Their samples come and go meanwhile."""
    from micrograd.compiler import given
    from micrograd.compiler.parameters import Parameters

    model, end = MLP(3, [4, 1]), threading.Event()
    many = given.values_for([0.0] * 2000, [])

    def trace():
        while not end.is_set():
            given.values_for([0.0] * 50, [1.0])

    others = [threading.Thread(target=trace) for _ in range(2)]
    for other in others:
        other.start()
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for _ in range(100):
            assert len(Parameters(model)) == len(model.parameters())
    finally:
        sys.setswitchinterval(interval)
        end.set()
        for other in others:
            other.join()
    assert len(many[0]) == 2000
