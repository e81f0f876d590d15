"""The Python of the browser: Pyodide's files, and a lock file of our own that says where each package lies."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from micrograd.lab.errors import LabError

# Loaded before the first cell runs. piplite, ipykernel and pyodide_kernel come with JupyterLite's kernel.
KERNEL = ["micropip", "piplite", "ipykernel", "comm", "pyodide-kernel", "jedi", "ipython"]
OURS = ["micrograd-lab", "graphviz"]

# What the full edition of the lab imports beside that.
FULL = ("numpy", "scikit-learn", "matplotlib")

# Where pyodide.mjs itself looks for packages by default.
HOME = "https://cdn.jsdelivr.net/pyodide/v{version}/full/"

# Pyodide's files that a browser needs.
_FILES = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
_LOCK = "pyodide-lock.json"
_NEEDS = {"pyodide-kernel": ["comm", "ipython"], "comm": ["traitlets"], "micrograd-lab": []}


def write_distribution(source: Path, wheels: Iterable[Path], target: Path) -> None:
    """Copy Pyodide's files and ``wheels`` to ``target``, with a lock file for them.

    Packages that are not among ``wheels`` (NumPy, scikit-learn, Matplotlib, ...) are looked for where Pyodide's
    makers keep them, on the internet, when a notebook imports them.
    """
    target.mkdir(parents=True, exist_ok=True)
    for name in _FILES:
        shutil.copyfile(source / name, target / name)
    lock = _read(source / _LOCK)
    version = json.loads((source / "package.json").read_text(encoding="utf-8"))["version"]
    for package in lock["packages"].values():
        package["file_name"] = f"{HOME.format(version=version)}{package['file_name']}"
    for wheel in wheels:
        shutil.copyfile(wheel, target / wheel.name)
        name = wheel.name.partition("-")[0].lower().replace("_", "-")
        lock["packages"][name] = _entry(name, wheel, lock["packages"].get(name, {}))
    _write(target / _LOCK, lock)


def complete(target: Path, distribution: str | None, cache: Path) -> None:
    """Fetch what the full edition imports into ``target``, and let the lock file there point at the copies.

    ``distribution`` is the address of a folder with a copy of the packages; by default they come from where Pyodide's
    makers keep them. Each file has to have the hash that the lock file has for it; what was fetched once is taken from
    ``cache``. Raises ``LabError`` where a file cannot be fetched or has another hash, and then nothing in ``target``
    has changed.
    """
    lock = _read(target / _LOCK)
    wanted = [
        package
        for name in sorted(_with_needs(lock, FULL))
        if "://" in (package := lock["packages"][name])["file_name"]
    ]
    fetched = {package["name"]: _fetched(package, distribution, cache) for package in wanted}
    for package in wanted:
        path = fetched[package["name"]]
        shutil.copyfile(path, target / path.name)
        package["file_name"] = path.name
    _write(target / _LOCK, lock)


def note_files(target: Path) -> None:
    """Write down in ``target`` the size and the hash of each file that is no wheel (of those, the lock file tells).

    By these, a page tells a file that did not arrive whole from a slow connection.
    """
    told = {
        path.name: {"size": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for path in sorted(target.iterdir())
        if path.suffix != ".whl"
    }
    _write(target / "files.json", told)


def _fetched(package: dict[str, Any], distribution: str | None, cache: Path) -> Path:
    name = package["file_name"].rpartition("/")[2]
    path: Path = cache / package["sha256"][:16] / name
    if path.exists():
        return path
    address = f"{distribution.rstrip('/')}/{name}" if distribution else package["file_name"]
    try:
        with urllib.request.urlopen(address, timeout=120) as answer:
            data = answer.read()
    except (OSError, ValueError) as error:
        raise LabError(f"{address} could not be fetched: {error}") from None
    found = hashlib.sha256(data).hexdigest()
    if found != package["sha256"]:
        raise LabError(f"{address} is not what was expected: its SHA-256 is {found}, not {package['sha256']}")
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{name}.{os.getpid()}.part")
    fresh.write_bytes(data)
    fresh.rename(path)
    return path


def _with_needs(lock: dict[str, Any], names: Iterable[str]) -> set[str]:
    """Return the packages, and those that they need."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop().lower().replace("_", "-")
        if name not in found:
            found.add(name)
            waiting += lock["packages"][name]["depends"]
    return found


def _entry(name: str, wheel: Path, known: dict[str, Any]) -> dict[str, Any]:
    distribution, version = wheel.name.split("-")[:2]
    entry: dict[str, Any] = {
        "name": name,
        "imports": [distribution],
        "depends": _NEEDS.get(name, []),
        "install_dir": "site",
        "package_type": "package",
        "unvendored_tests": False,
    }
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    return entry | known | {"version": version, "file_name": wheel.name, "sha256": digest}


def _read(path: Path) -> dict[str, Any]:
    lock: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return lock


def _write(path: Path, lock: dict[str, Any]) -> None:
    path.write_text(json.dumps(lock), encoding="utf-8")
