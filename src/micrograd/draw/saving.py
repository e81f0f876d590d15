"""Write a page to a file, at once or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def save_page(path: Path, text: str) -> Path:
    """Write ``text`` to ``path`` and return it; an existing file is replaced. Raises ``OSError``."""
    handle, temporary = tempfile.mkstemp(prefix=path.name, suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        # mkstemp makes files that only their owner can read.
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    return path
