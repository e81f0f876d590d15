"""The Python in the guides runs, in the order of each page, and prints what the page says that it prints."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
# Pieces that stand for something of the reader's.
NEEDS_A_MODEL = {"explorer.md", "compiler.md", "teacher.md"}
PAGES = sorted(
    page.name
    for page in DOCS.glob("*.md")
    if "```python\n" in page.read_text(encoding="utf-8") and page.name not in NEEDS_A_MODEL
)


@pytest.mark.parametrize("name", PAGES)
def test_the_examples_of_a_guide_run(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in re.findall(r"```python\n(.*?)```", (DOCS / name).read_text(encoding="utf-8"), re.DOTALL):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(block, names)
        promised = re.findall(r"(?m)^ *print\(.*\)  # (.*)$", block)
        if name == "differences.md":
            assert printed.getvalue().splitlines() == promised


def test_the_differences_are_among_them():
    assert "differences.md" in PAGES
