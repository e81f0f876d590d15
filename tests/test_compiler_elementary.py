"""The program behind a picture: every elementary node's numbers are the engine's."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from micrograd.compiler.elementary import Elementary, elementary
from micrograd.compiler.kernel_machine import KernelMachine
from micrograd.compiler.numpy_machine import NumpyMachine, _Run
from micrograd.compiler.verify import verify
from micrograd.engine import Value
from micrograd.nn import MLP


def draw_loss(draw: random.Random, leaves: list[Value]) -> Value:
    """Some graph with every operation of the engine, in which nodes have several users."""
    nodes = list(leaves)
    for _ in range(draw.randrange(4, 30)):
        a, b = draw.choice(nodes), draw.choice(nodes)
        nodes.append(
            draw.choice(
                (
                    lambda a=a, b=b: a + b,
                    lambda a=a, b=b: a * b,
                    lambda a=a, b=b: a - 0.5 * b,
                    lambda a=a, b=b: a.maximum(b),
                    lambda a=a, b=b: a.minimum(0.25),
                    lambda a=a: a.tanh(),
                    lambda a=a: a.sigmoid(),
                    lambda a=a: a.relu(),
                    lambda a=a: abs(a),
                    lambda a=a: a.tanh().exp(),
                    lambda a=a: (a * a + 1.5).log(),
                    lambda a=a: (a * a + 0.5).sqrt(),
                    lambda a=a: a.sin() + a.cos(),
                    lambda a=a: a**2,
                    lambda a=a, b=b: (abs(a) + 0.5) ** b.tanh(),
                    lambda a=a, b=b: a / (b * b + 1),
                    lambda a=a, b=b: a.detach() * b,
                )
            )()
        )
    return sum(nodes[-3:], Value(0.0)) + leaves[0] * 1.0


def machines(made: Elementary) -> list:
    return [NumpyMachine(made.code), KernelMachine(made.code)]


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32))
def test_every_number_is_the_engines(seed: int) -> None:
    draw = random.Random(seed)
    parameters, x, y = ([Value(draw.uniform(-1, 1)) for _ in range(count)] for count in (3, 2, 1))
    constant = Value(draw.uniform(-1, 1))
    root = draw_loss(draw, [*parameters, *x, *y, constant])
    root.backward()
    made = elementary(root, parameters, x, y)
    verify(made.code)
    weights = np.array([p.data for p in parameters])
    captured = np.array(list(made.code.initial)[3:])
    data = np.array([[v.data for v in x]]), np.array([[v.data for v in y]])
    for machine in machines(made):
        loss, gradient = machine.gradient(weights, *data, 1, captured=captured)
        assert loss == pytest.approx(root.data, rel=1e-12, abs=1e-12)
        assert gradient == pytest.approx([p.grad for p in parameters], rel=1e-10, abs=1e-10)
    # Row by row, through results: what was computed stays where it was written.
    rows = read_rows(made, weights, captured, data)
    for node, value, by, slopes in zip(made.nodes, made.values, made.gradients, made.slopes):
        assert rows[value] == pytest.approx(node.data, rel=1e-12, abs=1e-12)
        if by >= 0:
            assert rows[by] == pytest.approx(node.grad, rel=1e-10, abs=1e-10)
        else:
            assert node.grad == 0
        found = [rows[int(where)] if kind == "row" else where for kind, where in slopes]
        assert found == pytest.approx(list(node._local_derivatives), rel=1e-10, abs=1e-10)


def read_rows(made: Elementary, weights, captured, data) -> list[float]:
    """All rows of NumPy's machine after a sweep over one sample."""
    run = _Run(NumpyMachine(made.code), weights, captured)
    rows = run.forward(*data)
    rows[made.code.seed] = 1.0
    gradients = np.zeros(made.code.slots)
    with np.errstate(all="ignore"):
        for instruction in made.code.placed.backward:
            run.step(instruction, rows, run.slots, gradients)
    return rows[:, 0].tolist()


def test_a_layer_is_taken_apart() -> None:
    random.seed(3)
    model = MLP(2, [16, 1])
    x, y = [Value(0.3), Value(-0.7)], Value(1.0)
    loss = (model(x).sigmoid() - y) ** 2
    loss.backward()
    made = elementary(loss, model.parameters(), x, [y])
    assert len(made.nodes) == len(made.values) > 16 * 5
    assert len(set(made.values)) == len(made.values)
    assert math.isfinite(loss.data)


def test_an_operation_of_the_users_own_is_refused() -> None:
    a = Value(2.0)
    own = Value(4.0, (a,), "double")
    own._backward = lambda: None
    with pytest.raises(ValueError, match="'double' is your own"):
        elementary(own + a, [a], [], [])
