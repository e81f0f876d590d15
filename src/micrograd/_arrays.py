"""Functions of NumPy's over Values: the operation of that name, element by element."""

from __future__ import annotations

from typing import Any

import numpy as np

from micrograd.engine import Value

# NumPy calls an element's method of its own name (exp, tanh, ...) or Python's operator (add, power, ...). These it
# would do by comparing, or in another way than the engine.
_OWN: dict[str, Any] = {
    "maximum": lambda a, b: (a if isinstance(a, Value) else Value(a)).maximum(b),
    "minimum": lambda a, b: (a if isinstance(a, Value) else Value(a)).minimum(b),
    "square": lambda a: a**2,
    "reciprocal": lambda a: 1 / a,
    "absolute": abs,
    "fabs": abs,
}
_OPERATORS = (
    "add",
    "subtract",
    "multiply",
    "divide",
    "true_divide",
    "power",
    "float_power",
    "negative",
    "positive",
)
_COMPARISONS = ("equal", "not_equal")


def apply(ufunc: Any, method: str, inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """Return what ``ufunc`` makes of inputs some of which are Values: a Value, or an array of Values.

    Raises ``TypeError`` for a function that has no derivative here.
    """
    name = ufunc.__name__
    known = name in _OWN or name in _OPERATORS or name in _COMPARISONS or hasattr(Value, name)
    if not known:
        raise TypeError(f"np.{name} of a Value: there is no such operation; use those that Value has")
    inputs = tuple(_as_array(given) if isinstance(given, Value) else given for given in inputs)
    if name in _OWN and method == "__call__":
        own: Any = _OWN[name]
        return np.frompyfunc(own, ufunc.nin, 1)(*inputs, **options)
    return getattr(ufunc, method)(*inputs, **options)


def _as_array(value: Value) -> Any:
    array = np.empty((), dtype=object)
    array[()] = value
    return array
