"""Call git, and say in plain words when it fails."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from micrograd.lab.errors import LabError
from micrograd.lab.student.words import say
from micrograd.language import Language

_SECONDS = 120.0
_PASSWORD = re.compile(r"(://[^/@:\s]*:)[^/@\s]*@")


class GitError(LabError):
    """A git command failed; the message is git's own."""


def without_password(text: str) -> str:
    """Return ``text`` with the passwords of the addresses in it as asterisks."""
    return _PASSWORD.sub(r"\1***@", text)


def required(language: Language) -> None:
    """Raise ``LabError`` if there is no git on this machine."""
    if shutil.which("git") is None:
        raise LabError(say("no git", language))


def git(
    folder: Path,
    *arguments: str,
    environment: dict[str, str] | None = None,
    seconds: float = _SECONDS,
    no_questions: bool = False,
) -> str:
    """Run a git command in ``folder`` and return what it printed, stripped at its end.

    ``no_questions`` makes git fail where it would ask for a password. Raises ``GitError`` with git's message when
    the command fails or takes longer than ``seconds``.
    """
    settings = {**os.environ, **(environment or {})}
    # A repository that the surroundings point to (inside a hook, say) is not the one that is meant.
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        if name not in (environment or {}):
            settings.pop(name, None)
    if no_questions:
        settings["GIT_TERMINAL_PROMPT"] = "0"
        settings.setdefault("GIT_SSH_COMMAND", "ssh -o BatchMode=yes")
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=folder,
            env=settings,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=seconds,
            check=False,
            stdin=subprocess.DEVNULL if no_questions else None,
        )
    except subprocess.TimeoutExpired:
        raise GitError(f"git {arguments[0]}: no answer after {seconds:g} s") from None
    except OSError as error:
        raise GitError(f"git: {error}") from None
    if done.returncode != 0:
        message = (done.stderr.strip() or done.stdout.strip() or f"exit status {done.returncode}")[-2000:]
        raise GitError(f"git {arguments[0]}: {without_password(message)}")
    return done.stdout.rstrip()


def succeeds(folder: Path, *arguments: str) -> bool:
    """Return whether a git command succeeds."""
    try:
        git(folder, *arguments)
    except GitError:
        return False
    return True
