"""One head of attention over scalars, root-mean-square norms and a cross-entropy: a GPT of the smallest kind."""

import math
import random
from micrograd.engine import Value

random.seed(42)


def exp(v):
    out = Value(math.exp(v.data), (v,), "exp")

    def _backward():
        v.grad += out.data * out.grad

    out._backward = _backward
    return out


def log(v):
    out = Value(math.log(v.data), (v,), "log")

    def _backward():
        v.grad += out.grad / v.data

    out._backward = _backward
    return out


def matrix(rows, columns, std=0.3):
    return [[Value(random.gauss(0, std)) for _ in range(columns)] for _ in range(rows)]


def linear(x, w):
    return [sum(wi * xi for wi, xi in zip(row, x)) for row in w]


def softmax(logits):
    highest = max(v.data for v in logits)
    exps = [exp(v - highest) for v in logits]
    total = sum(exps)
    return [e / total for e in exps]


def rmsnorm(x):
    scale = (sum(v * v for v in x) / len(x) + 1e-5) ** -0.5
    return [v * scale for v in x]


n, vocabulary, length = 4, 5, 4
weights = {name: matrix(n, n) for name in ("wq", "wk", "wv", "wo")}
weights["tokens"], weights["positions"], weights["head"] = (
    matrix(vocabulary, n),
    matrix(length, n),
    matrix(vocabulary, n),
)
weights["up"], weights["down"] = matrix(2 * n, n), matrix(n, 2 * n)
parameters = [p for w in weights.values() for row in w for p in row]
print("num params:", len(parameters))
tokens = [0, 3, 1, 4, 2]
for step in range(3):
    keys, values, losses = [], [], []
    for position in range(length):
        x = [t + p for t, p in zip(weights["tokens"][tokens[position]], weights["positions"][position])]
        x = rmsnorm(x)
        q = linear(x, weights["wq"])
        keys.append(linear(x, weights["wk"]))
        values.append(linear(x, weights["wv"]))
        scores = [sum(a * b for a, b in zip(q, k)) / n**0.5 for k in keys]
        attention = softmax(scores)
        head = [sum(a * v[j] for a, v in zip(attention, values)) for j in range(n)]
        x = [a + b for a, b in zip(x, linear(head, weights["wo"]))]
        hidden = [h.relu() ** 2 for h in linear(rmsnorm(x), weights["up"])]
        x = [a + b for a, b in zip(x, linear(hidden, weights["down"]))]
        probabilities = softmax(linear(x, weights["head"]))
        losses.append(-log(probabilities[tokens[position + 1]]))
    loss = (1 / len(losses)) * sum(losses)
    loss.backward()
    rate = 0.1 * (1 - step / 3)
    for p in parameters:
        p.data -= rate * p.grad
        p.grad = 0
    print(f"step {step + 1} | loss {loss.data:.8f}")
