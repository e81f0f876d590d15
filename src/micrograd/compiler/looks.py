"""What a loss looks at while it is traced: each look at a number, with the file, the line and the text of the line."""

from __future__ import annotations

import linecache
import os
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from micrograd import _looks, _node, engine
from micrograd.compiler.errors import CompileError
from micrograd.compiler.printing import only_shown
from micrograd.engine import Value

_PACKAGE = str(Path(engine.__file__).parent) + os.sep
_STANDARD_LIBRARY = tuple({sysconfig.get_paths()[name] + os.sep for name in ("stdlib", "platstdlib")})
_MOST_LOOKS = 100

_INSTEAD = (
    "A program is made from one graph for all samples, so no number may decide what is in it: instead of an `if` "
    "use relu, maximum, minimum or abs; instead of a factor for some samples sample_weight=; for a value without its "
    "gradient .detach(); and the Values themselves instead of their .data. (To print or to log a number is no harm.)"
)
_INSTEAD_OF = {
    ".grad": "A program computes the loss and its gradient; what is done with the gradient belongs after it, into a "
    "callback of train.",
    ".backward()": "A program derives the gradient itself: return the loss, and leave backward() out.",
    "copy or pickle": "A copy is a constant, and the program would keep today's number: use the Value itself, or "
    ".detach() for its value without its gradient.",
}


@dataclass(frozen=True)
class Place:
    """A line of the user's program."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}"
        return f"{where}:\n    {self.text}\n" if self.text else where


@dataclass(frozen=True)
class Look:
    """A number of ``node`` was shown by the expression ``how``."""

    node: Value
    how: str
    place: Place


class Notes(_looks.Listener):
    """Listens in a ``with`` block, in this thread, and keeps what it hears."""

    def __init__(self, parameters: Sequence[Value]) -> None:
        self.parameters = parameters
        # What backward() inside the function has added to.
        self.gradients: list[tuple[Value, float]] = []
        self.looks: list[Look] = []
        self.overwritten: dict[Value, tuple[float, Place]] = {}
        self.errors: list[tuple[Exception, Place]] = []
        # Nodes that a sample may have no value for: whatever becomes of them, there the function fails.
        self.leaving: list[Value] = []
        self.made = self.leaving.append  # type: ignore[method-assign, assignment]
        self._outermost: FrameType | None = None
        self._output: Any = None
        self._before: _looks.Listener | None = None

    def __enter__(self) -> Notes:
        self._outermost = sys._getframe(1)
        self._output = sys.stdout
        self._before = _looks.replace(self)
        _node._listen(1)
        return self

    def __exit__(self, *_: object) -> None:
        _node._listen(-1)
        _looks.replace(self._before)
        self._outermost = self._output = None

    def seen(self, node: Any, how: str) -> None:
        """Note a look, unless it can only be shown to somebody."""
        if how == ".backward()" and not self.gradients:
            _looks.replace(None)
            self.gradients = [(value, value.grad) for value in self.parameters]
            _looks.replace(self)
        if len(self.looks) >= _MOST_LOOKS:
            return
        frame = self._outside(sys._getframe(1))
        # Output that the function itself has turned round, it can read again.
        if self._output is sys.stdout and how not in _INSTEAD_OF and only_shown(frame, self._outermost):
            return
        self.looks.append(Look(node, how, self._place(frame)))

    def written(self, node: Any, before: float) -> None:
        """Note a number that is overwritten, the first time."""
        if node not in self.overwritten:
            self.overwritten[node] = before, self._place(self._outside(sys._getframe(1)))

    def failed(self, error: Exception) -> None:
        """Note an error of the engine's, which the function may catch."""
        self.errors.append((error, self._place(self._outside(sys._getframe(1)))))

    def _outside(self, frame: FrameType | None) -> FrameType | None:
        """Return the innermost frame that is not of this package; None where all are."""
        while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
            if frame is self._outermost:
                return None
            frame = frame.f_back
        return frame

    def _place(self, frame: FrameType | None) -> Place:
        """Return the innermost place that is neither ours nor the standard library's or NumPy's."""
        first = frame
        while frame is not None and frame is not self._outermost:
            file = frame.f_code.co_filename
            if not _is_library(file):
                return place_of(frame)
            frame = frame.f_back
        return place_of(first)


def refuse(look: Look, name: str) -> CompileError:
    """Return the error for a look at a number; ``name`` is what the node is called."""
    shown = {"float()": f"float({name})", "repr()": f"the text of {name}", "==": f"{name} == ..."}
    expression = shown.get(look.how) or (
        f"{name}{look.how}" if look.how.startswith(".") else f"{look.how} of {name}"
    )
    return CompileError(
        f"the graph depends on the data: the function looks at a number, {expression}, in {look.place}"
        f"{'' if look.place.text else '. '}{_INSTEAD_OF.get(look.how, _INSTEAD)}"
    )


def refuse_caught(caught: tuple[Exception, Place], where: str = "") -> CompileError:
    """Return the error for an error of the engine's that a function caught; ``where`` says of which sample."""
    error, place = caught
    return CompileError(
        f"{where}the function caught an error of the engine's, {error} ({type(error).__name__}), in {place}"
        f"{'' if place.text else '. '}For other samples the graph would be another: keep the operation within its "
        "domain, with maximum or minimum, for instance p.maximum(1e-12).log()"
    )


def _is_library(file: str) -> bool:
    if file.startswith(("<frozen", _PACKAGE)):
        return True
    if "site-packages" in file or "dist-packages" in file:
        return f"{os.sep}numpy{os.sep}" in file
    return file.startswith(_STANDARD_LIBRARY)


def place_of(frame: FrameType | None) -> Place:
    """Return the line that runs in a frame."""
    if frame is None:
        return Place("(unknown)", 0, "")
    file, line = frame.f_code.co_filename, frame.f_lineno or 0
    return Place(file, line, linecache.getline(file, line, frame.f_globals).strip())
