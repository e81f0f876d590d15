# %% [markdown]
# # TP 1 - Deep Learning
# ## Tâche 1 : perceptron
# %%
import random
import numpy as np
import matplotlib.pyplot as plt
from micrograd.engine import Value
from micrograd.nn import MLP, Module

np.random.seed(42)
random.seed(42)

model = MLP(2, [1])
print(model)
print(f"Model has: {len(model.parameters())} parameters")
print("Model parameters are:", model.parameters())
# %% [markdown]
# Le dernier paramètre est le biais.
# ## Tâche 2 : sigmoïde
# %%
import math


class Sigmoid:
    def __call__(self, z: Value) -> Value:
        z.data = 1.0 / (1.0 + math.exp(-z.data))
        return z


sigmoid = Sigmoid()
# %% [markdown]
# ## Tâche 3
# %%
inputs: list[float] = [0.888, 0.777]
targets: list[int] = [1]


class MSELoss:
    def __call__(self, preds, targets):
        total = Value(0)
        for p, t in zip(preds, targets):
            total = total + (p - t) ** 2
        return total / len(preds)


criterion = MSELoss()
pred = sigmoid(model(inputs))
loss = criterion([pred], targets)
loss.backward()

from micrograd.draw import draw_dot

draw_dot(loss)
# %% [markdown]
# ## Tâche 4
# La dérivée de l'erreur (o-1)² est 2(o-1). On multiplie par chaque entrée.
# %%
err_grad = 2 * (pred.data - targets[0])
grads = dict(zip(("w0", "w1", "b"), [err_grad * i for i in inputs + [1]]))
print(grads)
assert all(abs(g - p.grad) < 1e-9 for g, p in zip(grads.values(), model.parameters()))


# %% [markdown]
# ## Tâche 5
# %%
class SGD:
    def __init__(self, params, lr):
        self.params, self.lr = list(params), lr

    def zero_grad(self):
        for p in self.params:
            p.grad = 0

    def step(self):
        for p in self.params:
            p.data -= self.lr * p.grad


def binary(o):
    return 1 if o.data > 0.5 else 0


optimizer = SGD(model.parameters(), lr=0.1)
epoch = 0
while binary(pred := sigmoid(model(inputs))) != targets[0]:
    loss = criterion([pred], targets)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    epoch += 1
print("epochs:", epoch, "prediction", binary(sigmoid(model(inputs))))
# %% [markdown]
# ## Tâche 6
# %%
from sklearn.datasets import make_moons

np.random.seed(42)
random.seed(42)
X, y = make_moons(n_samples=100, noise=0.1)
fig, ax = plt.subplots(figsize=(5, 5))
ax.scatter(X[:, 0], X[:, 1], c=y, s=20, cmap="jet")
plt.show()


# %% [markdown]
# ## Tâche 7
# %%
class Net(Module):
    def __init__(self, hidden):
        self.mlp = MLP(2, [hidden, 1])
        self.act = Sigmoid()

    def forward(self, X):
        return [self.act(self.mlp(x)) for x in X]

    def __call__(self, x):
        return self.mlp(x)

    def parameters(self):
        return self.mlp.parameters()


def accuracy(preds, y):
    return sum(binary(p) == t for p, t in zip(preds, y)) / len(y) * 100


def model_loss(net, X, y):
    if isinstance(net, Net):
        preds = net.forward(X)
    else:
        preds = [sigmoid(net(x)) for x in X]
    return criterion(preds, y), accuracy(preds, y)


# %% [markdown]
# ## Tâche 8
# %%
net = Net(2)
l, acc = model_loss(net, X[:1], y[:1])
l.backward()
draw_dot(l)


# %% [markdown]
# ## Tâche 9
# %%
class ExponentialLR:
    def __init__(self, optimizer, gamma):
        self.optimizer = optimizer
        self.gamma = gamma

    def step(self):
        self.optimizer.lr *= self.gamma


def fit(net, epochs):
    optimizer = SGD(net.parameters(), lr=1.0)
    scheduler = ExponentialLR(optimizer, gamma=0.9)
    logs = {"loss": [], "accuracy": []}
    for epoch in range(epochs):
        loss, acc = model_loss(net, X, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
        logs["loss"].append(loss.data)
        logs["accuracy"].append(acc)
        print(f"[step {epoch}] loss {loss.data}, accuracy {acc}%")
    return logs


logs = fit(net, 10)
# %% [markdown]
# ## Tâche 10
# %%
net16 = Net(16)
logs16 = fit(net16, 100)
plt.plot(logs16["loss"])
plt.show()
