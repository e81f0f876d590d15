"""The arithmetic of the package's own tests, printed instead of compared with PyTorch."""

from micrograd.engine import Value

x = Value(-4.0)
z = 2 * x + 2 + x
q = z.relu() + z * x
h = (z * z).relu()
y = h + q + q * x
y.backward()
print(x.data, x.grad, y.data)

a = Value(-4.0)
b = Value(2.0)
c = a + b
d = a * b + b**3
c += c + 1
c += 1 + c + (-a)
d += d * 2 + (b + a).relu()
d += 3 * d + (b - a).relu()
e = c - d
f = e**2
g = f / 2.0
g += 10.0 / f
g.backward()
print(f"{g.data:.4f} {a.grad:.4f} {b.grad:.4f}")
print(repr(Value(1)), repr(Value(1.5)), str(Value(-0.0)), [Value(2), Value(3.5)])
print(sum([Value(1), Value(2), Value(3)]), sum([Value(1.0)], Value(4.0)))
try:
    Value(2.0) ** "3"
except Exception as error:
    print(type(error) in (TypeError, AssertionError))
for wrong in (
    lambda: Value(1.0) < Value(2.0),
    lambda: Value(1.0)[0],
    lambda: len(Value(1.0)),
    lambda: iter(Value(1.0)),
):
    try:
        wrong()
    except TypeError as error:
        print(error)
