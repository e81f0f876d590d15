"""How texts are set and worded: French as a French teacher writes it, English as an English one does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from test_words import PACKAGE, ROOT, texts, tree

from micrograd.language import french, say

pytest.importorskip("nbformat", reason="the lab extra is missing, THE LAB'S WORDS ARE NOT READ")

from micrograd.lab.checks import Finding
from micrograd.lab.content import assignment, weaving

# Code has quotes, colons and points of its own.
_CODE = re.compile(r"```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$", re.DOTALL)
GUIDES = {"fr": ["docs/student.fr.md"], "en": ["docs/student.en.md", "docs/teacher.md", "README.md"]}
PROJECT = PACKAGE / "lab" / "student" / "project"


def prose(language: str) -> Iterator[tuple[str, str]]:
    """Every text that somebody reads in a language, with where it stands, code left out."""
    for text in texts():
        yield str(text), french(text.fr) if language == "fr" else text.en
    for notebook in (weaving.build(language), assignment.student(language)):
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                yield f"{language}:{cell.id}", _CODE.sub("x", cell.source)


def test_french_has_one_apostrophe_and_spaces_that_break_no_line() -> None:
    for place, text in prose("fr"):
        assert not re.search(r"[^\W\d]'[^\W\d]", text), place
        assert not re.search(r"« | [»;!]| [?:%](?!\w)", text), place
        assert not re.search(r"\d%", text), place
        assert not re.search(r"\d (?:[kMG]?o|ms|s|min|px)\b", text), place
        # Thousands apart, by a space that breaks no line.
        assert not re.search(r"(?<![\w.:/-])\d{5,}(?!\w)|\d \d{3}(?!\d)", re.sub(r"\[.*?\]", "", text)), place


def test_french_beside_the_tables_is_typeset_where_it_is_written() -> None:
    """A text that no table has is shown as it is."""
    tables = {(text.path, text.fr) for text in texts()}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Dict) and [getattr(key, "value", "") for key in node.keys] == [
                "fr",
                "en",
            ]:
                text = getattr(node.values[0], "value", None)
                if isinstance(text, str) and (path, text) not in tables:
                    assert french(text) == text, f"{path}:{node.lineno}"


def test_english_has_no_space_before_a_sign_and_no_french_quotes() -> None:
    for place, text in prose("en"):
        shown = "\n".join(line for line in text.splitlines() if not re.match(r"\s*\|?[-: |]+\|", line))
        assert not re.search(r"[\w)] [:;!?%](?=\s|$)", shown), place
        assert not re.search("[«»\N{NO-BREAK SPACE}]", shown), place


# A network is trained; a function returns. (A sigmoid may "rendre nul" a gradient, and work is handed in: "rendu".)
_NOT_SAID = re.compile(r"\bappris\b|\brend(?:ent|-elle)?\b(?! le vrai gradient)", re.IGNORECASE)


def test_a_network_is_trained_and_a_function_returns() -> None:
    for place, text in prose("fr"):
        assert not _NOT_SAID.search(text.replace("se rend ", "")), place


def test_no_english_is_printed_in_the_french_notebook() -> None:
    """Beside what the handout itself prints in English."""
    handouts = re.compile(r"Model (has|parameters are)|\[step |\[\n|, accuracy ")
    english = re.compile(
        r"\b(parameters|times|faster|loss|losses|accuracy|samples|nodes|edges|same|last|sweep|by hand)\b"
    )
    for notebook in (weaving.build("fr"), assignment.student("fr")):
        for cell in notebook.cells:
            if cell.cell_type != "code":
                continue
            for call in ast.walk(ast.parse(cell.source)):
                if not isinstance(call, ast.Call) or getattr(call.func, "id", "") != "print":
                    continue
                strings = [c.value for c in ast.walk(call) if isinstance(c, ast.Constant)]
                for string in filter(lambda one: isinstance(one, str), strings):
                    if not handouts.search("".join(map(str, strings))):
                        assert not english.search(string), (cell.id, string)


def test_a_hint_writes_numbers_as_its_language_does() -> None:
    finding = Finding(9, "result", "wrong", 1, "not-trained", {"got": "58.3%", "wanted": "87%"})
    assert "58,3\N{NO-BREAK SPACE}% des points" in finding.advice("fr")
    assert "58.3% of the points" in finding.advice("en")
    listed = Finding(6, "moons", "wrong", 1, "labels-other", {"labels": "[-1.5, 1.0]"})
    assert "[-1.5, 1.0]" in listed.advice("fr")


def test_what_is_filled_in_stays_as_it_is() -> None:
    table = {"of": {"fr": "l'erreur : {path}", "en": "the error: {path}"}}
    assert say(table, "of", "fr", path="/home/l'ami : 3") == "l’erreur\N{NO-BREAK SPACE}: /home/l'ami : 3"
    assert french("`print('a')` d'`x` d'{name} l'*un* $\\sigma'(z)$ f'x'") == (
        "`print('a')` d’`x` d’{name} l’*un* $\\sigma'(z)$ f'x'"
    )


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_guides_are_worded_alike(language: str) -> None:
    paths = [ROOT / name for name in GUIDES[language]] + [PROJECT / f"readme.{language}.md"]
    for path in filter(lambda one: one.exists(), paths):
        text = _CODE.sub("x", path.read_text(encoding="utf-8"))
        if language == "fr":
            assert not _NOT_SAID.search(text.replace("se rend ", "")), path
            assert not re.search(r"[^\W\d]'[^\W\d]", text), path
            assert not re.search(r"« | [»;!?:](?=\s|$)", text), path
        else:
            # One paragraph of the README is in French.
            text = "\n".join(line for line in text.splitlines() if not line.startswith("*En français"))
            assert not re.search(r"[\w)] [:;!?%](?=\s|$)", text), path
