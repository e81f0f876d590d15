"""Who is told when Python code looks at a number of a graph: the compiler, while it traces a loss.

A graph is the same for all samples only if nothing in it was decided by a number. So whoever traces a function
has to hear of every number that the function is shown. ``Value`` tells it here, and only while somebody
listens; each thread listens for itself, so that others may use the same model meanwhile.
"""

from __future__ import annotations

import threading
from numbers import Number
from typing import Any


class Listener:
    """What a listener is told; each method does nothing here, and one that listens overrides some."""

    def seen(self, node: Any, how: str) -> None:
        """``node`` has shown a number to Python; ``how`` is the expression, such as ``.data``."""

    def written(self, node: Any, before: float) -> None:
        """The data of ``node``, which was ``before``, is about to be overwritten."""

    def failed(self, error: Exception) -> None:
        """The engine is about to raise ``error``, because an operation has no result for its operands."""

    def made(self, node: Any) -> None:
        """``node`` was made by an operation that has no result for some other operands."""

    def held(self, number: float) -> float:
        """Return the number that ``detach`` of ``number`` holds on to."""
        return number


class _Ears(threading.local):
    listener: Listener | None = None


_ears = _Ears()


def current() -> Listener | None:
    """Return who listens in this thread, or None."""
    return _ears.listener


def replace(listener: Listener | None) -> Listener | None:
    """Let ``listener`` listen in this thread; return who did before. The engine has to be told: ``_listen``."""
    before = _ears.listener
    _ears.listener = listener
    return before


def seen(node: Any, how: str) -> None:
    """Tell this thread's listener of a look."""
    if _ears.listener is not None:
        _ears.listener.seen(node, how)


def compared(node: Any, other: Any) -> None:
    """Tell this thread's listener of a look, where a Value is compared with a number."""
    if _ears.listener is not None and isinstance(other, Number):
        _ears.listener.seen(node, "==")


def written(node: Any, before: float) -> None:
    """Tell this thread's listener of data that is about to be overwritten."""
    if _ears.listener is not None:
        _ears.listener.written(node, before)


def failed(error: Exception) -> Exception:
    """Tell this thread's listener of an error, and return it to be raised."""
    if _ears.listener is not None:
        _ears.listener.failed(error)
    return error


def made(node: Any) -> None:
    """Tell this thread's listener of a node that could not have been made of some other numbers."""
    if _ears.listener is not None:
        _ears.listener.made(node)


def held(number: float) -> float:
    """Return what ``detach`` holds on to."""
    return number if _ears.listener is None else _ears.listener.held(number)
