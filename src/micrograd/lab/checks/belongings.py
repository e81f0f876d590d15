"""What a notebook keeps, and where: variables, what its own classes hold, and what its own objects lead to.

A student may keep the sigmoid in a class, the data in an object, a model in a model. What is found there counts as
what stands in a variable; libraries' objects are not looked into.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import FunctionType, ModuleType
from typing import Any

import micrograd
from micrograd.lab.checks.networks import is_model

HIDDEN = {"In", "Out", "exit", "quit", "open", "get_ipython"}
"""What IPython keeps among a notebook's variables."""
_DEEPEST = 4
_MOST_ITEMS = 40
_MOST_PLACES = 2000


@dataclass(frozen=True)
class Place:
    """Where a notebook keeps a thing: a variable (``owner`` is None), or an attribute of its own class or object."""

    name: str
    value: Any
    owner: Any = None

    def put(self, variables: dict[str, Any], function: Callable[..., Any]) -> Callable[[], None]:
        """Put another function in the place of the one that is kept here; return what puts it back."""
        if self.owner is None:
            missing = self.name not in variables
            variables[self.name] = function
            if missing:
                return lambda: variables.pop(self.name, None)
            return lambda: variables.__setitem__(self.name, self.value)
        kind = self.owner if isinstance(self.owner, type) else type(self.owner)
        holder = self.owner if self.name in getattr(self.owner, "__dict__", {}) else kind
        before = vars(holder).get(self.name)
        setattr(holder, self.name, staticmethod(function) if isinstance(holder, type) else function)
        return (
            (lambda: setattr(holder, self.name, before))
            if self.name in vars(holder) and before is not None
            else (lambda: delattr(holder, self.name))
        )


def lies_beside(path: str, folder: str) -> bool:
    """Tell whether a file is the student's: in the notebook's folder or below, and of no installed package."""
    path, folder = os.path.realpath(path), os.path.realpath(folder)
    return (
        path.startswith(folder + os.sep)
        and "-packages" not in path
        and not path.startswith(os.path.dirname(micrograd.__file__) + os.sep)
    )


def is_own(kind: type) -> bool:
    """Tell whether a class is the notebook's own, or of a module beside it."""
    module = kind.__module__
    if module == "__main__":
        return True
    path = getattr(sys.modules.get(module), "__file__", None) if isinstance(module, str) else None
    return isinstance(path, str) and _lies_here(path)


@lru_cache(4096)
def _lies_here(path: str) -> bool:
    return lies_beside(path, os.getcwd())


def visible(variables: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the notebook's variables, IPython's and private ones left out."""
    for name, value in list(variables.items()):
        if not name.startswith("_") and name not in HIDDEN:
            yield name, value


def places(variables: Mapping[str, Any]) -> Iterator[Place]:
    """Yield what the variables hold, then what the notebook's own classes and objects hold; at most 2,000 places."""
    count = 0
    seen: set[int] = set()
    waiting = [Place(name, value) for name, value in visible(variables)]
    for depth in range(_DEEPEST):
        following: list[Place] = []
        for place in waiting:
            count += 1
            if count > _MOST_PLACES:
                return
            yield place
            if id(place.value) not in seen:
                seen.add(id(place.value))
                following += _inside(place.value)
        if depth == _DEEPEST - 1:
            return
        waiting = following


def _inside(value: Any) -> list[Place]:
    """Return what an own class or object, or a dictionary or named tuple, holds."""
    if isinstance(value, ModuleType):
        return []
    if isinstance(value, type):
        if not is_own(value):
            return []
        inside = []
        for name, held in list(vars(value).items())[:_MOST_ITEMS]:
            held = held.__func__ if isinstance(held, staticmethod) else held
            if not name.startswith("_") and not isinstance(held, (property, classmethod)):
                inside.append(Place(name, held, value))
        return inside
    if isinstance(value, dict):
        items = list(value.items())[:_MOST_ITEMS]
        return [Place(name, held, value) for name, held in items if isinstance(name, str)]
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return [Place(name, held, value) for name, held in zip(value._fields, value)]
    if not is_own(type(value)):
        return []
    held = [
        (n, v) for n, v in list(getattr(value, "__dict__", {}).items())[:_MOST_ITEMS] if isinstance(n, str)
    ]
    methods = [
        (name, getattr(value, name, None))
        for kind in type(value).__mro__
        if is_own(kind)
        for name, method in list(vars(kind).items())[:_MOST_ITEMS]
        if isinstance(method, (FunctionType, classmethod)) and not name.startswith("_")
    ]
    return [Place(name, thing, value) for name, thing in (*held, *methods)]


def models_in(variables: Mapping[str, Any]) -> Iterator[Any]:
    """Yield every network among the variables: by itself, in a list or a dictionary, or kept by an object."""
    for _, value in visible(variables):
        yield from models_of(value)


def models_of(value: Any, depth: int = 0) -> Iterator[Any]:
    """Yield the network that this is, or those that it leads to."""
    if isinstance(value, (str, bytes, int, float, complex, type, ModuleType)) or value is None:
        return
    if is_model(value):
        yield value
        return
    if depth > _DEEPEST:
        return
    items: Any = ()
    if isinstance(value, (list, tuple)):
        items = value[:_MOST_ITEMS]
    elif isinstance(value, dict):
        items = list(value.values())[:_MOST_ITEMS]
    elif is_own(type(value)):
        items = list(getattr(value, "__dict__", {}).values())[:_MOST_ITEMS]
    for item in items:
        yield from models_of(item, depth + 1)
