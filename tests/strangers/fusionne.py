# %% [markdown]
# ## Préparation
# %%
import random
from collections import namedtuple
from math import exp

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_moons

from micrograd.draw import draw_dot
from micrograd.nn import MLP

np.random.seed(42)
random.seed(42)
# %% [markdown]
# ## Tâches 1 et 2
# %%
mlp_1 = MLP(2, [1])
print(mlp_1.parameters())


def sigmoid(n):
    n.data = 1 / (1 + exp(-n.data))
    return n


# %% [markdown]
# ## Tâches 3, 4 et 5
# %%
entree, attendu = [0.888, 0.777], [1]
sortie = sigmoid(mlp_1(entree))
erreur = (sortie - attendu[0]) ** 2
erreur.backward()
display(draw_dot(erreur))
d = 2 * (sortie.data - 1)
print("gradients calculés à la main", d * 0.888, d * 0.777, d)


def binaire(n):
    return int(round(n.data))


for _ in range(15):
    mlp_1.zero_grad()
    e = (sigmoid(mlp_1(entree)) - attendu[0]) ** 2
    e.backward()
    for p in mlp_1.parameters():
        p.data -= 0.2 * p.grad
print(binaire(sigmoid(mlp_1(entree))))
# %% [markdown]
# ## Tâches 6 et 7
# %%
np.random.seed(42)
X, y = make_moons(100, noise=0.1)
plt.scatter(X[:, 0], X[:, 1], c=y)
plt.show()

Mesure = namedtuple("Mesure", "perte precision")


def model_loss(modele, X, y):
    sorties = [sigmoid(modele(x)) for x in X]
    perte = sum((s - t) ** 2 for s, t in zip(sorties, y)) / len(y)
    return Mesure(perte, sum(binaire(s) == t for s, t in zip(sorties, y)) / len(y))


# %% [markdown]
# ## Tâches 8 et 9
# %%
mlp_2 = MLP(2, [2, 1])
m = model_loss(mlp_2, X[:1], y[:1])
m.perte.backward()
display(draw_dot(m.perte))


def descente(modele, iterations):
    for k in range(iterations):
        m = model_loss(modele, X, y)
        modele.zero_grad()
        m.perte.backward()
        for p in modele.parameters():
            p.data -= (1 - 0.9 * k / iterations) * p.grad
        yield m


for k, m in enumerate(descente(mlp_2, 10)):
    print(f"[{k}] erreur {m.perte.data:.4f} précision {m.precision:.0%}")
# %% [markdown]
# ## Tâche 10
# %%
mlp_3 = MLP(2, [16, 1])
for k, m in enumerate(descente(mlp_3, 100)):
    print(f"[{k}] erreur {m.perte.data:.4f} précision {m.precision:.0%}")
