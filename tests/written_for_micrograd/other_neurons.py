"""Networks whose neurons were replaced: tanh at the end, leaky units, weights made by another rule."""

import math
import random
from micrograd.engine import Value
from micrograd.nn import MLP, Layer, Neuron

random.seed(11)


class Tanh(Neuron):
    def __call__(self, x):
        act = sum((wi * xi for wi, xi in zip(self.w, x)), self.b)
        t = math.tanh(act.data)
        out = Value(t, (act,), "tanh")

        def _backward():
            act.grad += (1 - t * t) * out.grad

        out._backward = _backward
        return out

    def __repr__(self):
        return f"TanhNeuron({len(self.w)})"


class Leaky(Neuron):
    def __call__(self, x):
        act = sum((wi * xi for wi, xi in zip(self.w, x)), self.b)
        return act.relu() - 0.1 * (-act).relu()


model = MLP(2, [3, 2])
model.layers[0].neurons = [Leaky(2) for _ in range(3)]
model.layers[1].neurons[1] = Tanh(3, nonlin=False)
for neuron in model.layers[0].neurons:
    for w in neuron.w:
        w.data *= math.sqrt(2 / len(neuron.w))
print(model)
for k in range(6):
    outs = [model(x) for x in ([0.5, -1.0], [1.0, 2.0], [-1.0, 0.3])]
    loss = sum((o[0] - 1) ** 2 + (o[1] + 0.5) ** 2 for o in outs)
    model.zero_grad()
    loss.backward()
    for p in model.parameters():
        p.data -= 0.03 * p.grad
    print("%.9f" % loss.data)
print(isinstance(model.layers[1].neurons[1], Neuron), len(model.parameters()))
