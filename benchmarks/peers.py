"""What we are measured against, in an environment of its own: ``.venv-bench``.

It holds NumPy, JAX and PyTorch, as far as they can be had, and this project itself as it stands in ``src``.
PyPI's micrograd has our import name, so it lies in a folder of its own (``.peers``) and is loaded under
another name.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import types
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv-bench"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
PYPI_MICROGRAD = ROOT / ".peers"

HERE = Path(__file__).resolve().parent
# What is installed for each: a file of requirements, or nothing where it came with the project.
WANTED = {
    "NumPy": HERE / "numpy.txt",
    "JAX": HERE / "jax.txt",
    "PyTorch": HERE / "torch.txt",
    "scikit-learn": HERE / "sklearn.txt",
    "Numba": HERE / "numba.txt",
    "heyoka": HERE / "heyoka.txt",
    "PyPI's micrograd": None,
}
BY_HAND = {
    "PyTorch": f"pip install torch (the CPU build, see pytorch.org) with {PYTHON}, then run this again",
}


def prepare() -> list[str]:
    """Make or update the environment; return a line for each peer that could not be had."""
    state_file = ENVIRONMENT / "peers.json"
    texts = [path.read_text(encoding="utf-8") for path in WANTED.values() if path]
    fingerprint = hashlib.sha256("\n".join([*texts, sys.version]).encode()).hexdigest()
    state = json.loads(state_file.read_text(encoding="utf-8")) if state_file.exists() else {}
    if state.get("fingerprint") != fingerprint or not PYTHON.exists():
        print(f"Making {ENVIRONMENT.name} (NumPy, JAX, PyTorch, scikit-learn, Numba, heyoka) ...", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], check=True)
        # The project as it is in src, with the modules that were compiled there for this same Python.
        site = subprocess.run(
            [str(PYTHON), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        (Path(site) / "micrograd-lab.pth").write_text(str(ROOT / "src") + "\n", encoding="utf-8")
        state = {"fingerprint": fingerprint, "reasons": {}}
        for name, requirements in WANTED.items():
            if requirements and (reason := install(requirements)):
                state["reasons"][name] = reason
        state_file.write_text(json.dumps(state, indent=1), encoding="utf-8")
    there = installed()
    missing = []
    for name in WANTED:
        if name not in there:
            reason = state["reasons"].get(name, "not installed")
            way_out = f". To have it: {BY_HAND[name]}" if name in BY_HAND else ""
            missing.append(f"{name} is left out: {reason}{way_out}")
    return missing


def install(requirements: Path) -> str:
    """Install into the environment; return the reason where that failed, else nothing."""
    # One retry: where PyTorch's own index is out of reach, it is asked for each of many libraries.
    command = [
        str(PYTHON),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--retries",
        "1",
        "-r",
        str(requirements),
    ]
    completed = subprocess.run([*command, "--only-binary", ":all:"], capture_output=True, text=True)
    if completed.returncode == 0:
        return ""
    errors = [line for line in completed.stderr.splitlines() if line.startswith("ERROR")]
    return (errors or completed.stderr.splitlines() or ["pip failed"])[-1].removeprefix("ERROR: ")


def installed() -> dict[str, str]:
    """Return the versions of the peers that are there."""
    program = (
        "import json; from importlib.metadata import version, PackageNotFoundError\n"
        "found = {}\n"
        "for name, package in (('NumPy', 'numpy'), ('JAX', 'jax'), ('PyTorch', 'torch'),\n"
        "                      ('scikit-learn', 'scikit-learn'), ('Numba', 'numba'), ('heyoka', 'heyoka')):\n"
        "    try: found[name] = version(package)\n"
        "    except PackageNotFoundError: pass\n"
        "print(json.dumps(found))"
    )
    completed = subprocess.run([str(PYTHON), "-c", program], capture_output=True, text=True, check=True)
    found: dict[str, str] = json.loads(completed.stdout)
    if (PYPI_MICROGRAD / "micrograd" / "engine.py").exists():
        metadata = next(PYPI_MICROGRAD.glob("micrograd-*.dist-info"))
        found["PyPI's micrograd"] = metadata.name.removeprefix("micrograd-").removesuffix(".dist-info")
    return found


def pypi_micrograd() -> types.SimpleNamespace | None:
    """Return PyPI's micrograd (``.Value``, ``.MLP``), or None where it is not there."""
    folder = PYPI_MICROGRAD / "micrograd"
    if not (folder / "engine.py").exists():
        return None
    loaded = []
    for name in ("engine", "nn"):
        module = types.ModuleType(f"pypi_micrograd_{name}")
        sys.modules[module.__name__] = module
        source = (folder / f"{name}.py").read_text(encoding="utf-8")
        source = source.replace("from micrograd.engine", "from pypi_micrograd_engine")
        exec(compile(source, str(folder / f"{name}.py"), "exec"), module.__dict__)
        loaded.append(module)
    return types.SimpleNamespace(Value=loaded[0].Value, MLP=loaded[1].MLP)
