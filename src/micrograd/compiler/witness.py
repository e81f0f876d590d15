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
# What gives other answers from time to time, which nobody can compare: all functions of some modules written in C, and
# the methods of their objects, or some of them.
_ALL: frozenset[str] = frozenset()
_ANSWERS = {
    "posix": _ALL,
    "nt": _ALL,
    "resource": _ALL,
    "sqlite3": _ALL,
    "_socket": _ALL,
    "io": frozenset({"open"}),
    "_io": frozenset(
        [
            "open",
            "read",
            "read1",
            "readall",
            "readinto",
            "readline",
            "readlines",
            "peek",
            "getvalue",
            "getbuffer",
            "seek",
            "tell",
        ]
    ),
    "builtins": frozenset({"input"}),
    "numpy": frozenset({"fromfile"}),
    "_queue": frozenset(["get", "get_nowait", "qsize", "empty"]),
    "_thread": frozenset(["locked", "stack_size", "_count"]),
    "_signal": frozenset(["getsignal", "sigpending", "getitimer"]),
    "_locale": frozenset(["localeconv", "setlocale"]),
    "gc": frozenset(
        ["get_threshold", "get_count", "get_stats", "get_debug", "get_freeze_count", "is_tracked"]
    ),
    "sys": frozenset(
        ["getrecursionlimit", "getswitchinterval", "getrefcount", "getallocatedblocks", "gettrace"]
    ),
}
_NO_ANSWER = frozenset(["fspath", "getpid", "write", "close", "mkdir", "fsync"])
# Functions of NumPy's and pandas's that tell of settings.
_SETTINGS = frozenset({"geterr", "get_printoptions", "get_option"})
_ENVIRONMENT = frozenset(
    method.__code__ for method in vars(type(os.environ)).values() if isinstance(method, types.FunctionType)
)
_NOW = frozenset({"now", "today", "utcnow"})
_MOST_HELD = 4096
# Its state is compared by others.
_GLOBAL = random.random.__self__  # type: ignore[attr-defined]


def _listen_again(profiler: Any) -> None:
    """Let whoever listened before go on; cProfile shows its object, and is no function that could be set."""
    if profiler is None or callable(profiler):
        sys.setprofile(profiler)
    else:
        sys.setprofile(None)
        profiler.enable()


class Calls:
    """Listens in a ``with`` block, in this thread, to the calls below it."""

    def __init__(self) -> None:
        self._codes: dict[int, tuple[types.CodeType, dict[str, Any] | None]] = {}
        # What was given to functions of the user's, or is kept in their closures.
        self.held: list[Any] = []
        # By name, with the user's line that asked.
        self.clocks: list[tuple[str, Place]] = []
        self.chance: list[tuple[str, Place]] = []
        self.reads_outside = False
        self.reads_environment = False
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
        _listen_again(self._before)
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
            if code in _ENVIRONMENT:
                self.reads_environment = True
            if code.co_name in _SETTINGS:
                self.reads_outside = True
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
        except TypeError:  # what cannot be hashed
            return
        outside = _answers(function, owner)
        if not (clock or chance or outside) or self._is_importing(frame):
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
            self.reads_outside = True

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


def _answers(function: Any, owner: Any) -> bool:
    """Whether a function written in C, a method of ``owner``'s or none, gives an answer that nobody can compare."""
    name = getattr(function, "__name__", "")
    home = getattr(function, "__module__", None)
    if home is None or not isinstance(home, str):
        home = type(owner).__module__
    names = _ANSWERS.get(home)
    return names is not None and (name in names or (names is _ALL and name not in _NO_ANSWER))
