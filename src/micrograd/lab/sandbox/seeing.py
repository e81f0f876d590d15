"""See when a cell's code reaches for the checks, and put back what it changed in them.

Nothing is forbidden here, it is only told. Python's audit hooks cannot be taken away again by the code that they
watch. Whose code it is that reaches is told by its frame: a library's runs in its module's own namespace, out of its
module's own file; whatever does not is a submission's, under whatever name it was made to run.
"""

from __future__ import annotations

import os
import re
import sys
import sysconfig
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

from micrograd.lab.checks.recording import PASS
from micrograd.lab.sandbox.checks_kept import Checks
from micrograd.lab.sandbox.hiding import ASKED_FOR, CHECK, LAB, forget
from micrograd.lab.sandbox.library import Library

# Nothing that a notebook of this lab uses asks for these, so whoever does was sent by a cell.
_OBJECTS = ("gc.get_objects", "gc.get_referrers", "gc.get_referents", "sys._current_frames")
# The ways from a function to those that called it, and to their variables.
_FRAMES = ("tb_frame", "gi_frame", "cr_frame", "ag_frame")
# Ways to be called by the interpreter at every step of everybody's code, and who may be on them.
_TRACING = ("sys.settrace", "sys.setprofile", "sys.monitoring.register_callback", "sys.addaudithook")
# What of the checks' own functions and objects may be replaced, of which Python tells.
_REPLACED = ("__code__", "__class__", "__bases__", "__defaults__", "__kwdefaults__")
_TRACERS = ("doctest", "cProfile", "profile", "micrograd")
_FROZEN = ("importlib", "zipimport", "runpy", "os")
_BETWEEN = ("importlib", "inspect", "micrograd.lab.sandbox.hiding")
_PROCESSES = ("os.fork", "os.forkpty", "os.kill", "os.killpg")
_PLACES = ("/mem", "/environ", "/maps", "/fd", "/cmdline")
_MOST_TOLD = 20
_GRAPHVIZ = re.compile(r"\b(?:dot|neato|fdp|sfdp|twopi|circo|graphviz-pure)\b")
_MONITORS = 6  # as many tools as Python has places for

_LIBRARIES = ("stdlib", "platstdlib", "purelib", "platlib")
# The package itself may lie elsewhere, in a checkout.
_FOLDERS = [sys.prefix, sys.base_prefix, str(Path(__file__).parents[2])]
_FOLDERS += [path for path in map(sysconfig.get_path, _LIBRARIES) if path]
_INSTALLED = tuple(
    {os.path.join(form(folder), "") for folder in _FOLDERS for form in (os.path.abspath, os.path.realpath)}
)
_LABS_FOLDER = os.path.join(str(Path(__file__).parents[1]), "")


class Seeing:
    """Tells ``say(key, what)`` what the code of ``__main__`` reaches for while it is being watched.

    ``hidden`` are the lab's modules that are no longer where modules are looked for.
    """

    def __init__(self, say: Callable[[str, str], None], hidden: dict[str, ModuleType]) -> None:
        self._running = self._busy = False
        self._say, self._hidden = say, hidden
        self._told: set[tuple[str, str]] = set()
        self._drew = False
        self._checks = Checks(hidden)
        self._library = Library()
        sys.addaudithook(self._hear)

    @contextmanager
    def watching(self, looking: bool = False) -> Iterator[None]:
        """Watch; then tell what was changed in the lab's own functions, and put it back.

        While the checks are ``looking``, the engine is what it was before any cell ran.
        """
        forget()
        self._drew = False
        self._running = True
        try:
            if looking:
                with self._library.as_it_was():
                    yield
            else:
                yield
        finally:
            self._running = False
            # All of it first: what tells is among it.
            for path in list(self._checks.put_back()):
                self._tell("patches", path)
            self._tell_replaced()
            for name in _stop_tracing():
                self._tell("reads", name)

    def drew(self) -> bool:
        """Tell whether Graphviz was called while this watched last."""
        return self._drew

    def _glance(self) -> None:
        """Tell what is replaced in the engine at this moment, in the midst of a cell; takes microseconds."""
        if self._library.was_touched():
            self._tell_replaced()

    def _tell_replaced(self) -> None:
        for path, *_ in self._library.replaced():
            self._tell("patches", path)

    def _tell(self, key: str, what: str) -> None:
        if (key, what) not in self._told and len(self._told) < _MOST_TOLD:
            self._told.add((key, what))
            self._say(key, what)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._running or self._busy:
            return
        self._busy = True
        try:
            frame = sys._getframe(1)
            if event == "import":
                if arguments[0] not in (LAB, CHECK):
                    self._hear_import(arguments[0], frame)
            elif event == PASS:
                self._glance()
            elif event == "object.__setattr__":
                replaced = arguments[1] in _REPLACED and _is_of_the_lab(arguments[0])
                if replaced and self._is_a_cells(frame):
                    self._tell("patches", f"{LAB}: {arguments[1]}")
            elif event == ASKED_FOR:
                if not self._is_check_line(frame):
                    self._hear_import(arguments[0], frame)
            elif event == "open":
                self._hear_open(arguments[0], frame)
            elif event in ("subprocess.Popen", "os.system"):
                self._drew = self._drew or bool(_GRAPHVIZ.search(str(arguments[:2])[:2000]))
            elif event in _TRACING:
                if not self._is_tracer(frame):
                    self._tell("reads", event)
            elif event in _PROCESSES and self._is_a_cells(frame):
                self._tell("processes", event)
            elif event in _OBJECTS:
                if not self._is_the_engines(frame):
                    self._tell("reads", event)
            elif event == "sys._getframe" and self._is_a_cells(frame):
                self._tell("reads", event)
            elif event == "object.__getattr__" and arguments[1] in _FRAMES and self._is_a_cells(frame):
                self._tell("reads", arguments[1])
        except Exception:
            pass
        finally:
            self._busy = False

    def _hear_import(self, name: Any, frame: FrameType) -> None:
        """Hear of a module that is not there yet: nobody's code but a cell's asks for one of the lab's."""
        if isinstance(name, str) and f"{name}.".startswith(f"{LAB}.") and not self._is_labs_own(frame):
            self._tell("imports", name)

    def _is_check_line(self, frame: FrameType) -> bool:
        """Tell whether what imports says so in its own text: the notebook's check line does."""
        asks = self._first_not_between(frame)
        names = asks.f_code.co_names if asks else ()
        wanted = asks.f_code.co_consts if asks else ()
        return ("check",) in wanted and (CHECK in names or LAB in names)

    def _hear_open(self, path: Any, frame: FrameType) -> None:
        if not isinstance(path, str):
            return
        if path.startswith("/proc/") and path.endswith(_PLACES):
            if self._is_a_cells(frame):
                self._tell("reads", path)
        elif path.startswith(_LABS_FOLDER):
            # `importlib.import_module` tells of no import, and has to open the file.
            if frame.f_code.co_filename.startswith("<frozen importlib"):
                self._hear_import(_module_in(path), frame)
            elif self._is_a_cells(frame):
                self._tell("reads", f"micrograd/lab/{path[len(_LABS_FOLDER) :]}")

    def _is_labs_own(self, frame: FrameType) -> bool:
        """Tell whether one of the lab's modules itself imports what it needs, with whoever loaded it told already."""
        asks = self._first_not_between(frame)
        name = str(asks.f_globals.get("__name__", "")) if asks else ""
        return asks is not None and name.startswith(f"{LAB}.") and self._is_librarys(asks)

    def _is_a_cells(self, frame: FrameType) -> bool:
        """Tell whether a cell itself does something, rather than a library that it uses."""
        does = self._first_not_between(frame)
        return does is not None and not self._is_librarys(does)

    def _is_the_engines(self, frame: FrameType) -> bool:
        """Tell whether the engine asks, which looks for cycles among its own nodes."""
        name = str(frame.f_globals.get("__name__", ""))
        return name.partition(".")[0] == "micrograd" and self._is_librarys(frame)

    def _is_tracer(self, frame: FrameType) -> bool:
        asks = self._first_not_between(frame)
        name = str(asks.f_globals.get("__name__", "")).partition(".")[0] if asks else ""
        return asks is not None and name in _TRACERS and self._is_librarys(asks)

    def _first_not_between(self, frame: FrameType | None) -> FrameType | None:
        while (
            frame
            and str(frame.f_globals.get("__name__", "")).startswith(_BETWEEN)
            and self._is_librarys(frame)
        ):
            frame = frame.f_back
        return frame

    def _is_librarys(self, frame: FrameType) -> bool:
        """Tell whether a frame runs a module's own code, out of a file that is installed."""
        name = frame.f_globals.get("__name__")
        if not isinstance(name, str):
            return False
        module = next(
            (
                module
                for module in (self._hidden.get(name), sys.modules.get(name))
                if module is not None and vars(module) is frame.f_globals
            ),
            None,
        )
        if module is None:
            return False
        path = frame.f_code.co_filename
        if path.startswith("<frozen "):
            return name.startswith(_FROZEN)
        return path.startswith(_INSTALLED) and bool(path == getattr(module, "__file__", None))


def _is_of_the_lab(thing: Any) -> bool:
    """Tell whether it is a function, a class or an object of the lab's."""
    names = (getattr(thing, "__module__", ""), type(thing).__module__)
    return any(isinstance(name, str) and f"{name}.".startswith(f"{LAB}.") for name in names)


def _module_in(path: str) -> str:
    """Return the name of the lab's module that a file holds, compiled or not."""
    folder, _, file = path[len(_LABS_FOLDER) :].rpartition(os.sep)
    parts = [part for part in folder.split(os.sep) if part and part != "__pycache__"]
    name = file.partition(".")[0]
    return ".".join([LAB, *parts, *([name] if name != "__init__" else [])])


def _stop_tracing() -> list[str]:
    """Take away what would be called at every step of the code that runs next; return what there was."""
    found = []
    if sys.gettrace() is not None:
        found.append("sys.settrace")
        sys.settrace(None)
    if sys.getprofile() is not None:
        found.append("sys.setprofile")
        sys.setprofile(None)
    for name, attribute in (("threading.settrace", "_trace_hook"), ("threading.setprofile", "_profile_hook")):
        if getattr(threading, attribute, None) is not None:
            found.append(name)
            setattr(threading, attribute, None)
    monitoring = getattr(sys, "monitoring", None)
    for tool in range(_MONITORS if monitoring else 0):
        if monitoring is not None and monitoring.get_tool(tool) is not None:
            found.append("sys.monitoring")
            monitoring.set_events(tool, 0)
            monitoring.free_tool_id(tool)
    return found
