# %%
from functools import reduce, partial
from itertools import count, takewhile
from operator import add
import math, random, numpy as np
from micrograd.engine import Value
from micrograd.nn import MLP
from micrograd.draw import draw_dot

[graine(42) for graine in (random.seed, np.random.seed)]
# %% [markdown]
# **Q1**
# %%
f = MLP(2, [1])
print(f, *f.parameters(), sep="\n")


# %% [markdown]
# **Q2**
# %%
def affecte(noeud, valeur):
    noeud.data = valeur
    return noeud


σ = lambda noeud: affecte(noeud, 1 / (1 + math.e**-noeud.data))
# %% [markdown]
# **Q3**
# %%
carre_ecart = lambda a, b: (a - b) ** 2
x = [0.888, 0.777]
sortie = σ(f(x))
E = carre_ecart(sortie, 1)
E.backward()
draw_dot(E)
# %% [markdown]
# **Q4** : le gradient vaut l'écart doublé fois l'entrée.
# %%
gradients = [*map(lambda e: 2 * (sortie.data - 1) * e, x + [1])]
gradients
# %% [markdown]
# **Q5**
# %%
seuil = lambda noeud: +(noeud.data > 0.5)


def descend(parametres, perte, η):
    for p in parametres:
        p.grad = 0
    perte.backward()
    [setattr(p, "data", p.data - η * p.grad) for p in parametres]
    return perte


for n in takewhile(lambda n: seuil(σ(f(x))) == 0, count()):
    descend(f.parameters(), carre_ecart(σ(f(x)), 1), 0.1)
seuil(σ(f(x)))
# %% [markdown]
# **Q6**
# %%
from sklearn.datasets import make_moons
import matplotlib.pyplot as plt

np.random.seed(42)
lunes = make_moons(100, noise=0.1)
plt.scatter(*zip(*lunes[0]), c=lunes[1])


# %% [markdown]
# **Q7**
# %%
def model_loss(modele, X, y):
    sorties = [σ(modele(x)) for x in X]
    ecarts = map(carre_ecart, sorties, y)
    return reduce(add, ecarts) / len(y), np.mean([*map(seuil, sorties)] == np.array(y))


# %% [markdown]
# **Q8**
# %%
g = MLP(2, [2, 1])
perte = descend(g.parameters(), model_loss(g, lunes[0][:1], lunes[1][:1])[0], 0)
draw_dot(perte)


# %% [markdown]
# **Q9**
# %%
def apprends(modele, n):
    for k in range(n):
        perte, precision = model_loss(modele, *lunes)
        print(k, perte.data, precision)
        descend(modele.parameters(), perte, 0.9**k)
    return modele


apprends(g, 10)
# %% [markdown]
# **Q10**
# %%
h = apprends(MLP(2, [16, 1]), 100)
