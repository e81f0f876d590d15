"""``micrograd lab run``: execute the solved lab, compare it with the handout, write a report."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from micrograd._needs import needs
from micrograd.lab.content.nodes import written
from micrograd.lab.content.weaving import FILE_NAMES, build, cells_of
from micrograd.lab.files import usable_folder, write_whole
from micrograd.lab.solved import facts, numbers, pages
from micrograd.lab.solved.execute import Execution, Probes, execute, merge
from micrograd.lab.solved.printed import print_comparisons
from micrograd.lab.solved.report import render
from micrograd.lab.solved.words import WORDS
from micrograd.language import LANGUAGES, Language, choose

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
    words = WORDS[language]
    folder = usable_folder(arguments.output, language)

    begun = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="micrograd-lab-", ignore_cleanup_errors=True) as scratch:
        # Into the user's folder only once everything is there, for Ctrl-C to leave it as it was.
        execution = _execute(language, merge(facts.PROBES, pages.probes(Path(scratch))))
        graphs = {path.name: path.read_text(encoding="utf-8") for path in Path(scratch).iterdir()}
    seconds = time.perf_counter() - begun
    comparisons = facts.compare(execution, language)

    report, notebook = folder / REPORT_NAME, folder / FILE_NAMES[language]
    for name, page in graphs.items():
        write_whole(folder / name, page, language)
    write_whole(notebook, written(execution.notebook), language)
    write_whole(report, render(execution.notebook, comparisons, language, seconds, pages.PAGES), language)

    print_comparisons(comparisons, language, sys.stdout)
    print(words["report at"].format(path=report.resolve()))
    print(words["notebook at"].format(path=notebook.resolve()))
    return 0 if all(line.same for line in comparisons) else 1


def write_notebooks(folder: Path, content: Path | None = None) -> int:
    """Write both notebooks, executed, into ``folder``, with the numbers in the prose measured anew; return 0.

    For whoever changes the lab's content: the numbers go into ``content``, by default the package's own folder
    of that name.
    """
    usable_folder(folder, "en")
    executions = {language: _execute(language, numbers.PROBES) for language in LANGUAGES}
    found = numbers.measured(executions["fr"])
    content = content or Path(str(resources.files("micrograd.lab"))) / "content"
    write_whole(content / "numbers.json", json.dumps(found, indent=1) + "\n", "en")
    cells_of.cache_clear()
    for language, execution in executions.items():
        prose = {cell.id: cell.source for cell in build(language, markers=False).cells}
        for cell in execution.notebook.cells:
            cell.source = prose[cell.id]
            # The explorer's page is large, changes with every change of its scripts, and shows in Jupyter only.
            for output in cell.get("outputs", []):
                output.get("data", {}).pop("text/html", None)
        path = folder / FILE_NAMES[language]
        write_whole(path, written(execution.notebook), "en")
        print(path)
    return 0


def _execute(language: Language, probes: Probes) -> Execution:
    # For reading: where a solution begins is of no interest once it is given.
    notebook = build(language, markers=False)
    with _progress(WORDS[language]["running"], len(notebook.cells)) as advance:
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
