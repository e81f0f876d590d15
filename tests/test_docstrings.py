"""The examples in docstrings, which the API reference shows, run and print what they say."""

from __future__ import annotations

import doctest
import importlib
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "micrograd"
MODULES = sorted(
    ".".join(("micrograd", *path.relative_to(PACKAGE).with_suffix("").parts))
    for path in PACKAGE.rglob("*.py")
    if re.search(r"^ *>>> ", path.read_text(encoding="utf-8"), re.MULTILINE)
)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_run(name) -> None:
    found = doctest.testmod(importlib.import_module(name))
    assert found.attempted > 0 and found.failed == 0


def test_no_example_is_written_so_that_nothing_runs_it() -> None:
    """Nor is one skipped."""
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "doctest: +SKIP" not in text, path
        for docstring in re.findall(r'"""(.*?)"""', text, re.DOTALL):
            assert not re.search(r"::\n\n +\w+ = ", docstring), path
