"""Environments that tests make: empty ones, and one for each Python that the machine has."""

from __future__ import annotations

import atexit
import functools
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from pathlib import Path

from filelock import FileLock
from shared import once

ROOT = Path(__file__).resolve().parent.parent
OLDEST = (3, 10)
SUFFIX = sysconfig.get_config_var("EXT_SUFFIX")


def run(*command: str | Path, cwd: Path | None = None, status: int = 0, **environment: str) -> str:
    """Run a command, expect its exit status, and return what it printed on both streams."""
    inherited = {
        k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "MICROGRAD_PURE", "VIRTUAL_ENV")
    }
    completed = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=inherited | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=900,
    )
    assert completed.returncode == status, (
        f"{command} ended with {completed.returncode}:\n{completed.stdout[-6000:]}"
    )
    return completed.stdout


def project_files() -> list[str]:
    """Return the names of the project's files: what Git knows or could, or what is there without Git."""
    try:
        names = run("git", "ls-files", "--cached", "--others", "--exclude-standard", cwd=ROOT).splitlines()
    except (AssertionError, OSError):
        private = re.compile(r"(^|/)(\.[^/]*|build|dist|__pycache__|[^/]*\.egg-info)(/|$)|\.(so|pyd)$")
        names = [path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*")]
        names = [name for name in names if not private.search(name)]
    return [name for name in names if (ROOT / name).is_file()]


def copy_project(folder: Path) -> Path:
    """Copy the project's files alone, as a fresh clone has them, and return the folder."""
    for name in project_files():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    return folder


def just_built(pattern: str) -> Path | None:
    """Return the package that whoever runs the tests has built of these very files, in ``MICROGRAD_DIST``."""
    folder = os.environ.get("MICROGRAD_DIST")
    return next(Path(folder).glob(pattern)) if folder else None


def sdist() -> Path:
    """Build the sdist from what a fresh clone has, once in a run of the tests."""
    if built := just_built("*.tar.gz"):
        return built

    def build(folder: Path) -> None:
        clone = copy_project(temporary_folder() / "clone")
        run(sys.executable, "-m", "build", "--sdist", "--no-isolation", "--outdir", folder, clone)

    return next(once("sdist", build).glob("*.tar.gz"))


def build_wheel(folder: Path, **environment: str) -> Path:
    """Build a wheel into ``folder`` from nothing but the sdist, with the build tools of this environment."""
    unpacked = temporary_folder()
    with tarfile.open(sdist()) as archive:
        archive.extractall(unpacked)
    (source,) = unpacked.iterdir()
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, source, **environment)
    return next(folder.glob("*.whl"))


def wheel() -> Path:
    """Build the wheel as a user would, once in a run of the tests."""
    return just_built("*.whl") or next(once("wheel", build_wheel).glob("*.whl"))


def wheel_without_compiler() -> Path:
    """Build it where the C compiler is there in name only."""
    compiler = shutil.which("false") or "no-compiler"
    return next(once("wheel-pure", lambda folder: build_wheel(folder, CC=compiler)).glob("*.whl"))


def quick_compiler(folder: Path, *lines: str) -> str:
    """Return a compiler that does not optimize, for what is tested once; ``lines`` of shell go before it."""
    if os.name == "nt":
        return ""
    compiler = folder / "compiler"
    compiler.write_text("\n".join(["#!/bin/sh", *lines, 'exec cc "$@" -O0', ""]), encoding="utf-8")
    compiler.chmod(0o755)
    return str(compiler)


def works_here() -> bool:
    """Tell whether the project itself was built by a working compiler."""
    from micrograd import engine

    return Path(engine.__file__).suffix != ".py" or any((ROOT / "src" / "micrograd").glob(f"engine*{SUFFIX}"))


def temporary_folder() -> Path:
    """Return a new folder, which goes when the tests end."""
    folder = tempfile.mkdtemp(prefix="micrograd-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def python_of(environment: Path) -> Path:
    """Return the Python of an environment."""
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def empty_environment(folder: Path, python: str = sys.executable) -> Path:
    """Make an environment without anything, not even pip, and return its Python."""
    run(python, "-m", "venv", "--without-pip", folder)
    return python_of(folder)


def pip(python: Path, *arguments: str | Path, **environment: str) -> str:
    """Run our own pip for another environment, which need not have one, and compiles only what it imports."""
    if arguments[0] == "install":
        arguments = ("install", "--no-compile", *arguments[1:])
    quiet = ("--disable-pip-version-check", "--no-input")
    return run(sys.executable, "-m", "pip", *quiet, "--python", python, *arguments, **environment)


def install(python: Path, wheel: Path) -> None:
    """Install a wheel into an environment: with uv, in no time, where it is there."""
    uv = shutil.which("uv", path=str(Path(sys.executable).parent))
    if uv:
        # Copied: a file that is a link into uv's cache would be another for all who install it later, once written to.
        options = ("--quiet", "--link-mode", "copy", "--no-index", "--no-deps")
        run(uv, "pip", "install", *options, "--python", python, wheel)
    else:
        pip(python, "install", "--no-index", wheel)


def install_listed(python: Path, listed: Path) -> None:
    """Install what a requirements file names: by uv, which looks where pip looks, or by pip where uv cannot."""
    options = ("--quiet", "--only-binary", ":all:", "--requirement", listed)
    specification = importlib.util.spec_from_file_location("environment", ROOT / "tools" / "environment.py")
    assert specification and specification.loader
    tool = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(tool)
    try:
        run(tool.executable("uv"), *tool.uv_install(str(python)), *options)
    except (AssertionError, OSError):
        pip(python, "install", *options)


@functools.cache
def pythons() -> dict[tuple[int, int], str]:
    """Return every Python of the machine that we support, by version: pyenv's, and those on the path."""
    names = [f"python3.{minor}" for minor in range(OLDEST[1], 40)]
    roots = [Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions", Path("/opt/python")]
    folders = [*(path / "bin" for root in roots for path in sorted(root.glob("*"))), *os.get_exec_path()]
    found = {sys.version_info[:2]: sys.executable}
    for folder in folders:
        for name in names:
            path = shutil.which(name, path=str(folder))
            version = version_of(path) if path else None
            if path and version and version >= OLDEST:
                found.setdefault(version, path)
    return dict(sorted(found.items()))


def version_of(python: str) -> tuple[int, int] | None:
    """Return a Python's version; None for one that does not start, or that cannot make environments."""
    program = "import ensurepip, sys, venv; print(*sys.version_info[:2])"
    completed = subprocess.run([python, "-c", program], capture_output=True, text=True)
    return tuple(map(int, completed.stdout.split())) if completed.returncode == 0 else None  # type: ignore[return-value]


def locked(*names: str) -> str:
    """Return the part of requirements-dev.lock, with its hashes, that names these libraries."""
    blocks = re.split(r"\n(?=\S)", (ROOT / "requirements-dev.lock").read_text(encoding="utf-8"))
    chosen = [
        block for block in blocks if re.match(r"[\w.-]+(?===)", block) and block.split("==")[0] in names
    ]
    assert {block.split("==")[0] for block in chosen} == set(names), "requirements-dev.lock lacks a library"
    return "\n".join(chosen) + "\n"


def cached_environment(version: tuple[int, int], name: str, requirements: str) -> Path:
    """Return the Python of an environment that is kept in ``.venv-pythons`` from run to run.

    It is made anew when ``requirements``, the text of a requirements file, has changed.
    """
    fingerprint = hashlib.sha256(requirements.encode()).hexdigest()[:12]
    folder = ROOT / ".venv-pythons" / f"{version[0]}.{version[1]}-{name}"
    done = folder / f"{fingerprint}.txt"
    folder.parent.mkdir(exist_ok=True)
    with FileLock(folder.with_name(f"{folder.name}.lock")):
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            python = empty_environment(folder, pythons()[version])
            listed = folder / "requirements.txt"
            listed.write_text(requirements, encoding="utf-8")
            install_listed(python, listed)
            listed.rename(done)
    return python_of(folder)
