"""Python that somebody types is run, and its last line is a page; what is wrong is said with its line."""

from __future__ import annotations

import pytest

pytest.importorskip("graphviz")

from micrograd.draw import typed

PAGE = """
from micrograd.draw import play
from micrograd.engine import Value

w = Value(0.5, label="w")
print("made")
play(lambda x, y: (w * x[0] - y) ** 2, [w], [[1.0], [2.0]], [2.0, 4.0])
"""


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_last_line_is_the_page(language) -> None:
    made = typed.made_from(PAGE, language)
    assert made["fault"] == "" and made["printed"] == "made\n"
    assert f'<html lang="{language}">' in made["page"] and len(made["page"]) < 500_000


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("", "la dernière ligne doit être la page"),
        ("x = 1", "la dernière ligne doit être la page"),
        (PAGE + "3", "la dernière ligne doit être la page"),
        ("def f(:\n", "SyntaxError"),
        ("a = 1\n\nb = a.foo", "Ligne 3 : b = a.foo\nAttributeError: 'int' object has no attribute 'foo'"),
        (PAGE.replace("w * x[0]", "w * float(x[0])"), "CompileError"),
        (PAGE.replace("[1.0], [2.0]]", "[1.0]]"), "ValueError: X has 1 samples"),
        ("import sys\nsys.exit(2)", "SystemExit: 2"),
        ("def f():\n    return f()\nf()", "Ligne 3 : f()\nLigne 2 : return f()\nLigne 2 : return f()\n…"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(source, told) -> None:
    made = typed.made_from(source, "fr")
    assert told in made["fault"].replace("\xa0", " ") and made["page"] == ""
    assert made["fault"].count("\n") < 20


def test_every_program_begins_anew() -> None:
    assert typed.made_from("leftover = 3", "en")["fault"]
    assert "NameError" in typed.made_from("leftover", "en")["fault"]


def test_an_earlier_page_keeps_its_language() -> None:
    page = typed.page_from(PAGE, "fr")
    assert '<html lang="en">' in page.speaking("en").html()
    assert '<html lang="fr">' in page.html()
