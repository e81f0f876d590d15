"""Programs that may not end, or take ever more memory, stopped from outside, with the place where they were.

``list()`` of an object whose ``__getitem__`` always answers never ends, in any Python: that is the program's doing. A
loop of the engine's own that never ends is a fault. The first can be interrupted, and no compiled module of ours is
on its stack; the second hears nothing, and whoever started the process has to end it.
"""

from __future__ import annotations

import contextlib
import ctypes
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType

from compiled_modules import ENGINE

# The modules that are compiled: C among them is ours, and what does not end there is our fault.
OURS = {f"{name}.py" for name in ENGINE}
# Of the processor's time, and of the clock's: a busy machine makes no program endless.
PROCESSOR_SECONDS = 10.0
CLOCK_SECONDS = 60.0
MOST_MEMORY = 1 << 30
LOOK_EVERY = 0.05


class Stopped(BaseException):
    """Raised within a program that has taken too long, or too much."""


class Watch:
    """Looks at the program that is under way, from a thread of its own, and stops it where it goes too far."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._deadlines: tuple[float, float, int] | None = None
        self._threads: set[int] = set()
        self.reason = ""
        threading.Thread(target=self._look, daemon=True).start()

    @contextlib.contextmanager
    def over(self) -> Iterator[None]:
        """Watch what is done within, in this thread and in those that ``join`` it."""
        with self._lock:
            self.reason = ""
            self._threads = {threading.get_ident()}
            clock, processor = time.monotonic() + CLOCK_SECONDS, time.process_time() + PROCESSOR_SECONDS
            self._deadlines = (clock, processor, _memory() + MOST_MEMORY)
        try:
            yield
        finally:
            self._leave(last=True)

    @contextlib.contextmanager
    def joined(self) -> Iterator[None]:
        """Let this thread be stopped along with the program."""
        with self._lock:
            self._threads.add(threading.get_ident())
        try:
            yield
        finally:
            self._leave(last=False)

    def _leave(self, last: bool) -> None:
        while True:
            with contextlib.suppress(Stopped):  # which may come in the midst of this
                with self._lock:
                    self._threads.discard(threading.get_ident())
                    if last:
                        self._deadlines = None
                    _send(threading.get_ident(), None)  # what was sent and has not come must not come later
                return

    def _look(self) -> None:
        while True:
            time.sleep(LOOK_EVERY)
            with self._lock:
                if self._deadlines is None:
                    continue
                clock, processor, memory = self._deadlines
                if _memory() > memory:
                    self.reason = "takes ever more memory"
                elif time.monotonic() > clock or time.process_time() > processor:
                    self.reason = "does not end"
                if self.reason:
                    # Again and again: it may be swallowed, in a __del__ for one.
                    for thread in self._threads:
                        _send(thread, Stopped)


def is_ours(trace: TracebackType | None) -> bool:
    """Whether C of ours was at work where a program was stopped."""
    names = [Path(frame.filename) for frame in traceback.extract_tb(trace)]
    return any(path.name in OURS and path.parent.name == "micrograd" for path in names)


def _send(thread: int, kind: type[BaseException] | None) -> None:
    given = ctypes.py_object(kind) if kind is not None else None
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), given)


def _memory() -> int:
    """Return how many bytes of memory the process has; 0 where that is not to be had."""
    try:
        with open("/proc/self/statm") as status:
            return int(status.read().split()[1]) * 4096
    except OSError:
        return 0


def run(watch: Watch, program: Callable[[], None]) -> str:
    """Run a program under a watch; return a note where it had to be stopped, empty where it ended.

    Raises ``AssertionError`` where it was stopped within the engine.
    """
    try:
        with watch.over():
            program()
    except Stopped as stopped:
        # It is sent again and again: on a busy machine the second may come while the first is on its way here.
        traces: list[TracebackType | None] = []
        error: BaseException | None = stopped
        while error is not None:
            traces.append(error.__traceback__)
            error = error.__context__
        place = traceback.extract_tb(traces[-1])
        where = "".join(traceback.format_list(place[-6:]))
        if any(map(is_ours, traces)):
            raise AssertionError(f"{watch.reason}, within the engine:\n{where}") from None
        return f"{watch.reason} by itself, and was stopped:\n{where}"
    return ""
