"""The command ``micrograd``: dispatch, exit codes, no library loaded before it is needed."""

import os
import subprocess
import sys
import types

import pytest

from micrograd import __version__, cli
from micrograd.lab.errors import LabError


def stand_in(monkeypatch, name, main, configure=lambda parser: None):
    module = types.SimpleNamespace(main=main, configure=configure)
    monkeypatch.setattr(cli, "_module", lambda command: module if command == name else pytest.fail(command))


@pytest.mark.parametrize("code", [0, 1])
def test_the_commands_exit_code_is_the_programs(monkeypatch, code):
    seen = []
    stand_in(
        monkeypatch,
        "grade",
        lambda arguments: seen.append(arguments) or code,
        lambda parser: parser.add_argument("folder"),
    )
    assert cli.main(["lab", "grade", "submissions", "--lang", "fr"]) == code
    assert (seen[0].folder, seen[0].lang, seen[0].command) == ("submissions", "fr", "grade")


def test_a_lab_error_is_one_sentence(monkeypatch, capsys):
    def fail(arguments):
        raise LabError("the folder is full")

    stand_in(monkeypatch, "check", fail)
    assert cli.main(["lab", "check"]) == 2
    captured = capsys.readouterr()
    assert captured.err == "micrograd lab check: the folder is full\n"
    assert captured.out == ""


def test_a_missing_library_is_one_sentence(monkeypatch, capsys):
    def fail(arguments):
        raise ImportError("nbformat is not installed: pip install 'micrograd-lab[lab]'")

    stand_in(monkeypatch, "open", fail)
    assert cli.main(["lab", "open"]) == 2
    assert "pip install 'micrograd-lab[lab]'" in capsys.readouterr().err


def test_ctrl_c(monkeypatch):
    def interrupt(arguments):
        raise KeyboardInterrupt

    stand_in(monkeypatch, "run", interrupt)
    assert cli.main(["lab", "run"]) == 130


@pytest.mark.parametrize("arguments", [[], ["lab"], ["nothing"], ["lab", "nothing"]])
def test_an_unknown_command_is_refused_with_the_usage(arguments, capsys):
    with pytest.raises(SystemExit) as exit:
        cli.main(arguments)
    assert exit.value.code == 2
    assert "usage: micrograd" in capsys.readouterr().err


def test_an_unknown_language_is_refused(capsys, monkeypatch):
    stand_in(monkeypatch, "run", lambda arguments: pytest.fail("ran"))
    with pytest.raises(SystemExit) as exit:
        cli.main(["lab", "run", "--lang", "de"])
    assert exit.value.code == 2
    assert "'fr', 'en'" in capsys.readouterr().err.replace("fr, en", "'fr', 'en'")


def test_version(capsys):
    with pytest.raises(SystemExit) as exit:
        cli.main(["--version"])
    assert exit.value.code == 0
    assert capsys.readouterr().out == f"micrograd-lab {__version__}\n"


def test_help_lists_every_lab_command_and_imports_none(capsys):
    script = (
        "import sys; from micrograd import cli\n"
        "try: cli.main(['lab', '--help'])\n"
        "except SystemExit as exit: code = exit.code\n"
        "heavy = {'numpy', 'matplotlib', 'nbformat', 'sklearn', 'jinja2'} & set(sys.modules)\n"
        "print('HEAVY', sorted(heavy), code)"
    )
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert out.splitlines()[-1] == "HEAVY [] 0"
    for name in cli.LAB_COMMANDS:
        assert f"\n    {name} " in out


def test_a_terminal_without_accents_gets_question_marks():
    script = (
        "import sys, types; from micrograd import cli\n"
        "cli._module = lambda name: types.SimpleNamespace(\n"
        "    configure=lambda parser: None, main=lambda arguments: print('Exécuté') or 0)\n"
        "sys.exit(cli.main(['lab', 'run']))"
    )
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    completed = subprocess.run([sys.executable, "-c", script], capture_output=True, env=environment)
    assert (completed.returncode, completed.stdout.strip()) == (0, b"Ex?cut?")


@pytest.mark.parametrize("options", [[], ["-u"]])
def test_a_reader_that_has_seen_enough_gets_no_traceback(tmp_path, options):
    command = [
        sys.executable,
        *options,
        "-m",
        "micrograd",
        "lab",
        "new",
        "student01",
        "--folder",
        str(tmp_path),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stdout.close()
        assert "BrokenPipe" not in process.stderr.read()
    assert process.returncode == 1


def test_python_m_micrograd():
    completed = subprocess.run(
        [sys.executable, "-m", "micrograd", "--version"], capture_output=True, text=True, check=True
    )
    assert completed.stdout == f"micrograd-lab {__version__}\n"


def test_needs_names_the_extra():
    from micrograd._needs import needs

    with (
        pytest.raises(ImportError, match=r"nowhere_at_all is not installed.*micrograd-lab\[lab\]"),
        needs("lab"),
    ):
        import nowhere_at_all  # noqa: F401
    # A module of our own that is missing is a fault of ours, and no extra would bring it.
    with pytest.raises(ModuleNotFoundError, match=r"micrograd\.nowhere"), needs("lab"):
        import micrograd.nowhere  # noqa: F401


def test_versions_say_what_runs_here(capsys):
    from micrograd import engine

    with pytest.raises(SystemExit) as stopped:
        cli.main(["--versions"])
    assert stopped.value.code == 0
    said = capsys.readouterr().out
    assert f"micrograd-lab  {__version__}" in said
    assert ".".join(map(str, sys.version_info[:3])) in said
    assert ("plain Python" in said) == (not engine.COMPILED)
    assert "numpy" in said
