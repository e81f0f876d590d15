"""The environment that make's targets share: of its place, what was asked for, and resumed; by uv or pip."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "tools" / "environment.py"


class Project:
    """A project with two small locks, whose pip and uv only write down what they were asked."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        specification = importlib.util.spec_from_file_location("environment", SOURCE)
        self.module = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(self.module)
        self.folder = folder
        self.made: list[Path] = []
        self.installed: list[tuple[list[str], list[str]]] = []
        self.fail_at: int | None = None
        self.asked_uv: list[list[str]] = []
        self.uv_works = True
        (folder / "tests").mkdir(parents=True, exist_ok=True)
        (folder / "tests" / "peers.txt").write_text("micrograd\n")
        for name in ("pyproject.toml", "setup.py"):
            (folder / name).touch()
        entries = [f"library{n}==1 \\\n    --hash=sha256:{n:064}\n    # via x" for n in range(45)]
        for name, count in (("requirements.lock", 30), ("requirements-dev.lock", 45)):
            text = "\n".join(["# made by make lock", "--only-binary :all:", "", *entries[:count], ""])
            (folder / name).write_text(text)
        locks = {"lab": folder / "requirements.lock", "dev": folder / "requirements-dev.lock"}
        for name, value in {
            "ROOT": folder,
            "VENV": folder / ".venv",
            "LOCKS": locks,
            "PEERS": folder / "tests" / "peers.txt",
            "make": self.make,
            "pip": self.pip,
            "uv": self.uv,
            "executable": lambda name: sys.executable,
            "write_bytecode": lambda: None,
            "works": lambda: (folder / ".venv").exists(),
            "compiled": lambda: True,
        }.items():
            monkeypatch.setattr(self.module, name, value)
        self.monkeypatch = monkeypatch

    def make(self, folder: Path) -> bool:
        self.made.append(folder)
        folder.mkdir(exist_ok=True)
        return True

    def uv(self, *arguments: str) -> int:
        self.asked_uv.append(list(arguments))
        return self.pip(*arguments) if self.uv_works else 1

    def with_uv(self) -> None:
        """Let both locks have uv."""
        for lock in self.folder.glob("requirements*.lock"):
            lock.write_text(lock.read_text() + "uv==1 \\\n    --hash=sha256:00\n")

    def pip(self, *arguments: str, quietly: bool = False) -> int:
        if "--require-hashes" not in arguments:
            return 0
        text = Path(arguments[-1]).read_text()
        if self.fail_at == len(self.installed):
            raise KeyboardInterrupt
        assert text.startswith("--only-binary :all:\n")
        self.installed.append((list(arguments), re.findall(r"^library\d+", text, re.M)))
        return 0

    def environment(self, *arguments: str) -> None:
        self.installed.clear()
        self.monkeypatch.setattr(sys, "argv", ["environment.py", *arguments])
        assert self.module.main() == 0

    @property
    def names(self) -> list[str]:
        return [name for _, names in self.installed for name in names]


@pytest.fixture
def project(tmp_path, monkeypatch) -> Project:
    return Project(tmp_path / "project", monkeypatch)


def test_the_lab_gets_what_the_lab_needs_and_the_tests_add_the_rest(project):
    project.environment("lab")
    assert project.names == [f"library{n}" for n in range(30)]
    project.environment("lab")
    assert project.names == []
    project.environment("dev")
    assert project.names == [f"library{n}" for n in range(45)]
    project.environment("lab")
    assert project.names == []
    assert len(project.made) == 1


def test_an_interrupted_installation_goes_on_where_it_stopped(project):
    project.fail_at = 1
    with pytest.raises(KeyboardInterrupt):
        project.environment("lab")
    first = project.names
    project.fail_at = None
    project.environment("lab")
    assert first + project.names == [f"library{n}" for n in range(30)]
    assert "--ignore-installed" in project.installed[0][0]
    assert len(project.made) == 1
    project.environment("lab")
    assert project.names == []


def test_uv_installs_what_pip_would(project):
    project.with_uv()
    project.fail_at = 2  # uv itself by pip, a portion, and then somebody pulls the plug
    with pytest.raises(KeyboardInterrupt):
        project.environment("lab")
    first = project.names
    assert "--reinstall" not in project.asked_uv[0]
    project.fail_at = None
    project.environment("lab")
    assert "--reinstall" in project.asked_uv[2]
    assert set(first + project.names) == {f"library{n}" for n in range(30)}
    # All but uv itself.
    assert len(project.asked_uv) == 3
    assert all(
        asked[:2] == ["pip", "install"] and {"--no-deps", "--require-hashes"} <= set(asked)
        for asked in project.asked_uv
    )


def test_where_uv_fails_pip_does_the_rest(project):
    project.with_uv()
    project.uv_works = False
    project.environment("lab")
    assert len(project.asked_uv) == 1
    assert project.names == [f"library{n}" for n in range(30)]


def test_uv_looks_where_pip_looks(project):
    settings = {
        "index-url": "https://mirror/simple",
        "extra-index-url": "https://one/ https://two/",
        "find-links": "/wheels",
        "timeout": "9",
    }
    options = project.module.uv_options(settings)
    assert options[:2] == [
        "--index-strategy",
        "unsafe-best-match",
    ]  # as pip does; hashes say which file is meant
    assert options[2:] == [
        *("--index-url", "https://mirror/simple"),
        *("--extra-index-url", "https://one/", "--extra-index-url", "https://two/"),
        *("--find-links", "/wheels"),
    ]
    assert "--no-index" in project.module.uv_options({"no-index": "1"})


def test_pips_settings_are_read_from_its_files_and_its_variables(project, tmp_path, monkeypatch):
    file = tmp_path / "pip.conf"
    file.write_text("[global]\nindex-url = https://file/\nfind-links =\n    /a\n    /b\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(file))
    monkeypatch.setenv("PIP_INDEX_URL", "https://variable/")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    settings = project.module.pip_settings()
    assert settings["index-url"] == "https://variable/"
    assert settings["find-links"].split() == ["/a", "/b"]


@pytest.mark.parametrize("how", ["copied", "moved"])
def test_an_environment_belongs_to_its_place(project, how, tmp_path, monkeypatch, capsys):
    project.environment("dev")
    elsewhere = tmp_path / "elsewhere"
    if how == "moved":
        project.folder.rename(elsewhere)
    else:
        import shutil

        shutil.copytree(project.folder, elsewhere)
    other = Project(elsewhere, monkeypatch)
    other.environment("dev")
    assert other.made == [elsewhere / ".venv"]
    assert str(project.folder) in capsys.readouterr().out
    assert len(other.names) == 45
    assert json.loads((elsewhere / ".venv" / "environment.json").read_text())["place"] == str(
        elsewhere / ".venv"
    )


def test_the_labs_lock_is_a_part_of_the_other(project):
    def pins(name: str) -> set[tuple[str, str]]:
        text = (ROOT / name).read_text(encoding="utf-8")
        return set(re.findall(r"^([\w.-]+)==([\w.]+)", text, re.M))

    lab, everything = pins("requirements.lock"), pins("requirements-dev.lock")
    assert lab < everything
    assert not {"playwright", "nbgrader", "pytest", "mypy", "dask"} & {name for name, _ in lab}
    assert {"matplotlib", "jupyterlab", "nbclient", "cython"} <= {name for name, _ in lab}
    # Which would cost each command that reads a notebook a second.
    assert "rfc3987-syntax" not in {name for name, _ in everything}


@pytest.mark.skipif(os.name == "nt", reason="make is not there on Windows")
def test_make_says_which_of_them_a_target_needs():
    import subprocess

    for target, purpose in (("lab", "lab"), ("test", "dev"), ("lint", "dev")):
        done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True)
        assert re.search(rf"environment\.py {purpose}\b", done.stdout), done.stderr
