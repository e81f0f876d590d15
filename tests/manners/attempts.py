# %% [markdown]
# Tâche 1
# %%
import numpy as np
import random

np.random.seed(42)
random.seed(42)
from micrograd.nn import MLP

m1 = MLP(2, [1])
m1
# %%
m1.parameters()
# %%
# essais avec d'autres tailles
m_essai = MLP(3, [4, 4, 1])
m_essai2 = MLP(2, [3, 1])
len(m_essai.parameters())
# %% [markdown]
# Tâche 2
# %%
import math


def sigmoid(x):
    x.data = 1 / (1 + math.exp(-x.data))
    return x


def relu(x):
    return x.relu()


# %% [markdown]
# Tâche 3
# %%
out = m1([0.888, 0.777])
out
# %%
out = sigmoid(out)
e = (out - 1) ** 2
# %%
e.backward()
# %%
from micrograd.draw import draw_dot

draw_dot(e)
# %%
# pour voir avec tanh
t = m1([0.888, 0.777]).tanh()
m1.zero_grad()
((t - 1) ** 2).backward()
# %% [markdown]
# Tâche 4
# %%
# dérivée : 2(out-1) puis fois x
2 * (out.data - 1) * 0.888
# %%
2 * (out.data - 1) * 0.777
# %%
2 * (out.data - 1)


# %% [markdown]
# Tâche 5
# %%
def binary(x):
    if x.data > 0.5:
        return 1
    else:
        return 0


# %%
m1.zero_grad()
e = (sigmoid(m1([0.888, 0.777])) - 1) ** 2
e.backward()
for p in m1.parameters():
    p.data -= 0.05 * p.grad
binary(sigmoid(m1([0.888, 0.777])))
# %%
for i in range(10):
    m1.zero_grad()
    e = (sigmoid(m1([0.888, 0.777])) - 1) ** 2
    e.backward()
    for p in m1.parameters():
        p.data -= 0.05 * p.grad
binary(sigmoid(m1([0.888, 0.777])))
# %% [markdown]
# Tâche 6
# %%
from sklearn.datasets import make_moons

np.random.seed(42)
X, y = make_moons(n_samples=100, noise=0.1)
# %%
import matplotlib.pyplot as plt

plt.scatter(X[:, 0], X[:, 1], c=y)


# %% [markdown]
# Tâche 7
# %%
def model_loss(model, X, y):
    e = 0
    ok = 0
    for i in range(len(X)):
        out = sigmoid(model(X[i]))
        e += (out - y[i]) ** 2
        if binary(out) == y[i]:
            ok += 1
    e = e / len(X)
    return e, ok / len(X)


# %%
model_loss(m1, X, y)
# %% [markdown]
# Tâche 8
# %%
m2 = MLP(2, [2, 1])
# %%
e, acc = model_loss(m2, X[:1], y[:1])
e.backward()
draw_dot(e)
# %% [markdown]
# Tâche 9
# %%
# premier essai : taux fixe 0.1
m_a = MLP(2, [2, 1])
for i in range(10):
    e, acc = model_loss(m_a, X, y)
    m_a.zero_grad()
    e.backward()
    for p in m_a.parameters():
        p.data -= 0.1 * p.grad
    print(i, e.data, acc)
# %%
# avec le taux qui décroît
for i in range(10):
    e, acc = model_loss(m2, X, y)
    m2.zero_grad()
    e.backward()
    taux = 1 - 0.9 * i / 100
    for p in m2.parameters():
        p.data -= taux * p.grad
    print(i, e.data, acc)
# %%
# encore 10 pour voir
for i in range(10, 20):
    e, acc = model_loss(m2, X, y)
    m2.zero_grad()
    e.backward()
    taux = 1 - 0.9 * i / 100
    for p in m2.parameters():
        p.data -= taux * p.grad
# %% [markdown]
# Tâche 10
# %%
m3 = MLP(2, [16, 1])
accs = []
for i in range(100):
    e, acc = model_loss(m3, X, y)
    m3.zero_grad()
    e.backward()  # 16
    taux = 1 - 0.9 * i / 100
    for p in m3.parameters():
        p.data -= taux * p.grad
    accs.append(acc)
    print(i, e.data, acc)
plt.plot(accs)
