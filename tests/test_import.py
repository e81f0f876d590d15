"""What ``import micrograd`` costs, and what it says when PyPI's micrograd lies in the same environment."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import environments
import pytest
from environments import ROOT, empty_environment, install, pip, run

PEER = Path(os.environ.get("MICROGRAD_PEERS", ROOT / ".peers"))
PEER_FILES = ("__init__.py", "engine.py", "nn.py")


def test_libraries_that_a_plain_import_leaves_alone():
    script = "import sys, micrograd, micrograd.nn, micrograd.optim, micrograd.losses; print(*sys.modules)"
    loaded = {name.partition(".")[0] for name in run(sys.executable, "-c", script).split()}
    assert "micrograd" in loaded
    assert not loaded & {"numpy", "matplotlib", "sklearn", "scipy", "pandas", "graphviz", "dask", "IPython"}


def processor_seconds(program: str) -> float:
    """Return the least processor time that a program took in several runs.

    Other work on the machine makes it wait, but hardly takes more of the processor's time.
    """
    times = []
    for _ in range(5):
        before = os.times()
        subprocess.run([sys.executable, "-I", "-c", program], check=True)
        after = os.times()
        times.append(
            after.children_user + after.children_system - before.children_user - before.children_system
        )
    return min(times)


@pytest.mark.skipif(
    os.name == "nt", reason="Windows does not tell the processor time of a process that ended"
)
def test_a_plain_import_takes_less_than_50_milliseconds():
    processor_seconds("import micrograd")  # so that its bytecode is there
    assert processor_seconds("import micrograd") - processor_seconds("pass") < 0.050


def test_the_namesake_is_looked_for_by_names_alone(tmp_path):
    from micrograd._namesake import installed_versions

    (tmp_path / "micrograd_lab-0.1.0.dist-info").mkdir()
    (tmp_path / "micrograd-lab-0.1.0.dist-info").mkdir()
    (tmp_path / "micrograd").mkdir()
    (tmp_path / "micrograds-1.0.dist-info").mkdir()
    assert installed_versions([str(tmp_path), str(tmp_path / "nothing here")]) == []
    (tmp_path / "micrograd-0.1.0.dist-info").mkdir()
    assert installed_versions([str(tmp_path)]) == ["0.1.0"]


@pytest.fixture(scope="module", params=["compiled", "uncompiled"])
def wheel(request) -> Path:
    from micrograd import engine

    if request.param == "compiled" and not (engine.COMPILED or os.environ.get("MICROGRAD_PURE")):
        pytest.skip("no C compiler built this project: THE COMPILED INSTALLATION IS NOT TESTED")
    return environments.wheel() if request.param == "compiled" else environments.wheel_without_compiler()


def install_peer(python: Path) -> Path:
    """Install PyPI's micrograd as pip does, over whatever is there, and return the folder."""
    if not (PEER / "micrograd" / "engine.py").exists():
        pytest.skip(f"PyPI's micrograd is not in {PEER}: ITS BEING NOTICED IS NOT TESTED (make environment)")
    where = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    shutil.copytree(PEER, where, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    return Path(where)


@pytest.mark.slow
class TestPyPIsMicrogradInTheSameEnvironment:
    USE = "from micrograd.engine import Value; (Value(2.0) * 3).backward(); import micrograd.gradcheck"

    def warned(self, python: Path, program: str, cwd: Path) -> list[str]:
        """Return the commands that the warning names; none where there was no warning."""
        printed = run(python, "-c", program, cwd=cwd)
        if "RuntimeWarning" not in printed:
            return []
        assert "PyPI's micrograd 0.1.0 is installed in the same environment" in printed
        return re.findall(r"`(python .*?)`", printed)

    def take_the_way_out(self, python: Path, commands: list[str]) -> None:
        assert len(commands) == 2
        for command in commands:
            words = shlex.split(command)
            assert words[:3] == ["python", "-m", "pip"]
            # Nothing but the wheel may be needed, hence no index.
            pip(python, *words[3:4], *(["--no-index"] if words[3] == "install" else []), *words[4:])

    def the_command_says_how_to_install_it_again(self, python: Path, cwd: Path) -> None:
        command = [python.parent / "micrograd", "--version"]
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60)
        assert done.returncode == 1
        assert "Install it again: python -m pip install --force-reinstall" in done.stderr
        assert "Traceback" not in done.stderr

    def test_only_half_of_the_way_out(self, wheel, tmp_path):
        """Uninstalling PyPI's micrograd takes files of ours with it, and its name, so that nothing warns."""
        python = empty_environment(tmp_path / "venv")
        install(python, wheel)
        install_peer(python)
        pip(python, "uninstall", "--yes", "micrograd")
        self.the_command_says_how_to_install_it_again(python, tmp_path)

    def test_alone_there_is_no_warning(self, wheel, tmp_path):
        python = empty_environment(tmp_path / "venv")
        install(python, wheel)
        assert self.warned(python, self.USE, tmp_path) == []

    def test_theirs_first(self, wheel, tmp_path):
        python = empty_environment(tmp_path / "venv")
        where = install_peer(python)
        install(python, wheel)
        assert (where / "micrograd" / "__init__.py").read_bytes()
        commands = self.warned(python, "import micrograd", tmp_path)
        self.take_the_way_out(python, commands)
        assert self.warned(python, self.USE, tmp_path) == []

    def test_ours_first_and_overwritten(self, wheel, tmp_path):
        """As happens to a student who has our package and then follows the handout's ``pip install``."""
        python = empty_environment(tmp_path / "venv")
        install(python, wheel)
        where = install_peer(python)
        for name in PEER_FILES:
            assert (where / "micrograd" / name).read_bytes() == (PEER / "micrograd" / name).read_bytes()
        compiled = any((where / "micrograd").glob("engine.*.so")) or any(
            (where / "micrograd").glob("engine.*.pyd")
        )
        # What is left of ours without the compiled engine is only seen when it is used.
        program = "from micrograd.engine import Value" if compiled else "import micrograd.gradcheck"
        printed = run(
            python, "-c", f"try:\n    {program}\nexcept ImportError as e:\n    print(e)", cwd=tmp_path
        )
        assert "PyPI's micrograd 0.1.0" in printed
        self.the_command_says_how_to_install_it_again(python, tmp_path)
        commands = re.findall(r"`(python .*?)`", printed)
        self.take_the_way_out(python, commands)
        assert self.warned(python, self.USE, tmp_path) == []


def test_dir_shows_what_is_for_users():
    names = run(sys.executable, "-c", "import micrograd; print(*dir(micrograd))").split()
    assert {"Value", "dot", "compile", "Program", "CompileError", "DivergenceError"} <= set(names)
    assert not {"os", "Any", "TYPE_CHECKING"} & set(names)


def test_modules_are_there_without_imports_of_their_own():
    program = "import micrograd; print(micrograd.nn.MLP.__module__, micrograd.optim.Adam.__name__)"
    assert run(sys.executable, "-c", program).split() == ["micrograd.nn", "Adam"]
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        getattr(__import__("micrograd"), "nonsense")  # noqa: B009
