"""See when a cell's code reaches for the checks, and put back what it changed in them.

Nothing is forbidden here, it is only told. Python's audit hooks cannot be taken away again by the code that they
watch. Whose code it is that reaches is told by its frame: a library's runs in its module's own namespace, out of its
module's own file; whatever does not is a submission's, under whatever name it was made to run.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, FunctionType
from typing import Any

_OURS = "micrograd.lab"
_ALLOWED = ("micrograd.lab.check", "micrograd.lab")
# Nothing that a notebook of this lab uses asks for these, so whoever does was sent by a cell.
_OBJECTS = ("gc.get_objects", "gc.get_referrers", "gc.get_referents", "sys._current_frames")
# The ways from a function to those that called it, and to their variables.
_FRAMES = ("tb_frame", "gi_frame", "cr_frame", "ag_frame")
_FROZEN = ("importlib", "zipimport", "runpy", "os")
_BETWEEN = ("importlib", "inspect", __name__)
_PROCESSES = ("os.fork", "os.forkpty", "os.kill", "os.killpg")
_PLACES = ("/mem", "/environ", "/maps", "/fd", "/cmdline")


_LIBRARIES = ("stdlib", "platstdlib", "purelib", "platlib")
# The package itself may lie elsewhere, in a checkout.
_FOLDERS = [sys.prefix, sys.base_prefix, str(Path(__file__).parents[2])]
_FOLDERS += [path for path in map(sysconfig.get_path, _LIBRARIES) if path]
_INSTALLED = tuple(
    {os.path.join(form(folder), "") for folder in _FOLDERS for form in (os.path.abspath, os.path.realpath)}
)


class Seeing:
    """Tells ``say(key, what)`` what the code of ``__main__`` reaches for while it is being watched."""

    def __init__(self, say: Callable[[str, str], None]) -> None:
        self._running = self._busy = False
        self._say = say
        self._told: set[tuple[str, str]] = set()
        self._known = {(id(owner), name): (path, owner, function, function.__code__)
                       for path, owner, name, function in _functions()}  # fmt: skip
        sys.addaudithook(self._hear)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch; then tell what was changed in the lab's own functions, and put it back."""
        self._running = True
        try:
            yield
        finally:
            self._running = False
            for (_, name), (path, owner, function, code) in self._known.items():
                if vars(owner).get(name) is not function or function.__code__ is not code:
                    self._tell("patches", path)
                    function.__code__ = code
                    setattr(owner, name, function)

    def _tell(self, key: str, what: str) -> None:
        if (key, what) not in self._told and len(self._told) < 20:
            self._told.add((key, what))
            self._say(key, what)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._running or self._busy:
            return
        self._busy = True
        try:
            if event == "import":
                name = arguments[0]
                if (
                    isinstance(name, str)
                    and name.startswith(_OURS)
                    and name not in _ALLOWED
                    and _from_a_cell()
                ):
                    self._tell("imports", name)
            elif event == "open":
                path = arguments[0]
                if (
                    isinstance(path, str)
                    and path.startswith("/proc/")
                    and path.endswith(_PLACES)
                    and _from_a_cell()
                ):
                    self._tell("reads", path)
            elif event in _PROCESSES and _from_a_cell():
                self._tell("processes", event)
            elif event in _OBJECTS or (event == "sys._getframe" and _from_a_cell()):
                self._tell("reads", event)
            elif event == "object.__getattr__" and arguments[1] in _FRAMES and _from_a_cell():
                self._tell("reads", arguments[1])
        except Exception:
            pass
        finally:
            self._busy = False


def _from_a_cell() -> bool:
    """Tell whether the call came from a cell itself, rather than from a library that it uses."""
    frame: FrameType | None = sys._getframe(2)
    while frame and str(frame.f_globals.get("__name__", "")).startswith(_BETWEEN) and _is_librarys(frame):
        frame = frame.f_back
    return frame is not None and not _is_librarys(frame)


def _is_librarys(frame: FrameType) -> bool:
    """Tell whether a frame runs a module's own code, out of a file that is installed."""
    name = frame.f_globals.get("__name__")
    module = sys.modules.get(name) if isinstance(name, str) else None
    if module is None or vars(module) is not frame.f_globals:
        return False
    path = frame.f_code.co_filename
    if path.startswith("<frozen "):
        return str(name).startswith(_FROZEN)
    return path.startswith(_INSTALLED) and bool(path == getattr(module, "__file__", None))


def _functions() -> Iterator[tuple[str, Any, str, FunctionType]]:
    """Yield the functions and methods of the lab's modules: path, what holds them, name, function."""
    for module_name, module in list(sys.modules.items()):
        if module is None or not module_name.startswith(f"{_OURS}."):
            continue
        for name, value in list(vars(module).items()):
            if isinstance(value, FunctionType):
                yield f"{module_name}.{name}", module, name, value
            elif isinstance(value, type) and value.__module__ == module_name:
                for inner, method in list(vars(value).items()):
                    if isinstance(method, FunctionType):
                        yield f"{module_name}.{name}.{inner}", value, inner, method
