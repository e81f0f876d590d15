"""The lab in a browser tab: JupyterLite with the student's notebooks."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from micrograd._needs import needs
from micrograd.lab.errors import LabError
from micrograd.site import parts, pyodide
from micrograd.site.front import text_of
from micrograd.site.own_wheel import write_own_wheel

_EXTENSION = Path("share/jupyter/labextensions/@jupyterlite/pyodide-kernel-extension")
_KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"
# What a student needs of the user interface: it follows the system's colours, and saves by itself.
_SETTINGS = {
    "@jupyterlab/apputils-extension:themes": {"adaptive-theme": True},
    "@jupyterlab/apputils-extension:notification": {"checkForUpdates": False, "fetchNews": "false"},
    "@jupyterlab/docmanager-extension:plugin": {"autosaveInterval": 15},
}


def write_lab(output: Path, contents: Path, complete: bool = False, distribution: str | None = None) -> None:
    """Write JupyterLite to ``output``, with the files of ``contents`` in it and all that the lab needs.

    With ``complete``, what the full edition takes from Pyodide's distribution is copied, too, from its own address or
    from the folder at the address ``distribution``.
    Raises ``LabError`` where something cannot be fetched or made.
    """
    cache = parts.cache_folder()
    with tempfile.TemporaryDirectory(prefix="micrograd-site-") as scratch:
        workshop = Path(scratch)
        _write(
            workshop / "jupyter-lite.json",
            {"jupyter-lite-schema-version": 0, "jupyter-config-data": _config(complete)},
        )
        _write(workshop / "overrides.json", _SETTINGS)
        command = [sys.executable, "-m", "jupyterlite_core", "build", "--lite-dir", str(workshop)]
        command += ["--contents", str(contents), "--output-dir", str(output)]
        command += ["--apps", "lab", "--apps", "notebooks", "--no-sourcemaps"]
        # Of the extensions that happen to be installed here, the lab gets the kernel's only.
        command += ["--ignore-sys-prefix", f"--LiteBuildConfig.federated_extensions={_extension()}"]
        # In a folder of its own: it leaves a database behind.
        done = subprocess.run(command, cwd=workshop, capture_output=True, text=True)
        if done.returncode:
            lines = (done.stderr or done.stdout).strip().splitlines()
            raise LabError(f"JupyterLite could not be built: {lines[-1] if lines else done.returncode}")
        wheels = [write_own_wheel(workshop), *parts.wheels(cache), *_kernel_wheels()]
        target = output / "static" / "pyodide"
        source = parts.npm_package(parts.PYODIDE, cache)
        pyodide.write_distribution(source, wheels, target)
        if complete:
            pyodide.complete(target, distribution, cache)
    graphviz = parts.npm_package(parts.GRAPHVIZ, cache)
    shutil.copyfile(graphviz / "dist" / "viz.js", target / "graphviz.js")
    for name in ("start.mjs", "own.mjs", "look.mjs"):
        (target / name).write_text(text_of(name), encoding="utf-8")
    pyodide.note_files(target)


def _config(complete: bool) -> dict[str, Any]:
    kernel: dict[str, Any] = {
        "pyodideUrl": "./static/pyodide/start.mjs",
        "loadPyodideOptions": {"packages": [*pyodide.KERNEL, *pyodide.OURS]},
    }
    if complete:
        kernel["disablePyPIFallback"] = True
    return {
        "appName": "micrograd-lab",
        # The page around the notebook asks JupyterLab whether the notebook is saved, and for its text.
        "exposeAppInBrowser": True,
        "litePluginSettings": {_KERNEL: kernel},
    }


def _extension() -> Path:
    """Return the folder of the kernel's extension, which pip puts among the environment's shared data."""
    with needs("site"):
        import jupyterlite_pyodide_kernel  # noqa: F401
    return Path(sysconfig.get_path("data")) / _EXTENSION


def _kernel_wheels() -> list[Path]:
    folder = _extension() / "static" / "pypi"
    return [next(folder.glob(f"{name}-*.whl")) for name in ("piplite", "ipykernel", "pyodide_kernel")]


def _write(path: Path, data: Any) -> None:
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
