"""``print(explain(...))`` says what it says on every console, with what the console has."""

import os
import subprocess
import sys

import pytest

from micrograd.draw import explain
from micrograd.draw.printable import Printable
from micrograd.engine import Value

PRINTED = """
from micrograd.draw import explain
from micrograd.engine import Value
a = Value(2.0, label="poids")
loss = ((a * -3 + 1).sigmoid() / 2 - 1) ** 2
loss.backward()
for node in (a, loss, loss._operands[0]):
    print(explain(node, "{lang}", root=loss))
"""


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp850", "cp1252"])
def test_a_console_without_unicode_shows_an_explanation(lang, encoding):
    ran = subprocess.run(
        [sys.executable, "-c", PRINTED.replace("{lang}", lang)],
        env={**os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr.decode()
    printed = ran.stdout.decode(encoding)
    assert "poids" in printed
    assert "?" not in printed
    assert printed.isascii() == (encoding == "ascii")


def test_where_everything_can_be_shown_nothing_changes(python):
    a = Value(2.0, label="a")
    loss = a * 3
    loss.backward()
    text = explain(a, "fr", root=loss)
    assert isinstance(text, str)
    assert "∂" in "".join(text)
    said = python("print(repr('∂é×'))", PYTHONIOENCODING="utf-8")
    assert "∂é×" in said
    assert f"{Printable('∂é×')}" == "∂é×"
    assert Printable("a") == "a"
