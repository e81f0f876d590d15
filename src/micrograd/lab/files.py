"""Write files so that a reader never sees half of one, and say clearly where that is not possible."""

from __future__ import annotations

import tempfile
from pathlib import Path

from micrograd import _whole_file
from micrograd.lab.errors import LabError
from micrograd.lab.words import say
from micrograd.language import Language


def usable_folder(path: Path, language: Language) -> Path:
    """Make the folder if it is missing, and return it; ``LabError`` if nothing can be written into it."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        # Permissions do not tell everything (a full disk, a read-only mount): a file does.
        with tempfile.NamedTemporaryFile(dir=path, prefix=".writable-"):
            pass
    except (FileExistsError, NotADirectoryError):
        raise LabError(say("not a folder", language, path=path)) from None
    except OSError as error:
        raise LabError(say("not writable", language, path=path, reason=error.strerror)) from None
    return path


def write_whole(path: Path, content: str, language: Language) -> None:
    """Write a text file, whole or not at all. Raises ``LabError`` if it cannot be written."""
    try:
        _whole_file.write_whole(path, [content])
    except OSError as error:
        reason = error.strerror
        raise LabError(say("not writable", language, path=path.parent, reason=reason)) from None
