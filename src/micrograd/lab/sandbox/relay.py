"""Stand between the code that runs and the process that grades: the only one of the two that knows the secret.

A notebook's cells run in a child, which gets everything but the run's token. This process never runs any of their
code. It lets through what is due, one message at a time, in the order that the cells' plan gives, and signs it;
whatever else comes from the child is somebody who speaks in the checks' place, and is reported as that.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import sys
from typing import IO, Any

from micrograd.lab.sandbox import channel

_SET_DUMPABLE = 4
_MOST_STRANGERS = 50
_MOST_SEEN = 50
_MOST_BEATS = 30


def tasks_of(cell: dict[str, Any]) -> list[int]:
    """Return the tasks that a cell belongs to."""
    return [] if cell["task"] is None else [cell["task"], *cell["also"]]


def plan(cells: list[dict[str, Any]], tasks: set[int]) -> list[tuple[str, int]]:
    """Return what happens in which order: ``("cell", index)``, and ``("look", task)`` after each task's last cell.

    A task without a cell of its own is looked at when all cells have run.
    """
    last = {task: index for index, cell in enumerate(cells) for task in tasks_of(cell)}
    steps: list[tuple[str, int]] = []
    for index, cell in enumerate(cells):
        steps.append(("cell", index))
        steps += [("look", task) for task in sorted(tasks_of(cell)) if task in tasks and last[task] == index]
    return steps + [("look", task) for task in sorted(tasks - set(last))]


class Relay:
    """Passes messages between the grading process (``inlet``, ``outlet``) and the child (``read``, ``write``)."""

    def __init__(self, inlet: IO[bytes], outlet: IO[bytes], read: IO[bytes], write: IO[bytes]) -> None:
        self._inlet, self._outlet, self._read, self._write = inlet, outlet, read, write
        self._strangers = self._seen = self._beats = 0

    def run(self, child: int) -> None:
        """Relay until the child has ended, and say how it ended if that was too early."""
        with contextlib.suppress(OSError, AttributeError):
            if sys.platform.startswith("linux"):
                # Nobody who is not root can look into this process from now on.
                ctypes.CDLL(None).prctl(_SET_DUMPABLE, 0, 0, 0, 0)
        job = json.loads(self._inlet.readline() or b"{}")
        if not job:
            return
        self._token = job.pop("token")
        self._due = self._expected(job)
        done = False
        with contextlib.suppress(OSError):
            channel.write(self._write, job)
            done = self._pass_on()
        if done:
            self._send({"type": "end"})
            return
        _, status = os.waitpid(child, 0)
        self._send({"type": "died", "code": os.waitstatus_to_exitcode(status)})

    @staticmethod
    def _expected(job: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the messages that are due: what each has to say besides its content."""
        due: list[dict[str, Any]] = []
        for kind, number in plan(job["cells"], set(job["tasks"])):
            if kind == "cell":
                due += [{"type": "begin", "index": number}, {"type": "cell", "index": number}]
            else:
                due += [{"type": "ready", "task": number}, {"type": "observed", "task": number}]
        return [*due, {"type": "end"}]

    def _pass_on(self) -> bool:
        """Pass on what is due until that is all, or the child has ended; return whether it was all."""
        position = 0
        while line := self._read.readline(channel.LONGEST + 1):
            if line == b"\n":
                continue
            message = channel.parsed(line)
            kind = message.get("type") if message else None
            if message and kind == "saw" and self._seen < _MOST_SEEN:
                self._seen += 1
                self._send(message)
                continue
            if message and kind == "training" and self._beats < _MOST_BEATS:
                self._beats += 1
                self._send({"type": "training"})
                continue
            if message and kind == "full":
                self._send({"type": "full"})
                continue
            due = self._due[position]
            exact = message and all(
                type(message.get(name)) is type(value) and message[name] == value
                for name, value in due.items()
            )
            if not message or not exact:
                self._strangers += 1
                if self._strangers <= _MOST_STRANGERS:
                    self._send({"type": "stranger"})
                continue
            position += 1
            if position == len(self._due):
                return True
            self._send(message)
            if kind == "ready":
                # Only now is it known what is asked.
                self._write.write(self._inlet.readline())
                self._write.flush()
        return False

    def _send(self, message: dict[str, Any]) -> None:
        channel.write(self._outlet, {**message, "token": self._token})
