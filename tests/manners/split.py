# %% [markdown]
# # Lab
# **Q1** – the perceptron
# %%
import numpy as np
import random
import math
np.random.seed(42)
random.seed(42)
import micrograd.nn
from micrograd.nn import Neuron, MLP
n = Neuron(2, nonlin=False)
random.seed(42)
p = MLP(2, [1])
assert [a.data for a in n.parameters()] == [a.data for a in p.parameters()]
p.parameters()
# %% [markdown]
# The last parameter is the bias of the neuron.
#
# **Q2** – sigmoid
# %%
f = lambda x: 1 / (1 + math.exp(-x))
# %% [markdown]
# **Q3**
# %%
a, b = [0.888, 0.777], [1]
o = p(a)
o.data = f(o.data)
E = sum((i - j)**2 for i, j in zip([o], b))
E.backward()
from micrograd.draw import draw_dot
g = draw_dot(E)
g
# %% [markdown]
# **Q4** – the error's derivative is $2(o - 1)$
# %%
[2 * (o.data - 1) * i for i in (*a, 1)]
# %% [markdown]
# **Q5**
# %%
def c(o):
    return (o.data > 0.5) * 1
eta = 0.25
while c(o) != b[0]:
    p.zero_grad()
    E = (o - b[0])**2
    E.backward()
    for w in p.parameters():
        w.data = w.data - eta * w.grad
    o = p(a)
    o.data = f(o.data)
c(o)
# %% [markdown]
# **Q6**
# %%
from sklearn.datasets import make_moons
from sklearn.model_selection import train_test_split
np.random.seed(42)
X, y = make_moons(n_samples=100, noise=0.1)
import matplotlib.pyplot as plt
plt.scatter(X[:, 0], X[:, 1], c=y)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)
# %% [markdown]
# **Q7**
# %%
def forward(net, x):
    o = net(x)
    o.data = f(o.data)
    return o
def model_loss(features, labels, net):
    outs = [forward(net, x) for x in features]
    loss = sum((o - l)**2 for o, l in zip(outs, labels)) / len(labels), 100 * np.mean([c(o) == l for o, l in zip(outs, labels)])
    return loss
# %% [markdown]
# **Q8**
# %%
net = MLP(2, [2, 1])
l, acc = model_loss(X_train[:2], y_train[:2], net)
l.backward()
draw_dot(l)
# %% [markdown]
# **Q9**
# %%
def learn(net, n):
    for k in range(n):
        l, acc = model_loss(X_train, y_train, net)
        net.zero_grad()
        l.backward()
        eta = 1 / (1 + k)
        for w in net.parameters():
            w.data = w.data - eta * w.grad
        print(k, l.data, acc, model_loss(X_test, y_test, net)[1])
learn(net, 10)
# %% [markdown]
# **Q10**
# %%
net = MLP(2, [16, 1])
learn(net, 100)
