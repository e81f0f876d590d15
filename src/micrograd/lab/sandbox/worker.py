"""Run one notebook's cells and let the checks look: the program inside the walls.

It is started with the channel as its standard input and output, takes those away from the code that it runs, and
sends what happens as it happens, so that whatever ends it, the part before is known.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType, ModuleType
from typing import IO, Any

from micrograd.lab.sandbox import channel
from micrograd.lab.sandbox.limits import Limits, apply


class CellTimeout(BaseException):
    """A cell took longer than it may. Not an ``Exception``, so that ``except Exception`` does not swallow it."""


class Worker:
    """One notebook on its way through the shell."""

    def __init__(self, inlet: IO[bytes], outlet: IO[bytes]) -> None:
        self._inlet, self._outlet = inlet, outlet
        job = json.loads(inlet.readline())
        self._token: str = job["token"]
        self._cells: list[dict[str, Any]] = job["cells"]
        self._words: dict[str, str] = job["words"]
        self._scaffold: bool = any(cell["name"] for cell in self._cells)
        self._limits = Limits(**job["limits"])
        self._tasks: set[int] = set(job["tasks"])
        self._outputs_of: dict[int | None, list[dict[str, Any]]] = {}
        self._process = os.getpid()
        apply(self._limits, job["processes_now"])

    def run(self) -> None:
        """Run all cells in order, and after each task's last cell let its checks look."""
        # Loaded before any of the student's code runs.
        from micrograd.lab import checks
        from micrograd.lab.checks import recording
        from micrograd.lab.sandbox.borrowing import Borrowing
        from micrograd.lab.sandbox.shell import Outputs, Stream, make_shell

        self._checks, self._recording = checks, recording
        self._outputs = Outputs(self._limits.printed, self._limits.report // 2)
        self._shell: Any = make_shell(self._outputs)
        self._variables = _main_module(self._shell)
        self._recorder = recording.Recorder(self._variables)
        recording.install(self._shell, self._recorder)
        self._borrowing = Borrowing()
        self._streams = Stream(self._outputs, "stdout"), Stream(self._outputs, "stderr")
        sys.path.insert(0, "")  # modules beside the notebook, as in Jupyter
        _inline_figures()
        last = {task: index for index, cell in enumerate(self._cells) for task in _tasks_of(cell)}
        seen: set[int] = set()
        for index, cell in enumerate(self._cells):
            self._run_cell(index, cell)
            for task in sorted(_tasks_of(cell)):
                if task in self._tasks and last[task] == index:
                    seen.add(task)
                    self._look(task)
        # A notebook without our headings: everything is there at the end.
        for task in sorted(self._tasks - seen):
            self._look(task)
        self._send({"type": "end"})

    def _run_cell(self, index: int, cell: dict[str, Any]) -> None:
        self._outputs.begin()
        # Whatever the cell before did with them.
        sys.stdout, sys.stderr = self._streams
        self._send({"type": "begin", "index": index})
        started = time.monotonic()
        record = self._recording.Cell(
            cell["source"], cell["name"] or f"cell {index}", tuple(_tasks_of(cell)), cell["given"]
        )
        self._recorder.begin(record)
        with self._borrowing.watching() as borrowed:
            timed_out = self._within(lambda: self._shell.run_cell(cell["source"], store_history=True))
        if timed_out:
            self._outputs.items = [item for item in self._outputs.items if item.get("name") != "CellTimeout"]
            self._outputs.error("Timeout", f"more than {self._limits.cell_seconds:g} s", "")
        items = self._outputs.items
        self._recorder.end(stopped=any(item.get("type") == "error" for item in items))
        if not cell["given"]:
            for task in _tasks_of(cell) or [None]:
                self._outputs_of.setdefault(task, []).extend(items)
        seconds = time.monotonic() - started
        message = {"type": "cell", "index": index, "outputs": items, "seconds": seconds}
        self._send({**message, "borrowed": bool(borrowed)})

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
        outputs = [{"text": item.get("text", ""), "kinds": item.get("kinds", [])} for item in items]
        for output, item in zip(outputs, items):
            output["text"] += item.get("data", {}).get("text/plain", "")
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

        timed_out = self._within(look)
        self._send({"type": "observed", "task": task, "observed": observed, "timed_out": timed_out})

    def _within(self, call: Any) -> bool:
        """Call within the time that a cell has; return whether the time ran out."""
        if not hasattr(signal, "setitimer"):  # Windows: the watch outside ends everything
            call()
            return False
        self._expired = False
        # The alarm repeats, for code that catches everything inside its loop.
        signal.signal(signal.SIGALRM, self._ring)
        signal.setitimer(signal.ITIMER_REAL, self._limits.cell_seconds, 1.0)
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
        self._expired = True
        raise CellTimeout

    def _send(self, message: dict[str, Any]) -> None:
        if os.getpid() != self._process:
            os._exit(0)  # a cell forked, and its child came back out of the cell: it has no say here
        channel.write(self._outlet, {**message, "token": self._token})


def _tasks_of(cell: dict[str, Any]) -> list[int]:
    """Return the tasks that a cell belongs to."""
    return [] if cell["task"] is None else [cell["task"], *cell["also"]]


def _main_module(shell: Any) -> dict[str, Any]:
    """Give the shell a ``__main__`` of its own and return its variables."""
    module = ModuleType("__main__")
    shell.user_module = module
    shell.user_ns = module.__dict__
    shell.init_user_ns()
    sys.modules["__main__"] = module
    variables: dict[str, Any] = shell.user_ns
    return variables


def _inline_figures() -> None:
    """Show figures at the end of the cell that draws them, as Jupyter does, without importing matplotlib now."""
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    os.environ["MPLCONFIGDIR"] = str(Path.cwd().parent / "matplotlib")


def main() -> None:
    """Take the channel away from the standard streams, then run."""
    inlet = os.fdopen(os.dup(0), "rb")
    outlet = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    # What is printed past Python (by other programs, by C code) goes to a file that cannot grow without end.
    printed = os.open("../printed.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(printed, 1)
    os.dup2(printed, 2)
    sys.stdin = open(os.devnull)  # noqa: SIM115 - open as long as the process lives
    with contextlib.suppress(BrokenPipeError):
        Worker(inlet, outlet).run()


if __name__ == "__main__":
    main()
