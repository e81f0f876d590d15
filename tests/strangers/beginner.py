# %% [markdown]
# ### 1.
# %%
import numpy as np
import random

np.random.seed(42)
random.seed(42)
# %%
from micrograd.nn import MLP

m1 = MLP(2, [1])
# %%
print(m1)
# %%
m1.parameters()


# %% [markdown]
# Last one = bias
# %% [markdown]
# ### 2.
# %%
def sigmoid(x):
    x.data = 1 / (1 + np.exp(-x.data))
    return x


# %% [markdown]
# ### 3.
# %%
x1 = 0.888
x2 = 0.777
y_true = 1
# %%
y_pred = m1([x1, x2])
# %%
y_pred = sigmoid(y_pred)
y_pred
# %%
diff = y_pred - y_true
loss1 = diff**2
# %%
loss1.backward()
# %%
from micrograd.draw import draw_dot

draw_dot(loss1)
# %% [markdown]
# ### 4.
# The gradient of w1 is 2*diff*x1, of w2 is 2*diff*x2 and of b is 2*diff
# %%
2 * diff.data * x1
# %%
2 * diff.data * x2
# %%
2 * diff.data


# %% [markdown]
# ### 5.
# %%
def binary(x):
    if x.data > 0.5:
        return 1
    if x.data <= 0.5:
        return 0


# %%
m1.zero_grad()
loss1.backward()
w1, w2, b = m1.parameters()
w1.data = w1.data - 0.5 * w1.grad
w2.data = w2.data - 0.5 * w2.grad
b.data = b.data - 0.5 * b.grad
y_pred = sigmoid(m1([x1, x2]))
print(y_pred, binary(y_pred))
# %%
loss2 = (y_pred - y_true) ** 2
m1.zero_grad()
loss2.backward()
w1.data = w1.data - 0.5 * w1.grad
w2.data = w2.data - 0.5 * w2.grad
b.data = b.data - 0.5 * b.grad
y_pred = sigmoid(m1([x1, x2]))
print(y_pred, binary(y_pred))
# %% [markdown]
# ### 6.
# %%
from sklearn.datasets import make_moons

np.random.seed(42)
random.seed(42)
data = make_moons(n_samples=100, noise=0.1)
X = data[0]
y = data[1]
# %%
import matplotlib.pyplot as plt

plt.scatter(X[:, 0], X[:, 1], c=y)


# %% [markdown]
# ### 7.
# %%
def model_loss(m, X, y):
    loss = 0
    good = 0
    for i in range(len(X)):
        out = sigmoid(m(X[i]))
        loss = loss + (out - y[i]) ** 2
        if binary(out) == y[i]:
            good = good + 1
    loss = loss / len(X)
    acc = good / len(X) * 100
    return loss, acc


# %%
model_loss(m1, X, y)
# %% [markdown]
# ### 8.
# %%
m2 = MLP(2, [2, 1])
loss, acc = model_loss(m2, X[0:1], y[0:1])
loss.backward()
draw_dot(loss)
# %% [markdown]
# ### 9.
# %%
for i in range(10):
    loss, acc = model_loss(m2, X, y)
    m2.zero_grad()
    loss.backward()
    for p in m2.parameters():
        p.data = p.data - (1 - i * 0.1) * p.grad
    print("step", i, "loss", loss.data, "acc", acc)
# %% [markdown]
# ### 10.
# %%
m3 = MLP(2, [16, 1])
for i in range(100):
    loss, acc = model_loss(m3, X, y)
    m3.zero_grad()
    loss.backward()
    for p in m3.parameters():
        p.data = p.data - (1 - i * 0.01) * p.grad
    print("step", i, "loss", loss.data, "acc", acc)
