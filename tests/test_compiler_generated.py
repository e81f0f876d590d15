"""Some thousand generated programs on every machine, against ``backward()``; some of them against PyTorch and JAX."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from checked_programs import Skip, check, check_seeds, is_well_posed, smallest
from compiled import INSTRUCTION_SETS, machine_of
from generated_programs import LOSSES, SMOOTH_STEPS, WHOLE_STEPS, Model, data_of, generate, run

from micrograd.compiler.codes import code_for
from micrograd.compiler.parameters import Parameters
from micrograd.compiler.trace import read
from micrograd.compiler.trace import run as run_once
from micrograd.engine import Value, dot


@pytest.fixture(autouse=True)
def every_thread_counts(monkeypatch):
    """Use as many threads as are asked for, however small the work."""
    if INSTRUCTION_SETS:
        from micrograd.compiler import kernel_machine

        monkeypatch.setattr(kernel_machine, "_WORK_FOR_A_NEW_THREAD", 1)


@pytest.mark.parametrize("part", range(8))
def test_generated_programs_have_the_gradients_of_backward(part):
    assert check_seeds(350 * part, 350) > 120


def test_every_step_and_loss_is_generated():
    programs = [generate(seed) for seed in range(2800)]
    assert {step[0] for program in programs for step in program.steps} == {*WHOLE_STEPS, *SMOOTH_STEPS}
    assert {program.loss for program in programs} == set(LOSSES)


def test_a_fault_is_found_and_made_small(monkeypatch):
    """A wrong derivative in one operation: the smallest program that shows it is small indeed."""
    from micrograd.compiler import gradient

    right = gradient._Derivation._sum

    def wrong(self: Any, instruction: Any) -> None:
        # What has several terms loses one of them.
        if len(instruction.linear) > 2:
            instruction = type(instruction)(
                instruction.out, 0.0, instruction.linear[1:], instruction.products
            )
        right(self, instruction)

    monkeypatch.setattr(gradient._Derivation, "_sum", wrong)
    with pytest.raises(AssertionError, match="the smallest program that fails"):
        check_seeds(0, 400)


def test_shrinking_leaves_nothing_out_that_matters(monkeypatch):
    import checked_programs

    program = next(p for p in map(generate, range(1000)) if sum(step[0] == "tanh" for step in p.steps) > 1)
    monkeypatch.setattr(
        checked_programs, "failure", lambda p: "wrong" if any(s[0] == "tanh" for s in p.steps) else None
    )
    small = smallest(program)
    assert [step[0] for step in small.steps] == ["tanh"]
    assert (small.samples, small.features, small.penalty) == (1, 1, "none")


def _columns(program: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    X, Y, rows, weights = data_of(program)
    return np.array(X)[rows], np.array(Y)[rows], np.array(weights) / sum(weights)


def _ours(program: Any, numbers: list[float]) -> tuple[float, np.ndarray]:
    table, targets, shares = _columns(program)
    model = Model(Value, program.numbers())

    def loss(x: Any, y: Any) -> Any:
        return run(program, model, x, y, dot)

    result = loss([Value(n) for n in table[0]], Value(targets[0]))
    parameters = Parameters(model.parameters())
    graph = read(run_once(loss, parameters, (table[0].tolist(), [float(targets[0])])), parameters, set())
    assert result.data == result.data
    machine = machine_of(code_for(graph.expressions, graph.results, program.features, True), "NumPy")
    own = shares if program.weighted else None
    captured = np.array([float(leaf.data) for leaf in graph.captured])
    return machine.gradient(
        np.array(numbers), table, targets.reshape(-1, 1), 1, captured=captured, weights=own
    )


def _telling(count: int, first: int) -> list[Any]:
    found = []
    seed = first
    while len(found) < count:
        program = generate(seed)
        seed += 1
        if any(step[0] == "detach" for step in program.steps) or program.samples > 100:
            continue
        try:
            check(program)
        except Skip:
            continue
        found.append(program)
    return found


def test_pytorch_has_the_gradients_of_generated_programs(monkeypatch):
    torch = pytest.importorskip("torch")
    monkeypatch.setattr(
        torch.Tensor, "softplus", lambda v: torch.logaddexp(v, torch.zeros_like(v)), raising=False
    )

    def column_dot(weights: Any, vector: Any, bias: Any) -> Any:
        total = 0.0 if bias is None else bias
        for w, v in zip(weights, vector):
            total = total + w * v
        return total

    for program in _telling(40, 50_000):
        table, targets, shares = _columns(program)
        model = Model(lambda n: torch.tensor([n], dtype=torch.float64, requires_grad=True), program.numbers())
        x = [torch.tensor(column) for column in table.T.copy()]
        losses = run(program, model, x, torch.tensor(targets), column_dot)
        loss = (losses * torch.tensor(shares)).sum()
        loss.backward()
        theirs = [0.0 if p.grad is None else float(p.grad[0]) for p in model.parameters()]
        value, gradient = _ours(program, [float(p.detach()[0]) for p in model.parameters()])
        assert value == pytest.approx(float(loss.detach()), rel=1e-9, abs=1e-9), program
        np.testing.assert_allclose(
            gradient, theirs, rtol=1e-8, atol=1e-8 * max(1, *np.abs(theirs)), err_msg=str(program)
        )


def test_jax_has_the_gradients_of_generated_programs():
    jax = pytest.importorskip("jax")
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)

    class Column:
        """A column of numbers with the methods of a Value."""

        __array_ufunc__ = None

        def __init__(self, a: Any) -> None:
            self.a = a

    def lifted(function: Any) -> Any:
        return lambda self, *others: Column(
            function(self.a, *(o.a if isinstance(o, Column) else o for o in others))
        )

    functions = {
        "__add__": lambda a, b: a + b, "__radd__": lambda a, b: b + a, "__sub__": lambda a, b: a - b,
        "__rsub__": lambda a, b: b - a, "__mul__": lambda a, b: a * b, "__rmul__": lambda a, b: b * a,
        "__truediv__": lambda a, b: a / b, "__pow__": lambda a, b: a**b, "__neg__": lambda a: -a,
        "__abs__": jnp.abs, "relu": jax.nn.relu, "tanh": jnp.tanh, "sigmoid": jax.nn.sigmoid, "exp": jnp.exp,
        "log": jnp.log, "sqrt": jnp.sqrt, "sin": jnp.sin, "cos": jnp.cos, "maximum": jnp.maximum,
        "minimum": jnp.minimum, "softplus": jax.nn.softplus,
    }  # fmt: skip
    for name, function in functions.items():
        setattr(Column, name, lifted(function))

    def column_dot(weights: Any, vector: Any, bias: Any) -> Any:
        total = Column(0.0) if bias is None else bias
        for w, v in zip(weights, vector):
            total = total + w * v
        return total

    for program in _telling(4, 70_000):
        table, targets, shares = _columns(program)
        counted = Model(Value, program.numbers())
        run(program, counted, [Value(n) for n in table[0]], Value(targets[0]), dot)
        numbers = [float(p.data) for p in counted.parameters()]

        def loss_of(numbers: Any, program: Any = program, columns: Any = (table, targets, shares)) -> Any:
            given = iter(numbers)
            model = Model(lambda _: Column(next(given)), program.numbers(), Column)
            x = [Column(column) for column in columns[0].T]
            return (run(program, model, x, Column(columns[1]), column_dot).a * columns[2]).sum()

        value, theirs = jax.jit(jax.value_and_grad(loss_of))(jnp.array(numbers))
        ours, gradient = _ours(program, numbers)
        assert ours == pytest.approx(float(value), rel=1e-9, abs=1e-9), program
        np.testing.assert_allclose(
            gradient, theirs, rtol=1e-8, atol=1e-8 * max(1, *np.abs(theirs)), err_msg=str(program)
        )


def test_well_posed_means_exact_ties_or_none():
    one, third = Value(1.0), Value(1.0) / 3
    assert is_well_posed((one - 1).relu())
    assert not is_well_posed((third + third + third - 1 + 1e-12).relu())
