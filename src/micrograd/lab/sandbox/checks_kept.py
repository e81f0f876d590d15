"""The lab's own modules as they were before a submission's code ran, put back where it changed them.

Code in the same process finds its way to them (``object.__subclasses__()``, a function's ``__globals__``), and Python
tells nobody of it. So everything that stays the same while cells run is compared after each of them: functions and
their code, classes' methods, what stands in the modules and in the objects, lists and dictionaries that stand there.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from contextlib import suppress
from operator import is_not
from types import FunctionType, ModuleType
from typing import Any

from micrograd.lab.sandbox.hiding import LAB

_OF_A_FUNCTION = ("__code__", "__defaults__", "__kwdefaults__")
_NOT_THERE: Any = object()


class Checks:
    """What stood in ``modules`` when it was made."""

    def __init__(self, modules: dict[str, ModuleType]) -> None:
        self._spaces: list[tuple[str, Any, dict[str, Any]]] = []  # path, owner, its attributes
        self._holders: list[tuple[str, Any, Any]] = []  # path, list or dictionary, a copy
        self._kinds: list[tuple[str, Any, type]] = []
        self._functions: list[tuple[str, FunctionType, tuple[Any, ...]]] = []
        seen: set[int] = set()
        for module_name, module in modules.items():
            # What is empty at first may be filled as things go on.
            kept = {name: value for name, value in vars(module).items() if value is not None}
            self._spaces.append((module_name, module, kept))
            for name, value in kept.items():
                if id(value) in seen or name.startswith("__"):
                    continue
                seen.add(id(value))
                self._keep(f"{module_name}.{name}", value, module_name)

    def _keep(self, path: str, value: Any, module_name: str) -> None:
        if isinstance(value, FunctionType):
            self._functions.append((path, value, _parts(value)))
        elif isinstance(value, type):
            if value.__module__ in (module_name, "__main__"):
                kept = {
                    name: held for name, held in vars(value).items() if callable(held) or _is_wrapped(held)
                }
                self._spaces.append((path, value, kept))
                for name, held in kept.items():
                    function = getattr(held, "__func__", getattr(held, "fget", held))
                    if isinstance(function, FunctionType):
                        self._functions.append((f"{path}.{name}", function, _parts(function)))
        elif isinstance(value, (dict, list)):
            self._holders.append((path, value, value.copy()))
        elif f"{type(value).__module__}.".startswith(f"{LAB}.") and hasattr(value, "__dict__"):
            # One of a task's checks, say; what records and runs changes as it goes, and no method of it does.
            methods = {name for name in dir(type(value)) if callable(getattr(type(value), name, None))}
            self._spaces.append((path, value, {name: vars(value).get(name, _NOT_THERE) for name in methods}))
            self._kinds.append((path, value, type(value)))

    def put_back(self) -> Iterator[str]:
        """Put back what is another thing now, and yield its path."""
        for path, value, kind in self._kinds:
            if type(value) is not kind:
                object.__setattr__(value, "__class__", kind)
                yield path
        for path, owner, kept in self._spaces:
            now = vars(owner)
            for name, value in kept.items():
                if now.get(name, _NOT_THERE) is not value:
                    _put(owner, name, value)
                    yield f"{path}.{name}"
            if isinstance(owner, type):
                for name in [name for name, held in now.items() if name not in kept and callable(held)]:
                    delattr(owner, name)
                    yield f"{path}.{name}"
            if isinstance(owner, ModuleType):
                # A name of Python's own that stands in a module hides Python's.
                for name in [name for name in now if name not in kept and hasattr(builtins, name)]:
                    _put(owner, name, _NOT_THERE)
                    yield f"{path}.{name}"
        for path, holder, copy in self._holders:
            if len(holder) != len(copy) or any(map(is_not, _items(holder), _items(copy))):
                with suppress(Exception):
                    holder.clear()
                    holder.update(copy) if isinstance(holder, dict) else holder.extend(copy)
                yield path
        for path, function, parts in self._functions:
            if any(map(is_not, _parts(function), parts)):
                for name, part in zip(_OF_A_FUNCTION, parts):
                    setattr(function, name, part)
                yield path


def _parts(function: FunctionType) -> tuple[Any, ...]:
    return tuple(getattr(function, name) for name in _OF_A_FUNCTION)


def _items(holder: Any) -> Any:
    return [*holder.keys(), *holder.values()] if isinstance(holder, dict) else holder


def _is_wrapped(held: Any) -> bool:
    return isinstance(held, (staticmethod, classmethod, property))


def _put(owner: Any, name: str, value: Any) -> None:
    with suppress(Exception):
        if value is not _NOT_THERE:
            (object.__setattr__ if not isinstance(owner, (type, ModuleType)) else setattr)(owner, name, value)
        elif isinstance(owner, ModuleType):
            delattr(owner, name)
        else:
            vars(owner).pop(name, None)
