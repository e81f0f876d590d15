import random

from micrograd.data import make_moons
from micrograd.draw import play
from micrograd.nn import MLP

random.seed(5)
X, y = make_moons(24, noise=0.45, random_state=5)
model = MLP(2, [16, 8, 1])
play(lambda sample, label: (model(sample).sigmoid() - label) ** 2, model, X, y)
