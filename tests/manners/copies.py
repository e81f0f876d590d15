# %%
# Tâche 1 - perceptron
from __future__ import annotations
import copy, math, random
from dataclasses import dataclass, replace
from functools import reduce
import numpy as np
from micrograd.engine import Value
from micrograd.nn import MLP
from micrograd.draw import draw_dot

random.seed(42)
np.random.seed(42)
perceptron: MLP = MLP(2, [1])
print(*perceptron.parameters(), sep="\n")


# %%
# Tâche 2 - sigmoïde
def sigmoide(v: Value) -> Value:
    v.data = 1 / (1 + math.exp(-v.data))
    return v


# %%
# Tâche 3 - erreur
EX, EY = [0.888, 0.777], [1]
prediction: Value = sigmoide(perceptron(EX))
erreur: Value = (EY[0] - prediction) ** 2
erreur.backward()
draw_dot(erreur)
# %%
# Tâche 4 - à la main
# e = (y - s)^2, de/ds = -2(y - s), ds/dw = x
de_ds: float = -2 * (EY[0] - prediction.data)
de_dw: list[float] = [de_ds * x for x in EX]
print(de_dw, de_ds)


# %%
# Tâche 5 - mise à jour
def classe(v: Value) -> int:
    return int(v.data > 0.5)


def corrige(m: MLP, taux: float = 0.1) -> MLP:
    neuf = copy.deepcopy(m)
    neuf.zero_grad()
    ((sigmoide(neuf(EX)) - EY[0]) ** 2).backward()
    for p in neuf.parameters():
        p.data -= taux * p.grad
    return neuf


while not classe(sigmoide(perceptron(EX))):
    perceptron = corrige(perceptron)
print(classe(sigmoide(perceptron(EX))))
# %%
# Tâche 6 - lunes
from sklearn.datasets import make_moons

np.random.seed(42)
donnees = make_moons(n_samples=100, noise=0.1)
import matplotlib.pyplot as plt

plt.scatter(donnees[0][:, 0], donnees[0][:, 1], c=donnees[1])


# %%
# Tâche 7 - model_loss
def model_loss(modele: MLP, descripteurs: np.ndarray, labels: np.ndarray) -> tuple[Value, float]:
    s = list(map(sigmoide, map(modele, descripteurs)))
    e = reduce(lambda acc, so: acc + (so[0] - so[1]) ** 2, zip(s, labels), Value(0)) / len(s)
    p = 100 * sum(map(lambda so: classe(so[0]) == so[1], zip(s, labels))) / len(s)
    return e, p


# %%
# Tâche 8 - deux neurones
deux = MLP(2, [2, 1])
e8, p8 = model_loss(deux, donnees[0][:2], donnees[1][:2])
e8.backward()
draw_dot(e8)


# %%
# Tâche 9 - apprentissage
@dataclass(frozen=True)
class State:
    model: MLP
    rate: float
    losses: tuple = ()


def step(state: State, k: int) -> State:
    new = copy.deepcopy(state.model)
    new.zero_grad()
    e, p = model_loss(new, *donnees)
    e.backward()
    print(k, e.data, p)
    for q, p in zip(new.parameters(), new.parameters()):
        q.data = p.data - state.rate * p.grad
    return State(new, state.rate * 0.9, (*state.losses, e.data))


def iterate(state: State, n: int) -> State:
    return reduce(step, range(n), state)


fini = iterate(State(deux, 1.0), 10)
# %%
# Tâche 10 - seize neurones
fini16 = iterate(State(MLP(2, [16, 1]), 1.0), 100)
