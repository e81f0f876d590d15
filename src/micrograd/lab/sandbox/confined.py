"""Run one notebook behind the walls and judge what comes out."""

from __future__ import annotations

import contextlib
import os
import queue
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import IO, Any, Literal

from micrograd.lab import checks
from micrograd.lab.checks import Finding
from micrograd.lab.checks.submitted import CodeCell
from micrograd.lab.content.tasks import NUMBERS
from micrograd.lab.plain_text import plain_text
from micrograd.lab.sandbox import cgroups, channel
from micrograd.lab.sandbox.borrowing import says_so
from micrograd.lab.sandbox.dot_program import with_dot
from micrograd.lab.sandbox.isolation import Isolation, handed_over
from micrograd.lab.sandbox.limits import Limits
from micrograd.lab.sandbox.removing import remove
from micrograd.lab.sandbox.watch import MARK, Watch, running_now
from micrograd.language import Language, french

End = Literal["finished", "time", "stuck", "paused", "memory", "processes", "written", "flood", "died"]
_LOOK_EVERY = 0.2
_SEEN = ("imports", "patches", "reads", "processes")
_MOST_NOTES = 10
_DUE = ("begin", "training", "cell", "ready", "observed")
"""What the run has to say as it goes on; anything else a cell may bring about while it hangs."""


@dataclass
class ConfinedRun:
    """What came out of one notebook."""

    end: End = "finished"
    detail: str = ""
    seconds: float = 0.0
    outputs: list[list[dict[str, Any]]] = field(default_factory=list)
    """For each code cell its outputs, as ``shell.Outputs`` makes them; empty where it did not run."""
    cell: int | None = None
    """Which cell was running when it ended early."""
    findings: dict[int, list[Finding]] = field(default_factory=dict)
    borrowed: list[int] = field(default_factory=list)
    """The cells that take something out of the installed package's lab, which ships solved."""
    strangers: int = 0
    """Messages that did not come from our side: somebody tried to speak for it."""
    code: int | None = None
    """How the process that ran the cells ended, where it ended by itself."""
    notes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """What was seen of the code besides its outputs: the key of a text of the report, and what it says."""


def run_confined(
    cells: list[CodeCell],
    isolation: Isolation,
    language: Language,
    limits: Limits | None = None,
    files: Mapping[str, bytes] | None = None,
    words: Mapping[int, str] | None = None,
    on_cell: Callable[[int, int], None] | None = None,
) -> ConfinedRun:
    """Run the cells in a process of its own and judge each task as soon as its last cell has run.

    ``files`` (path to content) lie beside the notebook; ``words`` holds what was written in each task's Markdown
    cells. What the checks ask follows from each task's code. ``on_cell`` is called with the number of the
    cell that begins and the number of cells. Never raises for anything that the cells do.
    """
    limits = limits or Limits()
    result = ConfinedRun(
        outputs=[[] for _ in cells], findings={number: checks.nothing_seen(number) for number in NUMBERS}
    )
    # Two secrets: the mark is in the environment of what a submission starts, the token never is.
    token, mark = secrets.token_hex(16), secrets.token_hex(16)
    with (
        tempfile.TemporaryDirectory(prefix="micrograd-submission-", ignore_cleanup_errors=True) as name,
        contextlib.ExitStack() as stack,
    ):
        # A link on the way (macOS's /tmp) would be another path inside the walls.
        root = Path(os.path.realpath(name))
        (root / "given").mkdir()
        # Kept open: by its name, what is read at the end could be a link or a pipe that a cell put there.
        printed = stack.enter_context((root / "given" / "printed.txt").open("w+b"))
        group = cgroups.make(limits)
        if group:
            stack.callback(group.end)
        process = _start(root, isolation, language, limits, files or {}, mark, printed, group)
        # While the other process starts and imports, so does this one.
        threading.Thread(target=checks.get_ready, daemon=True).start()
        watch = Watch(process, root, limits, mark, group)
        assert process.stdin
        assert process.stdout
        reader = channel.Reader(process.stdout, token, limits.report)
        job = {
            "token": token,
            "cells": [asdict(cell) for cell in cells],
            "words": {str(task): text for task, text in (words or {}).items()},
            "limits": asdict(limits),
            "tasks": list(NUMBERS),
            "processes_now": running_now(),
            "box": isolation.box(root),
        }
        try:
            with contextlib.suppress(OSError):
                channel.write(process.stdin, job)
                _listen(result, reader, watch, process.stdin, cells, limits.silence, on_cell)
        finally:
            result.seconds = watch.seconds
            out_of_memory = bool(group and group.out_of_memory())
            watch.stop(alone=isolation.own_processes)
            with contextlib.suppress(OSError):
                process.stdin.close()
            remove(str(root))
        result.strangers += reader.strangers
        result.borrowed += [
            index for index, cell in enumerate(cells) if index not in result.borrowed and says_so(cell.source)
        ]
        if result.borrowed and not any(key == "imports" for key, _ in result.notes):
            result.notes.append(("imports", {"what": "micrograd.lab"}))
        result.findings = _without_borrowed(checks.settle(result.findings), cells, result.borrowed)
        if result.end == "died" and out_of_memory:
            result.end = "memory"
        if result.end == "died":
            code = process.returncode if result.code is None else result.code
            result.detail = _how_it_ended(code, language)
            if result.cell is None and not any(result.outputs):
                # Nothing of the submission's ran: what is missing is ours, and whoever can mend it reads this.
                result.detail = f"{result.detail}\n{_last_words(printed)}".strip()
    return result


def _listen(
    result: ConfinedRun,
    reader: channel.Reader,
    watch: Watch,
    inlet: Any,
    cells: list[CodeCell],
    silence: float,
    on_cell: Callable[[int, int], None] | None,
) -> None:
    """Take in what the worker reports until it ends or has to be ended."""
    asked: dict[int, dict[str, Any]] = {}
    heard: float | None = None
    while True:
        reason = watch.exceeded()
        if reason:
            result.end = reason
            return
        try:
            message = reader.next(_LOOK_EVERY)
        except queue.Empty:
            if heard is not None and watch.seconds - heard > silence:
                result.end = "stuck"
                return
            continue
        if message is None:
            result.end = "flood" if reader.flooded else "died"
            if result.end == "died":
                watch.wait(2.0)
            return
        kind, given = message.get("type"), message.get("index")
        if kind in _DUE:
            heard = watch.seconds
        # Whoever found the secret may send anything: 1.0 is in a range of numbers, too.
        index = given if isinstance(given, int) and given in range(len(result.outputs)) else None
        if kind == "begin" and index is not None:
            result.cell = index
            if on_cell:
                on_cell(index, len(result.outputs))
        elif kind == "cell" and index is not None:
            if message.get("borrowed") is True and index not in result.borrowed:
                result.borrowed.append(index)
            if isinstance(message.get("outputs"), list):
                result.outputs[index] = [item for item in message["outputs"] if isinstance(item, dict)]
        elif kind == "ready" and message.get("task") in NUMBERS and message["task"] not in asked:
            task = message["task"]
            asked[task] = checks.questions(task, checks.generator_for(task, _sources(cells, task)))
            channel.write(inlet, {"questions": asked[task]})
        elif kind == "observed" and message.get("task") in asked:
            task = message["task"]
            if message.get("timed_out"):
                result.findings[task] = [Finding(task, "observations", "wrong", 1, "too-slow")]
            else:
                result.findings[task] = checks.judge(task, asked[task], message.get("observed") or {})
        elif kind == "saw" and message.get("key") in _SEEN and isinstance(message.get("what"), str):
            note = (str(message["key"]), {"what": " ".join(plain_text(message["what"][:200]).split())[:80]})
            if note not in result.notes and len(result.notes) < _MOST_NOTES:
                result.notes.append(note)
        elif kind == "stranger":
            result.strangers += 1
        elif kind == "full":
            result.end = "written"
            return
        elif kind == "died":
            result.end = "died"
            result.code = message["code"] if isinstance(message.get("code"), int) else None
            return
        elif kind == "end":
            result.cell = None
            return


def _sources(cells: list[CodeCell], task: int) -> list[str]:
    return [cell.source for cell in cells if task in cell.tasks]


def _without_borrowed(
    findings: dict[int, list[Finding]], cells: list[CodeCell], borrowed: list[int]
) -> dict[int, list[Finding]]:
    """Return the findings with a task marked where its answers come out of the installed package."""
    tasks = {task for index in borrowed for task in cells[index].tasks or NUMBERS}
    return {
        task: [Finding(task, "observations", "wrong", 1, "from-package")] if task in tasks else found
        for task, found in findings.items()
    }


def _start(
    root: Path,
    isolation: Isolation,
    language: Language,
    limits: Limits,
    files: Mapping[str, bytes],
    mark: str,
    printed: IO[bytes],
    group: cgroups.Group | None,
) -> subprocess.Popen[bytes]:
    given = root / "given"
    work = given / "work"
    for folder in (work, given / "home", given / "matplotlib", given / "tmp"):
        folder.mkdir()
    for path, content in files.items():
        target = work / path
        if work not in target.resolve().parents:  # the reader has checked already; never trust it twice
            continue
        with contextlib.suppress(FileExistsError, NotADirectoryError, IsADirectoryError):
            # A commit may hold a file and a folder of one name; a name may be too long for this disk.
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    for name, content in _font_cache().items():
        (given / "matplotlib" / name).write_bytes(content)
    command = [
        *(group.command() if group else ()),
        *isolation.command(root, limits),
        sys.executable,
        "-I",
        "-m",
        "micrograd.lab.sandbox.worker",
    ]
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=printed,
        cwd=work,
        env=_environment(given, isolation.box(root), language, "" if isolation.own_processes else mark),
        start_new_session=True,
    )


def _environment(given: Path, box: str, language: Language, mark: str) -> dict[str, str]:
    """Return the environment of a submission, which works in ``box``: nothing of the teacher's."""
    path = with_dot(given / "programs", os.pathsep.join((os.path.dirname(sys.executable), os.defpath)))
    inside = Path(box)
    environment = {
        "PATH": path.replace(str(given / "programs"), str(inside / "programs")),
        "HOME": str(inside / "home"),
        "USERPROFILE": str(inside / "home"),
        "TMPDIR": str(inside / "tmp"),
        "TEMP": str(inside / "tmp"),
        "IPYTHONDIR": str(inside / "home" / "ipython"),
        "MPLCONFIGDIR": str(inside / "matplotlib"),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "LC_CTYPE": "C.UTF-8",
        "LC_MESSAGES": {"fr": "fr_FR.UTF-8", "en": "en_US.UTF-8"}[language],
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        # One submission, one core: as many run side by side as the teacher asked for.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        # `pip install` of what is there says so at once; of anything else it fails at once.
        "PIP_NO_INDEX": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "GIT_TERMINAL_PROMPT": "0",
    }
    if mark:
        environment[MARK] = mark
    environment.update(handed_over())
    if sys.platform == "win32":
        environment["SYSTEMROOT"] = os.environ.get("SYSTEMROOT", r"C:\Windows")
    return environment


@cache
def _font_cache() -> dict[str, bytes]:
    """Return matplotlib's list of fonts, which would take seconds to make in each submission's copy."""
    try:
        import matplotlib.font_manager
    except ModuleNotFoundError:
        return {}

    folder = Path(matplotlib.get_cachedir())
    name = f"fontlist-v{matplotlib.font_manager.FontManager.__version__}.json"
    return {name: (folder / name).read_bytes()} if (folder / name).is_file() else {}


def _how_it_ended(code: int | None, language: Language) -> str:
    """Return how the process ended that ran the cells."""
    if code is not None and code < 0:
        code = -code
        name = next((one.name for one in signal.Signals if one == code), "")
        known = {"SIGSEGV": "memory", "SIGBUS": "memory", "SIGABRT": "aborted"}
        words = _ENDS[known.get(name, "signal")]
    else:
        words = _ENDS["exit"]
    return french(words["fr"].format(code=code)) if language == "fr" else words["en"].format(code=code)


_ENDS: dict[str, dict[Language, str]] = {
    "exit": {"fr": "code de sortie {code}", "en": "exit status {code}"},
    "memory": {
        "fr": "accès interdit à la mémoire, signal {code}",
        "en": "forbidden access to memory, signal {code}",
    },
    "aborted": {"fr": "abandon, signal {code}", "en": "aborted, signal {code}"},
    "signal": {"fr": "signal {code}", "en": "signal {code}"},
}


def _last_words(printed: IO[bytes]) -> str:
    """Return the end of what the process printed past Python."""
    try:
        printed.seek(max(0, os.fstat(printed.fileno()).st_size - 2000))
        return printed.read(2000).decode(errors="replace").strip()
    except OSError:
        return ""
