import random

from micrograd.draw import play
from micrograd.nn import Neuron

random.seed(4)
X = [[k / 5] for k in range(-5, 6)]
y = [float(x > 0) for (x,) in X]
chain = [Neuron(1, nonlin=False) for _ in range(6)]
parameters = [p for neuron in chain for p in neuron.parameters()]
for k, p in enumerate(parameters):
    p.label = f"{'wb'[k % 2]}{k // 2 + 1}"


def output(x):
    for neuron in chain:
        x = [neuron(x).sigmoid()]
    return x[0]


play(lambda sample, label: (output(sample) - label) ** 2, parameters, X, y)
