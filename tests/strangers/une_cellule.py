# %%
import math, random
import numpy as np
import matplotlib.pyplot as plt
from sklearn.datasets import make_moons
from micrograd.nn import MLP
from micrograd.draw import draw_dot

np.random.seed(42)
random.seed(42)

# Tâche 1 : le perceptron
p = MLP(2, [1])
print(p)
print("Nombre de paramètres :", len(p.parameters()))
print(p.parameters())


# Tâche 2 : la sigmoïde
def sig(z):
    return 1 / (1 + math.exp(-z))


# Tâche 3 : l'erreur quadratique
x = [0.888, 0.777]
s = p(x)
s.data = sig(s.data)
e = (s - 1) ** 2
e.backward()
display(draw_dot(e))

# Tâche 4 : les gradients à la main
print("à la main :", 2 * (s.data - 1) * x[0], 2 * (s.data - 1) * x[1], 2 * (s.data - 1))
print("micrograd :", [q.grad for q in p.parameters()])


# Tâche 5 : mise à jour
def classe(proba):
    return 1 if proba > 0.5 else 0


pas = 0
while True:
    s = p(x)
    s.data = sig(s.data)
    if classe(s.data) == 1:
        break
    e = (s - 1) ** 2
    p.zero_grad()
    e.backward()
    for q in p.parameters():
        q.data -= 0.2 * q.grad
    pas += 1
print("classe 1 après", pas, "pas")

# Tâche 6 : les lunes
X, Y = make_moons(100, noise=0.1, random_state=42)
plt.scatter(X[:, 0], X[:, 1], c=Y)
plt.show()


# Tâche 7 : model_loss
def model_loss(m, X, Y):
    erreurs, ok = [], 0
    for xi, yi in zip(X, Y):
        o = m(xi)
        o.data = sig(o.data)
        erreurs.append((o - yi) ** 2)
        ok += classe(o.data) == yi
    return sum(erreurs) / len(erreurs), ok / len(erreurs)


# Tâche 8 : deux neurones cachés
random.seed(7)
m2 = MLP(2, [2, 1])
l, _ = model_loss(m2, X[:3], Y[:3])
l.backward()
display(draw_dot(l))

# Tâche 9 : entraînement
taux = 1
for it in range(10):
    l, acc = model_loss(m2, X, Y)
    m2.zero_grad()
    l.backward()
    for q in m2.parameters():
        q.data -= taux * q.grad
    print(f"itération {it} : erreur {l.data:.4f}, précision {acc:.0%}")
    taux -= 0.1

# Tâche 10 : seize neurones
m16 = MLP(2, [16, 1])
taux = 1
for it in range(100):
    l, acc = model_loss(m16, X, Y)
    m16.zero_grad()
    l.backward()
    for q in m16.parameters():
        q.data -= taux * q.grad
    print(f"itération {it} : erreur {l.data:.4f}, précision {acc:.0%}")
    taux *= 0.9
