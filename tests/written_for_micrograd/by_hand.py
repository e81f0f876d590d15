"""The chain rule by hand, node after node, as one does on the blackboard."""

from micrograd.engine import Value

a, b, c = Value(2), Value(-3), Value(10)
e = a * b
d = e + c
f = Value(-2)
L = d * f
print(L, e, d)
L.grad = 1
for node in (L, d, e):
    node._backward()
print([v.grad for v in (a, b, c, d, e, f, L)])
print(a, b, c)

h = 0.001


def slope(which):
    values = {"a": 2.0, "b": -3.0, "c": 10.0, "f": -2.0}

    def run():
        v = {k: Value(x) for k, x in values.items()}
        return (v["a"] * v["b"] + v["c"]) * v["f"]

    before = run()
    values[which] += h
    return (run().data - before.data) / h


print({name: round(slope(name), 3) for name in "abcf"})
x = Value(3.0)
y = x + x
y.grad = 1.0
y._backward()
print(x.grad, y._prev == {x}, len(y._prev))
