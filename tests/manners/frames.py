# %% [markdown]
# # TP1 : descente de gradient
# Nom : Camille R.
#
# ### Tâche 1
# %%
import random
import numpy as np
import pandas as pd
from micrograd.nn import MLP

random.seed(42)
np.random.seed(42)
modele = MLP(2, [1])
pd.DataFrame(
    [
        {"nom": nom, "valeur": p.data, "gradient": p.grad}
        for nom, p in zip(["w0", "w1", "b"], modele.parameters())
    ]
)
# %% [markdown]
# > Le dernier paramètre est le biais du neurone.
#
# ### Tâche 2
# %%
from math import e


def sigmoide(sortie):
    sortie.data = 1 / (1 + e**-sortie.data)
    return sortie


# %% [markdown]
# ### Tâche 3
# %%
from micrograd.draw import draw_dot

entrees = pd.Series({"x1": 0.888, "x2": 0.777})
attendues = pd.Series([1])
sortie = sigmoide(modele(entrees.tolist()))
erreur = (sortie - int(attendues.iloc[0])) ** 2
erreur.backward()
draw_dot(erreur)
# %% [markdown]
# ### Tâche 4
# %%
tableau = pd.DataFrame({"poids": ["w0", "w1", "b"], "entree": [*entrees, 1]})
tableau["gradient"] = tableau["entree"] * 2 * (sortie.data - attendues.iloc[0])
tableau["micrograd"] = [p.grad for p in modele.parameters()]
tableau


# %% [markdown]
# Chaque gradient est le produit de la dérivée de l'erreur par l'entrée.
#
# ### Tâche 5
# %%
def binaire(s):
    return 1 if s.data > 0.5 else 0


lignes = []
for i in range(12):
    sortie = sigmoide(modele(entrees.tolist()))
    erreur = (sortie - int(attendues.iloc[0])) ** 2
    modele.zero_grad()
    erreur.backward()
    for p in modele.parameters():
        p.data -= 0.2 * p.grad
    lignes.append([i, sortie.data, erreur.data, binaire(sortie)])
pd.DataFrame(lignes, columns=["i", "sortie", "erreur", "label"])
# %% [markdown]
# ### Tâche 6
# %%
from sklearn.datasets import make_moons

np.random.seed(42)
X, y = make_moons(100, noise=0.1)
df = pd.DataFrame(X, columns=["x1", "x2"])
df["classe"] = y
df.plot.scatter("x1", "x2", c="classe", colormap="coolwarm")


# %% [markdown]
# ### Tâche 7
# %%
def model_loss(m, descripteurs, labels):
    descripteurs = pd.DataFrame(descripteurs)
    total, preds = 0, []
    for ligne, label in zip(descripteurs.itertuples(index=False), labels):
        s = m(list(ligne)[:2])
        brut = s.data
        s = sigmoide(s)
        total += (s - label) ** 2
        preds.append(binaire(s))
    return total / len(preds), (pd.Series(preds) == pd.Series(list(labels))).mean() * 100


# %% [markdown]
# ### Tâche 8
# %%
cache2 = MLP(2, [2, 1])
err, prec = model_loss(cache2, df[["x1", "x2"]].iloc[:1], df["classe"].iloc[:1])
err.backward()
draw_dot(err)


# %% [markdown]
# Il y a plus d'opérations.
#
# ### Tâche 9
# %%
def entrainer(donnees, m, n, taux):
    historique = pd.DataFrame(index=range(n), columns=["erreur", "precision"], dtype=float)
    for k in historique.index:
        err, prec = model_loss(m, donnees[["x1", "x2"]], donnees["classe"])
        m.zero_grad()
        err.backward()
        for p in m.parameters():
            p.data = p.data - taux(k) * p.grad
        historique.loc[k, "erreur"] = err.data
        historique.loc[k, "precision"] = prec
    return historique


n = 10
entrainer(df, cache2, n, taux=lambda k: 1 - k / n)
# %% [markdown]
# ### Tâche 10
# %%
n = 100
cache16 = MLP(2, [16, 1])
h = entrainer(df, cache16, n, taux=lambda k: 1 - k / n)
h.plot(subplots=True)
