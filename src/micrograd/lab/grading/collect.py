"""Find the submissions: a folder of clones, of notebooks, of zips; Moodle's zip; one notebook; a list of remotes."""

from __future__ import annotations

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from micrograd.lab.checks.submitted import UnreadableError
from micrograd.lab.content.names import ASSIGNMENT, FILE_NAME
from micrograd.lab.errors import LabError
from micrograd.lab.grading.archives import ZipTree
from micrograd.lab.grading.clones import clone, moved_on
from micrograd.lab.grading.handed_in import HandedIn, read_clone, read_folder, read_tree
from micrograd.lab.grading.keys import Name, keys, person
from micrograd.lab.grading.locate import shown
from micrograd.lab.grading.words import WORDS
from micrograd.lab.sandbox.submission_files import Entry, is_left_out, read_regular
from micrograd.lab.student.git import GitError
from micrograd.language import Language

_LONGEST_LIST = 1024 * 1024
_MOST_IN_A_CLASS = 100_000
#: What a student may have handed in as one file; only notebooks are graded, all get a row.
_HANDED_IN = (
    ".ipynb", ".ipynb.json", ".ipynb.txt", ".zip", ".py", ".pdf", ".html", ".htm", ".docx", ".odt", ".rar", ".7z",
    ".tar", ".tgz", ".gz",
)  # fmt: skip


@dataclass(frozen=True)
class Source:
    """Where one submission is: ``path`` on this machine, ``files`` in a folder or a zip, or ``remote`` to clone."""

    name: str
    """Its key, which no other submission has."""
    path: Path | None = None
    remote: str = ""
    given: str = ""
    """The name as it came: the student's where Moodle gives it, else that of the folder, the file or the project."""
    number: str = ""
    """Moodle's number of the participant."""
    files: tuple[tuple[str, str], ...] = ()
    """Of a submission that is some files in ``path``, a folder or a zip: the path to give each, and where it is."""
    as_folder: bool = True
    """Whether the files were a folder, in which the notebook has a place."""


def find(submissions: Path, language: Language, output: Path | None = None) -> list[Source]:
    """Return the submissions in the order of their names, remotes as they are listed. Raises ``LabError`` if there are
    none.

    ``output`` is where the grades go: it may lie among the submissions, and is none of them.
    """
    words = WORDS
    if submissions.is_dir():
        found = list(_in_folder(submissions, output))
    elif submissions.is_file() and submissions.name.lower().endswith(".zip"):
        found = list(_in_zip(submissions, language))
    elif submissions.is_file() and submissions.name.lower().endswith(_HANDED_IN):
        found = [_single(submissions)]
    elif submissions.is_file():
        found = list(_listed(submissions, language))
    else:
        raise LabError(words["no such"][language].format(path=submissions))
    if not found:
        raise LabError(words["nothing there"][language].format(path=submissions))
    named = _named([replace(source, given=_readable(source.given)) for source in found])
    return named if any(source.remote for source in named) else sorted(named, key=_alphabetical)


def read(source: Source, clones: Path, tag: str, deadline: datetime | None) -> HandedIn:
    """Read one submission, cloning it first if it is a remote. Never raises for what was handed in."""
    if source.remote:
        try:
            folder = clone(source.remote, source.name, clones, tag)
        except GitError as error:
            return HandedIn(source.name, problem="no-clone", detail=shown(str(error)), tag="missing")
        handed = read_clone(source.name, folder, tag, deadline)
        if moved_on(source.name, clones, tag):
            handed.notes.insert(0, ("moved-on", {}))
        return handed
    assert source.path is not None
    if source.files:
        with ExitStack() as stack:
            tree = _Members(source, stack)
            return read_tree(source.name, tree, source.as_folder)
    if source.path.is_symlink():
        detail = f"{source.path.name} -> {os.readlink(source.path)}"
        return HandedIn(source.name, problem="link", detail=shown(detail))
    return read_folder(source.name, source.path, tag, deadline)


class _Members:
    """Some files of a folder or of a zip, as a tree of their own."""

    def __init__(self, source: Source, stack: ExitStack) -> None:
        assert source.path is not None
        self.whole = True
        self.notes: list[tuple[str, dict[str, Any]]] = []
        self.checkpoint = ""
        self._zip: ZipTree | None = None
        self._folder = source.path
        self._there = dict(source.files)
        if source.path.is_dir():
            self.entries = [self._entry(path, there) for path, there in source.files]
        else:
            self._zip = ZipTree(
                stack.enter_context(source.path.open("rb")), source.path.name, _MOST_IN_A_CLASS
            )
            listed = {entry.path: entry for entry in self._zip.entries}
            self._listed = listed
            self.entries = [
                replace(listed[there], path=path) for path, there in source.files if there in listed
            ]
        self.entries.sort(key=lambda entry: (len(entry.parts), entry.path))

    def read(self, entry: Entry, most: int) -> bytes:
        there = self._there[entry.path]
        if self._zip is not None:
            return self._zip.read(self._listed[there], most)
        return read_regular(self._folder / there, most)

    def _entry(self, path: str, there: str) -> Entry:
        file = self._folder / there
        if file.is_symlink():
            return Entry(path, 0, "link", os.readlink(file))
        return Entry(path, file.lstat().st_size, "file" if file.is_file() else "other")


def _single(path: Path) -> Source:
    return Source(
        _stem(path.name),
        path.parent,
        given=_stem(path.name),
        files=((path.name, path.name),),
        as_folder=False,
    )


def _in_folder(folder: Path, output: Path | None) -> Iterator[Source]:
    entries = sorted((e for e in folder.iterdir() if _is_somebodys(e.name)), key=lambda entry: entry.name)
    if any(e.name.lower() == ASSIGNMENT and e.is_dir() and not e.is_symlink() for e in entries):
        # One student's project, not a folder of them.
        yield Source(folder.resolve().name, folder, given=folder.resolve().name)
        return
    entries = [
        e
        for e in entries
        # A link is refused by its name, wherever it leads.
        if (e.is_symlink() or e.is_dir() or e.name.lower().endswith(_HANDED_IN))
        and (output is None or os.path.realpath(e) != os.path.realpath(output))
    ]
    if len(entries) == 1 and entries[0].name.lower().endswith(".zip") and entries[0].is_file():
        inside = _class_in_zip(entries[0])
        if inside is not None:
            yield from inside
            return
    folders = [e for e in entries if e.is_dir() or not e.name.lower().endswith(_HANDED_IN)]
    yield from (Source(e.name, e, given=e.name) for e in folders if not person(e.name)[1])
    moodle = [(e.name, e) for e in entries if person(e.name)[1]]
    yield from _from_moodle(moodle)
    yield from (
        replace(_single(e), given=_stem(e.name))
        for e in entries
        if e not in folders and not person(e.name)[1]
    )


def _from_moodle(entries: Iterable[tuple[str, Path]]) -> Iterator[Source]:
    """Yield one submission for each of Moodle's participants, who may have several files, or a text besides."""
    people: dict[tuple[str, str], list[tuple[str, Path]]] = {}
    for name, path in entries:
        given, number, _ = person(name)
        people.setdefault((given, number), []).append((name, path))
    for (given, number), theirs in people.items():
        # What was typed into Moodle's own text field comes as a folder of its own, and is no notebook.
        theirs = [t for t in theirs if "_assignsubmission_onlinetext" not in t[0]] or theirs
        folders = [path for _, path in theirs if path.is_dir()]
        if folders:
            yield Source(given, folders[0], given=given, number=number)
            continue
        files = tuple((person(name)[2] or name, path.name) for name, path in theirs)
        yield Source(given, theirs[0][1].parent, given=given, number=number, files=files, as_folder=False)


def _in_zip(path: Path, language: Language) -> Iterator[Source]:
    try:
        found = _class_in_zip(path)
    except UnreadableError as error:
        raise LabError(WORDS["no zip"][language].format(path=path, reason=error.detail)) from None
    yield from found if found is not None else [_single(path)]


def _class_in_zip(path: Path) -> list[Source] | None:
    """Return the submissions in a zip of a whole class, or None for the zip of one student's project."""
    try:
        with path.open("rb") as file:
            tree = ZipTree(file, path.name, _MOST_IN_A_CLASS)
            listed = [e.path for e in tree.entries]
    except OSError as error:
        raise UnreadableError("bad-zip", error.strerror or path.name) from None
    prefix = ""
    # A folder around everything, as one gets who zips a folder.
    while listed and len(tops := {p[len(prefix) :].partition("/")[0] for p in listed}) == 1:
        (top,) = tops
        if any(p == prefix + top for p in listed) or person(top)[1]:
            break
        prefix += f"{top}/"
    people: dict[str, list[tuple[str, str]]] = {}
    for there in listed:
        inside = there[len(prefix) :]
        top, _, rest = inside.partition("/")
        if not _is_somebodys(top):
            continue
        if not rest and not top.lower().endswith(_HANDED_IN):
            continue
        people.setdefault(top, []).append((rest or top, there))
    if len(people) > 1 or any(person(top)[1] for top in people):
        for folder in tree.folders:
            top = folder.removeprefix(prefix).partition("/")[0]
            if folder.startswith(prefix) and top and _is_somebodys(top):
                people.setdefault(top, [("", "")])  # somebody who handed in an empty folder
    lower = {top.lower() for top in people}
    if (
        not people
        or ASSIGNMENT in lower
        or FILE_NAME in lower
        or (prefix and prefix.rstrip("/").rpartition("/")[2].lower() == ASSIGNMENT)
    ):
        return None
    return _people_in_zip(path, people)


def _people_in_zip(path: Path, people: dict[str, list[tuple[str, str]]]) -> list[Source]:
    merged: dict[tuple[str, str, str], tuple[list[tuple[str, str]], bool]] = {}
    for top, files in sorted(people.items()):
        given, number, after = person(top)
        is_folder = not (len(files) == 1 and files[0][1].endswith(top) and files[0][0] == top)
        if "_assignsubmission_onlinetext" in top and any(
            person(other)[:2] == (given, number)
            for other in people
            if "_assignsubmission_onlinetext" not in other
        ):
            continue
        label = given if number else top if is_folder else _stem(top)
        kept, _ = merged.setdefault((label, number, "" if number else top), ([], is_folder))
        kept += files if is_folder or not number else [(after or top, files[0][1])]
    return [
        Source(label, path, given=label, number=number, files=tuple(files), as_folder=as_folder)
        for (label, number, _), (files, as_folder) in merged.items()
    ]


def _is_somebodys(name: str) -> bool:
    return not name.startswith(".") and not is_left_out((name,))


def _readable(name: str) -> str:
    """Return a name whose bytes are not UTF-8 as what they most likely were."""
    if not any("\ud800" <= character <= "\udfff" for character in name):
        return name
    return os.fsencode(name).decode("cp1252", "replace")


def _alphabetical(source: Source) -> tuple[str, str, str]:
    letters = unicodedata.normalize("NFKD", source.given)
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return plain.casefold(), source.given, source.number


def _stem(name: str) -> str:
    ending = next((e for e in _HANDED_IN if name.lower().endswith(e)), "")
    # The longest of the endings: "x.ipynb.txt" is x.
    ending = max((e for e in _HANDED_IN if name.lower().endswith(e)), key=len, default=ending)
    return name[: len(name) - len(ending)] or name


def _listed(path: Path, language: Language) -> Iterator[Source]:
    """Yield the remotes of a file: one a line, or a name and a remote; ``#`` begins a comment."""
    if path.stat().st_size > _LONGEST_LIST:
        raise LabError(WORDS["no list"][language].format(path=path))
    try:
        text = path.read_text(encoding="utf-8-sig")  # editors on Windows put a mark first
    except UnicodeDecodeError:
        raise LabError(WORDS["no list"][language].format(path=path)) from None
    for number, line in enumerate(text.splitlines(), 1):
        parts = line.partition(" #")[0].split()
        if not parts or parts[0].startswith("#"):
            continue
        remote = parts[-1]
        if len(parts) > 2 or "::" in remote or any(part.startswith("-") for part in parts):
            given = shown(line.strip())[:80]
            raise LabError(WORDS["bad line"][language].format(path=path, number=number, line=given))
        name = (
            parts[0] if len(parts) == 2 else re.split(r"[/:\\]", remote.rstrip("/"))[-1].removesuffix(".git")
        )
        yield Source(name, remote=remote, given=name)


def _named(sources: list[Source]) -> list[Source]:
    """Give each submission a key of its own."""
    names = []
    for source in sources:
        identity = source.remote or (source.path.name if source.path and not source.files else source.name)
        if source.files:
            identity = source.files[0][1]
        names.append(Name(source.given, identity, source.number))
    named = [replace(source, name=key) for source, key in zip(sources, keys(names))]
    alike = Counter(_alike(source) for source in sources)
    # Two of one name, a folder and a file, say: each says what it is.
    return [
        replace(source, given=f"{source.given} ({shown(_readable(name.identity))})")
        if alike[_alike(source)] > 1 and not source.remote
        else source
        for source, name in zip(named, names)
    ]


def _alike(source: Source) -> tuple[str, str]:
    """Return what two sources have in common that nobody could tell apart in the table."""
    return " ".join(unicodedata.normalize("NFC", source.given).split()), source.number
