# %% [markdown]
# # Mon propre moteur
# Je préfère écrire la classe moi-même pour comprendre.
# %%
import math
import random
import numpy as np

np.random.seed(42)
random.seed(42)


class Value:
    def __init__(self, data, parents=(), rule=None):
        self.data = data
        self.grad = 0.0
        self.parents = parents
        self.rule = rule

    def __repr__(self):
        return f"Value({self.data:.4f}, grad={self.grad:.4f})"

    @staticmethod
    def of(thing):
        return thing if isinstance(thing, Value) else Value(thing)

    def __add__(self, other):
        other = Value.of(other)
        return Value(self.data + other.data, (self, other), lambda g: (g, g))

    def __mul__(self, other):
        other = Value.of(other)
        return Value(self.data * other.data, (self, other), lambda g: (g * other.data, g * self.data))

    def __pow__(self, n):
        return Value(self.data**n, (self,), lambda g: (g * n * self.data ** (n - 1),))

    def relu(self):
        return Value(max(0, self.data), (self,), lambda g: (g if self.data > 0 else 0.0,))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-Value.of(other))

    def __rsub__(self, other):
        return Value.of(other) - self

    def __truediv__(self, n):
        return self * (1 / n)

    __radd__, __rmul__ = __add__, __mul__

    def backward(self):
        order, seen = [], set()

        def visit(v):
            if id(v) not in seen:
                seen.add(id(v))
                for parent in v.parents:
                    visit(parent)
                order.append(v)

        visit(self)
        self.grad = 1.0
        for v in reversed(order):
            if v.rule:
                for parent, g in zip(v.parents, v.rule(v.grad)):
                    parent.grad += g


def neurone(poids, entrees, biais):
    """Tout un neurone en un seul noeud : la somme des poids fois les entrées, plus le biais."""
    somme = biais.data + sum(w.data * e.data for w, e in zip(poids, entrees))
    return Value(
        somme,
        (*poids, *entrees, biais),
        lambda g: (*(g * e.data for e in entrees), *(g * w.data for w in poids), g),
    )


class Reseau:
    def __init__(self, entrees, *tailles):
        self.couches = []
        for n, taille in zip((entrees, *tailles), tailles):
            self.couches.append(
                [[Value(random.uniform(-1, 1)) for _ in range(n)] + [Value(0.0)] for _ in range(taille)]
            )

    def __call__(self, x):
        x = [Value.of(v) for v in x]
        for i, couche in enumerate(self.couches):
            sorties = []
            for *poids, biais in couche:
                s = neurone(poids, x, biais)
                sorties.append(s.relu() if i < len(self.couches) - 1 else s)
            x = sorties
        return x[0]

    def parameters(self):
        return [p for couche in self.couches for neurone in couche for p in neurone]

    def zero_grad(self):
        for p in self.parameters():
            p.grad = 0.0


# %% [markdown]
# ## Tâche 1
# %%
mon_neurone = Reseau(2, 1)
print(len(mon_neurone.parameters()), mon_neurone.parameters())


# %% [markdown]
# ## Tâche 2
# %%
def sigmoid(v):
    v.data = 1 / (1 + math.exp(-v.data))
    return v


# %% [markdown]
# ## Tâche 3
# %%
x, t = [0.888, 0.777], [1]
o = sigmoid(mon_neurone(x))
loss = (o - t[0]) ** 2
loss.backward()

from graphviz import Digraph


def dessin(racine):
    g = Digraph(format="svg", graph_attr={"rankdir": "LR"})
    vus = set()

    def ajoute(v):
        if id(v) in vus:
            return
        vus.add(id(v))
        g.node(str(id(v)), f"{v.data:.3f} | {v.grad:.3f}", shape="record")
        for parent in v.parents:
            ajoute(parent)
            g.edge(str(id(parent)), str(id(v)))

    ajoute(racine)
    return g


dessin(loss)
# %% [markdown]
# ## Tâche 4
# %%
print("gradients attendus :", [2 * (o.data - t[0]) * e for e in (*x, 1)])


# %% [markdown]
# ## Tâche 5
# %%
def binary(v):
    return 1 if v.data > 0.5 else 0


for _ in range(50):
    o = sigmoid(mon_neurone(x))
    loss = (o - t[0]) ** 2
    mon_neurone.zero_grad()
    loss.backward()
    for p in mon_neurone.parameters():
        p.data -= 0.1 * p.grad
print(o, binary(o))
# %% [markdown]
# ## Tâche 6
# %%
from sklearn.datasets import make_moons
import matplotlib.pyplot as plt

np.random.seed(42)
X, y = make_moons(100, noise=0.1)
plt.scatter(X[:, 0], X[:, 1], c=y)


# %% [markdown]
# ## Tâche 7
# %%
def model_loss(model, X, y):
    outs = [sigmoid(model(x)) for x in X]
    loss = sum((o - t) ** 2 for o, t in zip(outs, y)) / len(X)
    return loss, 100 * sum(binary(o) == t for o, t in zip(outs, y)) / len(X)


# %% [markdown]
# ## Tâche 8
# %%
deux = Reseau(2, 2, 1)
l8, _ = model_loss(deux, X[:1], y[:1])
l8.backward()
dessin(l8)


# %% [markdown]
# ## Tâche 9
# %%
def train(model, n):
    for k in range(n):
        l, a = model_loss(model, X, y)
        model.zero_grad()
        l.backward()
        for p in model.parameters():
            p.data -= (1 - 0.9 * k / 100) * p.grad
        print(f"[step {k}] loss {l.data}, accuracy {a}%")


train(deux, 10)
# %% [markdown]
# ## Tâche 10
# %%
seize = Reseau(2, 16, 1)
train(seize, 100)
