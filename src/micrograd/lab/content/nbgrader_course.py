"""A course for nbgrader, with the lab as its assignment."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from micrograd._needs import needs
from micrograd.lab.content import assignment
from micrograd.lab.content.names import ASSIGNMENT, FILE_NAME
from micrograd.lab.content.weaving import CODE_STUB
from micrograd.lab.errors import LabError
from micrograd.lab.words import say
from micrograd.language import Language

with needs("lab"):
    import nbformat

_CONFIGURATION = """\
from nbgrader.converters import Autograde

from micrograd.lab.content.nbgrader_copies import EachCellOnce

c = get_config()  # noqa: F821

c.CourseDirectory.course_id = {course!r}
c.CourseDirectory.root = {root!r}
c.ClearSolutions.code_stub = {{"python": {code!r}}}
c.ClearSolutions.text_stub = {text!r}
# A cell that does not end costs its task, not the whole submission.
c.ExecutePreprocessor.timeout = 60
c.ExecutePreprocessor.interrupt_on_timeout = True
# A copied cell costs nothing; without this it stops the grading of everybody.
c.Autograde.sanitize_preprocessors = [EachCellOnce, *Autograde.sanitize_preprocessors.default()]
"""


def write_course(folder: Path, language: Language) -> Path:
    """Make an nbgrader course in ``folder``, which must not exist, and return its path.

    It holds a configuration and ``source/tp1-gradient_descent/gradient.ipynb``; nbgrader does the rest. Raises
    ``LabError`` where it cannot be made; then nothing is left behind.
    """
    folder = folder.absolute()
    if os.path.lexists(folder):
        raise LabError(say("exists", language, path=folder))
    configuration = _CONFIGURATION.format(
        course=folder.name,
        root=str(folder),
        code=CODE_STUB[language],
        text=assignment.ANSWER_STUB[language],
    )
    try:
        temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise LabError(say("not made", language, reason=error.strerror)) from None
    try:
        course = temporary / folder.name
        source = course / "source" / ASSIGNMENT
        source.mkdir(parents=True)
        (course / "nbgrader_config.py").write_text(configuration, encoding="utf-8")
        notebook = nbformat.writes(assignment.teacher(language)) + "\n"
        (source / FILE_NAME).write_text(notebook, encoding="utf-8")
        course.rename(folder)
    except OSError as error:
        raise LabError(say("not made", language, reason=error.strerror or error)) from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return folder
