"""docs/engine-tour.*: every excerpt is the engine's source, every session says what the engine says."""

from __future__ import annotations

import doctest
import re
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCE = (ROOT / "src" / "micrograd" / "engine.py").read_text(encoding="utf-8")
PAGES = {
    name: (ROOT / "docs" / name).read_text(encoding="utf-8")
    for name in ("engine-tour.md", "engine-tour.fr.md")
}
pages = pytest.mark.parametrize("name", PAGES)


def blocks(name, language):
    return re.findall(rf"```{language}\n(.*?)```", PAGES[name], flags=re.DOTALL)


@pages
def test_excerpts_are_the_source(name):
    excerpts = blocks(name, "py")
    assert len(excerpts) >= 4
    for excerpt in excerpts:
        inner = textwrap.dedent(excerpt)
        assert any(textwrap.indent(inner, " " * depth) in SOURCE for depth in (4, 8)), excerpt


@pages
def test_sessions_are_right(name):
    session = "\n".join(blocks(name, "pycon"))
    test = doctest.DocTestParser().get_doctest(session, {}, name, None, None)
    runner = doctest.DocTestRunner()
    runner.run(test)
    assert (runner.failures, runner.tries > 20) == (0, True)


def test_both_languages_show_the_same_code():
    english, french = (
        [re.sub(r"#.*", "", block) for block in blocks(name, "(?:py|pycon)")] for name in PAGES
    )
    assert english == french


def test_operations_and_the_sweep_come_first():
    """All of backpropagation is on two screens, before a word of how nodes are kept."""
    before, _, after = SOURCE.partition("    # -- Conveniences ---")
    lines = before.splitlines()
    assert "def backward(self)" in before and "def _pass_on(self" in before
    assert len(lines) <= 170
    for word in ("mark", "kind", "generation", "listen", "listener", "heard", "trace", "track"):
        assert not re.search(rf"\b_?{word}s?\b", before, flags=re.IGNORECASE), word
    for name in ("__add__", "__mul__", "__pow__", "relu", "tanh", "exp", "log"):
        assert before.index(f"def {name}(") < before.index("def backward(")
    assert after.index("def __neg__") < after.index("class Sweep")
