"""Outside of an operation's domain, and where one overflows: the engine's error, with the row, from every machine."""

from __future__ import annotations

import math

import numpy as np
import pytest
from compiled import MACHINES, use_machine

import micrograd
from micrograd.engine import Value
from micrograd.losses import binary_cross_entropy
from micrograd.nn import Neuron

NEURON = Neuron(1)

# A loss of one feature and a weight of 1, a feature for which it is defined, and one for which the engine raises.
CASES = {
    "log": (lambda p, x: (p * x).log(), 1.0, -1.0),
    "hidden by a maximum": (lambda p, x: (p * x).log().maximum(-10), 1.0, 0.0),
    "hidden by a division": (lambda p, x: 1 / (1 + (p * x).exp()), 1.0, 800.0),
    "division": (lambda p, x: 1 / (p * x), 1.0, 0.0),
    "root": (lambda p, x: (p * x).sqrt(), 1.0, -1.0),
    "fraction": (lambda p, x: (p * x) ** 0.5, 1.0, -1.0),
    "square": (lambda p, x: ((p * x) ** 2).minimum(1), 1.0, 1e200),
    "sine of what overflows": (lambda p, x: (p * x * 1e200).sin(), 1.0, 1e200),
    "cosine of what overflows": (lambda p, x: (p * x * 1e200).cos(), 1.0, 1e200),
    "power of a negative number": (lambda p, x: (p * x) ** (p + 1), 1.0, -2.0),
    # Whatever becomes of the operation, there the function fails.
    "not used": (lambda p, x: ((p * x).log(), p * x)[1], 1.0, -1.0),
    "not used, of the sample alone": (lambda p, x: (1 / x, p * p)[1], 1.0, 0.0),
    "not used, through layers": (
        lambda p, x: ((NEURON([p.tanh() * x]) * 0 + x).exp(), p * x)[1],
        1.0,
        710.0,
    ),
    "not needed": (lambda p, x: (p * x).log() ** 0 + p, 1.0, -1.0),
    # A check of the library's own.
    "probability": (lambda p, x: binary_cross_entropy(p * x, 0.5), 0.5, 1.5),
    "probabilities": (lambda p, x: binary_cross_entropy([p * x, p], [0, 1]), 0.5, -1e-300),
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


class Careless:
    """A context that lets no error out."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return True


def caught_by_except(p, y):
    try:
        distance = (60 - y).log()
    except ValueError:
        distance = Value(9.0)
    return (p - distance) ** 2


def caught_by_return(p, y):
    try:
        (60 - y).log()
    finally:
        return (p - y) ** 2  # noqa: B012


def caught_by_context(p, y):
    with Careless():
        return (p - (60 - y).sqrt()) ** 2
    return p * 2


@pytest.mark.parametrize("function", [caught_by_except, caught_by_return, caught_by_context])
def test_an_error_of_the_engines_that_is_caught_on_later_data_only(machine, function):
    p = Value(1.0)
    program = micrograd.compile(lambda x, y: function(p * x[0], y), [p])
    X, Y = np.ones((ROWS, 1)), np.full(ROWS, 30.0)
    program(X, Y)
    Y[211] = 61.0
    for run in (lambda: program(X, Y), lambda: program.train(X, Y, 3, 0.1)):
        with pytest.raises(
            micrograd.CompileError, match=r"in row 211, the function caught an error of the engine's"
        ):
            run()
    assert p.data == 1.0


def test_a_leaf_that_is_not_finite_is_refused_where_a_layer_refuses_it(machine):
    neuron, leaf = Neuron(2), Value(1.0)
    program = micrograd.compile(lambda x: neuron([x[0], leaf]).tanh(), neuron)
    program(np.ones((ROWS, 1)))
    leaf.data = math.inf
    with pytest.raises(ValueError, match=r"infinite.*row 0 of the data"):
        program(np.ones((ROWS, 1)))


def test_what_is_only_computed_now_and_then_is_no_part_of_a_program(capsys):
    p, runs = Value(1.0), []

    def loss(x):
        runs.append(0)
        if len(runs) % 3 == 0:
            print((p * x[0]).log())
        return p * x[0]

    program = micrograd.compile(loss, [p])
    assert program([[2.0], [-4.0], [5.0], [6.0]])[0] == pytest.approx(9 / 4)


def test_what_cannot_fail_costs_nothing():
    p = Value(0.5)
    lean = micrograd.compile(lambda x: (p * x[0]).sigmoid().log(), [p])
    lean([[1.0]])
    unused = micrograd.compile(lambda x: ((p * x[0]).tanh(), (p * x[0]).sigmoid().log())[1], [p])
    unused([[1.0]])
    checked = micrograd.compile(lambda x: binary_cross_entropy((p * x[0]).sigmoid(), 0.5), [p])
    checked([[1.0]])
    assert unused.codes == lean.codes
    assert not any(getattr(one, "function", "") == "sqrt" for one in checked.codes[0].forward)
