"""What is made once in a run of the tests, however many processes share the work (``pytest -n``)."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

_VARIABLE = "MICROGRAD_TESTS_SHARED"


def shared_folder() -> Path:
    """Return the folder of this run, which goes when the tests end.

    The process that makes it is pytest's first; the workers that it starts find it in their environment.
    """
    if _VARIABLE not in os.environ:
        os.environ[_VARIABLE] = tempfile.mkdtemp(prefix="micrograd-tests-")
        atexit.register(shutil.rmtree, os.environ[_VARIABLE], ignore_errors=True)
    return Path(os.environ[_VARIABLE])


def once(name: str, make: Callable[[Path], object]) -> Path:
    """Return the folder ``name``, which ``make`` filled: here, or in whichever process asked for it first.

    Where ``make`` raises, nothing is kept, and the next who asks tries again.
    """
    # Not at the top: the engine's tests run without it too, on Pythons that have little installed.
    from filelock import FileLock

    folder = shared_folder() / name
    with FileLock(folder.with_name(f"{name}.lock")):
        if not folder.exists():
            unfinished = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=shared_folder()))
            try:
                make(unfinished)
                unfinished.rename(folder)
            finally:
                shutil.rmtree(unfinished, ignore_errors=True)
    return folder
