"""What the remote has already: the tags of earlier submissions, and commits that are not here."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from micrograd.lab.errors import LabError
from micrograd.lab.student.git import GitError, git, succeeds, without_password
from micrograd.lab.student.words import say
from micrograd.language import Language

TAG = "tp1"
_SUBMISSION = re.compile(rf"{TAG}(?:-(\d{{1,4}}))?")


@dataclass(frozen=True)
class Remote:
    """A remote as it answered: the commit of each branch, and its tags."""

    name: str
    heads: dict[str, str]
    tags: tuple[str, ...]


def look(root: Path, name: str, language: Language) -> Remote:
    """Ask the remote what it has. Raises ``LabError`` where it does not answer."""
    try:
        listed = git(root, "ls-remote", name, "refs/heads/*", "refs/tags/*")
    except GitError as error:
        raise LabError(_unreachable(root, name, error, language)) from None
    commits = {reference: commit for commit, reference in (line.split("\t") for line in listed.splitlines())}
    heads = {r.removeprefix("refs/heads/"): c for r, c in commits.items() if r.startswith("refs/heads/")}
    tags = [r.removeprefix("refs/tags/") for r in commits if r.startswith("refs/tags/") and "^" not in r]
    return Remote(name, heads, tuple(tags))


def _unreachable(root: Path, name: str, error: GitError, language: Language) -> str:
    url = without_password(git(root, "remote", "get-url", name))
    command = f"git remote set-url {shlex.quote(name)} {say('address', language)}"
    return say("unreachable", language, remote=name, url=url, reason=error, command=command)


def set_address(root: Path, name: str, language: Language) -> str:
    """Return the command that gives a remote another address to push to."""
    push = " --push" if succeeds(root, "config", "--get-all", f"remote.{name}.pushurl") else ""
    return f"git remote set-url{push} {shlex.quote(name)} {say('address', language)}"


def tag_name(number: int) -> str:
    """Return the tag of the first, second, ... submission: ``tp1``, ``tp1-2``, ..."""
    return TAG if number == 1 else f"{TAG}-{number}"


def submissions(tags: tuple[str, ...]) -> list[int]:
    """Return the numbers of the submissions among ``tags``, in order."""
    found = [_SUBMISSION.fullmatch(tag) for tag in tags]
    return sorted({int(match[1] or 1) for match in found if match})


def refuse_other_commits(root: Path, notebook: Path, branch: str, remote: Remote, language: Language) -> None:
    """Raise ``LabError`` where the remote's branch has commits that are not here, with the command that joins them.

    Looks at these commits without changing a reference, so that a dry run may.
    """
    commit = remote.heads.get(branch)
    if commit is None:
        return
    if not succeeds(root, "cat-file", "-e", f"{commit}^{{commit}}"):
        quietly = ["--quiet", "--no-tags", "--refmap=", "--no-write-fetch-head"]
        try:
            git(root, "fetch", *quietly, remote.name, f"refs/heads/{branch}")
        except GitError as error:
            raise LabError(_unreachable(root, remote.name, error, language)) from None
    # Without a commit of one's own, there is nothing that could have come after theirs.
    if not succeeds(root, "merge-base", "--is-ancestor", commit, "HEAD"):
        raise LabError(_joining(root, notebook, branch, remote.name, commit, language))


def _joining(root: Path, notebook: Path, branch: str, remote: str, commit: str, language: Language) -> str:
    """Return what to do about the remote's commits: one command, which keeps the files that are here."""
    file = notebook.resolve().relative_to(root.resolve()).as_posix()
    theirs = _blob(root, f"{commit}:{file}")
    is_theirs_another = bool(theirs) and theirs not in (_blob(root, f"HEAD:{file}"), _blob_of(root, notebook))
    # The text of two notebooks that were mixed line by line is seldom one that can be read.
    how = ["-s", "ours"] if is_theirs_another else ["-X", "ours"]
    pull = ["git", "pull", "--no-rebase", "--no-ff", "--no-edit", "--allow-unrelated-histories"]
    command = shlex.join([*pull, *how, remote, branch])
    if git(root, "status", "--short"):
        # What is not committed could be in the way of what comes. A message of one word needs no quotes, which are not
        # the same for all shells.
        command = f"git add --all && git commit --quiet -m {TAG} && {command}"
    key = "other notebook" if is_theirs_another else "other commits"
    return say(key, language, remote=remote, command=command, commit=commit[:10], file=file)


def _blob(root: Path, name: str) -> str:
    return git(root, "rev-parse", name) if succeeds(root, "rev-parse", "--quiet", "--verify", name) else ""


def _blob_of(root: Path, file: Path) -> str:
    return git(root, "hash-object", "--", str(file))
