"""What programs do wrong, and the errors that they are told."""

from micrograd.engine import Value
from micrograd.nn import MLP, Layer, Neuron

model = MLP(2, [2, 1])
attempts = {
    "no argument": lambda: Value(),
    "a name that is not there": lambda: Value(1.0).sigmoidal(),
    "no such attribute": lambda: model.weights,
    "too many arguments": lambda: Value(1.0).relu(2),
    "called": lambda: Value(1.0)(2),
    "compared": lambda: Value(1.0) > 0,
    "indexed": lambda: Value(1.0)[0],
    "in a range": lambda: range(Value(3)),
    "a power of none": lambda: Value(2.0) ** None,
    "a neuron of nothing": lambda: Neuron(),
    "a layer of one number": lambda: Layer(2),
    "a model called without data": lambda: model(),
    "divided by zero": lambda: Value(1.0) / 0,
    "zero to a negative power": lambda: Value(0.0) ** -1,
    "a text added": lambda: Value(1.0) + "1",
    "none added": lambda: Value(1.0) + None,
    "a list times": lambda: Value(1.0) * [1],
}
for name, attempt in attempts.items():
    try:
        attempt()
        print(name, "is all right")
    except Exception as error:
        kind = type(error).__name__
        # Ours says TypeError where micrograd finds it a step later.
        print(
            name,
            "is refused"
            if kind in ("TypeError", "AttributeError", "AssertionError", "ZeroDivisionError")
            else kind,
        )
