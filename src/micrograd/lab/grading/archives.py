"""Look into a zip without unpacking it: its directory is bounded, and so is what one file of it may become."""

from __future__ import annotations

import os
import stat
import struct
import zipfile
from typing import IO, Any

from micrograd.lab.checks.submitted import UnreadableError
from micrograd.lab.plain_text import plain_text
from micrograd.lab.sandbox.submission_files import MOST_ENTRIES, Entry, is_checkpoint, is_left_out, is_proper

_LARGEST_DIRECTORY = 4 * 1024 * 1024
_END = b"PK\x05\x06"
_CHUNK = 256 * 1024


class ZipTree:
    """The files of a zip, read from ``file`` as they are asked for.

    Raises ``UnreadableError`` if it is no zip, or one that lists more than ``most`` files.
    """

    def __init__(self, file: IO[bytes], name: str, most: int = MOST_ENTRIES) -> None:
        _refuse_a_large_directory(file, name, most)
        try:
            self._zip = zipfile.ZipFile(file)
            listed = self._zip.infolist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error):
            raise UnreadableError("bad-zip", name) from None
        self._infos: dict[str, zipfile.ZipInfo] = {}
        self.entries: list[Entry] = []
        self.whole = True
        self.notes: list[tuple[str, dict[str, Any]]] = []
        """What was out of the ordinary: the key of a text of the report, and what it says."""
        self.checkpoint = ""
        self.folders: list[str] = []
        """What it lists as folders, the empty ones among them."""
        outside: list[str] = []
        twice: list[str] = []
        for info in listed[:most]:
            path = _name(info)
            if info.is_dir():
                self.folders.append(path)
                continue
            if not is_proper(path):
                self.whole = False
                outside += [path] if _leads_out(path) else []
                continue
            if is_left_out(tuple(path.split("/"))):
                self.checkpoint = self.checkpoint or (path if is_checkpoint(path) else "")
                continue
            if path in self._infos and path not in twice:
                twice.append(path)
            self._infos[path] = info  # of several the last one, as whoever unpacks it gets
        self.entries = sorted(map(self._entry, self._infos), key=lambda e: (len(e.parts), e.path))
        for key, paths in (("zip-outside", outside), ("zip-twice", twice)):
            if paths:
                self.notes.append(
                    (key, {"count": len(paths), "path": " ".join(plain_text(paths[0][:80]).split())})
                )

    def _entry(self, path: str) -> Entry:
        info = self._infos[path]
        mode = info.external_attr >> 16
        if not (mode and stat.S_ISLNK(mode)):
            return Entry(path, info.file_size, "file")
        return Entry(path, info.file_size, "link")

    def read(self, entry: Entry, most: int) -> bytes:
        """Return a file's content; what the zip says about its size is not believed."""
        chunks: list[bytes] = []
        total = 0
        try:
            with self._zip.open(self._infos[entry.path]) as file:
                while chunk := file.read(min(_CHUNK, most + 1 - total)):
                    chunks.append(chunk)
                    total += len(chunk)
                    if total > most:
                        raise UnreadableError("too-large", f"{max(total, entry.size) / 1e6:.0f} MB")
        except UnreadableError:
            raise
        except NotImplementedError:
            raise UnreadableError("zip-method", entry.path) from None
        except RuntimeError:  # how zipfile says that a password is needed
            raise UnreadableError("zip-password", entry.path) from None
        except Exception:  # every method of compression fails in its own way
            raise UnreadableError("bad-zip", entry.path) from None
        return b"".join(chunks)


def _refuse_a_large_directory(file: IO[bytes], name: str, most: int) -> None:
    """Look at the zip's last bytes, where it says how much it lists, before anything reads the whole list."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 66_000))
    tail = file.read(66_000)
    position = tail.rfind(_END)
    if position < 0 or position + 22 > len(tail):
        raise UnreadableError("bad-zip", name)
    count, length = struct.unpack_from("<HI", tail, position + 10)
    if count == 0xFFFF or count > 4 * most or length > _LARGEST_DIRECTORY:
        raise UnreadableError("too-many-files", f"{name}: {count}")
    file.seek(0)


def _leads_out(path: str) -> bool:
    """Tell whether a name would lead whoever unpacks it out of the folder."""
    return path.startswith("/") or ".." in path.split("/") or ":" in path.partition("/")[0]


def _name(info: zipfile.ZipInfo) -> str:
    """Return a file's path. Without its flag for UTF-8, many programs write UTF-8 all the same."""
    name = info.filename
    if not info.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            pass
    return name.replace("\\", "/").rstrip("/")
