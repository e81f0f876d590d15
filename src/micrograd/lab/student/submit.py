"""``micrograd lab submit``: check, commit, tag, push; all of it or nothing."""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from micrograd.lab.content.names import ASSIGNMENT
from micrograd.lab.errors import LabError
from micrograd.lab.student.check import print_check, saved_at
from micrograd.lab.student.find_notebook import find_notebook, language_of
from micrograd.lab.student.git import GitError, git, required, succeeds, without_password
from micrograd.lab.student.remote import (
    TAG,
    Remote,
    look,
    refuse_other_commits,
    set_address,
    submissions,
    tag_name,
)
from micrograd.lab.student.words import say
from micrograd.language import Language, choose

_PUSH_SECONDS = 600.0
_MOST_MEGABYTES = 20
_MOST_SHOWN = 20
# What Git leaves in its folder during an operation, and the command that undoes it.
_UNDER_WAY = {
    "MERGE_HEAD": "git merge --abort",
    "rebase-merge": "git rebase --abort",
    "rebase-apply/applying": "git am --abort",
    "rebase-apply": "git rebase --abort",
    "CHERRY_PICK_HEAD": "git cherry-pick --abort",
    "REVERT_HEAD": "git revert --abort",
    "BISECT_LOG": "git bisect reset",
}
# How servers refuse what somebody may not push: GitLab, GitHub, Gitea, and git itself.
_PROTECTED = re.compile(r"protected branch", re.IGNORECASE)
_NOT_YOURS = re.compile(
    r"not allowed to (?:push|upload) code|(?:error|code)?:? ?\b403\b|permission (?:to .* )?denied|access denied",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Plan:
    """What is about to be done."""

    root: Path
    notebook: Path
    branch: str
    tag: str
    remote: str
    url: str
    changes: tuple[str, ...]
    """The lines of ``git status --short``, one for each file that the commit takes in."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options to its parser."""
    parser.add_argument(
        "notebook", nargs="?", type=Path, help="the notebook, or the project it is in (default: the one here)"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    parser.add_argument("--yes", action="store_true", help="do not ask before doing it")
    parser.add_argument("--again", action="store_true", help="replace what was handed in, by a later tag")
    parser.add_argument("--remote", help="the remote to push to (default: origin, or the only one)")
    parser.add_argument("--no-check", action="store_true", help="do not run the checks first")


def main(arguments: argparse.Namespace) -> int:
    """Hand the lab in and return 0; 1 if the user stopped it.

    A notebook that is not finished is handed in all the same: what is missing is said first. Raises ``LabError``
    where something stands in the way, and then the repository is as it was.
    """
    notebook = find_notebook(arguments.notebook, choose(arguments.lang))
    language = language_of(notebook, arguments.lang)
    required(language)
    plan = make_plan(notebook, arguments.remote, language, again=arguments.again)
    if not arguments.no_check:
        print_check(notebook, language)
        print()
    _say(plan, language)
    if arguments.dry_run:
        print(say("dry", language))
        return 0
    if not arguments.yes and sys.stdin.isatty():
        answer = input(say("confirm", language)).strip().lower()
        if answer and answer not in say("yes", language).split():
            print(say("stopped", language))
            return 1
    commit = carry_out(plan, language)
    print(say("done", language, commit=commit[:10], tag=plan.tag, remote=plan.remote, url=plan.url))
    return 0


def make_plan(notebook: Path, remote: str | None, language: Language, *, again: bool = False) -> Plan:
    """Return what has to be done. Raises ``LabError`` if anything stands in the way; changes nothing.

    ``again``: what was handed in already is replaced, by a tag of its own.
    """
    try:
        root = Path(git(notebook.parent, "rev-parse", "--show-toplevel"))
    except GitError:
        raise LabError(_no_repository(notebook, language)) from None
    inner = Path(git(root, "rev-parse", "--absolute-git-dir"))
    for name, command in _UNDER_WAY.items():
        if (inner / name).exists():
            raise LabError(say("under way", language, operation=command.split()[1], command=command))
    if not succeeds(root, "symbolic-ref", "--quiet", "HEAD"):
        raise LabError(say("detached", language, command=_way_back(root)))
    branch = git(root, "symbolic-ref", "--short", "HEAD")
    if not succeeds(root, "var", "GIT_COMMITTER_IDENT"):
        raise LabError(say("no identity", language))
    there = look(root, _remote(root, remote, language), language)
    tag = _tag(root, branch, there, language, again=again)
    # Without renames, which would be two names in one entry.
    status = git(root, "status", "--short", "--no-renames", "--untracked-files=all", "-z")
    changes = tuple(entry for entry in status.split("\0") if entry)
    _refuse_large(root, changes, language)
    _refuse_ignored(root, notebook, language)
    refuse_other_commits(root, notebook, branch, there, language)
    url = git(root, "remote", "get-url", "--push", there.name)
    return Plan(root, notebook, branch, tag, there.name, without_password(url), changes)


def _no_repository(notebook: Path, language: Language) -> str:
    """Return what to do about a notebook that no repository holds: make one of the project's folder."""
    folder = notebook.parent.parent if notebook.parent.name == ASSIGNMENT else notebook.parent
    command = shlex.join(["git", "-c", "init.defaultBranch=main", "init", str(folder)])
    return say("no repository", language, path=folder, command=command)


def _way_back(root: Path) -> str:
    """Return the command that leads from a commit without a branch to one, and loses nothing."""
    here = git(root, "for-each-ref", "--points-at", "HEAD", "--format=%(refname:short)", "refs/heads")
    return shlex.join(["git", "switch", here.split()[0]]) if here else f"git switch -c {_new_branch(root)}"


def _new_branch(root: Path) -> str:
    """Return the name of a branch that there is not yet."""
    taken = git(root, "for-each-ref", "--format=%(refname:lstrip=-1)", "refs/heads", "refs/remotes").split()
    names = (f"{TAG}-rendu{number}" for number in ("", *(f"-{k}" for k in range(2, 1000))))
    return next(name for name in names if name not in taken)


def _refuse_ignored(root: Path, notebook: Path, language: Language) -> None:
    """Raise ``LabError`` where Git has been told to leave the notebook out: nothing would be handed in."""
    file = str(notebook.resolve())
    if not succeeds(root, "ls-files", "--error-unmatch", "--", file) and succeeds(
        root, "check-ignore", "--quiet", "--", file
    ):
        command = shlex.join(["git", "add", "--force", file])
        raise LabError(say("ignored", language, path=notebook, command=command))


def _tag(root: Path, branch: str, there: Remote, language: Language, *, again: bool) -> str:
    """Return the tag to set. Raises ``LabError`` where something was handed in and is not to be replaced."""
    handed_in = submissions(there.tags)
    here = submissions(tuple(git(root, "tag", "--list", f"{TAG}*").split()))
    if again and (handed_in or here):
        return tag_name(max(handed_in + here) + 1)
    if handed_in:
        raise LabError(say("handed in", language, tag=tag_name(handed_in[-1]), remote=there.name))
    if here:
        tag = tag_name(here[-1])
        command = shlex.join(["git", "push", "--atomic", there.name, branch, tag])
        raise LabError(say("tag is here", language, tag=tag, remote=there.name, command=command))
    return TAG


def carry_out(plan: Plan, language: Language) -> str:
    """Commit, tag and push; return the commit. If any of it fails, undo all of it and raise ``LabError``."""
    with _as_it_was(plan.root, plan.tag) as keep:
        try:
            if plan.changes:
                git(plan.root, "add", "--all")
                git(plan.root, "commit", "--quiet", "-m", say("commit message", language))
            git(plan.root, "tag", "--annotate", plan.tag, "-m", say("tag message", language))
            # Both or neither: a branch without its tag would look like a late submission.
            references = [f"refs/heads/{plan.branch}", f"refs/tags/{plan.tag}"]
            git(
                plan.root, "push", "--quiet", "--atomic", "--set-upstream", plan.remote, *references,
                seconds=_PUSH_SECONDS,
            )  # fmt: skip
        except GitError as error:
            raise LabError(_undone(plan, str(error), language)) from None
        keep()
    return git(plan.root, "rev-parse", "HEAD")


def _undone(plan: Plan, reason: str, language: Language) -> str:
    """Return what is said when it failed: the reason, and where it is known what to do, that."""
    text = say("undone", language, reason=reason)
    if _PROTECTED.search(reason):
        command = f"git switch -c {_new_branch(plan.root)} && micrograd lab submit"
        text += "\n" + say("protected", language, branch=plan.branch, remote=plan.remote, command=command)
    elif _NOT_YOURS.search(reason):
        text += "\n" + say(
            "not yours",
            language,
            url=plan.url,
            name=plan.root.name,
            command=set_address(plan.root, plan.remote, language),
        )
    return text


@contextlib.contextmanager
def _as_it_was(root: Path, tag: str) -> Iterator[Callable[[], None]]:
    """Put branch, index, tag and configuration back as they were, unless the function that it gives is called.

    Interrupted or failed, the files themselves were never touched: a commit does not change them.
    """
    inner = Path(git(root, "rev-parse", "--absolute-git-dir"))
    before = (
        git(root, "rev-parse", "HEAD") if succeeds(root, "rev-parse", "--quiet", "--verify", "HEAD") else None
    )
    kept = False

    def keep() -> None:
        nonlocal kept
        kept = True

    with tempfile.TemporaryDirectory(prefix="micrograd-submit-") as backup:
        saved = [name for name in ("index", "config") if (inner / name).exists()]
        for name in saved:
            shutil.copy2(inner / name, backup)
        try:
            yield keep
        finally:
            if not kept:
                if succeeds(root, "rev-parse", "--quiet", "--verify", f"refs/tags/{tag}"):
                    git(root, "update-ref", "-d", f"refs/tags/{tag}")
                if before:
                    git(root, "update-ref", "HEAD", before)
                elif succeeds(root, "rev-parse", "--quiet", "--verify", "HEAD"):
                    git(root, "update-ref", "-d", "HEAD")
                for name in ("index", "config"):
                    (inner / f"{name}.lock").unlink(missing_ok=True)
                    if name in saved:
                        temporary = inner / f"{name}.micrograd"
                        shutil.copy2(Path(backup) / name, temporary)
                        os.replace(temporary, inner / name)
                    else:
                        (inner / name).unlink(missing_ok=True)


def _remote(root: Path, wanted: str | None, language: Language) -> str:
    remotes = git(root, "remote").split()
    if not remotes:
        raise LabError(say("no remote", language))
    if wanted is not None and wanted not in remotes:
        first = "origin" if "origin" in remotes else remotes[0]
        raise LabError(
            say("unknown remote", language, remote=wanted, remotes=", ".join(remotes), first=first)
        )
    if wanted is None and "origin" not in remotes and len(remotes) > 1:
        raise LabError(say("which remote", language, remotes=", ".join(remotes), first=remotes[0]))
    return wanted or ("origin" if "origin" in remotes else remotes[0])


def _refuse_large(root: Path, changes: tuple[str, ...], language: Language) -> None:
    large = [
        entry[3:]
        for entry in changes
        if entry[0] != "D"  # no longer kept by Git, though the file may be there
        and (root / entry[3:]).is_file()
        and (root / entry[3:]).stat().st_size > _MOST_MEGABYTES * 1e6
    ]
    if large:
        commands = [
            f"git rm --quiet --cached --ignore-unmatch {shlex.quote(name)} && echo {shlex.quote(name)} >> .gitignore"
            for name in large
        ]
        files, command = ", ".join(large), "\n  ".join(commands)
        raise LabError(say("too large", language, most=_MOST_MEGABYTES, files=files, command=command))


def _say(plan: Plan, language: Language) -> None:
    print(say("plan", language))
    print(
        "  -", say("plan notebook", language, name=plan.notebook.name, when=saved_at(plan.notebook, language))
    )
    if plan.changes:
        print("  -", say("plan commit", language, count=len(plan.changes)))
        for entry in plan.changes[:_MOST_SHOWN]:
            print("     ", entry)
        if len(plan.changes) > _MOST_SHOWN:
            print("      ...")
    else:
        print("  -", say("plan no commit", language))
    print("  -", say("plan tag", language, tag=plan.tag, branch=plan.branch))
    print("  -", say("plan push", language, branch=plan.branch, remote=plan.remote, url=plan.url))
