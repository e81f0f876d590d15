"""The student's way: ``lab new``, ``open``, ``check``, ``submit``."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_class import LOOPS, mistaken, notebook

pytest.importorskip("nbformat", reason="the lab extra is missing, THE COURSE KIT IS NOT TESTED")

from micrograd import cli
from micrograd.lab.content import assignment
from micrograd.lab.errors import LabError
from micrograd.lab.student import new
from micrograd.lab.student.naming import project_name, suggestion
from micrograd.lab.student.remote import TAG
from micrograd.language import french

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def nobody(tmp_path_factory, monkeypatch):
    """A user of whom Git knows nothing, with no configuration of his own."""
    home = tmp_path_factory.mktemp("home")
    for name in [name for name in os.environ if name.startswith("GIT_")] + ["EMAIL"]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    # Else git makes up an address from the machine's name, on some machines.
    subprocess.run(["git", "config", "--global", "user.useConfigOnly", "true"], check=True)
    return home


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()


def state(folder: Path) -> dict[str, str]:
    """All that a repository is: references, index, configuration, files."""
    files = {
        str(path.relative_to(folder)): path.read_bytes().hex()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.parts
    }
    return {
        "references": git(folder, "for-each-ref"),
        "head": (folder / ".git" / "HEAD").read_text(),
        "status": git(folder, "status", "--porcelain"),
        "staged": git(folder, "diff", "--cached"),
        "config": (folder / ".git" / "config").read_text(),
        **files,
    }


def project(tmp_path: Path, login: str = "student01", lang: str = "fr") -> Path:
    return new.make_project(login, tmp_path, lang)[0]


def with_remote(folder: Path, tmp_path: Path) -> Path:
    remote = tmp_path / "remote.git"
    git(tmp_path, "init", "-q", "--bare", "-b", "main", str(remote))
    git(folder, "remote", "add", "origin", str(remote))
    return remote


# Names


@pytest.mark.parametrize("login", ["jdupont", "student01", "zle-gall", "jdupont2", "ab", "a" * 40])
def test_logins_of_the_handouts_convention(login):
    assert project_name(login, "fr") == f"BUT3-DL-{login}"


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("Jean Dupont", "jdupont"),
        ("JDupont", "jdupont"),
        ("Zoé Le-Gall", "zle-gall"),
        ("Élodie d'Été", "edete"),
        ("BUT3-DL-jdupont", "jdupont"),
        ("Noël Œuf", "noeuf"),
        ("j_dupont", "jdupont"),
        ("jdupont-", "jdupont"),
        ("../x", ""),
        ("/etc", ""),
        ("", ""),
        ("-rf", ""),
        ("1dupont", ""),
        ("a" * 41, ""),
        ("a", ""),
    ],
)
def test_other_names_are_refused_with_the_login_that_was_meant(given, meant):
    assert suggestion(given) in (meant, "rf") if given == "-rf" else suggestion(given) == meant
    with pytest.raises(LabError) as refusal:
        project_name(given, "en")
    assert repr(given)[1:-1] in str(refusal.value) or given in str(refusal.value)


@given(st.text(max_size=60))
def test_no_name_ever_leads_out_of_the_folder(name):
    for login in (name, suggestion(name)):
        try:
            folder = project_name(login, "en")
        except LabError:
            continue
        assert re.fullmatch(r"BUT3-DL-[a-z][a-z0-9-]*[a-z0-9]", folder)
        assert Path("/x", folder).parent == Path("/x")


# new


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_new_project_is_ready(tmp_path, lang, capsys):
    assert cli.main(["lab", "new", "student01", "--folder", str(tmp_path), "--lang", lang]) == 0
    folder = tmp_path / "BUT3-DL-student01"
    assert sorted(path.name for path in tmp_path.iterdir()) == [folder.name]
    assert sorted(git(folder, "ls-files").splitlines()) == [
        ".gitignore",
        "README.md",
        "requirements.txt",
        "tp1-gradient_descent/gradient.ipynb",
    ]
    assert git(folder, "status", "--porcelain") == ""
    assert git(folder, "rev-list", "--count", "HEAD") == "1"
    assert git(folder, "log", "-1", "--format=%an") == "student01"
    said = capsys.readouterr().out
    assert "user.name" in said
    assert str(folder) in said
    assert "micrograd lab submit" in (folder / "README.md").read_text(encoding="utf-8")
    handed_out = json.loads((folder / "tp1-gradient_descent" / "gradient.ipynb").read_text(encoding="utf-8"))
    assert handed_out["cells"] == json.loads(
        json.dumps(assignment.student(lang)["cells"]), object_hook=_split
    )


def _split(part):
    if isinstance(part.get("source"), str):
        part["source"] = part["source"].splitlines(keepends=True)
    return part


def test_a_known_identity_is_kept(tmp_path, capsys):
    git(tmp_path, "config", "--global", "user.name", "Jean Dupont")
    git(tmp_path, "config", "--global", "user.email", "jean@localhost")
    git(tmp_path, "config", "--global", "commit.gpgsign", "true")
    assert cli.main(["lab", "new", "jdupont", "--folder", str(tmp_path)]) == 0
    assert git(tmp_path / "BUT3-DL-jdupont", "log", "-1", "--format=%ae") == "jean@localhost"
    assert "user.name" not in capsys.readouterr().out


def test_a_name_that_git_knows_without_an_address_is_kept(tmp_path, capsys):
    git(tmp_path, "config", "--global", "user.name", "Jean Dupont")
    assert cli.main(["lab", "new", "jdupont", "--folder", str(tmp_path)]) == 0
    author = git(tmp_path / "BUT3-DL-jdupont", "log", "-1", "--format=%an <%ae>")
    assert author == "Jean Dupont <jdupont@localhost>"
    assert author in capsys.readouterr().out


@pytest.mark.parametrize("kind", ["folder", "file", "link"])
def test_what_exists_is_never_touched(tmp_path, kind, capsys):
    target = tmp_path / "BUT3-DL-student01"
    {
        "folder": target.mkdir,
        "file": lambda: target.write_text("mine"),
        "link": lambda: target.symlink_to("nowhere"),
    }[kind]()
    before = target.lstat()
    assert cli.main(["lab", "new", "student01", "--folder", str(tmp_path), "--lang", "en"]) == 2
    assert "exists" in capsys.readouterr().err
    assert target.lstat() == before
    assert list(tmp_path.iterdir()) == [target]


def test_nothing_is_left_where_git_fails(tmp_path, monkeypatch, capsys):
    git(tmp_path, "config", "--global", "core.autocrlf", "nonsense")
    assert cli.main(["lab", "new", "student01", "--folder", str(tmp_path)]) == 2
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setenv("PATH", str(tmp_path))
    assert cli.main(["lab", "new", "student01", "--folder", str(tmp_path), "--lang", "fr"]) == 2
    assert "git-scm.com" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_refused(tmp_path, capsys):
    assert cli.main(["lab", "new", "student01", "--folder", str(tmp_path / "no"), "--lang", "en"]) == 2
    assert str(tmp_path / "no") in capsys.readouterr().err


def test_the_requirements_are_the_labs(tmp_path):
    def pins(text: str) -> list[str]:
        return [
            line for line in text.splitlines() if "==" in line and not line.startswith(("#", "micrograd-lab"))
        ]

    ours = pins(new.requirements("fr"))
    assert ours == pins(new.requirements("en"))
    assert ours == pins((ROOT / "requirements.txt").read_text(encoding="utf-8"))
    assert new.requirements("en").splitlines()[-1].startswith("micrograd-lab[lab]")
    # The light edition needs what opens a notebook, and nothing else.
    light = new.requirements("en", "light")
    assert [pin for pin in pins(light) if not pin.startswith("micrograd-lab")] == [
        pin for pin in ours if pin.startswith("jupyterlab==")
    ]
    assert light.splitlines()[-1].startswith("micrograd-lab") and "[lab]" not in light


def test_the_notebook_gives_no_answer_away():
    for lang in ("fr", "en"):
        solved = {cell.id: cell.source for cell in assignment.teacher(lang).cells}
        handed_out = {cell.id: cell.source for cell in assignment.student(lang).cells}
        assert solved.keys() == handed_out.keys()
        everything = "\n".join(handed_out.values())
        assert "BEGIN SOLUTION" not in everything
        for name, source in solved.items():
            for block in re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", source, re.S):
                lines = [line.strip() for line in block.splitlines() if len(line.strip()) > 25]
                assert not [line for line in lines if line in handed_out[name]]
        answers = [name for name in solved if name.endswith("-answer")]
        assert answers == ["task-1-answer", "task-4-answer", "task-8-answer"]
        assert all(handed_out[name] == assignment.ANSWER_STUB[lang] for name in answers)
        checks = [source for name, source in handed_out.items() if name.endswith("-check")]
        assert len(checks) == 10


# check


@pytest.mark.slow
def test_check_says_what_is_done_and_what_is_not(tmp_path, capsys):
    folder = project(tmp_path)
    path = folder / "tp1-gradient_descent" / "gradient.ipynb"
    assert cli.main(["lab", "check", str(folder), "--lang", "fr"]) == 1
    said = capsys.readouterr().out
    assert len(re.findall(r"^· Tâche \d+\s:", said, re.M)) == 10
    assert "0 / 16" in said
    path.write_bytes(mistaken("sum-for-mean"))
    assert cli.main(["lab", "check", str(path), "--lang", "en", "--task", "7"]) == 1
    said = capsys.readouterr().out
    assert "model_loss returns the sum of the errors; the mean was asked for" in said
    assert "Task 6" not in said
    path.write_bytes(notebook(LOOPS))
    assert cli.main(["lab", "check", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "16 / 16" in said
    assert path.read_bytes() == notebook(LOOPS)


@pytest.mark.slow
def test_check_names_the_cells_that_stop(tmp_path, capsys):
    from made_up_class import hostile

    path = tmp_path / "gradient.ipynb"
    path.write_bytes(hostile("value = 1\nvalue / 0"))
    cli.main(["lab", "check", str(path), "--lang", "fr"])
    said = capsys.readouterr().out
    assert "tâche 5, cellule de code n° 3\n         ZeroDivisionError: division by zero" in said
    path.write_bytes(hostile("import os\nos._exit(3)"))
    cli.main(["lab", "check", str(path), "--lang", "en"])
    assert (
        "The run ended (task 5, code cell 3): Python ended by itself (exit status 3)"
        in capsys.readouterr().out
    )


@pytest.mark.slow
def test_check_names_a_cell_that_stops_under_its_task_and_lets_no_escape_through(tmp_path, capsys):
    path = tmp_path / "gradient.ipynb"
    wrong = {
        "task-2-sigmoid": "def sigmoid(out)\n    return out",
        "task-1-print": r"raise ValueError('\x1b[2J\x1b]52;c;ZXZpbA==\x07loud \x9b2J\u202eover')",
    }
    path.write_bytes(notebook({**LOOPS, **wrong}))
    cli.main(["lab", "check", str(path), "--lang", "fr", "--task", "1", "--task", "2"])
    said = capsys.readouterr().out
    assert (
        "     ! tâche 2, cellule de code n° 1\N{NO-BREAK SPACE}: elle s’arrête. SyntaxError: expected ':'"
        in said
    )
    assert "ValueError: loud \ufffd2J\ufffdover" in said
    assert "\x1b" not in said
    assert "NameError" not in said.replace("name 'sigmoid'", "")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "fr",
            [
                "gradient.ipynb, enregistré le 03/02/2026 à 10:20:30 : c'est cet état du fichier",
                "Reconnu : tâches 1–3, 5 ; pas trouvé : 4, 6–10. Écrivez « Tâche 4 » au-dessus",
                "! tâche 2, cellule de code n° 1 : elle s'arrête. input() attend une réponse",
            ],
        ),
        (
            "en",
            [
                "gradient.ipynb, saved on 2026-02-03 at 10:20:30: this state of the file",
                'Recognised: tasks 1–3, 5; not found: 4, 6–10. Write "Task 4" above',
                "! task 2, code cell 1 stops. input() waits for an answer",
            ],
        ),
    ],
)
def test_check_says_of_which_file_it_speaks_what_it_recognised_and_why_a_cell_stops(
    tmp_path, capsys, lang, words
):
    from checked_notebook import own

    path = tmp_path / "gradient.ipynb"
    path.write_bytes(own("# T1\nx = 1", "# T2\nn = int(input('n ?'))", "# T3\nx = 3", "# T5\nx = 5"))
    saved = datetime(2026, 2, 3, 10, 20, 30).timestamp()
    os.utime(path, (saved, saved))
    cli.main(["lab", "check", str(path), "--lang", lang])
    said = capsys.readouterr().out
    for line in words:
        assert (french(line) if lang == "fr" else line) in said
    assert "EOFError" not in said


def test_numbers_of_tasks_are_written_as_people_do():
    from micrograd.lab.student.verdict import ranges

    assert ranges([5, 1, 2, 3, 7, 8]) == "1–3, 5, 7–8"
    assert ranges([]) == ""


@pytest.mark.parametrize(
    ("name", "message", "said"),
    [
        ("Timeout", "more than 30 s", "elle prend trop de temps et a été arrêtée (plus de 30 s)"),
        ("MemoryError", "", "elle demande plus de mémoire qu’il n’y en a"),
        ("EOFError", "Ran out of input", "EOFError: Ran out of input"),
        ("NameError", "name 'a' is not defined\nsecond line", "NameError: name 'a' is not defined"),
    ],
)
def test_errors_of_the_place_are_in_words_and_those_of_the_code_are_pythons(name, message, said):
    from micrograd.lab.error_words import in_words

    assert in_words(name, message, "fr") == said


@pytest.mark.parametrize("content", ["", "{", '{"cells": 3}', '{"worksheets": []}'])
def test_check_refuses_what_is_no_notebook(tmp_path, content, capsys):
    (tmp_path / "gradient.ipynb").write_text(content)
    assert cli.main(["lab", "check", str(tmp_path), "--lang", "en"]) == 2
    said = capsys.readouterr().err
    assert str(tmp_path) in said
    assert re.search("empty file|not JSON|without cells", said)


def test_open_without_jupyterlab_says_how_to_get_it(tmp_path, monkeypatch, capsys):
    folder = project(tmp_path)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert cli.main(["lab", "open", str(folder)]) == 2
    said = capsys.readouterr().err
    assert "JupyterLab n’est pas installé" in said
    assert commands_in(said)[0].startswith('pip install "micrograd-lab[lab]')


def test_check_says_where_it_looked(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["lab", "check", "--lang", "fr"]) == 2
    assert "gradient.ipynb" in capsys.readouterr().err
    (tmp_path / "gradient.ipynb").write_text("{}")
    assert cli.main(["lab", "check", "--task", "11", "--lang", "fr"]) == 2
    assert "il n’y a pas de tâche 11" in capsys.readouterr().err


@pytest.mark.slow
def test_the_line_under_each_task_checks_it_in_jupyter():
    nbformat = pytest.importorskip("nbformat")
    from nbclient import NotebookClient

    filled = nbformat.reads(notebook({**LOOPS, "task-6-moons": LOOPS["task-3-graph"]}), as_version=4)
    again = nbformat.v4.new_code_cell('from micrograd.lab.check import check; check(3, "en")')
    filled.cells = [*filled.cells[:40], again]
    NotebookClient(filled, timeout=120, allow_errors=True).execute()
    said = {
        cell.id: "".join(o.get("text", "") for o in cell.outputs)
        for cell in filled.cells
        if cell.cell_type == "code" and "check(" in cell.source
    }
    for task in (1, 2, 3, 4, 5):
        assert said[f"task-{task}-check"].startswith(f"✓ Tâche {task}\N{NO-BREAK SPACE}:"), said
    assert said[again.id].startswith("✓ Task 3:"), said
    assert not [
        o
        for cell in filled.cells
        if cell.cell_type == "code" and "check(" in cell.source
        for o in cell.outputs
        if o.output_type == "error"
    ]


# open


@pytest.mark.slow
def test_open_serves_the_notebook_with_this_python(tmp_path, nobody):
    pytest.importorskip("jupyterlab", reason="`lab open` IS NOT TESTED")
    # A kernel of the same name, of another Python, in the user's own folder.
    stray = nobody / ".local" / "share" / "jupyter" / "kernels" / "python3"
    stray.mkdir(parents=True)
    (stray / "kernel.json").write_text(
        '{"argv": ["/nowhere/python"], "display_name": "stray", "language": "python"}'
    )
    folder = project(tmp_path)
    command = [
        sys.executable,
        "-m",
        "micrograd",
        "lab",
        "open",
        str(folder),
        "--no-browser",
        "--port",
        "18923",
    ]
    environment = {**os.environ, "JUPYTER_TOKEN": "t", "PYTHONUNBUFFERED": "1"}
    server = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        address = None
        for line in server.stdout:
            found = re.search(r"http://(?:localhost|127\.0\.0\.1):(\d+)/", line)
            if found:
                address = f"http://127.0.0.1:{found.group(1)}"
                break
        assert address
        kernels = _get(f"{address}/api/kernelspecs?token=t")
        assert kernels["kernelspecs"]["python3"]["spec"]["argv"][0] == sys.executable
        assert _get(f"{address}/api/contents/gradient.ipynb?token=t&content=0")["type"] == "notebook"
    finally:
        server.terminate()
        server.stdout.read()  # until the last process that holds it is gone
        server.wait(timeout=30)
        server.stdout.close()
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"{address}/api", timeout=2)


def _get(url: str) -> dict:
    for _ in range(100):
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return json.load(answer)
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    raise AssertionError(f"no answer from {url}")


# submit


def hand_in(folder: Path, *options: str) -> int:
    return cli.main(["lab", "submit", str(folder), "--lang", "en", "--no-check", "--yes", *options])


def test_a_dry_run_says_everything_and_does_nothing(tmp_path, capsys):
    folder = project(tmp_path)
    remote = with_remote(folder, tmp_path)
    (folder / "notes é.txt").write_text("x")
    before = state(folder)
    assert hand_in(folder, "--dry-run") == 0
    said = capsys.readouterr().out
    assert re.search(r"gradient\.ipynb as it was saved on \d{4}-\d\d-\d\d at \d\d:\d\d:\d\d", said)
    assert all(
        word in said for word in ("notes é.txt", "tp1", "main", "origin", str(remote), "nothing was done")
    )
    assert state(folder) == before
    assert git(remote, "for-each-ref") == ""


def test_a_tag_that_exists_is_not_moved(tmp_path, capsys):
    folder = project(tmp_path)
    remote = with_remote(folder, tmp_path)
    assert hand_in(folder) == 0
    tag = git(remote, "rev-parse", "tp1^{commit}")
    assert tag == git(folder, "rev-parse", "HEAD") == git(remote, "rev-parse", "main")
    (folder / "more.txt").write_text("x")
    before = state(folder)
    assert hand_in(folder) == 2
    assert "tp1" in capsys.readouterr().err
    git(folder, "tag", "-d", "tp1")
    before = state(folder)
    assert hand_in(folder) == 2
    assert "on origin" in capsys.readouterr().err
    assert state(folder) == before
    assert git(remote, "rev-parse", "tp1^{commit}") == tag


@pytest.mark.parametrize("obstacle", ["hook", "diverged", "gone"])
def test_a_push_that_fails_leaves_everything_as_it_was(tmp_path, obstacle, capsys):
    folder = project(tmp_path)
    remote = with_remote(folder, tmp_path)
    git(folder, "push", "-q", "origin", "main")
    if obstacle == "hook":
        hook = remote / "hooks" / "pre-receive"
        hook.write_text("#!/bin/sh\necho the server says no >&2\nexit 1\n")
        hook.chmod(0o755)
    elif obstacle == "diverged":
        other = tmp_path / "other"
        git(tmp_path, "clone", "-q", str(remote), str(other))
        git(
            other,
            "-c",
            "user.name=o",
            "-c",
            "user.email=o@x",
            "commit",
            "-q",
            "--allow-empty",
            "-m",
            "theirs",
        )
        git(other, "push", "-q")
    else:
        remote.rename(tmp_path / "moved.git")
    (folder / "staged.txt").write_text("staged")
    git(folder, "add", "staged.txt")
    (folder / "README.md").write_text("changed")
    (folder / "new.txt").write_text("new")
    before = state(folder)
    assert hand_in(folder) == 2
    assert state(folder) == before
    said = capsys.readouterr().err
    assert {"hook": "the server says no", "diverged": "git pull --no-rebase", "gone": "could not be read"}[
        obstacle
    ] in said


def test_a_commit_that_a_hook_refuses_leaves_everything_as_it_was(tmp_path, capsys):
    folder = project(tmp_path)
    with_remote(folder, tmp_path)
    hook = folder / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho not like this >&2\nexit 1\n")
    hook.chmod(0o755)
    (folder / "new.txt").write_text("new")
    before = state(folder)
    assert hand_in(folder) == 2
    assert state(folder) == before
    assert "not like this" in capsys.readouterr().err


def _no_repository(folder: Path) -> None:
    (folder / ".git").rename(folder / "not-git")


def _two_remotes(folder: Path) -> None:
    git(folder, "remote", "add", "a", "x")
    git(folder, "remote", "add", "b", "y")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_no_repository, "not in a Git repository"),
        (lambda folder: None, "git remote add origin"),
        (_two_remotes, "--remote"),
        (lambda folder: git(folder, "checkout", "-q", "--detach"), "git switch main"),
        (
            lambda folder: (folder / ".git" / "MERGE_HEAD").write_text(git(folder, "rev-parse", "HEAD")),
            "merge",
        ),
    ],
)
def test_what_stands_in_the_way_is_said_before_anything_is_done(tmp_path, spoil, says, capsys):
    folder = project(tmp_path)
    spoil(folder)
    assert hand_in(folder) == 2
    assert says in capsys.readouterr().err


def test_a_very_large_file_is_refused(tmp_path, capsys):
    folder = project(tmp_path)
    with_remote(folder, tmp_path)
    with (folder / "film.mp4").open("wb") as file:
        file.truncate(30_000_000)
    assert hand_in(folder) == 2
    assert "film.mp4" in capsys.readouterr().err


def test_a_renamed_file_is_two_changes_and_a_password_in_an_address_is_not_shown(tmp_path, capsys):
    folder = project(tmp_path)
    remote = with_remote(folder, tmp_path)
    git(folder, "remote", "set-url", "--push", "origin", "https://me:s3cret@localhost/x.git")
    git(folder, "mv", "README.md", "LISEZ-MOI.md")
    assert hand_in(folder, "--dry-run") == 0
    said = capsys.readouterr().out
    assert "D  README.md\n" in said
    assert "A  LISEZ-MOI.md\n" in said
    assert "https://me:***@localhost/x.git" in said
    assert git(remote, "for-each-ref") == ""


def test_an_unknown_remote_is_named(tmp_path, capsys):
    folder = project(tmp_path)
    with_remote(folder, tmp_path)
    assert hand_in(folder, "--remote", "nowhere") == 2
    said = capsys.readouterr().err
    assert "nowhere" in said
    assert "origin" in said


# advice: each is carried out, to the letter, in the state in which it is given


def commands_in(advice: str) -> list[str]:
    """The commands of an advice: its lines that are set in."""
    return [line.strip() for line in advice.splitlines() if line.startswith("  ")]


def carry_out(advice: str, folder: Path, number: int = 0) -> None:
    """Run an advice's command as a student would paste it; ``micrograd`` is this one."""
    command = commands_in(advice)[number]
    command = re.sub(r"(?:^|(?<=&& ))micrograd ", f"{shlex.quote(sys.executable)} -m micrograd ", command)
    command += " --no-check --yes" if " lab submit" in command else ""
    done = subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, (command, done.stdout, done.stderr)


def refused(folder: Path, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    before = state(folder)
    assert hand_in(folder, *options, "--dry-run") == 2
    assert state(folder) == before
    advice = capsys.readouterr().err
    assert hand_in(folder, *options) == 2
    assert state(folder) == before
    assert capsys.readouterr().err == advice
    return advice


NOTEBOOK = "tp1-gradient_descent/gradient.ipynb"


def elsewhere(remote: Path, tmp_path: Path, files: dict[str, str], *, unrelated: bool) -> None:
    """Commit to the remote's main from another place: a web page that makes a README, another computer."""
    other = tmp_path / "elsewhere"
    if unrelated:
        git(tmp_path, "-c", "init.defaultBranch=main", "init", "-q", str(other))
        git(other, "remote", "add", "origin", str(remote))
    else:
        git(tmp_path, "clone", "-q", "-b", "main", str(remote), str(other))
    for name, content in files.items():
        (other / name).parent.mkdir(exist_ok=True)
        (other / name).write_text(content)
    git(other, "add", "--all")
    git(other, "-c", "user.name=o", "-c", "user.email=o@x", "commit", "-q", "-m", "elsewhere")
    git(other, "push", "-q", "origin", "HEAD:main")


@pytest.mark.parametrize("files", [{"README.md": "# made by GitLab\n"}, {"other.txt": "x"}, {NOTEBOOK: "{}"}])
@pytest.mark.parametrize("unrelated", [True, False])
@pytest.mark.parametrize("dirty", [True, False])
def test_a_remote_with_other_commits_is_joined_by_one_command(tmp_path, files, unrelated, dirty, capsys):
    folder = project(tmp_path)
    remote = with_remote(folder, tmp_path)
    git(folder, "config", "pull.ff", "only")
    if not unrelated:
        git(folder, "push", "-q", "origin", "main")
    elsewhere(remote, tmp_path, files, unrelated=unrelated)
    if dirty:
        (folder / NOTEBOOK).write_text(
            (folder / NOTEBOOK).read_text(encoding="utf-8") + "\n", encoding="utf-8"
        )
        (folder / "README.md").write_text("my own words")
        (folder / "new.txt").write_text("new")
    else:
        (folder / NOTEBOOK).write_text(
            (folder / NOTEBOOK).read_text(encoding="utf-8") + "\n", encoding="utf-8"
        )
        git(folder, "commit", "-qam", "mine")
    mine = {name: (folder / name).read_text(encoding="utf-8") for name in ("README.md", NOTEBOOK)}
    carry_out(refused(folder, capsys), folder)
    assert mine == {name: (folder / name).read_text(encoding="utf-8") for name in mine}
    assert hand_in(folder) == 0
    assert git(remote, "show", f"tp1:{NOTEBOOK}") == mine[NOTEBOOK].rstrip()
    assert git(remote, "show", "tp1:README.md") == mine["README.md"].rstrip()


def test_what_was_handed_in_is_replaced_by_a_later_tag(tmp_path, capsys):
    folder = project(tmp_path)
    remote = with_remote(folder, tmp_path)
    assert hand_in(folder, "--again") == 0  # nothing was handed in yet: the first tag
    assert git(remote, "tag") == "tp1"
    said = capsys.readouterr().out.partition("Handed in")[2]
    for number in (2, 3):
        (folder / "more.txt").write_text(str(number))
        # What was said when it was handed in, and what is said when it is handed in again without a word.
        carry_out(said if number == 2 else refused(folder, capsys), folder)
        assert git(remote, "rev-parse", f"tp1-{number}^{{commit}}") == git(folder, "rev-parse", "HEAD")
        assert git(remote, "show", f"tp1-{number}:more.txt") == str(number)
    assert sorted(git(remote, "tag").split()) == ["tp1", "tp1-2", "tp1-3"]
    git(folder, "tag", "-d", "tp1-3")  # known from the remote, too
    (folder / "more.txt").write_text("4")
    assert hand_in(folder, "--again") == 0
    assert "tp1-4" in git(remote, "tag")


@pytest.mark.parametrize("number", [0, 1])
def test_a_tag_that_was_set_by_hand_is_pushed_or_left(tmp_path, number, capsys):
    folder = project(tmp_path)
    remote = with_remote(folder, tmp_path)
    git(folder, "tag", "tp1")
    carry_out(refused(folder, capsys), folder, number)
    assert git(remote, "tag") == ["tp1", "tp1-2"][number]


def _detached_ahead(folder: Path) -> None:
    git(folder, "checkout", "-q", "--detach")
    (folder / "more.txt").write_text("more")
    git(folder, "add", "more.txt")
    git(folder, "commit", "-qm", "ahead")


def _merging(folder: Path) -> None:
    git(folder, "checkout", "-qb", "side")
    git(folder, "commit", "-qm", "side", "--allow-empty")
    git(folder, "checkout", "-q", "main")
    git(folder, "commit", "-qm", "main", "--allow-empty")
    git(folder, "merge", "-q", "--no-commit", "--no-ff", "side")


def _detached_beside_the_branch_of_an_earlier_time(folder: Path) -> None:
    git(folder, "branch", "tp1-rendu")
    _detached_ahead(folder)


def _conflicting(folder: Path) -> None:
    """Two commits, on main and on side, that change the same line."""
    for branch in ("side", "main"):
        git(folder, "checkout", "-q", *(["-b"] if branch == "side" else []), branch)
        (folder / "line.txt").write_text(branch)
        git(folder, "add", "--all")
        git(folder, "commit", "-qm", branch)


def _stopped(folder: Path, *arguments: str) -> None:
    """Run a command of Git's that stops with a conflict."""
    stopped = subprocess.run(["git", *arguments], cwd=folder, capture_output=True)
    assert stopped.returncode != 0


def _rebasing(folder: Path) -> None:
    _conflicting(folder)
    _stopped(folder, "rebase", "side")


def _applying(folder: Path) -> None:
    _conflicting(folder)
    patch = git(folder, "format-patch", "-1", "side", "--output-directory", str(folder.parent))
    _stopped(folder, "am", patch)


def _picking(folder: Path) -> None:
    _conflicting(folder)
    _stopped(folder, "cherry-pick", "side")


def _reverting(folder: Path) -> None:
    _conflicting(folder)
    git(folder, "commit", "-qm", "more", "--allow-empty")
    (folder / "line.txt").write_text("again")
    git(folder, "commit", "-qam", "again")
    _stopped(folder, "revert", "--no-edit", "HEAD~2")


def _bisecting(folder: Path) -> None:
    _conflicting(folder)
    git(folder, "bisect", "start", "main", "main~1")


def _ignored(folder: Path) -> None:
    git(folder, "rm", "-q", "--cached", NOTEBOOK)
    (folder / ".gitignore").write_text("*.ipynb\n")
    git(folder, "add", ".gitignore")
    git(folder, "commit", "-qm", "no notebooks")


def _with_film(folder: Path) -> None:
    with (folder / "a film.mp4").open("wb") as file:
        file.truncate(30_000_000)


def _with_tracked_film(folder: Path) -> None:
    (folder / "a film.mp4").write_text("short")
    git(folder, "add", "--all")
    git(folder, "commit", "-qm", "film")
    _with_film(folder)


def _two_known_remotes(folder: Path) -> None:
    git(folder, "remote", "rename", "origin", "a")
    git(folder, "remote", "add", "b", git(folder, "remote", "get-url", "a"))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: git(folder, "checkout", "-q", "--detach"),
        _detached_ahead,
        _detached_beside_the_branch_of_an_earlier_time,
        _merging,
        _rebasing,
        _applying,
        _picking,
        _reverting,
        _bisecting,
        _ignored,
        _with_film,
        _with_tracked_film,
        _two_known_remotes,
    ],
)
def test_the_advice_works(tmp_path, spoil, capsys):
    folder = project(tmp_path)
    remote = with_remote(folder, tmp_path)
    spoil(folder)
    advice = refused(folder, capsys)
    carry_out(advice, folder)
    if "submit" not in commands_in(advice)[0]:
        assert hand_in(folder) == 0
    assert git(remote, "tag") == "tp1"
    assert "film" not in git(remote, "ls-tree", "--name-only", "tp1")
    assert git(remote, "ls-tree", "--name-only", "tp1", NOTEBOOK) == NOTEBOOK


def test_an_identity_and_a_remote_are_set_as_advised(tmp_path, monkeypatch, capsys):
    folder = project(tmp_path)
    remote = with_remote(folder, tmp_path)
    address = git(folder, "remote", "get-url", "origin")
    git(folder, "remote", "remove", "origin")
    for name in ("user.name", "user.email"):
        subprocess.run(["git", "config", "--unset", name], cwd=folder)
    for role in ("AUTHOR", "COMMITTER"):
        for what in ("NAME", "EMAIL"):
            monkeypatch.delenv(f"GIT_{role}_{what}", raising=False)
    git(folder, "config", "user.useConfigOnly", "true")
    advice = refused(folder, capsys)
    for number in range(2):
        carry_out(advice, folder, number)
    carry_out(refused(folder, capsys).replace("ADDRESS_OF_THE_PROJECT", address), folder)
    assert hand_in(folder) == 0
    assert git(remote, "tag") == "tp1"


def refuse(remote: Path, what: str, message: str) -> None:
    """Let a remote refuse what is pushed to references that begin with ``what``, in a server's own words."""
    hook = remote / "hooks" / "update"
    hook.write_text(f'#!/bin/sh\ncase "$1" in {what}) echo "{message}" >&2; exit 1;; esac\n')
    hook.chmod(0o755)


def refused_by_the_push(folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    before = state(folder)
    assert hand_in(folder) == 2
    assert state(folder) == before
    return capsys.readouterr().err


def test_a_protected_branch_is_left_for_another(tmp_path, capsys):
    folder = project(tmp_path)
    remote = with_remote(folder, tmp_path)
    message = "GitLab: You are not allowed to push code to protected branches on this project."
    refuse(remote, "refs/heads/main", message)
    (folder / "more.txt").write_text("x")
    advice = refused_by_the_push(folder, capsys)
    assert message in advice
    carry_out(advice, folder)
    assert git(remote, "rev-parse", "tp1^{commit}") == git(folder, "rev-parse", "tp1-rendu")
    assert git(remote, "show", "tp1:more.txt") == "x"


@pytest.mark.parametrize(
    "message",
    [
        "GitLab: You are not allowed to push code to this project.",
        "fatal: unable to access 'https://me:s3cret@localhost/x.git/': The requested URL returned error: 403",
        "ERROR: Permission to other/lab.git denied to me.",
    ],
)
def test_somebody_elses_project_is_changed_for_ones_own(tmp_path, message, capsys):
    folder = project(tmp_path)
    refuse(with_remote(folder, tmp_path), "*", message)
    advice = refused_by_the_push(folder, capsys)
    assert "somebody else's project" in advice
    assert "s3cret" not in advice
    own = tmp_path / "own.git"
    git(tmp_path, "init", "-q", "--bare", str(own))
    carry_out(advice.replace("ADDRESS_OF_THE_PROJECT", str(own)), folder)
    assert hand_in(folder) == 0
    assert git(own, "tag") == "tp1"


@pytest.mark.parametrize("pushed_elsewhere", [False, True])
def test_a_wrong_address_is_set_right(tmp_path, pushed_elsewhere, capsys):
    folder = project(tmp_path)
    remote = with_remote(folder, tmp_path)
    if pushed_elsewhere:
        git(folder, "remote", "set-url", "--push", "origin", str(remote))
    git(folder, "remote", "set-url", "origin", str(tmp_path / "wrong.git"))
    advice = refused(folder, capsys)
    carry_out(advice.replace("ADDRESS_OF_THE_PROJECT", str(remote)), folder)
    assert hand_in(folder) == 0
    assert git(remote, "tag") == "tp1"


@pytest.mark.parametrize("files", [None, {"README.md": "# made by GitLab\n"}])
def test_a_notebook_that_no_repository_holds_is_handed_in_by_following_the_advice(tmp_path, files, capsys):
    """Nothing committed, no remote, no identity: each is said with what to do, one after the other."""
    folder = project(tmp_path)
    shutil.rmtree(folder / ".git")
    remote = tmp_path / "remote.git"
    git(tmp_path, "init", "-q", "--bare", "-b", "main", str(remote))
    if files:
        elsewhere(remote, tmp_path, files, unrelated=True)
    mine = (folder / NOTEBOOK).read_text(encoding="utf-8")
    for _ in range(6):
        if hand_in(folder) == 0:
            break
        advice = capsys.readouterr().err.replace("ADDRESS_OF_THE_PROJECT", str(remote))
        for number in range(len(commands_in(advice))):
            carry_out(advice, folder, number)
    assert git(remote, "tag") == "tp1"
    assert git(remote, "show", f"tp1:{NOTEBOOK}") == mine.rstrip()


def test_an_unknown_remote_is_changed_for_one_that_is_there(tmp_path, capsys):
    folder = project(tmp_path)
    remote = with_remote(folder, tmp_path)
    carry_out(refused(folder, capsys, "--remote", "nowhere"), folder)
    assert git(remote, "tag") == "tp1"


def test_names_with_signs_of_the_shell_are_quoted_in_advice(tmp_path, capsys):
    (tmp_path / "it's a place").mkdir()
    folder = project(tmp_path / "it's a place")
    remote = with_remote(folder, tmp_path)
    git(folder, "branch", "-m", "main", "it's;x&y")
    git(folder, "checkout", "-q", "--detach")
    carry_out(refused(folder, capsys), folder)
    git(folder, "tag", "tp1")
    carry_out(refused(folder, capsys), folder)
    assert git(remote, "tag") == "tp1"


# the language of the notebook


@pytest.mark.parametrize("language", ["fr", "en"])
def test_commands_speak_the_notebooks_language(tmp_path, language, monkeypatch, capsys):
    monkeypatch.setenv("LC_ALL", {"fr": "en_US.UTF-8", "en": "fr_FR.UTF-8"}[language])
    folder = project(tmp_path)
    path = folder / NOTEBOOK
    content = json.loads(path.read_text(encoding="utf-8"))
    content["metadata"]["micrograd"]["language"] = language
    path.write_text(json.dumps(content), encoding="utf-8")
    with_remote(folder, tmp_path)
    assert cli.main(["lab", "submit", str(folder), "--no-check", "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert {"fr": "Essai à blanc", "en": "Dry run"}[language] in said
    path.write_text("[]")  # a notebook that does not say: the user's own
    assert cli.main(["lab", "submit", str(folder), "--no-check", "--dry-run"]) == 0
    assert {"en": "Essai à blanc", "fr": "Dry run"}[language] in capsys.readouterr().out


def test_a_project_whose_source_is_gone_is_refused(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(new, "missing_source", lambda: "/gone/micrograd.whl")
    assert cli.main(["lab", "new", "student01", "--folder", str(tmp_path), "--lang", "en"]) == 2
    assert "/gone/micrograd.whl" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


# What takes minutes: ``make student`` does it for real.
STAND_INS = """
python3() { # -m venv FOLDER: the environment is this one
  [ "$1 $2" = "-m venv" ] && mkdir -p "$3/bin" && : >"$3/bin/activate"
}
pip() { # install -r FILE: each line names what pip can install, and the last one us, from where we came
  [ "$1 $2" = "install -r" ] && "$PYTHON" - "$3" <<'END'
import os, sys
from packaging.requirements import Requirement
from urllib.parse import urlsplit
from urllib.request import url2pathname
lines = [line for line in open(sys.argv[1], encoding="utf-8") if line.strip() and line[0] != "#"]
ours = [Requirement(line.strip()) for line in lines][-1]
assert (ours.name, ours.extras) == ("micrograd-lab", {"lab"})
assert not ours.url or urlsplit(ours.url).scheme != "file" or os.path.exists(url2pathname(urlsplit(ours.url).path))
END
}
micrograd() {
  [ "$1 $2" = "lab open" ] && { [ -s tp1-gradient_descent/gradient.ipynb ]; return; }
  "$PYTHON" -m micrograd "$@"
}
"""


@pytest.mark.slow
def test_the_whole_way_of_a_student(tmp_path, monkeypatch, capsys):
    """From ``lab new`` by the letter of the README that it writes to a push, and from there to a grade."""
    from student_way import follow

    monkeypatch.chdir(tmp_path)
    assert cli.main(["lab", "new", "student01", "--lang", "fr"]) == 0
    folder = tmp_path / "BUT3-DL-student01"
    (folder / NOTEBOOK).write_bytes(notebook(LOOPS))
    done = follow(folder, stand_ins=STAND_INS, PYTHON=sys.executable, LC_ALL="fr_FR.UTF-8")
    assert len(done) == 8
    assert not [step for step in done if step[1] != 0]
    said = done[-1][2]
    assert "16 / 16" in said
    assert french("Rendu : commit") in said
    remote = Path(git(folder, "remote", "get-url", "origin"))
    assert git(folder, "status", "--porcelain") == ""
    assert git(remote, "cat-file", "-t", "tp1") == "tag"
    assert git(remote, "show", "tp1:tp1-gradient_descent/gradient.ipynb").encode() == notebook(LOOPS).strip()
    monkeypatch.chdir(tmp_path)
    Path("class.txt").write_text(f"student01 {remote}\n")
    assert cli.main(["lab", "grade", "class.txt", "--lang", "fr"]) == 0
    row = Path("grades/grades.csv").read_text(encoding="utf-8-sig").splitlines()[1]
    assert row.startswith("student01;")
    assert ";16;évalué;" in row


def test_submit_asks_first_where_somebody_can_answer(tmp_path, monkeypatch, capsys):
    folder = project(tmp_path)
    remote = with_remote(folder, tmp_path)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda prompt: "n")
    arguments = ["lab", "submit", str(folder), "--lang", "fr", "--no-check"]
    assert cli.main(arguments) == 1
    assert git(remote, "for-each-ref") == ""
    monkeypatch.setattr("builtins.input", lambda prompt: "o")
    assert cli.main(arguments) == 0
    assert git(remote, "tag") == TAG


def test_check_starts_without_what_it_does_not_need():
    """nbformat alone may take two seconds to import (jsonschema compiles grammars), in every kernel that checks."""
    program = (
        "import sys, micrograd.lab.check, micrograd.lab.student.check\n"
        "print({'nbformat', 'sklearn', 'numpy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_new_makes_the_light_edition_when_asked(tmp_path):
    assert (
        cli.main(["lab", "new", "jdupont", "--lang", "en", "--edition", "light", "--folder", str(tmp_path)])
        == 0
    )
    [path] = tmp_path.rglob("gradient.ipynb")
    assert json.loads(path.read_text(encoding="utf-8"))["metadata"]["micrograd"]["edition"] == "light"
    assert "import numpy" not in path.read_text(encoding="utf-8")
