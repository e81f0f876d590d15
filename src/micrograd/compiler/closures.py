"""What a function refers to besides its arguments: numbers, functions, containers, random generators.

A program is made from what these were when the function was traced. Looked through once, they are compared quickly at
every call; where one of them is another, the function is traced again.
"""

from __future__ import annotations

import functools
import os
import sys
import sysconfig
import types
from collections.abc import Iterator
from typing import Any

from micrograd.compiler.chance import state_of

_NUMBERS = (bool, int, float, complex, str, bytes, type(None))
# Farther away, and in longer lists, nobody looks: a loss is not made of that.
_DEPTH, _LENGTH, _MOST, _BYTES = 5, 64, 400, 1 << 14
_INSTALLED = tuple(
    {sysconfig.get_paths()[name] + os.sep for name in ("stdlib", "platstdlib", "purelib", "platlib")}
)

_ABSENT = object()


class References:
    """What ``function``, or an object that can be called, refers to, with what stood there when it was looked at."""

    def __init__(self, function: Any) -> None:
        # Each is a place, and what stood in it. Keeping it alive makes its identity its own.
        self._cells: list[tuple[types.CellType, Any]] = []
        self._items: list[tuple[Any, Any, Any]] = []
        self._lengths: list[tuple[Any, int]] = []
        self._arrays: list[tuple[Any, bytes]] = []
        self.generators: list[tuple[str, Any]] = []
        self._seen: set[int] = set()
        stack: list[tuple[str, Any, int]] = [("the function", function, 0)]
        while stack and len(self._seen) < _MOST:
            name, found, depth = stack.pop()
            if isinstance(found, _NUMBERS) or id(found) in self._seen or depth > _DEPTH:
                continue
            self._seen.add(id(found))
            if state_of(found) is not None:
                self.generators.append((name, found))
                continue
            stack.extend((inner_name, inner, depth + 1) for inner_name, inner in self._parts(found))

    def changed(self) -> bool:
        """Return whether something stands in one of the places that did not stand there before."""
        for cell, old in self._cells:
            new = _content(cell)
            if new is not old and not _same_number(new, old):
                return True
        for container, key, old in self._items:
            try:
                new = container[key]
            except (KeyError, IndexError):
                return True
            if new is not old and not _same_number(new, old):
                return True
        for container, length in self._lengths:
            if len(container) != length:
                return True
        return any(array.tobytes() != content for array, content in self._arrays)

    def _parts(self, found: Any) -> Iterator[tuple[str, Any]]:
        """Yield what something refers to, by name, and remember the places."""
        if isinstance(found, types.FunctionType):
            yield from self._of_function(found)
        elif isinstance(found, types.MethodType):
            yield "function", found.__func__
            yield "self", found.__self__
        elif isinstance(found, functools.partial):
            yield "function", found.func
            yield "arguments", found.args
            yield from self._of_items(found.keywords, list(found.keywords))
        elif isinstance(found, (list, tuple)):
            yield from self._of_items(found, list(range(min(len(found), _LENGTH))))
        elif isinstance(found, dict):
            keys = [key for key in list(found)[:_LENGTH] if isinstance(key, _NUMBERS)]
            yield from self._of_items(found, keys)
        elif type(found).__module__ == "numpy":
            if hasattr(found, "tobytes") and getattr(found, "nbytes", _BYTES + 1) <= _BYTES:
                self._arrays.append((found, found.tobytes()))
        elif not _is_installed(type(found)):
            wrapped = getattr(found, "__wrapped__", None)
            if wrapped is not None:
                yield "wrapped", wrapped
            attributes = getattr(found, "__dict__", None)
            if isinstance(attributes, dict):
                yield from self._of_items(attributes, list(attributes)[:_LENGTH])
            yield from _slots(found)
            for kind in type(found).__mro__:
                call = kind.__dict__.get("__call__")
                if isinstance(call, types.FunctionType):
                    yield "__call__", call
                    break

    def _of_function(self, function: types.FunctionType) -> Iterator[tuple[str, Any]]:
        if _is_installed(function):
            return
        code = function.__code__
        for name, cell in zip(code.co_freevars, function.__closure__ or ()):
            content = _content(cell)
            self._cells.append((cell, content))
            yield name, content
        names = [name for name in dict.fromkeys(_global_names(code)) if name in function.__globals__]
        yield from self._of_items(function.__globals__, names)
        yield "defaults", function.__defaults__ or ()
        yield "defaults", function.__kwdefaults__ or {}

    def _of_items(self, container: Any, keys: list[Any]) -> Iterator[tuple[str, Any]]:
        if isinstance(container, list):
            self._lengths.append((container, len(container)))
        for key in keys:
            item = container[key]
            if not isinstance(container, tuple):
                self._items.append((container, key, item))
            yield str(key), item


def _content(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return _ABSENT  # not assigned yet


def _same_number(one: Any, other: Any) -> bool:
    return (
        type(one) is type(other)
        and isinstance(one, _NUMBERS)
        and (one == other or (one != one and other != other))
    )


def _global_names(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _global_names(constant)


def _slots(found: Any) -> Iterator[tuple[str, Any]]:
    for kind in type(found).__mro__:
        names = kind.__dict__.get("__slots__", ())
        for name in (names,) if isinstance(names, str) else tuple(names):
            member = kind.__dict__.get(name)
            if isinstance(member, types.MemberDescriptorType):
                try:
                    yield name, member.__get__(found)
                except AttributeError:
                    continue


@functools.lru_cache(maxsize=512)
def _is_installed_module(name: str) -> bool:
    if (
        name.partition(".")[0] in ("micrograd", "builtins")
        or name.partition(".")[0] in sys.stdlib_module_names
    ):
        return name != "__main__"
    file = getattr(sys.modules.get(name), "__file__", None)
    return isinstance(file, str) and file.startswith(_INSTALLED)


def _is_installed(found: Any) -> bool:
    """Whether a function or a class is Python's, ours, or another package's: these do not change between two calls."""
    module = getattr(found, "__module__", None)
    if isinstance(found, types.ModuleType) or found is types.ModuleType:
        return True
    return isinstance(module, str) and _is_installed_module(module)
