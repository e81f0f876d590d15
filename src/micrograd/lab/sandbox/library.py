"""The engine, and what of Python the checks stand on, as they were before a submission's code ran.

A notebook may replace ``Value.backward`` as it may replace anything, and its own cells then run with that, as they do
in Jupyter. What is asked about them is asked of the engine as it is: the replacements are noted, and set aside for as
long as the checks look.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from operator import is_not
from types import FunctionType, ModuleType
from typing import Any

_PACKAGE, _LAB = "micrograd", "micrograd.lab"
_OPEN = ("micrograd", "micrograd.engine", "micrograd.nn", "micrograd.fused", "micrograd.losses", "micrograd.optim",
         "micrograd.data", "micrograd.draw", "micrograd.compiler", "math", "json", "builtins")  # fmt: skip
"""Whose functions and classes count, too: other modules' own are theirs to change."""
_ANYBODYS = {
    # How things are shown is nobody's secret, and interactive Python replaces some of its functions itself.
    "__repr__", "__str__", "__format__", "_repr_html_", "_repr_svg_", "_repr_png_", "_repr_mimebundle_", "__doc__",
    "print", "input", "open", "help", "exit", "quit", "copyright", "credits", "license", "display", "get_ipython",
    "__annotations__", "__dict__", "__weakref__", "__module__", "__abstractmethods__", "_abc_impl", "__slots__",
}  # fmt: skip
_NOT_THERE: Any = object()


class Library:
    """What there was when it was made."""

    def __init__(self) -> None:
        self._things: list[tuple[str, Any, str, Any]] = []  # path, owner, name, value
        self._codes: list[tuple[str, FunctionType, Any]] = []
        self._inherited: list[tuple[str, type, frozenset[str]]] = []
        self._looked_at: list[tuple[type, list[Any]]] = []
        self._modules: list[tuple[str, ModuleType]] = []
        seen: set[int] = set()
        for name, module in list(sys.modules.items()):
            ours = name.partition(".")[0] == _PACKAGE and not f"{name}.".startswith(f"{_LAB}.")
            if module is None or not (ours or name in _OPEN):
                continue
            if ours:
                self._modules.append((name, module))
            for attribute, value in list(vars(module).items()):
                public = name in _OPEN and not attribute.startswith("_") and attribute not in _ANYBODYS
                if callable(value) and public:
                    self._keep(f"{name}.{attribute}", module, attribute, value)
                if ours and isinstance(value, type) and value.__module__ == name and id(value) not in seen:
                    seen.add(id(value))
                    self._keep_class(f"{name}.{attribute}", value)

    def _keep(self, path: str, owner: Any, name: str, value: Any) -> None:
        self._things.append((path, owner, name, value))
        if isinstance(value, FunctionType):
            self._codes.append((path, value, value.__code__))

    def _keep_class(self, path: str, kind: type) -> None:
        for name, value in list(vars(kind).items()):
            if name not in _ANYBODYS:
                self._keep(f"{path}.{name}", kind, name, value)
        above = {name for base in kind.__mro__[1:] for name in vars(base)} | {"__getattr__"}
        self._inherited.append((path, kind, frozenset(above - set(vars(kind)) - _ANYBODYS)))
        self._looked_at.append((kind, list(vars(kind).values())))

    def replaced(self) -> Iterator[tuple[str, Any, str, Any, Any]]:
        """Yield what is another thing now: its path, its owner, its name, what was there and what is there."""
        for name, module in self._modules:
            if sys.modules.get(name) is not module:
                yield f"sys.modules[{name!r}]", sys.modules, name, module, sys.modules.get(name, _NOT_THERE)
        for path, owner, name, value in self._things:
            now = vars(owner).get(name, _NOT_THERE)
            if now is not value:
                yield path, owner, name, value, now
        for path, kind, above in self._inherited:
            for name in above.intersection(vars(kind)):
                yield f"{path}.{name}", kind, name, _NOT_THERE, vars(kind)[name]
        for path, function, code in self._codes:
            if function.__code__ is not code:
                yield path, function, "__code__", code, function.__code__

    def was_touched(self) -> bool:
        """Tell, cheaply, whether a class of the engine is not what it was when this was asked last."""
        touched = False
        for place, (kind, before) in enumerate(self._looked_at):
            now = list(vars(kind).values())
            if len(now) != len(before) or any(map(is_not, now, before)):
                self._looked_at[place] = kind, now
                touched = True
        return touched

    @contextmanager
    def as_it_was(self) -> Iterator[None]:
        """Put back what was replaced, for a while."""
        found = list(self.replaced())
        for _, owner, name, before, _ in found:
            _put(owner, name, before)
        try:
            yield
        finally:
            for _, owner, name, _, now in found:
                _put(owner, name, now)


def _put(owner: Any, name: str, value: Any) -> None:
    with suppress(Exception):  # of a kind that cannot be changed
        if isinstance(owner, dict):
            owner.pop(name, None) if value is _NOT_THERE else owner.__setitem__(name, value)
        elif value is _NOT_THERE:
            delattr(owner, name)
        else:
            setattr(owner, name, value)
