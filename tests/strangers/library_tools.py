# %% [markdown]
# # Lab 1, with what the library has
# %%
import random, numpy as np
import micrograd
from micrograd import optim, losses, nn, draw, plot

np.random.seed(42)
random.seed(42)
# %% [markdown]
# ### T1
# %%
unit = nn.MLP(2, [1])
unit, unit.parameters()


# %% [markdown]
# The bias.
# %% [markdown]
# ### T2
# %%
def sigmoid(out):
    """The logistic function as a node of the graph."""
    return out.sigmoid()


# %% [markdown]
# ### T3
# %%
x, t = [0.888, 0.777], 1
out = sigmoid(unit(x))
err = (out - t) ** 2
err.backward()
draw.explore(err, model=unit)
# %% [markdown]
# ### T4
# With the sigmoid in the graph its slope $o(1-o)$ is one more factor.
# %%
o = out.data
slope = 2 * (o - t) * o * (1 - o)
mine = np.array([slope * x[0], slope * x[1], slope])
assert np.allclose(mine, [p.grad for p in unit.parameters()])
mine
# %% [markdown]
# ### T5
# %%
binary = lambda out: 1 if out.data > 0.5 else 0
sgd = optim.SGD(unit.parameters(), 0.5)
for _ in range(100):
    out = sigmoid(unit(x))
    if binary(out) == t:
        break
    sgd.zero_grad()
    ((out - t) ** 2).backward()
    sgd.step()
binary(sigmoid(unit(x)))
# %% [markdown]
# ### T6
# %%
from micrograd.data import make_moons
import matplotlib.pyplot as plt

X, y = make_moons(100, noise=0.1, random_state=42)
plt.scatter([a for a, b in X], [b for a, b in X], c=y)


# %% [markdown]
# ### T7
# %%
def model_loss(model, X, y):
    outs = [sigmoid(model(row)) for row in X]
    hits = [binary(o) == label for o, label in zip(outs, y)]
    return sum((o - label) ** 2 for o, label in zip(outs, y)) / len(outs), np.mean(hits)


# %% [markdown]
# ### T8
# %%
two = nn.MLP(2, [2, 1])
first, _ = model_loss(two, X[:1], y[:1])
first.backward()
draw.draw_dot(first)


# %% [markdown]
# ### T9
# %%
def fit(model, steps):
    sgd = optim.SGD(model.parameters(), learning_rate=lambda k: 1 - 0.9 * k / 100)
    for k in range(steps):
        loss, accuracy = model_loss(model, X, y)
        print(f"{k:3d} {loss.data:.5f} {accuracy:.0%}")
        sgd.zero_grad()
        loss.backward()
        sgd.step()


fit(two, 10)
# %% [markdown]
# ### T10
# %%
sixteen = nn.MLP(2, [16, 1])
program = micrograd.compile(lambda row, label: (sixteen(row).sigmoid() - label) ** 2, sixteen)
history = []
for k in range(100):
    history += list(program.train(X, y, 1, learning_rate=1 - 0.9 * k / 100))
    print(k, history[-1], model_loss(sixteen, X, y)[1])
plot.decision_boundary(sixteen, np.array(X), np.array(y))
