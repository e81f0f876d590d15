"""Look into a zip without unpacking it: its directory is bounded, and so is what one file of it may become."""

from __future__ import annotations

import os
import stat
import struct
import zipfile
import zlib
from typing import IO

from micrograd.lab.checks.submitted import UnreadableError
from micrograd.lab.sandbox.submission_files import MOST_ENTRIES, Entry, is_left_out, is_proper

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
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error) as error:
            raise UnreadableError("bad-zip", f"{name}: {error}") from None
        self._infos: dict[str, zipfile.ZipInfo] = {}
        self.entries: list[Entry] = []
        self.whole = True
        for info in listed[:most]:
            path = _name(info)
            if info.is_dir():
                continue
            if not is_proper(path) or path in self._infos:
                self.whole = False
                continue
            if is_left_out(tuple(path.split("/"))):
                continue
            mode = info.external_attr >> 16
            link = stat.S_ISLNK(mode) if mode else False
            self._infos[path] = info
            self.entries.append(Entry(path, info.file_size, "link" if link else "file"))
        self.entries.sort(key=lambda entry: (len(entry.parts), entry.path))

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
        except RuntimeError as error:  # how zipfile says that a password is needed
            raise UnreadableError("bad-zip", f"{entry.path}: {error}") from None
        except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, zlib.error) as error:
            raise UnreadableError("bad-zip", f"{entry.path}: {error}") from None
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


def _name(info: zipfile.ZipInfo) -> str:
    """Return a file's path. Without its flag for UTF-8, many programs write UTF-8 all the same."""
    name = info.filename
    if not info.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            pass
    return name.replace("\\", "/").rstrip("/")
