# %% [markdown]
# # TP1 — Descente de gradient (version objet)
# %%
from dataclasses import dataclass, field
import math
import random
import numpy as np
from micrograd.nn import MLP
from micrograd.draw import draw_dot


class Graine:
    valeur = 42

    @classmethod
    def poser(cls):
        np.random.seed(cls.valeur)
        random.seed(cls.valeur)


Graine.poser()


# %% [markdown]
# ### Tâche 1
# %%
class Classifieur:
    """Un réseau suivi d'une sigmoïde."""

    def __init__(self, *couches):
        self.reseau = MLP(2, list(couches))

    def parametres(self):
        return self.reseau.parameters()

    def __call__(self, x):
        return Activation.sigmoide(self.reseau(x))


perceptron = Classifieur(1)
print(perceptron.reseau, perceptron.parametres())


# %% [markdown]
# Le dernier paramètre est le biais.
# %% [markdown]
# ### Tâche 2
# %%
class Activation:
    @staticmethod
    def sigmoide(sortie):
        sortie.data = 1 / (1 + math.exp(-sortie.data))
        return sortie

    @staticmethod
    def binaire(sortie):
        return int(sortie.data > 0.5)


# %% [markdown]
# ### Tâche 3
# %%
@dataclass
class Exemple:
    entree: list
    cible: int


exemple = Exemple([0.888, 0.777], 1)
prediction = perceptron(exemple.entree)
erreur = (prediction - exemple.cible) ** 2
erreur.backward()
draw_dot(erreur)


# %% [markdown]
# ### Tâche 4
# L'erreur est tout à droite, sa dérivée vaut deux fois l'écart, et chaque poids reçoit cet écart fois son entrée.
# %%
class Derivee:
    def __init__(self, prediction, exemple):
        self.ecart = 2 * (prediction.data - exemple.cible)
        self.gradients = [self.ecart * e for e in exemple.entree] + [self.ecart]


print(Derivee(prediction, exemple).gradients)
print([p.grad for p in perceptron.parametres()])


# %% [markdown]
# ### Tâche 5
# %%
class Descente:
    def __init__(self, modele, taux):
        self.modele, self.taux = modele, taux

    def un_pas(self, exemple):
        prediction = self.modele(exemple.entree)
        erreur = (prediction - exemple.cible) ** 2
        self.modele.reseau.zero_grad()
        erreur.backward()
        for p in self.modele.parametres():
            p.data -= self.taux * p.grad
        return Activation.binaire(prediction)


descente = Descente(perceptron, 0.5)
while descente.un_pas(exemple) == 0:
    pass
print(perceptron(exemple.entree).data)
# %% [markdown]
# ### Tâche 6
# %%
from sklearn.datasets import make_moons
import matplotlib.pyplot as plt


class Donnees:
    def __init__(self, n, bruit):
        Graine.poser()
        self.X, self.y = make_moons(n_samples=n, noise=bruit)

    def afficher(self):
        plt.scatter(*self.X.T, c=self.y)
        plt.show()


lunes = Donnees(100, 0.1)
lunes.afficher()


# %% [markdown]
# ### Tâche 7
# %%
def model_loss(modele, X, y):
    predictions = [modele(x) for x in X]
    erreurs = [(p - t) ** 2 for p, t in zip(predictions, y)]
    justes = [Activation.binaire(p) == t for p, t in zip(predictions, y)]
    return sum(erreurs) / len(erreurs), sum(justes) / len(justes)


print(model_loss(perceptron, lunes.X, lunes.y))
# %% [markdown]
# ### Tâche 8
# %%
petit = Classifieur(2, 1)
e, _ = model_loss(petit, lunes.X[:1], lunes.y[:1])
e.backward()
draw_dot(e)


# %% [markdown]
# ### Tâche 9
# %%
@dataclass
class Apprentissage:
    modele: Classifieur
    donnees: Donnees
    taux: float = 1.0
    journal: list = field(default_factory=list)

    def lancer(self, iterations):
        for i in range(iterations):
            e, precision = model_loss(self.modele, self.donnees.X, self.donnees.y)
            self.modele.reseau.zero_grad()
            e.backward()
            for p in self.modele.parametres():
                p.data -= self.taux * p.grad
            self.taux *= 0.9
            self.journal.append((e.data, precision))
            print(i, e.data, f"{precision:.0%}")


Apprentissage(petit, lunes).lancer(10)
# %% [markdown]
# ### Tâche 10
# %%
grand = Apprentissage(Classifieur(16, 1), lunes)
grand.lancer(100)
plt.plot([e for e, _ in grand.journal])
plt.show()
