# %%
# Task 1
import random, numpy as np, functools, math, operator

np.random.seed(42)
random.seed(42)
from micrograd import nn

one = nn.MLP(2, [1])
[*map(print, one.parameters())]
# %%
# Task 2
logistic = lambda node: (setattr(node, "data", 1 / (1 + math.exp(-node.data))), node)[1]
# %%
# Task 3
(sq := (logistic(one(point := [0.888, 0.777])) - 1) ** 2).backward()
from micrograd.draw import draw_dot

draw_dot(sq)
# %%
# Task 4
# chain rule: d(sq)/dw_i = 2 (o - 1) x_i
deltas = (lambda o: [2 * (o - 1) * v for v in (*point, 1)])(logistic(one(point)).data)
deltas
# %%
# Task 5
label = lambda node: int(node.data > 0.5)


def learn(steps=0):
    """Recursive: stops as soon as the label is right."""
    if label(logistic(one(point))) == 1 or steps > 500:
        return steps
    one.zero_grad()
    ((logistic(one(point)) - 1) ** 2).backward()
    for p in one.parameters():
        p.data = p.data - 0.05 * p.grad
    return learn(steps + 1)


learn()
# %%
# Task 6
from sklearn.datasets import make_moons
import matplotlib.pyplot as plt

np.random.seed(42)
pts, tags = make_moons(noise=0.1, n_samples=100)
plt.scatter(pts[:, 0], pts[:, 1], c=tags)


# %%
# Task 7
def model_loss(model, descriptors, labels):
    def go(i, loss_so_far, good):
        if i == len(labels):
            return loss_so_far / len(labels), good / len(labels)
        raw = model(descriptors[i])
        out = logistic(raw)
        guess = label(out)
        return go(i + 1, loss_so_far + (out - labels[i]) ** 2, good + (guess == labels[i]))

    return go(0, 0, 0)


# %%
# Task 8
two = nn.MLP(2, [2, 1])
e, _ = model_loss(two, pts[:1], tags[:1])
e.backward()
draw_dot(e)


# %%
# Task 9
def descend(model, n, k=0, rate=1.0, history=()):
    if k == n:
        return history
    e, a = model_loss(model, pts, tags)
    print(f"step {k}: loss {e.data:.4f} accuracy {a:.2%}")
    model.zero_grad()
    e.backward()
    for p in model.parameters():
        p.data -= rate * p.grad
    return descend(model, n, k + 1, rate * 0.9, history + ((e.data, a),))


trace = descend(two, 10)
# %%
# Task 10
sixteen = nn.MLP(2, [16, 1])
trace16 = descend(sixteen, 100)
