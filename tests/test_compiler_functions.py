"""The kernels' own exponential, logarithm, tanh, sigmoid and powers against the C library's."""

from __future__ import annotations

import math

import numpy as np
import pytest
from compiled import MACHINES, machine_of
from hypothesis import given
from hypothesis import strategies as st

from micrograd.compiler.codes import code_for
from micrograd.compiler.parameters import Parameters
from micrograd.compiler.same_graph import trace_samples
from micrograd.engine import Value

BUILT = {}


def apply(machine, name, function, numbers):
    if (machine, name) not in BUILT:
        graph = trace_samples(lambda x: function(x[0]), Parameters([Value(1.0)]), [([0.5], [])])
        BUILT[machine, name] = machine_of(code_for(graph.expressions, graph.results, 1, False), machine)
    column = np.array(numbers, dtype=float).reshape(-1, 1)
    return BUILT[machine, name].evaluate(np.ones(1), column)[:, 0].tolist()


def sigmoid(x):
    e = math.exp(-abs(x))
    return (1.0 if x >= 0 else e) / (1.0 + e)


ANY = st.floats(allow_nan=False, allow_infinity=False)
FUNCTIONS = {
    "exp": (Value.exp, math.exp, st.floats(-745, 709.7) | st.floats(-1, 1)),
    "log": (Value.log, math.log, st.floats(5e-324, 1.7e308) | st.floats(0.9, 1.1)),
    "tanh": (Value.tanh, math.tanh, ANY | st.floats(-25, 25) | st.floats(-0.6, 0.6)),
    "sigmoid": (Value.sigmoid, sigmoid, st.floats(-745, 800) | st.floats(-40, 40)),
    "softplus": (
        Value.softplus,
        lambda x: max(x, 0.0) + math.log1p(math.exp(-abs(x))),
        st.floats(-700, 1e300),
    ),
    "sqrt": (Value.sqrt, math.sqrt, st.floats(0, 1.7e308)),
    "relu": (Value.relu, lambda x: max(x, 0.0), ANY),
    "abs": (abs, abs, ANY),
    "sin": (Value.sin, math.sin, st.floats(-1e5, 1e5)),
    "cos": (Value.cos, math.cos, st.floats(-1e5, 1e5)),
    "square": (lambda x: x**2, lambda x: x * x, st.floats(-1e150, 1e150)),
    "whole power": (lambda x: x**-5, lambda x: x**-5, st.floats(1e-50, 1e50)),
    "half": (lambda x: x**0.5, math.sqrt, st.floats(0, 1e300)),
    "minus half": (lambda x: x**-0.5, lambda x: x**-0.5, st.floats(1e-300, 1e300)),
    "power": (lambda x: x**1.7, lambda x: x**1.7, st.floats(0, 1e150)),
}


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_are_right_to_a_few_units_in_the_last_place(machine, name):
    function, reference, numbers = FUNCTIONS[name]

    @given(st.lists(numbers, min_size=1, max_size=40))
    def check(xs):
        for x, y in zip(xs, apply(machine, name, function, xs)):
            expected = reference(x)
            assert y == expected or abs(y - expected) <= 6 * math.ulp(expected), (x, y, expected)

    check()


@pytest.mark.parametrize("machine", MACHINES)
def test_functions_at_the_edges_of_their_domains(machine):
    inf, nan = math.inf, math.nan

    def same(name, xs, expected):
        np.testing.assert_array_equal(apply(machine, name, FUNCTIONS[name][0], xs), expected)

    same("exp", [inf, -inf, 710.0, -800.0, nan], [inf, 0.0, inf, 0.0, nan])
    same("log", [0.0, -1.0, inf, nan], [-inf, nan, inf, nan])
    same("tanh", [inf, -inf, 1e308, nan, 0.0], [1.0, -1.0, 1.0, nan, 0.0])
    same("sigmoid", [inf, -inf, 1000.0, -1000.0, nan], [1.0, 0.0, 1.0, 0.0, nan])
    same("sqrt", [-1.0, inf, nan], [nan, inf, nan])
    same("relu", [nan, -inf, inf], [nan, 0.0, inf])
