"""What counts as a number, and what is said to whoever gives something else."""

from __future__ import annotations

import math
from numbers import Integral, Real
from typing import Any, NoReturn

# Here because PyPI's micrograd, installed after this one, overwrites __init__.py but not the compiled engine,
# which imports this module.
import micrograd._namesake  # noqa: F401
from micrograd import _looks

# Above this, not every int has a double of its own, so an int is kept as a float.
LARGEST_EXACT_INTEGER = 2**53

ONE_SAMPLE = "a model takes one sample at a time: call it once for each"


def number(given: Any, where: str) -> float | int:
    """Return ``given`` as a plain int or float; ``where`` names the operation, for the error.

    Accepts what is one real number: Python's and NumPy's ints, floats and booleans, fractions.
    Raises ``TypeError`` for all else.
    """
    if isinstance(given, Integral):
        whole = int(given)
        return whole if abs(whole) <= LARGEST_EXACT_INTEGER else float(whole)
    if isinstance(given, Real):
        return float(given)
    if type(given).__name__ == "bool" and type(given).__module__ == "numpy":
        return int(given)
    return refuse(given, where)


def refuse(given: Any, where: str) -> NoReturn:
    """Raise the ``TypeError`` for something that is not one real number."""
    if hasattr(given, "_local_derivatives"):
        raise TypeError(f"{where}: expected a real number, got a Value: {given!r} (give its number, .data)")
    if given is None:
        hint = "is a return missing in the function that made it?"
    elif isinstance(given, str):
        hint = "convert it first, with float(...)"
    elif isinstance(given, complex):
        hint = "only real numbers have gradients here"
    elif where.startswith("inputs[") and hasattr(given, "__len__"):
        hint = ONE_SAMPLE
    elif hasattr(given, "__len__") or hasattr(given, "shape"):
        hint = "a Value is a single scalar: take the elements one by one"
    else:
        hint = "give an int, a float or a Value"
    raise TypeError(f"{where}: expected a Value or a real number, got {_shown(given)} ({hint})")


def no_value(given: Any, where: str, position: int = -1) -> NoReturn:
    """Raise the ``TypeError`` for something that stands where only a Value can."""
    place = where if position < 0 else f"{where}[{position}]"
    if isinstance(given, (int, float)):
        hint = f" (make it Value({given!r}), so that it has a gradient)"
    elif hasattr(given, "parameters"):
        hint = " (give its parameters())"
    else:
        hint = ""
    raise TypeError(f"{place}: expected a Value, got {_shown(given)}{hint}")


def _shown(given: Any) -> str:
    """Return an object's type and how it is written, cut where it is long."""
    kind = type(given)
    name = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
    try:
        shown = repr(given)
    except Exception as error:  # it is the user's code that runs here
        shown = f"an object without a repr ({type(error).__name__})"
    return f"{name}: {shown}" if len(shown) <= 60 else f"{name}: {shown[:57]}..."


def division_by_zero(dividend: float, divisor: float) -> NoReturn:
    """Raise the error for a division by zero."""
    raise _looks.failed(
        ZeroDivisionError(
            f"{dividend!r} / {divisor!r}: division by zero; check the divisor first, "
            "or add a small positive number to it"
        )
    )


def outside_domain(operation: str, value: float, domain: str) -> NoReturn:
    """Raise the error for an operation at a value where it has no real result."""
    raise _looks.failed(ValueError(f"{operation} of {value!r}: {operation} is defined for {domain}"))


def power_outside_domain(base: float, exponent: float) -> NoReturn:
    """Raise the error for a power that is not a real number."""
    if base == 0:
        raise _looks.failed(
            ZeroDivisionError(
                f"{base!r} ** {exponent!r}: zero has no negative power (it is a division by zero)"
            )
        )
    raise _looks.failed(
        ValueError(
            f"{base!r} ** {exponent!r}: a negative number to a fractional power is not a real number; "
            "use an integer exponent, or abs() of the base"
        )
    )


def negative_base(base: float, exponent: float) -> NoReturn:
    """Raise the error for a negative number to the power of a Value."""
    raise _looks.failed(
        ValueError(
            f"{base!r} ** Value({exponent!r}): a power of a negative number has no derivative by its exponent; "
            "write the exponent as a number, or take abs() of the base"
        )
    )


def overflow(calculation: str) -> NoReturn:
    """Raise the error for a result that is larger than any float."""
    raise _looks.failed(
        OverflowError(
            f"{calculation}: the result is larger than any float (about 1.8e308); "
            "scale the data down, or lower the learning rate"
        )
    )


def not_finite(position: int, value: float) -> NoReturn:
    """Raise the error for a NaN or an infinity among the inputs of a neuron."""
    what = "NaN (not a number)" if math.isnan(value) else "infinite"
    raise _looks.failed(
        ValueError(f"inputs[{position}] is {what}: clean the data before it is given to a model")
    )


def wrong_count(weights: int, inputs: int, first: Any = None) -> NoReturn:
    """Raise the error for inputs that are not as many as the weights; ``first`` is the first of them."""
    expected = f"expected {weights} inputs, one for each weight" if weights != 1 else "expected 1 input"
    if hasattr(first, "__len__") and not isinstance(first, str):
        raise ValueError(f"{expected}, got {inputs} rows ({ONE_SAMPLE})")
    raise ValueError(f"{expected}, got {inputs}")


def made_by_itself(name: str) -> NoReturn:
    """Raise the error for an attempt to make by hand what only a layer of neurons makes."""
    raise TypeError(f"a {name} is made by a layer of neurons when it is called, and not by hand")


def no_weights() -> NoReturn:
    """Raise the error for neurons that have neither weights nor a bias."""
    raise ValueError("a neuron without weights and without a bias has nothing to compute")


def looked_at_too_soon() -> NoReturn:
    """Raise the error for a look into a neuron through which a backward sweep has still to come."""
    raise RuntimeError(
        "a neuron cannot be taken apart (by _prev, or by drawing it) within a _backward, while the sweep has "
        "still to come through it: look at it before backward(), or after"
    )


def is_array(given: Any) -> bool:
    """Tell an array (or what behaves like one to NumPy, such as a pandas Series) from numbers and all else."""
    kind = type(given)
    return getattr(kind, "__array_ufunc__", None) is not None and hasattr(kind, "__len__")


def refuse_fields(kind: type) -> None:
    """Raise the ``TypeError`` for a subclass of Value that would hide the numbers that operations work with."""
    hidden = [name for name in ("data", "grad") if name in vars(kind)]
    if hidden:
        raise TypeError(
            f"class {kind.__name__}: {hidden[0]} cannot be replaced in a subclass of Value, because operations "
            "and backward() work with the number itself; give the attribute another name"
        )
