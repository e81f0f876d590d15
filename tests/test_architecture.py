"""The table of docs/architecture.md: every module is in one of its rooms, and knows what the table says, no more."""

from __future__ import annotations

import ast
import re
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from compiled_modules import ENGINE
from conftest import LONGEST

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "micrograd"
TABLE = re.compile(r"^\| room \| what it is \| what it knows \|\n\|[-| ]+\|\n((?:\|.*\|\n)+)", re.MULTILINE)
TICKS = re.compile(r"`([^`]+)`")
EVERYBODY = "everybody"


class Room(NamedTuple):
    """A row of the table. A place in ``places`` is a file, or a folder where it ends with a slash."""

    places: tuple[str, ...]
    knows: frozenset[str]
    known_to_all: bool

    def __str__(self) -> str:
        return self.places[0]


@cache
def rooms() -> tuple[Room, ...]:
    """The table's rows, as they are written."""
    found = TABLE.search((ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"))
    assert found, "docs/architecture.md has no table of rooms"
    rows = []
    for line in found[1].splitlines():
        places, _, knows = line.strip("|").split("|")
        rows.append(Room(tuple(TICKS.findall(places)), frozenset(TICKS.findall(knows)), EVERYBODY in places))
    return tuple(rows)


@cache
def modules() -> dict[str, Path]:
    """Every module of the package by its name, with its file."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = ("micrograd", *path.relative_to(PACKAGE).with_suffix("").parts)
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def room_of(module: str) -> Room:
    """The one room that names a module's file, or the innermost folder around it that any room names."""
    path = modules()[module].relative_to(PACKAGE).as_posix()
    candidates = [path, *(f"{folder.as_posix()}/" for folder in Path(path).parents if folder.name)]
    for candidate in candidates:
        holders = [room for room in rooms() if candidate in room.places]
        assert len(holders) < 2, f"{candidate} is in two rooms: {', '.join(map(str, holders))}"
        if holders:
            return holders[0]
    raise AssertionError(f"{path} is in no room of the table")


def imported(tree: ast.AST) -> set[str]:
    """The modules that a file names: by an import, wherever it stands, or as a text, to be loaded or run later."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name the whole way"
            inner = {f"{node.module}.{name.name}" for name in node.names}
            found |= {name if name in modules() else str(node.module) for name in inner}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.count(".") > 0:
            found |= {node.value} & modules().keys()
    return found


@cache
def known() -> dict[Room, dict[str, set[str]]]:
    """What the modules of each room know: rooms and libraries by name, each with who of the room knows it."""
    found: dict[Room, dict[str, set[str]]] = {room: {} for room in rooms()}
    for module, path in modules().items():
        try:
            room = room_of(module)
        except AssertionError:
            continue  # the first test says so
        for name in imported(ast.parse(path.read_text(encoding="utf-8"))):
            top = name.partition(".")[0]
            if top == "micrograd":
                # What only type checkers read (``_output.pyi``) is a part of whoever imports it.
                try:
                    other = room_of(name) if name in modules() else room
                except AssertionError:
                    continue
                if other == room or other.known_to_all:
                    continue
                top = str(other)
            elif top in sys.stdlib_module_names:
                continue
            found[room].setdefault(top, set()).add(module)
    return found


def test_every_module_is_in_a_room_and_every_place_is_there():
    assert len({room_of(module) for module in modules()}) == len(rooms()) > 15
    for room in rooms():
        for place in room.places:
            path = PACKAGE / place
            assert path.is_dir() if place.endswith("/") else path.is_file(), f"{place} is not there"


@pytest.mark.parametrize("room", rooms(), ids=str)
def test_a_room_knows_what_the_table_says(room):
    found = known()[room]
    unsaid = {name: sorted(who) for name, who in found.items() if name not in room.knows}
    assert not unsaid, f"{room} knows what the table does not say: {unsaid}"
    assert not room.knows - set(found), f"{room} does not know {sorted(room.knows - set(found))}"


def test_arrows_point_up_the_table_only():
    """Each room knows those above it; what else there is, the table explains."""
    names = [str(room) for room in rooms()]
    exceptions = {("engine.py", "fused.py"), ("lab/sandbox/", "lab/check.py")}
    backwards = {
        (str(room), other)
        for place, room in enumerate(rooms())
        for other in room.knows & set(names)
        if names.index(other) > place
    }
    assert backwards == exceptions


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("def f():\n    from micrograd.engine import Value", {"micrograd.engine"}),
        ("from micrograd.lab import check", {"micrograd.lab.check"}),
        ("import numpy.linalg as la", {"numpy.linalg"}),
        ("RUN = [python, '-m', 'micrograd.lab.sandbox.worker']", {"micrograd.lab.sandbox.worker"}),
    ],
)
def test_what_counts_as_knowing(source, names):
    assert imported(ast.parse(source)) == names


def test_the_compiled_modules_are_those_that_setup_py_names():
    """Where they are named a second time because a file cannot refer to another: mypy's settings, and the page."""
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = re.search(r"# Cython takes the types of these.*?^module = \[(.*?)\]", settings, re.M | re.S)
    assert sorted(re.findall(r'"micrograd\.(\w+)"', block[1])) == sorted(ENGINE)
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    sentence = re.search(
        r"^(.*?) are plain Python, and the\s+same files are what Cython compiles", page, re.M
    )
    assert sorted(TICKS.findall(sentence[1])) == sorted(f"{name}.py" for name in ENGINE)


def test_the_tests_that_begin_first_are_there():
    assert not [name for name in LONGEST if not (ROOT / "tests" / f"test_{name}.py").exists()]
