"""A full disk and Git bombs: every submission keeps its row, and nothing grows without bounds."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from git_bombs import blob_of, tree_of
from made_up_class import LOOPS, empty, notebook

pytest.importorskip("nbformat", reason="the grade extra is missing, FULL DISKS ARE NOT TESTED")

from micrograd import cli
from micrograd.lab.grading import handed_in


@pytest.fixture
def disk(tmp_path) -> Iterator[Path]:
    """A file system of one megabyte and fifty files, which only root may make."""
    place = tmp_path / "disk"
    place.mkdir()
    options = ["-t", "tmpfs", "-o", "size=1m,nr_inodes=50", "tmpfs", str(place)]
    try:
        made = subprocess.run(["mount", *options], capture_output=True, text=True)
    except OSError as error:
        pytest.skip(f"no file system can be made here ({error}), FULL DISKS ARE NOT TESTED")
    if made.returncode:
        pytest.skip(f"no file system can be made here ({made.stderr.strip()}), FULL DISKS ARE NOT TESTED")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def fill(disk: Path, files: bool = True) -> None:
    """Leave no byte, and no file if ``files``."""
    with contextlib.suppress(OSError), (disk / "filler").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    with contextlib.suppress(OSError):
        for number in range(100 if files else 0):
            (disk / f"filler{number}").mkdir()


def a_class(folder: Path) -> Path:
    folder.mkdir()
    (folder / "one.ipynb").write_text("[1, 2]")
    (folder / "two.ipynb").write_bytes(empty())
    (folder / "three.ipynb").write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    return folder


def grade(folder: Path, output: Path) -> int:
    return cli.main(["lab", "grade", str(folder), "--output", str(output), "--lang", "en", "--jobs", "1"])


def test_a_full_output_disk_prints_every_row(disk, tmp_path, capsys):
    (disk / "out" / "results").mkdir(parents=True)
    fill(disk)
    assert grade(a_class(tmp_path / "class"), disk / "out") == 2
    said = capsys.readouterr()
    assert str(disk) in said.err
    rows = said.out.splitlines()
    for name, state in (("one", "no notebook"), ("two", "graded"), ("three", "LFS")):
        assert any(name in row and state in row for row in rows), said.out
    assert sorted(path.name for path in (disk / "out").rglob("*") if path.is_file()) == []


def test_an_output_disk_that_is_full_beforehand_is_refused_at_once(disk, tmp_path, capsys):
    fill(disk)
    assert grade(a_class(tmp_path / "class"), disk / "out") == 2
    assert str(disk / "out") in capsys.readouterr().err


@pytest.mark.parametrize("files", [True, False])
def test_a_full_temporary_folder_costs_rows_and_not_the_table(disk, tmp_path, monkeypatch, files):
    fill(disk, files)
    before = {path.name for path in disk.iterdir()}
    monkeypatch.setenv("TMPDIR", str(disk))
    monkeypatch.setattr(tempfile, "tempdir", str(disk))
    assert grade(a_class(tmp_path / "class"), tmp_path / "out") == 0
    rows = (tmp_path / "out" / "grades.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(rows) == 4
    row = next(row for row in rows if row.startswith("two"))
    assert "could not be graded" in row and "space" in row
    assert {path.name for path in disk.iterdir()} == before


@pytest.mark.skipif(sys.platform == "win32", reason="git in a POSIX shell")
@pytest.mark.parametrize(
    ("put", "problem"), [(tree_of(300_000), "too-many-files"), (blob_of(200 << 20), "too-large")]
)
def test_git_bombs_are_read_as_far_as_their_bounds(tmp_path, put, problem):
    resource = pytest.importorskip("resource")
    put(tmp_path, "x")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    handed = handed_in.read_folder("x", tmp_path / "x", "tp1", None)
    assert (handed.problem, handed.tag) == (problem, "on-time")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 80 * 1024  # kB on Linux
    assert sum(path.stat().st_size for path in (tmp_path / "x").rglob("*") if path.is_file()) < 20 << 20


def test_a_notebook_among_very_many_files_is_still_found(tmp_path):
    (tmp_path / "gradient.ipynb").write_bytes(notebook(LOOPS))
    for number in range(3000):
        (tmp_path / f"a{number}").touch()
    assert handed_in.read_folder("x", tmp_path, "tp1", None).notebook
