"""The sdist and the wheel: complete, installable into an empty environment, with and without a compiler."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import zipfile
from pathlib import Path

import environments
import pytest
from compiled_modules import ENGINE
from environments import (
    ROOT,
    build_wheel,
    empty_environment,
    install,
    pip,
    project_files,
    quick_compiler,
    run,
    works_here,
)

pytestmark = pytest.mark.slow

SUFFIX = sysconfig.get_config_var("EXT_SUFFIX")

PERCEPTRON = """
import random
from micrograd import engine
from micrograd.nn import MLP

random.seed(42)
model = MLP(2, [1])
loss = (model([0.888, 0.777]) - 1) ** 2
loss.backward()
print(model, [p.data for p in model.parameters()], [p.grad for p in model.parameters()])
print(engine.COMPILED)
"""


needs_a_compiler = pytest.mark.skipif(
    not works_here(), reason="no C compiler built this project: THE COMPILED INSTALLATION IS NOT TESTED"
)


@pytest.fixture
def wheel() -> Path:
    return environments.wheel()


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_sdist_carries_the_project():
    with tarfile.open(environments.sdist()) as archive:
        carried = {name.partition("/")[2] for name in archive.getnames()}
    missing = {name for name in project_files() if not name.startswith(".")} - carried
    assert not missing


def test_the_wheel_carries_the_package(wheel):
    package = [name for name in project_files() if name.startswith("src/micrograd/")]
    expected = {name.removeprefix("src/") for name in package if not name.endswith((".c", ".h"))}
    assert {"micrograd/py.typed", "micrograd/engine.py", "micrograd/lab/solved/expected.json"} <= expected
    assert expected <= names_in(wheel)
    ours = ("micrograd/", "micrograd_lab-")
    strangers = [name for name in names_in(wheel) if not name.startswith(ours) or name.endswith((".c", ".h"))]
    assert not strangers


@needs_a_compiler
def test_the_wheel_carries_the_compiled_engine(wheel):
    assert {f"micrograd/{name}{SUFFIX}" for name in ENGINE} <= names_in(wheel)


def test_the_metadata_are_complete(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        text = archive.read(metadata).decode()
        licences = [name for name in archive.namelist() if name.endswith("/LICENSE")]
    assert "\nRequires-Python: >=3.10\n" in text
    assert "\nLicense-Expression: MIT\n" in text
    assert licences
    assert "\nProject-URL: Homepage, http" in text
    assert "\nDescription-Content-Type: text/markdown\n" in text
    assert re.search(r"^Version: \d+\.\d+", text, re.MULTILINE)
    # Whatever the engine needs would be a line without an extra.
    assert all("extra ==" in line for line in text.splitlines() if line.startswith("Requires-Dist"))


@needs_a_compiler
def test_compiled_modules_are_small_and_tell_nothing_of_the_machine_that_built_them(wheel):
    with zipfile.ZipFile(wheel) as archive:
        modules = {name: archive.read(name) for name in archive.namelist() if name.endswith(SUFFIX)}
    assert sum(map(len, modules.values())) < 2_200_000
    # Where Python itself lies is written into them by Python's own way of linking.
    private = [str(ROOT), tempfile.gettempdir()]
    for name, content in modules.items():
        assert not [path for path in private if len(path) > 2 and path.encode() in content], name
        if sys.platform == "linux":
            assert b".symtab" not in content, f"{name} is not stripped"


@needs_a_compiler
def test_two_builds_are_equal(tmp_path):
    """Each from a folder of its own, the second without what a cache may have kept of the first.

    How far they were optimized makes no difference for that.
    """
    built = []
    for name, lines in (("one", ()), ("another", ("export CCACHE_DISABLE=1",))):
        (tmp_path / name).mkdir()
        compiler = quick_compiler(tmp_path / name, *lines)
        built.append(build_wheel(tmp_path / name / "dist", **({"CC": compiler} if compiler else {})))
    assert built[0].name == built[1].name
    assert built[0].read_bytes() == built[1].read_bytes()


@needs_a_compiler
def test_a_wheel_in_an_empty_environment(wheel, tmp_path):
    python = empty_environment(tmp_path / "venv")
    pip(python, "install", "--no-index", wheel)
    printed = run(python, "-W", "error", "-c", PERCEPTRON, cwd=tmp_path)
    pure = run(python, "-W", "error", "-c", PERCEPTRON, cwd=tmp_path, MICROGRAD_PURE="1")
    assert printed.splitlines() == [pure.splitlines()[0], "True"]
    assert pure.splitlines()[1] == "False"
    assert printed.startswith(
        "MLP of [Layer of [LinearNeuron(2)]] [0.2788535969157675, -0.9499784895546661, 0]"
    )


def test_without_a_working_compiler(tmp_path):
    wheel = environments.wheel_without_compiler()
    assert not [name for name in names_in(wheel) if name.endswith((".so", ".pyd"))]
    python = empty_environment(tmp_path / "venv")
    install(python, wheel)
    printed = run(python, "-W", "error", "-c", PERCEPTRON, cwd=tmp_path)
    assert printed.startswith(
        "MLP of [Layer of [LinearNeuron(2)]] [0.2788535969157675, -0.9499784895546661, 0]"
    )
    assert printed.endswith("False\n")


@needs_a_compiler
@pytest.mark.skipif(os.name == "nt", reason="the compiler is a shell script here")
def test_a_compiler_that_fails_half_way_leaves_nothing_compiled(tmp_path):
    # The kernels are a module of their own: without them it takes half as long.
    compiler = quick_compiler(tmp_path, 'case "$*" in *fused*|*kernels*) exit 1;; esac')
    wheel = build_wheel(tmp_path / "dist", CC=compiler)
    compiled = {name.split("/")[-1].split(".")[0] for name in names_in(wheel) if name.endswith(SUFFIX)}
    assert not compiled & set(ENGINE)


def test_one_wheel_for_every_platform_on_request(tmp_path):
    wheel = build_wheel(tmp_path / "dist", MICROGRAD_NO_EXTENSIONS="1")
    assert wheel.name.endswith("-py3-none-any.whl")


def test_pip_installs_the_sdist_by_itself(tmp_path):
    """With build tools that pip fetches from PyPI, as for a user who has none of ours."""
    python = empty_environment(tmp_path / "venv")
    compiler = quick_compiler(tmp_path)
    try:
        pip(python, "install", environments.sdist(), **({"CC": compiler} if compiler else {}))
    except AssertionError as error:
        if "Could not find a version that satisfies the requirement setuptools" in str(error):
            pytest.skip("PyPI is out of reach: THE BUILD IN ISOLATION IS NOT TESTED")
        raise
    assert run(python, "-c", PERCEPTRON, cwd=tmp_path).endswith(f"{works_here()}\n")


@needs_a_compiler
def test_the_command_is_installed(wheel, tmp_path):
    python = empty_environment(tmp_path / "venv")
    install(python, wheel)
    assert "lab" in run(python.parent / "micrograd", "--help", cwd=tmp_path)


class TestTypesOfTheInstalledPackage:
    PROGRAM = """
import micrograd
from micrograd import Value, dot
from micrograd.nn import MLP

v = Value(1)
reveal_type(v)
reveal_type(v.data)
reveal_type(v.grad)
reveal_type(v + 1)
reveal_type(1 - v)
reveal_type(v ** 2 / 3)
reveal_type(v.tanh())
reveal_type(dot([v], [1.0]))
reveal_type(MLP(2, [1]).parameters())
reveal_type(micrograd.compile(lambda x, y: v, MLP(2, [1])))
Value("one")
"""
    REVEALED = ("micrograd.engine.Value", "float", "float", *["micrograd.engine.Value"] * 5)

    @needs_a_compiler
    def test_mypy(self, wheel, tmp_path):
        python = empty_environment(tmp_path / "venv")
        install(python, wheel)
        (tmp_path / "program.py").write_text(self.PROGRAM, encoding="utf-8")
        command = (sys.executable, "-m", "mypy", "--strict", "--python-executable", python, "program.py")
        printed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300).stdout
        revealed = re.findall(r'Revealed type is "(.*?)"', printed)
        assert [name.replace("builtins.", "") for name in revealed] == [
            *self.REVEALED,
            "list[micrograd.engine.Value]",
            "micrograd.compiler.program.Program",
        ], printed
        # The last line of the program is the one that is wrong; strict mypy says nothing else.
        assert len(re.findall(r"error: ", printed)) <= 1, printed


LOCK = ROOT / "requirements-dev.lock"


class TestPins:
    PIN = re.compile(r"^([\w.-]+)==([\w.]+)", re.MULTILINE)

    def test_requirements_are_those_of_the_lock(self):
        asked = set(self.PIN.findall((ROOT / "requirements.txt").read_text(encoding="utf-8")))
        pinned = set(self.PIN.findall(LOCK.read_text(encoding="utf-8")))
        assert {"numpy", "pandas", "matplotlib", "jupyterlab"} <= {name for name, _ in asked}
        assert asked <= pinned
        names = {name for name, _ in asked}
        assert asked == {(name, version) for name, version in pinned if name in names}

    def test_the_lock_is_of_ready_made_files_with_hashes(self):
        text = LOCK.read_text(encoding="utf-8")
        assert "\n--only-binary :all:\n" in text
        blocks = [block for block in re.split(r"\n(?=\S)", text) if self.PIN.match(block)]
        assert len(blocks) > 100
        assert all("--hash=sha256:" in block for block in blocks)

    def test_the_lock_has_what_the_project_asks_for(self):
        from importlib.metadata import requires

        from packaging.requirements import Requirement

        pinned = {}
        for name, version in self.PIN.findall(LOCK.read_text(encoding="utf-8")):
            pinned.setdefault(name, []).append(version)
        for line in requires("micrograd-lab") or []:
            requirement = Requirement(line)
            if requirement.name != "micrograd-lab":
                assert requirement.name.lower() in pinned, (
                    f"{line} is not in requirements.lock: run `make lock`"
                )
                assert all(
                    version in requirement.specifier for version in pinned[requirement.name.lower()]
                ), line
