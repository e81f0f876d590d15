"""What one student handed in: the notebook at its tag, or why there is none."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from micrograd.lab.checks.submitted import UnreadableError
from micrograd.lab.content.names import ASSIGNMENT, FILE_NAME
from micrograd.lab.grading.git_reading import Repository
from micrograd.lab.grading.locate import Note, shown, take
from micrograd.lab.sandbox.submission_files import FolderTree, Tree
from micrograd.lab.student.git import GitError

TagState = Literal["on-time", "late", "missing", "none"]
"""``"none"``: no Git repository, so nothing to say about a tag."""


@dataclass
class HandedIn:
    """One submission, read: everything that grading it needs, so that it can travel to another machine."""

    name: str
    """Its key, which no other submission has."""
    notebook: bytes = b""
    files: dict[str, bytes] = field(default_factory=dict)
    problem: str = ""
    """Why there is no notebook to grade (a key of the report's texts), empty where there is one."""
    detail: str = ""
    tag: TagState = "none"
    tagged_at: str = ""
    """When the tag was set, in ISO 8601, in this machine's zone, by the clock of the student's machine."""
    notes: list[Note] = field(default_factory=list)
    """What was out of the ordinary about where the notebook lay."""

    def content_hash(self, *more: str) -> str:
        """Return a hash of all that the grade depends on; ``more`` is what else it depends on."""
        digest = hashlib.sha256()
        parts = [_bytes(self.problem), _bytes(self.detail), self.notebook]
        for path, content in sorted(self.files.items()):
            parts += [_bytes(path), content]
        for part in [*parts, *map(_bytes, more)]:
            digest.update(len(part).to_bytes(8, "little") + part)
        return digest.hexdigest()

    def about_reading(self) -> dict[str, Any]:
        """Return what is known of the submission besides its content, which may change while that stays."""
        return {"tag": self.tag, "tagged_at": self.tagged_at, "found": self.notes}


def _bytes(text: str) -> bytes:
    """Return a text as bytes; names of files may hold what no encoding knows."""
    return text.encode(errors="surrogatepass")


def read_tree(name: str, tree: Tree, place_matters: bool = True) -> HandedIn:
    """Read a submission's files. Never raises for what was handed in."""
    handed = HandedIn(name)
    with _Told(handed):
        _take(handed, tree, place_matters)
    return handed


def read_folder(name: str, folder: Path, tag: str, deadline: datetime | None) -> HandedIn:
    """Read a student's folder: at the tag if it is a repository that has it, else as the files are."""
    handed = HandedIn(name)
    with _Told(handed):
        top = _repository_in(folder)
        if top is not None:
            try:
                if _read_repository(handed, Repository(top), tag, deadline):
                    return handed
            except GitError as error:
                handed.notes = [("broken-git", {"reason": _line(error)})]
                handed.tag = "missing" if handed.tag == "none" else handed.tag
        elif os.path.lexists(folder / ".git"):
            handed.notes, handed.tag = [("git-elsewhere", {})], "missing"
        _take(handed, FolderTree(folder), True)
    return handed


def read_clone(name: str, folder: Path, tag: str, deadline: datetime | None) -> HandedIn:
    """Read a clone that was made for grading: at the tag, else at the commit that the default branch has."""
    handed = HandedIn(name)
    with _Told(handed):
        repository = Repository(folder)
        if not _read_repository(handed, repository, tag, deadline):
            commit = repository.commit_of("HEAD")
            if not commit:
                raise FileNotFoundError
            _take(handed, repository.tree(commit), True)
    return handed


def _read_repository(handed: HandedIn, repository: Repository, tag: str, deadline: datetime | None) -> bool:
    """Read the tagged commit; return False where there is no such tag."""
    oddity = repository.oddity()
    if oddity:
        raise GitError(f"git: {repository.folder.name}/.git/{oddity}: not a regular file")
    repository.must_work()
    handed.tag = "missing"
    name, too_late = _tag_in_time(repository, tag, deadline)
    commit = repository.commit_of(f"refs/tags/{name}") if name else ""
    if not commit:
        if name:
            handed.notes = [("odd-tag", {"tag": shown(name)})]
        return False
    when = repository.tagged_at(name)
    handed.tagged_at = when.isoformat() if when else ""
    handed.tag = "late" if when and deadline and when > deadline else "on-time"
    notes: list[Note] = [("late-tag", {"tag": shown(other)}) for other in too_late]
    if name != tag:
        again = name.startswith(f"{tag}-")
        notes.append(("newer-tag" if again else "other-tag", {"tag": shown(name), "wanted": tag}))
    _take(handed, repository.tree(commit), True)
    after = repository.commits_after(commit)
    if after:
        notes.append(("commits-after", {"count": after}))
    handed.notes = notes + handed.notes
    return True


def _tag_in_time(repository: Repository, tag: str, deadline: datetime | None) -> tuple[str, list[str]]:
    """Return the newest tag that was made by the deadline, and the ones that came after it.

    Where all of them did, the first that was handed in counts, late as it is.
    """
    tags = repository.tags_like(tag)[:20]
    late: list[str] = []
    for name in tags:
        when = repository.tagged_at(name)
        if not (deadline and when and when > deadline):
            return name, late
        late.append(name)
    return (tags[-1], late[:-1]) if tags else ("", [])


def _take(handed: HandedIn, tree: Tree, place_matters: bool) -> None:
    taken = take(tree)
    handed.notebook, handed.files = taken.notebook, taken.files
    handed.notes = handed.notes + [note for note in taken.notes if place_matters or note[0] != "elsewhere"]


def _repository_in(folder: Path) -> Path | None:
    """Return the folder that holds ``.git``: the one that was handed in, or the only one in it."""
    for _ in range(3):
        inner = folder / ".git"
        if inner.is_dir() and not inner.is_symlink():
            return folder
        try:
            with os.scandir(folder) as entries:
                inside = [e for e, _ in zip(entries, range(50)) if not e.name.startswith((".", "__MACOSX"))]
        except OSError:
            return None
        if len(inside) != 1 or not inside[0].is_dir(follow_symlinks=False):
            return None
        folder = folder / inside[0].name
    return None


class _Told:
    """Write into a submission why it cannot be read, whatever is raised meanwhile."""

    def __init__(self, handed: HandedIn) -> None:
        self._handed = handed

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: BaseException | None, traceback: Any) -> bool:
        handed = self._handed
        if isinstance(error, UnreadableError):
            handed.problem, handed.detail = error.key, shown(error.detail)
        elif isinstance(error, FileNotFoundError):
            handed.problem, handed.detail = "no-file", f"{ASSIGNMENT}/{FILE_NAME}"
        elif isinstance(error, GitError):
            handed.problem, handed.detail = "no-git", _line(error)
        elif isinstance(error, OSError):
            handed.problem, handed.detail = "unreadable", str(error.strerror or error)[:300]
        elif isinstance(error, Exception):
            handed.problem, handed.detail = "unreadable", type(error).__name__
        return isinstance(error, Exception)


def _line(error: Exception) -> str:
    return shown(" ".join(str(error).split()))
