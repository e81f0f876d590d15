"""The whole site, made beside the place where it goes and moved there when it is complete."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import micrograd
from micrograd.lab.errors import LabError
from micrograd.language import Language
from micrograd.site import gallery, guides, pages
from micrograd.site.jupyterlite import write_lab
from micrograd.site.notebooks import write_notebooks
from micrograd.site.words import told

# By this file a folder is known as a site of ours, which may be made anew.
MARK = "micrograd-site.json"


def write_site(
    output: Path,
    language: Language = "en",
    *,
    complete: bool = False,
    distribution: str | None = None,
    tell: Callable[[str], object] = lambda line: None,
) -> None:
    """Write the site to the folder ``output``; one that was written before is replaced, at once or not at all.

    With ``complete`` the site needs no internet at all; ``distribution`` is the address of a folder with a copy of
    Pyodide's distribution, if it is not to be fetched from its own. ``tell`` hears what is being made, in ``language``.
    Raises ``LabError`` for a folder that holds something else, and where something cannot be fetched or made; then
    nothing has changed.
    """
    output = output.absolute()
    refuse_other_folders(output, language)
    with _beside(output, language) as fresh:
        tell(told("making lab", language))
        contents = fresh.with_name(f"{fresh.name}-contents")
        try:
            write_notebooks(contents)
            write_lab(fresh / "lab", contents, complete, distribution)
        finally:
            shutil.rmtree(contents, ignore_errors=True)
        pages.write_lab_pages(fresh / "lab")
        tell(told("making pages", language))
        pages.write_front(fresh)
        gallery.write_playground(fresh / "playground")
        tell(told("making guides", language))
        guides.write_guides(fresh / "docs")
        mark = {"micrograd-lab": micrograd.__version__, "complete": complete}
        (fresh / MARK).write_text(json.dumps(mark) + "\n", encoding="utf-8")


def refuse_other_folders(output: Path, language: Language) -> None:
    """Raise ``LabError`` where ``output`` is something that is not ours to replace."""
    if not os.path.lexists(output) or (output / MARK).is_file():
        return
    if not output.is_dir() or any(output.iterdir()):
        raise LabError(told("not a site", language, path=output))


@contextmanager
def _beside(output: Path, language: Language) -> Iterator[Path]:
    """Give an empty folder beside ``output``, which takes its place if all goes well."""
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        workshop = Path(tempfile.mkdtemp(prefix=f".{output.name}-", dir=output.parent))
    except OSError as error:
        raise LabError(told("not writable", language, path=output.parent, reason=error.strerror)) from None
    try:
        fresh = workshop / "site"
        fresh.mkdir()
        try:
            yield fresh
        except OSError as error:
            reason = error.strerror or str(error)
            raise LabError(told("not writable", language, path=output, reason=reason)) from None
        if os.path.lexists(output):
            output.rename(workshop / "old")
        fresh.rename(output)
    finally:
        shutil.rmtree(workshop, ignore_errors=True)
