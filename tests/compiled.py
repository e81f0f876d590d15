"""What the compiler's tests share: every machine that can run a program here, and backward() as the judge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from programs import absolute_gradients

from micrograd.compiler import family, same_graph
from micrograd.compiler.codes import code_for
from micrograd.compiler.instructions import Code
from micrograd.compiler.numpy_machine import NumpyMachine
from micrograd.compiler.parameters import Parameters
from micrograd.compiler.samples import choose_samples
from micrograd.engine import Value

try:
    from micrograd.compiler import _kernels
    from micrograd.compiler.kernel_machine import KernelMachine

    INSTRUCTION_SETS: list[str] = _kernels.instruction_sets()
except ImportError:
    INSTRUCTION_SETS = []

# Without a C compiler only NumPy's path is there to be tested; pytest shows it in the tests' names.
MACHINES = ["NumPy", *INSTRUCTION_SETS]


def machine_of(code: Code, name: str, dtype: str = "float64") -> Any:
    return NumpyMachine(code, dtype) if name == "NumPy" else KernelMachine(code, name, dtype)


def use_machine(monkeypatch: Any, name: str) -> None:
    """Make every program compiled from now on run on the machine named."""
    monkeypatch.setattr(family, "machine", lambda code, dtype="float64": machine_of(code, name, dtype))


def code_of(loss: Callable[..., Value], model: Any, X: Any, Y: Any) -> Code:
    """The instructions of a loss and its gradient."""
    X = np.ascontiguousarray(X, dtype=float)
    Y = np.ascontiguousarray(Y, dtype=float).reshape(len(X), -1)
    graph = same_graph.trace_samples(loss, Parameters(model), choose_samples(X, Y))
    return code_for(graph.expressions, graph.results, X.shape[1], True)


def sample_values(x: Sequence[float], y: Any) -> tuple[list[Value], Any]:
    targets = [Value(float(t)) for t in np.ravel(y)]
    return [Value(float(feature)) for feature in x], targets if len(targets) > 1 else targets[0]


def by_backward(
    loss: Callable[..., Value], parameters: Sequence[Value], X: Any, Y: Any
) -> tuple[float, np.ndarray, np.ndarray]:
    """Mean loss and gradient sample by sample; and the size of the terms that each gradient is a sum of."""
    total = 0.0
    gradient = np.zeros(len(parameters))
    scale = np.zeros(len(parameters))
    for x, y in zip(X, Y):
        result = loss(*sample_values(x, y))
        for parameter in parameters:
            parameter.grad = 0.0
        result.backward()
        total += result.data
        gradient += [parameter.grad for parameter in parameters]
        sizes = absolute_gradients(result)
        scale += [sizes.get(id(parameter), 0.0) for parameter in parameters]
    for parameter in parameters:
        parameter.grad = 0.0
    return total / len(X), gradient / len(X), scale / len(X)


def assert_gradients(loss: Callable[..., Value], model: Any, X: Any, Y: Any) -> None:
    """On every machine, loss and gradients are backward()'s to 1e-12 of the terms that were summed."""
    parameters = Parameters(model)
    code = code_of(loss, model, X, Y)
    expected, gradient, scale = by_backward(loss, parameters.values, X, Y)
    targets = np.ascontiguousarray(Y, dtype=float).reshape(len(X), -1)
    for name in MACHINES:
        machine = machine_of(code, name)
        value, ours = machine.gradient(parameters.read(), np.ascontiguousarray(X, dtype=float), targets, 1)
        assert abs(value - expected) <= 1e-12 * max(1e-3, abs(expected)), (name, value, expected)
        wrong = np.abs(ours - gradient) > 1e-12 * np.maximum(scale, 1e-300)
        assert not wrong.any(), (name, np.argwhere(wrong)[0], ours[wrong][0], gradient[wrong][0])
