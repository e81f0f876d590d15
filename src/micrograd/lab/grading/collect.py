"""Find the submissions: a folder of clones, a folder of notebooks, one notebook, or a list of Git remotes."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from micrograd.lab.errors import LabError
from micrograd.lab.grading.handed_in import HandedIn, read_folder, read_notebook
from micrograd.lab.grading.words import WORDS
from micrograd.lab.student.git import GitError, git
from micrograd.lab.student.naming import PREFIX
from micrograd.language import Language

_CLONE_SECONDS = 180.0
_LONGEST_LIST = 1024 * 1024
_ODD = re.compile(r"[^A-Za-z0-9._@-]+")


@dataclass(frozen=True)
class Source:
    """Where one submission is: ``path`` on this machine, or ``remote`` to clone."""

    name: str
    path: Path | None = None
    remote: str = ""


def find(submissions: Path, language: Language, output: Path | None = None) -> list[Source]:
    """Return the submissions in the order of their names. Raises ``LabError`` if there are none.

    ``output`` is where the grades go: it may lie among the submissions, and is none of them.
    """
    words = WORDS[language]
    if submissions.is_dir():
        found = [
            Source(entry.name if entry.is_dir() else entry.stem, entry)
            for entry in sorted(submissions.iterdir())
            if not entry.name.startswith(".")
            and (entry.is_dir() or entry.suffix == ".ipynb")
            and (output is None or entry.resolve() != output.resolve())
        ]
    elif submissions.suffix == ".ipynb" and submissions.is_file():
        found = [Source(submissions.stem, submissions)]
    elif submissions.is_file():
        found = list(_listed(submissions, language))
    else:
        raise LabError(words["no such"].format(path=submissions))
    if not found:
        raise LabError(words["nothing there"].format(path=submissions))
    return _named(found)


def read(source: Source, clones: Path, tag: str, deadline: datetime | None) -> HandedIn:
    """Read one submission, cloning it first if it is a remote. Never raises for what was handed in."""
    if source.remote:
        try:
            folder = _clone(source, clones, tag)
        except GitError as error:
            return HandedIn(source.name, problem="no-clone", detail=str(error)[:300], tag="missing")
        return read_folder(source.name, folder, tag, deadline)
    assert source.path is not None
    if source.path.is_symlink():
        return HandedIn(
            source.name, problem="link", detail=f"{source.path.name} -> {os.readlink(source.path)}"
        )
    if source.path.is_dir():
        return read_folder(source.name, source.path, tag, deadline)
    return read_notebook(source.name, source.path)


def _listed(path: Path, language: Language) -> Iterator[Source]:
    """Yield the remotes of a file: one a line, or a name and a remote; ``#`` begins a comment."""
    words = WORDS[language]
    if path.stat().st_size > _LONGEST_LIST:
        raise LabError(words["no list"].format(path=path))
    try:
        text = path.read_text(encoding="utf-8-sig")  # editors on Windows put a mark first
    except UnicodeDecodeError:
        raise LabError(words["no list"].format(path=path)) from None
    for number, line in enumerate(text.splitlines(), 1):
        parts = line.partition(" #")[0].split()
        if not parts or parts[0].startswith("#"):
            continue
        remote = parts[-1]
        if len(parts) > 2 or "::" in remote or any(part.startswith("-") for part in parts):
            raise LabError(words["bad line"].format(path=path, number=number, line=line.strip()[:80]))
        name = (
            parts[0] if len(parts) == 2 else re.split(r"[/:\\]", remote.rstrip("/"))[-1].removesuffix(".git")
        )
        yield Source(name, remote=remote)


def _named(sources: list[Source]) -> list[Source]:
    """Give each submission a login that is a file's name, and no two the same."""
    taken: dict[str, int] = {}
    named = []
    for source in sources:
        name = source.name[len(PREFIX) :] if source.name.lower().startswith(PREFIX.lower()) else source.name
        name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
        name = _ODD.sub("-", name).strip(".-")[:60] or "submission"
        taken[name.lower()] = taken.get(name.lower(), 0) + 1
        if taken[name.lower()] > 1:
            name = f"{name}-{taken[name.lower()]}"
        named.append(Source(name, source.path, source.remote))
    return named


def _clone(source: Source, clones: Path, tag: str) -> Path:
    """Return a clone of the remote at its tag, made anew only where the remote has changed."""
    clones.mkdir(parents=True, exist_ok=True)
    target, mark = clones / source.name, clones / f"{source.name}.commit"
    references = ["HEAD", f"refs/tags/{tag}", f"refs/tags/{tag}^{{}}"]
    now = f"{source.remote}\n{_remote(clones, 'ls-remote', '--', source.remote, *references)}"
    if target.is_dir() and mark.is_file() and mark.read_text(encoding="utf-8") == now:
        return target
    with tempfile.TemporaryDirectory(prefix=f".{source.name}-", dir=clones) as temporary:
        fresh = Path(temporary) / "clone"
        options = ["--quiet", "--depth", "1", "--no-checkout", "--no-recurse-submodules", "--template="]
        at_tag = ["--branch", tag] if f"refs/tags/{tag}" in now else []
        # A remote on this disk is cloned through git's protocol too: depth works, and nothing is shared with it.
        address = Path(source.remote).absolute().as_uri() if os.path.isdir(source.remote) else source.remote
        _remote(clones, "clone", *options, *at_tag, "--", address, str(fresh))
        if not at_tag:
            # Without the tag there is only the default branch to look at, and read_folder reads files.
            _remote(
                fresh, "-c", "core.symlinks=true", "-c", "core.hooksPath=" + os.devnull, "checkout", "--quiet"
            )
        shutil.rmtree(target, ignore_errors=True)
        fresh.rename(target)
    mark.write_text(now, encoding="utf-8")
    return target


def _remote(folder: Path, *arguments: str) -> str:
    """Run git towards a remote: with the teacher's own credentials, without a question, without surprises."""
    environment = {"GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh", "GIT_LFS_SKIP_SMUDGE": "1"}
    return git(folder, *arguments, environment=environment, seconds=_CLONE_SECONDS, no_questions=True)
