"""A little matrix class of Values, with a two-layer network in it."""

import random
from micrograd.engine import Value

random.seed(8)


class Matrix:
    def __init__(self, rows):
        self.rows = [[v if isinstance(v, Value) else Value(v) for v in row] for row in rows]

    @classmethod
    def random(cls, n, m):
        return cls([[random.uniform(-1, 1) for _ in range(m)] for _ in range(n)])

    def __matmul__(self, other):
        columns = list(zip(*other.rows))
        return Matrix(
            [[sum((a * b for a, b in zip(row, c)), Value(0)) for c in columns] for row in self.rows]
        )

    def __add__(self, other):
        return Matrix([[a + b for a, b in zip(r, s)] for r, s in zip(self.rows, other.rows * len(self.rows))])

    def __iter__(self):
        return (v for row in self.rows for v in row)

    def map(self, f):
        return Matrix([[f(v) for v in row] for row in self.rows])


x = Matrix([[0, 0], [0, 1], [1, 0], [1, 1]])
y = [0, 1, 1, 0]
w1, b1, w2, b2 = Matrix.random(2, 4), Matrix.random(1, 4), Matrix.random(4, 1), Matrix.random(1, 1)
parameters = [*w1, *b1, *w2, *b2]
for step in range(40):
    out = (x @ w1 + b1).map(Value.relu) @ w2 + b2
    loss = sum((v - t) ** 2 for v, t in zip(out, y)) / 4
    for p in parameters:
        p.grad = 0.0
    loss.backward()
    for p in parameters:
        p.data -= 0.1 * p.grad
    if step % 10 == 0:
        print(step, "%.9f" % loss.data)
print([round(v.data, 6) for v in out], max(out, key=lambda v: v.data) in list(out))
