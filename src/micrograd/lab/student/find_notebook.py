"""Find the notebook that a command is about."""

from __future__ import annotations

import json
from pathlib import Path

from micrograd.lab.content.names import ASSIGNMENT, FILE_NAME
from micrograd.lab.errors import LabError
from micrograd.lab.student.words import say
from micrograd.language import LANGUAGES, Language, choose

_LARGEST = 50_000_000  # bytes; a larger file is read by those who know how to refuse it


def find_notebook(given: Path | None, language: Language) -> Path:
    """Return the notebook at ``given`` (itself, or a folder to look in; None: the current folder).

    Looks for ``gradient.ipynb`` in the folder and in its ``tp1-gradient_descent``. Raises ``LabError`` if it is
    not there.
    """
    start = given if given is not None else Path()
    if start.is_file():
        return start.absolute()
    for folder in (start, start / ASSIGNMENT):
        if (folder / FILE_NAME).is_file():
            return (folder / FILE_NAME).absolute()
    raise LabError(say("no notebook", language, name=given or FILE_NAME, folder=ASSIGNMENT))


def language_of(notebook: Path, wanted: str | None) -> Language:
    """Return the language to speak about a notebook: ``wanted`` if it is given, else the notebook's own.

    A notebook that does not say its language, or cannot be read, is spoken about in the user's.
    """
    if wanted is None and notebook.stat().st_size <= _LARGEST:
        try:
            own = json.loads(notebook.read_bytes())["metadata"]["micrograd"]["language"]
        except (OSError, ValueError, LookupError, TypeError, RecursionError):
            own = None
        if own in LANGUAGES:
            wanted = own
    return choose(wanted)
