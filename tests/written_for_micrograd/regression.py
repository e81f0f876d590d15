"""A line and a parabola fitted by gradient descent, with the error printed as one goes."""

from micrograd.engine import Value

xs = [0.0, 0.5, 1.0, 1.5, 2.0, 2.5]
line = [2 * x - 0.5 for x in xs]
m, c = Value(0.0), Value(0.0)
for epoch in range(30):
    loss = Value(0)
    for x, y in zip(xs, line):
        loss = loss + (m * x + c - y) ** 2
    loss = loss / len(xs)
    m.grad = c.grad = 0.0
    loss.backward()
    m.data, c.data = m.data - 0.1 * m.grad, c.data - 0.1 * c.grad
    if epoch % 10 == 0:
        print(epoch, "%.9f %.9f %.9f" % (loss.data, m.data, c.data))
coefficients = [Value(0.1) for _ in range(3)]
for _ in range(20):
    errors = []
    for x in xs:
        predicted = sum(w * x**k for k, w in enumerate(coefficients))
        errors.append((predicted - (x * x - x + 1)) ** 2)
    mse = sum(errors) / len(errors)
    for w in coefficients:
        w.grad = 0
    mse.backward()
    for w in coefficients:
        w.data -= 0.02 * w.grad
print(["%.9f" % w.data for w in coefficients], "%.9f" % mse.data)
