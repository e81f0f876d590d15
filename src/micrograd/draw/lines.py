"""Which line of code made a node: remembered where somebody asks for it, and free of charge everywhere else.

The engine knows nothing of lines. ``remember_lines()`` watches the program, as a debugger does, and gives the nodes
that are new after a line to that line. An explanation of a number that is not finite then names it.
"""

from __future__ import annotations

import linecache
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from micrograd.engine import Value

# Lists in lists are looked into so far, and lists of so many things at most.
_DEPTH = 3
_MOST = 10_000

_made_at: dict[Value, str] = {}


def line_of(node: Value) -> str:
    """Return the line of code that made a node, as ``file:number: code``; an empty text where it is not known."""
    return _made_at.get(node, "")


@contextmanager
def remember_lines() -> Iterator[None]:
    """Remember for every node that is made within the ``with`` block which line made it.

    ``explain`` and ``explore`` then name the line where a number that is not finite began. A program is many times
    slower while it is watched. The lines of one block are known until the next one begins; that long, its nodes
    stay in memory. Only the thread that asks is watched.

    >>> from micrograd.engine import Value
    >>> with remember_lines():
    ...     loss = Value(0.0).sqrt() * 0
    ...     loss.backward()
    """
    _made_at.clear()
    watch = _Watch()
    frame = sys._getframe(2)
    trace, local = sys.gettrace(), frame.f_trace
    frame.f_trace = watch.follow
    sys.settrace(watch.call)
    try:
        yield
    finally:
        sys.settrace(trace)
        watch.look(frame, frame.f_locals.values())
        frame.f_trace = local


class _Watch:
    """Follows a program line by line."""

    def __init__(self) -> None:
        self.line: dict[FrameType, int] = {}

    def call(self, frame: FrameType, event: str, arg: Any) -> Any:
        """Decide whether to follow a function: the package's own lines are of no use to anybody."""
        name = frame.f_globals.get("__name__", "")
        if name.partition(".")[0] == "micrograd" or "site-packages" in frame.f_code.co_filename:
            return None
        return self.follow

    def follow(self, frame: FrameType, event: str, arg: Any) -> Any:
        """Look for new nodes when a line is done."""
        self.look(frame, frame.f_locals.values())
        if event == "return":
            self.look(frame, [arg])
            self.line.pop(frame, None)
        elif event == "line":
            self.line[frame] = frame.f_lineno
        return self.follow

    def look(self, frame: FrameType, things: Any) -> None:
        """Give all nodes that are new to the line that was done last."""
        # Before the first line of a frame there is nothing new: what it was given is older.
        number = self.line.get(frame)
        new = list(_new_nodes(list(things), _DEPTH))
        if not new:
            return
        where = "" if number is None else _written(frame.f_code.co_filename, number)
        for node in new:
            _made_at[node] = where if node._operands else ""


def _new_nodes(things: list[Any], depth: int) -> Iterator[Value]:
    stack: list[Value] = []
    for thing in things[:_MOST]:
        if isinstance(thing, Value):
            stack.append(thing)
        elif depth and isinstance(thing, (list, tuple)):
            yield from _new_nodes(list(thing[:_MOST]), depth - 1)
        elif depth and isinstance(thing, dict):
            yield from _new_nodes(list(thing.values())[:_MOST], depth - 1)
    found: set[Value] = set()
    while stack:
        node = stack.pop()
        if node in _made_at or node in found:
            continue
        try:
            stack.extend(node._operands)
        except RuntimeError:
            # In the middle of a sweep a neuron cannot be looked into; later it can.
            continue
        found.add(node)
    yield from found


def _written(file: str, number: int) -> str:
    code = linecache.getline(file, number).strip()
    # Jupyter names a cell by the place where its text is kept for debuggers.
    name = "" if "ipykernel" in file or file.startswith("<") else f"{Path(file).name}:"
    return f"{name}{number}: {code}" if code else f"{name}{number}"
