"""What the values of a graph are called, and what part they play."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from micrograd.engine import Value

_PLACE = re.compile(r"(?:(?P<owner>.*)\.)?(?P<kind>w|b)(?:\.(?P<index>\d+))?")


def parameters_of(model: Any) -> dict[Value, str]:
    """Return the model's parameters with their full names, such as ``layers.0.neurons.1.w.0``.

    A model without ``named_parameters()`` gets ``p0``, ``p1``, ... in the order of ``parameters()``.
    Raises ``TypeError`` for what has neither.
    """
    if model is None:
        return {}
    if hasattr(model, "named_parameters"):
        return {value: name for name, value in model.named_parameters()}
    if hasattr(model, "parameters"):
        return {value: f"p{number}" for number, value in enumerate(model.parameters())}
    raise TypeError(f"model: expected something with named_parameters(), got {type(model).__name__}")


def place(name: str) -> tuple[str, str, int]:
    """Split a parameter's full name into its neuron, ``"w"`` or ``"b"``, and the index of the weight.

    The kind is empty for a parameter that is not of a neuron: ``("", "", 0)``.
    """
    found = _PLACE.fullmatch(name)
    if found is None:
        return "", "", 0
    return found["owner"] or "", found["kind"], int(found["index"] or 0)


def short(name: str) -> str:
    """Return the name that is shown within a neuron: ``w0``, ``b``; a name of another form stays whole."""
    _, kind, index = place(name)
    if kind == "w":
        return f"w{index}"
    return kind or name


def inputs_given(inputs: Any) -> dict[Value, str]:
    """Return names for the Values in ``inputs``.

    A mapping gives names itself; a sequence (of Values, or of samples that are sequences of Values) names
    its Values ``x0``, ``x1``, ... within each sample. Numbers are passed over: no node of a graph can be told
    by its number. A Value's own label comes first. Raises ``TypeError`` for anything else.
    """
    if inputs is None:
        return {}
    if isinstance(inputs, Mapping):
        wrong = [name for name, value in inputs.items() if not isinstance(value, Value)]
        if wrong:
            raise TypeError(f"inputs: {wrong[0]!r} is not a Value, but a {type(inputs[wrong[0]]).__name__}")
        return {value: value.label or str(name) for name, value in inputs.items()}
    if isinstance(inputs, Value):
        return {inputs: inputs.label or "x"}
    if isinstance(inputs, (str, bytes)) or not isinstance(inputs, Iterable):
        raise TypeError(
            f"inputs: expected Values in a list, or names and Values in a dict, got {type(inputs).__name__}"
        )
    names: dict[Value, str] = {}
    for position, item in enumerate(inputs):
        if isinstance(item, Value):
            names[item] = item.label or f"x{position}"
        elif isinstance(item, (list, tuple, Mapping)):
            names.update(inputs_given(item))
    return names
