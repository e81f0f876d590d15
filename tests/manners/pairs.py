# %% [markdown]
# ## Exercise 1
# %%
import random, math
import numpy as np
from micrograd.nn import MLP
from micrograd.draw import draw_dot

random.seed(42)
np.random.seed(42)
brain = MLP(2, [1])
brain.parameters()


# %% [markdown]
# The last one is the bias
# ## Exercise 2
# %%
def squash(t: float) -> float:
    """The sigmoid of a number."""
    if t >= 0:
        return 1 / (1 + math.exp(-t))
    e = math.exp(t)
    return e / (1 + e)


# %% [markdown]
# ## Exercise 3
# %%
def forward(net, x):
    y = net(x)
    y.data = squash(y.data)
    return y


y0 = forward(brain, (0.888, 0.777))
gap = y0 - 1
cost = gap * gap
cost.backward()
draw_dot(cost)
# %% [markdown]
# ## Exercise 4
# %%
from fractions import Fraction

d = 2 * (y0.data - 1)
print(f"dw0={d * 0.888:.3f} dw1={d * 0.777:.3f} db={d:.3f}")


# %% [markdown]
# ## Exercise 5
# %%
class Predictor:
    def __init__(self, threshold=0.5):
        self.threshold = threshold

    def __call__(self, probability):
        return 1 if probability > self.threshold else 0


predict = Predictor()
for turn in range(20):
    y0 = forward(brain, (0.888, 0.777))
    if predict(y0.data):
        break
    brain.zero_grad()
    ((y0 - 1) ** 2).backward()
    w0, w1, b = brain.parameters()
    w0.data -= 0.1 * w0.grad
    w1.data -= 0.1 * w1.grad
    b.data -= 0.1 * b.grad
print(turn, y0.data)
# %% [markdown]
# ## Exercise 6
# %%
from collections import namedtuple
from sklearn.datasets import make_moons

np.random.seed(42)
Point = namedtuple("Point", "x y label")
samples = [((float(a), float(b)), int(c)) for (a, b), c in zip(*make_moons(100, noise=0.1))]
np.random.seed(42)
# another table
import matplotlib.pyplot as plt

plt.scatter(
    [s[0][0] if len(s) == 2 else s[0] for s in samples],
    [s[0][1] if len(s) == 2 else s[1] for s in samples],
    c=[s[-1] for s in samples],
)


# %% [markdown]
# ## Exercise 7
# %%
def model_loss(net, features, labels):
    pairs = list(zip(features, labels))
    outs = [(forward(net, list(f)), l) for f, l in pairs]
    loss = sum((o - l) ** 2 for o, l in outs) / len(outs)
    acc = sum(predict(o.data) == l for o, l in outs) / len(outs)
    return loss, acc


# %% [markdown]
# ## Exercise 8
# %%
net = MLP(2, [2, 1])
F = [s[0] if len(s) == 2 else s[:2] for s in samples]
L = [s[-1] for s in samples]
e, a = model_loss(net, F[:3], L[:3])
e.backward()
draw_dot(e)


# %% [markdown]
# ## Exercise 9
# %%
def train(steps, samples, net, rate=1.0):
    history = {}
    for step in range(steps):
        e, a = model_loss(net, [s[0] if len(s) == 2 else s[:2] for s in samples], [s[-1] for s in samples])
        net.zero_grad()
        e.backward()
        for p in net.parameters():
            p.data -= rate * p.grad
        rate -= rate / 10
        history[step] = {"loss": e.data, "accuracy": a, "rate": rate}
    return history


train(10, samples, net)
# %% [markdown]
# ## Exercise 10
# %%
big = MLP(2, [16, 1])
h = train(100, samples, big)
plt.plot([h[k]["loss"] for k in h])
