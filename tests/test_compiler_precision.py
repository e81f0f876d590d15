"""Programs in float32: the same source, held against float64 within stated bounds."""

from __future__ import annotations

import platform
import random

import numpy as np
import pytest
from checked_programs import Skip, is_well_posed
from compiled import INSTRUCTION_SETS, use_machine
from generated_programs import Model, data_of, generate, run

import micrograd
from micrograd.compiler.codes import code_for
from micrograd.compiler.numpy_machine import NumpyMachine
from micrograd.compiler.parameters import Parameters
from micrograd.compiler.trace import read
from micrograd.compiler.trace import run as run_once
from micrograd.engine import Value, dot
from micrograd.losses import binary_cross_entropy
from micrograd.nn import MLP

# What docs/compiler.md promises, of the terms that are summed.
TOLERANCE = {"float64": 1e-12, "float32": 1e-5}


def machines(code, dtype):
    """Every machine that runs here, in a precision."""
    yield "NumPy", NumpyMachine(code, dtype)
    if INSTRUCTION_SETS:
        from micrograd.compiler.kernel_machine import KernelMachine

        for name in INSTRUCTION_SETS:
            yield name, KernelMachine(code, name, dtype)


def code_of_loss(loss, model, features):
    parameters = Parameters(model)
    graph = read(run_once(loss, parameters, ([0.5] * features, [1.0])), parameters, set())
    return code_for(graph.expressions, graph.results, features, True)


# Layers of one input and of many, of sizes that nothing divides; batches from one sample to several chunks of blocks.
SHAPES = [(1, [1]), (3, [5]), (7, [13, 3]), (13, [9]), (31, [33]), (50, [17, 40]), (97, [65, 8]), (129, [11])]
SAMPLES = [1, 2, 8, 17, 121, 500, 1999, 5000]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_every_width_and_batch_in_both_precisions(shape, dtype, monkeypatch):
    if INSTRUCTION_SETS:
        from micrograd.compiler import kernel_machine

        monkeypatch.setattr(kernel_machine, "_WORK_FOR_A_NEW_THREAD", 1)
    features, hidden = shape
    draw = random.Random(str(shape))
    random.seed(str(shape))
    model = MLP(features, [*hidden, 1], activation=draw.choice(["relu", "tanh", "sigmoid"]))
    code = code_of_loss(lambda x, y: (model(x) - y).tanh() ** 2, model, features)
    weights = np.array([float(p.data) for p in model.parameters()])
    generator = np.random.default_rng(features)
    for samples in draw.sample(SAMPLES, 3):
        X, Y = generator.normal(size=(samples, features)), generator.normal(size=(samples, 1))
        X, Y = X.astype("float32").astype("float64"), Y.astype("float32").astype("float64")
        of_samples = [1.0] if samples < 3 else generator.uniform(0.5, 2.0, samples)
        own = draw.choice([None, np.full(samples, 1.0) * of_samples])
        reference = NumpyMachine(code)
        expected, gradient = reference.gradient(weights, X, Y, 1, weights=own)
        # Rounding is relative to the terms of a mean, which may cancel: of each gradient, the largest of them.
        scale = max(1.0, float(np.abs(gradient).max()))
        for name, machine in machines(code, dtype):
            results = [machine.gradient(weights, X, Y, threads, weights=own) for threads in (1, 2, 3, 4)]
            value, ours = results[0]
            assert ours.dtype == np.float64
            assert abs(value - expected) <= TOLERANCE[dtype] * max(1.0, abs(expected)), (name, samples)
            wrong = np.abs(ours - gradient) > TOLERANCE[dtype] * scale
            assert not wrong.any(), (name, samples, np.flatnonzero(wrong)[:5])
            for other, again in results[1:]:
                assert other == value and (again == ours).all(), (name, samples, "threads")


@pytest.mark.parametrize("seed", range(0, 120, 3))
def test_generated_programs_in_float32(seed):
    """The generator of test_compiler_generated: layers, attention, recurrence, normalisation, all losses."""
    program = generate(seed)
    X, Y, rows, weights = data_of(program)
    model = Model(Value, program.numbers())

    def loss(x, y):
        return run(program, model, x, y, dot)

    try:
        results = [loss([Value(n) for n in x], Value(y)) for x, y in zip(X, Y)]
    except Skip:
        return
    parameters = model.parameters()
    # Beside a kink or a pole, float32 may take another side, or another number.
    if not parameters or not all(is_well_posed(result) and beside_no_kink(result) for result in results):
        return
    known = Parameters(parameters)
    graph = read(run_once(loss, known, (X[0], [Y[0]])), known, set())
    code = code_for(graph.expressions, graph.results, program.features, True)
    table, targets = np.array(X)[rows], np.array(Y)[rows].reshape(-1, 1)
    own = np.array(weights) if program.weighted else None
    numbers = np.array([float(parameter.data) for parameter in parameters])
    captured = np.array([float(leaf.data) for leaf in graph.captured])
    expected, gradient = NumpyMachine(code).gradient(
        numbers, table, targets, 1, captured=captured, weights=own
    )
    scale = max(1.0, float(np.abs(gradient).max()), abs(expected))
    if scale > 100:
        return
    for name, machine in machines(code, "float32"):
        value, ours = machine.gradient(numbers, table, targets, 2, captured=captured, weights=own)
        assert abs(value - expected) <= 3e-3 * scale, (name, value, expected)
        assert (np.abs(ours - gradient) <= 3e-3 * scale).all(), (name, np.abs(ours - gradient).max(), scale)


def beside_no_kink(root):
    from micrograd.engine import topological_order

    for node in topological_order(root):
        operands = node._operands
        if node._op in ("ReLU", "abs", "max", "min"):
            distance = operands[0].data - (operands[1].data if len(operands) == 2 else 0.0)
            if abs(distance) < 1e-3 * max(1.0, abs(operands[0].data)):
                return False
        if abs(node.data) > 100 or (operands and any(abs(d) > 100 for d in node._local_derivatives)):
            return False
    return True


@pytest.mark.parametrize("machine", ["NumPy", *INSTRUCTION_SETS])
@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
def test_training_in_float32_follows_that_in_float64(machine, optimizer, monkeypatch):
    use_machine(monkeypatch, machine)
    generator = np.random.default_rng(4)
    X = generator.normal(size=(300, 20)).astype("float32")
    Y = np.sin(X[:, 0]) + X[:, 1]
    losses, weights = {}, {}
    for dtype in ("float64", "float32"):
        random.seed(2)
        model = MLP(20, [24, 1])
        program = micrograd.compile(lambda x, y, model=model: (model(x) - y) ** 2, model, dtype=dtype)
        parts = [
            program.train(X, Y, 20, 0.01, 64, seed=k, optimizer=optimizer, resume=k > 0) for k in range(2)
        ]
        losses[dtype] = np.concatenate(parts)
        weights[dtype] = np.array([p.data for p in model.parameters()])
        outputs = program.predict(X)
        assert outputs.dtype == np.float64
        np.testing.assert_allclose(
            outputs, [model(list(map(float, x))).data for x in X], rtol=1e-4, atol=1e-4
        )
    np.testing.assert_allclose(losses["float32"], losses["float64"], rtol=1e-4)
    np.testing.assert_allclose(weights["float32"], weights["float64"], rtol=1e-3, atol=1e-4)
    assert all(type(p.data) is float for p in model.parameters())
    as_single = weights["float32"].astype("float32").astype("float64")
    np.testing.assert_array_equal(weights["float32"], as_single)


def test_momentum_and_divergence_in_float32():
    random.seed(1)
    model = MLP(16, [8, 1])
    program = micrograd.compile(lambda x, y: (model(x) - y) ** 2, model, dtype="float32")
    X = np.random.default_rng(0).normal(size=(50, 16))
    program.train(X, X[:, 0], 10, 0.01, optimizer="SGD", momentum=0.9)
    before = [p.data for p in model.parameters()]
    with pytest.raises(micrograd.DivergenceError, match="diverged"):
        program.train(X, X[:, 0], 200, 1e6)
    assert all(np.isfinite(p.data) for p in model.parameters())
    assert before != [p.data for p in model.parameters()]


@pytest.mark.parametrize("dtype", ["float16", "double precision", None, int, "f2"])
def test_other_precisions_are_refused(dtype):
    model = MLP(2, [1])
    with pytest.raises(ValueError, match="'float64' or 'float32'"):
        micrograd.compile(lambda x, y: (model(x) - y) ** 2, model, dtype=dtype)


@pytest.mark.parametrize("dtype", ["float32", np.float32, np.dtype("float32")])
def test_a_precision_is_a_name_or_a_type(dtype):
    model = MLP(2, [1])
    assert micrograd.compile(lambda x, y: (model(x) - y) ** 2, model, dtype=dtype).dtype == "float32"


def test_a_number_that_float32_has_not_is_refused_with_its_row():
    model = MLP(2, [1])
    program = micrograd.compile(lambda x, y: (model(x) - y) ** 2, model, dtype="float32")
    X = np.ones((5, 2))
    X[3, 1] = 1e300
    with pytest.raises(ValueError, match=r"X holds inf .*float32 has not.* in row 3, column 1"):
        program(X, np.ones(5))


# Losses of a weight w, a feature and a target; and weights with which float32 has it, and has it not.
LOST = {
    "the logarithm of a saturated sigmoid": (
        lambda w, x, y: binary_cross_entropy((w * x).sigmoid(), 0 * y),
        1.0,
        30.0,
    ),
    "a bound of one's own": (lambda w, x, y: -(1 - (w * x).sigmoid()).maximum(1e-12).log(), 1.0, 25.0),
    "an overflow": (lambda w, x, y: (w * x) ** 2 * 1e-20, 1.0, 1e25),
    "an overflow that is hidden": (lambda w, x, y: ((w * x) ** 2 / (1 + (w * x) ** 2)).relu(), 1.0, 1e25),
    "an underflow": (lambda w, x, y: (w * w * x).log(), 1.0, 1e-25),
    "a small number": (lambda w, x, y: 1 / (w * x), 1.0, 1e-42),
    "a gradient": (lambda w, x, y: (w * x).sqrt(), 1.0, 1e-60),
}


@pytest.mark.parametrize("pure", ["", "1"])
@pytest.mark.parametrize("name", LOST)
def test_what_float32_loses_is_refused_with_the_row(name, pure, monkeypatch):
    monkeypatch.setenv("MICROGRAD_PURE", pure)
    function, fine, lost = LOST[name]
    w = Value(fine)
    X, Y = np.full((130, 1), 1.0), np.full(130, 1.0)
    X[:121] = 0.0 if "saturated" in name or "bound" in name else 1.0

    def loss(x, y):
        return function(w, x[0], y)

    for dtype in ("float64", "float32"):
        w.data = fine
        program = micrograd.compile(loss, [w], dtype=dtype)
        assert np.isfinite(program(X, Y)[0])
        for compiled in program._losses.compiled.values():
            compiled.seconds_of_a_comparison = 1.0  # as if the machine had been busy
        w.data = lost
        if dtype == "float64":
            assert np.isfinite(program(X, Y)[0])
            continue
        for one in (program, micrograd.compile(loss, [w], dtype=dtype)):
            with pytest.raises(micrograd.CompileError, match=r"in row \d+, .* in float32.*dtype='float64'"):
                one(X, Y)
            with pytest.raises(micrograd.CompileError, match=r"in row \d+, .* in float32"):
                one.train(X, Y, 3, 0.0)
        if name != "a gradient":
            with pytest.raises(micrograd.CompileError, match=r"in row \d+, the result is .* in float32"):
                program.evaluate(lambda x: function(w, x[0], 1.0), X)
    assert w.data == lost


def test_a_training_that_leaves_single_precision_says_so():
    w = Value(1.0)
    program = micrograd.compile(lambda x, y: (w * x[0] - y) ** 2, [w], dtype="float32")
    X = np.linspace(-1, 1, 50).reshape(-1, 1)
    with pytest.raises(micrograd.DivergenceError, match="float32") as caught:
        program.train(X, X[:, 0] * 3, 200, 1e3)
    assert 0 < len(caught.value.losses) == caught.value.step
    assert np.isfinite(w.data)


def test_a_training_that_makes_no_step_rounds_no_weight():
    random.seed(4)
    model = MLP(3, [4, 1])
    before = [p.data for p in model.parameters()]
    program = micrograd.compile(lambda x, y: (model(x) - y) ** 2 + x[0].log() * 0.1, model, dtype="float32")
    X = np.random.default_rng(0).uniform(0.5, 1, (20, 3))
    X[5, 0] = 0.0
    with pytest.raises(ValueError, match=r"\(row 5 of the data\)"):
        program.train(X, X[:, 1], 50, 1e-3)
    assert [p.data for p in model.parameters()] == before


def test_data_that_float32_has_not_are_computed_in_float64_for_the_comparison():
    w = Value(1.0)
    program = micrograd.compile(lambda x: (w * x[0]).log(), [w], dtype="float32")
    X = np.ones((40, 1))
    X[17] = 1e-50
    with pytest.raises(micrograd.CompileError, match=r"in row 17, .* -115.129 in float64"):
        program(X)
    X[17] = 0.0
    with pytest.raises(ValueError, match=r"log of 0.0.*\(row 17 of the data\)"):
        program(X)


def test_rounding_is_no_loss():
    """Of a loss that is almost nothing, float32 has no digit right, and need not have any."""
    w = Value(1.0)
    program = micrograd.compile(lambda x: (w * x[0] - x[0] * (1 + 1e-7)) ** 2, [w], dtype="float32")
    assert program(np.linspace(-1, 1, 50).reshape(-1, 1))[0] < 1e-13


@pytest.mark.skipif(
    not INSTRUCTION_SETS or platform.machine() not in ("x86_64", "AMD64"), reason="for x86's kernels"
)
@pytest.mark.parametrize("threads", [1, 3])
def test_single_precision_knows_no_subnormal_numbers_and_python_still_does(threads, monkeypatch):
    """They would take a hundred times as long; whoever else computes in this process counts on them."""
    from micrograd.compiler import kernel_machine

    monkeypatch.setattr(kernel_machine, "_WORK_FOR_A_NEW_THREAD", 1)
    w = Value(1.0)
    code = code_of_loss(lambda x, y: w * x[0], [w], 1)
    X, Y = np.full((2000, 1), 1e-39), np.zeros((2000, 1))
    for name in INSTRUCTION_SETS:
        single = kernel_machine.KernelMachine(code, name, "float32").gradient(np.ones(1), X, Y, threads)
        double = kernel_machine.KernelMachine(code, name, "float64").gradient(np.ones(1), X, Y, threads)
        assert (single[0], single[1][0]) == (0.0, 0.0)
        assert double[1][0] == pytest.approx(1e-39)
        tiny = np.full(2, 1e-39, dtype=np.float32)
        assert (tiny + tiny > tiny).all()
        assert float(X[0, 0]) * 1e-271 < 1e-310 + 1e-310
