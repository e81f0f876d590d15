"""``micrograd lab run``: execute the solved lab, compare it with the handout, write a report."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from micrograd._needs import needs
from micrograd.lab.content.names import FILE_NAMES
from micrograd.lab.content.nodes import written
from micrograd.lab.content.weaving import build
from micrograd.lab.files import usable_folder, write_whole
from micrograd.lab.solved import facts, pages
from micrograd.lab.solved.execute import Execution, Probes, execute, merge
from micrograd.lab.solved.printed import print_comparisons
from micrograd.lab.solved.report import render
from micrograd.lab.solved.words import say
from micrograd.language import Language, choose

with needs("lab"):
    from tqdm import tqdm

DEFAULT_OUTPUT = "lab-report"
REPORT_NAME = "report.html"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options to its parser."""
    parser.add_argument(
        "--output",
        type=Path,
        default=Path(DEFAULT_OUTPUT),
        metavar="DIR",
        help=f"folder for the report and the executed notebook (default: {DEFAULT_OUTPUT})",
    )


def main(arguments: argparse.Namespace) -> int:
    """Run the lab; return 0 if everything is as the handout expects, 1 if anything differs.

    Raises ``LabError`` for a folder that cannot be written and for a notebook that does not run to its end.
    """
    language = choose(arguments.lang)
    folder = usable_folder(arguments.output, language)

    begun = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="micrograd-lab-", ignore_cleanup_errors=True) as scratch:
        # Into the user's folder only once everything is there, for Ctrl-C to leave it as it was.
        execution = executed(language, merge(facts.PROBES, pages.probes(Path(scratch))))
        graphs = {path.name: path.read_text(encoding="utf-8") for path in Path(scratch).iterdir()}
    seconds = time.perf_counter() - begun
    comparisons = facts.compare(execution, language)

    report, notebook = folder / REPORT_NAME, folder / FILE_NAMES[language]
    for name, page in graphs.items():
        write_whole(folder / name, page, language)
    write_whole(notebook, written(execution.notebook), language)
    write_whole(report, render(execution.notebook, comparisons, language, seconds, pages.PAGES), language)

    print_comparisons(comparisons, language, sys.stdout)
    print(say("report at", language, path=report.resolve()))
    print(say("notebook at", language, path=notebook.resolve()))
    return 0 if all(line.same for line in comparisons) else 1


def executed(language: Language, probes: Probes) -> Execution:
    """Return the solved lab, executed, with what the probes saw; a bar on standard error shows how far it is."""
    # For reading: where a solution begins is of no interest once it is given.
    notebook = build(language, markers=False)
    with _progress(say("running", language), len(notebook.cells)) as advance:
        return execute(notebook, language, probes, on_cell=advance)


@contextmanager
def _progress(text: str, total: int) -> Iterator[Callable[[str], None]]:
    # On standard error: standard output is for the results.
    with tqdm(
        total=total, desc=text, leave=False, disable=None, bar_format="{desc} {bar} {n}/{total} {elapsed}"
    ) as bar:

        def advance(cell_id: str) -> None:
            bar.update()

        yield advance
