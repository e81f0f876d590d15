"""The command ``micrograd``."""

from __future__ import annotations

import argparse
import importlib
import io
import os
import sys
from collections.abc import Sequence
from types import ModuleType

import micrograd._namesake  # warns where PyPI's micrograd has taken our engine's place

try:
    from micrograd import __version__
except ImportError:
    # Our __init__.py was written over by PyPI's, or went away with it when that was uninstalled.
    from micrograd._origin import requirement

    sys.exit(
        "micrograd: files of micrograd-lab are missing, or another package has written over them. Install it "
        f'again: {micrograd._namesake.REINSTALL} "{requirement()}"'
    )
from micrograd.lab.errors import LabError
from micrograd.language import LANGUAGES

# What each does, and its module, which has ``configure(parser)`` and ``main(arguments) -> exit code``.
LAB_COMMANDS = {
    "new": ("micrograd.lab.student.new", "make a student's project, ready to work in"),
    "open": ("micrograd.lab.student.open", "open the lab's notebook in JupyterLab"),
    "check": ("micrograd.lab.student.check", "say which tasks are done, with a hint where they are not"),
    "run": (
        "micrograd.lab.solved.run",
        "execute the solved lab and compare it with what the handout expects",
    ),
    "submit": ("micrograd.lab.student.submit", "check, commit, tag and push a student's work"),
    "grade": ("micrograd.lab.grading.grade", "grade a folder of submissions"),
    "site": ("micrograd.site.command", "write the lab for a browser tab, and the site around it"),
}

OTHER_COMMANDS = {
    "playground": (
        "micrograd.draw.playground_command",
        "write a page in which networks learn before your eyes, and open it",
    ),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line (``argv``, without the program's name) and return its exit code.

    The code is 0 for success, 1 where a lab command found something wrong with what it looked at, 2 for a
    command that could not be carried out (the reason is on standard error), 130 after Ctrl-C.
    """
    for stream in (sys.stdout, sys.stderr):
        # A terminal of another age has no é: better a question mark than no answer.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    given = list(sys.argv[1:] if argv is None else argv)
    try:
        arguments = _parser(given).parse_args(given)
        name = arguments.command if arguments.room == "lab" else arguments.room
        code = int(_module(name).main(arguments))
        sys.stdout.flush()
        return code
    except (LabError, ImportError) as error:
        named = " ".join(given[:2] if given[0] == "lab" else given[:1])
        print(f"micrograd {named}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever read our output has seen enough (`| head`); what is still waiting to be written goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _parser(given: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="micrograd", description="Backpropagation you can see: the lab on gradient descent."
    )
    parser.add_argument("--version", action="version", version=f"micrograd-lab {__version__}")
    parser.add_argument("--versions", action=_Versions, nargs=0, help="show Python, the engine and libraries")
    rooms = parser.add_subparsers(dest="room", required=True, metavar="COMMAND")
    lab = rooms.add_parser("lab", help="hand out, run, check and grade the lab", description="The lab.")
    commands = lab.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (_, summary) in LAB_COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        command.add_argument("--lang", choices=LANGUAGES, help="language (default: the system's)")
        # Only the command that is called is imported: each brings libraries of its own.
        if list(given[:2]) == ["lab", name]:
            _module(name).configure(command)
    for name, (_, summary) in OTHER_COMMANDS.items():
        command = rooms.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        command.add_argument("--lang", choices=LANGUAGES, help="language (default: the system's)")
        if given[:1] == [name]:
            _module(name).configure(command)
    return parser


class _Versions(argparse.Action):
    """Print what runs here, as a report of a fault needs it, and exit."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        print("\n".join(f"{name:14} {version}" for name, version in versions().items()))
        parser.exit()


def versions() -> dict[str, str]:
    """Return the versions of everything that runs here: Python, the engine and how it runs, the libraries."""
    import platform
    from importlib import metadata

    from micrograd import engine

    try:
        from micrograd.compiler import _kernels

        instructions = f"C kernels for {_kernels.instruction_sets()[0]}"
    except ImportError:
        instructions = "no C kernels: NumPy where it is installed"
    found = {
        "micrograd-lab": __version__,
        "engine": "compiled" if engine.COMPILED else "plain Python",
        "compiler": instructions,
        "Python": f"{platform.python_version()} ({platform.python_implementation()})",
        "system": platform.platform(),
    }
    for library in ("numpy", "scikit-learn", "matplotlib", "graphviz-pure", "jupyterlab", "nbgrader", "dask"):
        try:
            found[library] = metadata.version(library)
        except metadata.PackageNotFoundError:
            found[library] = "not installed"
    return found


def _module(command: str) -> ModuleType:
    return importlib.import_module({**LAB_COMMANDS, **OTHER_COMMANDS}[command][0])


if __name__ == "__main__":
    sys.exit(main())
