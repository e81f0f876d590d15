"""Momentum and Adam that keep their state on the parameters themselves."""

import random
from micrograd.engine import Value
from micrograd.nn import MLP, Module


class Momentum:
    def __init__(self, parameters, lr, beta=0.9):
        self.parameters, self.lr, self.beta = parameters, lr, beta
        for p in parameters:
            p.velocity = 0.0

    def step(self):
        for p in self.parameters:
            p.velocity = self.beta * p.velocity + p.grad
            p.data -= self.lr * p.velocity


class Adam:
    def __init__(self, module: Module, lr=0.01, betas=(0.9, 0.999), eps=1e-8):
        self.module, self.lr, self.betas, self.eps, self.t = module, lr, betas, eps, 0
        for p in module.parameters():
            p.m, p.v = 0.0, 0.0

    def step(self):
        self.t += 1
        b1, b2 = self.betas
        for p in self.module.parameters():
            p.m = b1 * p.m + (1 - b1) * p.grad
            p.v = b2 * p.v + (1 - b2) * p.grad**2
            p.data += -self.lr * (p.m / (1 - b1**self.t)) / ((p.v / (1 - b2**self.t)) ** 0.5 + self.eps)


for make in (lambda m: Momentum(m.parameters(), 0.02), Adam):
    random.seed(7)
    model = MLP(3, [4, 4, 1])
    optimizer = make(model)
    xs = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]
    ys = [1.0, -1.0, -1.0, 1.0]
    for k in range(8):
        loss = sum((model(x) - t) ** 2 for x, t in zip(xs, ys))
        model.zero_grad()
        loss.backward()
        optimizer.step()
        print(k, round(loss.data, 8))
    names = {"velocity", "m", "v"} & set(vars(model.parameters()[0]))
    print(sorted(names))
