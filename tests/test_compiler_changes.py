"""What changes between two calls of a program, in its model or in anything that the loss reads, is noticed."""

from __future__ import annotations

import decimal
import gc
import os
import random
import sys
from pathlib import Path

import numpy as np
import pytest
from changes_between_calls import CHANGES, FEATURES
from compiled import MACHINES, by_backward, use_machine
from states_between_calls import FILES, STATES, VARIABLE, tables

import micrograd
from micrograd.engine import Value
from micrograd.nn import MLP

X = np.random.default_rng(5).normal(size=(9, FEATURES))
Y = np.arange(9.0) / 9


def assert_equal(program, loss, model):
    value, gradient = program(X, Y)
    expected, by_engine, scale = by_backward(loss, model.parameters(), X, Y)
    assert value == pytest.approx(expected, rel=1e-9, abs=1e-9)
    kept = [i for i, p in enumerate(model.parameters()) if not p._operands][: len(gradient)]
    assert (np.abs(gradient - by_engine[kept]) <= 1e-9 * np.maximum(scale[kept], 1e-3)).all()


@pytest.mark.parametrize("machine", ["NumPy", *MACHINES[1:2]])
@pytest.mark.parametrize("name", CHANGES)
def test_a_change_between_two_calls_is_noticed(name, machine, monkeypatch):
    use_machine(monkeypatch, machine)
    random.seed(2)
    model = MLP(FEATURES, [3, 1])
    loss, change, *more = CHANGES[name](model)
    model = more[0] if more and more[0] is not None else model
    program = micrograd.compile(loss, model)
    try:
        for _ in range(3):
            assert_equal(program, loss, model)
        before = program(X, Y)[0]
        change()
        assert_equal(program, loss, model)
        assert program(X, Y)[0] != before
        losses = program.train(X, Y, 2, 0.01)
        assert losses[0] != before
        assert_equal(program, loss, model)
    finally:
        for undo in more[1:]:
            undo()


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_in_a_callback_is_noticed(name):
    random.seed(2)
    model = MLP(FEATURES, [3, 1])
    loss, change, *more = CHANGES[name](model)
    model = more[0] if more and more[0] is not None else model
    program = micrograd.compile(loss, model)
    expected = []

    def call_back(step, _):
        if step == 1:
            change()
        expected.append(by_backward(loss, model.parameters(), X, Y)[0])

    try:
        losses = program.train(X, Y, 4, 0.01, callback=call_back)
    except micrograd.CompileError as error:
        assert "replaced by others during training" in str(error)  # noqa: PT017
    else:
        np.testing.assert_allclose(losses[1:], expected[:3], rtol=1e-9)
    finally:
        for undo in more[1:]:
            undo()


class _Settings:
    """What a loss of a user's refers to."""

    def __init__(self):
        self.factor, self.table, self.frozen = 0.5, {"a": 1.0}, MLP(FEATURES, [1])


# After these, the loss raises: not because of a sample's numbers, or because of a number of the user's own.
THAT_RAISE = {
    "a check of the user's": (lambda s: setattr(s, "factor", -0.5), AssertionError),
    "an error of a number": (lambda s: setattr(s, "factor", 0.0), ValueError),
    "an attribute that is gone": (lambda s: delattr(s, "factor"), AttributeError),
    "no number any more": (lambda s: setattr(s, "factor", "no"), TypeError),
    "an entry that is gone": (lambda s: s.table.clear(), KeyError),
    "a layer for other inputs": (lambda s: setattr(s, "frozen", MLP(FEATURES + 1, [1])), ValueError),
}


@pytest.mark.parametrize("name", THAT_RAISE)
def test_where_the_loss_raises_since_a_change_the_program_does_so_until_it_is_mended(name):
    random.seed(2)
    model, settings = MLP(FEATURES, [3, 1]), _Settings()
    change, error = THAT_RAISE[name]

    def loss(x, y):
        assert settings.factor >= 0
        difference = model(x) + settings.frozen(x) - y
        return difference**2 * settings.table["a"] + Value(settings.factor).log()

    program = micrograd.compile(loss, model)
    before = program(X, Y)[0]
    weights = [p.data for p in model.parameters()]
    kept = dict(vars(settings), table=dict(settings.table))
    change(settings)
    for use in (lambda: program(X, Y), lambda: program(X, Y), lambda: program.train(X, Y, 2, 0.01)):
        with pytest.raises(error):
            use()
    assert [p.data for p in model.parameters()] == weights
    vars(settings).update(kept)
    assert program(X, Y)[0] == before
    assert_equal(program, loss, model)


@pytest.fixture
def put_back():
    """What is the interpreter's, or the process's."""
    limit, thresholds, folder = sys.getrecursionlimit(), gc.get_threshold(), Path.cwd()
    with decimal.localcontext(), np.errstate():
        yield
    sys.setrecursionlimit(limit)
    gc.set_threshold(*thresholds)
    os.chdir(folder)
    os.environ.pop(VARIABLE, None)
    sys.modules.pop("rate_of_states", None)


def assert_noticed(make, read, change):
    random.seed(2)
    model, held = MLP(FEATURES, [3, 1]), make()
    program = micrograd.compile(lambda x, y: model(x) * read(held) - y, model)
    before = [program(X, Y)[0] for _ in range(2)]
    assert before[0] == before[1]
    change(held)
    assert_equal(program, lambda x, y: model(x) * read(held) - y, model)
    assert program(X, Y)[0] != before[0]
    # A schedule is no reason to read a file again.
    assert len(program.train(X, Y, 2, lambda step: 0.01)) == 2


@pytest.mark.parametrize("name", STATES)
@pytest.mark.usefixtures("put_back")
def test_a_state_that_no_object_of_the_users_holds_is_noticed(name):
    assert_noticed(*STATES[name])


@pytest.mark.parametrize("name", FILES)
@pytest.mark.usefixtures("put_back")
def test_a_file_is_read_again(name, tmp_path):
    make, read, change = FILES[name]
    assert_noticed(lambda: make(tmp_path), read, change)


def test_a_change_of_a_table_is_noticed():
    pytest.importorskip("pandas")
    for entry in tables().values():
        assert_noticed(*entry)


@pytest.mark.parametrize(
    "change", [lambda p: setattr(p, "rate", Value(3.0)), lambda p: setattr(p, "label", "fast")]
)
@pytest.mark.parametrize("where", ["a weight", "a bias", "in a closure"])
def test_an_attribute_that_a_value_gets_later_is_noticed(change, where):
    random.seed(2)
    model = MLP(FEATURES, [3, 1])
    neuron = model.layers[0].neurons[0]
    held = {"a weight": neuron.w[1], "a bias": neuron.b, "in a closure": Value(1.0)}[where]

    def loss(x, y):
        return model(x) * getattr(held, "rate", 1.0) * (2.0 if held.label == "fast" else 1.0) - y

    program = micrograd.compile(loss, model)
    before = program(X, Y)[0]
    change(held)
    assert_equal(program, loss, model)
    assert program(X, Y)[0] != before


def test_weights_that_a_training_has_changed_are_no_change_of_what_the_loss_reads():
    """A layer reads its weights again where they have changed, and that is no doing of the schedule's."""
    model = MLP(2, [3, 1])
    program = micrograd.compile(lambda x, y: (model(x) - y) ** 2, model)
    generator = np.random.default_rng(0)
    for _ in range(3):
        X, Y = generator.normal(size=(9, 2)), generator.normal(size=9)
        assert len(program.train(X, Y, 4, learning_rate=lambda step: 0.01)) == 4
