"""A control group for each submission, where this system lets one be made: the kernel then counts for all of it.

What the watch sees five times a second, the kernel sees at every page: the processes' own memory, what the box holds,
pipes and sockets; and the number of processes binds root, too. Both versions of Linux's interface are known
(``Documentation/admin-guide/cgroup-v2.rst`` and ``cgroup-v1/`` in the kernel's tree). A group is made beside the one of
this process or below it. Whether that works is tried before it is believed.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from micrograd.lab.sandbox.limits import MEGABYTE, Limits

_PREFIX = "micrograd-submission-"
_SPARE_PROCESSES = 16
"""For the walls themselves, and the relay."""
# The last words of an interpreter that only writes its own number into each group, then becomes the command.
_ENTER = 'while [ "$1" != -- ]; do echo $$ > "$1/cgroup.procs" || exit 90; shift; done; shift; exec "$@"'
_WANTED = ("memory", "pids")


@dataclass(frozen=True)
class Place:
    """Where groups can be made: one folder for both controllers (version 2), or one for each (version 1)."""

    version: int
    folders: tuple[Path, ...]


class Group:
    """One submission's group, made in ``place`` and bound to ``limits``. Raises ``OSError`` where that is refused."""

    def __init__(self, place: Place, limits: Limits) -> None:
        name = f"{_PREFIX}{os.getpid()}-{secrets.token_hex(4)}"
        self._version = place.version
        self._folders: list[Path] = []
        try:
            for parent in place.folders:
                folder = parent / name
                folder.mkdir()
                self._folders.append(folder)
            self._bind(limits)
        except OSError:
            self.end()
            raise

    def _bind(self, limits: Limits) -> None:
        memory, processes = limits.memory + limits.written, limits.processes + _SPARE_PROCESSES
        first, last = self._folders[0], self._folders[-1]
        if self._version == 2:
            (first / "memory.max").write_text(str(memory))
            (first / "memory.oom.group").write_text("1")
            swap = first / "memory.swap.max"
        else:
            (first / "memory.limit_in_bytes").write_text(str(memory))
            swap = first / "memory.memsw.limit_in_bytes"
        if swap.exists():
            swap.write_text("0" if self._version == 2 else str(memory))
        (last / "pids.max").write_text(str(processes))

    def command(self) -> list[str]:
        """Return what to put before a command so that it runs in the group from its first instruction on."""
        return ["/bin/sh", "-c", _ENTER, "sh", *map(str, self._folders), "--"]

    def out_of_memory(self) -> bool:
        """Tell whether the kernel has ended something in the group for want of memory."""
        name = "memory.events" if self._version == 2 else "memory.oom_control"
        with contextlib.suppress(OSError, ValueError):
            for line in (self._folders[0] / name).read_text(encoding="ascii").splitlines():
                key, _, count = line.partition(" ")
                if key == "oom_kill":
                    return int(count) > 0
        return False

    def end(self) -> None:
        """End all that is in the group, whoever started it, and remove the group. Never raises."""
        until = time.monotonic() + 5
        for folder in self._folders:
            while folder.is_dir():
                for pid in _inside(folder):
                    with contextlib.suppress(OSError):
                        os.kill(pid, signal.SIGKILL)
                with contextlib.suppress(OSError):
                    folder.rmdir()
                    break
                if time.monotonic() > until:
                    break
                time.sleep(0.01)


def make(limits: Limits) -> Group | None:
    """Return a group for one submission, None where the system lets none be made."""
    place = find()
    if place is None:
        return None
    with contextlib.suppress(OSError):
        return Group(place, limits)
    return None


@cache
def find() -> Place | None:
    """Return where groups can be made on this machine; tried with a command, and None where that does not work."""
    if not sys.platform.startswith("linux"):
        return None
    for place in candidates(Path("/proc/self/cgroup"), Path("/proc/self/mounts")):
        _sweep(place)
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            group = Group(place, Limits(memory=64 * MEGABYTE, written=0))
            try:
                probe = [*group.command(), "/bin/cat", "/proc/self/cgroup"]
                said = subprocess.run(probe, capture_output=True, text=True, timeout=10, check=True).stdout
                if said.count(group._folders[0].name) >= len(place.folders):
                    return place
            finally:
                group.end()
    return None


def candidates(own: Path, mounts: Path) -> Iterator[Place]:
    """Yield places that may do, given the files in which the kernel says where this process and the groups are."""
    try:
        groups = [line.split(":", 2) for line in own.read_text(encoding="utf-8").splitlines()]
        mounted = [line.split() for line in mounts.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError):
        return
    at: dict[str, Path] = {}
    for _, where, kind, options, *_ in mounted:
        for name in ("",) if kind == "cgroup2" else options.split(",") if kind == "cgroup" else ():
            at.setdefault(name, Path(where))
    paths = {name: path for _, names, path in groups for name in names.split(",")}
    if "" in at and "" in paths:
        mine = at[""] / paths[""].lstrip("/")
        # Beside this process: a group that has processes of its own cannot hand its controllers on.
        for parent in (mine, mine.parent):
            with contextlib.suppress(OSError):
                handed_on = (parent / "cgroup.subtree_control").read_text(encoding="ascii").split()
                if set(_WANTED) <= set(handed_on):
                    yield Place(2, (parent,))
    if all(name in at and name in paths for name in _WANTED):
        yield Place(1, tuple(at[name] / paths[name].lstrip("/") for name in _WANTED))


def _sweep(place: Place) -> None:
    """Remove the groups of those who were ended before they could."""
    for parent in place.folders:
        with contextlib.suppress(OSError):
            for folder in list(parent.glob(f"{_PREFIX}*")):
                pid = folder.name.removeprefix(_PREFIX).partition("-")[0]
                if pid.isdecimal() and not os.path.exists(f"/proc/{pid}"):
                    for left in _inside(folder):
                        with contextlib.suppress(OSError):
                            os.kill(left, signal.SIGKILL)
                    with contextlib.suppress(OSError):
                        folder.rmdir()


def _inside(folder: Path) -> list[int]:
    with contextlib.suppress(OSError, ValueError):
        return [int(line) for line in (folder / "cgroup.procs").read_text(encoding="ascii").split()]
    return []
