# %%
import numpy as np, random
from micrograd.nn import MLP
import micrograd.draw as md
import matplotlib.pyplot as plt

random.seed(42)
np.random.seed(42)
# %% [markdown]
# # TÂCHE N°1
# %%
P = MLP(2, [1])
W = np.array([w.data for w in P.parameters()])
W


# %% [markdown]
# # TÂCHE N°2
# %%
def sigma(z):
    z = np.asarray(z, dtype=float)
    return np.where(z >= 0, 1 / (1 + np.exp(-np.abs(z))), np.exp(-np.abs(z)) / (1 + np.exp(-np.abs(z))))


# %% [markdown]
# # TÂCHE N°3
# %%
x = np.array([0.888, 0.777])
cible = np.array([1])
sortie = P(x)
sortie.data = float(sigma(sortie.data))
err = (sortie - cible[0]) ** 2
err.backward()
md.draw_dot(err)
# %% [markdown]
# # TÂCHE N°4
# %%
G = 2 * (sortie.data - cible) * np.append(x, 1)
np.allclose(G, [w.grad for w in P.parameters()])


# %% [markdown]
# # TÂCHE N°5
# %%
def etiquette(o):
    return np.heaviside(o - 0.5, 0)


def gradient(modele):
    return np.array([w.grad for w in modele.parameters()])


def ecrire(modele, valeurs):
    for w, v in zip(modele.parameters(), valeurs):
        w.data = float(v)


for i in range(25):
    P.zero_grad()
    sortie = P(x)
    sortie.data = float(sigma(sortie.data))
    err = (sortie - cible[0]) ** 2
    err.backward()
    W = W - 0.1 * gradient(P)
    ecrire(P, W)
print(etiquette(sortie.data), W)
# %% [markdown]
# # TÂCHE N°6
# %%
from sklearn.datasets import make_moons

np.random.seed(42)
X, y = make_moons(100, noise=0.1)
y = y.reshape(-1, 1)
plt.scatter(X[:, 0], X[:, 1], c=y.ravel())
plt.show()


# %% [markdown]
# # TÂCHE N°7
# %%
def model_loss(modele, X, y):
    n = X.shape[0]
    sorties = []
    for i in range(n):
        s = modele(X[i, :])
        s.data = float(sigma(s.data))
        sorties.append(s)
    erreur = sum((s - float(t)) ** 2 for s, t in zip(sorties, np.ravel(y))) / n
    predictions = etiquette(np.array([s.data for s in sorties]))
    return erreur, 100 * np.mean(predictions == np.ravel(y))


# %% [markdown]
# # TÂCHE N°8
# %%
M = MLP(2, [2, 1])
e, a = model_loss(M, X[:1], y[:1])
e.backward()
md.draw_dot(e)
# %% [markdown]
# # TÂCHE N°9
# %%
pertes = np.zeros(10)
precisions = np.zeros(10)
for t in range(10):
    e, precisions[t] = model_loss(M, X, y)
    M.zero_grad()
    e.backward()
    W = np.array([w.data for w in M.parameters()])
    ecrire(M, W - np.linspace(1, 0.1, 10)[t] * gradient(M))
    pertes[t] = e.data
print(np.c_[pertes, precisions])
# %% [markdown]
# # TÂCHE N°10
# %%
M16 = MLP(2, [16, 1])
pertes, precisions = np.zeros(100), np.zeros(100)
for t in range(100):
    e, precisions[t] = model_loss(M16, X, y)
    M16.zero_grad()
    e.backward()
    W = np.array([w.data for w in M16.parameters()])
    ecrire(M16, W - np.linspace(1, 0.01, 100)[t] * gradient(M16))
    pertes[t] = e.data
print(np.c_[pertes, precisions])
plt.plot(pertes)
plt.show()
