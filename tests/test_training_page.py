"""The examples of docs/training.md run, and print what the page says they print."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[1] / "docs" / "training.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def test_the_page_has_examples():
    assert len(BLOCKS) == 4


def test_the_examples_print_what_the_page_says(capsys):
    pytest.importorskip("sklearn", reason="scikit-learn is not installed: the page's examples are not run")
    names: dict[str, object] = {}
    for block in BLOCKS:
        exec(block, names)
        printed = capsys.readouterr().out.splitlines()
        promised = re.findall(r"(?m)^print\(.*\)  # (.*)$", block)
        assert len(printed) == len(promised)
        for line, promise in zip(printed, promised):
            assert line == promise or (promise.startswith("an MLP") and line.startswith("MLP of [Layer"))


def test_the_names_are_as_many_as_the_page_says():
    lines = (PAGE.parents[1] / "examples" / "names.txt").read_text(encoding="utf-8").splitlines()
    count = sum(1 for line in lines if line and "#" not in line)
    assert f"{count:,} names" in PAGE.read_text(encoding="utf-8")
