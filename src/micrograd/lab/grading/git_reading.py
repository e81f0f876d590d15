"""Look into a student's Git repository: with bounds, and without running anything that it configures."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from datetime import datetime, timezone
from itertools import islice
from pathlib import Path
from typing import Any

from micrograd.lab.checks.submitted import UnreadableError
from micrograd.lab.sandbox.submission_files import MOST_ENTRIES, Entry, is_checkpoint, is_left_out, is_proper
from micrograd.lab.student.git import GitError

# Whatever a student's repository is configured to do, looking at it must not do.
_HARMLESS = (
    "-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "-c", "core.pager=cat",
    "-c", "protocol.allow=never", "-c", "safe.directory=*", "-c", "core.quotePath=false",
)  # fmt: skip
_NOTHING_ELSE = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}
_SECONDS = 30.0
_MOST_LISTED = 2 * 1024 * 1024
_MEMORY = 1024 * 1024 * 1024
_MOST_COMMITS = 1000


class Repository:
    """A repository in ``folder``, never the one around it."""

    def __init__(self, folder: Path) -> None:
        # Git runs in the folder, from where a relative path would lead elsewhere.
        folder = folder.absolute()
        self.folder = folder
        inner = folder / ".git"
        # A clone without files (--bare would have none) keeps everything in the folder itself.
        self._directory = inner if inner.is_dir() and not inner.is_symlink() else folder

    def commit_of(self, name: str) -> str:
        """Return the hash of the commit under a name, empty where there is none."""
        try:
            return self._look("rev-parse", "--quiet", "--verify", f"{name}^{{commit}}").decode().strip()
        except GitError:
            return ""

    def oddity(self) -> str:
        """Return the path in ``.git`` of a link, a pipe or the like, which Git would follow or wait for; else ""."""
        waiting = ["", "info", "objects", "objects/info", "objects/pack", "refs"]
        left = MOST_ENTRIES
        for inside in waiting:
            try:
                with os.scandir(self._directory / inside) as entries:
                    for entry in islice(entries, left):
                        left -= 1
                        path = f"{inside}/{entry.name}".lstrip("/")
                        if entry.is_dir(follow_symlinks=False):
                            if inside.partition("/")[0] == "refs":
                                waiting.append(path)
                        elif not entry.is_file(follow_symlinks=False):
                            return path
            except OSError:
                continue
        return ""

    def must_work(self) -> None:
        """Raise ``GitError`` if Git does not take it for a repository at all."""
        self._look("rev-parse", "--git-dir")

    def tags_like(self, wanted: str) -> list[str]:
        """Return the tags of a submission, the newest first: ``tp1``, and ``tp1-2``, ``tp1-3``, ... which replace it.

        Where there is no tag of that name, one that differs in its letters' case and its signs only.
        """
        listed = self._look("for-each-ref", "--format=%(refname:strip=2)", "refs/tags", enough=True)
        tags = [line for line in listed.decode(errors="replace").split("\n") if line and "\ufffd" not in line]
        return submission_tags(tags, wanted)

    def tagged_at(self, tag: str) -> datetime | None:
        """Return when an annotated tag was made, or the commit under a plain one, in the zone of this machine."""
        stamp = self._look("for-each-ref", "--format=%(creatordate:unix)", f"refs/tags/{tag}")
        try:
            return datetime.fromtimestamp(int(stamp), timezone.utc).astimezone()
        except (ValueError, OverflowError, OSError):
            return None

    def commits_after(self, commit: str) -> int:
        """Return how many commits there are on any branch that the commit does not have; counted to a thousand."""
        arguments = ("rev-list", "--count", f"--max-count={_MOST_COMMITS}", "HEAD", "--branches", "--remotes")
        try:
            return int(self._look(*arguments, f"^{commit}"))
        except (GitError, ValueError):
            return 0

    def tree(self, commit: str) -> CommitTree:
        """Return the files of a commit."""
        return CommitTree(self, self._look("ls-tree", "-r", "-l", "-z", commit, enough=True))

    def blob(self, name: str, most: int) -> bytes:
        """Return a blob's bytes. Raises ``UnreadableError`` if there are more than ``most``."""
        content = self._look("cat-file", "blob", name, most=most + 1, enough=True)
        if len(content) > most:
            raise UnreadableError("too-large", f"{len(content) / 1e6:.0f} MB")
        return content

    def _look(self, *arguments: str, most: int = _MOST_LISTED, enough: bool = False) -> bytes:
        environment = {**_NOTHING_ELSE, "GIT_DIR": str(self._directory)}
        return stream(self.folder, *_HARMLESS, *arguments, most=most, enough=enough, environment=environment)


class CommitTree:
    """The files of a commit, read out of the repository without a checkout."""

    def __init__(self, repository: Repository, listing: bytes) -> None:
        self._repository = repository
        self._blobs: dict[str, str] = {}
        self.entries: list[Entry] = []
        self.notes: list[tuple[str, dict[str, Any]]] = []
        self.checkpoint = ""
        lines = listing.split(b"\0")
        # What stands behind the last end of a line was cut off.
        self.whole = len(listing) < _MOST_LISTED and len(lines) <= MOST_ENTRIES
        for line in lines[: min(len(lines) - 1, MOST_ENTRIES)]:
            facts, _, raw = line.partition(b"\t")
            path = os.fsdecode(raw)
            fields = facts.split()
            if len(fields) != 4 or not is_proper(path):
                self.whole = False
                continue
            if is_left_out(tuple(path.split("/"))):
                self.checkpoint = self.checkpoint or (path if is_checkpoint(path) else "")
                continue
            mode, _, blob, size = (part.decode("ascii", "replace") for part in fields)
            kind = "link" if mode == "120000" else "file" if mode.startswith("100") else "other"
            # Of an object that is missing, Git says BAD.
            self.entries.append(Entry(path, int(size) if size.isdecimal() else 0, kind))  # type: ignore[arg-type]
            self._blobs[path] = blob
        self.entries.sort(key=lambda entry: (len(entry.parts), entry.path))

    def read(self, entry: Entry, most: int) -> bytes:
        """Return a file's content."""
        return self._repository.blob(self._blobs[entry.path], most)


def stream(
    folder: Path,
    *arguments: str,
    most: int,
    enough: bool = False,
    environment: dict[str, str] | None = None,
    seconds: float = _SECONDS,
    watched: tuple[Path, int] | None = None,
) -> bytes:
    """Run Git and return what it prints, at most ``most`` bytes; then it is ended.

    ``enough`` tells that the beginning will do; without it, more raises ``GitError``, as does a failure, or taking
    longer than ``seconds``. ``watched`` is a folder that may not grow beyond a number of bytes meanwhile.
    """
    settings = {
        k: v for k, v in os.environ.items() if k not in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE")
    }
    try:
        process = subprocess.Popen(
            ["git", *arguments],
            cwd=folder,
            env={**settings, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=sys.platform != "win32",
        )
    except OSError as error:
        raise GitError(f"git: {error.strerror or error}") from None
    _bind(process.pid, watched[1] if watched else most + _MEMORY)
    kept: dict[str, bytes] = {}
    readers = [
        threading.Thread(target=_take, args=(process.stdout, most, kept, "out", process), daemon=True),
        threading.Thread(target=_take, args=(process.stderr, 20_000, kept, "err", None), daemon=True),
    ]
    for reader in readers:
        reader.start()
    why = _wait(process, readers, seconds, watched)
    verb = next(
        (a for a, before in zip(arguments, ("", *arguments)) if before != "-c" and not a.startswith("-")), ""
    )
    if why:
        raise GitError(f"git {verb}: {why}")
    out = kept.get("out", b"")
    if len(out) >= most:
        if enough:
            return out
        raise GitError(f"git {verb}: more than {most / 1e6:.1f} MB")
    if process.returncode != 0:
        said = kept.get("err", b"").decode(errors="replace").strip()[-2000:]
        raise GitError(f"git {verb}: {said or f'exit status {process.returncode}'}")
    return out


def _take(stream, most, kept, name, process):  # type: ignore[no-untyped-def]
    """Read a pipe to its end, keep no more than ``most`` bytes, and end the process that writes on beyond."""
    with contextlib.suppress(OSError, ValueError):
        kept[name] = stream.read(most)
        if process is not None and len(kept[name]) >= most:
            _end(process)
        while stream.read(65536):
            pass


def _wait(
    process: subprocess.Popen[bytes],
    readers: list[threading.Thread],
    seconds: float,
    watched: tuple[Path, int] | None,
) -> str:
    """Wait for the end; return why it had to be brought about, if it had to."""
    from micrograd.lab.sandbox.watch import written

    until, why = time.monotonic() + seconds, ""
    try:
        while True:
            try:
                process.wait(timeout=0.5 if watched else max(0.0, until - time.monotonic()))
                break
            except subprocess.TimeoutExpired:
                if time.monotonic() >= until:
                    why = f"no answer after {seconds:g} s"
                elif watched and written(*watched) > watched[1]:
                    why = f"more than {watched[1] / 1e6:.0f} MB"
                if why:
                    _end(process)
    finally:
        if process.poll() is None:
            _end(process)
            process.wait()
        for reader in readers:
            reader.join(5)
        for pipe in (process.stdout, process.stderr):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()
    return why


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, 9)


def _bind(pid: int, file_size: int) -> None:
    """Bound Git's memory, and the files that it writes: what it reads was made by somebody else."""
    if not sys.platform.startswith("linux"):
        return
    import resource

    for kind, value in ((resource.RLIMIT_AS, 2 * _MEMORY), (resource.RLIMIT_FSIZE, file_size)):
        with contextlib.suppress(OSError, ValueError):
            resource.prlimit(pid, kind, (value, value))


def submission_tags(tags: list[str], wanted: str) -> list[str]:
    """Return those of the tags that hand something in, the newest first (see ``Repository.tags_like``)."""
    numbered = {wanted: 1}
    for tag in tags:
        base, hyphen, number = tag.rpartition("-")
        if (
            hyphen
            and base == wanted
            and number.isascii()
            and number.isdecimal()
            and 2 <= int(number[:6]) < 10_000
        ):
            numbered[tag] = int(number[:6])
    exact = sorted((tag for tag in tags if tag in numbered), key=numbered.__getitem__, reverse=True)
    return exact or sorted(tag for tag in tags if _letters(tag) == _letters(wanted))[:1]


def _letters(tag: str) -> str:
    return "".join(c for c in tag.casefold() if c.isalnum())
