"""Repositories of Git that are small on the disk, and large for whoever reads them."""

from __future__ import annotations

import hashlib
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path


def git(folder: Path, *arguments: str, content: bytes = b"") -> str:
    """What a Git command prints, run as a student."""
    identity = ["-c", "user.name=s", "-c", "user.email=s@localhost", "-c", "tag.gpgsign=false"]
    command = ["git", *identity, *arguments]
    return subprocess.run(command, cwd=folder, input=content, check=True, capture_output=True).stdout.decode()


def tree_of(count: int) -> Callable[[Path, str], None]:
    """A repository whose commit lists that many names, of one blob."""

    def put(folder: Path, name: str) -> None:
        there = folder / name
        there.mkdir()
        git(there, "init", "-q")
        blob = git(there, "hash-object", "-w", "--stdin", content=b"x").strip()
        listing = "".join(f"100644 blob {blob}\tn{number:07}\n" for number in range(count)).encode()
        tree = git(there, "mktree", content=listing).strip()
        commit = git(there, "commit-tree", tree, "-m", "x").strip()
        git(there, "update-ref", "refs/tags/tp1", commit)

    return put


def blob_of(size: int) -> Callable[[Path, str], None]:
    """A repository whose notebook is that many zeros, a thousandth of it on the disk."""

    def put(folder: Path, name: str) -> None:
        there = folder / name
        there.mkdir()
        git(there, "init", "-q")
        head = b"blob %d\0" % size
        digest, pack = hashlib.sha1(head, usedforsecurity=False), zlib.compressobj(9)
        pieces, chunk = [pack.compress(head)], bytes(1 << 20)
        for _ in range(size >> 20):
            digest.update(chunk)
            pieces.append(pack.compress(chunk))
        blob = digest.hexdigest()
        path = there / ".git" / "objects" / blob[:2] / blob[2:]
        path.parent.mkdir(parents=True)
        path.write_bytes(b"".join([*pieces, pack.flush()]))
        tree = git(there, "mktree", "--missing", content=f"100644 blob {blob}\tgradient.ipynb\n".encode())
        commit = git(there, "commit-tree", tree.strip(), "-m", "x").strip()
        git(there, "update-ref", "refs/tags/tp1", commit)

    return put
