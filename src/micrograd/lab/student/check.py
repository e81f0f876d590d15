"""``micrograd lab check``: what is done in a notebook, what is not, and where to look."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TextIO

from micrograd.lab import checks
from micrograd.lab.content.tasks import CHECKED_POINTS, TASKS, WORDS_POINTS
from micrograd.lab.content.tasks import task as task_of
from micrograd.lab.errors import LabError
from micrograd.lab.student.find_notebook import find_notebook
from micrograd.lab.student.verdict import errors_of, first_line, is_right, print_errors, print_task
from micrograd.lab.student.words import WORDS
from micrograd.language import Language, choose


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options to its parser."""
    parser.add_argument(
        "notebook", nargs="?", type=Path, help="the notebook, or the project it is in (default: the one here)"
    )
    parser.add_argument(
        "--task", type=int, action="append", metavar="N", help="only this task; may be repeated"
    )


def main(arguments: argparse.Namespace) -> int:
    """Run the notebook in a copy and print what the checks say; return 0 if everything is right, else 1."""
    language = choose(arguments.lang)
    path = find_notebook(arguments.notebook, language)
    try:
        wanted = [task_of(number).number for number in arguments.task or checks.NUMBERS]
    except ValueError as error:
        raise LabError(str(error)) from None
    return 0 if print_check(path, language, wanted) else 1


def print_check(
    path: Path, language: Language, wanted: list[int] | None = None, out: TextIO | None = None
) -> bool:
    """Run the notebook at ``path``, print task by task what is done, and return whether all of it is.

    Raises ``LabError`` if it is no notebook.
    """
    from tqdm import tqdm

    from micrograd.lab.checks.submitted import UnreadableError, read
    from micrograd.lab.sandbox import confined
    from micrograd.lab.sandbox.isolation import Isolation
    from micrograd.lab.sandbox.submission_files import beside

    words, out = WORDS[language], out or sys.stdout
    try:
        submitted = read(path.read_bytes())
    except (UnreadableError, OSError) as error:
        raise LabError(words["check failed"].format(path=path, reason=error)) from None
    with tqdm(total=len(submitted.cells), desc=words["running"], leave=False, disable=None) as bar:
        result = confined.run_confined(
            submitted.cells,
            # It is the user's own code, on the user's own machine: limits are enough, and quicker to set up.
            Isolation("limits"),
            language,
            files=beside(path),
            words=submitted.answers,
            on_cell=lambda number, count: bar.update(),
        )
    perfect = True
    for number in wanted or checks.NUMBERS:
        findings = result.findings[number]
        perfect &= print_task(number, findings, language, out)
        if not is_right(result, number):
            for cell, message in errors_of(submitted.cells, result, number)[:1]:
                print(f"     ! {words['stops'].format(line=first_line(cell), error=message)}", file=out)
        if TASKS[number - 1].words:
            answered = number in submitted.answers
            perfect &= answered
            print(
                f"     {'✓' if answered else '·'} {words['words done' if answered else 'words missing']}",
                file=out,
            )
    print_errors(submitted.cells, result, wanted or list(checks.NUMBERS), language, out)
    total = sum(checks.points(number, result.findings[number]) for number in checks.NUMBERS)
    if not wanted or len(wanted) == len(checks.NUMBERS):
        line = words["total"].format(got=f"{total:g}", most=f"{CHECKED_POINTS:g}", words=f"{WORDS_POINTS:g}")
        print(f"\n{line}", file=out)
    return perfect
