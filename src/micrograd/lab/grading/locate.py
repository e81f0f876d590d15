"""Find the notebook among a submission's files, wherever the student put it, and say what was taken."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from micrograd.lab.checks.submitted import LARGEST, UnreadableError, read, work_in
from micrograd.lab.content.names import ASSIGNMENT, FILE_NAME
from micrograd.lab.grading.archives import ZipTree
from micrograd.lab.plain_text import plain_text
from micrograd.lab.sandbox.submission_files import LONGEST_PATH, Entry, Tree, files_of, is_left_out
from micrograd.lab.student.git import GitError

Note = tuple[str, dict[str, Any]]
"""A remark for the table: the key of its text, and what the text says."""

_MOST_COMPARED = 8
_LARGEST_ZIP = 30 * 1024 * 1024
_NOTEBOOKS = (".ipynb", ".ipynb.json", ".ipynb.txt")
_OTHER_WORK = (
    ".py",
    ".pdf",
    ".html",
    ".htm",
    ".docx",
    ".odt",
    ".doc",
    ".txt",
    ".rar",
    ".7z",
    ".tar",
    ".gz",
    ".tgz",
    ".xz",
)


@dataclass
class Taken:
    """The notebook that was taken, the files beside it, and remarks about the choice."""

    notebook: bytes
    files: dict[str, bytes] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)


def take(tree: Tree, inside_zip: bool = False) -> Taken:
    """Return the notebook of a submission's files.

    It is looked for in its place, then at the root, then in any case of letters, deeper, and under other names; one
    that was filled in is preferred to one that was not. Raises ``UnreadableError`` where there is none to read.
    """
    candidates = sorted((e for e in tree.entries if _is_notebook(e)), key=_rank)
    if not candidates:
        return _without_notebook(tree, inside_zip)
    problem: UnreadableError | None = None
    best: tuple[int, Entry, bytes] | None = None
    budget = LARGEST
    for entry in candidates[:_MOST_COMPARED]:
        try:
            content = _read(tree, entry, min(LARGEST, budget) if best else LARGEST)
        except UnreadableError as error:
            problem = problem or error
            continue
        work = _work(content)
        # The one in its place is the one that is meant, as soon as there is any work in it.
        if best is None or (best[0] <= 0 and work > 0) or (best[0] < 0 <= work):
            best = (work, entry, content)
        budget -= len(content)
        if best[0] > 0 or budget <= 0:
            break
    if best is None:
        assert problem is not None
        raise problem
    _, entry, content = best
    folder = entry.path.rpartition("/")[0]
    notes: list[Note] = []
    expected = entry.path in (f"{ASSIGNMENT}/{FILE_NAME}", FILE_NAME)
    if entry is not candidates[0] and candidates[0].kind == "file":
        notes.append(("unfilled", {"taken": shown(entry.path), "left": shown(candidates[0].path)}))
    elif not expected or entry is not candidates[0]:
        notes.append(("elsewhere", {"taken": shown(entry.path)}))
    return Taken(content, files_of(tree, folder), [*notes, *tree.notes])


def shown(path: str) -> str:
    """Return a path or a message as it can be shown: in one line, without control characters, not too long."""
    return " ".join(plain_text(path[:1000]).split())[:200]


def _without_notebook(tree: Tree, inside_zip: bool) -> Taken:
    zips = [e for e in tree.entries if e.kind == "file" and e.name.lower().endswith(".zip")]
    if zips and not inside_zip:
        content = tree.read(zips[0], _LARGEST_ZIP)
        taken = take(ZipTree(io.BytesIO(content), shown(zips[0].path)), inside_zip=True)
        taken.notes.insert(0, ("from-zip", {"zip": shown(zips[0].path)}))
        return taken
    scripts = [e for e in tree.entries if e.name.lower().endswith(".py") and not is_left_out(e.parts)]
    if scripts:
        raise UnreadableError("python-file", shown(scripts[0].path))
    others = [e for e in tree.entries if e.name.lower().endswith(_OTHER_WORK[1:])]
    if others:
        raise UnreadableError("other-file", shown(others[0].path))
    outside = dict(tree.notes).get("zip-outside")
    if outside:
        raise UnreadableError("zip-outside", outside["path"])
    if not tree.whole:
        raise UnreadableError("too-many-files", f"{ASSIGNMENT}/{FILE_NAME}")
    if tree.checkpoint:
        raise UnreadableError("only-checkpoint", shown(tree.checkpoint))
    raise FileNotFoundError


def _is_notebook(entry: Entry) -> bool:
    """Tell whether it may be the notebook; a link in the place of one is refused by its name, not passed over."""
    if is_left_out(entry.parts):
        return False
    if entry.kind == "link" and entry.path.lower() in (ASSIGNMENT, f"{ASSIGNMENT}/{FILE_NAME}"):
        return True
    return entry.name.lower().endswith(_NOTEBOOKS)


def _rank(entry: Entry) -> tuple[Any, ...]:
    lower = entry.path.lower()
    name, folder = entry.name.lower(), entry.parts[-2].lower() if len(entry.parts) > 1 else ""
    tests: tuple[Callable[[], bool], ...] = (
        lambda: entry.path in (f"{ASSIGNMENT}/{FILE_NAME}", ASSIGNMENT),
        lambda: entry.path == FILE_NAME,
        lambda: lower == f"{ASSIGNMENT}/{FILE_NAME}",
        lambda: lower == FILE_NAME,
        lambda: folder == ASSIGNMENT and name == FILE_NAME,
        lambda: name == FILE_NAME,
        lambda: name.startswith("gradient"),
        lambda: folder == ASSIGNMENT,
    )
    rank = next((number for number, test in enumerate(tests) if test()), len(tests))
    return rank, len(entry.parts), entry.path


def _read(tree: Tree, entry: Entry, most: int) -> bytes:
    if entry.kind == "link":
        raise UnreadableError("link", f"{shown(entry.path)} -> {shown(entry.target or _target(tree, entry))}")
    if entry.kind == "other":
        raise UnreadableError("not-a-file", shown(entry.path))
    if entry.size > most:
        raise UnreadableError("too-large", f"{entry.size / 1e6:.0f} MB")
    return tree.read(entry, most)


def _target(tree: Tree, entry: Entry) -> str:
    """Return where a link of a zip or a commit leads: that is what its content says."""
    try:
        return tree.read(entry, LONGEST_PATH).decode(errors="replace")
    except (UnreadableError, GitError):
        return "?"


def _work(content: bytes) -> int:
    """Return how many cells of a notebook were filled in; -1 for what is no notebook."""
    try:
        return work_in(read(content))
    except UnreadableError:
        return -1
