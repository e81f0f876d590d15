"""``micrograd playground``: write the page with all its choices, and open it."""

from __future__ import annotations

import argparse
import sys
import tempfile
import webbrowser
from pathlib import Path

from micrograd._whole_file import write_whole
from micrograd.draw.playground import choices_page
from micrograd.draw.surroundings import language_here

_WORDS = {
    "fr": {
        "written": "La page est écrite\u00a0: {path}",
        "failed": "impossible d’écrire {path}\u00a0: {error}",
    },
    "en": {"written": "The page is written: {path}", "failed": "cannot write {path}: {error}"},
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--output", type=Path, help="file to write (default: a temporary one)")
    parser.add_argument("--no-browser", action="store_true", help="write the page, and do not open it")


def main(arguments: argparse.Namespace) -> int:
    """Write the page, say where it is, and open it in the browser."""
    lang = language_here(arguments.lang)
    path: Path = arguments.output or Path(tempfile.gettempdir()) / "micrograd-playground.html"
    try:
        write_whole(path, [choices_page(lang)])
    except OSError as error:
        failed = _WORDS[lang]["failed"].format(path=path, error=error.strerror or error)
        print(f"micrograd playground: {failed}", file=sys.stderr)
        return 2
    print(_WORDS[lang]["written"].format(path=path))
    if not arguments.no_browser:
        webbrowser.open(path.resolve().as_uri())
    return 0
