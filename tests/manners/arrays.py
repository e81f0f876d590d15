# %% [markdown]
# **Task 1.**
# %%
import numpy as np, random

rng_seed = 42
np.random.seed(rng_seed), random.seed(rng_seed)
from micrograd.nn import MLP
from micrograd.engine import Value
from micrograd import draw

make = lambda *hidden: MLP(2, [*hidden, 1])
lone = make()
np.array([p.data for p in lone.parameters()])


# %% [markdown]
# **Task 2.**
# %%
def sigma(value):
    value.data = float(1 / (1 + np.exp(-value.data)))
    return value


vsigma = np.vectorize(sigma, otypes=[object])
# %% [markdown]
# **Task 3.**
# %%
data, want = np.array([[0.888, 0.777]]), np.array([1])
out = vsigma([lone(row) for row in data])
mse = ((out - want) ** 2).mean()
mse.backward()
draw.draw_dot(mse)
# %% [markdown]
# **Task 4.**
# d mse / d out = 2 (out - want)
# %%
np.r_[data[0], 1] * 2 * (out[0].data - want[0])


# %% [markdown]
# **Task 5.**
# %%
def to_labels(values):
    return np.where(np.array([s.data for s in np.atleast_1d(values)]) > 0.5, 1, 0)


for _ in range(50):
    out = vsigma([lone(row) for row in data])
    if (to_labels(out) == want).all():
        break
    lone.zero_grad()
    ((out - want) ** 2).mean().backward()
    for p in lone.parameters():
        p.data -= 0.1 * p.grad
# %% [markdown]
# **Task 6.**
# %%
from sklearn.datasets import make_moons

np.random.seed(rng_seed)
features, labels = make_moons(100, noise=0.1)
import matplotlib.pyplot as plt

plt.scatter(*features.T, c=labels)


# %% [markdown]
# **Task 7.**
# %%
def model_loss(M, D, L):
    P = vsigma(np.array([M(row) for row in np.asarray(D)], dtype=object))
    guesses = to_labels(P)
    return ((P - np.asarray(L)) ** 2).mean(), (guesses == np.asarray(L)).mean()


# %% [markdown]
# **Task 8.**
# %%
duo = make(2)
loss8, _ = model_loss(duo, features[:1], labels[:1])
loss8.backward()
draw.draw_dot(loss8)


# %% [markdown]
# **Task 9.**
# %%
def train(M, rates):
    out = np.zeros((len(rates), 2))
    for k, rate in enumerate(rates):
        loss, acc = model_loss(M, features, labels)
        M.zero_grad()
        loss.backward()
        theta = np.array([p.data for p in M.parameters()])
        grad = np.array([p.grad for p in M.parameters()])
        theta = theta - rate * grad
        for p, t in zip(M.parameters(), theta):
            p.data = float(t)
        out[k] = loss.data, acc
        print(k, out[k])
    return out


train(duo, 0.9 ** np.arange(10))
# %% [markdown]
# **Task 10.**
# %%
sixteen = make(16)
curve = train(sixteen, np.linspace(1, 0.1, 100))
plt.plot(curve[:, 0])
plt.plot(curve[:, 1])
