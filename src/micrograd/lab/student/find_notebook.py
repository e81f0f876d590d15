"""Find the notebook that a command is about."""

from __future__ import annotations

from pathlib import Path

from micrograd.lab.content.names import ASSIGNMENT, FILE_NAME
from micrograd.lab.errors import LabError
from micrograd.lab.student.words import say
from micrograd.language import Language


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
