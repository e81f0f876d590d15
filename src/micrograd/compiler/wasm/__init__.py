"""The kernels as WebAssembly, for pages: ``kernels.wasm``, built by ``make wasm`` from the same C files."""

from __future__ import annotations

import hashlib
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.abc import Traversable  # importlib.resources.abc, from Python 3.11 on

# What the module is built from: the kernels of every machine, without Python and without threads, and its own door.
KERNELS = ("baseline.c", "machine.c", "memory.c", "prepare.c", "shared.c", "training.c", "validate.c")
OWN = ("api.c", "one_thread.c", "random.c")
_SECTION = b"micrograd.sources"


def kernels() -> bytes:
    """Return the WebAssembly module."""
    return (_folder() / "kernels.wasm").read_bytes()


def script() -> str:
    """Return the JavaScript module that loads programs into it and runs them."""
    return (_folder() / "machine.js").read_text(encoding="utf-8")


def sources() -> dict[str, bytes]:
    """Return the C files that the module is built from, and the headers that they may include, by name."""
    folders = (resources.files("micrograd.compiler") / "kernels", _folder())
    wanted = {*KERNELS, *OWN}
    return {
        file.name: file.read_bytes()
        for folder in folders
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name in wanted or file.name.endswith(".h")
    }


def fingerprint(files: dict[str, bytes]) -> str:
    """Return the hash of source files: the SHA-256 of their names and contents, in the order of their names."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(name.encode() + b"\0" + len(files[name]).to_bytes(8, "little") + files[name])
    return digest.hexdigest()


def with_fingerprint(module: bytes, files: dict[str, bytes]) -> bytes:
    """Return a WebAssembly module with the hash of its sources in a section of its own at the end."""
    content = bytes([len(_SECTION)]) + _SECTION + fingerprint(files).encode()
    return module + b"\0" + bytes([len(content)]) + content


def fingerprint_of(module: bytes) -> str:
    """Return the hash of the sources that a module was built from. Raises ``ValueError`` where it has none."""
    start = module.rfind(_SECTION)
    if start < 0:
        raise ValueError(
            "this WebAssembly module does not say what it was built from: build it by `make wasm`"
        )
    return module[start + len(_SECTION) :].decode("ascii")


def _folder() -> Traversable:
    return resources.files("micrograd.compiler.wasm")
