# %%
import numpy as np
import pandas as pd
import random
import math

np.random.seed(42)
random.seed(42)
# %% [markdown]
# **Tâche 1 :** un perceptron
# %%
import micrograd.nn as nn

modele = nn.MLP(2, [1])
pd.DataFrame(
    {"valeur": [p.data for p in modele.parameters()], "gradient": [p.grad for p in modele.parameters()]},
    index=["w0", "w1", "b"],
)


# %% [markdown]
# C'est le biais.
# %% [markdown]
# **Tâche 2 :** la sigmoïde
# %%
def sigmoide(x):
    return 1 / (1 + np.exp(-x))


pd.Series({z: sigmoide(z) for z in range(-3, 4)}).plot()
# %% [markdown]
# **Tâche 3 :** l'erreur et son graphe
# %%
entrees = pd.Series({"x0": 0.888, "x1": 0.777})
attendu = pd.Series([1])
sortie = modele(list(entrees))
sortie.data = sigmoide(sortie.data)
erreur = (sortie - float(attendu[0])) ** 2
erreur.backward()
from micrograd.draw import draw_dot

draw_dot(erreur)
# %% [markdown]
# **Tâche 4 :** interprétation
#
# La dérivée de l'erreur est $2(o-y)$.
# %%
calcul = pd.DataFrame({"entree": [*entrees, 1.0]})
calcul["derivee"] = 2 * (sortie.data - attendu[0])
calcul["gradient"] = calcul["entree"] * calcul["derivee"]
calcul


# %% [markdown]
# **Tâche 5 :** mise à jour
# %%
def binaire(x):
    return int(x > 0.5)


lignes = []
for i in range(30):
    sortie = modele(list(entrees))
    sortie.data = sigmoide(sortie.data)
    erreur = (sortie - float(attendu[0])) ** 2
    modele.zero_grad()
    erreur.backward()
    for p in modele.parameters():
        p.data = p.data - 0.1 * p.grad
    lignes.append({"sortie": sortie.data, "erreur": erreur.data, "classe": binaire(sortie.data)})
pd.DataFrame(lignes)
# %% [markdown]
# **Tâche 6 :** les données
# %%
from sklearn.datasets import make_moons

np.random.seed(42)
points, labels = make_moons(n_samples=100, noise=0.1)
donnees = pd.DataFrame(points, columns=["x0", "x1"])
donnees["label"] = labels
donnees.plot.scatter(x="x0", y="x1", c="label", colormap="coolwarm")


# %% [markdown]
# **Tâche 7 :** l'erreur moyenne
# %%
def model_loss(modele, descripteurs, labels):
    total, bons = 0, 0
    for i in range(len(descripteurs)):
        sortie = modele(descripteurs.iloc[i].tolist())
        sortie.data = sigmoide(sortie.data)
        label = int(labels.iloc[i])
        total += (sortie - label) ** 2
        bons += binaire(sortie.data) == label
    return total / len(descripteurs), 100 * bons / len(descripteurs)


# %% [markdown]
# **Tâche 8 :** un MLP
# %%
mlp = nn.MLP(2, [2, 1])
ligne = donnees.sample(1, random_state=0)
erreur, precision = model_loss(mlp, ligne[["x0", "x1"]], ligne["label"])
erreur.backward()
draw_dot(erreur)


# %% [markdown]
# **Tâche 9 :** l'apprentissage
# %%
def apprendre(modele, iterations):
    historique = pd.DataFrame(columns=["erreur", "precision"])
    taux = 1.0
    for k in range(iterations):
        erreur, precision = model_loss(modele, donnees[["x0", "x1"]], donnees["label"])
        modele.zero_grad()
        erreur.backward()
        for p in modele.parameters():
            p.data -= taux * p.grad
        taux = taux * 0.9
        historique.loc[k] = [erreur.data, precision]
    return historique


apprendre(mlp, 10)
# %% [markdown]
# **Tâche 10 :** seize neurones
# %%
mlp16 = nn.MLP(2, [16, 1])
evolution = apprendre(mlp16, 100)
evolution.plot(subplots=True)
print(evolution)
