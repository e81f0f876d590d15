"""A homework's subclass with more functions, and a softmax made of them."""

import math
from micrograd.engine import Value


class V(Value):
    def __init__(self, data, _children=(), _op="", label=""):
        super().__init__(data, _children, _op)
        self.label = label

    def exp(self):
        out = V(math.exp(self.data), (self,), "exp")

        def _backward():
            self.grad += out.data * out.grad

        out._backward = _backward
        return out

    def log(self):
        out = V(math.log(self.data), (self,), "log")

        def _backward():
            self.grad += 1 / self.data * out.grad

        out._backward = _backward
        return out


def softmax(xs):
    exps = [V.exp(x) for x in xs]
    total = sum(exps)
    return [e / total for e in exps]


logits = [V(0.0, label="a"), V(3.0, label="b"), V(-2.0, label="c"), V(1.0, label="d")]
probabilities = softmax(logits)
loss = -V.log(probabilities[3])
loss.backward()
print("%.10f" % loss.data)
for logit in logits:
    print(logit.label, "%.10f" % logit.grad, isinstance(logit, Value), type(logit).__name__)
print(type(logits[0] + logits[1]).__name__, repr(logits[1] * 2))
