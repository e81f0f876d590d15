"""Networks and tables like the notebook's own, with numbers of ours, for its functions to be asked with."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from micrograd.lab.checks.belongings import is_own, places
from micrograd.lab.checks.networks import is_model
from micrograd.lab.checks.observing import View, attempt, network, number
from micrograd.nn import MLP

Maker = Callable[[], tuple[Any, Any]]
_MOST_WRAPPERS = 3
_PROBE = (0.3, -0.8)


def makers(view: View, parameters: list[float], hidden: int) -> list[Maker]:
    """Return what makes fresh models for the notebook's functions: pairs of a model and the network in it.

    The first is a network; further ones are of the notebook's own classes that hold a network, or are one and do more.
    """

    def plain() -> tuple[Any, Any]:
        made = network_like(view, parameters, hidden)
        return made, made

    wrapped = islice(_wrappers(view), _MOST_WRAPPERS)
    return [plain, *(_with_network(whole, name, parameters, hidden) for whole, name in wrapped)]


def _wrappers(view: View) -> Iterator[tuple[Any, str]]:
    """Yield objects of the notebook's own classes that are called as a model is, and the attribute with the network."""
    kinds: set[type] = set()
    for place in places(view.variables):
        kind = type(place.value)
        if kind in kinds or isinstance(place.value, type) or not callable(place.value) or not is_own(kind):
            continue
        if isinstance(place.value, MLP):
            kinds.add(kind)
            yield place.value, "layers"
            continue
        held = getattr(place.value, "__dict__", {})
        name = next((name for name, value in list(held.items())[:40] if isinstance(value, MLP)), None)
        if name is not None:
            kinds.add(kind)
            yield place.value, name


def _with_network(whole: Any, name: str, parameters: list[float], hidden: int) -> Maker:
    def make() -> tuple[Any, Any]:
        inner = network(parameters, hidden)
        made = copy.copy(whole)
        setattr(made, name, inner.layers if name == "layers" and isinstance(whole, MLP) else inner)
        return made, inner

    return make


def network_like(view: View, parameters: list[float], hidden: int) -> Any:
    """Return such a network of the class that the notebook uses, where that is another one than micrograd's.

    Nodes of two classes do not add up, so a function that makes nodes of its own can only be asked with its class.
    """
    for model in view.models():
        kind = type(model)
        if isinstance(model, MLP) or not is_model(model):
            continue
        for arguments in ((2, [hidden, 1]), (2, hidden, 1), ([2, hidden, 1],)):
            made: Any = attempt(lambda: kind(*arguments)).get("value")  # noqa: B023
            nodes = attempt(lambda: list(made.parameters())).get("value") or []  # noqa: B023
            if len(nodes) != len(parameters):
                continue
            for node, value in zip(nodes, parameters):
                node.data = value
            got = attempt(lambda: number(made(list(_PROBE)))).get("value")  # noqa: B023
            if got is not None and abs(got - float(network(parameters, hidden)(list(_PROBE)).data)) < 1e-9:
                return made
    return network(parameters, hidden)


def column_names(view: View) -> list[tuple[str, str]]:
    """Return the names of the two columns of points in the notebook's frames, some usual ones last."""
    found: list[tuple[str, str]] = []
    for place in places(view.variables):
        columns = getattr(place.value, "columns", None) if hasattr(type(place.value), "columns") else None
        names = attempt(lambda: list(columns)).get("value") if columns is not None else None  # noqa: B023
        if names and len(names) in (2, 3) and tuple(names[:2]) not in found:
            found.append((names[0], names[1]))
    return [*found[:4], ("x", "y")]
