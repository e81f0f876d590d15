# %% [markdown]
# # Lab 1: gradient descent
# %%
import random
import numpy as np
import matplotlib.pyplot as plt
%matplotlib inline
from micrograd.engine import Value
from micrograd.nn import Neuron, Layer, MLP
np.random.seed(42)
random.seed(42)
# %% [markdown]
# ## Task 1: a first model
# %%
# initialize a model
model = MLP(2, [1]) # a single linear neuron
print(model)
print("number of parameters", len(model.parameters()))
model.parameters()
# %% [markdown]
# The last parameter is the bias, which starts at zero.
# %% [markdown]
# ## Task 2: the sigmoid
# %%
import math
def sigmoid(v):
    v.data = 1.0 / (1.0 + math.exp(-v.data))
    return v
# %% [markdown]
# ## Task 3: graph of the gradients
# %%
xs = [0.888, 0.777]
ys = [1]
ypred = sigmoid(model(xs))
loss = sum((yout - ygt)**2 for ygt, yout in zip(ys, [ypred]))
loss.backward()
# %%
from micrograd.draw import draw_dot
draw_dot(loss)
# %% [markdown]
# ## Task 4: reading it
# The loss is at the right end. Its derivative by the prediction is 2 (ypred - 1): it flows back unchanged through the
# sum and is multiplied by the other factor at each product.
# %%
dloss = 2 * (ypred.data - 1.0)
for p, v in zip(model.parameters(), [xs[0], xs[1], 1.0]):
    print(p.grad, dloss * v)
# %% [markdown]
# ## Task 5: updating the weights
# %%
def binary(v):
    return 1 if v.data > 0.5 else 0
# %%
for k in range(20):
    # forward pass
    ypred = sigmoid(model(xs))
    loss = (ypred - ys[0])**2
    # backward pass
    for p in model.parameters():
        p.grad = 0.0
    loss.backward()
    # update
    for p in model.parameters():
        p.data += -0.1 * p.grad
    print(k, loss.data, ypred.data, binary(ypred))
# %% [markdown]
# ## Task 6: make up a dataset
# %%
from sklearn.datasets import make_moons, make_blobs
np.random.seed(42)
random.seed(42)
X, y = make_moons(n_samples=100, noise=0.1)
plt.figure(figsize=(5,5))
plt.scatter(X[:,0], X[:,1], c=y, s=20, cmap='jet')
# %% [markdown]
# ## Task 7: loss function
# %%
def model_loss(model, X, y):
    inputs = [list(map(Value, xrow)) for xrow in X]
    # forward the model to get scores
    scores = list(map(model, inputs))
    scores = list(map(sigmoid, scores))
    # mean squared error
    losses = [(scorei - yi)**2 for yi, scorei in zip(y, scores)]
    data_loss = sum(losses) * (1.0 / len(losses))
    # also get accuracy
    accuracy = [binary(scorei) == yi for yi, scorei in zip(y, scores)]
    return data_loss, sum(accuracy) / len(accuracy)
# %% [markdown]
# ## Task 8: a hidden layer
# %%
model = MLP(2, [2, 1])
total_loss, acc = model_loss(model, X[:2], y[:2])
total_loss.backward()
draw_dot(total_loss)
# %% [markdown]
# Many more nodes, and half of the ReLUs are at zero.
# %% [markdown]
# ## Task 9: optimization
# %%
model = MLP(2, [2, 1])
for k in range(10):
    # forward
    total_loss, acc = model_loss(model, X, y)
    # backward
    model.zero_grad()
    total_loss.backward()
    # update (sgd)
    learning_rate = 1.0 - 0.9*k/100
    for p in model.parameters():
        p.data -= learning_rate * p.grad
    if k % 1 == 0:
        print(f"step {k} loss {total_loss.data}, accuracy {acc*100}%")
# %%
h = 0.25
x_min, x_max = X[:, 0].min() - 1, X[:, 0].max() + 1
xx, yy = np.meshgrid(np.arange(x_min, x_max, h), np.arange(-1, 2, h))
Z = np.array([sigmoid(model(list(map(Value, row)))).data > 0.5 for row in np.c_[xx.ravel(), yy.ravel()]])
plt.contourf(xx, yy, Z.reshape(xx.shape), alpha=0.8)
plt.scatter(X[:, 0], X[:, 1], c=y, s=40)
# %% [markdown]
# ## Task 10: sixteen neurons
# %%
model = MLP(2, [16, 1])
for k in range(100):
    total_loss, acc = model_loss(model, X, y)
    model.zero_grad()
    total_loss.backward()
    learning_rate = 1.0 - 0.9*k/100
    for p in model.parameters():
        p.data -= learning_rate * p.grad
    if k % 1 == 0:
        print(f"step {k} loss {total_loss.data}, accuracy {acc*100}%")
