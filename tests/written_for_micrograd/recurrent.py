"""A character-level recurrent cell, unrolled, with the gradients clipped."""

import random
from micrograd.engine import Value
from micrograd.nn import Layer, Module

random.seed(5)
text = "hello hello"
letters = sorted(set(text))
index = {ch: i for i, ch in enumerate(letters)}


class Cell(Module):
    def __init__(self, n_in, n_hidden, n_out):
        self.hidden = Layer(n_in + n_hidden, n_hidden)
        self.out = Layer(n_hidden, n_out, nonlin=False)

    def parameters(self):
        return self.hidden.parameters() + self.out.parameters()

    def __call__(self, x, h):
        h = self.hidden(x + h)
        return self.out(h), h


cell = Cell(len(letters), 4, len(letters))
for step in range(4):
    h = [Value(0.0)] * 4
    loss = Value(0.0)
    for here, there in zip(text, text[1:]):
        x = [1.0 if i == index[here] else 0.0 for i in range(len(letters))]
        scores, h = cell(x, h)
        loss += sum((s - (1.0 if i == index[there] else 0.0)) ** 2 for i, s in enumerate(scores))
    cell.zero_grad()
    loss.backward()
    norm = sum(p.grad**2 for p in cell.parameters()) ** 0.5
    for p in cell.parameters():
        p.grad *= min(1.0, 5.0 / norm)
        p.data -= 0.05 * p.grad
    print(step, "%.8f %.8f" % (loss.data, norm))
