"""``micrograd lab check``: what is done in a notebook, what is not, and where to look."""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from micrograd._needs import needs
from micrograd.lab import checks
from micrograd.lab import words as common
from micrograd.lab.content.tasks import CHECKED_POINTS, TASKS, WORDS_POINTS
from micrograd.lab.errors import LabError
from micrograd.lab.student.find_notebook import find_notebook, language_of
from micrograd.lab.student.verdict import (
    as_json,
    errors_of,
    is_right,
    print_errors,
    print_recognised,
    print_task,
)
from micrograd.lab.student.words import say
from micrograd.language import Language, choose

if TYPE_CHECKING:
    from micrograd.lab.checks.submitted import Submitted
    from micrograd.lab.sandbox.confined import ConfinedRun


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options to its parser."""
    parser.add_argument(
        "notebook", nargs="?", type=Path, help="the notebook, or the project it is in (default: the one here)"
    )
    parser.add_argument(
        "--task", type=int, action="append", metavar="N", help="only this task; may be repeated"
    )
    parser.add_argument("--json", action="store_true", help="print everything as JSON, for programs")


def main(arguments: argparse.Namespace) -> int:
    """Run the notebook in a copy and print what the checks say; return 0 if everything is right, else 1."""
    path = find_notebook(arguments.notebook, choose(arguments.lang))
    language = language_of(path, arguments.lang)
    wanted = list(arguments.task or checks.NUMBERS)
    for number in wanted:
        if number not in checks.NUMBERS:
            last = checks.NUMBERS[-1]
            raise LabError(say("no task", language, number=number, first=checks.NUMBERS[0], last=last))
    if arguments.json:
        submitted, result = _run(path, language)
        print(json.dumps(as_json(submitted, result, wanted, language), ensure_ascii=False, indent=2))
        return 0 if _is_perfect(submitted, result, wanted) else 1
    return 0 if print_check(path, language, wanted) else 1


def print_check(
    path: Path, language: Language, wanted: list[int] | None = None, out: TextIO | None = None
) -> bool:
    """Run the notebook at ``path``, print task by task what is done, and return whether all of it is.

    Raises ``LabError`` if it is no notebook.
    """
    wanted, out = wanted or list(checks.NUMBERS), out or sys.stdout
    width = shutil.get_terminal_size().columns if out.isatty() else None
    saved = saved_at(path, language) if path.is_file() else None
    submitted, result = _run(path, language)
    if saved:
        print(say("saved", language, name=path.name, when=saved) + "\n", file=out)
    print_recognised(submitted, language, out)
    for number in wanted:
        print_task(number, result.findings[number], language, out, width)
        if not is_right(result, number):
            for _, place, message in errors_of(submitted.cells, result, number, language)[:1]:
                print(f"     ! {say('stops', language, place=place, error=message)}", file=out)
        if TASKS[number - 1].words:
            answered = number in submitted.answers
            mark, key = ("✓", "words done") if answered else ("·", "words missing")
            print(f"     {mark} {say(key, language)}", file=out)
    print_errors(submitted.cells, result, wanted, language, out)
    if len(wanted) == len(checks.NUMBERS):
        got = sum(checks.points(number, result.findings[number]) for number in wanted)
        total = say("total", language, got=float(got), most=float(CHECKED_POINTS), words=float(WORDS_POINTS))
        print(f"\n{total}", file=out)
    return _is_perfect(submitted, result, wanted)


def saved_at(path: Path, language: Language) -> str:
    """Return when a file was saved last, as the language writes it."""
    saved = datetime.fromtimestamp(path.stat().st_mtime)
    day = f"{saved:%d/%m/%Y}" if language == "fr" else f"{saved:%Y-%m-%d}"
    return say("when", language, day=day, time=f"{saved:%H:%M:%S}")


def _run(path: Path, language: Language) -> tuple[Submitted, ConfinedRun]:
    """Read and run the notebook, with a bar on standard error where tqdm is installed."""
    from micrograd.lab.checks.submitted import UnreadableError, read

    # A notebook is run by what Jupyter runs it with.
    with needs("lab"):
        import IPython  # noqa: F401
    from micrograd.lab.sandbox import confined
    from micrograd.lab.sandbox.isolation import Isolation
    from micrograd.lab.sandbox.submission_files import beside

    try:
        submitted = read(path.read_bytes())
    except UnreadableError as error:
        reason = common.say(error.key, language, detail=error.detail)
        raise LabError(say("check failed", language, path=path, reason=reason)) from None
    except OSError as error:
        raise LabError(say("check failed", language, path=path, reason=error.strerror or error)) from None
    with _bar(len(submitted.cells), language) as advance:
        result = confined.run_confined(
            submitted.cells,
            # It is the user's own code, on the user's own machine: limits are enough, and quicker to set up.
            Isolation("limits"),
            language,
            files=beside(path),
            words=submitted.answers,
            on_cell=advance,
        )
    return submitted, result


def _is_perfect(submitted: Submitted, result: ConfinedRun, wanted: list[int]) -> bool:
    """Tell whether these tasks are all right, and their questions answered."""
    return all(
        is_right(result, number) and (not TASKS[number - 1].words or number in submitted.answers)
        for number in wanted
    )


@contextlib.contextmanager
def _bar(total: int, language: Language) -> Iterator[Callable[[int, int], None] | None]:
    try:
        from tqdm import tqdm
    except ModuleNotFoundError:
        yield None
        return
    with tqdm(total=total, desc=say("running", language), leave=False, disable=None) as bar:

        def advance(number: int, count: int) -> None:
            bar.update()

        yield advance
