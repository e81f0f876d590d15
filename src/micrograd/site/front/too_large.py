import random

from micrograd.draw import play
from micrograd.nn import Neuron

random.seed(1)
X = [[k / 10] for k in range(-10, 11)]
y = [2 * x - 1 + random.gauss(0, 0.2) for (x,) in X]
neuron = Neuron(1, nonlin=False)
play(lambda sample, value: (neuron(sample) - value) ** 2, neuron, X, y)
