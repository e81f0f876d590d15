"""Remove what a submission left behind."""

from __future__ import annotations

import contextlib
import os
import shutil
import time


def remove(folder: str) -> None:
    """Remove a folder and all in it, whatever rights were taken away and however deep it is. Never raises."""
    for _ in range(3):
        # First: Python's own way into a folder goes as deep as the folder, and gives up where its stack ends.
        with contextlib.suppress(OSError):
            _flatten(folder)
        with contextlib.suppress(RecursionError):
            shutil.rmtree(folder, ignore_errors=True)
        if not os.path.lexists(folder):
            return


def _flatten(folder: str) -> None:
    """Give back the rights to what is in a folder, and bring to its top what lies too deep for a path."""
    waiting, count = [folder], 0
    while waiting:
        path = waiting.pop()
        with contextlib.suppress(OSError):
            os.chmod(path, 0o700)
            with os.scandir(path) as entries:
                inside = [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
            for inner in inside:
                if len(inner) - len(folder) > 500:
                    count += 1
                    os.chmod(inner, 0o700)
                    lifted = os.path.join(folder, f"{count}.{os.getpid()}.{time.monotonic_ns()}")
                    os.rename(inner, lifted)
                    inner = lifted
                waiting.append(inner)
