"""A ``dot`` for code that draws its own graphs, as the handout's hint suggests, where Graphviz is not installed."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from pathlib import Path


def with_dot(folder: Path, path: str) -> str:
    """Return the search path ``path`` with a ``dot`` on it.

    Where there is none, graphviz-pure's program, which takes dot's options, is linked into ``folder`` by that name;
    without it, or on a system without links, the path stays as it was.
    """
    bundled = shutil.which("graphviz-pure", path=os.path.dirname(sys.executable))
    if shutil.which("dot", path=path) is None and bundled:
        with contextlib.suppress(OSError):
            folder.mkdir(exist_ok=True)
            (folder / "dot").symlink_to(bundled)
            return os.pathsep.join((path, str(folder)))
    return path
