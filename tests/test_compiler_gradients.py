"""The compiler's gradients against backward(): random graphs, and the losses that people write."""

from __future__ import annotations

import random

import numpy as np
import pytest
from compiled import MACHINES, assert_gradients, by_backward, code_of, machine_of, use_machine
from hypothesis import assume, given
from hypothesis import strategies as st
from programs import OUR_OPERATIONS, programs

import micrograd
from micrograd.compiler.parameters import Parameters
from micrograd.compiler.verify import verify
from micrograd.engine import Value, dot, topological_order
from micrograd.nn import MLP, Neuron

KINKS = {"ReLU", "abs", "max", "min"}


def well_posed(root: Value) -> bool:
    """Whether rounding in another order cannot change much: no large numbers, nothing beside a kink."""
    for node in topological_order(root):
        if abs(node.data) > 20:
            return False
        if node._op in KINKS:
            first = node._operands[0].data
            distance = first - node._operands[1].data if len(node._operands) == 2 else first
            if abs(distance) < 1e-6:
                return False
    return True


@given(
    programs(list(OUR_OPERATIONS)),
    st.lists(st.tuples(*[st.floats(-2, 2, allow_subnormal=False)] * 3), min_size=1, max_size=11),
)
def test_random_graphs_have_the_gradients_of_backward(program, samples):
    parameters = [Value(number) for number in program.leaves]

    def loss(x, y):
        values = [*x, y, *parameters]
        for operation, i, j in program.instructions:
            values.append(
                OUR_OPERATIONS[operation](values[-1 - i % len(values)], values[-1 - j % len(values)])
            )
        return values[-1]

    X = np.array([sample[:2] for sample in samples])
    Y = np.array([sample[2] for sample in samples])
    for x, y in zip(X, Y):
        assume(well_posed(loss([Value(float(number)) for number in x], Value(float(y)))))
    assert_gradients(loss, parameters, X, Y)


@pytest.fixture
def data():
    generator = np.random.default_rng(7)
    X = generator.uniform(-1, 1, (137, 3))  # more than a block, and no multiple of anything
    return X, (X[:, 0] * X[:, 1] > 0).astype(float)


def perceptron(seed=3, sizes=(5, 1), features=3, **arguments):
    random.seed(seed)
    return MLP(features, list(sizes), **arguments)


def test_mean_squared_error_with_sigmoid(data):
    model = perceptron()
    assert_gradients(lambda x, y: (model(x).sigmoid() - y) ** 2, model, *data)


def test_hinge_with_l2(data):
    model = perceptron(sizes=(7, 4, 1))
    X, Y = data

    def loss(x, y):
        penalty = sum((p * p for p in model.parameters()), Value(0))
        return (1 - y * model(x)).relu() + 1e-2 * penalty

    assert_gradients(loss, model, X, 2 * Y - 1)


def test_l2_alone_has_no_sample_in_it(data):
    model = perceptron()
    assert_gradients(lambda x, y: sum((p**2 for p in model.parameters()), Value(0)).sqrt(), model, *data)


def test_cross_entropy_by_exp_and_log(data):
    model = perceptron(sizes=(6, 3))
    X, _ = data
    Y = np.eye(3)[np.arange(len(X)) % 3]

    def loss(x, y):
        outputs = model(x)
        exponentials = [output.exp() for output in outputs]
        total = sum(exponentials, Value(0))
        return -sum((t * (e / total).log() for t, e in zip(y, exponentials)), Value(0))

    assert_gradients(loss, model, X, Y)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
def test_layers_of_each_activation(data, activation):
    model = perceptron(sizes=(9, 6, 2), activation=activation)
    X, _ = data
    assert_gradients(
        lambda x, y: sum(((o - t) ** 2 for o, t in zip(model(x), y)), Value(0)), model, X, X[:, :2]
    )


def test_saturated_activations_keep_the_digits_of_their_gradients(data):
    X, Y = data
    weights = [Value(9.0), Value(-4.0), Value(7.0)]
    assert_gradients(lambda x, y: dot(weights, x).tanh() * y + dot(weights, x).sigmoid(), weights, 2 * X, Y)


def test_loops_of_the_user(data):
    weights = [Value(w) for w in (0.3, -0.2, 0.7)]
    bias = Value(0.1)

    def loss(x, y):
        state = Value(0.0)
        for feature in x:  # a recurrent cell: the same weights at each step
            state = (weights[0] * feature + weights[1] * state + bias).tanh()
        output = state * weights[2]
        return abs(output - y) + 0.01 * weights[2] ** 2

    assert_gradients(loss, [*weights, bias], *data)


def test_weights_shared_between_layers(data):
    X, Y = data
    shared = Neuron(3)
    tied = [Value(0.5), Value(-0.3)]

    def loss(x, y):
        hidden = [shared(x), shared([x[2], x[1], x[0]])]
        twice = [dot(tied, hidden, shared.b), dot(tied[::-1], hidden)]
        return (dot(tied, twice).sigmoid() - y) ** 2

    assert_gradients(loss, [*shared.parameters(), *tied], X, Y)


def test_a_parameter_listed_twice_gets_its_gradient_in_both_places(data):
    X, Y = data
    w, v = Value(0.5), Value(2.0)
    program = micrograd.compile(lambda x, y: (w * x[0] * v - y) ** 2, [w, v, w])
    _, gradient = program(X, Y)
    _, expected, _ = by_backward(lambda x, y: (w * x[0] * v - y) ** 2, [w, v], X, Y)
    assert gradient.shape == (3,)
    np.testing.assert_allclose(gradient, expected[[0, 1, 0]], rtol=1e-12)


def test_attention_multiplies_what_depends_on_the_sample_with_itself(data):
    X, Y = data
    w = [Value(x) for x in (0.2, -0.4, 0.9, 0.3)]

    def loss(x, y):
        queries = [w[0] * feature for feature in x]
        keys = [w[1] * feature + w[2] for feature in x]
        score = dot(queries, keys, w[3])
        return (score.exp() * -0.5 + score - y) ** 2

    assert_gradients(loss, w, X, Y)


@pytest.mark.parametrize("machine", MACHINES)
def test_kinks_and_ties_are_the_engines(machine):
    """relu'(0) = 0, abs'(0) = 0, and on a tie each operand takes half of the gradient."""
    w, v = Value(1.0), Value(1.0)
    cases = [
        lambda x, y: (w * x[0]).relu(),
        lambda x, y: abs(w * x[0]),
        lambda x, y: (w * x[0]).maximum(v * x[0]),
        lambda x, y: (w * x[0]).minimum(v * x[0]),
        lambda x, y: (x[0] + w - 1).maximum(v - 1),
        lambda x, y: (x[0] + w - 1).minimum(v - 1),
    ]
    X, Y = np.zeros((3, 1)), np.zeros(3)
    X[1:] = 1.0
    for loss in cases:
        code = code_of(loss, [w, v], X, Y)
        _, gradient = machine_of(code, machine).gradient(np.ones(2), X, Y.reshape(-1, 1), 1)
        _, expected, _ = by_backward(loss, [w, v], X, Y)
        np.testing.assert_allclose(gradient, expected, rtol=1e-15)


@given(st.integers(1, 40), st.integers(1, 19), st.integers(1, 19), st.integers(0, 2**32 - 1))
def test_layers_of_any_size_on_batches_of_any_size(samples, first, second, seed):
    """All tiles of the kernels, and what is left over at their edges."""
    generator = np.random.default_rng(seed)
    X, Y = generator.uniform(-1, 1, (samples, 3)), generator.uniform(-1, 1, samples)
    model = perceptron(seed, (first, second, 1), activation="tanh")
    parameters = Parameters(model)
    for place, value in enumerate(parameters.values):
        value.data = 0.3 * np.sin(1.0 + place)
    assert_gradients(lambda x, y: (model(x) - y) ** 2, model, X, Y)


def test_a_loss_without_targets(data):
    X, _ = data
    w = [Value(0.5), Value(-0.3), Value(0.8)]
    program = micrograd.compile(lambda x: (dot(w, x).tanh() - x[0]) ** 2, w)
    value, gradient = program(X)
    expected, by_hand, _ = by_backward(lambda x, y: (dot(w, x).tanh() - x[0]) ** 2, w, X, np.zeros(len(X)))
    assert value == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(gradient, by_hand, rtol=1e-11)
    losses = program.train(X, None, 50, 0.5)
    assert losses[-1] < losses[0]


def test_evaluate_and_predict_give_the_models_outputs(data, monkeypatch):
    X, _ = data
    single, several = perceptron(sizes=(4, 1)), perceptron(sizes=(4, 3))
    for machine in MACHINES:
        use_machine(monkeypatch, machine)
        program = micrograd.compile(lambda x, y: (single(x) - y) ** 2, single)
        expected = [single([float(f) for f in x]).data for x in X]
        np.testing.assert_allclose(program.predict(X), expected, rtol=1e-12, atol=1e-14)
        squashed = program.evaluate(lambda x: [single(x).sigmoid(), x[1] * 2, 3 * single.parameters()[0]], X)
        assert squashed.shape == (len(X), 3)
        np.testing.assert_allclose(squashed[:, 0], 1 / (1 + np.exp(-np.array(expected))), rtol=1e-12)
        np.testing.assert_array_equal(squashed[:, 1], 2 * X[:, 1])
        np.testing.assert_array_equal(squashed[:, 2], 3 * single.parameters()[0].data)
        program = micrograd.compile(lambda x, y: several(x)[0] - y, several)
        expected = [[o.data for o in several([float(f) for f in x])] for x in X]
        np.testing.assert_allclose(program.predict(X), expected, rtol=1e-12, atol=1e-14)


def test_plain_numbers_among_the_inputs_of_a_layer():
    random.seed(0)
    model = MLP(3, [4, 1], activation="tanh")

    def loss(x, y):
        return (model([x[0], 1.0, x[1]]) - dot([y, 2], [x[0], Value(0.5)])) ** 2 + dot(
            [model([1, 2, 3])], [1.5]
        )

    value, gradient = micrograd.compile(loss, model)([[0.1, 0.2], [0.3, -0.4]], [1.0, 0.0])
    samples = [([Value(0.1), Value(0.2)], Value(1.0)), ([Value(0.3), Value(-0.4)], Value(0.0))]
    mean = sum(loss(x, y) for x, y in samples) / 2
    mean.backward()
    assert value == pytest.approx(mean.data)
    assert gradient == pytest.approx([p.grad for p in model.parameters()])


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_penalty_on_all_weights_is_one_instruction(machine, dtype):
    """However many weights there are; also of two different lists, shifted, doubled, and with a bias."""
    from compiled import machine_of

    from micrograd.compiler.instructions import Dot

    random.seed(3)
    model = MLP(5, [33, 40, 1])
    weights = [value for name, value in model.named_parameters() if ".w." in name]

    def loss(x, y):
        penalty = 0.1 * dot(weights, weights) + 0.2 * dot(
            weights[:30], weights[7:37], model.layers[0].neurons[0].b
        )
        return (model(x) - y) ** 2 + penalty + 0.01 * dot(weights[::-1], weights).tanh()

    X, Y = np.random.default_rng(5).normal(size=(9, 5)), np.arange(9.0)
    code = code_of(loss, model, X, Y)
    verify(code)
    assert sum(isinstance(instruction, Dot) for instruction in code.shared) == 3
    assert len(code.shared) < 10
    numbers = np.array([float(p.data) for p in model.parameters()])
    value, gradient = machine_of(code, machine, dtype).gradient(numbers, X, Y.reshape(-1, 1), 1)
    for p in model.parameters():
        p.grad = 0.0
    total = sum((loss([Value(n) for n in x], Value(y)) for x, y in zip(X, Y)), Value(0)) / len(X)
    total.backward()
    tolerance = 1e-12 if dtype == "float64" else 1e-5
    assert value == pytest.approx(total.data, rel=tolerance)
    expected = np.array([p.grad for p in model.parameters()])
    np.testing.assert_allclose(gradient, expected, rtol=tolerance, atol=tolerance * np.abs(expected).max())
