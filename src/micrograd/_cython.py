"""What ``engine.py`` and ``nn.py`` say to Cython, as no-ops for when they run uncompiled.

Cython reads types and directives from these names at compile time. When the same files run as plain
Python and Cython is not installed, these stand-ins let them run as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

compiled = False

Decorated = TypeVar("Decorated")

double = float
p_double = list
bint = bool
int = int
Py_ssize_t = int


def cclass(decorated: Decorated) -> Decorated:
    """Leave a class as it is."""
    return decorated


cfunc = inline = final = no_gc_clear = cclass


def exceptval(*_: Any, **__: Any) -> Callable[[Decorated], Decorated]:
    """Leave a function as it is."""
    return cclass


boundscheck = nonecheck = trashcan = wraparound = exceptval


def cast(_: Any, value: Any, typecheck: bool = False) -> Any:
    """Return ``value``: Python's objects know their types."""
    return value
