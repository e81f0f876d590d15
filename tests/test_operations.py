"""One table of operations: the engine, the formulas, NumPy's machine and every set of kernels agree with it."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from compiled import INSTRUCTION_SETS, MACHINES, code_of, machine_of

from micrograd import operations
from micrograd.engine import Value
from micrograd.operations import NUMBERS, OPERATIONS

POINTS = [(0.7, 1.3), (1.9, 0.4), (2.5, 2.5), (0.25, 3.0)]
METHODS = {
    "+": lambda a, b: a + b,
    "*": lambda a, b: a * b,
    "**": lambda a, b: a**b,
    "max": lambda a, b: a.maximum(b),
    "min": lambda a, b: a.minimum(b),
    "**k": lambda a, b: a**2.5,
    "ReLU": lambda a, b: a.relu(),
    "abs": lambda a, b: abs(a),
}


def engines(name, a, b):
    """The engine's own node of an operation; functions are methods of their names."""
    return METHODS.get(name, lambda a, b: getattr(a, name)())(a, b)


@pytest.mark.parametrize("name", OPERATIONS)
def test_value_and_derivatives_are_the_engines_and_the_formulas(name):
    operation = OPERATIONS[name]
    k = 2.5 if name == "**k" else 0.0
    for x, y in POINTS:
        b = y if operation.arity == 2 else k
        node = engines(name, Value(x), Value(y))
        assert node._op == ("**2.5" if name == "**k" else name)
        value = operation.value(NUMBERS, x, b)
        assert node.data == pytest.approx(value, rel=1e-14)
        slopes = [derivative(NUMBERS, x, b, value) for derivative in operation.derivatives]
        theirs = node._local_derivatives[: operation.arity]
        assert list(theirs) == pytest.approx(slopes, rel=1e-13)
        names = {**vars(math), "abs": abs, "max": max, "min": min, "a": x, "b": y, "k": k, "o": value}
        for text, expected in zip(operation.text, [value, *slopes]):
            assert eval(text, {"__builtins__": {}}, names) == pytest.approx(expected, rel=1e-12), text
        assert len(operation.latex) == len(operation.text) == 1 + operation.arity


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("name", [n for n in OPERATIONS if n != "detach"])
def test_machines_compute_every_operation_for_samples_and_for_what_they_share(machine, name):
    """A function of a sample runs on rows, one of parameters alone on slots; both have the engine's derivative."""
    for x, y in POINTS:
        for shared in (False, True):
            w, v = Value(x), Value(y)

            def loss(s, t, w=w, v=v, shared=shared):
                one = 1.0 if shared else s[0]
                return engines(name, w * one, v * one) * t

            X, Y = np.ones((5, 1)), np.ones(5)
            runner = machine_of(code_of(loss, [w, v], X, Y), machine)
            value, gradient = runner.gradient(np.array([x, y]), X, Y.reshape(-1, 1), 1)
            node = loss([Value(1.0)], Value(1.0))
            node.backward()
            assert value == pytest.approx(node.data, rel=1e-13)
            assert list(gradient) == pytest.approx([w.grad, v.grad], rel=1e-12)


@pytest.mark.parametrize("machine", MACHINES)
def test_a_detached_value_has_no_gradient(machine):
    w, v = Value(0.5), Value(-0.75)
    for loss in (
        lambda x, y: (w * x[0]).detach() * v + w * y,
        lambda x, y: (w * v).detach() * v * x[0],
        lambda x, y: (w * x[0]).tanh().detach() - y,
    ):
        X, Y = np.array([[1.0], [2.0]]), np.array([3.0, 4.0])
        runner = machine_of(code_of(loss, [w, v], X, Y), machine)
        _, gradient = runner.gradient(np.array([0.5, -0.75]), X, Y.reshape(-1, 1), 1)
        expected = np.zeros(2)
        for x, y in zip(X, Y):
            w.grad = v.grad = 0.0
            loss([Value(x[0])], Value(y)).backward()
            expected += [w.grad / 2, v.grad / 2]
        np.testing.assert_allclose(gradient, expected, rtol=1e-13)


@pytest.mark.parametrize("machine", MACHINES)
def test_softplus_has_all_its_digits_everywhere(machine):
    w = Value(1.0)
    X = np.array(
        [
            [0.0],
            [1e-300],
            [-1e-9],
            [-36.5],
            [-700.0],
            [-745.0],
            [37.0],
            [800.0],
            [1e300],
            [0.6],
            [-0.6],
            [-3.0],
        ]
    )
    runner = machine_of(code_of(lambda x, y: (w * x[0]).softplus(), [w], X, np.zeros(len(X))), machine)
    for row in X:
        value, gradient = runner.gradient(np.ones(1), row.reshape(1, 1), np.zeros((1, 1)), 1)
        node = (w * float(row[0])).softplus()
        w.grad = 0.0
        node.backward()
        assert value == pytest.approx(node.data, rel=4e-16, abs=1e-322), row
        assert gradient[0] == pytest.approx(w.grad, rel=1e-14, abs=1e-320), row


def test_the_kernels_are_built_from_this_table():
    header = Path(operations.__file__).parent / "compiler" / "kernels" / "operations.h"
    if not header.exists():
        pytest.skip("installed without the kernels' sources")
    assert header.read_text(encoding="utf-8") == operations.c_header()


@pytest.mark.skipif(
    not INSTRUCTION_SETS, reason="NO C COMPILER: the kernels were not built and are not tested"
)
@pytest.mark.parametrize("what", ["operations", "instructions", "training"])
def test_kernels_of_another_version_are_refused_at_import(monkeypatch, what):
    from micrograd.compiler import kernel_machine

    layout = kernel_machine._kernels.layout()
    layout[what] = layout[what][:-1]
    monkeypatch.setattr(kernel_machine._kernels, "layout", lambda: layout)
    with pytest.raises(RuntimeError, match=f"another version than its Python files: their {what}"):
        kernel_machine._compare_names()
