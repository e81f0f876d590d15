"""A lecture's neuron by hand: tanh is an operation of the program's own, and the graph is walked as visualisers do."""

import math
from micrograd.engine import Value


def tanh(self):
    x = self.data
    t = (math.exp(2 * x) - 1) / (math.exp(2 * x) + 1)
    out = Value(t, (self,), "tanh")

    def _backward():
        self.grad += (1 - t**2) * out.grad

    out._backward = _backward
    return out


Value.tanh = tanh


def trace(root):
    nodes, edges = set(), set()

    def build(v):
        if v not in nodes:
            nodes.add(v)
            for child in v._prev:
                edges.add((child, v))
                build(child)

    build(root)
    return nodes, edges


x1, x2 = Value(2.0), Value(0.0)
w1, w2 = Value(-3.0), Value(1.0)
b = Value(6.8813735870195432)
n = x1 * w1 + x2 * w2 + b
o = n.tanh()
o.backward()
nodes, edges = trace(o)
print(len(nodes), len(edges), sorted(v._op for v in nodes))
for v in (x1, x2, w1, w2, b, n, o):
    print("data %.6f | grad %.6f" % (v.data, v.grad))
print(o, o._op, n._op, w1._prev)
