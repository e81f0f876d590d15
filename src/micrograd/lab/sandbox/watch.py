"""Keep an eye on a running submission, and end it with everything that it started."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Literal

from micrograd._needs import needs
from micrograd.lab.sandbox.cgroups import Group
from micrograd.lab.sandbox.limits import Limits

with needs("lab"):
    import psutil

Reason = Literal["time", "memory", "processes", "written", "paused"]
_FAMILY_EVERY, _FOLDER_EVERY = 0.2, 0.5
_LONGEST_PAUSE = 1.5
"""Seconds. Whoever debugs stops a process, too; nobody debugs a submission."""
_RUNS_CELLS = ["-I", "-m", "micrograd.lab.sandbox.worker"]
MARK = "MICROGRAD_SUBMISSION"
_STOPPED = (psutil.STATUS_STOPPED, psutil.STATUS_TRACING_STOP)


class Watch:
    """The watch over one process and all its descendants, in ``folder``, until ``stop``.

    ``mark`` is the value of the environment variable by which descendants that ran away are found again; ``group``
    the control group in which all of them are, where there is one.
    """

    def __init__(
        self, process: subprocess.Popen[bytes], folder: Path, limits: Limits, mark: str, group: Group | None
    ) -> None:
        self._process, self._folder, self._limits, self._mark = process, folder, limits, mark
        self._group = group
        self._started = time.monotonic()
        self._family_due = self._folder_due = 0.0
        self._known: dict[int, psutil.Process] = {}
        self._runners: list[psutil.Process] = []
        self._going_at = 0.0

    @property
    def seconds(self) -> float:
        """How long it has been running."""
        return time.monotonic() - self._started

    def exceeded(self) -> Reason | None:
        """Return which limit is broken, if one is."""
        if self.seconds > self._limits.seconds:
            return "time"
        # Looking through all of the machine's processes is not free, and a notebook sends many messages.
        if self.seconds < self._family_due:
            return None
        self._family_due = self.seconds + _FAMILY_EVERY
        if self._group and self._group.out_of_memory():
            return "memory"
        family = self._family()
        if len(family) > self._limits.processes:
            return "processes"
        if not self._is_paused(family):
            self._going_at = self.seconds
        elif self.seconds - self._going_at > _LONGEST_PAUSE:
            return "paused"
        if sum(_memory(process) for process in family) > self._limits.memory and (
            # What processes share is in each one's count; finding out takes a while.
            sum(_own_memory(process) for process in family) > self._limits.memory
        ):
            return "memory"
        if self.seconds >= self._folder_due:
            self._folder_due = self.seconds + _FOLDER_EVERY
            if written(self._folder, self._limits.written) + _without_name(family) > self._limits.written:
                return "written"
        return None

    def _is_paused(self, family: list[psutil.Process]) -> bool:
        """Tell whether one of the two processes without which nothing goes on, the relay and its child, is stopped.

        What a cell has started itself may be: nobody waits for that but the cell.
        """
        with contextlib.suppress(psutil.Error, OSError):
            if not self._runners:
                relay = next((process for process in family if process.cmdline()[1:] == _RUNS_CELLS), None)
                children = relay.children() if relay else []
                self._runners = [relay, *children] if relay and children else []
            return any(process.status() in _STOPPED for process in self._runners)
        return False

    def wait(self, seconds: float) -> None:
        """Give the process a moment to end by itself, so that its exit status is its own."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=seconds)

    def stop(self, alone: bool) -> None:
        """End the process and its descendants; ``alone`` when the walls end them all with the first."""
        with contextlib.suppress(psutil.Error):
            self._family()
        with contextlib.suppress(OSError):
            if sys.platform == "win32":
                self._process.kill()
            else:
                os.killpg(self._process.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=10)
        # Until nobody is left who could start another.
        for _ in range(50):
            left = [process for process in self._known.values() if _lives(process)]
            if not alone:
                left += self._runaways()
            for process in left:
                with contextlib.suppress(psutil.Error):
                    process.kill()
            if not left:
                break
            time.sleep(0.02)

    def _family(self) -> list[psutil.Process]:
        try:
            first = psutil.Process(self._process.pid)
            family = [first, *first.children(recursive=True)]
        except psutil.Error:
            return []
        if len(self._known) < 10_000:
            self._known.update({process.pid: process for process in family})
        return family

    def _runaways(self) -> list[psutil.Process]:
        """Find descendants that left the family (a daemon does), by the mark in their environment."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                if process.environ().get(MARK) == self._mark and process.pid != self._process.pid:
                    found.append(process)
        return found


def written(folder: Path, enough: int) -> int:
    """Return the bytes that the files in a folder occupy or claim; stops counting beyond ``enough``.

    Each file counts for a block at least, so that a million empty ones are not free. Links are not followed.
    """
    total = 0
    waiting = [str(folder)]
    while waiting and total <= enough:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    with contextlib.suppress(OSError):
                        total += max(4096, entry.stat(follow_symlinks=False).st_size)
                    if total > enough:
                        break
        except OSError:
            continue
    return total


def _without_name(family: list[psutil.Process]) -> int:
    """Return the bytes of files that these processes hold open and that are in no folder (any more).

    On a disk they are files that were deleted; in memory (``memfd_create``) they never had a name, and do not count
    as any process's memory. Linux only: elsewhere there is no telling.
    """
    sizes: dict[tuple[int, int], int] = {}
    for process in family:
        with contextlib.suppress(OSError), os.scandir(f"/proc/{process.pid}/fd") as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    status = entry.stat()
                    if stat.S_ISREG(status.st_mode) and status.st_nlink == 0:
                        sizes[status.st_dev, status.st_ino] = status.st_blocks * 512
    return sum(sizes.values())


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _memory(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def _own_memory(process: psutil.Process) -> int:
    """Return a process's memory, what it shares with others divided among them; where that can be known."""
    try:
        with open(f"/proc/{process.pid}/smaps_rollup", encoding="ascii") as file:
            for line in file:
                if line.startswith("Pss:"):
                    return 1024 * int(line.split()[1])
    except (OSError, ValueError, IndexError):
        pass
    return _memory(process)


def running_now() -> int:
    """Return how many processes and threads the user runs, which is what the system's own limit counts."""
    if sys.platform == "win32":
        return 0
    mine = os.getuid()
    count = 0
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.uids().real == mine:
                count += process.num_threads()
    return count
