"""Visualisers: a listing in topological order, the text of a dot file, statistics of the operations."""

import random
from collections import Counter
from micrograd.engine import Value
from micrograd.nn import MLP, Neuron

random.seed(2)


def topo(root):
    order, seen = [], set()

    def visit(v):
        if v not in seen:
            seen.add(v)
            for child in sorted(v._prev, key=lambda c: (c.data, c._op)):
                visit(child)
            order.append(v)

    visit(root)
    return order


def dot(root):
    ids = {node: k for k, node in enumerate(topo(root))}
    lines = ["digraph {"]
    for node, k in ids.items():
        lines.append(f'  n{k} [label="data {node.data:.4f} | grad {node.grad:.4f}"]')
        if node._op:
            lines.append(f'  o{k} [label="{node._op}"]')
            lines.append(f"  o{k} -> n{k}")
        for child in node._prev:
            lines.append(f"  n{ids[child]} -> {'o' if node._op else 'n'}{k}")
    return "\n".join([lines[0], *sorted(lines[1:]), "}"])


x = Neuron(2)
y = x([1.0, -2.0])
y.backward()
print(dot(y))
out = MLP(2, [3, 2, 1])([Value(0.5), -1])
print(sorted(Counter(node._op for node in topo(out)).items()))
print(len(topo(out)), out._op, type(out._prev).__name__, hash(out) == hash(out))
a = Value(2.0)
b = a * 3 - 1 / a + a**-2 - (-a)
b.backward()
print(sorted(Counter(node._op for node in topo(b)).items()), "%.10f" % a.grad)
