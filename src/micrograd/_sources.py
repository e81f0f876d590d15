"""Where the source of what was compiled stands: for ``inspect.getsource``, ``inspect.signature`` and Jupyter's ``?``.

A compiled module carries no source, but it was made from the plain file beside it. Python's ``inspect`` follows
``__wrapped__``, so there each function gets a twin, which has its signature and its place in the plain file and does
nothing, and each class a description of that place. Classes are looked up in the file when somebody asks.
"""

from __future__ import annotations

import functools
import os
import sys
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ast
    import inspect


def _twin(*_: Any, **__: Any) -> Any:
    raise TypeError("this shows the source of a compiled function: call the function itself")


def show(module: str) -> None:
    """Let the functions and classes of a compiled module show their source."""
    namespace = vars(sys.modules[module])
    file = os.path.join(os.path.dirname(namespace["__file__"]), f"{module.rpartition('.')[2]}.py")
    for thing in list(namespace.values()):
        if getattr(thing, "__module__", None) != module:
            continue
        if not isinstance(thing, type):
            _show_function(thing, file)
            continue
        for method in list(vars(thing).values()):
            _show_function(method, file)
        thing.__signature__ = _OfClass(thing, file, _signature)  # type: ignore[attr-defined]
        thing.__wrapped__ = _OfClass(thing, file, _place, heirs=False)  # type: ignore[attr-defined]


def _show_function(compiled: Any, file: str) -> None:
    if type(compiled).__name__ != "cython_function_or_method" or compiled.__name__.endswith("_cython__"):
        return
    code = compiled.__code__
    twin = types.FunctionType(
        _twin.__code__.replace(
            co_argcount=code.co_argcount,
            co_posonlyargcount=code.co_posonlyargcount,
            co_kwonlyargcount=code.co_kwonlyargcount,
            co_flags=(_twin.__code__.co_flags & ~_VARIADIC) | (code.co_flags & _VARIADIC),
            co_varnames=_arguments(code),
            co_nlocals=len(_arguments(code)),
            co_name=compiled.__name__,
            co_filename=file,
            co_firstlineno=code.co_firstlineno,
        ),
        {"TypeError": TypeError, "__name__": compiled.__module__},
        compiled.__name__,
        compiled.__defaults__,
    )
    twin.__kwdefaults__ = compiled.__kwdefaults__
    twin.__annotations__ = dict(compiled.__annotations__)
    twin.__qualname__ = compiled.__qualname__
    twin.__doc__ = compiled.__doc__
    compiled.__wrapped__ = twin


# Not imported for it: inspect would take as long as all of this package.
_VARARGS, _VARKEYWORDS = 4, 8
_VARIADIC = _VARARGS | _VARKEYWORDS


def _arguments(code: types.CodeType) -> tuple[str, ...]:
    count = code.co_argcount + code.co_kwonlyargcount
    count += bool(code.co_flags & _VARARGS) + bool(code.co_flags & _VARKEYWORDS)
    return code.co_varnames[:count]


class _OfClass:
    """An attribute of one class, and of those that inherit from it what it speaks of, found when it is asked for."""

    def __init__(self, owner: type, file: str, find: Callable[[type, str], Any], heirs: bool = True) -> None:
        self.owner, self.file, self.find, self.heirs = owner, file, find, heirs

    def __get__(self, instance: object, asked: type) -> Any:
        if instance is None and (asked is self.owner or (self.heirs and self._is_made_alike(asked))):
            try:
                return self.find(self.owner, self.file)
            except (OSError, SyntaxError, StopIteration):  # the plain files are not there, or others
                pass
        raise AttributeError("a class of its own")

    def _is_made_alike(self, asked: type) -> bool:
        return asked.__init__ is self.owner.__init__ and asked.__new__ is self.owner.__new__  # type: ignore[misc]


@functools.cache
def _classes(file: str) -> dict[str, ast.ClassDef]:
    import ast

    # Of a number, open() would make a file that is open already, and close it: 1 is the standard output.
    with open(os.fspath(file), encoding="utf-8") as source:
        tree = ast.parse(source.read())
    return {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}


def _class(owner: type, file: str) -> ast.ClassDef:
    try:
        return _classes(file)[owner.__qualname__]
    except KeyError:
        raise StopIteration from None


def _place(owner: type, file: str) -> types.CodeType:
    """Return a piece of code that says where the class stands: ``inspect`` reads on from there."""
    node = _class(owner, file)
    first = min([node.lineno, *[decorator.lineno for decorator in node.decorator_list]])
    return _twin.__code__.replace(co_name=node.name, co_filename=file, co_firstlineno=first)


@functools.cache
def _signature(owner: type, file: str) -> inspect.Signature:
    """Return the signature of ``__init__`` as it is written, without ``self``."""
    import ast
    import inspect

    for kind in owner.__mro__:
        if kind.__module__ != owner.__module__:
            break
        for node in _class(kind, file).body:
            if isinstance(node, ast.FunctionDef) and node.name == "__init__":
                return _written(node, owner.__module__)
    return inspect.Signature()


def _written(function: ast.FunctionDef, module: str) -> inspect.Signature:
    import __future__

    import ast
    import inspect

    # What it would do is left out; defaults are literals, or names of the module.
    function.body, function.decorator_list = [ast.Pass()], []
    tree = ast.fix_missing_locations(ast.Module(body=[function], type_ignores=[]))
    namespace = dict(vars(sys.modules[module]))
    exec(
        compile(tree, module, "exec", flags=__future__.annotations.compiler_flag, dont_inherit=True),
        namespace,
    )
    signature = inspect.signature(namespace[function.name])
    return signature.replace(parameters=list(signature.parameters.values())[1:])
