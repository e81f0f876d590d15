"""The table and the page, written while results come in: whatever stops the grading, what is done can be read."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from micrograd.lab.errors import LabError
from micrograd.lab.grading.collect import Source
from micrograd.lab.grading.grade_one import nothing
from micrograd.lab.grading.page import write_page
from micrograd.lab.grading.store import Store, light, write
from micrograd.lab.grading.table import write_csv
from micrograd.lab.grading.words import WORDS
from micrograd.language import Language

_SHARE_OF_TIME = 20
"""A page is written when the last one was written this many times as long ago as it took."""


class Tables:
    """``grades.csv`` and ``grades.html`` of a class, with a row for every submission from the first result on."""

    def __init__(
        self, sources: list[Source], output: Path, walls: str, store: Store, language: Language
    ) -> None:
        self.count = self.kept = 0
        self._output, self._walls, self._store, self._language = output, walls, store, language
        self._rows = {
            source.name: {
                **nothing(source.name, "not-asked"),
                "given": source.given,
                "number": source.number,
            }
            for source in sources
        }
        self._csv_due = self._page_due = 0.0

    def take(self, result: dict[str, Any], kept: bool) -> None:
        """Take in a result, and write what is due."""
        self.count += 1
        self.kept += kept
        self._rows[result["name"]] = light(result)
        try:
            if time.monotonic() >= self._csv_due:
                self._csv_due = self._timed(self._write_csv)
            if time.monotonic() >= self._page_due:
                self._page_due = self._timed(self._write_page)
        except OSError:
            pass  # said at the end, if it is still so then

    def write(self) -> None:
        """Write both, if they can be written."""
        try:
            self._write_csv()
            self._write_page()
        except OSError:
            pass

    def finish(self) -> None:
        """Write both for good. Raises ``LabError`` where that is not possible, after printing the table."""
        try:
            self._write_csv()
            self._write_page()
        except OSError as error:
            print(write_csv(list(self._rows.values()), self._language), file=sys.stdout, flush=True)
            message = WORDS["not written"][self._language]
            raise LabError(message.format(path=self._output, reason=error.strerror or error)) from None
        print(WORDS["csv at"][self._language].format(path=(self._output / "grades.csv").resolve()))
        print(WORDS["report at"][self._language].format(path=(self._output / "grades.html").resolve()))

    def _write_csv(self) -> None:
        write(self._output / "grades.csv", [write_csv(list(self._rows.values()), self._language)])

    def _write_page(self) -> None:
        rows = list(self._rows.values())
        write(self._output / "grades.html", write_page(rows, self._walls, self._language, self._store.full))

    def _timed(self, call: Callable[[], None]) -> float:
        """Call, and return when it is worth calling again."""
        began = time.monotonic()
        call()
        now = time.monotonic()
        return now + _SHARE_OF_TIME * (now - began)
