import random

from micrograd.draw import play
from micrograd.nn import Neuron

random.seed(2)
X = [[k / 10] for k in range(-10, 11)]
y = [max(0.0, x) for (x,) in X]
neuron = Neuron(1)
neuron.b.data = -3.0
play(lambda sample, value: (neuron(sample) - value) ** 2, neuron, X, y)
