"""``micrograd lab new``: a student's project, ready to work in."""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import tempfile
from importlib import resources
from pathlib import Path

from micrograd._origin import missing_source, requirement
from micrograd.lab import words as common
from micrograd.lab.content import assignment
from micrograd.lab.content.names import ASSIGNMENT, FILE_NAME
from micrograd.lab.content.nodes import written
from micrograd.lab.content.weaving import EDITIONS, Edition
from micrograd.lab.errors import LabError
from micrograd.lab.student.git import git, required, succeeds
from micrograd.lab.student.naming import project_name
from micrograd.lab.student.words import say
from micrograd.language import Language, choose


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options to its parser."""
    parser.add_argument("login", help="first letter of the first name, then the family name: jdupont")
    parser.add_argument(
        "--folder", type=Path, default=Path(), metavar="DIR", help="where to make the project (default: here)"
    )
    parser.add_argument(
        "--edition",
        choices=EDITIONS,
        default="full",
        help="light: the notebook that needs no NumPy, scikit-learn or Matplotlib (default: full)",
    )
    parser.add_argument(
        "--nbgrader",
        action="store_true",
        help="for teachers: make an nbgrader course of this name instead, with the solved notebook as its source",
    )


def main(arguments: argparse.Namespace) -> int:
    """Make the project and say what comes next; return 0. Raises ``LabError``, and then nothing was made."""
    language = choose(arguments.lang)
    if arguments.nbgrader:
        from micrograd.lab.content.nbgrader_course import write_course

        path = write_course(arguments.folder / arguments.login, language)
        print(say("nbgrader made", language, path=path, name=ASSIGNMENT))
        return 0
    path, identity = make_project(arguments.login, arguments.folder, language, arguments.edition)
    print(say("made", language, path=path))
    if identity:
        print(say("identity", language, name=identity[0], email=identity[1]))
    # Quoted as the shells of both kinds of systems read it.
    place = f'"{path}"' if os.name == "nt" else shlex.quote(str(path))
    print(say("next", language, path=place, name=path.name))
    return 0


def make_project(
    login: str, folder: Path, language: Language, edition: Edition = "full"
) -> tuple[Path, tuple[str, str] | None]:
    """Make ``BUT3-DL-login`` in ``folder`` and return its path, and the identity set for Git where it knew none.

    The project is made under another name and renamed when it is whole. Raises ``LabError`` for a login against
    the convention, for a folder that exists already, and where git is missing or nothing can be written.
    """
    name = project_name(login, language)
    if gone := missing_source():
        raise LabError(say("source is gone", language, path=gone))
    required(language)
    folder = folder.absolute()
    target = folder / name
    if os.path.lexists(target):
        raise LabError(common.say("exists", language, path=target))
    if not folder.is_dir():
        raise LabError(say("no folder", language, path=folder))
    try:
        temporary = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=folder))
    except OSError as error:
        raise LabError(common.say("not made", language, reason=error.strerror)) from None
    try:
        project = temporary / name
        project.mkdir()
        _write_files(project, name, language, edition)
        identity = _first_commit(project, login, say("first commit", language))
        if os.path.lexists(target):
            raise LabError(common.say("exists", language, path=target))
        project.rename(target)
    except OSError as error:
        raise LabError(common.say("not made", language, reason=error.strerror or error)) from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return target, identity


def requirements(language: Language, edition: Edition = "full") -> str:
    """Return the project's requirements: the libraries' pins, and micrograd-lab from where this one came.

    The light edition takes JupyterLab, to open it, and no other library.
    """
    ours = requirement("lab" if edition == "full" else "")
    pins = _shipped("requirements.txt")
    if edition == "light":
        pins = "".join(line for line in pins.splitlines(keepends=True) if line.startswith("jupyterlab=="))
    where = [say("only here", language)] if "file:" in ours else []
    # The first line is for pip, which reads comments too, and in the machine's encoding if nobody says otherwise.
    head = ["# -*- coding: utf-8 -*-", say("pins", language), pins]
    return "\n".join([*head, say("micrograd itself", language), *where, ours, ""])


def _write_files(project: Path, name: str, language: Language, edition: Edition) -> None:
    readme = _shipped(f"readme.{language}.md")
    readme = readme.format(project=name, folder=ASSIGNMENT, notebook=FILE_NAME)
    files = {
        "README.md": readme,
        ".gitignore": _shipped("gitignore.txt"),
        "requirements.txt": requirements(language, edition),
        f"{ASSIGNMENT}/{FILE_NAME}": written(assignment.student(language, edition)),
    }
    for path, content in files.items():
        (project / path).parent.mkdir(exist_ok=True)
        (project / path).write_text(content, encoding="utf-8", newline="\n")


def _shipped(name: str) -> str:
    return (resources.files("micrograd.lab.student") / "project" / name).read_text(encoding="utf-8")


def _first_commit(project: Path, login: str, message: str) -> tuple[str, str] | None:
    """Commit everything; return the identity that had to be set for this project, if one had to be."""
    git(project, "-c", "init.defaultBranch=main", "init", "--quiet")
    identity = None
    name, email = _known(project, "name"), _known(project, "email")
    if not (name and email):
        identity = (name or login, email or f"{login}@localhost")
        git(project, "config", "user.name", identity[0])
        git(project, "config", "user.email", identity[1])
    git(project, "add", "--all")
    # The user's hooks and signing keys are for his own commits.
    git(project, "-c", "commit.gpgsign=false", "commit", "--quiet", "--no-verify", "-m", message)
    return identity


def _known(project: Path, what: str) -> str:
    """Return the user's name or email as Git was told it, or nothing; what Git would guess does not count."""
    told = os.environ.get(f"GIT_COMMITTER_{what.upper()}", "")
    return told or (
        git(project, "config", f"user.{what}") if succeeds(project, "config", f"user.{what}") else ""
    )
