"""Answers taken out of the installed package: the lab ships solved, and a submission may read it there.

Told by what the cells say, and by what they do: which of the lab's modules they load and which of its files they open.
"""

from __future__ import annotations

import io
import os
import re
import sys
import tokenize
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# The line under each task is `from micrograd.lab.check import check`.
_SAID = re.compile(
    r"micrograd\s*\.\s*lab\b(?!\s*\.\s*(?:student\s*\.\s*)?check\b)(?!\s+import\s+check\b)"
    r"|from\s+micrograd\s+import\s+(?:\w+\s*,\s*)*lab\b"
    r"|micrograd[/\\\\]+lab[/\\\\]|\bmicrograd\s+lab\s+run\b"
)
_ROOMS = ("content", "solved")
_MODULES = tuple(f"micrograd.lab.{room}" for room in _ROOMS)


def says_so(source: str) -> bool:
    """Tell whether a cell's code names the lab's modules or files, other than its check; comments do not count."""
    return bool(_SAID.search(_without_comments(source)))


def _without_comments(source: str) -> str:
    lines = source.split("\n")
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.COMMENT:
                row, column = token.start
                lines[row - 1] = lines[row - 1][:column]
    except (tokenize.TokenError, SyntaxError, ValueError):
        return source
    return "\n".join(lines)


class Borrowing:
    """Watches which of the lab's files the cells of this process open."""

    def __init__(self) -> None:
        folder = Path(__file__).resolve().parent.parent
        self._folders = tuple(str(folder / room) + os.sep for room in _ROOMS)
        self._found: list[str] | None = None
        sys.addaudithook(self._hear)

    @contextmanager
    def watching(self) -> Iterator[list[str]]:
        """Give a list that fills with what is taken meanwhile."""
        found: list[str] = []
        self._found = found
        try:
            yield found
        finally:
            self._found = None

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self._found is None or event not in ("open", "import"):
            return
        what = arguments[0] if arguments else None
        if event == "import":
            # `check(n)` in a cell loads nothing of these that is not loaded already.
            if isinstance(what, str) and what.startswith(_MODULES) and what not in sys.modules:
                self._found.append(what)
        elif isinstance(what, (str, bytes, os.PathLike)):
            path = os.path.abspath(os.fsdecode(what))
            # A compiled file, too: `importlib.import_module` opens nothing else, and tells of no import.
            if path.startswith(self._folders) and not path.endswith(os.sep):
                self._found.append(path)
