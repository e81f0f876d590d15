"""What one student handed in: the notebook at its tag, or why there is none."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from micrograd.lab.checks.submitted import LARGEST, UnreadableError
from micrograd.lab.content.names import ASSIGNMENT, FILE_NAME
from micrograd.lab.sandbox.submission_files import MOST_BYTES, MOST_FILES, beside, read_inside
from micrograd.lab.student.git import GitError, git

TagState = Literal["on-time", "late", "missing", "none"]
"""``"none"``: no Git repository, so nothing to say about a tag."""

# Whatever a student's repository is configured to do, looking at it must not do.
_HARMLESS = (
    "-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "-c", "core.pager=cat",
    "-c", "protocol.allow=never", "-c", "safe.directory=*",
)  # fmt: skip
_NOTHING_ELSE = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
}


@dataclass
class HandedIn:
    """One submission, read: everything that grading it needs, so that it can travel to another machine."""

    name: str
    notebook: bytes = b""
    files: dict[str, bytes] = field(default_factory=dict)
    problem: str = ""
    """Why there is no notebook to grade (a key of the report's texts), empty where there is one."""
    detail: str = ""
    tag: TagState = "none"
    tagged_at: str = ""
    """When the tag was set, in ISO 8601, by the clock of the student's machine."""

    def content_hash(self, *more: str) -> str:
        """Return a hash of all that the grade depends on; ``more`` is what else it depends on."""
        digest = hashlib.sha256()
        parts = [self.problem.encode(), self.detail.encode(), self.notebook]
        for path, content in sorted(self.files.items()):
            parts += [path.encode(), content]
        for part in [*parts, *(text.encode() for text in more)]:
            digest.update(len(part).to_bytes(8, "little") + part)
        return digest.hexdigest()


def read_notebook(name: str, path: Path) -> HandedIn:
    """Read a single notebook file."""
    handed = HandedIn(name)
    try:
        handed.notebook = read_inside(path.parent, Path(path.name))
    except UnreadableError as error:
        handed.problem, handed.detail = error.key, error.detail
    except OSError as error:
        handed.problem, handed.detail = "unreadable", str(error.strerror)
    return handed


def read_folder(name: str, folder: Path, tag: str, deadline: datetime | None) -> HandedIn:
    """Read a student's folder: at the tag if it is a repository that has it, else as the files are."""
    handed = HandedIn(name)
    try:
        inner = folder / ".git"
        if inner.is_dir() and not inner.is_symlink():
            commit = _tagged_commit(folder, tag)
            handed.tag = "missing"
            if commit:
                when = _tagged_at(folder, tag)
                handed.tagged_at = when.isoformat() if when else ""
                handed.tag = "late" if when and deadline and when > deadline else "on-time"
                _read_commit(handed, folder, commit)
                return handed
        _read_files(handed, folder)
    except UnreadableError as error:
        handed.problem, handed.detail = error.key, error.detail
    except FileNotFoundError:
        handed.problem, handed.detail = "no-file", f"{ASSIGNMENT}/{FILE_NAME}"
    except GitError as error:
        handed.problem, handed.detail = "no-git", str(error)[:300]
    except OSError as error:
        handed.problem, handed.detail = "unreadable", str(error.strerror)
    return handed


def _read_files(handed: HandedIn, folder: Path) -> None:
    for relative in (Path(ASSIGNMENT) / FILE_NAME, Path(FILE_NAME)):
        try:
            handed.notebook = read_inside(folder, relative)
        except (FileNotFoundError, NotADirectoryError):
            continue
        handed.files = beside(folder / relative)
        return
    raise FileNotFoundError


def _look(folder: Path, *arguments: str) -> str:
    return git(folder, *_HARMLESS, *arguments, environment=_NOTHING_ELSE, no_questions=True)


def _tagged_commit(folder: Path, tag: str) -> str:
    try:
        return _look(folder, "rev-parse", "--quiet", "--verify", f"refs/tags/{tag}^{{commit}}")
    except GitError:
        return ""


def _tagged_at(folder: Path, tag: str) -> datetime | None:
    """Return when an annotated tag was made, or the commit under a plain one."""
    stamp = _look(folder, "for-each-ref", "--format=%(creatordate:unix)", f"refs/tags/{tag}")
    try:
        return datetime.fromtimestamp(int(stamp), timezone.utc)
    except (ValueError, OverflowError, OSError):
        return None


def _read_commit(handed: HandedIn, folder: Path, commit: str) -> None:
    """Take the notebook and the files beside it out of a commit, without a checkout."""
    entries = _entries(folder, commit)
    for path in (f"{ASSIGNMENT}/{FILE_NAME}", FILE_NAME):
        entry = entries.get(path)
        if entry is None:
            continue
        if entry["mode"] not in ("100644", "100755"):
            raise UnreadableError("link" if entry["mode"] == "120000" else "not-a-file", path)
        if entry["size"] > LARGEST:
            raise UnreadableError("too-large", f"{entry['size'] / 1e6:.0f} MB")
        handed.notebook = _blob(folder, entry["hash"])
        _read_beside(handed, folder, entries, PurePosixPath(path).parent)
        return
    raise FileNotFoundError


def _entries(folder: Path, commit: str) -> dict[str, dict[str, Any]]:
    entries: dict[str, dict[str, Any]] = {}
    for line in _look(folder, "ls-tree", "-r", "-l", "-z", commit).split("\0"):
        facts, _, path = line.partition("\t")
        if path:
            mode, kind, blob, size = facts.split()
            entries[path] = {"mode": mode, "hash": blob, "size": int(size) if kind == "blob" else 0}
    return entries


def _read_beside(
    handed: HandedIn, folder: Path, entries: dict[str, dict[str, Any]], parent: PurePosixPath
) -> None:
    total = 0
    for path, entry in sorted(entries.items()):
        inside = PurePosixPath(path).is_relative_to(parent) and not path.endswith(".ipynb")
        if inside and entry["mode"].startswith("100") and len(handed.files) < MOST_FILES:
            total += entry["size"]
            if total > MOST_BYTES:
                return
            handed.files[str(PurePosixPath(path).relative_to(parent))] = _blob(folder, entry["hash"])


def _blob(folder: Path, name: str) -> bytes:
    """Return a blob's bytes; the name comes from git itself."""
    import subprocess

    done = subprocess.run(
        ["git", *_HARMLESS, "cat-file", "blob", name],
        cwd=folder,
        env={**os.environ, **_NOTHING_ELSE},
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )
    if done.returncode != 0:
        raise GitError(f"git cat-file: {done.stderr.decode(errors='replace')[:300]}")
    return done.stdout
