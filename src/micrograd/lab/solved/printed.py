"""What ``micrograd lab run`` prints: for each task, what came out beside what the handout expects."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from itertools import groupby
from typing import TextIO

from micrograd.lab.content.tasks import task
from micrograd.lab.solved.facts import Comparison
from micrograd.lab.solved.words import say
from micrograd.language import Language

_GREEN, _RED, _BOLD, _FAINT, _END = "\x1b[32m", "\x1b[1;31m", "\x1b[1m", "\x1b[2m", "\x1b[0m"
_GAP = "   "


def print_comparisons(comparisons: Sequence[Comparison], language: Language, stream: TextIO) -> None:
    """Print a table for each task and the verdict.

    Each line ends in a sign and a word; colours only underline them, and only on a terminal that has them
    (not where the environment has ``NO_COLOR``). Where a line is longer than the terminal is wide, what came
    out and what was expected stand below each other.
    """
    colored = stream.isatty() and "NO_COLOR" not in os.environ and os.name != "nt"
    room = shutil.get_terminal_size().columns if stream.isatty() else sys.maxsize

    def paint(text: str, color: str) -> str:
        return f"{color}{text}{_END}" if colored else text

    def write(text: str = "") -> None:
        encoding = stream.encoding or "utf-8"
        print(text.encode(encoding, "replace").decode(encoding), file=stream)

    for number, group in groupby(comparisons, key=lambda line: line.task):
        lines = list(group)
        write(paint(task(number).heading(language), _BOLD))
        what, got = (_width(say(name, language), lines, i) for name, i in (("what", 1), ("got", 2)))
        expected = _width(say("expected", language), lines, 3)
        wide = 2 + what + got + expected + 3 * len(_GAP) + len(say("different", language)) + 2 <= room
        if wide:
            header = _GAP.join(
                (
                    say("what", language).ljust(what),
                    say("got", language).ljust(got),
                    say("expected", language),
                )
            )
            write(paint(f"  {header}", _FAINT))
        for line in lines:
            mark = paint(_mark(line.same, language, stream), _GREEN if line.same else _RED)
            if wide:
                cells = (line.title.ljust(what), line.got.ljust(got), line.expected.ljust(expected), mark)
                write(f"  {_GAP.join(cells)}")
            else:
                write(f"  {line.title}{say('colon', language)}{mark}")
                write(f"    {say('got', language)}{say('colon', language)}{line.got}")
                write(f"    {say('expected', language)}{say('colon', language)}{line.expected}")
        write()
    different = sum(not line.same for line in comparisons)
    key = "some differ" if different else "all same"
    write(paint(say(key, language, different=different, count=len(comparisons)), _BOLD))


def _width(heading: str, lines: Sequence[Comparison], column: int) -> int:
    return max(len(heading), *(len(str(line[column])) for line in lines))


def _mark(same: bool, language: Language, stream: TextIO) -> str:
    sign, word = "✓" if same else "✗", say("same" if same else "different", language)
    try:
        sign.encode(stream.encoding or "utf-8")
    except UnicodeEncodeError:
        return word
    return f"{sign} {word}"
