"""``micrograd lab grade``: a class's submissions, run in the sandbox and put into a table and a page."""

from __future__ import annotations

import argparse
import os
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from micrograd._needs import needs
from micrograd.lab.errors import LabError
from micrograd.lab.grading import collect
from micrograd.lab.grading.classroom import Settings, grade_class
from micrograd.lab.grading.page import write_page
from micrograd.lab.grading.store import write
from micrograd.lab.grading.table import write_csv
from micrograd.lab.grading.words import WORDS
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
        help="folder of clones or of notebooks, or a file of Git remotes, one a line",
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
    words = WORDS[language]
    output = arguments.output.absolute()
    if arguments.jobs < 1:
        raise LabError(words["bad jobs"].format(given=arguments.jobs))
    sources = collect.find(arguments.submissions, language, output)
    try:
        walls = isolation.find(arguments.isolation)
    except RuntimeError as error:
        raise LabError(str(error)) from None
    print(walls.say(language))
    default = Limits()
    settings = Settings(
        language=language,
        limits=Limits(
            seconds=arguments.time,
            cell_seconds=min(default.cell_seconds, arguments.time / 2),
            memory=arguments.memory * MEGABYTE,
        ),
        tag=arguments.tag,
        deadline=_deadline(arguments.deadline, language),
        jobs=arguments.jobs,
        scheduler=arguments.scheduler,
        isolation=arguments.isolation,
        again=arguments.again,
    )
    started = time.monotonic()
    count = kept_count = 0
    with tqdm(total=len(sources), desc=words["grading"], file=sys.stderr, disable=None) as bar:

        def on_result(result: dict[str, Any], kept: bool) -> None:
            nonlocal count, kept_count
            count += 1
            kept_count += kept
            bar.set_postfix_str(result["name"], refresh=False)
            bar.update()

        try:
            results = grade_class(sources, output, settings, on_result)
        except KeyboardInterrupt:
            bar.close()
            print(words["interrupted"].format(count=count, all=len(sources)), file=sys.stderr)
            raise
    _write(results, output, walls.say(language), language)
    failed = sum(bool(result["problem"]) or result["end"] != "finished" for result in results)
    line = words["graded"].format(
        count=len(results),
        new=len(results) - kept_count,
        kept=kept_count,
        failed=failed,
        seconds=f"{time.monotonic() - started:.0f}",
    )
    print(line)
    return 0


def _write(results: list[dict[str, Any]], output: Path, walls: str, language: Language) -> None:
    words = WORDS[language]
    page, table = output / "grades.html", output / "grades.csv"
    write(table, write_csv(results, language))
    write(page, write_page(results, walls, language))
    print(words["csv at"].format(path=table.resolve()))
    print(words["report at"].format(path=page.resolve()))


def _deadline(given: str | None, language: Language) -> datetime | None:
    if given is None:
        return None
    try:
        when = datetime.fromisoformat(given)
    except ValueError:
        raise LabError(WORDS[language]["bad deadline"].format(given=given)) from None
    if when == when.replace(hour=0, minute=0, second=0) and "T" not in given and " " not in given:
        when = when.replace(hour=23, minute=59, second=59)  # a day means until its end
    return when.astimezone()
