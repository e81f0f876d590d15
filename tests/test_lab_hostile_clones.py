"""Repositories that somebody made to do harm to whoever looks into them: each is a row of its own, and said to be one.

Beside them a right one keeps its points. Nothing runs, nothing hangs, nothing is left.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("nbformat", reason="the grade extra is missing, HOSTILE CLONES ARE NOT TESTED")
if sys.platform == "win32":
    pytest.skip("git in a POSIX shell", allow_module_level=True)

from checked_notebook import own
from test_lab_grading import grade, repository, results

pytestmark = pytest.mark.slow
FILLED = own(
    "# T2\nimport math\ndef sigmoid(out):\n    out.data = 1 / (1 + math.exp(-out.data))\n    return out"
)
POINTS = 2.0
EXAM = "the-exam-of-next-week"


def pipe(path: str) -> Callable[[Path, Path], None]:
    """Puts a pipe that nobody writes into in the place of a file: who opens it waits for ever."""

    def put(git: Path, _: Path) -> None:
        (git / path).unlink(missing_ok=True)
        (git / path).parent.mkdir(parents=True, exist_ok=True)
        os.mkfifo(git / path)

    return put


def written(path: str, text: str) -> Callable[[Path, Path], None]:
    def put(git: Path, secret: Path) -> None:
        (git / path).parent.mkdir(parents=True, exist_ok=True)
        (git / path).write_text(text.replace("SECRET", str(secret)))

    return put


def configured(lines: str) -> Callable[[Path, Path], None]:
    def put(git: Path, secret: Path) -> None:
        with (git / "config").open("a") as file:
            file.write(lines.replace("SECRET", str(secret)).replace("TRAP", str(secret.with_name("trap"))))

    return put


def link(path: str, target: str) -> Callable[[Path, Path], None]:
    def put(git: Path, secret: Path) -> None:
        there = git / path
        if there.is_dir():
            subprocess.run(["rm", "-rf", str(there)], check=True)
        else:
            there.unlink(missing_ok=True)
        there.symlink_to(target.replace("SECRET", str(secret)))

    return put


def with_hooks(git: Path, secret: Path) -> None:
    for name in (
        "post-checkout",
        "reference-transaction",
        "fsmonitor-watchman",
        "pre-auto-gc",
        "post-index-change",
    ):
        hook = git / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {secret.with_name('trap')}\n")
        hook.chmod(0o755)


def with_submodule(git: Path, secret: Path) -> None:
    top = git.parent
    (top / ".gitmodules").write_text(
        f'[submodule "x"]\n path = x\n url = ext::sh -c touch% {secret.with_name("trap")}\n'
    )
    oid = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=top, capture_output=True, text=True, check=True
    ).stdout
    subprocess.run(
        ["git", "update-index", "--add", "--cacheinfo", f"160000,{oid.strip()},x"], cwd=top, check=True
    )
    subprocess.run(["git", "add", ".gitmodules"], cwd=top, check=True)
    identity = ["-c", "user.name=s", "-c", "user.email=s@x"]
    subprocess.run(["git", *identity, "commit", "-qm", "x"], cwd=top, check=True)
    subprocess.run(["git", "tag", "-f", "tp1"], cwd=top, check=True, capture_output=True)


def with_many_tags(git: Path, _: Path) -> None:
    oid = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=git.parent, capture_output=True, text=True, check=True
    )
    lines = (f"{oid.stdout.strip()} refs/tags/tp1-{number}\n" for number in range(200_000, 299_000))
    (git / "packed-refs").write_text("# pack-refs with: peeled fully-peeled sorted \n" + "".join(lines))


def with_large_pack(git: Path, _: Path) -> None:
    pack = git / "objects" / "pack" / f"pack-{'0' * 40}"
    pack.parent.mkdir(exist_ok=True)
    for ending in (".pack", ".idx"):
        with pack.with_suffix(ending).open("wb") as file:
            file.truncate(50 << 30)  # 50 GB that take no place


#: What is done to a right repository, and what its row has to say: its points or its problem, or the key of a remark.
CLONES: dict[str, tuple[Callable[[Path, Path], None], object]] = {
    "head-is-a-pipe": (pipe("HEAD"), "broken-git"),
    "config-is-a-pipe": (pipe("config"), "broken-git"),
    "refs-are-a-pipe": (pipe("packed-refs"), "broken-git"),
    "alternates-are-a-pipe": (pipe("objects/info/alternates"), "broken-git"),
    "alternates-of-the-teacher": (written("objects/info/alternates", "SECRET\n"), POINTS),
    "config-includes-the-teachers": (configured('[include]\n path = "SECRET"\n'), POINTS),
    "config-without-end": (configured("[include]\n path = /dev/zero\n"), "broken-git"),
    "config-runs-programs": (
        configured(
            '[core]\n fsmonitor = "touch TRAP"\n pager = "touch TRAP"\n sshCommand = "touch TRAP"\n'
            ' alternateRefsCommand = "touch TRAP"\n[diff]\n external = "touch TRAP"\n'
            '[filter "x"]\n smudge = "touch TRAP"\n clean = "touch TRAP"\n process = "touch TRAP"\n'
            '[alias]\n rev-parse = "!touch TRAP"\n ls-tree = "!touch TRAP"\n'
        ),
        POINTS,
    ),
    "config-of-another-worktree": (configured('[core]\n worktree = "SECRET"\n'), POINTS),
    "promises-from-a-remote": (
        configured('[extensions]\n partialClone = o\n[remote "o"]\n url = "ext::touch TRAP"\n promisor = true\n'),
        POINTS,
    ),
    "hooks": (with_hooks, POINTS),
    "submodule": (with_submodule, POINTS),
    "objects-elsewhere": (link("objects", "/proc/self/root"), "broken-git"),
    "head-is-the-teachers": (link("HEAD", "SECRET"), "broken-git"),
    "a-link-in-circles": (link("HEAD", "HEAD"), "broken-git"),
    "a-hundred-thousand-tags": (with_many_tags, POINTS),
    "a-pack-of-fifty-gigabytes": (with_large_pack, POINTS),
    "grafts": (written("info/grafts", "x" * 100_000), POINTS),
    "common-directory": (written("commondir", "SECRET\n"), "broken-git"),
    "shallow": (written("shallow", "x" * 1000), POINTS),
}  # fmt: skip


def test_each_hostile_clone_is_a_row_and_a_right_one_beside_them_keeps_its_points(tmp_path, monkeypatch):
    secret = tmp_path / "exam.txt"
    secret.write_text(f"{EXAM}\n")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    folder = tmp_path / "class"
    for name, (put, _) in {**CLONES, "right": (lambda *_: None, POINTS)}.items():
        put(repository(folder / name, FILLED, "tp1") / ".git", secret)
    assert grade(folder, tmp_path / "out", "--jobs", "2", lang="en") == 0
    found = results(tmp_path / "out")
    assert set(found) == {*CLONES, "right"}
    wrong = {}
    for name, (_, wanted) in {**CLONES, "right": (None, POINTS)}.items():
        row = found[name]
        points = sum(task["points"] for task in row["tasks"].values())
        keys = {key for key, _ in row["found"]}
        if not (points == wanted or row["problem"] == wanted or wanted in keys):
            wrong[name] = (points, row["problem"], row["detail"], row["found"])
    assert wrong == {}
    assert not (tmp_path / "trap").exists()
    assert EXAM not in "".join(path.read_text() for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert list(temporary.iterdir()) == []
