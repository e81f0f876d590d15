# %% [markdown]
# # Descente de gradient stochastique
# %%
from random import seed, shuffle
from numpy import random as alea

seed(42)
alea.seed(42)
# %% [markdown]
# ## Exercice 1
# %%
from micrograd.nn import MLP

net = MLP(2, [1])
i = 0
while i < len(net.parameters()):
    print(i, net.parameters()[i])
    i += 1
# %% [markdown]
# ## Exercice 2
# %%
from math import exp


def sigmoide(sortie):
    # la sortie du modèle reçoit sa nouvelle valeur
    sortie.data = 1 / (1 + exp(-sortie.data))


# %% [markdown]
# ## Exercice 3
# %%
entree = (0.888, 0.777)
cible = 1
sortie = net(entree)
sigmoide(sortie)
perte = (cible - sortie) * (cible - sortie)
perte.backward()
# %%
from micrograd.draw import draw_dot

draw_dot(perte, rankdir="TB")
# %% [markdown]
# ## Exercice 4
# On trouve $-2(1-o)x_0$, $-2(1-o)x_1$ et $-2(1-o)$.
# %%
d = -2 * (1 - sortie.data)
grad_w0 = d * 0.888
grad_w1 = d * 0.777
grad_b = d
grad_w0, grad_w1, grad_b


# %% [markdown]
# ## Exercice 5
# %%
def binaire(valeur):
    if valeur.data > 0.5:
        return 1
    else:
        return 0


fini = False
while not fini:
    sortie = net(entree)
    sigmoide(sortie)
    perte = (cible - sortie) ** 2
    net.zero_grad()
    perte.backward()
    for p in net.parameters():
        p.data = p.data - 0.3 * p.grad
    fini = binaire(sortie) == cible
# %% [markdown]
# ## Exercice 6
# %%
from sklearn.datasets import make_moons
from matplotlib import pyplot

alea.seed(42)
data, label = make_moons(100, noise=0.1)
pyplot.scatter(data[label == 0, 0], data[label == 0, 1])
pyplot.scatter(data[label == 1, 0], data[label == 1, 1])
pyplot.show()


# %% [markdown]
# ## Exercice 7
# %%
def model_loss(modele, descripteurs, labels):
    k, somme, bonnes = 0, 0, 0
    while k < len(labels):
        s = modele(descripteurs[k])
        sigmoide(s)
        somme = somme + (s - labels[k]) ** 2
        if binaire(s) == labels[k]:
            bonnes = bonnes + 1
        k = k + 1
    return somme / k, bonnes / k * 100


# %% [markdown]
# ## Exercice 8
# %%
reseau = MLP(2, [2, 1])
p8, b8 = model_loss(reseau, [data[3]], [label[3]])
p8.backward()
draw_dot(p8)
# %% [markdown]
# ## Exercice 9
# %%
taux = 1.0
iteration = 0
while iteration < 10:
    ordre = list(range(100))
    shuffle(ordre)
    for k in ordre:
        s = reseau(data[k])
        sigmoide(s)
        perte = (s - label[k]) ** 2
        reseau.zero_grad()
        perte.backward()
        for p in reseau.parameters():
            p.data -= taux * p.grad
    moyenne, precision = model_loss(reseau, data, label)
    print("itération", iteration, "erreur", moyenne.data, "précision", precision)
    taux = taux * 0.9
    iteration += 1
# %% [markdown]
# ## Exercice 10
# %%
reseau16 = MLP(2, [16, 1])
taux = 1.0
for iteration in range(100):
    moyenne, precision = model_loss(reseau16, data, label)
    reseau16.zero_grad()
    moyenne.backward()
    for p in reseau16.parameters():
        p.data -= taux * p.grad
    taux = taux * 0.97
    print("itération", iteration, "erreur", moyenne.data, "précision", precision)
