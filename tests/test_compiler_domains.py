"""Outside of an operation's domain, and where one overflows: the engine's error, with the row, from every machine."""

from __future__ import annotations

import math

import numpy as np
import pytest
from compiled import MACHINES, use_machine

import micrograd
from micrograd.engine import Value

# A loss of one feature and a weight of 1, a feature for which it is defined, and one for which the engine raises.
CASES = {
    "log": (lambda p, x: (p * x).log(), 1.0, -1.0),
    "hidden by a maximum": (lambda p, x: (p * x).log().maximum(-10), 1.0, 0.0),
    "hidden by a division": (lambda p, x: 1 / (1 + (p * x).exp()), 1.0, 800.0),
    "division": (lambda p, x: 1 / (p * x), 1.0, 0.0),
    "root": (lambda p, x: (p * x).sqrt(), 1.0, -1.0),
    "fraction": (lambda p, x: (p * x) ** 0.5, 1.0, -1.0),
    "square": (lambda p, x: ((p * x) ** 2).minimum(1), 1.0, 1e200),
    "power of a negative number": (lambda p, x: (p * x) ** (p + 1), 1.0, -2.0),
}
ROWS = 300


@pytest.fixture(params=MACHINES)
def machine(request, monkeypatch):
    use_machine(monkeypatch, request.param)


def case(name):
    function, inside, outside = CASES[name]
    p = Value(1.0)
    X = np.full((ROWS, 1), inside)
    X[211] = X[250] = outside
    try:
        function(p, Value(outside))
    except (ValueError, ArithmeticError) as error:
        return p, function, inside, X, type(error), str(error)
    raise AssertionError("the engine raises nothing")


@pytest.mark.parametrize("name", CASES)
def test_the_error_is_the_engines_with_the_row(machine, name):
    p, function, inside, X, kind, message = case(name)
    program = micrograd.compile(lambda x: function(p, x[0]), [p])
    program(np.full((ROWS, 1), inside))

    def expect(run):
        with pytest.raises((ValueError, ArithmeticError)) as caught:
            run()
        assert type(caught.value) is kind
        assert str(caught.value) == f"{message} (row 211 of the data)"

    expect(lambda: program(X))
    expect(lambda: program.evaluate(lambda x: function(p, x[0]), X))
    expect(lambda: program.train(X, None, 3, 0.0))
    expect(lambda: micrograd.compile(lambda x: function(p, x[0]), [p])(X))
    assert p.data == 1.0
    # Rows that do not count are as if they were not there, and the others keep their numbers.
    weights = np.ones(ROWS)
    weights[[5, 211, 250]] = 0.0
    program(X, None, weights)
    weights[250] = 2.0
    with pytest.raises(kind, match=r"\(row 250 of the data\)"):
        program(X, None, weights)


@pytest.mark.parametrize("samples", [1, 7, 9, 113, 119])
def test_lanes_that_only_fill_up_a_block_raise_nothing(machine, samples):
    p = Value(1.0)
    program = micrograd.compile(lambda x: (p * x[0]).log() + 1 / x[0], [p])
    X = np.linspace(0.5, 2.0, samples).reshape(-1, 1)
    assert math.isfinite(program(X)[0])
    assert np.isfinite(program.train(X, None, 2, 0.01)).all()


@pytest.mark.parametrize("batch_size", [None, 7])
def test_training_that_leaves_a_domain_says_so_and_keeps_the_last_weights(machine, batch_size):
    p = Value(1.0)
    X = np.ones((20, 1))
    program = micrograd.compile(lambda x: (p * x[0]).log() + p, [p])
    with pytest.raises(micrograd.DivergenceError, match=r"at step 1: log.*row \d+ of the data") as caught:
        program.train(X, None, 10, 1.5, batch_size)  # the gradient is 2 there: p becomes -2
    assert isinstance(caught.value, ValueError)
    assert caught.value.step == 1
    assert len(caught.value.losses) == 1
    assert p.data == 1.0


def test_where_the_engine_minds_nothing_neither_does_a_program(machine):
    """exp of infinity is infinity, and no error: a sum has overflowed, which the engine lets through."""
    p = Value(1.0)
    program = micrograd.compile(lambda x: p / (1 + (x[0] * 1e200).exp()), [p])
    X = np.array([[-1e200], [1e200], [0.5e-200]])
    value, _ = program(X)
    assert value == pytest.approx((1 + 0 + 1 / (1 + math.exp(0.5))) / 3)
    assert program.train(X, None, 4, 0.0) == pytest.approx([value] * 4)
