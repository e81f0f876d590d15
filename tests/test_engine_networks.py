"""Layers used as nobody planned: recurrent, shared, cut open, half used, looked into, written over."""

import math
import random
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from programs import absolute_gradients, assert_close, assert_same_graph

from micrograd import nn
from micrograd.engine import Value, topological_order
from micrograd.nn import MLP, Layer, Neuron

STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "hidden",
                "linear",
                "neuron",
                "network",
                "add",
                "multiply",
                "relu",
                "look",
                "overwrite",
                "number",
            ]
        ),
        st.integers(0, 6),
        st.integers(0, 6),
    ),
    min_size=2,
    max_size=10,
)


def build(
    library: Any, make: Any, steps: list[tuple[str, int, int]], seed: int, look: bool
) -> tuple[list[Any], Any]:
    """A loss over a graph in which a few modules are used over and over, and all parameters."""
    random.seed(seed)
    hidden, linear = library.Layer(2, 3), library.Layer(2, 2, nonlin=False)
    neuron, network = library.Neuron(2), library.MLP(2, [2, 2])
    neuron.w[1] = hidden.neurons[0].w[0]
    leaves = [make(0.5), make(-1.25)]
    values = list(leaves)
    for kind, i, j in steps:
        a, b = values[-1 - i % len(values)], values[-1 - j % len(values)]
        if kind == "hidden":
            values += hidden([a, b])
        elif kind == "linear":
            values += linear([a, 0.75])
        elif kind == "neuron":
            values.append(neuron([a, b]))
        elif kind == "network":
            values += network([a, b])
        elif kind == "add":
            values.append(a + b)
        elif kind == "multiply":
            values.append(a * b * 0.5)
        elif kind == "relu":
            values.append(a.relu())
        elif kind == "number":
            values.append(a * 2 - 1)
        elif kind == "look" and look:
            topological_order(a)
        elif kind == "overwrite":
            # The handout's sigmoid, on a node that nothing has used yet.
            out = linear([a, b])[i % 2]
            out.data = 1 / (1 + math.exp(-max(-50.0, min(50.0, out.data))))
            values.append(out)
    loss = sum((value - 0.25) ** 2 for value in values[-4:])
    modules = [hidden, linear, neuron, network]
    return leaves + [p for module in modules for p in module.parameters()], loss


@given(STEPS, st.integers(0, 1000), st.booleans(), st.sampled_from(["before", "after", "between"]))
def test_any_network_has_micrograds_graph_and_gradients(peer, steps, seed, look, when):
    ours, our_loss = build(nn, Value, steps, seed, look)
    theirs, their_loss = build(peer.nn, peer.Value, steps, seed, look=False)
    assume(abs(their_loss.data) < 1e100)
    their_loss.backward()
    if when == "before":
        topological_order(our_loss)
    our_loss.backward()
    once = [leaf.grad for leaf in ours]
    if when == "between":
        topological_order(our_loss)
        our_loss.backward()
        for leaf, gradient in zip(ours, once):
            leaf.grad = gradient
    assert_same_graph(our_loss, their_loss)
    scales = absolute_gradients(our_loss)
    for our, their in zip(ours, theirs):
        assert our.data == their.data
        assert_close(our.grad, their.grad, scales.get(id(our), 0.0))


@given(STEPS, st.integers(0, 1000))
def test_any_networks_second_sweep_adds_the_same(peer, steps, seed):
    leaves, loss = build(nn, Value, steps, seed, look=True)
    assume(abs(loss.data) < 1e100)
    loss.backward()
    once = [leaf.grad for leaf in leaves]
    loss.backward()
    assert [leaf.grad for leaf in leaves] == [2 * g for g in once]


def test_one_neuron_of_a_layer_alone():
    layer = Layer(2, 3, nonlin=False)
    outputs = layer([0.5, 2.0])
    outputs[1].backward()
    used = layer.neurons[1].parameters()
    assert [p.grad for p in used] == [0.5, 2.0, 1.0]
    assert all(p.grad == 0 for p in layer.parameters() if p not in used)
    graph = topological_order(outputs[1])
    assert all(p in graph for p in used)
    assert not any(p in graph for p in layer.parameters() if p not in used)


def test_sweeps_from_the_middle_and_from_the_end():
    random.seed(5)
    model = MLP(2, [3, 1])
    hidden = model.layers[0]([0.5, 2.0])
    out = model.layers[1](hidden)
    out.backward()
    whole = [p.grad for p in model.parameters()]
    model.zero_grad()
    hidden[0].backward()
    first = [p.grad for p in model.parameters()]
    out.backward()
    assert [p.grad for p in model.parameters()] == [a + b for a, b in zip(first, whole)]


def test_data_of_a_hidden_neuron_overwritten(peer):
    losses = []
    for library in (nn, peer.nn):
        random.seed(5)
        first, second = library.Layer(2, 3, nonlin=False), library.Layer(3, 1, nonlin=False)
        hidden = first([0.5, 2.0])
        for node in hidden:
            node.data = math.tanh(node.data)
        losses.append(second(hidden) ** 2)
        losses[-1].backward()
    assert_same_graph(*losses)


def test_the_users_backward_on_a_hidden_neuron():
    random.seed(5)
    first, second = Layer(2, 3, nonlin=False), Layer(3, 1, nonlin=False)
    hidden = first([0.5, 2.0])
    seen = []
    hidden[1]._backward = lambda: seen.append(hidden[1].grad)
    second(hidden).backward()
    assert seen == [second.neurons[0].w[1].data]
    assert [p.grad for p in first.neurons[1].parameters()] == [0, 0, 0]
    assert all(p.grad != 0 for p in first.neurons[0].parameters() + first.neurons[2].parameters())


def test_hidden_neurons_carry_labels_and_gradients():
    random.seed(5)
    first, second = Layer(2, 2, nonlin=False), Layer(2, 1, nonlin=False)
    hidden = first([0.5, 2.0])
    hidden[0].label = "h0"
    out = second(hidden)
    out.backward()
    assert hidden[0].grad == second.neurons[0].w[0].data
    (found,) = (node for node in topological_order(out) if node.label == "h0")
    assert found is hidden[0]
    assert found.grad == second.neurons[0].w[0].data


def test_shared_weights_of_two_neurons():
    layer = Layer(2, 2, nonlin=False)
    layer.neurons[1].w = layer.neurons[0].w
    layer.neurons[1].b = layer.neurons[0].b
    first, second = layer([0.5, 2.0])
    assert first.data == second.data
    (first + second * 10).backward()
    assert [p.grad for p in layer.neurons[0].parameters()] == [5.5, 22.0, 11.0]


def test_one_value_as_all_inputs():
    x = Value(0.5)
    layer = Layer(3, 2, nonlin=False)
    first, second = layer([x, x, x])
    (first + second).backward()
    assert math.isclose(x.grad, sum(w.data for n in layer.neurons for w in n.w), rel_tol=1e-14)


def test_weights_as_inputs():
    neuron = Neuron(2, nonlin=False)
    neuron.w[0].data, neuron.w[1].data, neuron.b.data = 3.0, -2.0, 0.5
    out = neuron(neuron.w)
    out.backward()
    assert out.data == 13.5
    assert [w.grad for w in neuron.w] == [6.0, -4.0]


def test_a_recurrent_network_of_a_thousand_steps(peer):
    def unroll(library, steps):
        random.seed(2)
        cell, state = library.Layer(3, 2), [0.1, 0.2]
        for p in cell.parameters():
            p.data = abs(p.data) * 0.5 + 0.1
        for k in range(steps):
            state = cell([*state, k % 3 / 3])
            state = [s * 0.6 for s in state]
        return cell, sum(state)

    (ours, our_loss), (theirs, their_loss) = unroll(nn, 60), unroll(peer.nn, 60)
    our_loss.backward()
    their_loss.backward()
    assert our_loss.data == their_loss.data
    for our, their in zip(ours.parameters(), theirs.parameters()):
        assert_close(our.grad, their.grad, abs(their.grad))
    cell, loss = unroll(nn, 1000)
    loss.backward()
    assert all(math.isfinite(p.grad) for p in cell.parameters())


@pytest.mark.parametrize("kind", [tuple, iter, lambda x: (v for v in x)])
def test_layers_read_any_iterable_once(kind):
    random.seed(5)
    layer = Layer(2, 3)
    expected = [v.data for v in layer([0.5, 2.0])]
    assert [v.data for v in layer(kind([0.5, 2.0]))] == expected


def test_the_inputs_list_may_change_afterwards():
    neuron = Neuron(2, nonlin=False)
    x = [Value(2.0), Value(3.0)]
    out = neuron(x)
    x[0] = Value(100.0)
    x.append(Value(1.0))
    out.backward()
    assert neuron.w[0].grad == 2.0


def test_a_refused_call_leaves_the_model_as_it_was():
    random.seed(5)
    model = MLP(2, [3, 1])
    expected = model([0.5, 2.0]).data
    for bad in ([0.5], [0.5, "a"], [0.5, math.nan], [None, 1.0]):
        with pytest.raises((TypeError, ValueError)):
            model(bad)
    out = model([0.5, 2.0])
    out.backward()
    assert out.data == expected
    assert any(p.grad for p in model.parameters())


# -- The sum of the squared weights -----------------------------------------------------------------------------


def squares_by_hand(model):
    total = None
    for layer in model.layers:
        for neuron in layer.neurons:
            for weight in neuron.w:
                square = weight * weight
                total = square if total is None else total + square
    return total


def squares(monkeypatch, model, many):
    """The sum as a few weights have it, in one node, or as many, in one for each neuron."""
    monkeypatch.setattr(nn, "_MANY_WEIGHTS", 0 if many else 10_000)
    return nn.squared_weights(model)


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("shape", [(3, [4, 2]), (1, [1]), (2, [1, 3, 1])])
def test_squared_weights_are_the_sum_over_all_weights(monkeypatch, shape, many):
    random.seed(1)
    model = MLP(*shape)
    x = [Value(random.uniform(-1, 1)) for _ in range(shape[0])]
    found = squares(monkeypatch, model, many)
    output = model(x)
    loss = (output[0] if isinstance(output, list) else output) + 0.5 * found
    loss.backward()
    gradients = [value.grad for value in model.parameters()]
    model.zero_grad()
    output = model(x)
    by_hand = squares_by_hand(model)
    ((output[0] if isinstance(output, list) else output) + 0.5 * by_hand).backward()
    assert found.data == pytest.approx(by_hand.data, rel=1e-14)
    assert gradients == pytest.approx([value.grad for value in model.parameters()], rel=1e-13, abs=1e-15)


@pytest.mark.parametrize("swept", [False, True])
def test_a_neurons_squares_unfold_into_micrograds_nodes(monkeypatch, swept):
    model = MLP(3, [2])
    total = squares(monkeypatch, model, many=True)
    if swept:
        total.backward()
    for found, neuron in zip(total._operands, model.layers[0].neurons):
        weights, inputs, bias, activation = found._dot
        assert weights == inputs == tuple(neuron.w)
        assert (bias, activation, found._op) == (None, "", "+")
        a, b, c = neuron.w
        if swept:
            sums, last = found._operands
            assert (sums._op, last._op, last._operands) == ("+", "*", (c, c))
            assert [node.grad for node in (found, sums, last, *sums._operands)] == [1.0] * 5
        else:
            assert_same_graph(found, a * a + b * b + c * c)
    if swept:
        before = [value.grad for value in model.parameters()]
        total.backward()
        assert [value.grad for value in model.parameters()] == [2 * gradient for gradient in before]


def test_squared_weights_of_one_weight_each_are_products(monkeypatch):
    total = squares(monkeypatch, MLP(1, [2]), many=True)
    assert [found._op for found in total._operands] == ["*", "*"]


def test_whole_weights_have_a_whole_sum_of_squares(monkeypatch):
    model = MLP(2, [2])
    for value, number in zip(model.parameters(), (1, -2, 0.5, 3, 4.0, 1)):
        value.data = number
    total = squares(monkeypatch, model, many=True)
    assert [repr(found.data) for found in total._operands] == ["5", "25.0"]


def test_squared_weights_of_what_is_not_alike(monkeypatch):
    """Neurons of several kinds, weights that are results, tuples of weights, and single layers and neurons."""
    model = MLP(2, [3, 2])
    model.layers[0].neurons[1].activation = "tanh"
    model.layers[0].neurons[2].w = tuple(model.layers[0].neurons[2].w)
    source = Value(0.5)
    model.layers[1].neurons[0].w = [source * 2, source * source, Value(3.0)]
    for many in (False, True):
        found = squares(monkeypatch, model, many)
        assert found.data == pytest.approx(squares_by_hand(model).data)
        source.grad = 0.0
        found.backward()
        assert source.grad == pytest.approx(2 * 4 * 0.5 + 4 * 0.5**3)
        parts = [nn.squared_weights(layer).data for layer in model.layers]
        assert sum(parts) == pytest.approx(found.data)
        parts = [nn.squared_weights(neuron).data for layer in model.layers for neuron in layer.neurons]
        assert sum(parts) == pytest.approx(found.data)
    for wrong in (Value(1.0), [Value(1.0)], None):
        with pytest.raises(TypeError, match="expected an MLP, a Layer or a Neuron"):
            nn.squared_weights(wrong)


def test_squared_weights_under_a_replaced_multiplication(monkeypatch):
    multiply = Value.__mul__
    model = MLP(2, [2])
    expected = 2 * squares_by_hand(model).data
    monkeypatch.setattr(Value, "__mul__", lambda a, b: multiply(multiply(a, b), 2.0))
    for many in (False, True):
        assert squares(monkeypatch, model, many).data == pytest.approx(expected)


def test_squared_weights_see_the_weights_of_now(monkeypatch):
    model = MLP(2, [2])
    squares(monkeypatch, model, many=True)
    model.layers[0].neurons[0].w[1].data = 7.0
    assert squares(monkeypatch, model, many=True).data == pytest.approx(squares_by_hand(model).data)
    model.layers[0].neurons[0].w[0] = Value(5.0)
    assert squares(monkeypatch, model, many=True).data == pytest.approx(squares_by_hand(model).data)
