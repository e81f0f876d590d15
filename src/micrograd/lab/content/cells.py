# ruff: noqa
# fmt: off
# mypy: ignore-errors
# The lab's code cells, written once for both languages. A line `# %% ID` begins a cell; the Markdown
# files beside this one say where each stands. An ID that begins with `task-N-` belongs to task N.
# `# %% ID (light)`: the light edition's cell of that ID, which needs no other library; all others serve both.
# What lies between `### BEGIN SOLUTION` and `### END SOLUTION` is taken out of a student's notebook.

# %% seeds
import random

import numpy as np

np.random.seed(42)
random.seed(42)

# %% seeds (light)
import random

random.seed(42)

# %% task-1-perceptron
from micrograd.nn import MLP

### BEGIN SOLUTION
perceptron = MLP(2, [1])
### END SOLUTION

# %% task-1-print
### BEGIN SOLUTION
parameters = perceptron.parameters()
print(perceptron)
print(f"Model has: {len(parameters)} parameters")
values = ",\n  ".join(str(p) for p in parameters)
print(f"Model parameters are: [\n  {values}\n]")
### END SOLUTION

# %% task-1-neuron
from micrograd.nn import Neuron

### BEGIN SOLUTION
random.seed(42)
neuron = Neuron(2, nonlin=False)
w0, w1, b = (p.data for p in neuron.parameters())

print("MLP:    ", perceptron([0.888, 0.777]).data)
print("Neuron: ", neuron([0.888, 0.777]).data)
print("by hand:", w0 * 0.888 + w1 * 0.777 + b)
### END SOLUTION

# %% task-2-sigmoid
import math


def sigmoid(out):
    ### BEGIN SOLUTION
    out.data = 1 / (1 + math.exp(-out.data))
    return out
    ### END SOLUTION

# %% task-2-try
from micrograd.engine import Value

for z in (-4, -0.5, 0, 0.5, 4):
    print(f"sigmoid({z:>4}) = {sigmoid(Value(z) + 0).data:.6f}")

# %% task-2-operation
def sigmoid_operation(out):
    ### BEGIN SOLUTION
    return out.sigmoid()
    ### END SOLUTION

# %% task-2-gradcheck
from micrograd.gradcheck import gradcheck

### BEGIN SOLUTION
written = gradcheck(lambda z: sigmoid(z + 0), 0.5)
operation = gradcheck(lambda z: sigmoid_operation(z + 0), 0.5)
print(written, operation, sep="\n\n")
### END SOLUTION

# %% task-3-error
### BEGIN SOLUTION
x = [Value(0.888), Value(0.777)]
target = [Value(1)]

output = sigmoid(perceptron(x))
error = (output - target[0]) ** 2

perceptron.zero_grad()
error.backward()
print(f"output {output.data}\nerror  {error.data}")
### END SOLUTION

# %% task-3-graph
from micrograd.draw import draw_dot

### BEGIN SOLUTION
nodes = [*x, *parameters, *target, output, error]
names = ["x0", "x1", "w0", "w1", "b", "y", "output", "error"]
for node, name in zip(nodes, names):
    node.label = name

draw_dot(error)
### END SOLUTION

# %% task-4-explore
from micrograd.draw import explore

explore(error, model=perceptron)

# %% task-4-by-hand
### BEGIN SOLUTION
o, t = output.data, target[0].data
derivative = 2 * (o - t)
by_hand = {
    "w0": derivative * x[0].data,
    "w1": derivative * x[1].data,
    "b": derivative * 1,
}

for (name, gradient), parameter in zip(by_hand.items(), parameters):
    print(f"{name:>2}  by hand {gradient:+.6f}   backward() {parameter.grad:+.6f}")
### END SOLUTION

# %% task-4-exact
### BEGIN SOLUTION
exact_error = (sigmoid_operation(perceptron(x)) - target[0]) ** 2
perceptron.zero_grad()
exact_error.backward()

print(f"sigmoid'(z) = o (1 - o) = {o * (1 - o):.6f}")
for (name, gradient), parameter in zip(by_hand.items(), parameters):
    ratio = parameter.grad / gradient
    print(f"{name:>2}  exact {parameter.grad:+.6f}   exact / by hand {ratio:.6f}")
### END SOLUTION

# %% task-5-binary
def binary(out):
    ### BEGIN SOLUTION
    return 1 if out.data > 0.5 else 0
    ### END SOLUTION

# %% task-5-update
### BEGIN SOLUTION
learning_rate = 0.1

for step in range(100):
    output = sigmoid(perceptron(x))
    error = (output - target[0]) ** 2
    prediction = binary(output)
    print(f"[step {step}] output {output.data:.6f}, prediction {prediction}")
    if prediction == target[0].data:
        break
    perceptron.zero_grad()
    error.backward()
    for p in parameters:
        p.data -= learning_rate * p.grad
### END SOLUTION

# %% task-5-zero-grad
### BEGIN SOLUTION
perceptron.zero_grad()
for sweep in (1, 2, 3):
    error.backward()
    print(f"sweep {sweep}: gradient of b = {parameters[2].grad:+.6f}")
perceptron.zero_grad()
### END SOLUTION

# %% task-6-moons
from sklearn.datasets import make_moons

np.random.seed(42)
random.seed(42)

### BEGIN SOLUTION
X, y = make_moons(n_samples=100, noise=0.1)
print(X.shape, y.shape, np.bincount(y))
### END SOLUTION

# %% task-6-moons (light)
from micrograd.data import make_moons

random.seed(42)

### BEGIN SOLUTION
X, y = make_moons(n_samples=100, noise=0.1, random_state=42)
print(len(X), len(y), [y.count(0), y.count(1)])
### END SOLUTION

# %% task-6-plot
import matplotlib.pyplot as plt

### BEGIN SOLUTION
for label, color, marker in ((0, "#0072B2", "o"), (1, "#D55E00", "s")):
    x0, x1 = X[y == label].T
    plt.scatter(x0, x1, c=color, marker=marker, ec="white", label=f"$y = {label}$")
plt.xlabel("$x_0$")
plt.ylabel("$x_1$")
plt.axis("equal")
plt.legend()
plt.show()
### END SOLUTION

# %% task-6-plot (light)
from micrograd.plot import scatter

### BEGIN SOLUTION
scatter(X, y)
### END SOLUTION

# %% task-7-model-loss
def model_loss(model, X, y):
    ### BEGIN SOLUTION
    outputs = [sigmoid(model(sample)) for sample in X]
    pairs = list(zip(outputs, y, strict=True))
    errors = [(output - label) ** 2 for output, label in pairs]
    loss = sum(errors) / len(errors)
    correct = sum(binary(output) == label for output, label in pairs)
    return loss, correct / len(pairs)
    ### END SOLUTION

# %% task-7-try
loss, accuracy = model_loss(perceptron, X, y)
print(f"loss {loss.data:.6f}, accuracy {accuracy:.1%}")

# %% task-8-models
small = MLP(2, [2, 1])
wide = MLP(2, [16, 1])

for network in (small, wide):
    print(len(network.parameters()), "parameters:", network)

# %% task-8-graph
### BEGIN SOLUTION
names = ["h0.w0", "h0.w1", "h0.b", "h1.w0", "h1.w1", "h1.b", "o.w0", "o.w1", "o.b"]
for p, name in zip(small.parameters(), names):
    p.label = name

small_loss, small_accuracy = model_loss(small, X[:1], y[:1])
small.zero_grad()
small_loss.backward()
draw_dot(small_loss)
### END SOLUTION

# %% task-8-explore
explore(small_loss, model=small)

# %% task-8-size
from micrograd.draw import trace

### BEGIN SOLUTION
for samples in (1, 2, 10, 100):
    loss, accuracy = model_loss(small, X[:samples], y[:samples])
    nodes, edges = trace(loss)
    print(f"samples: {samples:>3}   nodes: {len(nodes):>4}   edges: {len(edges):>4}")
### END SOLUTION

# %% task-9-train
def train(model, X, y, steps):
    ### BEGIN SOLUTION
    history = {"loss": [], "accuracy": []}
    for k in range(steps):
        loss, accuracy = model_loss(model, X, y)
        print(f"[step {k}] loss {loss.data}, accuracy {accuracy:.1%}")
        history["loss"].append(loss.data)
        history["accuracy"].append(accuracy)

        model.zero_grad()
        loss.backward()
        learning_rate = 1.0 - 0.9 * k / 100
        for p in model.parameters():
            p.data -= learning_rate * p.grad
    return history
    ### END SOLUTION

# %% task-9-run
### BEGIN SOLUTION
model = MLP(2, [2, 1])
history = train(model, X, y, 10)
### END SOLUTION

# %% task-9-boundary
from micrograd.plot import decision_boundary, training_curves

### BEGIN SOLUTION
decision_boundary(model, X, y)
plt.show()
### END SOLUTION

# %% task-9-boundary (light)
from micrograd.plot import decision_boundary, training_curves

### BEGIN SOLUTION
decision_boundary(model, X, y)
### END SOLUTION

# %% task-10-run
### BEGIN SOLUTION
model_16 = MLP(2, [16, 1])
history_16 = train(model_16, X, y, 100)
### END SOLUTION

# %% task-10-curves
### BEGIN SOLUTION
training_curves(history_16)
plt.show()
### END SOLUTION

# %% task-10-curves (light)
### BEGIN SOLUTION
training_curves(history_16)
### END SOLUTION

# %% task-10-boundary
### BEGIN SOLUTION
decision_boundary(model_16, X, y)
plt.show()
### END SOLUTION

# %% task-10-boundary (light)
### BEGIN SOLUTION
decision_boundary(model_16, X, y)
### END SOLUTION

# %% compiled-loss
import micrograd

by_graph = MLP(2, [16, 1])
by_program = MLP(2, [16, 1])
by_program.load_state_dict(by_graph.state_dict())


def sample_loss(model):
    return lambda sample, label: (model(sample).sigmoid() - label) ** 2


def learning_rate_at(k):
    return 1.0 - 0.9 * k / 100


program = micrograd.compile(sample_loss(by_program), by_program)

# %% compiled-train
import time


def train_by_graph(model, steps):
    losses = []
    for k in range(steps):
        errors = [sample_loss(model)(sample, label) for sample, label in zip(X, y)]
        loss = sum(errors) / len(errors)
        losses.append(loss.data)
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= learning_rate_at(k) * p.grad
    return losses


begun = time.perf_counter()
losses_by_graph = train_by_graph(by_graph, 100)
between = time.perf_counter()
losses_by_program = program.train(X, y, 100, learning_rate=learning_rate_at)
ended = time.perf_counter()

print("same losses:", np.allclose(losses_by_graph, losses_by_program, rtol=1e-9))
print(f"last loss:   {losses_by_program[-1]:.6f}")

# %% compiled-time
seconds_by_graph, seconds_by_program = between - begun, ended - between
print(f"a graph for each step: {1000 * seconds_by_graph:.1f} ms")
print(f"compiled:              {1000 * seconds_by_program:.1f} ms")
print(f"{seconds_by_graph / seconds_by_program:.0f} times faster")

# %% playground-page
from micrograd.draw import play

watched = MLP(2, [16, 1])
play(lambda sample, label: (watched(sample).sigmoid() - label) ** 2, watched, X, y)
