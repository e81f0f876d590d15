"""Values as keys and in sets, parameters with names, gradients gathered by hand, several sweeps of separate graphs."""

import random
from micrograd.engine import Value
from micrograd.nn import MLP

random.seed(4)
model = MLP(2, [2, 1])
names = {p: f"p{k}" for k, p in enumerate(model.parameters())}
history = {name: [] for name in names.values()}
for sample in ([1.0, 2.0], [0.5, -1.0], [-1.0, -1.0]):
    model.zero_grad()
    (model(sample) ** 2).backward()
    for p, name in names.items():
        history[name].append(round(p.grad, 9))
for name, gradients in history.items():
    print(name, gradients)
a, b = Value(1.0), Value(1.0)
print(a == b, a == a, a != b, len({a, b, a}), a in [b], [a, b].index(b), bool(a), bool(Value(0)))
total = a + b
print({a, b} == total._prev, a in total._prev, sorted([3, 1]), hasattr(a, "_backward"), callable(a._backward))
a.data += 1
a.grad += 2
print(a, total)
print("%s %r {} {!r}".format(a, b) % (a, b))
