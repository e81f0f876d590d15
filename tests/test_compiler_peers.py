"""Random networks: the compiler's gradients against those of PyTorch and of JAX, where they are installed."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import micrograd
from micrograd.engine import Value
from micrograd.nn import MLP

ACTIVATIONS = ("relu", "tanh", "sigmoid")
LOSSES = ("squared", "hinge", "cross-entropy")
NETWORKS = st.tuples(
    st.integers(1, 5),  # features
    st.lists(st.integers(1, 17), min_size=1, max_size=3),
    st.sampled_from(ACTIVATIONS),
    st.sampled_from(LOSSES),
    st.integers(1, 130),  # samples
    st.integers(0, 2**31 - 1),
)


def ours(model, name):
    def loss(x, y):
        output = model(x)
        penalty = sum((p * p for p in model.parameters()), Value(0)) * 1e-3
        if name == "squared":
            return (output.sigmoid() - y) ** 2 + penalty
        if name == "hinge":
            return (1 - (2 * y - 1) * output).relu() + penalty
        return (1 + output.exp()).log() - y * output + penalty

    return loss


def theirs(library, X, Y, layers, activation, name):
    """The same with another library's arrays; ``library`` is torch or jax.numpy."""
    relu, tanh = (lambda x: library.where(x > 0, x, 0.0 * x)), library.tanh

    def sigmoid(x):
        return 1 / (1 + library.exp(-x))

    hidden = X
    for W, b in layers[:-1]:
        hidden = {"relu": relu, "tanh": tanh, "sigmoid": sigmoid}[activation](hidden @ W + b)
    output = (hidden @ layers[-1][0] + layers[-1][1])[:, 0]
    penalty = sum((W * W).sum() + (b * b).sum() for W, b in layers) * 1e-3
    if name == "squared":
        return ((sigmoid(output) - Y) ** 2).mean() + penalty
    if name == "hinge":
        return relu(1 - (2 * Y - 1) * output).mean() + penalty
    return (library.log(1 + library.exp(output)) - Y * output).mean() + penalty


def problem(network):
    features, hidden, activation, name, samples, seed = network
    random.seed(seed)
    model = MLP(features, [*hidden, 1], activation=activation)
    generator = np.random.default_rng(seed)
    for parameter in model.parameters():
        parameter.data = generator.normal() / 2
    X = generator.normal(size=(samples, features))
    Y = (generator.random(samples) > 0.5).astype(float)
    layers = [
        (
            np.array([[w.data for w in neuron.w] for neuron in layer.neurons]).T.copy(),
            np.array([neuron.b.data for neuron in layer.neurons]),
        )
        for layer in model.layers
    ]
    value, gradient = micrograd.compile(ours(model, name), model)(X, Y)
    return X, Y, layers, activation, name, value, gradient


def assert_same(value, gradient, their_value, their_layers):
    """``their_layers`` are gradients; ours go neuron by neuron, the weights and then the bias."""
    expected = np.concatenate([np.concatenate([W, b[None]]).T.ravel() for W, b in their_layers])
    assert value == pytest.approx(float(their_value), rel=1e-12, abs=1e-14)
    np.testing.assert_allclose(gradient, expected, rtol=1e-12, atol=1e-13 * max(1.0, np.abs(expected).max()))


@given(NETWORKS)
def test_pytorch_has_the_same_gradients(network):
    torch = pytest.importorskip("torch", reason="PyTorch IS NOT INSTALLED: nothing is compared with it")
    X, Y, layers, activation, name, value, gradient = problem(network)
    tensors = [(torch.tensor(W, requires_grad=True), torch.tensor(b, requires_grad=True)) for W, b in layers]
    result = theirs(torch, torch.tensor(X), torch.tensor(Y), tensors, activation, name)
    result.backward()
    assert_same(value, gradient, result.detach(), [(W.grad.numpy(), b.grad.numpy()) for W, b in tensors])


# JAX compiles anew for each shape, which takes its time: whole, a quarter of what it takes operation by operation.
@settings(max_examples=6)
@given(NETWORKS)
def test_jax_has_the_same_gradients(network):
    jax = pytest.importorskip("jax", reason="JAX IS NOT INSTALLED: nothing is compared with it")
    jax.config.update("jax_enable_x64", True)
    X, Y, layers, activation, name, value, gradient = problem(network)
    both = jax.value_and_grad(lambda weights: theirs(jax.numpy, X, Y, weights, activation, name))
    result, by_layers = jax.jit(both)(layers)
    assert_same(value, gradient, result, [(np.asarray(W), np.asarray(b)) for W, b in by_layers])
