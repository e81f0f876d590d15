"""Weights saved as text and put back, frozen layers, early stopping, a mean of models."""

import json
import random
from micrograd.engine import Value
from micrograd.nn import MLP

random.seed(21)
xs = [[random.uniform(-1, 1) for _ in range(2)] for _ in range(10)]
ys = [1.0 if a * b > 0 else -1.0 for a, b in xs]


def train(model, steps, frozen=()):
    best, saved = float("inf"), None
    for _ in range(steps):
        loss = sum((1 + -y * model(x)).relu() for x, y in zip(xs, ys)) / len(xs)
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            if p not in frozen:
                p.data -= 0.1 * p.grad
        if loss.data < best:
            best, saved = loss.data, json.dumps([p.data for p in model.parameters()])
    return best, saved


model = MLP(2, [4, 1])
best, saved = train(model, 10)
print("%.9f" % best)
again = MLP(2, [4, 1])
for p, number in zip(again.parameters(), json.loads(saved)):
    p.data = number
print([again(x).data == model(x).data for x in xs[:3]] == [True] * 3 or "earlier was better")
before = [p.data for p in again.layers[0].parameters()]
print("%.9f" % train(again, 5, frozen=set(again.layers[0].parameters()))[0])
print(before == [p.data for p in again.layers[0].parameters()])
mean = MLP(2, [4, 1])
for p, a, b in zip(mean.parameters(), model.parameters(), again.parameters()):
    p.data = (a.data + b.data) / 2
print("%.9f" % mean(xs[0]).data)
