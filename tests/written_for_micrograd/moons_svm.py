"""Two classes, a max-margin loss with regularization, and a learning rate that goes down: the package's demo, smaller."""

import math
import random
from micrograd.engine import Value
from micrograd.nn import MLP

random.seed(1337)
X, y = [], []
for i in range(16):
    angle = math.pi * (i // 2) / 7
    upper = i % 2 == 0
    X.append([math.cos(angle), math.sin(angle)] if upper else [1 - math.cos(angle), 0.5 - math.sin(angle)])
    y.append(1 if upper else -1)
model = MLP(2, [6, 6, 1])
print(model)
print("number of parameters", len(model.parameters()))


def loss():
    inputs = [list(map(Value, row)) for row in X]
    scores = list(map(model, inputs))
    losses = [(1 + -yi * scorei).relu() for yi, scorei in zip(y, scores)]
    data_loss = sum(losses) * (1.0 / len(losses))
    reg_loss = 1e-4 * sum((p * p for p in model.parameters()))
    accuracy = [(yi > 0) == (scorei.data > 0) for yi, scorei in zip(y, scores)]
    return data_loss + reg_loss, sum(accuracy) / len(accuracy)


for k in range(12):
    total_loss, acc = loss()
    model.zero_grad()
    total_loss.backward()
    learning_rate = 1.0 - 0.9 * k / 100
    for p in model.parameters():
        p.data -= learning_rate * p.grad
    if k % 3 == 0:
        print(f"step {k} loss {total_loss.data:.9f}, accuracy {acc * 100}%")
