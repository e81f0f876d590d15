"""Read what lies in a submission's folder, without being led out of it.

A folder that somebody handed in may hold links to anywhere, pipes that never end, and files of any size. Nothing
but regular files inside the folder is ever opened.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from micrograd.lab.checks.submitted import LARGEST, UnreadableError

MOST_FILES = 200
MOST_BYTES = 20 * 1024 * 1024
_MOST_LOOKED_AT = 5000
_LEFT_OUT = {".git", ".ipynb_checkpoints", "__pycache__", ".venv", "ml-venv", "lab-report", "node_modules"}


def beside(notebook: Path) -> dict[str, bytes]:
    """Return the files in a notebook's folder and below that its code may want: small ones, links left out."""
    root = notebook.parent
    found: dict[str, bytes] = {}
    total = looked_at = 0
    for folder, names, files in os.walk(root):
        looked_at += len(names) + len(files)
        if looked_at > _MOST_LOOKED_AT:  # no project: somebody's home
            break
        names[:] = sorted(
            name for name in names if name not in _LEFT_OUT and not (Path(folder) / name).is_symlink()
        )
        for name in sorted(files):
            path = Path(folder) / name
            if path.suffix == ".ipynb" or len(found) >= MOST_FILES:
                continue
            try:
                content = read_regular(path, MOST_BYTES - total)
            except (OSError, UnreadableError):
                continue
            total += len(content)
            found[path.relative_to(root).as_posix()] = content
    return found


def read_inside(root: Path, relative: Path) -> bytes:
    """Return the content of ``root / relative``, of at most ``LARGEST`` bytes.

    Raises ``UnreadableError`` if any part of the way is a link, or the end is no regular file, or it is too large;
    ``FileNotFoundError`` if it is not there.
    """
    path = root
    for part in relative.parts:
        path = path / part
        if path.is_symlink():
            raise UnreadableError("link", f"{path.relative_to(root)} -> {os.readlink(path)}")
    return read_regular(path, LARGEST)


def read_regular(path: Path, most: int) -> bytes:
    """Return a regular file's content, at most ``most`` bytes of it; never follows a link or waits for a pipe."""
    flags = (
        os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    handle = os.open(path, flags)
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableError("not-a-file", path.name)
        if status.st_size > most:
            raise UnreadableError("too-large", f"{status.st_size / 1e6:.0f} MB")
        content = file.read(most + 1)
    if len(content) > most:
        raise UnreadableError("too-large", f"{len(content) / 1e6:.0f} MB")
    return content
