"""A made-up class with everything that a class hands in, graded whole: ``make class``.

    python tests/whole_class.py [--people 80] [--time 120] [--jobs 2] [--runs fr,en,cluster]

Grades it in French, in English, and on a Dask cluster of which a worker is killed, each in a process of its own with
a temporary folder of its own, and checks that everybody has a row, that the points are the ones that are due, that
the grading process stays under 300 MB, and that nothing is left behind.
"""

from __future__ import annotations

import argparse
import csv
import io
import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import made_up_class
from git_bombs import blob_of, git, tree_of
from made_up_class import LOOPS, MISTAKES, OPERATIONS, empty

from micrograd.lab.content.tasks import CHECKED_POINTS
from micrograd.lab.sandbox.removing import remove

# As a class hands them in: with all that only draws, too.
notebook = partial(made_up_class.notebook, light=False)
mistaken = partial(made_up_class.mistaken, light=False)
hostile = partial(made_up_class.hostile, light=False)
from_scratch = partial(made_up_class.from_scratch, light=False)
LOOP = "while True: pass"
DEAF = "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
MOST_MEMORY = 300 * 1024 * 1024
PLACE = "tp1-gradient_descent/gradient.ipynb"
BEFORE_THE_ATTACK = 6.0
"""What tasks 1 to 4 are worth: what ``hostile`` puts in comes after them."""
NAMES = (
    "Zoé Le Gall", "Rene", "Rene-2", "René", "李雷", "王芳", "Иван Петров", "Ольга", "محمد علي", "नेहा शर्मा",
    "Nguyễn Thị Hoa", "Søren Ærø", "Łukasz Żółć", "Δημήτρης", "김민수", "山田 太郎", "O'Neil", "D’Artagnan",
    "José María", "Anaïs", "Jean Dupont", "bob", "Bob", "BOB", "María-José", "Ünal Öztürk", "ﬁnn", "דוד", "Þór",
    "Çelik", "Văn", "Müller", "Mueller", "x" * 60,
)  # fmt: skip


class Kind(NamedTuple):
    """A kind of submission: how it is put into a folder under a name, and what must be said of it."""

    put: Callable[[Path, str], None]
    points: float | None = None
    """What the checks must give; None where that depends on when it was stopped: then some points, as before it."""
    problem: str = ""
    """Why there is nothing to grade, by its key; empty where it is graded."""
    ends: tuple[str, ...] = ()
    """How the run may have ended, where that is the point."""
    remark: str = ""
    """The key of a remark that the row must have."""
    mistaken: bool = False
    """Whether all points would be too many."""


def file_of(content: bytes, suffix: str = ".ipynb") -> Callable[[Path, str], None]:
    """A file of the student's name."""
    return lambda folder, name: (folder / f"{name}{suffix}").write_bytes(content) and None


def files_of(files: dict[str, bytes]) -> Callable[[Path, str], None]:
    """A folder of the student's name with files in it."""

    def put(folder: Path, name: str) -> None:
        for path, content in files.items():
            there = folder / name / path
            there.parent.mkdir(parents=True, exist_ok=True)
            there.write_bytes(content)

    return put


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip of files."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()


def clone(folder: Path, name: str) -> None:
    """A repository with the tag, and something else in the working folder."""
    files_of({PLACE: FILLED})(folder, name)
    there = folder / name
    git(there, "init", "-q")
    git(there, "add", "-A")
    git(there, "commit", "-qm", "x")
    git(there, "tag", "-a", "tp1", "-m", "x")
    (there / PLACE).write_bytes(b"[]")


def missing_object(folder: Path, name: str) -> None:
    """A repository of which an object is gone."""
    clone(folder, name)
    blob = git(folder / name, "rev-parse", f"tp1:{PLACE}").strip()
    (folder / name / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    (folder / name / PLACE).write_bytes(FILLED)


def odd_names(folder: Path, name: str) -> None:
    """A right notebook beside a name in Latin-1, a link to it, and 3,000 nested folders."""
    files_of({"gradient.ipynb": FILLED})(folder, name)
    if sys.platform != "linux":
        return
    before, there = os.getcwd(), folder / name
    odd = os.fsencode(there) + b"/caf\xe9.txt"
    with open(odd, "w") as file:
        file.write("x")
    os.symlink(odd, os.fsencode(there) + b"/link")
    try:
        os.chdir(there)
        for _ in range(3000):
            os.mkdir("d")
            os.chdir("d")
    finally:
        os.chdir(before)


def forged(message: str) -> bytes:
    """A notebook that is not filled in, and sends a message of its own wherever it can write."""
    whole = json.loads(empty())
    source = (
        f"import os\nfor n in range(3, 32):\n    try: os.write(n, {message!r}.encode() + b'\\n')\n"
        "    except OSError: pass"
    )
    whole["cells"].insert(1, {"cell_type": "code", "source": source, "metadata": {}, "outputs": []})
    return json.dumps(whole).encode()


def version_3() -> bytes:
    """A right notebook in nbformat 3."""
    cells = [
        {"cell_type": "code", "input": cell["source"], "language": "python", "outputs": []}
        if cell["cell_type"] == "code"
        else {"cell_type": "markdown", "source": cell["source"]}
        for cell in json.loads(from_scratch())["cells"]
    ]
    return json.dumps(
        {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": cells}]}
    ).encode()


def endless(source: str) -> bytes:
    """A right notebook with a cell that never ends, eight times over: together they use up a submission's time."""
    whole = json.loads(hostile(source))
    index = next(i for i, cell in enumerate(whole["cells"]) if "".join(cell["source"]) == source)
    whole["cells"][index:index] = [{**whole["cells"][index], "id": f"endless-{n}"} for n in range(8)]
    return json.dumps(whole).encode()


def surrogate() -> bytes:
    """A right notebook that shows half a character in a picture."""
    source = (
        "from IPython.display import SVG, display\ndisplay({'image/svg+xml': '<svg>\\ud800</svg>'}, raw=True)"
    )
    return hostile(source)


FILLED, BLANK = notebook(LOOPS), empty()
FULL = float(CHECKED_POINTS)
KINDS: dict[str, Kind] = {
    "right": Kind(file_of(FILLED), FULL),
    "operations": Kind(file_of(notebook(OPERATIONS, lang="en")), FULL),
    "scratch": Kind(file_of(from_scratch()), FULL),
    "loops": Kind(file_of(endless(LOOP)), BEFORE_THE_ATTACK, ends=("time",)),
    "deaf-loops": Kind(file_of(endless(DEAF)), BEFORE_THE_ATTACK, ends=("stuck", "time")),
    "blank": Kind(file_of(BLANK), 0),
    "moodle": Kind(files_of({"gradient.ipynb": FILLED}), FULL),
    "zip": Kind(
        files_of({"tp1.zip": zipped({f"a/{PLACE}": FILLED, "__MACOSX/a/._x.ipynb": b"x"})}), FULL, remark="from-zip"
    ),
    "deeper": Kind(files_of({f"BUT3-DL-x/{PLACE}": FILLED}), FULL, remark="elsewhere"),
    "two": Kind(files_of({PLACE: BLANK, "gradient.ipynb": FILLED}), FULL, remark="unfilled"),
    "latin-1": Kind(
        file_of(json.dumps(json.loads(FILLED), ensure_ascii=False).encode("latin-1", "replace")),
        FULL,
        remark="encoding",
    ),
    "version-3": Kind(file_of(version_3()), FULL, remark="converted"),
    "surrogate": Kind(file_of(surrogate()), FULL),
    "odd-names": Kind(odd_names, FULL),
    "lfs": Kind(file_of(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"), 0, "lfs"),
    "conflict": Kind(file_of(b'{\n<<<<<<< HEAD\n "cells": []\n=======\n}\n>>>>>>> x\n'), 0, "conflict"),
    "python": Kind(files_of({"gradient.py": b"print(1)"}), 0, "python-file"),
    "deep-json": Kind(file_of(b"[" * 100_000), 0, "too-deep"),
    "clone": Kind(clone, FULL),
    "missing-object": Kind(missing_object, FULL, remark="broken-git"),
    "million-names": Kind(tree_of(1_000_000), 0, "too-many-files"),
    "bomb": Kind(blob_of(256 << 20), 0, "too-large"),
    "forged-list": Kind(file_of(forged('{"type": "ready", "task": [1], "observed": []}')), 0),
    "forged-deep": Kind(file_of(forged("[" * 700 + "]" * 700)), 0),
    "exit": Kind(file_of(hostile("import os\nos._exit(7)")), BEFORE_THE_ATTACK, ends=("died",)),
    "memory": Kind(file_of(hostile("kept = []\nwhile True: kept.append(bytearray(1 << 26))")), None),
    "forks": Kind(file_of(hostile("import os\nwhile True:\n    try: os.fork()\n    except OSError: pass")), None),
    "writes": Kind(file_of(hostile("with open('x', 'wb') as f:\n    while True: f.write(bytes(1 << 20))")), None),
    "prints": Kind(file_of(hostile("while True: print('x' * 10000)")), None),
    **{f"mistake-{name}": Kind(file_of(mistaken(name)), None, mistaken=True) for name in list(MISTAKES)[:4]},
}  # fmt: skip
OFTEN = (
    "loops", "right", "operations", "scratch", "right", "clone",
    "deaf-loops", "right", "operations", "scratch", "right", "clone",
)  # fmt: skip
"""Of these there are more, so that there are ten that use up their time among eighty."""


def make(folder: Path, people: int) -> dict[str, str]:
    """Make a class in ``folder`` and return the kind of each submission by the name as it came."""
    kinds = itertools.chain(KINDS, itertools.cycle(OFTEN))
    given: dict[str, str] = {}
    folder.mkdir()
    (folder / "__MACOSX").mkdir()
    (folder / ".DS_Store").write_bytes(b"x")
    for number, kind in zip(range(people), kinds):
        name = NAMES[number] if number < len(NAMES) else f"{NAMES[number % len(NAMES)][:50]} {number}"
        given[name] = kind
        moodle = kind in ("moodle", "zip", "python")
        KINDS[kind].put(folder, f"{name}_{10_000 + number}_assignsubmission_file_" if moodle else name)
    return given


class Run(NamedTuple):
    """What came of one run of the command."""

    seconds: float
    memory: int
    """The most that the grading process itself had, in bytes."""
    family: int
    """The most that it had with everything that it started."""
    left: list[str]
    said: str
    status: int
    """The command's exit status: 0, as whatever a submission does is a row."""


def grade(folder: Path, output: Path, *options: str, meanwhile: Callable[[], None] = lambda: None) -> Run:
    """Grade a class in a process of its own, measured twice a second."""
    import psutil

    temporary = output.with_suffix(".tmp")
    temporary.mkdir()
    command = [
        sys.executable,
        "-m",
        "micrograd",
        "lab",
        "grade",
        str(folder),
        "--output",
        str(output),
        *options,
    ]
    began, most, family = time.monotonic(), 0, 0
    with tempfile.TemporaryFile("w+") as said:
        environment = {**os.environ, "TMPDIR": str(temporary)}
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT, env=environment)
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            try:
                most = max(most, watched.memory_info().rss)
                family = max(
                    family, most + sum(c.memory_info().rss for c in watched.children(recursive=True))
                )
            except psutil.Error:
                pass
            meanwhile()
            time.sleep(0.5)
        said.seek(0)
        text = said.read()
    left = sorted(path.name for path in temporary.iterdir())
    return Run(time.monotonic() - began, most, family, left, text, process.returncode)


def wrong(given: dict[str, str], output: Path, run: Run) -> list[str]:
    """Return what is not as it has to be, one line each."""
    found = [f"left behind: {name}" for name in run.left]
    if run.status:
        found.append(f"exit status {run.status}: {run.said[-3000:]}")
    if run.memory > MOST_MEMORY:
        found.append(f"{run.memory / 1e6:.0f} MB in the grading process")
    text = (output / "grades.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";" if ";" in text.splitlines()[0] else ","))
    if len(rows) - 1 != len(given):
        found.append(f"{len(rows) - 1} rows for {len(given)} people")
    results = [json.loads(path.read_text())["result"] for path in (output / "results").glob("*.json")]
    by_name = {result["given"]: result for result in results}
    found += [f"no result: {name}" for name in given if name not in by_name]
    for name, kind in given.items():
        if name in by_name:
            found += [f"{name} ({kind}): {what}" for what in _wrong_in(by_name[name], KINDS[kind])]
    return found


def _wrong_in(result: dict, kind: Kind) -> list[str]:
    points = sum(task["points"] for task in result["tasks"].values())
    found = []
    if result["problem"] != kind.problem:
        found.append(
            f"{result['problem'] or 'graded'} ({result['detail'][:100]}) for {kind.problem or 'graded'}"
        )
    if kind.points is not None and points != kind.points:
        found.append(f"{points:g} points for {kind.points:g} (end {result['end']})")
    if kind.points is None and (points < BEFORE_THE_ATTACK or (kind.mistaken and points == FULL)):
        found.append(f"{points:g} points (end {result['end']})")
    if kind.ends and result["end"] not in kind.ends:
        found.append(f"end {result['end']} for {' or '.join(kind.ends)}")
    if kind.remark and kind.remark not in [note[0] for note in [*result["found"], *result["notes"]]]:
        found.append(f"no remark {kind.remark}")
    return found


def on_a_cluster(folder: Path, output: Path, *options: str) -> Run:
    """Grade on two workers, one of which is killed as soon as something is graded."""
    import distributed

    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, memory_limit=0,
        local_directory=str(output.parent / "dask"),
    ) as cluster:  # fmt: skip
        with distributed.Client(cluster) as client:
            pids = list(client.run(os.getpid).values())

        def kill() -> None:
            if pids and list((output / "results").glob("*.json")):
                os.kill(pids.pop(), signal.SIGKILL)
                pids.clear()

        return grade(folder, output, "--scheduler", cluster.scheduler_address, *options, meanwhile=kill)


def main(arguments: list[str] | None = None) -> int:
    """Make the class, grade it in every way that was asked for, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=80)
    parser.add_argument("--time", type=float, default=120, help="for one submission, in seconds")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--runs", default="fr,en,cluster")
    asked = parser.parse_args(arguments)
    failed = 0
    work = Path(tempfile.mkdtemp(prefix="class-"))
    try:
        given = make(work / "class", asked.people)
        options = ["--time", f"{asked.time:g}", "--jobs", str(asked.jobs)]
        for kind in asked.runs.split(","):
            output = work / f"grades-{kind}"
            if kind == "cluster":
                run = on_a_cluster(work / "class", output, *options, "--lang", "en")
            else:
                run = grade(work / "class", output, *options, "--lang", kind)
            problems = wrong(given, output, run) if (output / "grades.csv").exists() else [run.said[-3000:]]
            failed += bool(problems)
            print(
                f"{kind}: {len(given)} submissions in {run.seconds:.0f} s; grading process {run.memory / 1e6:.0f} MB,"
                f" with all that it started {run.family / 1e6:.0f} MB; {len(problems)} problems",
                *problems,
                sep="\n  ",
                flush=True,
            )
    finally:
        remove(str(work))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
