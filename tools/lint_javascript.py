"""Look through the pages' JavaScript and CSS with Biome, in the version of ``tools/javascript/package-lock.json``.

    python tools/lint_javascript.py [FILES]

Needs node and npm. Without them, or where the linter cannot be fetched, it says so in capital letters and succeeds.
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


def main() -> int:
    """Install the linter where it is not there yet, run it, and return its exit status."""
    npm = shutil.which("npm")
    if npm is None:
        print("npm is not installed: THE JAVASCRIPT IS NOT CHECKED (Debian: apt install npm)", flush=True)
        return 0
    stamp = INSTALLED / "lock.txt"
    lock = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != lock:
        command = [npm, "ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"]
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
