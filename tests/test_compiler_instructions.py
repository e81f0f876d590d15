"""What a graph becomes: layers are found, equal expressions are one, and the work grows with the graph, not faster."""

from __future__ import annotations

import os
import random
import sys
from unittest import mock

import numpy as np
import pytest
from compiled import code_of
from hypothesis import given
from hypothesis import strategies as st

from micrograd.compiler import same_graph
from micrograd.compiler.expressions import Expressions, evenly
from micrograd.compiler.instructions import (
    Gather,
    Layer,
    Map,
    MapGradient,
    Splat,
    Sum,
    WeightGradient,
    WeightSlots,
)
from micrograd.engine import Value
from micrograd.nn import MLP

X = np.array([[0.5, -1.0], [2.0, 0.25], [-0.75, 1.5]])
Y = np.array([1.0, 0.0, 1.0])


def kinds(instructions):
    return [type(instruction) for instruction in instructions]


def network(*sizes):
    random.seed(1)
    return MLP(2, list(sizes))


def test_a_network_becomes_one_instruction_a_layer():
    model = network(16, 16, 1)
    code = code_of(lambda x, y: (model(x).sigmoid() - y) ** 2, model, X, Y)
    assert kinds(code.forward) == [Layer, Layer, Layer, Sum, Map]
    assert [layer.activation for layer in code.forward[:3]] == ["ReLU", "ReLU", "sigmoid"]
    # Weights are read where the parameters lie: no copies, neuron after neuron with its bias behind its weights.
    assert [layer.weights for layer in code.forward[:3]] == [
        WeightSlots(0, 3, 1),
        WeightSlots(48, 17, 1),
        WeightSlots(320, 16, 1),
    ]
    assert code.shared == []
    assert kinds(code.backward) == [
        MapGradient,
        Sum,
        WeightGradient,
        Layer,
        WeightGradient,
        Layer,
        WeightGradient,
    ]
    # The derivative of ReLU is applied as the gradients of its layer are stored.
    assert [layer.slope_of for layer in code.backward if isinstance(layer, Layer)] == [
        code.forward[1].out,
        code.forward[0].out,
    ]


def test_a_neuron_written_as_a_loop_becomes_the_same_instructions():
    model = network(5, 1)

    def by_hand(x, y):
        for layer in model.layers:
            outputs = []
            for neuron in layer.neurons:
                total = neuron.b
                for weight, value in zip(neuron.w, x):
                    total = total + weight * value
                outputs.append(total.relu() if len(layer.neurons) > 1 else total)
            x = outputs
        return (x[0] - y) ** 2

    ours = code_of(lambda x, y: (model(x) - y) ** 2, model, X, Y)
    written = code_of(by_hand, model, X, Y)
    assert written.forward == ours.forward
    assert written.backward == ours.backward


def test_what_samples_share_is_computed_once_and_not_for_each_sample():
    model = network(3, 1)
    plain = code_of(lambda x, y: (model(x) - y) ** 2, model, X, Y)

    def with_penalty(x, y):
        return (model(x) - y) ** 2 + 0.1 * sum((p**2 for p in model.parameters()), Value(0))

    code = code_of(with_penalty, model, X, Y)
    assert code.forward == plain.forward
    assert code.backward == plain.backward
    assert len(code.shared) > 0
    assert code.results[0][1] != -1


def test_equal_expressions_are_computed_once_and_constants_beforehand():
    w = Value(0.5)
    code = code_of(lambda x, y: (x[0] * w).exp() + (w * x[0]).exp() * (Value(2.0).log() * 3) - y, [w], X, Y)
    assert sum(isinstance(i, Map) and i.function == "exp" for i in code.forward) == 1
    assert not any(isinstance(i, Map) and i.function == "log" for i in code.forward)


def test_what_the_loss_does_not_use_is_left_out():
    w = Value(0.5)

    def loss(x, y):
        unused = (x[1] * w).sin()
        return w * x[0] - y if unused is not None else unused

    code = code_of(loss, [w], X, Y)
    assert kinds(code.forward) == [Layer, Sum]


def test_weights_in_no_regular_order_are_packed_once_a_step():
    w = [Value(float(i)) for i in range(4)]

    def loss(x, y):
        return (w[2] * x[0] + w[0] * x[1]).tanh() * (w[3] * x[0] + w[2] * x[1]).tanh() - y

    code = code_of(loss, w, X, Y)
    assert kinds(code.shared) == [Gather]
    assert code.shared[0].slots == (2, 0, 3, 2)


def test_a_parameter_where_a_sample_is_needed_is_spread_over_a_row_once():
    w = Value(0.5)
    code = code_of(lambda x, y: w.maximum(x[0]) + w.maximum(x[1]) - y, [w], X, Y)
    assert kinds(code.forward).count(Splat) == 1


def grown(build, sizes):
    """How many instructions, rows and Python function calls a graph of each size takes to compile."""
    figures = []
    for size in sizes:
        loss, parameters = build(size)
        calls = 0

        def count(frame, event, argument):
            nonlocal calls
            calls += event in ("call", "c_call")

        # Verification is for tests, and walks through each weight; larger graphs are compared with fewer others.
        with (
            mock.patch.dict(os.environ, MICROGRAD_DEBUG="0"),
            mock.patch.object(same_graph, "_comparisons", return_value=1),
        ):
            sys.setprofile(count)
            try:
                code = code_of(loss, parameters, X, Y)
            finally:
                sys.setprofile(None)
        figures.append((len(code.shared) + len(code.forward) + len(code.backward), code.rows, calls))
    return np.array(figures, dtype=float)


def deep(size):
    w = [Value(0.01 * i) for i in range(1, 5)]

    def loss(x, y):
        total = x[0]
        for i in range(size):
            total = (total * w[i % 4] + x[i % 2]).tanh()
        return total - y

    return loss, w


def fan(size):
    w = [Value(0.01 * i) for i in range(1, size + 1)]

    def loss(x, y):
        shared = (x[0] * w[0]).exp()
        return sum(((shared * weight).sin() * x[1] for weight in w), Value(0)) - y

    return loss, w


def doubling(size):
    """Each sum is used twice by the next: what is flattened without care grows as 2**size."""
    w = Value(0.5)

    def loss(x, y):
        total = x[0] * w
        for _ in range(size):
            total = (total + total * 0.25) * 0.75 + y
        return total

    return loss, [w]


@pytest.mark.parametrize("build", [deep, fan, doubling])
def test_compiling_is_linear_in_the_graph(build):
    small, middle, large = grown(build, (100, 200, 400))
    assert (large - middle <= 2.2 * (middle - small) + 40).all(), (small, middle, large)


def test_compiling_a_layer_takes_no_python_for_each_weight():
    def calls(width):
        model = network(width, width, 1)
        return grown(lambda _: (lambda x, y: (model(x) - y) ** 2, model), [0])[0]

    few, many = calls(32), calls(64)
    # Four times the weights in twice the neurons.
    assert many[2] < 2.6 * few[2]
    assert many[0] == few[0]


def test_a_chain_of_a_hundred_thousand_operations_needs_no_recursion():
    w = Value(1.0)

    def loss(x, y):
        total = x[0] * w
        for _ in range(100_000):
            total = total + y
        return total

    code = code_of(loss, [w], X, Y)
    assert len(code.forward) + len(code.backward) < 10


def test_expressions_are_told_apart_by_bits():
    table = Expressions(0, 1)
    assert table.constant(0.0) != table.constant(-0.0)
    assert table.constant(float("nan")) == table.constant(float("nan"))


@given(st.lists(st.integers(0, 50), max_size=6), st.integers(0, 9), st.integers(0, 6))
def test_places_in_even_steps_are_a_range_with_the_same_numbers(some, step, count):
    for places in (tuple(some), tuple(range(3, 3 + step * count, step)) if step else ()):
        same = evenly(places)
        assert tuple(same) == places
        assert hash(same) == hash(evenly(tuple(same)))
        assert same == evenly(tuple(same))
        is_even = len(places) < 2 or all(
            b - a == places[1] - places[0] > 0 for a, b in zip(places, places[1:])
        )
        assert isinstance(same, range) == is_even
