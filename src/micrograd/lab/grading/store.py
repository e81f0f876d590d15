"""Keep the results of a run, so that the next one grades only what changed."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any

from micrograd.lab.errors import LabError
from micrograd.lab.grading.words import WORDS
from micrograd.language import Language

VERSION = 1


class Store:
    """The results under ``folder``: one file for each student, written whole or not at all."""

    def __init__(self, folder: Path, language: Language) -> None:
        self._results = folder / "results"
        try:
            self._results.mkdir(parents=True, exist_ok=True)
            self.secret = self._secret(self._results / "secret")
        except OSError as error:
            message = WORDS[language]["not writable"]
            raise LabError(message.format(path=folder, reason=error.strerror)) from None

    def get(self, name: str, content_hash: str) -> dict[str, Any] | None:
        """Return a student's result if it was made from the same content, else None."""
        try:
            kept = json.loads((self._results / f"{name}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        if not isinstance(kept, dict) or kept.get("hash") != content_hash or kept.get("version") != VERSION:
            return None
        result: dict[str, Any] = kept["result"]
        return result

    def put(self, name: str, content_hash: str, result: dict[str, Any]) -> None:
        """Keep a student's result."""
        kept = {"version": VERSION, "hash": content_hash, "result": result}
        write(self._results / f"{name}.json", json.dumps(kept, ensure_ascii=False))

    @staticmethod
    def _secret(path: Path) -> str:
        try:
            return path.read_text(encoding="ascii")
        except FileNotFoundError:
            secret = secrets.token_hex(16)
            write(path, secret)
            path.chmod(0o600)
            return secret


def write(path: Path, text: str) -> None:
    """Write a file under another name, then rename it, so that nobody ever sees half of it."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        # Lone surrogates may come out of a student's strings.
        temporary.write_text(text, encoding="utf-8", errors="replace", newline="")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
