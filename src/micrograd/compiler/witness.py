"""What a run of a function calls: its code, and whether it asks for what changes by itself.

A profiler's hook hears of every call. So functions are found that nobody could have found by looking (through
``getattr``, a dispatcher, another package), and so is
one that asks for the time, for the system's randomness, or for a file.
"""

from __future__ import annotations

import gc
import os
import random
import sys
import sysconfig
import time
import types
from collections.abc import Iterator
from types import FrameType
from typing import Any

from micrograd.compiler.looks import Place, place_of
from micrograd.compiler.printing import below_logging, only_shown
from micrograd.compiler.timing import only_kept

_PACKAGE = os.path.dirname(os.path.dirname(__file__)) + os.sep
_LIBRARIES = tuple(
    {sysconfig.get_paths()[name] + os.sep for name in ("stdlib", "platstdlib", "purelib", "platlib")}
)
_TIMES = "time time_ns perf_counter perf_counter_ns monotonic monotonic_ns process_time process_time_ns"
_DATES = "thread_time thread_time_ns localtime gmtime ctime"
_CLOCKS = frozenset(getattr(time, name) for name in f"{_TIMES} {_DATES}".split() if hasattr(time, name))
_CHANCE = frozenset(
    found for found in (os.urandom, getattr(os, "getrandom", None), random.SystemRandom) if found is not None
)
_FILES = frozenset(
    found for found in (open, os.open, os.read, os.stat, os.listdir, input) if found is not None
)
_NOW = frozenset({"now", "today", "utcnow"})
_MOST_HELD = 4096
# Its state is compared by others.
_GLOBAL = random.random.__self__  # type: ignore[attr-defined]


class Calls:
    """Listens in a ``with`` block, in this thread, to the calls below it."""

    def __init__(self) -> None:
        self._codes: dict[int, tuple[types.CodeType, dict[str, Any] | None]] = {}
        # What was given to functions of the user's, or is kept in their closures.
        self.held: list[Any] = []
        # By name, with the user's line that asked.
        self.clocks: list[tuple[str, Place]] = []
        self.chance: list[tuple[str, Place]] = []
        self.reads_files = False
        # Generator functions' frames and random generators, by identity: older ones come up in two runs.
        self.resumed: dict[int, Any] = {}
        self.drawn: dict[int, Any] = {}
        self._outermost: FrameType | None = None
        self._before: Any = None
        self._collects = False

    def __enter__(self) -> Calls:
        self._outermost = sys._getframe(1)
        self._before = sys.getprofile()
        # A collection may run callbacks in the middle of the function, which are not of its doing.
        self._collects = gc.isenabled()
        gc.disable()
        sys.setprofile(self._hear)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(self._before)
        if self._collects:
            gc.enable()
        self._outermost = None

    def codes(self) -> Iterator[tuple[types.CodeType, dict[str, Any] | None]]:
        """Yield each code that ran, and the globals of those that are the user's."""
        yield from self._codes.values()

    def _hear(self, frame: FrameType, event: str, argument: Any) -> None:
        if event == "call":
            self._called(frame)
        elif event == "c_call":
            self._called_c(frame, argument)

    def _called(self, frame: FrameType) -> None:
        code = frame.f_code
        known = self._codes.get(id(code))
        if known is None:
            file = code.co_filename
            if file.startswith((_PACKAGE, "<frozen")):
                return
            library = file.startswith(_LIBRARIES)
            known = self._codes[id(code)] = code, None if library else frame.f_globals
        if known[1] is not None and len(self.held) < _MOST_HELD:
            self.held.extend(frame.f_locals.values())
        if code.co_flags & 0x20:  # a generator
            self.resumed[id(frame)] = frame

    def _called_c(self, frame: FrameType, function: Any) -> None:
        owner = getattr(function, "__self__", None)
        if isinstance(owner, random.Random) and owner is not _GLOBAL:
            self.drawn[id(owner)] = owner
        try:
            clock = function in _CLOCKS or (
                isinstance(owner, type)
                and owner.__module__ == "datetime"
                and getattr(function, "__name__", "") in _NOW
            )
            chance = function in _CHANCE
            file = function in _FILES
        except TypeError:  # what cannot be hashed
            return
        if not (clock or chance or file) or self._is_importing(frame):
            return
        users = self._users(frame)
        if below_logging(frame, self._outermost) or only_shown(users, self._outermost) or only_kept(users):
            return
        name = (
            f"{getattr(function, '__module__', None) or getattr(owner, '__name__', '')}.{function.__name__}"
        )
        if clock:
            self.clocks.append((name, place_of(users)))
        elif chance:
            self.chance.append((name, place_of(users)))
        else:
            self.reads_files = True

    def _is_importing(self, frame: FrameType | None) -> bool:
        while frame is not None and frame is not self._outermost:
            if frame.f_code.co_filename.startswith("<frozen importlib"):
                return True
            frame = frame.f_back
        return False

    def _users(self, frame: FrameType | None) -> FrameType | None:
        """Return the innermost frame that is the user's."""
        while frame is not None and frame is not self._outermost:
            if not frame.f_code.co_filename.startswith((*_LIBRARIES, _PACKAGE, "<frozen")):
                return frame
            frame = frame.f_back
        return None
