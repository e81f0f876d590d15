"""What a network is, whoever wrote its class: something to call that has parameters with data and gradients."""

from __future__ import annotations

from types import ModuleType
from typing import Any

_MOST_PARAMETERS = 2000


def number_in(value: Any) -> float | None:
    """Return the number that a node holds, or None."""
    try:
        return float(value.data)
    except Exception:  # an object of the student's may fail in any way
        return None


def parameters_of(model: Any) -> list[float]:
    """Return a model's parameters as plain numbers."""
    return [float(p.data) for p in model.parameters()]


def gradients_of(model: Any) -> list[float]:
    """Return the gradients of a model's parameters as plain numbers."""
    return [float(p.grad) for p in model.parameters()]


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
