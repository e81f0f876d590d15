"""Calls that go the short way: they give what the others give, and notice what these notice."""

from __future__ import annotations

import copy
import pickle
import random
from typing import Any

import numpy as np
import pytest

import micrograd
from micrograd.compiler import at_once
from micrograd.compiler.data import marked
from micrograd.engine import Value
from micrograd.nn import MLP

pytest.importorskip("micrograd.compiler._kernels")

Program = micrograd.Program


def network() -> tuple[MLP, Any, Any]:
    random.seed(3)
    generator = np.random.default_rng(3)
    return MLP(3, [5, 1], activation="tanh"), generator.normal(size=(21, 3)), generator.normal(size=21)


def compiled(model: Any) -> Program:
    return micrograd.compile(lambda x, y: (model(x) - y) ** 2, model)


def short(program: Program, X: Any, Y: Any) -> Any:
    """What the short way gives: it must be gone, or the test would test nothing."""
    answer = at_once.answer(program._losses, X, Y)
    assert answer is not None, "this call went the long way"
    return answer


def the_same(some: Any, others: Any) -> None:
    assert some[0] == others[0]
    np.testing.assert_array_equal(some[1], others[1])


def test_the_short_way_gives_the_bits_of_the_long_one() -> None:
    model, X, Y = network()
    program = compiled(model)
    assert at_once.answer(program._losses, X, Y) is None, "nothing was looked into yet"
    long = program(X, Y)
    the_same(short(program, X, Y), long)
    the_same(short(program, X, Y.reshape(-1, 1)), long)
    the_same(short(program, X.copy(), Y.copy()), long)
    the_same(program(X.tolist(), Y.tolist()), long)
    np.testing.assert_array_equal(program.predict(X), program.predict(X))
    for row in range(len(X)):
        expected = [model(X[row].tolist()).data]
        np.testing.assert_allclose(program.predict(X[row : row + 1]), expected, rtol=1e-12)


def test_it_reads_the_parameters_and_the_leaves_as_they_are_now() -> None:
    model, X, Y = network()
    factor = Value(2.0)
    program = micrograd.compile(lambda x, y: (model(x) * factor - y) ** 2, model)
    program(X, Y)
    for number in (0.5, -1.0):
        factor.data = number
        model.layers[0].neurons[1].w[2].data = number
        answer = short(program, X, Y)
        other = micrograd.compile(lambda x, y: (model(x) * factor - y) ** 2, model)
        the_same(answer, other(X, Y))


def test_parameters_that_are_listed_twice_come_twice() -> None:
    w, b = Value(0.3), Value(-0.2)
    X, Y = np.arange(6.0).reshape(-1, 1), np.ones(6)
    program = micrograd.compile(lambda x, y: (w * x[0] + b - y) ** 2, [w, b, w])
    long = program(X, Y)
    assert len(long[1]) == 3 and long[1][0] == long[1][2]
    the_same(short(program, X, Y), long)


@pytest.mark.parametrize("change", ["closure", "attribute", "layer", "activation"])
def test_what_the_loss_reads_is_compared(change: str) -> None:
    model, X, Y = network()
    scale = 1.0

    def loss(x: list[Value], y: Value) -> Value:
        return (model(x) * scale - y) ** 2

    program = micrograd.compile(loss, model)
    before = program(X, Y)
    short(program, X, Y)
    if change == "closure":
        scale = 3.0
    elif change == "attribute":
        model.layers[0].neurons[0].nonlin = False
    elif change == "layer":
        model.layers[1] = MLP(5, [1]).layers[0]
    else:
        model.layers[0].neurons[0].activation = "relu"
    assert at_once.answer(program._losses, X, Y) is None
    after = program(X, Y)
    assert after[0] != before[0]
    the_same(after, micrograd.compile(loss, model)(X, Y))
    the_same(short(program, X, Y), after)


def test_other_data_are_looked_into_first() -> None:
    model, X, Y = network()
    program = compiled(model)
    program(X, Y)
    short(program, X, Y)
    X[4, 1] += 1.0  # in place: the same array, and other numbers
    assert at_once.answer(program._losses, X, Y) is None
    program(X, Y)
    the_same(short(program, X, Y), compiled(model)(X, Y))


@pytest.mark.parametrize(
    "X",
    [
        np.full((21, 3), np.nan),
        np.ones((21, 2)),
        np.ones((20, 3)),
        np.ones(21),
        np.ones((0, 3)),
        np.ones((21, 3), dtype=">f8"),
        np.ones((21, 6))[:, ::2],
        np.ones((21, 3), dtype=int),
        np.ma.masked_array(np.ones((21, 3)), mask=True),
        "text",
        None,
    ],
    ids=str,
)
def test_what_is_no_matrix_of_doubles_goes_the_long_way(X: Any) -> None:
    model, known, Y = network()
    program = compiled(model)
    program(known, Y)
    assert at_once.answer(program._losses, X, Y) is None
    short(program, known, Y)


def test_outside_of_a_domain_the_error_is_the_engines() -> None:
    p = Value(1.0)
    X = np.array([[1.0], [2.0], [-3.0]])
    program = micrograd.compile(lambda x: (p + x[0] + 3.0).log(), [p])
    program(X)
    short(program, X, None)
    p.data = -0.5
    with pytest.raises(ValueError, match=r"row 2"):
        program(X)
    p.data = 1.0
    the_same(program(X), short(program, X, None))


def test_a_model_that_is_a_list_is_asked_for_its_parameters() -> None:
    weights = [Value(0.5), Value(0.25)]
    X = np.arange(8.0).reshape(4, 2)
    program = micrograd.compile(lambda x: (weights[0] * x[0] + weights[1] * x[1]) ** 2, weights)
    program(X)
    short(program, X, None)
    weights[1] = Value(-1.0)
    assert at_once.answer(program._losses, X, None) is None
    assert program(X)[0] == pytest.approx(np.mean((0.5 * X[:, 0] - X[:, 1]) ** 2))


def test_calls_of_several_threads_do_not_meet() -> None:
    from concurrent.futures import ThreadPoolExecutor

    model, X, Y = network()
    program = compiled(model)
    expected = program(X, Y)
    with ThreadPoolExecutor(4) as pool:
        for answer in pool.map(lambda _: program(X, Y), range(400)):
            the_same(answer, expected)


def test_marks_tell_data_apart() -> None:
    generator = np.random.default_rng(0)
    X, Y = generator.normal(size=(30, 2)), generator.normal(size=30)

    def mark(*data: Any) -> Any:
        return marked(*data, 8)

    marks = {
        mark(X, Y), mark(Y.reshape(-1, 1), X), mark(X, None), mark(X.reshape(15, 4), Y[:15]), mark(X[:15], Y[:15]),
        mark(X[::-1].copy(), Y),
    }  # fmt: skip
    assert len(marks) == 6 and None not in marks
    assert mark(X, Y) == mark(X.copy(), Y.reshape(30, 1))
    single = X.astype("f"), Y.astype("f")
    assert marked(*single, 4) == marked(*[one.astype("d") for one in single], 4) == mark(*single)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("given", ["float64", "float32"])
def test_both_precisions_take_arrays_of_both(dtype: str, given: str) -> None:
    model, X, Y = network()
    X, Y = X.astype(given), Y.astype(given)
    program = micrograd.compile(lambda x, y: (model(x) - y) ** 2, model, dtype=dtype)
    for _ in range(9):  # float32 is held against float64 the first few times
        long = program(X, Y)
    the_same(short(program, X, Y), long)
    outputs = program.predict(X)
    for _ in range(9):
        program.predict(X)
    np.testing.assert_array_equal(at_once.answer(program._outputs, X), outputs)


def test_float32_is_held_against_float64_when_it_is_due() -> None:
    model, X, Y = network()
    program = micrograd.compile(lambda x, y: (model(x) - y) ** 2, model, dtype="float32")
    uses = []
    for call in range(1, 40):
        if at_once.answer(program._losses, X, Y) is None:
            program(X, Y)
            uses.append(call)
    powers = [1, 2, 3, 4, 5, 6, 7, 8, 16, 32]
    assert set(powers) <= set(uses), "these calls are looked at, or wait for when there is time"


def test_what_float32_cannot_hold_goes_the_long_way() -> None:
    model, X, Y = network()
    program = micrograd.compile(lambda x, y: (model(x) - y) ** 2, model, dtype="float32")
    for _ in range(9):
        program(X, Y)
    short(program, X, Y)
    X[3, 1] = 1e60
    assert at_once.answer(program._losses, X, Y) is None
    with pytest.raises(ValueError, match="row 3"):
        program(X, Y)
    X[3, 1] = 0.5
    program(X, Y)
    model.layers[1].neurons[0].b.data = 1e30  # its square is none of float32's numbers
    assert at_once.answer(program._losses, X, Y) is None


def test_a_look_is_due_after_some_time_on_the_short_way() -> None:
    model, X, Y = network()
    program = compiled(model)
    program(X, Y)
    kernels = program._losses.last_called.at_once
    kernels.allow(1e9, 3, 100, b"")
    numbers = np.array([value.data for value in model.parameters()]).tobytes()

    def call(X: Any, Y: Any, any_data: bool = True, numbers: bytes = numbers) -> Any:
        return kernels.gradient_at_once(lambda: False, lambda held: held, numbers, None, any_data, X, Y)

    assert [call(X, Y) is None for _ in range(5)] == [False, False, False, True, True]
    seconds, calls = kernels.spent()
    assert calls == 3 and 0 <= seconds < 1 and kernels.spent() == (0.0, 0)
    kernels.allow(1e9, 3, 100, b"")
    assert call(X, Y, any_data=False) is False, "nobody knows these data"
    kernels.allow(1e9, 3, 20, b"")
    assert call(X, Y) is None, "more samples than are computed at once"
    with pytest.raises(ValueError, match="parameters"):
        call(X[:20], Y[:20], numbers=numbers[:-8])
    with pytest.raises(ValueError, match="marks"):
        kernels.allow(1.0, 1, 1, bytes(8 * 65))


def test_what_runs_while_a_call_is_on_its_way_may_change_all_there_is() -> None:
    model, X, Y = network()
    program = compiled(model)
    program(X, Y)
    kernels = program._losses.last_called.at_once
    numbers = np.array([value.data for value in model.parameters()]).tobytes()

    def shorten(held: bytes) -> bytes:
        X.shape = (3, 21)
        return held

    kernels.allow(1e9, 9, 100, b"")
    arguments = shorten, numbers, None, True
    assert kernels.gradient_at_once(lambda: False, *arguments, X, Y) is None, (
        "no longer as many samples as targets"
    )
    with pytest.raises(ZeroDivisionError):
        kernels.gradient_at_once(lambda: 1 / 0, *arguments, X, Y)
    with pytest.raises(ValueError, match="parameters"):
        kernels.gradient_at_once(lambda: False, lambda held: None, *arguments[1:], X, Y[:3])


@pytest.mark.parametrize("calls", [0, 4])
@pytest.mark.parametrize("use", ["call", "predict", "evaluate"])
def test_a_loss_that_calls_another_program_is_refused(use, calls):
    """What that returns are numbers, and would stay those of the first time."""
    model = MLP(2, [2, 1])
    X, Y = np.ones((3, 2)), np.ones(3)
    inner = micrograd.compile(lambda x, y: (model(x) - y) ** 2, model)
    uses = {
        "call": lambda: inner(X, Y)[0],
        "predict": lambda: inner.predict(X)[0],
        "evaluate": lambda: inner.evaluate(model, X)[0],
    }
    for _ in range(calls):
        uses[use]()
    with pytest.raises(micrograd.CompileError, match=r"(?s)looks at a number, .*inner"):
        micrograd.compile(lambda x, y: (model(x) - y) ** 2 * float(uses[use]()), model)(X, Y)


@pytest.mark.parametrize("copying", [copy.deepcopy, pickle.dumps])
def test_a_copy_of_a_program_is_refused_with_what_to_do(copying):
    model = MLP(2, [1])
    with pytest.raises(TypeError, match=r"Copy or pickle the model, and call micrograd.compile"):
        copying(micrograd.compile(lambda x, y: (model(x) - y) ** 2, model))
