# %% [markdown]
# # Part 1
# ## Task 1: one neuron
# %%
import random
import numpy

numpy.random.seed(42)
random.seed(42)
import micrograd.nn as nn


def make_net(*hidden):
    return nn.MLP(2, list(hidden) + [1])


unit = make_net()
for name, parameter in zip("w0 w1 b".split(), unit.parameters()):
    print(name, "=", parameter)


# %% [markdown]
# ## Task 2: activation
# %%
def make_activation(kind="sigmoid"):
    import math

    def activation(node):
        node.data = {"sigmoid": lambda z: 1 / (1 + math.exp(-z)), "tanh": math.tanh}[kind](node.data)
        return node

    return activation


act = make_activation()
# %% [markdown]
# ## Task 3: error
# %%
x0, x1 = 0.888, 0.777
expected = 1.0
got = act(unit([x0, x1]))
err = (got - expected).__pow__(2)
err.backward()
from micrograd.draw import draw_dot

display(draw_dot(err))
# %% [markdown]
# ## Task 4: explanation
# The gradient of w0 is 2·(got − 1)·x0
# %%
print("by hand:")
print(" w0", 2 * (got.data - expected) * x0)
print(" w1", 2 * (got.data - expected) * x1)
print(" b ", 2 * (got.data - expected))
print("library:")
for p in unit.parameters():
    print("  ", p.grad)


# %% [markdown]
# ## Task 5: updates
# %%
def make_updater(parameters, rate):
    def update():
        for p in parameters:
            p.data -= rate * p.grad

    return update


def class_of(node, cut=0.5):
    return 1 if node.data > cut else 0


update = make_updater(unit.parameters(), 0.3)
attempts = 0
while True:
    got = act(unit([x0, x1]))
    if class_of(got) == 1:
        break
    unit.zero_grad()
    ((got - expected) ** 2).backward()
    update()
    attempts += 1
print(attempts, got)
# %% [markdown]
# ## Task 6: data
# %%
from sklearn import datasets

numpy.random.seed(42)
cloud, kinds = datasets.make_moons(n_samples=100, noise=0.1)
import matplotlib.pyplot as plt

for kind in (0, 1):
    plt.scatter(cloud[kinds == kind, 0], cloud[kinds == kind, 1])


# %% [markdown]
# ## Task 7: model_loss
# %%
def model_loss(net, descriptors, labels):
    hits, squared = 0, None
    for descriptor, label in zip(descriptors, labels):
        out = act(net(descriptor))
        term = (out - label) ** 2
        squared = term if squared is None else squared + term
        guess = class_of(out)
        hits += label == guess
    return squared / len(labels), hits / len(labels) * 100


# %% [markdown]
# ## Task 8
# %%
small = make_net(2)
small_error, small_accuracy = model_loss(small, cloud[:1], kinds[:1])
small_error.backward()
draw_dot(small_error)


# %% [markdown]
# ## Task 9
# %%
def make_trainer(net, descriptors, labels):
    rate = 1.0

    def one():
        nonlocal rate
        error, accuracy = model_loss(net, descriptors, labels)
        net.zero_grad()
        error.backward()
        make_updater(net.parameters(), rate)()
        rate *= 0.9
        return error.data, accuracy

    return one


one = make_trainer(small, cloud, kinds)
for i in range(10):
    print("iteration %d: error %.4f, accuracy %.1f%%" % (i, *one()))
# %% [markdown]
# ## Task 10
# %%
wide = make_net(16)
one = make_trainer(wide, cloud, kinds)
curve = [one() for _ in range(100)]
plt.plot(curve)
