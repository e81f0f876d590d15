"""The same bits for the same input whatever the number of threads, and the same results on every machine."""

from __future__ import annotations

import os
import random
import threading

import numpy as np
import pytest
from compiled import INSTRUCTION_SETS, MACHINES, code_of, machine_of, use_machine

import micrograd
from micrograd.engine import Value
from micrograd.nn import MLP

GENERATOR = np.random.default_rng(2)
X = GENERATOR.normal(size=(5003, 3))
Y = np.sin(X[:, 0])


@pytest.fixture
def every_thread_counts(monkeypatch):
    """Use as many threads as are asked for, however small the work."""
    if INSTRUCTION_SETS:
        from micrograd.compiler import kernel_machine

        monkeypatch.setattr(kernel_machine, "_WORK_FOR_A_THREAD", 1)
        monkeypatch.setattr(kernel_machine, "_WORK_FOR_A_NEW_THREAD", 1)


def new_model():
    random.seed(8)
    return MLP(3, [6, 1], activation="tanh")


def loss_of(model):
    return lambda x, y: (model(x) - y) ** 2 + 1e-3 * sum((p * p for p in model.parameters()), Value(0))


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("samples", [1, 119, 121, 600, 5003])
def test_the_number_of_threads_changes_no_bit(machine, samples, every_thread_counts):
    model = new_model()
    runner = machine_of(code_of(loss_of(model), model, X, Y), machine)
    weights = np.array([float(p.data) for p in model.parameters()])
    targets = Y[:samples].reshape(-1, 1).copy()
    results = [runner.gradient(weights, X[:samples], targets, threads) for threads in (1, 2, 3, 7, 16, 50)]
    for value, gradient in results[1:]:
        assert value == results[0][0]
        np.testing.assert_array_equal(gradient, results[0][1])


@pytest.mark.parametrize("machine", MACHINES)
def test_training_and_predicting_on_threads_change_no_bit(machine, monkeypatch, every_thread_counts):
    use_machine(monkeypatch, machine)
    results = []
    for threads in (1, 2, 4):
        model = new_model()
        program = micrograd.compile(loss_of(model), model, threads=threads)
        losses = program.train(X, Y, 12, 0.1, 1000, seed=4, momentum=0.5)
        results.append((losses, program.predict(X)))
    for losses, outputs in results[1:]:
        np.testing.assert_array_equal(losses, results[0][0])
        np.testing.assert_array_equal(outputs, results[0][1])


@pytest.mark.parametrize("machine", INSTRUCTION_SETS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_threads_that_also_share_the_sum_of_the_gradients_change_no_bit(machine, dtype, every_thread_counts):
    """Of more than a thousand weights, the threads add up the gradients too, each of them a part."""
    random.seed(3)
    model = MLP(3, [40, 37, 1])
    runner = machine_of(code_of(loss_of(model), model, X, Y), machine, dtype)
    weights = np.array([float(p.data) for p in model.parameters()])
    for samples in (57, 400, 1001, 5003):
        targets = Y[:samples].reshape(-1, 1).copy()
        results = [runner.gradient(weights, X[:samples], targets, threads) for threads in (1, 2, 3, 4, 16)]
        for value, gradient in results[1:]:
            assert value == results[0][0]
            np.testing.assert_array_equal(gradient, results[0][1])


@pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="a thread is bound to a processor on Linux only"
)
@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
def test_threads_that_hardly_ever_run_change_no_bit(optimizer, every_thread_counts):
    """On one processor, all but one of the threads have always been put aside, in the middle of their work too."""
    results = []
    allowed = os.sched_getaffinity(0)
    for threads in (1, 4):
        random.seed(3)
        model = MLP(3, [40, 37, 1])
        program = micrograd.compile(loss_of(model), model, threads=threads)
        program.train(X, Y, 1, 0.01, optimizer=optimizer)
        os.sched_setaffinity(0, {min(allowed)})
        try:
            losses = program.train(X, Y, 60, 0.01, 500, seed=4, optimizer=optimizer)
        finally:
            os.sched_setaffinity(0, allowed)
        results.append((losses, [p.data for p in model.parameters()]))
    np.testing.assert_array_equal(results[1][0], results[0][0])
    assert results[1][1] == results[0][1]


def test_one_program_may_be_used_from_several_threads_of_python(every_thread_counts):
    model = new_model()
    program = micrograd.compile(loss_of(model), model, threads=2)
    expected = program(X, Y)
    found = []
    workers = [threading.Thread(target=lambda: found.append(program(X, Y))) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(found) == 6
    for value, gradient in found:
        assert value == expected[0]
        np.testing.assert_array_equal(gradient, expected[1])


@pytest.mark.parametrize("machine", MACHINES)
def test_every_machine_gives_the_same_results(machine):
    model = new_model()
    code = code_of(loss_of(model), model, X, Y)
    weights = np.array([float(p.data) for p in model.parameters()])
    expected, gradient = machine_of(code, "NumPy").gradient(weights, X, Y.reshape(-1, 1), 1)
    value, ours = machine_of(code, machine).gradient(weights, X, Y.reshape(-1, 1), 2)
    assert value == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(ours, gradient, rtol=1e-12, atol=1e-15)


def test_training_takes_all_threads_or_one_whichever_was_faster():
    from micrograd.compiler.training import ThreadChoice

    def used(seconds):
        choice = ThreadChoice(4)
        chosen = {1: 0, 4: 0}
        for turn in range(100):
            threads, steps = choice.next(min(100_000, 100 * 2**turn))
            chosen[threads] += steps
            choice.took(steps, steps * seconds[threads])
        return chosen

    quick, slow = used({4: 1e-5, 1: 2e-5}), used({4: 2e-5, 1: 1e-5})
    assert quick[4] > 10 * quick[1] > 0
    assert slow[1] > 10 * slow[4] > 0, "the slower one is tried now and then"
    single = ThreadChoice(1)
    for _ in range(20):
        assert single.next(10) == (1, 10)
        single.took(10, 1.0)


def test_several_trainings_at_once_may_ask_before_any_trial_is_over():
    from micrograd.compiler.training import ThreadChoice

    choice = ThreadChoice(2)
    choice.took(100, 0.1)
    for _ in range(50):
        threads, steps = choice.next(1000)
        assert threads in (1, 2) and 0 < steps <= 1000
    assert choice.chosen in (1, 2)


@pytest.mark.parametrize("machine", INSTRUCTION_SETS)
@pytest.mark.parametrize("activation", ["relu", "tanh", "linear"])
@pytest.mark.parametrize("width", [1, 2, 3, 5, 6, 7, 8, 9, 11, 12, 13, 14, 16, 23, 33])
def test_layers_of_every_width_are_computed_alike(machine, activation, width):
    """The kernels put layers together from tiles of several sizes, and what is left over from smaller ones."""
    random.seed(width)
    for features, hidden in ((width, 33), (33, width), (width, width)):
        model = MLP(features, [hidden, width, 1], activation=activation)
        weights = np.array([parameter.data for parameter in model.parameters()])
        table = GENERATOR.normal(size=(121, features + 1))
        code = code_of(lambda x, y: (model(x) - y) ** 2, model, table[:2, 1:], table[:2, 0])  # noqa: B023
        for samples in (1, 8, 9, 57, 121):
            X, Y = table[:samples, 1:].copy(), table[:samples, :1].copy()
            expected, gradient = machine_of(code, "NumPy").gradient(weights, X, Y, 1)
            value, ours = machine_of(code, machine).gradient(weights, X, Y, 1)
            assert value == pytest.approx(expected, rel=1e-12)
            np.testing.assert_allclose(ours, gradient, rtol=0, atol=1e-12 * max(1.0, np.abs(gradient).max()))


def test_the_number_of_threads_is_bounded_as_in_other_numeric_libraries(monkeypatch):
    from micrograd.compiler import program

    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert program._default_threads() == 3
    monkeypatch.setenv("OMP_NUM_THREADS", "many")
    assert program._default_threads() >= 1


def test_without_the_kernels_programs_run_on_numpy(monkeypatch):
    from micrograd.compiler import machines
    from micrograd.compiler.numpy_machine import NumpyMachine

    model = new_model()
    code = code_of(loss_of(model), model, X, Y)
    monkeypatch.setitem(__import__("sys").modules, "micrograd.compiler.kernel_machine", None)
    assert isinstance(machines.machine(code), NumpyMachine)


def test_micrograd_pure_runs_programs_on_numpy(monkeypatch):
    from micrograd.compiler import machines
    from micrograd.compiler.numpy_machine import NumpyMachine

    model = new_model()
    monkeypatch.setenv("MICROGRAD_PURE", "1")
    assert isinstance(machines.machine(code_of(loss_of(model), model, X, Y)), NumpyMachine)


@pytest.mark.skipif(
    not INSTRUCTION_SETS, reason="NO C COMPILER: the kernels were not built and are not tested"
)
def test_an_instruction_set_can_be_chosen_and_an_unknown_one_is_refused(monkeypatch):
    model = new_model()
    code = code_of(loss_of(model), model, X, Y)
    monkeypatch.setenv("MICROGRAD_INSTRUCTION_SET", "MMX")
    from micrograd.compiler.kernel_machine import KernelMachine

    with pytest.raises(ValueError, match=r"no instruction set named MMX"):
        KernelMachine(code)
    monkeypatch.setenv("MICROGRAD_INSTRUCTION_SET", "baseline")
    KernelMachine(code)


@pytest.mark.skipif(not INSTRUCTION_SETS, reason="the kernels are not built")
@pytest.mark.parametrize("machine", INSTRUCTION_SETS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_how_few_samples_are_laid_out_changes_no_bit(machine, dtype, monkeypatch):
    """A wide first layer reads them where they lie, or in rows: whichever is faster for so many."""
    from micrograd.compiler.kernel_machine import KernelMachine

    use_machine(monkeypatch, machine)
    wide = np.random.default_rng(5).normal(size=(37, 41))
    chosen = KernelMachine._for_steps
    results = []
    for choice in (chosen, lambda self, samples, shuffled: self):
        monkeypatch.setattr(KernelMachine, "_for_steps", choice)
        random.seed(8)
        model = MLP(41, [19, 7, 1], activation="tanh")
        program = micrograd.compile(lambda x, y, model=model: (model(x) - y) ** 2, model, dtype=dtype)
        losses = [program.train(wide, Y[:37], 9, 0.05, size, seed=4).tolist() for size in (None, 16, 33)]
        runner = program.compiled_for(wide, Y[:37])[2].machine
        in_rows = [
            chosen(runner, samples, shuffled) is not runner
            for samples, shuffled in ((37, 0), (16, 1), (41, 1))
        ]
        assert in_rows == [True, True, False]
        results.append((losses, [p.data for p in model.parameters()]))
    assert results[0] == results[1]


@pytest.mark.skipif(not INSTRUCTION_SETS, reason="the kernels are not built")
@pytest.mark.parametrize("machine", INSTRUCTION_SETS)
def test_first_layers_too_wide_for_the_cache_are_right(machine):
    """Their samples pass by the packed weights in another order of loops."""
    random.seed(8)
    model = MLP(700, [203, 1])
    wide = np.random.default_rng(5).normal(size=(131, 700)) / 26
    weights = np.array([float(p.data) for p in model.parameters()])
    layers = weights[:-204].reshape(203, 701), weights[-204:]
    hidden = np.maximum(wide @ layers[0][:, :700].T + layers[0][:, 700], 0)
    off = hidden @ layers[1][:203] + layers[1][203] - Y[:131]
    back = np.outer(off * 2 / 131, layers[1][:203]) * (hidden > 0)
    runner = machine_of(code_of(lambda x, y: (model(x) - y) ** 2, model, wide, Y[:131]), machine)
    value, gradient = runner.gradient(weights, wide, Y[:131].reshape(-1, 1).copy(), 2)
    assert value == pytest.approx((off**2).mean(), rel=1e-12)
    np.testing.assert_allclose(
        gradient[:-204].reshape(203, 701)[:, :700], back.T @ wide, rtol=1e-9, atol=1e-12
    )
    np.testing.assert_allclose(gradient[-204:-1], off * 2 / 131 @ hidden, rtol=1e-9, atol=1e-12)
