"""No pattern of the lab backtracks on what somebody handed in: 100 kB of the worst, made from the pattern itself."""

from __future__ import annotations

import contextlib
import importlib
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

try:
    from re import _parser as sre_parse  # type: ignore[attr-defined]
except ImportError:  # Python 3.10
    import sre_parse  # type: ignore[no-redef]

pytest.importorskip("nbformat", reason="the grade extra is missing, THE LAB'S PATTERNS ARE NOT TESTED")

SIZE = 100_000
SECONDS = 240
"""For all patterns together; without backtracking they take a few seconds on an idle machine."""
FIRST, WORST = 4_000, 2
"""Of which size all attacks are tried, and how many of a pattern's slowest ones are then tried in full size."""
CLASSES = {"CATEGORY_DIGIT": "1", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "a", "CATEGORY_NOT_DIGIT": "\n"}
OFTEN = ("\n", " ", "\t", "\r", "*", "#", "a", "1", "(", "x,")


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Every pattern that stands in a module of the lab, or in a tuple of one."""
    import micrograd.lab
    import micrograd.language

    modules = [micrograd.language]
    for folder in map(Path, micrograd.lab.__path__):
        for path in sorted(folder.rglob("*.py")):
            # Only those: some of the others run the whole lab when they are loaded.
            if "re.compile(" in path.read_text(encoding="utf-8"):
                name = ".".join(path.relative_to(folder).with_suffix("").parts)
                modules.append(importlib.import_module(f"micrograd.lab.{name}"))
    for module in modules:
        for name, value in vars(module).items():
            for one in value if isinstance(value, (tuple, list)) else (value,):
                if isinstance(one, re.Pattern) and isinstance(one.pattern, str):
                    yield f"{module.__name__}.{name}", one


def one_of(members: list) -> str:
    """A character of a class."""
    kind, value = members[0]
    if str(kind) == "NEGATE":
        taken = "".join(one_of([member]) for member in members[1:])
        return next(c for c in " x\n1\u00e9" if c not in taken)
    if str(kind) == "RANGE":
        return chr(value[0])
    return chr(value) if str(kind) == "LITERAL" else CLASSES.get(str(value), "é")


def walk(parts: list, before: str, found: list[tuple[str, list[str]]]) -> str:
    """Return a text that the parts match, and note every repetition with what comes before it and what it repeats."""
    for kind, value in parts:
        kind = str(kind)
        if kind == "LITERAL":
            before += chr(value)
        elif kind == "NOT_LITERAL":
            before += " " if value != 32 else "x"
        elif kind == "ANY":
            before += "x"
        elif kind == "IN":
            before += one_of(value)
        elif kind == "BRANCH":
            first, *_ = [walk(list(branch), before, found) for branch in value[1]]
            before = first
        elif kind == "SUBPATTERN":
            before = walk(list(value[-1]), before, found)
        elif "REPEAT" in kind:
            least, _, inner = value
            once = walk(list(inner), before, found)[len(before) :]
            members = inner[0][1] if len(inner) == 1 and str(inner[0][0]) == "IN" else []
            units = [once, *(one_of([member]) for member in members if str(member[0]) != "NEGATE")]
            found.append((before, units))
            before += once * max(1, least)
    return before


def attacks(pattern: re.Pattern[str], size: int = SIZE) -> list[str]:
    """Texts of that size on which a pattern with two ways to read something would try all; always in the same order."""
    found: list[tuple[str, list[str]]] = [("", list(OFTEN))]
    whole = walk(list(sre_parse.parse(pattern.pattern, pattern.flags)), "", found) or "x"
    # By how they are made, so that the ones of another size stand in the same places.
    texts = [whole * (size // len(whole)), ("\n" + whole) * (size // len("\n" + whole))]
    for before, units in found:
        for unit in filter(None, units):
            texts.append(before + unit * (size // len(unit)) + "\x00!")
            texts.append((before + unit * 300 + "\x00\n") * (size // (len(before) + 300 * len(unit) + 2)))
        for first, second in zip(units, OFTEN):
            texts.append(before + first * (size // 2) + second * (size // 2) + "\x00!")
    return texts


def search(pattern: re.Pattern[str], text: str) -> float:
    """Find all that matches; return how long that took. Replacing goes the same way."""
    began = time.process_time()
    for _ in pattern.finditer(text):
        pass
    return time.process_time() - began


def try_all() -> None:
    """Search for every pattern in all its attacks, in full size in the worst ones, and read notebooks made of the
    worst texts, saying what is tried."""
    from micrograd.lab.checks import submitted
    from micrograd.lab.sandbox.borrowing import says_so

    count = 0
    for name, pattern in patterns():
        print(f"{name}...", flush=True)
        # Whoever tries all ways has shown it long before 100 kB: the slowest ones are the worst.
        took = [search(pattern, text) for text in attacks(pattern, FIRST)]
        slowest = sorted(range(len(took)), key=took.__getitem__)[-WORST:]
        whole = attacks(pattern)
        for number in slowest:
            print(f"{name} on {whole[number][:60]!r}...", flush=True)
            search(pattern, whole[number])
        count += 1
    texts = [
        unit * (SIZE // len(unit)) for unit in (*OFTEN, "# 1\n", "# T\n", "Tâche \n", "a#", "(", "'''\n")
    ]
    for text in texts:
        cells = ", ".join(
            f'{{"cell_type": "{kind}", "source": {json.dumps(text)}}}' for kind in ("code", "markdown")
        )
        print(f"a notebook of {text[:20]!r}...", flush=True)
        with contextlib.suppress(submitted.UnreadableError):  # too many headings for a notebook
            submitted.work_in(submitted.read(f'{{"cells": [{cells}]}}'.encode()))
    for text in texts[:1] + texts[-3:]:  # cut into words by Python itself, which takes a while for each
        says_so(text)
    print(f"{count} patterns", flush=True)


def test_no_pattern_backtracks_on_100_kb_of_the_worst():
    program = "import test_lab_patterns; test_lab_patterns.try_all()"
    try:
        done = subprocess.run(
            [sys.executable, "-c", program],
            cwd=Path(__file__).parent,
            capture_output=True, text=True, timeout=SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired as late:
        said = (late.stdout or b"").decode(errors="replace").splitlines()
        pytest.fail(f"no end after {SECONDS} s; the last that was tried: {said[-1:]}")
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout.splitlines()[-1].split()[0]) >= 25


@pytest.mark.parametrize("bad", [r"^\s*\s*x", r"^\D*$x", r"a\s*b?\s*c", r"[ \t]*\**[ \t]*$"])
def test_the_attacks_find_a_pattern_that_backtracks(bad):
    texts = list(attacks(re.compile(bad)))
    assert any(text.count(" ") > SIZE // 3 or text.count("\n") > SIZE // 3 for text in texts)
