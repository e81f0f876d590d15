"""Write a file whole or not at all: whoever interrupts this finds the file as it was before."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Literal


def write_whole(path: Path, parts: Iterable[str], errors: Literal["strict", "replace"] = "strict") -> Path:
    """Write ``parts`` one after another to ``path`` in UTF-8, as they are, and return it; raise ``OSError``.

    They are written under another name beside it, which then becomes the file's. With ``errors="replace"``, what UTF-8
    does not have (the lone surrogates of somebody's program) becomes a question mark; else it is a ``UnicodeError``.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
    try:
        with temporary.open("w", encoding="utf-8", errors=errors, newline="") as file:
            file.writelines(parts)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path
