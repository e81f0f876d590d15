"""Run one notebook's cells and let the checks look: the program inside the walls.

It is started with the channel as its standard input and output, and divides in two: a relay, which keeps the channel
and the run's secret, and a child, which runs the cells and tells the relay what happens as it happens, so that
whatever ends it, the part before is known.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import socket
import sys
import threading
import time
import traceback
from pathlib import Path
from types import FrameType, ModuleType
from typing import IO, Any

from micrograd.lab.sandbox import channel
from micrograd.lab.sandbox.enter import BOX
from micrograd.lab.sandbox.limits import Limits, apply
from micrograd.lab.sandbox.relay import Relay, plan, tasks_of

_THIS = sys.modules[__name__]
_LONGEST_STEP = 5.0
"""Seconds between two backward passes of one training, on a slow engine and a slow machine."""


_BEAT_EVERY = 5.0
_LOOKED_AT = ("kinds", "by", "numbers", "dot")
"""What the checks learn of an output, besides its text."""


class CellTimeout(BaseException):
    """A cell took longer than it may. Not an ``Exception``, so that ``except Exception`` does not swallow it."""


class Worker:
    """One notebook on its way through the shell."""

    def __init__(self, inlet: IO[bytes], outlet: IO[bytes]) -> None:
        self._inlet, self._outlet = inlet, outlet
        job = json.loads(inlet.readline())
        self._cells: list[dict[str, Any]] = job["cells"]
        self._words: dict[str, str] = job["words"]
        self._scaffold: bool = any(cell["name"] for cell in self._cells)
        self._limits = Limits(**job["limits"])
        self._tasks: set[int] = set(job["tasks"])
        self._outputs_of: dict[int | None, list[dict[str, Any]]] = {}
        self._process = os.getpid()
        self._box: str = job["box"]
        self._sending = threading.Lock()
        apply(self._limits, job["processes_now"])

    def run(self) -> None:
        """Run all cells in order, and after each task's last cell let its checks look."""
        # Loaded before any of the student's code runs.
        from micrograd.lab import checks
        from micrograd.lab.checks import listening, recording, trails
        from micrograd.lab.sandbox.borrowing import Borrowing
        from micrograd.lab.sandbox.hiding import hide
        from micrograd.lab.sandbox.seeing import Seeing
        from micrograd.lab.sandbox.shell import Outputs, Stream, make_shell

        self._checks, self._trails = checks, trails
        self._outputs = Outputs(self._limits.printed, self._limits.report // 2)
        self._shell: Any = make_shell(self._outputs)
        self._variables = _main_module(self._shell)
        self._recorder = recording.Recorder(self._variables)
        listening.install(self._shell, self._recorder)
        self._borrowing = Borrowing()
        self._streams = Stream(self._outputs, "stdout"), Stream(self._outputs, "stderr")
        sys.path.insert(0, "")  # modules beside the notebook, as in Jupyter
        _inline_figures(self._box)
        ours = {**hide(), "micrograd.lab.sandbox.worker": _THIS}
        self._seeing = Seeing(lambda key, what: self._send({"type": "saw", "key": key, "what": what}), ours)
        for step, number in plan(self._cells, self._tasks):
            if step == "cell":
                self._run_cell(number, self._cells[number])
            else:
                self._look(number)
        self._send({"type": "end"})

    def _run_cell(self, index: int, cell: dict[str, Any]) -> None:
        self._outputs.begin()
        # Whatever the cell before did with them.
        sys.stdout, sys.stderr = self._streams
        self._send({"type": "begin", "index": index})
        started = time.monotonic()
        record = self._trails.Cell(
            cell["source"], cell["name"] or f"cell {index}", tuple(tasks_of(cell)), cell["given"]
        )
        self._recorder.begin(record)
        with self._borrowing.watching() as borrowed, self._seeing.watching():
            timed_out = self._within(lambda: self._shell.run_cell(cell["source"], store_history=True))
        if timed_out:
            self._outputs.items = [item for item in self._outputs.items if item.get("name") != "CellTimeout"]
            self._outputs.error("Timeout", f"more than {self._allowed:g} s", "")
        items = self._outputs.items
        if self._seeing.drew():
            items = [{**item, "dot": True} for item in items]
        self._recorder.end(stopped=any(item.get("type") == "error" for item in items))
        if not cell["given"]:
            tasks: list[int | None] = [*tasks_of(cell)]
            for task in tasks or [None]:
                self._outputs_of.setdefault(task, []).extend(items)
        seconds = time.monotonic() - started
        message = {"type": "cell", "index": index, "seconds": seconds, "borrowed": bool(borrowed)}
        if len(json.dumps(items)) > channel.LONGEST // 2:
            errors = [item for item in items if item.get("type") == "error"]
            items = [{"type": "cut", "limit": channel.LONGEST // 2}, *errors]
        shown = [{name: value for name, value in item.items() if name != "numbers"} for item in items]
        self._send({**message, "outputs": shown})
        if self._is_full():
            self._send({"type": "full"})

    def _is_full(self) -> bool:
        """Tell whether the file system that the cells write to has been filled, in bytes or in files."""
        if self._box != BOX:
            return False  # on the machine's own disk, the watch outside counts
        try:
            state = os.statvfs(self._box)
        except OSError:
            return True
        return state.f_bavail * state.f_bsize < state.f_blocks * state.f_bsize // 50 or state.f_ffree < 50

    def _look(self, task: int) -> None:
        """Ask what to look at, look, and report."""
        self._send({"type": "ready", "task": task})
        line = self._inlet.readline()
        if not line:
            sys.exit(0)
        asked = json.loads(line)["questions"]
        items = self._outputs_of.get(task)
        if items is None:  # no headings: everything that was shown
            items = [item for group in self._outputs_of.values() for item in group]
        outputs = [{name: item[name] for name in _LOOKED_AT if name in item} for item in items]
        for output, item in zip(outputs, items):
            output["text"] = item.get("text", "") + item.get("data", {}).get("text/plain", "")
        view = self._checks.View(
            self._variables,
            outputs,
            self._words.get(str(task), ""),
            cells=self._recorder.cells,
            scaffold=self._scaffold,
        )
        observed: dict[str, Any] = {}
        self._outputs.begin()

        def look() -> None:
            observed.update(self._checks.observe(task, view, asked))

        with self._seeing.watching(looking=True):
            timed_out = self._within(look)
        self._send({"type": "observed", "task": task, "observed": observed, "timed_out": timed_out})

    def _within(self, call: Any) -> bool:
        """Call within the time that a cell has; return whether the time ran out."""
        if not hasattr(signal, "setitimer"):  # Windows: the watch outside ends everything
            call()
            return False
        self._expired, self._allowed = False, self._limits.cell_seconds
        self._begun, self._passes, self._trained = time.monotonic(), self._recorder.passes, 0.0
        self._last_beat = 0.0
        # The alarm repeats, for code that catches everything inside its loop.
        signal.signal(signal.SIGALRM, self._ring)
        signal.setitimer(signal.ITIMER_REAL, self._limits.cell_seconds, 0.5)
        try:
            call()
        except CellTimeout:
            pass
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            self._outputs.error(type(error).__name__, str(error), "")
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        return self._expired

    def _ring(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if self._recorder.passes > self._passes:
            self._passes, self._trained = self._recorder.passes, now
        if now - self._trained < _LONGEST_STEP and not self._expired:
            self._allowed = self._limits.training_seconds
            if now - self._begun < self._allowed:
                self._beat(now)
                return  # it trains: on a slow engine that takes its time
        self._expired = True
        raise CellTimeout

    def _beat(self, now: float) -> None:
        """Give word that the cell goes on, unless the handler has interrupted somebody who speaks."""
        if now - self._last_beat > _BEAT_EVERY and self._sending.acquire(blocking=False):
            self._last_beat = now
            try:
                channel.write(self._outlet, {"type": "training"}, afresh=True)
            finally:
                self._sending.release()

    def _send(self, message: dict[str, Any]) -> None:
        if os.getpid() != self._process:
            os._exit(0)  # a cell forked, and its child came back out of the cell: it has no say here
        with self._sending:
            channel.write(self._outlet, message, afresh=True)


def _main_module(shell: Any) -> dict[str, Any]:
    """Give the shell a ``__main__`` of its own and return its variables."""
    module = ModuleType("__main__")
    shell.user_module = module
    shell.user_ns = module.__dict__
    shell.init_user_ns()
    sys.modules["__main__"] = module
    variables: dict[str, Any] = shell.user_ns
    return variables


def _inline_figures(box: str) -> None:
    """Show figures at the end of the cell that draws them, as Jupyter does, without importing matplotlib now."""
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    os.environ["MPLCONFIGDIR"] = str(Path(box) / "matplotlib")


def main() -> None:
    """Take the channel away from the standard streams, then run."""
    inlet = os.fdopen(os.dup(0), "rb")
    outlet = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    # What is printed past Python (by other programs, by C code) goes where standard error goes: to a file that
    # cannot grow without end.
    os.dup2(2, 1)
    sys.stdin = open(os.devnull)  # noqa: SIM115 - open as long as the process lives
    if not hasattr(os, "fork"):  # Windows: one process, with the secret in it
        _alone(inlet, outlet)
        return
    ours, theirs = socket.socketpair()
    child = os.fork()
    if child:
        theirs.close()
        with contextlib.suppress(BrokenPipeError):
            Relay(inlet, outlet, ours.makefile("rb"), ours.makefile("wb")).run(child)
        return
    ours.close()
    inlet.close()
    outlet.close()
    code = 1
    try:
        with contextlib.suppress(BrokenPipeError):
            Worker(theirs.makefile("rb"), theirs.makefile("wb")).run()
            code = 0
    finally:
        if code:
            traceback.print_exc()
        # Not by the interpreter's own way out, on which a cell may have left something.
        os._exit(code)


def _alone(inlet: IO[bytes], outlet: IO[bytes]) -> None:
    """Run the cells and speak for them in one process."""
    first = json.loads(inlet.readline())
    token = first.pop("token")

    class Signed(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, line: Any) -> int:
            for part in bytes(line).split(b"\n"):
                if part:
                    channel.write(outlet, {**json.loads(part), "token": token})
            return len(line)

    class Given(io.RawIOBase):
        def readline(self, size: int | None = -1, /) -> bytes:
            nonlocal first
            line = json.dumps(first).encode() + b"\n" if first else inlet.readline()
            first = {}
            return line

    Worker(Given(), Signed()).run()  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
