# %% [markdown]
# TÂCHE N°1
# %%
import numpy as np, random, math
SEED = 42
random.seed(SEED); np.random.seed(SEED)
from micrograd.nn import MLP as Reseau
from micrograd.engine import Value as V
p1 = Reseau(2, [1])
for k, v in enumerate(p1.parameters(), 1):
    print(f"paramètre {k} : {v}")
# %% [markdown]
# TÂCHE N°2
# %%
def σ(z):
    if isinstance(z, V):
        z.data = σ(z.data)
        return z
    return 1 / (1 + math.exp(-z))
# %% [markdown]
# TÂCHE N°3
# %%
entree = {"x1": 0.888, "x2": 0.777}
sortie_attendue = [1]
sortie = σ(p1(list(entree.values())))
erreur = sortie - sortie_attendue[0]
erreur **= 2
erreur.backward()
from micrograd.draw import draw_dot
draw_dot(erreur, rankdir="TB")
# %% [markdown]
# TÂCHE N°4
#
# On a e = (s-1)², donc de/ds = 2(s-1). La sortie vaut 0,38 donc de/ds = −1,24, d'où de/dw1 = −1,24 × 0,888 = −1,10, de/dw2 = −0,96 et de/db = −1,24.
# %%
draw_dot(erreur)
# %% [markdown]
# TÂCHE N°5
# %%
def label(v):
    match v.data > 0.5:
        case True: return 1
        case False: return 0
for iteration in range(1, 101):
    sortie = σ(p1(list(entree.values())))
    erreur = (sortie - 1) ** 2
    [setattr(q, "grad", 0) for q in p1.parameters()]
    erreur.backward()
    [setattr(q, "data", q.data - 0.01 * q.grad) for q in p1.parameters()]
print(label(σ(p1(list(entree.values())))))
# %% [markdown]
# TÂCHE N°6
# %%
from sklearn.datasets import make_moons
np.random.seed(SEED)
points, classes = make_moons(100, noise=0.1)
import matplotlib.pyplot as plt
fig = plt.figure(); plt.scatter(points.T[0], points.T[1], c=classes); fig
# %% [markdown]
# TÂCHE N°7
# %%
def model_loss(modele, descripteurs, labels, /):
    s = [σ(modele([float(u) for u in d])) for d in descripteurs]
    carre = [(a - int(b)) ** 2 for a, b in zip(s, labels)]
    moyenne = carre[0]
    for c in carre[1:]:
        moyenne += c
    moyenne /= len(carre)
    bonnes = sum(1 for a, b in zip(s, labels) if label(a) == b)
    return {"erreur": moyenne, "precision": bonnes / len(carre) * 100}
# %% [markdown]
# TÂCHE N°8
# %%
p2 = Reseau(2, [2, 1])
petite = model_loss(p2, points[:1], classes[:1])["erreur"]
petite.backward()
draw_dot(petite)
# %% [markdown]
# TÂCHE N°9
# %%
from sklearn.preprocessing import StandardScaler
normes = StandardScaler().fit_transform(points)
def apprentissage(modele, n):
    for k in range(n):
        r = model_loss(modele, normes, classes)
        modele.zero_grad()
        r["erreur"].backward()
        taux = 1 - k / (n + 1)
        for q in modele.parameters():
            q.data -= taux * q.grad
        print("itération", k, "erreur", round(r["erreur"].data, 3), "précision", r["precision"])
apprentissage(p2, 10)
# %% [markdown]
# TÂCHE N°10
# %%
p3 = Reseau(2, [16, 1])
apprentissage(p3, 100)
