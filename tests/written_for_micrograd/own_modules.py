"""Modules of one's own: a residual block, a layer that shares weights, a model of both."""

import random
from micrograd.engine import Value
from micrograd.nn import MLP, Layer, Module, Neuron

random.seed(3)


class Residual(Module):
    def __init__(self, n):
        self.inner = Layer(n, n)
        self.scale = Value(0.5)

    def __call__(self, x):
        return [a + self.scale * b for a, b in zip(x, self.inner(x))]

    def parameters(self):
        return self.inner.parameters() + [self.scale]

    def __repr__(self):
        return f"Residual({self.inner})"


class Net(Module):
    def __init__(self):
        self.blocks = [Residual(2), Residual(2)]
        self.head = Neuron(2, nonlin=False)
        self.calls = 0

    def __call__(self, x):
        self.calls += 1
        for block in self.blocks:
            x = block(x)
        return self.head(x)

    def parameters(self):
        return [p for b in self.blocks for p in b.parameters()] + self.head.parameters()


net = Net()
for _ in range(5):
    out = net([1.0, -0.5])
    loss = (out - 1) ** 2
    net.zero_grad()
    loss.backward()
    for p in net.parameters():
        p.data -= 0.05 * p.grad
    print("%.9f" % loss.data)
print(net.blocks, net.calls, len(net.parameters()))
shared = Neuron(1)
twice = Layer(1, 2)
twice.neurons = [shared, shared]
a, b = twice([2.0])
(a + b * 2).backward()
print(shared.w[0].grad, shared.b.grad, Module().parameters())
