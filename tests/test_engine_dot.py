"""``dot``: one fused node on the hot path, micrograd's elementary nodes for whoever looks."""

import math
import random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from programs import absolute_gradients, assert_close, assert_same_graph

from micrograd.engine import Value, dot, topological_order
from micrograd.nn import MLP, Neuron

numbers = st.floats(-1e3, 1e3, allow_subnormal=False)
pairs = st.lists(st.tuples(numbers, numbers), min_size=1, max_size=8)


def elementary(weights, inputs, bias):
    """What micrograd does for a neuron."""
    return sum((w * x for w, x in zip(weights, inputs)), bias)


@given(pairs, numbers)
def test_value_is_micrograds_to_the_last_bit(pairs, b):
    weights, inputs = [w for w, _ in pairs], [x for _, x in pairs]
    expected = b
    for w, x in pairs:  # sum() of floats is another sum from Python 3.12 on: it compensates for rounding
        expected = expected + w * x
    assert dot([Value(w) for w in weights], inputs, Value(b)).data == expected
    assert dot([Value(w) for w in weights], [Value(x) for x in inputs], Value(b)).data == expected


@given(pairs, numbers, st.data())
def test_graph_and_gradients_are_micrograds(peer, pairs, b, data):
    # Each input is a number, a new leaf, the result of an operation, or one of the weights.
    kinds = [data.draw(st.sampled_from(["number", "leaf", "computed", "weight"])) for _ in pairs]

    def build(make, neuron):
        weights, leaves = [make(w) for w, _ in pairs], []
        inputs = []
        for kind, (_, x), weight in zip(kinds, pairs, reversed(weights)):
            leaves.append(make(x))
            inputs.append(
                {"number": x, "leaf": leaves[-1], "computed": leaves[-1] * 0.5, "weight": weight}[kind]
            )
        bias = make(b)
        return [*weights, bias, *leaves], neuron(weights, inputs, bias).relu() * 2 + weights[0]

    our_leaves, ours = build(Value, dot)
    their_leaves, theirs = build(peer.Value, elementary)
    ours.backward()
    theirs.backward()
    assume(math.isfinite(ours.data))
    assert_same_graph(ours, theirs)
    scales = absolute_gradients(ours)
    for our, their in zip(our_leaves, their_leaves):
        assert_close(our.grad, their.grad, scales.get(id(our), 0.0))


@pytest.mark.parametrize("sizes", [[1], [2, 1], [3, 2], [4, 4, 1]])
@pytest.mark.parametrize("looks", [(), ("before",), ("between",), ("after",), ("before", "between", "after")])
def test_a_networks_graph_is_micrograds_whenever_one_looks(peer, sizes, looks):
    def build(nn):
        random.seed(42)
        model = nn.MLP(2, sizes)
        outputs = model([0.888, 0.777])
        outputs = outputs if isinstance(outputs, list) else [outputs]
        return model, sum((output - 1) ** 2 for output in outputs)

    from micrograd import nn

    ours, our_loss = build(nn)
    theirs, their_loss = build(peer.nn)
    their_loss.backward()
    if "before" in looks:
        topological_order(our_loss)
    our_loss.backward()
    once = [p.grad for p in ours.parameters()]
    if "between" in looks:
        topological_order(our_loss)
    assert_same_graph(our_loss, their_loss) if "after" in looks else None
    our_loss.backward()
    assert [p.grad for p in ours.parameters()] == [2 * g for g in once]
    for our, their, gradient in zip(ours.parameters(), theirs.parameters(), once):
        assert our.data == their.data
        assert_close(gradient, their.grad, 1.0)


def test_looking_does_not_change_a_single_bit():
    def gradients(look):
        random.seed(8)
        model = MLP(3, [6, 5, 1])
        loss = sum((model([0.1 * k, -0.7, 0.3]).tanh() - 1) ** 2 for k in range(6))
        if look:
            topological_order(loss)
        loss.backward()
        return [p.grad for p in model.parameters()]

    assert gradients(look=True) == gradients(look=False)


@pytest.mark.parametrize("look", ["never", "before", "between"])
def test_a_second_sweep_adds_exactly_the_same_whenever_one_looks(look):
    random.seed(8)
    model = MLP(3, [6, 5, 1])
    loss = sum((model([0.1 * k, -0.7, 0.3]).tanh() - 1) ** 2 for k in range(6))
    if look == "before":
        topological_order(loss)
    loss.backward()
    once = [p.grad for p in model.parameters()]
    if look == "between":
        topological_order(loss)
    loss.backward()
    assert [p.grad for p in model.parameters()] == [2 * g for g in once]


@pytest.mark.parametrize("look", [False, True])
@pytest.mark.parametrize(
    "loss",
    [
        lambda w: dot([w], [0.1]) + dot([w], [0.7]),
        lambda w: dot([w, w, w], [0.1, 0.7, 1e-3], w),
        lambda w: dot([Value(0.3)], [w], w) + dot([w], [0.7]) * w + w / 3,
    ],
)
def test_a_weight_in_several_places_gets_exactly_the_same_again(loss, look):
    w = Value(0.1)
    root = loss(w)
    if look:
        topological_order(root)
    root.backward()
    once = w.grad
    root.backward()
    assert w.grad == 2 * once


def test_the_unfolded_nodes_are_the_same_objects_at_every_look():
    random.seed(8)
    model = MLP(2, [3, 1])
    root = model([0.5, -0.5])
    first = topological_order(root)
    root.backward()
    second = topological_order(root)
    assert len(first) == len(second)
    assert all(a is b for a, b in zip(first, second))
    gradients = [node.grad for node in first]
    root.backward()
    assert [n.grad for n in topological_order(root) if n._operands] == [
        g for n, g in zip(first, gradients) if n._operands
    ]


def test_looking_after_the_sweep_finds_the_gradients():
    neuron = Neuron(2)
    neuron.w[0].data, neuron.w[1].data, neuron.b.data = 0.5, 0.25, 1.0
    x = [Value(2.0), Value(4.0)]
    root = neuron(x) * 3
    root.backward()
    (relu,) = {node for node in topological_order(root) if node._op == "ReLU"}
    (total,) = relu._operands
    bias_and_first, second = total._operands
    assert (relu.grad, total.grad, bias_and_first.grad, second.grad) == (3, 3, 3, 3)
    assert (relu.data, total.data, bias_and_first.data, second.data) == (3.0, 3.0, 2.0, 1.0)
    assert second._operands == (neuron.w[1], x[1])
    assert bias_and_first._operands[0] is neuron.b
    assert bias_and_first._operands[1]._operands == (neuron.w[0], x[0])
    assert second._local_derivatives == (4.0, 0.25)


def test_numbers_in_the_unfolded_graph_stay_what_they_were():
    neuron = Neuron(2)
    node = neuron([2, 0.5])
    leaves = [n for n in topological_order(node) if not n._operands and n not in neuron.parameters()]
    assert [repr(leaf) for leaf in leaves] == ["Value(data=2, grad=0)", "Value(data=0.5, grad=0)"]


def test_the_layers_neurons_share_the_inputs_that_are_values():
    random.seed(0)
    model = MLP(2, [3, 1])
    x = [Value(0.5), Value(0.25)]
    order = topological_order(model(x))
    assert sum(node is x[0] for node in order) == 1
    assert len(order) == len({id(node) for node in order})


def test_unfolding_after_the_weights_were_updated_shows_what_was_computed():
    # The usual loop: forward, backward, update, and only then draw the graph.
    neuron = Neuron(2)
    neuron.w[0].data, neuron.w[1].data, neuron.b.data = 0.5, 0.25, 1.0
    seen, unseen = neuron([2.0, 4.0]), neuron([2.0, 4.0])
    before = [(node._op, node.data) for node in topological_order(seen) if node._operands]
    for parameter in neuron.parameters():
        parameter.data = parameter.data - 10.0
    assert [(node._op, node.data) for node in topological_order(unseen) if node._operands] == before


def test_updating_a_weight_before_the_sweep_is_the_same_fused_or_not():
    def gradient(neuron):
        w, x, b = Value(2.0), Value(3.0), Value(0.5)
        node = neuron([w], [x], b)
        w.data, x.data = 10.0, 20.0
        node.backward()
        return w.grad, x.grad, b.grad

    assert gradient(dot) == gradient(elementary)


class TestOperands:
    def test_numbers_of_all_kinds_and_values_together(self):
        weights = [Value(0.5), Value(-1.5), Value(2.0), Value(0.25)]
        x = Value(3.0)
        node = dot(weights, [2, 0.5, x, True + 0.0], Value(1))
        node.backward()
        assert node.data == 1 + 1.0 - 0.75 + 6.0 + 0.25
        assert [w.grad for w in weights] == [2, 0.5, 3.0, 1.0]
        assert x.grad == 2.0

    def test_numpy_rows(self):
        numpy = pytest.importorskip("numpy", reason="NumPy is not installed: ITS ROWS ARE NOT TESTED")
        weights = [Value(0.5), Value(-1.5)]
        for row in (numpy.array([2.0, 3.0]), numpy.array([2, 3]), numpy.float32([2, 3]), (2, 3)):
            node = dot(weights, row, Value(0.25))
            assert node.data == 0.25 + 1.0 - 4.5
            assert all(type(n.data) in (int, float) for n in topological_order(node))

    def test_a_vector_by_itself(self):
        v = [Value(3.0), Value(-2.0)]
        node = dot(v, v)
        node.backward()
        assert node.data == 13.0
        assert [x.grad for x in v] == [6.0, -4.0]

    def test_a_vector_by_itself_after_unfolding(self):
        v = [Value(3.0), Value(-2.0)]
        node = dot(v, v)
        topological_order(node)
        node.backward()
        assert [x.grad for x in v] == [6.0, -4.0]

    def test_one_weight_many_times(self):
        w = Value(2.0)
        node = dot([w, w, w], [1.0, 10.0, 100.0], w)
        node.backward()
        assert (node.data, w.grad) == (224.0, 112.0)

    def test_computed_weights_and_bias(self):
        a = Value(2.0)
        node = dot([a * a, a + 1], [a, 5.0], a.exp())
        node.backward()
        assert node.data == math.exp(2) + 8 + 15
        assert math.isclose(a.grad, 3 * 4 + 5 + math.exp(2), rel_tol=1e-15)

    def test_the_inputs_may_be_used_elsewhere(self):
        x = Value(2.0)
        square = x * x
        (dot([Value(3.0)], [square], Value(0)) * square).backward()
        assert square.grad == 2 * 3 * 4
        assert x.grad == square.grad * 4

    def test_without_bias(self):
        w, x = [Value(0.5), Value(0.25)], [Value(2.0), Value(4.0)]
        node = dot(w, x)
        node.backward()
        assert node.data == 2.0
        assert [v.grad for v in (*w, *x)] == [2.0, 4.0, 0.5, 0.25]
        ops = sorted(n._op for n in topological_order(node) if n._operands)
        assert ops.count("*") == 2
        assert "+" in ops

    def test_the_lists_may_change_afterwards(self):
        w, x = [Value(0.5), Value(0.25)], [Value(2.0), Value(4.0)]
        node = dot(w, x, Value(1.0))
        first = w[0]
        w[0], x[1] = Value(100.0), Value(100.0)
        w.append(Value(1.0))
        node.backward()
        assert first.grad == 2.0
        assert w[1].grad == 4.0

    def test_iterables(self):
        w = [Value(0.5), Value(0.25)]
        assert dot(tuple(w), (x for x in (2.0, 4.0)), Value(1.0)).data == 3.0

    def test_of_nothing_there_is_the_bias(self):
        b = Value(1.5)
        node = dot([], [], b)
        node.backward()
        assert (node.data, b.grad) == (1.5, 1)

    def test_many_operands(self):
        weights = [Value(1.0) for _ in range(5000)]
        node = dot(weights, [2.0] * 5000, Value(0))
        node.backward()
        assert node.data == 10_000
        assert all(w.grad == 2.0 for w in weights)


class TestRefusals:
    @pytest.mark.parametrize(("weights", "inputs"), [(2, 1), (1, 2), (0, 1), (3, 0)])
    def test_lengths_that_differ(self, weights, inputs):
        with pytest.raises(ValueError, match=str(weights)) as caught:
            dot([Value(1.0)] * weights, [1.0] * inputs, Value(0))
        assert str(weights) in str(caught.value)
        assert str(inputs) in str(caught.value)

    @pytest.mark.parametrize("bad", ["1", None, 1j, [1.0], b"1"])
    def test_inputs_that_are_no_numbers(self, bad):
        with pytest.raises(TypeError) as caught:
            dot([Value(1.0), Value(2.0)], [1.0, bad], Value(0))
        assert type(bad).__name__ in str(caught.value) or repr(bad) in str(caught.value)

    def test_weights_that_are_no_numbers(self):
        with pytest.raises(TypeError):
            dot(["1"], [1.0], Value(0))

    @pytest.mark.parametrize("bias", ["1", [1.0], 1j])
    def test_a_bias_that_is_no_number(self, bias):
        with pytest.raises(TypeError):
            dot([Value(1.0)], [1.0], bias)

    def test_a_single_number_is_no_vector(self):
        with pytest.raises(TypeError):
            dot([Value(1.0)], 1.0, Value(0))

    def test_after_a_refusal_nothing_has_changed(self):
        w = [Value(1.0)]
        with pytest.raises(TypeError):
            dot(w, ["1"], Value(0))
        node = dot(w, [3.0], Value(0))
        node.backward()
        assert (node.data, w[0].grad) == (3.0, 3.0)


@pytest.mark.parametrize("kind", [list, tuple])
def test_a_multiplication_that_was_replaced_is_the_one_of_a_dot_product(monkeypatch, kind):
    multiply = Value.__mul__
    monkeypatch.setattr(Value, "__mul__", lambda a, b: multiply(multiply(a, b), 2.0))
    weights = kind([Value(3.0), Value(-1.0)])
    assert dot(weights, kind([1.0, Value(5.0)])).data == 2 * (3 - 5)
    assert dot(weights, weights).data == 2 * (9 + 1)


@pytest.mark.parametrize("kind", [list, tuple])
def test_a_sum_of_squares_is_one_node_of_the_same_values_twice(kind):
    weights = kind([Value(3.0), Value(-1.0), Value(0.5)])
    squares = dot(weights, weights)
    found, inputs, _, _ = squares._dot
    assert found is inputs
    squares.backward()
    assert squares.data == 10.25
    assert [weight.grad for weight in weights] == [6.0, -2.0, 1.0]
    assert_same_graph(dot(weights, weights), _squares(weights))


def _squares(weights):
    total = weights[0] * weights[0]
    for weight in weights[1:]:
        total = total + weight * weight
    return total


def test_the_weights_of_a_sum_of_squares_may_come_from_anywhere_once():
    assert dot(iter([Value(2.0)]), [3.0]).data == 6.0
    once = iter([Value(2.0), Value(3.0)])
    with pytest.raises(ValueError, match="2"):
        dot(once, once)
    mixed = [2.0, Value(3.0)]
    assert dot(mixed, mixed).data == 13.0
