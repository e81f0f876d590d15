"""The guides and the API reference, made by Sphinx from Markdown and docstrings."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from micrograd._needs import needs
from micrograd.lab.errors import LabError


def source() -> Path:
    """Return the folder of the guides: it is installed with the package, or lies in the checkout that runs."""
    package = Path(__file__).parent
    installed, checkout = package / "guides", package.parents[2] / "docs"
    return installed if installed.is_dir() else checkout


def write_guides(output: Path) -> None:
    """Write the guides as HTML. A link that leads nowhere is an error. Raises ``LabError`` where Sphinx fails."""
    with needs("site"):
        import furo  # noqa: F401
        import myst_parser  # noqa: F401
        import sphinx  # noqa: F401
    with tempfile.TemporaryDirectory(prefix="micrograd-guides-") as scratch:
        command = [sys.executable, "-m", "sphinx", "-q", "-n", "-W", "--keep-going", "-b", "html"]
        command += ["-d", f"{scratch}/doctrees", str(source()), str(output)]
        # The plain engine: its functions have signatures and lines, which compiled ones have not.
        done = subprocess.run(
            command, env={**os.environ, "MICROGRAD_PURE": "1"}, capture_output=True, text=True
        )
    if done.returncode:
        raise LabError(f"the guides could not be made:\n{(done.stderr or done.stdout).strip()[-3000:]}")
    for leftover in (output / ".buildinfo", output / "objects.inv"):
        leftover.unlink(missing_ok=True)
    shutil.rmtree(output / ".doctrees", ignore_errors=True)
    shutil.rmtree(output / "_sources", ignore_errors=True)
