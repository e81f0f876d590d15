"""``micrograd lab grade``: a class's submissions, run in the sandbox and put into a table and a page."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from micrograd._needs import needs
from micrograd.lab.content.tasks import NUMBERS
from micrograd.lab.errors import LabError
from micrograd.lab.grading import collect
from micrograd.lab.grading.classroom import Settings, grade_class
from micrograd.lab.grading.store import Store
from micrograd.lab.grading.tables import Tables
from micrograd.lab.grading.words import WORDS, is_graded
from micrograd.lab.sandbox import isolation
from micrograd.lab.sandbox.limits import MEGABYTE, Limits
from micrograd.lab.student.remote import TAG
from micrograd.language import Language, choose

with needs("lab"):
    from tqdm import tqdm

DEFAULT_OUTPUT = "grades"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options to its parser."""
    limits = Limits()
    parser.add_argument(
        "submissions",
        type=Path,
        help="folder of clones, notebooks or zips, Moodle's zip, or a file of Git remotes, one a line",
    )
    parser.add_argument(
        "--output", type=Path, default=Path(DEFAULT_OUTPUT), metavar="DIR", help="default: grades"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="how many at once")
    parser.add_argument(
        "--scheduler", default="", metavar="ADDRESS", help="of a Dask scheduler, for more machines"
    )
    parser.add_argument(
        "--deadline", metavar="DATE", help="tags after it are late: 2023-12-15T18:00 (local time)"
    )
    parser.add_argument("--tag", default=TAG, help=f"the tag that was handed in (default: {TAG})")
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="WHO|TASK",
        help="grade again only this student (login, name or number) or this task (1 to 10); may be repeated",
    )
    parser.add_argument(
        "--again", action="store_true", help="grade everything anew, even what has not changed"
    )
    parser.add_argument(
        "--time",
        type=float,
        default=limits.seconds,
        metavar="SECONDS",
        help="for one submission (default: %(default)g)",
    )
    parser.add_argument(
        "--memory",
        type=int,
        default=limits.memory // MEGABYTE,
        metavar="MB",
        help="for one (default: %(default)s)",
    )
    parser.add_argument(
        "--isolation",
        choices=("bubblewrap", "namespaces", "limits"),
        help="default: the best that works here",
    )


def main(arguments: argparse.Namespace) -> int:
    """Grade, write the table and the page, and return 0. Raises ``LabError`` for what the teacher can put right."""
    language = choose(arguments.lang)
    output = arguments.output.absolute()
    if arguments.jobs < 1:
        raise LabError(WORDS["bad jobs"][language].format(given=arguments.jobs))
    deadline = _deadline(arguments.deadline, language)
    sources = collect.find(arguments.submissions, language, output)
    only, only_task = _only(arguments.only, sources, language)
    try:
        walls = isolation.find(arguments.isolation)
    except RuntimeError as error:
        raise LabError(str(error)) from None
    print(walls.say(language), flush=True)
    default = Limits()
    settings = Settings(
        language=language,
        limits=Limits(
            seconds=arguments.time,
            cell_seconds=min(default.cell_seconds, arguments.time / 2),
            memory=arguments.memory * MEGABYTE,
        ),
        tag=arguments.tag,
        deadline=deadline,
        jobs=arguments.jobs,
        scheduler=arguments.scheduler,
        isolation=arguments.isolation,
        again=arguments.again,
        only=only,
        only_task=only_task,
    )
    started = time.monotonic()
    store = Store(output, language)
    tables = Tables(sources, output, walls.say(language), store, language)
    with tqdm(total=len(sources), desc=WORDS["grading"][language], file=sys.stderr, disable=None) as bar:

        def on_result(result: dict[str, Any], kept: bool) -> None:
            tables.take(result, kept)
            bar.set_postfix_str(result["name"], refresh=False)
            bar.update()

        try:
            with _ended_politely():
                results = grade_class(sources, store, output, settings, on_result)
        except KeyboardInterrupt:
            bar.close()
            tables.write()
            said = WORDS["interrupted"][language].format(count=tables.count, all=len(sources))
            print(said, file=sys.stderr)
            raise
    tables.finish()
    waiting = sum(not is_graded(result) for result in results)
    failed = sum(bool(result["problem"]) or result["end"] != "finished" for result in results) - waiting
    line = WORDS["graded"][language].format(
        count=len(results),
        new=len(results) - tables.kept,
        kept=tables.kept - waiting,
        failed=failed,
        seconds=f"{time.monotonic() - started:.0f}",
    )
    print(line)
    if waiting:
        print(WORDS["waiting"][language].format(count=waiting))
    return 0


@contextmanager
def _ended_politely() -> Iterator[None]:
    """Let being asked to end be what Ctrl-C is: what is done is written, and nothing is left behind."""

    def interrupt(number: int, frame: Any) -> None:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, interrupt)
    except ValueError:  # not in the main thread, whose business it is
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _only(
    given: list[str], sources: list[collect.Source], language: Language
) -> tuple[frozenset[str] | None, int | None]:
    """Return the keys of the submissions and the task that are meant."""
    keys: set[str] = set()
    task: int | None = None
    for text in given:
        wanted = _comparable(text)
        meant = [
            s.name for s in sources if wanted in map(_comparable, (s.name, s.given, s.number)) and wanted
        ]
        number = wanted.removeprefix("task-").removeprefix("t")
        if meant:
            keys.update(meant)
        elif number.isdecimal() and int(number) in NUMBERS:
            task = int(number)
        else:
            raise LabError(WORDS["no match"][language].format(given=text))
    return frozenset(keys) if keys else None, task


def _comparable(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold().strip()


def _deadline(given: str | None, language: Language) -> datetime | None:
    if given is None:
        return None
    try:
        when = datetime.fromisoformat(given)
    except ValueError:
        raise LabError(WORDS["bad deadline"][language].format(given=given)) from None
    if when == when.replace(hour=0, minute=0, second=0) and "T" not in given and " " not in given:
        when = when.replace(hour=23, minute=59, second=59)  # a day means until its end
    return when.astimezone()
