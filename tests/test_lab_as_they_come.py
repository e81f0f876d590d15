"""Submissions as they come in real life: found, read, and named for what they are, without running any."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from datetime import datetime, timezone
from pathlib import Path

import pytest
from made_up_class import ANSWERS, LOOPS, empty, notebook
from test_lab_grading import repository

pytest.importorskip("nbformat", reason="the grade extra is missing, READING SUBMISSIONS IS NOT TESTED")

from micrograd.lab.checks.submitted import UnreadableError, read
from micrograd.lab.grading import collect, handed_in, keys
from micrograd.lab.grading.git_reading import submission_tags
from micrograd.lab.grading.guard import FailedError, Guard
from micrograd.lab.grading.keys import Name
from micrograd.lab.grading.markdown import written
from micrograd.lab.grading.words import failure, system

FILLED, BLANK = notebook(LOOPS), empty()
PLACE = "tp1-gradient_descent/gradient.ipynb"


def zipped(files: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()


def taken(folder: Path, **files: bytes) -> handed_in.HandedIn:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return handed_in.read_folder("x", folder, "tp1", None)


@pytest.mark.parametrize(
    "files",
    [
        {PLACE: FILLED},
        {"gradient.ipynb": FILLED},
        {"TP1-Gradient_Descent/Gradient.IPYNB": FILLED},
        {f"BUT3-DL-x/{PLACE}": FILLED},
        {"rendu.ipynb": FILLED},
        {PLACE: BLANK, "gradient.ipynb": FILLED},
        {PLACE: BLANK, "TP1 final.ipynb": FILLED},
        {"tp1.zip": zipped({f"a/{PLACE}": FILLED, "__MACOSX/a/._gradient.ipynb": b"x"})},
        {PLACE: FILLED, ".ipynb_checkpoints/gradient-checkpoint.ipynb": BLANK, "__MACOSX/x.ipynb": b"x"},
    ],
)
def test_the_filled_notebook_is_found_wherever_it_is(tmp_path, files):
    handed = taken(tmp_path, **files)
    assert handed.notebook == FILLED
    expected = (
        next(iter(files)) in (PLACE, "gradient.ipynb") and len(files) == 1
    ) or ".ipynb_checkpoints" in str(files)
    assert bool(handed.notes) != expected


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({"gradient.py": b"print(1)"}, "python-file"),
        ({"rapport.pdf": b"%PDF"}, "other-file"),
        ({"a.zip": b"PK no zip"}, "bad-zip"),
        ({"a/.ipynb_checkpoints/gradient-checkpoint.ipynb": FILLED}, "only-checkpoint"),
        ({"a.zip": zipped({"../../x/gradient.ipynb": FILLED})}, "zip-outside"),
        ({}, "no-file"),
    ],
)
def test_what_is_no_notebook_has_a_name(tmp_path, files, problem):
    assert taken(tmp_path, **files).problem == problem


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "lfs"),
        (b'{\n<<<<<<< HEAD\n "cells": []\n=======\n}\n>>>>>>> x\n', "conflict"),
        (b"PK\x03\x04xxxx", "not-what-it-says"),
        (b"<!DOCTYPE html><html>", "not-what-it-says"),
        (b"[" * 100_000, "too-deep"),
        (b'{"cells": [' + b"{}," * 3000 + b"{}]}", "too-many-cells"),
        (b'{"cells": [' + b"{}," * 6_000_000 + b"{}]}", "too-many-parts"),
        (b" \n", "empty-file"),
    ],
)
def test_a_file_is_named_for_what_it_is(content, key):
    with pytest.raises(UnreadableError) as caught:
        read(content)
    assert caught.value.key == key


CODE = {"cell_type": "code", "source": "x = 1", "metadata": {"micrograd": {"task": 1}}}


@pytest.mark.parametrize(
    "odd",
    [None, 7, [], {"cell_type": [], "source": {}}, {"cell_type": "code", "source": 5}, {"source": "y"},
     {"cell_type": "markdown", "source": [1, None]}],
)  # fmt: skip
def test_a_malformed_cell_is_left_out_and_the_others_are_read(odd):
    found = read(json.dumps({"cells": [CODE, odd, CODE], "nbformat": 4}).encode())
    assert [cell.source for cell in found.cells] == ["x = 1", "x = 1"]
    assert found.notes == [("left-out", {"count": 1, "numbers": "2"})]
    with pytest.raises(UnreadableError, match="no-good-cell"):
        read(json.dumps({"cells": [odd]}).encode())


def test_a_half_of_a_character_is_replaced_and_said():
    text = {
        "cell_type": "markdown",
        "source": ["a \ud800 b"],
        "metadata": {"micrograd": {"kind": "answer", "task": 4}},
    }
    found = read(json.dumps({"cells": [{**CODE, "source": "print('\udc80')"}, text]}).encode())
    assert (found.cells[0].source, found.answers[4]) == ("print('\ufffd')", "a \ufffd b")
    assert found.notes == [("half-characters", {"count": 2})]


@pytest.mark.parametrize("digits", ["9" * 6000, "-" + "9" * 6000])
def test_a_number_of_thousands_of_digits_spoils_nothing(digits):
    content = json.dumps({"cells": [CODE], "nbformat_minor": 4}).replace("4}", digits + "}").encode()
    assert [cell.source for cell in read(content).cells] == ["x = 1"]


def test_what_is_odd_about_a_zip_is_said(tmp_path):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in (("gradient.ipynb", BLANK), ("../../x.ipynb", b"x"), ("/tmp/y", b"y")):
            archive.writestr(name, data)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("gradient.ipynb", FILLED)
    handed = taken(tmp_path, **{"a.zip": content.getvalue()})
    assert handed.notebook == FILLED
    assert dict(handed.notes)["zip-twice"] == {"count": 1, "path": "gradient.ipynb"}
    assert dict(handed.notes)["zip-outside"] == {"count": 2, "path": "../../x.ipynb"}
    assert not (tmp_path.parent / "x.ipynb").exists()


def test_an_empty_folder_in_moodles_zip_is_somebody(tmp_path):
    with zipfile.ZipFile(tmp_path / "m.zip", "w") as archive:
        archive.writestr("Ada L_1_assignsubmission_file_/gradient.ipynb", BLANK)
        archive.writestr("Bea M_2_assignsubmission_file_/", b"")
    sources = collect.find(tmp_path / "m.zip", "en")
    assert [source.given for source in sources] == ["Ada L", "Bea M"]
    assert collect.read(sources[1], tmp_path, "tp1", None).problem == "no-file"


def test_two_of_one_name_say_what_they_are(tmp_path):
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "gradient.ipynb").write_bytes(BLANK)
    (tmp_path / "ada.ipynb").write_bytes(BLANK)
    (tmp_path / "bea.ipynb").write_bytes(BLANK)
    names = [source.given for source in collect.find(tmp_path, "en")]
    assert sorted(names) == ["ada (ada)", "ada (ada.ipynb)", "bea"]


def test_a_git_that_leads_elsewhere_is_said(tmp_path):
    (tmp_path / ".git").write_text("gitdir: ../other/.git")
    handed = taken(tmp_path, **{PLACE: FILLED})
    assert (handed.tag, handed.notes) == ("missing", [("git-elsewhere", {})])


def test_a_link_in_a_zip_is_refused_by_where_it_leads(tmp_path):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        link = zipfile.ZipInfo("gradient.ipynb")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    handed = taken(tmp_path, **{"a.zip": content.getvalue()})
    assert (handed.problem, handed.detail) == ("link", "gradient.ipynb -> /etc/passwd")


@pytest.mark.skipif(sys.platform == "win32", reason="git in a POSIX shell")
def test_what_is_odd_about_a_repository_is_said(tmp_path):
    repository(tmp_path / "a", FILLED, "tp1")
    git = ["git", "-C", str(tmp_path / "a")]
    subprocess.run([*git, "tag", "-f", "tp1", "HEAD^{tree}"], check=True, capture_output=True)
    handed = handed_in.read_folder("a", tmp_path / "a", "tp1", None)
    assert handed.notes[0] == ("odd-tag", {"tag": "tp1"}) and handed.notebook
    (tmp_path / "a" / ".git" / "refs" / "tags" / "tp1").unlink()
    os.mkfifo(tmp_path / "a" / ".git" / "refs" / "tags" / "tp1")
    ((key, said),) = handed_in.read_folder("a", tmp_path / "a", "tp1", None).notes
    assert key == "broken-git" and "refs/tags/tp1" in said["reason"]


def test_latin_1_and_version_3_are_read_with_a_remark():
    latin = json.dumps(json.loads(FILLED), ensure_ascii=False).encode("latin-1", errors="replace")
    assert read(latin).notes == [("encoding", {"encoding": "Latin-1"})]
    cells = [
        {"cell_type": "heading", "level": 2, "source": ["Tâche 2"]},
        {"cell_type": "code", "input": ["x = 1"]},
    ]
    old = read(json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}]}).encode())
    assert old.notes == [("converted", {"version": "3"})]
    assert [(cell.source, cell.task) for cell in old.cells] == [("x = 1", 2)]


@pytest.mark.parametrize("content", [FILLED, BLANK])
def test_a_notebook_that_lost_its_ids_and_metadata_answers_what_it_answered(content):
    whole = json.loads(content)
    for cell in whole["cells"]:
        cell.pop("id", None)
        cell["metadata"] = {}
    assert read(json.dumps(whole).encode()).answers == read(content).answers
    assert len(read(FILLED).answers) == len(ANSWERS)


def test_keys_are_never_shared_and_do_not_depend_on_the_order():
    shown = [
        "Rene",
        "Rene-2",
        "René",
        "Bob",
        "BOB",
        "Rèné",
        "李雷",
        "李",
        "Иван",
        "a b",
        "a-b",
        "",
        "...",
        "x" * 300,
    ]
    names = [Name(name, name) for name in shown] + [
        Name("Zoé", "1", "11"),
        Name("Zoe", "2", "22"),
        Name("Zoe", "3"),
    ]
    found = dict(zip(names, keys.keys(names)))
    assert len({key.lower() for key in found.values()}) == len(names)
    assert dict(zip(names[::-1], keys.keys(names[::-1]))) == found
    assert found[names[0]] == "Rene" and found[names[1]] == "Rene-2"
    assert found[names[-3]] == "Zoe-11"


@pytest.mark.skipif(sys.platform != "linux", reason="names are text on this system")
def test_names_are_readable_and_stand_in_alphabetical_order(tmp_path):
    for name in (b"Zo\xc3\xa9", b"\xc3\x89ric", b"eric", b"Andr\xe9", "李雷".encode(), b"Bob"):
        with open(os.fsencode(tmp_path) + b"/" + name + b".ipynb", "wb") as file:
            file.write(FILLED)
    found = collect.find(tmp_path, "en")
    assert [source.given for source in found] == ["André", "Bob", "eric", "Éric", "Zoé", "李雷"]
    assert found[0].name == "Andre"
    assert collect.read(found[0], tmp_path / "clones", "tp1", None).notebook == FILLED


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="links are for anybody on POSIX only")
def test_a_link_is_somebody_and_refused_wherever_it_leads(tmp_path):
    for name, leads_to in (
        ("a.ipynb", "a.ipynb"),
        ("b", "nowhere"),
        ("c", "/etc"),
        ("d.ipynb", "/dev/zero"),
        ("e", "e"),
    ):
        (tmp_path / name).symlink_to(leads_to)
    found = collect.find(tmp_path, "en", tmp_path / "grades")
    assert [source.given for source in found] == ["a", "b", "c", "d", "e"]
    assert {collect.read(source, tmp_path, "tp1", None).problem for source in found} == {"link"}


def test_moodles_zip_is_read_as_it_is(tmp_path):
    people = {
        "Zoé Le Gall_1234_assignsubmission_file_/gradient.ipynb": FILLED,
        "Zoé Le Gall_1234_assignsubmission_onlinetext_/onlinetext.html": b"<p>x</p>",
        "Zoé Le Gall_99_assignsubmission_file_/tp1.zip": zipped({PLACE: FILLED}),
        "李雷_7_assignsubmission_file_gradient.ipynb": FILLED,
        "Bob_8_assignsubmission_file_/gradient.py": b"x",
        "__MACOSX/x": b"x",
        ".DS_Store": b"x",
    }
    (tmp_path / "class.zip").write_bytes(zipped(people))
    with zipfile.ZipFile(tmp_path / "class.zip") as archive:
        archive.extractall(tmp_path / "class")
    expected = {("Zoé Le Gall", "1234"), ("Zoé Le Gall", "99"), ("李雷", "7"), ("Bob", "8")}
    for submissions in (tmp_path / "class.zip", tmp_path / "class"):
        sources = collect.find(submissions, "fr")
        assert {(source.given, source.number) for source in sources} == expected
        assert len({source.name for source in sources}) == 4
        read_all = {s.number: collect.read(s, tmp_path / "clones", "tp1", None) for s in sources}
        assert [bool(read_all[number].notebook) for number in ("1234", "99", "7", "8")] == [
            True,
            True,
            True,
            False,
        ]
        assert read_all["8"].problem == "python-file"


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX names and links")
def test_hostile_folders_are_bounded_and_their_notebook_is_graded(tmp_path):
    folder = tmp_path / "x"
    folder.mkdir()
    (folder / "gradient.ipynb").write_bytes(FILLED)
    odd = os.fsencode(folder) + b"/caf\xe9.txt"
    with open(odd, "w") as file:
        file.write("x")
    os.symlink(odd, os.fsencode(folder) + b"/link")
    before = os.getcwd()
    try:
        os.chdir(folder)
        for _ in range(3000):
            os.mkdir("d")
            os.chdir("d")
        os.chdir(folder)
        for number in range(6000):
            open(f"f{number}", "w").close()
        handed = handed_in.read_folder("x", folder, "tp1", None)
        assert handed.notebook == FILLED
        assert len(handed.content_hash()) == 64
        assert len(handed.files) <= 200
    finally:
        os.chdir(before)
        from micrograd.lab.sandbox.removing import remove

        remove(str(folder))
    assert not folder.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="git in a POSIX shell")
def test_git_is_read_with_bounds_and_never_the_repository_around(tmp_path):
    outer = repository(tmp_path / "teacher", b"[]", "tp1")
    broken = outer / "student" / "x"
    (broken / ".git").mkdir(parents=True)
    (broken / "gradient.ipynb").write_bytes(FILLED)
    handed = handed_in.read_folder("x", broken, "tp1", None)
    assert (handed.notebook, handed.tag) == (FILLED, "missing")
    assert handed.notes[0][0] == "broken-git"

    other = repository(tmp_path / "y", FILLED, "TP1")
    for arguments in (
        ["-c", "user.name=s", "-c", "user.email=s@x", "commit", "-q", "--allow-empty", "-m", "x"],
    ):
        subprocess.run(["git", *arguments], cwd=other, check=True, capture_output=True)
    handed = handed_in.read_folder("y", other, "tp1", None)
    assert [note[0] for note in handed.notes] == ["other-tag", "commits-after"]

    missing = repository(tmp_path / "z", FILLED, "tp1")
    for path in (missing / ".git" / "objects").glob("??/*"):
        if subprocess.run(["git", "cat-file", "-t", path.parent.name + path.name], cwd=missing, capture_output=True,
                          text=True).stdout == "blob\n":  # fmt: skip
            path.unlink()
    handed = handed_in.read_folder("z", missing, "tp1", None)
    assert handed.notebook == FILLED
    assert handed.notes[0][0] == "broken-git"


def test_a_later_tag_replaces_an_earlier_one_until_the_deadline(tmp_path):
    folder = repository(tmp_path / "x", FILLED, "tp1", "2023-12-10T12:00:00")
    for tag, day in (("tp1-2", 12), ("tp1-3", 20)):
        date = f"2023-12-{day}T12:00:00"
        subprocess.run(
            ["git", "-c", "user.name=s", "-c", "user.email=s@x", "tag", "-a", tag, "-m", "x"],
            cwd=folder, env={**os.environ, "GIT_COMMITTER_DATE": date}, check=True, capture_output=True,
        )  # fmt: skip
    deadline = datetime(2023, 12, 15, tzinfo=timezone.utc)
    handed = handed_in.read_folder("x", folder, "tp1", deadline)
    assert (handed.tag, handed.tagged_at[:10]) == ("on-time", "2023-12-12")
    assert [note[0] for note in handed.notes] == ["late-tag", "newer-tag"]
    assert handed_in.read_folder("x", folder, "tp1", None).tagged_at.startswith("2023-12-20")
    assert submission_tags(["tp1-10", "tp1-9", "tp1", "tp1-x", "tp1-1"], "tp1") == ["tp1-10", "tp1-9", "tp1"]


def _raises(kind: str) -> None:
    if kind == "exit":
        os._exit(3)
    if kind == "stack":
        _raises(kind)
    if kind == "memory":
        bytearray(1 << 45)
    if kind == "surrogate":
        "\ud800".encode()
    if kind == "long":
        while True:
            pass
    raise KeyboardInterrupt(kind)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_whatever_a_piece_of_work_raises_is_one_failure():
    with Guard() as guard:
        for kind in ("exit", "stack", "memory", "surrogate", "long", "anything"):
            with pytest.raises(FailedError) as caught:
                guard.call(_work_by_name, kind, seconds=2 if kind == "long" else 60)
            for language in ("fr", "en"):
                said = failure(caught.value.key, caught.value.values, language)
                assert said and "codec" not in said and "Traceback" not in said and "{" not in said
        assert guard.call(len, [1, 2], seconds=60) == 2


def test_the_system_speaks_the_teachers_language_where_its_words_are_known():
    assert system(os.strerror(13), "fr") == "accès refusé"
    assert system(os.strerror(28), "en") == os.strerror(28)
    assert system("anything else", "fr") == "anything else"


def _work_by_name(kind: str) -> None:
    _raises(kind)


def test_words_are_shown_as_markdown_and_formulas_safely():
    attack = "**b** $\\frac{1}{2}$ $\\href{javascript:alert(1)}{x}$ <script>x</script>"
    attack += " ![i](http://a/b) [l](javascript:x)"
    html = written({"1": attack})["1"]
    assert "<strong>b</strong>" in html and "<mfrac>" in html
    assert not any(bad in html for bad in ("<script", "href", "src=", "<img", "<a "))
