import random

from micrograd.data import make_moons
from micrograd.draw import play
from micrograd.nn import MLP

random.seed(42)
X, y = make_moons(100, noise=0.1, random_state=42)
model = MLP(2, [8, 1])
play(lambda sample, label: (model(sample).sigmoid() - label) ** 2, model, X, y)
