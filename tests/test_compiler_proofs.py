"""The verifier finds what is wrong with a list, rows are used again, and what enters C is looked at first."""

from __future__ import annotations

import random
from array import array
from dataclasses import replace

import numpy as np
import pytest
from compiled import INSTRUCTION_SETS, MACHINES, assert_gradients, code_of, machine_of
from conftest import run_python

from micrograd.compiler.encode import LAYOUT, encode
from micrograd.compiler.instructions import Layer, Sum, WeightGradient
from micrograd.compiler.verify import VerificationError, verify
from micrograd.engine import Value, dot
from micrograd.nn import MLP
from micrograd.nn import Layer as Dense

X = np.random.default_rng(1).uniform(-1, 1, (11, 3))
Y = X[:, 0] * X[:, 1]


def network(activation="tanh"):
    random.seed(4)
    return MLP(3, [5, 4, 1], activation=activation)


def code(activation="tanh"):
    model = network(activation)
    return code_of(lambda x, y: (model(x) - y) ** 2 + 0.1 * model.parameters()[0] ** 2, model, X, Y)


def exchanged(instruction):
    """The same instruction with one of its reads changed."""
    if isinstance(instruction, Layer):
        return replace(instruction, inputs=(*instruction.inputs[1:], instruction.inputs[0]))
    if isinstance(instruction, WeightGradient):
        return replace(instruction, gradients=(*instruction.gradients[1:], instruction.gradients[0]))
    if isinstance(instruction, Sum) and instruction.linear:
        (c, a), *rest = instruction.linear
        return replace(instruction, linear=((c, a + 1), *rest))
    return None


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid"])
@pytest.mark.parametrize("part", ["forward", "backward"])
def test_a_read_of_another_row_is_found(activation, part):
    found = 0
    for at in range(len(getattr(code(activation), part))):
        for placed in (False, True):
            wrong = code(activation)
            verify(wrong)
            instructions = getattr(wrong.placed if placed else wrong, part)
            changed = exchanged(instructions[at])
            if changed is None or changed == instructions[at]:
                continue
            instructions[at] = changed
            with pytest.raises(VerificationError):
                verify(wrong)
            found += 1
    assert found > 2


def test_a_gradient_that_is_not_whole_is_found():
    count = len(code().backward)
    for at in range(count):
        wrong = code()
        del wrong.backward[at], wrong.placed.backward[at]
        with pytest.raises(VerificationError):
            verify(wrong)
    doubled = code()
    last = next(i for i, x in enumerate(doubled.backward) if isinstance(x, WeightGradient))
    doubled.backward.insert(last, doubled.backward[last])
    doubled.placed.backward.insert(last, doubled.placed.backward[last])
    with pytest.raises(VerificationError, match="not the derivative"):
        verify(doubled)


def test_a_row_that_is_written_twice_or_too_soon_is_found():
    wrong = code()
    wrong.forward.append(wrong.forward[-1])
    with pytest.raises(VerificationError, match="written twice"):
        verify(wrong)
    wrong = code()
    wrong.forward.reverse()
    with pytest.raises(VerificationError, match="before they are written"):
        verify(wrong)
    wrong = code()
    # All rows in one place.
    wrong.placed.forward[:] = [i.renamed(lambda row: min(row, 4)) for i in wrong.forward]
    with pytest.raises(VerificationError):
        verify(wrong)


def test_rows_whose_last_reader_is_gone_are_used_again():
    model = network()
    made = code_of(lambda x, y: (model(x) - y) ** 2, model, X, Y)
    assert made.placed.rows < made.rows
    w = [Value(0.1 * i) for i in range(4)]

    def chain(x, y):
        total = x[0]
        for i in range(60):
            total = (total * w[i % 4] + x[i % 3]).sin()
        return total - y

    predicting = code_of(chain, [Value(1.0)], X, Y)  # nothing varies: nothing has to be kept
    assert predicting.placed.rows < 12


def linear(layer, x):
    return [dot(n.w, x, n.b) for n in layer.neurons]


def residual(act, blocks):
    layers = [Dense(3, 3, activation="linear") for _ in range(blocks)]

    def loss(x, y):
        h = x
        for layer in layers:
            h = [a + getattr(b, act)() for a, b in zip(h, linear(layer, h))]
        return (sum(h, Value(0)) - y) ** 2

    return loss, [p for layer in layers for p in layer.parameters()]


def from_the_issue():
    b, w, v = Value(0.5), Value(-0.61), Value(0.3)
    yield "bias twice", lambda x, y: w * ((v * x[0] + b).tanh() + b) - y, [b, w, v]
    for act in ("relu", "tanh", "sigmoid"):
        for blocks in (1, 2, 3):
            yield f"residual {act} {blocks}", *residual(act, blocks)
    first, second = Dense(3, 4, activation="linear"), Dense(3, 4, activation="linear")
    both = [*first.parameters(), *second.parameters()]

    def total(values):
        return sum(values, Value(0))

    yield (
        "linear plus tanh",
        lambda x, y: (total(linear(first, x)) + total(h.tanh() for h in linear(second, x)) - y) ** 2,
        both,
    )
    yield (
        "linear plus its own tanh",
        lambda x, y: (total(h + h.tanh() for h in linear(first, x)) - y) ** 2,
        first.parameters(),
    )
    yield (
        "difference",
        lambda x, y: (
            (total(a.relu() - b.tanh() for a, b in zip(linear(first, x), linear(second, x))) - y) ** 2
        ),
        both,
    )
    yield (
        "siamese",
        lambda x, y: (
            (total(a.tanh() + b.tanh() for a, b in zip(linear(first, x), linear(first, x[::-1]))) - y) ** 2
        ),
        first.parameters(),
    )
    yield (
        "deep sets",
        lambda x, y: (
            (total(total(h.tanh() for h in linear(first, [v, v * v, v + 1])) for v in x).tanh() - y) ** 2
        ),
        first.parameters(),
    )

    def dense_net(x, y):
        h = [v.tanh() for v in linear(first, x)]
        g = [v.relu() for v in linear(second, h[:3])]
        return (total(h) + total(g) + total(a * b for a, b in zip(h, g)) - y) ** 2

    yield "densely connected", dense_net, both

    def euler(x, y):
        state = x
        for _ in range(3):
            state = [s + v.tanh() for s, v in zip(state, linear(first, state))]
        return (total(state) - y) ** 2

    yield "Euler's method", euler, first.parameters()

    def pre_activation(x, y):
        h = x
        for layer in (first, second):
            h = [a + b for a, b in zip(h, linear(layer, [v.relu() for v in h]))]
        return total(h).tanh() - y

    yield "pre-activation", pre_activation, both


@pytest.mark.parametrize(
    ("name", "loss", "parameters"), [pytest.param(*case, id=case[0]) for case in from_the_issue()]
)
def test_sums_of_layers_have_the_gradients_of_backward(name, loss, parameters):
    assert_gradients(loss, parameters, X, Y)


@pytest.mark.parametrize("machine", MACHINES)
def test_zeros_before_a_kink_stay_exact(machine):
    w = [Value(1.0) for _ in range(3)]
    x = np.array([[2.0, 1.0, -3.0]])
    cases = [
        lambda x, y: ((w[0] * x[0] + w[1] * x[1] + w[2] * x[2]) / 3).relu(),
        lambda x, y: abs((w[0] * x[0] + w[1] * x[1] + w[2] * x[2]) * 0.1),
        lambda x, y: ((w[0] * x[0] + w[1] * x[1] + w[2] * x[2]) / 7).tanh().maximum(w[0] * 0.0),
        lambda x, y: (1 + (w[0] * x[0] + w[1] * x[1] + 2 * w[2] * x[2]) / 3).relu(),
    ]
    for loss in cases:
        runner = machine_of(code_of(loss, w, x, np.zeros(1)), machine)
        _, gradient = runner.gradient(np.ones(3), x, np.zeros((1, 1)), 1)
        for p in w:
            p.grad = 0.0
        loss([Value(float(v)) for v in x[0]], Value(0.0)).backward()
        np.testing.assert_allclose(gradient, [p.grad for p in w], rtol=1e-15)


@pytest.mark.parametrize("machine", MACHINES)
def test_weights_of_samples_give_the_weighted_mean(machine):
    model = network()
    made = code_of(lambda x, y: (model(x) - y) ** 2 + 0.1 * model.parameters()[0] ** 2, model, X, Y)
    runner = machine_of(made, machine)
    numbers = np.array([p.data for p in model.parameters()])
    X_large = np.random.default_rng(3).uniform(-1, 1, (500, 3))
    Y_large = X_large[:, :1] * 2
    weights = np.random.default_rng(4).integers(1, 4, 500).astype(float)
    repeated = np.repeat(np.arange(500), weights.astype(int))
    value, gradient = runner.gradient(numbers, X_large, Y_large, 2, weights=weights)
    expected, theirs = runner.gradient(numbers, X_large[repeated], Y_large[repeated], 1)
    assert value == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(gradient, theirs, rtol=1e-10, atol=1e-14)


DOMAINS = [
    (lambda x, y: (x[0] + 0).log(), 1.0, -1.0),
    (lambda x, y: x[0].log().maximum(-10), 1.0, 0.0),
    (lambda x, y: 1 / (1 + x[0].exp()), 1.0, 800.0),
    (lambda x, y: x[0].sqrt(), 1.0, -1e-300),
    (lambda x, y: x[0] ** -1, 1.0, 0.0),
    (lambda x, y: x[0] ** 0.5, 1.0, -1.0),
    (lambda x, y: (x[0] ** 2).minimum(1), 1.0, 1e200),
    (lambda x, y: x[0] ** (y + 1.0), 1.0, -2.0),
    (lambda x, y: (x[0] ** -3).minimum(1), 1.0, 0.0),
]


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("case", range(len(DOMAINS)))
def test_a_block_whose_sample_leaves_a_domain_is_flagged_and_no_other(machine, case):
    loss, inside, outside = DOMAINS[case]
    w = Value(1.0)
    samples = 20_000 if machine == "NumPy" else 400
    runner = machine_of(code_of(lambda x, y: loss([w * x[0]], y), [w], np.ones((2, 1)), np.ones(2)), machine)
    X, Y = np.full((samples, 1), inside), np.ones((samples, 1))
    flags = np.frombuffer(runner.flags_for(samples), dtype=np.uint8)
    for threads in (1, 2):
        runner.gradient(np.ones(1), X, Y, threads, flags=flags)
        assert not flags.any()
    lanes = runner.lanes_of(samples)
    for row in (0, lanes, samples - 1):
        flags[:] = 0
        X[row] = outside
        runner.gradient(np.ones(1), X, Y, 1, flags=flags)
        assert flags.nonzero()[0].tolist() == [row // lanes]
        X[row] = inside


def test_the_front_needs_no_numpy():
    script = """
        import sys, random
        BLOCK = {block}
        if BLOCK:
            sys.modules["numpy"] = None
        from micrograd.compiler.codes import code_for
        from micrograd.compiler.encode import encode
        from micrograd.compiler.parameters import Parameters
        from micrograd.compiler.same_graph import trace_samples
        from micrograd.nn import MLP
        from micrograd.engine import Value
        random.seed(3)
        for sizes in ([4, 1], [5, 3, 1]):
            for activation in ("relu", "tanh"):
                model = MLP(2, sizes, activation=activation)
                penalty = lambda: 0.01 * sum((p * p for p in model.parameters()), Value(0))
                loss = lambda x, y: (model(x).sigmoid() - y) ** 2 + penalty()
                graph = trace_samples(loss, Parameters(model), [([0.5, -0.25], [1.0]), ([1.5, 0.25], [0.0])])
                e = encode(code_for(graph.expressions, graph.results, 2, True))
                print(e)
        assert BLOCK or "numpy" not in sys.modules
    """
    blocked = run_python(script.replace("{block}", "True"))
    assert blocked.count("Encoded(") == 4
    assert blocked == run_python(script.replace("{block}", "False"))


@pytest.mark.skipif(
    not INSTRUCTION_SETS, reason="NO C COMPILER: the kernels were not built and are not tested"
)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("features", [3, 24, 2048])
def test_words_that_point_elsewhere_are_refused(features, dtype):
    """Every single word is exchanged for numbers that it must not be; the kernels run what they accept."""
    from micrograd.compiler import _kernels

    model = MLP(features, [8, 1], activation="tanh")
    table, targets = np.zeros((9, features)), np.zeros((9, 1))
    encoded = encode(
        code() if features == 3 else code_of(lambda x, y: (model(x) - y) ** 2, model, table, targets), dtype
    )
    names = [f for f in encoded.__dataclass_fields__ if f != "work"]
    given = {name: getattr(encoded, name) for name in names}
    common = {"instruction_set": None, "debug": False, "dtype": dtype}
    _kernels.Machine(**common, **given)
    kinds = {part: _kinds(given[part]) for part in ("shared", "forward", "backward")}
    wide = {"SampleLayer", "SampleGradient", "Pack"}
    assert (wide <= set().union(*kinds.values())) == (features >= 24)
    table, targets = table.astype(dtype), targets.astype(dtype)
    refused = 0
    for part in ("shared", "forward", "backward"):
        words = given[part]
        for at in range(len(words)):
            for number in (-2, 1 << 62, -(1 << 62), words[at] + 1):
                changed = array("q", words)
                changed[at] = number
                try:
                    machine = _kernels.Machine(**common, **{**given, part: changed})
                except ValueError:
                    refused += 1
                    continue
                machine.gradient(
                    parameters=np.zeros(encoded.parameters), captured=None, X=table, Y=targets, weights=None,
                    gradient=np.zeros(encoded.parameters), flags=None, samples=9, threads=1,
                )  # fmt: skip
    assert refused > 2.5 * sum(len(given[part]) for part in ("forward", "backward"))
    with pytest.raises(ValueError, match="X has 16 bytes"):
        _kernels.Machine(**common, **given).gradient(
            parameters=np.zeros(encoded.parameters), captured=None, X=np.zeros(2), Y=targets, weights=None,
            gradient=np.zeros(encoded.parameters), flags=None, samples=9, threads=1,
        )  # fmt: skip


def _kinds(words):
    """The names of the instructions in some words."""
    found, at = set(), 0
    while at < len(words):
        found.add(list(LAYOUT)[words[at]])
        at += words[at + 1]
    return found
