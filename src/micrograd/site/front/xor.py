import random

from micrograd.data import make_xor
from micrograd.draw import play
from micrograd.nn import MLP

random.seed(3)
X, y = make_xor(80, random_state=3)
model = MLP(2, [4, 1])
play(lambda sample, label: (model(sample).sigmoid() - label) ** 2, model, X, y)
