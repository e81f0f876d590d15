"""docs/micrograd.md says what differs from PyPI's micrograd: each of its programs is run under both."""

from __future__ import annotations

import contextlib
import io
import re
import sys
import types
from pathlib import Path

import pytest

from micrograd import nn
from micrograd.engine import Value

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "micrograd.md").read_text(encoding="utf-8")
OURS = types.SimpleNamespace(Value=Value, nn=nn)
SECTIONS = re.findall(
    r"^## (.+?)\n.*?```py\n(.*?)```.*?\| micrograd \| `(.*?)` \|\n\| micrograd-lab \| `(.*?)` \|",
    PAGE,
    flags=re.DOTALL | re.MULTILINE,
)


def said(program, engine):
    """What a program prints, or the error that it ends with."""
    names = {"Value": engine.Value, **{name: getattr(engine.nn, name) for name in ("Neuron", "Layer", "MLP")}}
    printed = io.StringIO()
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)  # Python's own, whatever other tests have asked for
    with contextlib.redirect_stdout(printed):
        try:
            exec(program, names)
        except Exception as error:
            print(f"{type(error).__name__}: {error}")
        finally:
            sys.setrecursionlimit(limit)
    return printed.getvalue().strip()


def test_every_section_is_checked():
    # The last tells of rounding, which test_engine_networks.py and others compare.
    assert len(SECTIONS) == len(re.findall("^## ", PAGE, flags=re.MULTILINE)) - 1 >= 12
    assert len(SECTIONS) == PAGE.count("```py")


@pytest.mark.parametrize(("title", "program", "theirs", "ours"), SECTIONS, ids=[s[0] for s in SECTIONS])
def test_the_page_is_right(title, program, theirs, ours, peer):
    if "numpy" in program:
        pytest.importorskip("numpy")
    assert theirs != ours
    assert said(program, OURS) == ours
    if title == "Deep graphs":
        assert said(program, peer).startswith(
            theirs[: theirs.index(":")]
        )  # Pythons word it in their own ways
    else:
        assert said(program, peer) == theirs
