import random

from micrograd.data import make_circles
from micrograd.draw import play
from micrograd.nn import MLP

X, y = make_circles(80, noise=0.05, factor=0.5, random_state=1)
random.seed(1)
model = MLP(2, [6, 4, 1], activation="tanh")


def loss(sample, label):
    """Cross-entropy, and a little weight decay."""
    score = model(sample)
    decay = sum(p**2 for p in model.parameters())
    return score.softplus() - score * label + 0.0005 * decay


play(loss, model, X, y)
