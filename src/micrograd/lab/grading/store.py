"""Keep the results of a run, so that the next one grades only what changed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from micrograd._whole_file import write_whole
from micrograd.lab.errors import LabError
from micrograd.lab.grading.words import WORDS
from micrograd.language import Language

VERSION = 2
_HEAVY = ("shown", "answers", "written")


class Store:
    """The results under ``folder``: one file for each student, written whole or not at all.

    Figures stay in those files: the tables of a large class are written without holding them all in memory.
    """

    def __init__(self, folder: Path, language: Language) -> None:
        self._results = folder / "results"
        try:
            self._results.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            message = WORDS["not writable"][language]
            raise LabError(message.format(path=folder, reason=error.strerror)) from None

    def get(self, name: str) -> dict[str, Any] | None:
        """Return what is kept under a key: ``hash``, ``content`` and ``result`` (without what only a page shows)."""
        kept = self._read(name)
        return kept and {**kept, "result": light(kept["result"])}

    def full(self, result: dict[str, Any]) -> dict[str, Any]:
        """Return a result with what only the page shows, as far as it was kept."""
        kept = self._read(result["name"])
        return {"shown": [], "answers": {}, "written": {}, **(kept["result"] if kept else {}), **result}

    def put(self, name: str, content_hash: str, content: str, result: dict[str, Any]) -> None:
        """Keep a student's result. Raises ``OSError`` where there is no room for it."""
        kept = {"version": VERSION, "hash": content_hash, "content": content, "result": result}
        write(self._results / f"{name}.json", [json.dumps(kept)])

    def _read(self, name: str) -> dict[str, Any] | None:
        try:
            kept = json.loads((self._results / f"{name}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        known = (
            isinstance(kept, dict) and kept.get("version") == VERSION and isinstance(kept.get("result"), dict)
        )
        return kept if known else None


def light(result: dict[str, Any]) -> dict[str, Any]:
    """Return a result without what only the page shows."""
    return {part: value for part, value in result.items() if part not in _HEAVY}


def write(path: Path, parts: Iterable[str]) -> None:
    """Write a file whole or not at all; lone surrogates may come out of a student's strings."""
    write_whole(path, parts, errors="replace")
