"""Install into ``.venv`` the other frameworks with whose gradients the tests compare ours.

    .venv/bin/python tools/frameworks.py

One that is not to be had is named in capital letters; the tests that compare with it are skipped.
"""

from __future__ import annotations

import sys
import urllib.request
from pathlib import Path

import environment

FRAMEWORKS = ("torch", "jax")
INDEX = "--extra-index-url "


def main() -> int:
    """Install each as its file in ``benchmarks`` says: by uv, or by pip where uv cannot."""
    for name in FRAMEWORKS:
        asked = (environment.ROOT / "benchmarks" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
        listed = environment.VENV / f"{name}.txt"
        listed.write_text("".join(f"{line}\n" for line in asked if not out_of_reach(line)), encoding="utf-8")
        if not install(listed):
            print(f"!!! NOT TO BE HAD HERE: {name}. The tests that compare with it are skipped.", flush=True)
    return 0


def out_of_reach(line: str) -> bool:
    """Tell whether a line names an index that does not answer: it would be asked for each of many libraries."""
    if not line.startswith(INDEX):
        return False
    try:
        with urllib.request.urlopen(line.removeprefix(INDEX).rstrip("/") + "/", timeout=20):
            return False
    except OSError:
        return True


def install(listed: Path) -> bool:
    """Install what a file names, and what that needs, and tell whether it is there now."""
    arguments = ("--quiet", "--only-binary", ":all:", "--requirement", str(listed))
    uv = environment.uv_install()
    return not environment.uv(*uv, *arguments) or not environment.pip("install", "--no-compile", *arguments)


if __name__ == "__main__":
    sys.exit(main())
