"""What changes between two calls of a program, in its model or in anything that the loss reads, is noticed."""

from __future__ import annotations

import random

import numpy as np
import pytest
from changes_between_calls import CHANGES, FEATURES
from compiled import MACHINES, by_backward, use_machine

import micrograd
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
