"""Read what lies in a submission's folder, without being led out of it.

A folder that somebody handed in may hold links to anywhere, pipes that never end, files of any size, folders
within folders beyond any path's length, and names that are no text. Nothing but regular files inside the folder
is ever opened, and no more than a bounded number of names is looked at.
"""

from __future__ import annotations

import os
import stat
from collections import deque
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal, Protocol

from micrograd.lab.checks.submitted import LARGEST, UnreadableError

MOST_FILES = 200
MOST_BYTES = 20 * 1024 * 1024
MOST_ENTRIES = 5000
"""How many names of a folder (or an archive, or a commit) are looked at."""
DEEPEST = 12
LONGEST_PATH = 400
_LEFT_OUT = {
    ".git", ".ipynb_checkpoints", "__pycache__", ".venv", "ml-venv", "lab-report", "node_modules", "__macosx",
    ".ds_store", "thumbs.db", "desktop.ini",
}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One name in a tree: its path with ``/`` between the parts, its size in bytes, and what it is."""

    path: str
    size: int
    kind: Literal["file", "link", "other"]
    target: str = ""
    """Where a link leads."""

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of the path."""
        return tuple(self.path.split("/"))

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]


class Tree(Protocol):
    """The files of a submission, wherever they lie: a folder, a commit, a zip."""

    entries: list[Entry]
    """What there is, the ones near the top first, at most ``MOST_ENTRIES``."""
    whole: bool
    """Whether that is all there is."""
    notes: list[tuple[str, dict[str, Any]]]
    """What is out of the ordinary about the tree itself: the key of a text of the report, and what it says."""
    checkpoint: str
    """The path of a copy of a notebook that Jupyter made by itself, which is left out; empty where there is none."""

    def read(self, entry: Entry, most: int) -> bytes:
        """Return a file's content. Raises ``UnreadableError`` if it is larger than ``most``, or cannot be read."""


def is_checkpoint(path: str) -> bool:
    """Tell whether it is Jupyter's own copy of a notebook."""
    return ".ipynb_checkpoints/" in path and path.lower().endswith(".ipynb")


def is_left_out(parts: tuple[str, ...]) -> bool:
    """Tell whether nobody means this path when they hand in a folder (checkpoints, a virtual environment, ...)."""
    return any(part.lower() in _LEFT_OUT or part.startswith("._") for part in parts)


def is_proper(path: str) -> bool:
    """Tell whether a path that an archive or a commit gives is one inside it, and not absurdly long or deep."""
    parts = path.split("/")
    return (
        len(path) <= LONGEST_PATH
        and len(parts) <= DEEPEST
        and "\\" not in path
        and "\0" not in path
        and not any(part in ("", ".", "..") for part in parts)
        and ":" not in parts[0]
    )


class FolderTree:
    """The files of a folder on this machine."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.entries: list[Entry] = []
        self.whole = True
        self.notes: list[tuple[str, dict[str, Any]]] = []
        self.checkpoint = ""
        left = MOST_ENTRIES
        waiting: deque[tuple[str, ...]] = deque([()])
        while waiting:
            inside = waiting.popleft()
            try:
                with os.scandir(os.path.join(root, *inside)) as found:
                    names = sorted(islice(found, left + 1), key=lambda entry: entry.name)
            except OSError:
                self.whole = False
                continue
            if len(names) > left:
                self.whole = False
                names = names[:left]
            left -= len(names)
            for name in names:
                parts = (*inside, name.name)
                if is_left_out((name.name,)):
                    self.checkpoint = self.checkpoint or _checkpoint_in(name, "/".join(parts))
                    continue
                if name.is_dir(follow_symlinks=False):
                    if len(parts) < DEEPEST and len("/".join(parts)) < LONGEST_PATH:
                        waiting.append(parts)
                    else:
                        self.whole = False
                else:
                    self.entries.append(_entry(name, "/".join(parts)))

    def read(self, entry: Entry, most: int) -> bytes:
        """Return a file's content, never through a link."""
        return read_inside(self._root, Path(entry.path), most)


def _checkpoint_in(folder: os.DirEntry[str], path: str) -> str:
    if folder.name != ".ipynb_checkpoints" or not folder.is_dir(follow_symlinks=False):
        return ""
    try:
        with os.scandir(folder.path) as found:
            paths = [f"{path}/{name.name}" for name in islice(found, MOST_ENTRIES)]
    except OSError:
        return ""
    return next((path for path in sorted(paths) if is_checkpoint(path)), "")


def _entry(name: os.DirEntry[str], path: str) -> Entry:
    try:
        if name.is_symlink():
            return Entry(path, 0, "link", os.readlink(name.path))
        status = name.stat(follow_symlinks=False)
        return Entry(path, status.st_size, "file" if stat.S_ISREG(status.st_mode) else "other")
    except OSError:
        return Entry(path, 0, "other")


def beside(notebook: Path) -> dict[str, bytes]:
    """Return the files in a notebook's folder and below that its code may want: small ones, links left out."""
    return files_of(FolderTree(notebook.parent), "")


def files_of(tree: Tree, folder: str) -> dict[str, bytes]:
    """Return the files of a tree in ``folder`` and below by their paths in it; at most ``MOST_FILES``."""
    found: dict[str, bytes] = {}
    total = 0
    prefix = f"{folder}/" if folder else ""
    for entry in tree.entries:
        wanted = entry.kind == "file" and entry.path.startswith(prefix) and not is_left_out(entry.parts)
        if not wanted or entry.name.lower().endswith(".ipynb") or total + entry.size > MOST_BYTES:
            continue
        try:
            content = tree.read(entry, MOST_BYTES - total)
        except (OSError, UnreadableError):
            continue
        total += len(content)
        found[entry.path.removeprefix(prefix)] = content
        if len(found) >= MOST_FILES:
            break
    return found


def read_inside(root: Path, relative: Path, most: int = LARGEST) -> bytes:
    """Return the content of ``root / relative``, of at most ``most`` bytes.

    Raises ``UnreadableError`` if any part of the way is a link, or the end is no regular file, or it is too large;
    ``FileNotFoundError`` if it is not there.
    """
    path = root
    for part in relative.parts:
        path = path / part
        if path.is_symlink():
            raise UnreadableError("link", f"{path.relative_to(root)} -> {os.readlink(path)}")
    return read_regular(path, most)


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
