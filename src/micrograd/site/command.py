"""``micrograd lab site``: the lab in a browser tab, and the site around it, for one's own server."""

from __future__ import annotations

import argparse
from pathlib import Path

from micrograd.language import choose
from micrograd.site.words import told


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options to its parser."""
    parser.add_argument("--output", type=Path, required=True, metavar="DIR", help="the folder to write it to")
    parser.add_argument(
        "--complete",
        action="store_true",
        help="make a folder that needs no internet at all: what the full edition takes from Pyodide's distribution is "
        "fetched once and checked",
    )
    parser.add_argument(
        "--distribution",
        metavar="URL",
        help="with --complete: the address of a folder with the distribution's packages (default: Pyodide's own)",
    )


def main(arguments: argparse.Namespace) -> int:
    """Write the site and return 0. Raises ``LabError``, and then nothing has changed."""
    from micrograd.site.build import write_site

    language = choose(arguments.lang)
    write_site(
        arguments.output,
        language,
        complete=arguments.complete,
        distribution=arguments.distribution,
        tell=lambda line: print(line, flush=True),
    )
    print(told("made", language, path=arguments.output))
    return 0
