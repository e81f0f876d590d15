# %%
"""Exercice 1"""

# Exercice 1
import numpy as np
import random
import math
from micrograd.nn import MLP
from micrograd.draw import draw_dot

SEED = 42


def reseed():
    np.random.seed(SEED)
    random.seed(SEED)


reseed()
S = {}
S["model"] = MLP(2, [1])
print(S["model"].parameters())


# %%
# Exercice 2
def sigmoide():
    global S
    S["out"].data = 1 / (1 + math.exp(-S["out"].data))


# %%
# Exercice 3
S["x"] = [0.888, 0.777]
S["t"] = 1


def avant():
    S["out"] = S["model"](S["x"])
    sigmoide()
    S["err"] = (S["out"] - S["t"]) ** 2


avant()
S["err"].backward()
draw_dot(S["err"])
# %%
# Exercice 4
S["main"] = []
for v in S["x"]:
    S["main"].append(2 * (S["out"].data - S["t"]) * v)
S["main"].append(2 * (S["out"].data - S["t"]))
print(S["main"])


# %%
# Exercice 5
def binaire():
    return 1 if S["out"].data > 0.5 else 0


def corrige():
    S["model"].zero_grad()
    S["err"].backward()
    for p in S["model"].parameters():
        p.data -= 0.1 * p.grad


for _ in range(30):
    avant()
    if binaire() == 1:
        break
    corrige()
# %%
# Exercice 6
from sklearn.datasets import make_moons

reseed()
S["X"], S["y"] = make_moons(100, noise=0.1)
import matplotlib.pyplot as plt

plt.scatter(S["X"][:, 0], S["X"][:, 1], c=S["y"])


# %%
# Exercice 7
def model_loss(m, descripteurs, labels):
    S["model"] = m
    total = 0
    bon = 0
    for d, l in zip(descripteurs, labels):
        S["x"], S["t"] = d, l
        avant()
        total = total + S["err"]
        if binaire() == l:
            bon = bon + 1
    return total * (1.0 / len(labels)), 100.0 * bon / len(labels)


# %%
# Exercice 8
S["model"] = MLP(2, [2, 1])
S["loss"], S["acc"] = model_loss(S["model"], S["X"][:1], S["y"][:1])
S["loss"].backward()
draw_dot(S["loss"])
# %%
# Exercice 9
S["n"] = 10


def entrainement():
    S["taux"] = 1
    for S["i"] in range(S["n"]):
        S["loss"], S["acc"] = model_loss(S["model"], S["X"], S["y"])
        S["model"].zero_grad()  # moons
        S["loss"].backward()
        for p in S["model"].parameters():
            p.data -= S["taux"] * p.grad
        S["taux"] = S["taux"] * 0.9
        print("[step", S["i"], "] loss", S["loss"].data, "accuracy", S["acc"])


entrainement()
# %%
# Exercice 10
S["model"] = MLP(2, [16, 1])
S["n"] = 100
entrainement()
