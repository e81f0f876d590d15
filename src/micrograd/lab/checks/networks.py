"""What a network is, whoever wrote its class: something to call that has parameters with data and gradients."""

from __future__ import annotations

from inspect import getattr_static
from types import ModuleType
from typing import Any

from micrograd.engine import Value
from micrograd.nn import MLP, Layer, Module, Neuron

_MOST_PARAMETERS = 2000
# As they were when this was loaded. A notebook may replace them, and what counts is what its nodes hold.
_READ = {name: getattr_static(Value, name).__get__ for name in ("data", "grad")}
_PARAMETERS = {kind: kind.parameters for kind in (Module, Neuron, Layer, MLP)}


def number_in(value: Any) -> float | None:
    """Return the number that a node holds, or None."""
    try:
        return _read(value, "data")
    except Exception:  # an object of the student's may fail in any way
        return None


def parameters_of(model: Any) -> list[float]:
    """Return a model's parameters as plain numbers."""
    return [_read(p, "data") for p in _parameters(model)]


def gradients_of(model: Any) -> list[float]:
    """Return the gradients of a model's parameters as plain numbers."""
    return [_read(p, "grad") for p in _parameters(model)]


def _read(node: Any, name: str) -> float:
    kind = type(node)
    if kind is Value or _defines(kind, name) is Value:
        return float(_READ[name](node))
    return float(getattr(node, name))


def _parameters(model: Any) -> Any:
    kind = _defines(type(model), "parameters")
    return _PARAMETERS[kind](model) if kind in _PARAMETERS else model.parameters()


def _defines(kind: type, name: str) -> type | None:
    """Return the engine's class from which a class has something, None where that is a class of somebody else's."""
    for one in kind.__mro__:
        if one is Value or one in _PARAMETERS:
            return one
        if name in vars(one):
            return None
    return None


def is_model(value: Any) -> bool:
    """Tell whether it is a network: something to call that has ``parameters()``, micrograd's or another one."""
    if isinstance(value, (type, ModuleType)):
        return False
    kind = type(value)
    try:
        if not (callable(getattr(kind, "parameters", None)) and callable(value)):
            return False
        parameters = list(value.parameters())
        return 0 < len(parameters) <= _MOST_PARAMETERS and all(
            hasattr(p, "data") and hasattr(p, "grad") for p in (parameters[0], parameters[-1])
        )
    except Exception:
        return False
