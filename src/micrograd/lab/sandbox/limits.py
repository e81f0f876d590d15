"""What a submission may use."""

from __future__ import annotations

import contextlib
import sys
from dataclasses import dataclass

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Bounds on one submission's run; seconds and bytes.

    ``cell_seconds`` ends one cell, and the next ones still run; all the others end the submission, and so does a cell
    that goes on for half as long again (5 s at least): nothing that runs inside will end it. A cell that trains may
    take longer: an engine in plain Python, as micrograd's own, is fifty times slower than ours.
    """

    seconds: float = 120.0
    cell_seconds: float = 30.0
    memory: int = 3072 * MEGABYTE
    processes: int = 64
    written: int = 256 * MEGABYTE
    """Bytes that the submission may leave in its folder."""
    files: int = 20_000
    """Files and folders that it may make, where the walls have a file system of their own."""
    printed: int = MEGABYTE
    """Characters that one cell may print; the rest is dropped, and far beyond that the cell is stopped."""
    report: int = 32 * MEGABYTE
    """Bytes of outputs that are taken over into the report, figures included."""

    @property
    def silence(self) -> float:
        """Seconds without a word from the run, once it has begun, after which a cell has shown to be unstoppable."""
        return self.cell_seconds + max(5.0, self.cell_seconds / 2)

    @property
    def training_seconds(self) -> float:
        """How long a cell may take that goes on propagating gradients, of which it gives word now and then."""
        return 2.5 * self.cell_seconds


def apply(limits: Limits, processes_now: int) -> None:
    """Bind this process, and all that it will start, to the limits that the system itself enforces.

    ``processes_now`` is how many processes and threads the user already runs: the system counts those too.
    Does nothing where the system has no such limits (Windows); the watch over the process still holds there.
    """
    if sys.platform == "win32":
        return
    import resource

    def bound(name: str, value: int) -> None:
        kind = getattr(resource, name, None)
        if kind is None:
            return
        _, hard = resource.getrlimit(kind)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (value, value))

    bound("RLIMIT_CPU", int(limits.seconds) + 5)
    bound("RLIMIT_FSIZE", limits.written)
    bound("RLIMIT_CORE", 0)
    bound("RLIMIT_MSGQUEUE", 0)
    bound("RLIMIT_NOFILE", 512)
    bound("RLIMIT_NPROC", processes_now + limits.processes)
    # Address space is more than memory: libraries reserve what they never touch.
    bound("RLIMIT_AS", 2 * limits.memory)
