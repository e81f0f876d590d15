"""Logistic regression with a sigmoid and a cross-entropy written out, and a decision printed for each point."""

import math
from micrograd.engine import Value


def sigmoid(v):
    s = 1 / (1 + math.exp(-v.data))
    out = Value(s, (v,), "sigmoid")
    out._backward = lambda: setattr(v, "grad", v.grad + s * (1 - s) * out.grad)
    return out


def log(v):
    out = Value(math.log(v.data), (v,), "log")
    out._backward = lambda: setattr(v, "grad", v.grad + out.grad / v.data)
    return out


data = [((0.2, 0.7), 0), ((1.5, 0.3), 1), ((0.9, 1.9), 0), ((2.0, 1.1), 1), ((0.1, 0.1), 0)]
w = [Value(0.1), Value(-0.1)]
b = Value(0.0)
for step in range(25):
    total = 0
    for x, t in data:
        p = sigmoid(sum(wi * xi for wi, xi in zip(w, x)) + b)
        total = total - (t * log(p) + (1 - t) * log(1 - p))
    for p in (*w, b):
        p.grad = 0
    total.backward()
    for p in (*w, b):
        p.data -= 0.3 * p.grad
print("%.9f" % total.data, ["%.9f" % p.data for p in (*w, b)])
print([int(sigmoid(w[0] * x[0] + w[1] * x[1] + b).data > 0.5) for x, _ in data])
