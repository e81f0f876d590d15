"""What is said to people: in French and in English, nothing unused, and nothing that its reader does not have."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from micrograd.language import french, in_language, number, say

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "micrograd"


class Text(NamedTuple):
    """A text of one of the package's tables."""

    path: Path
    table: str
    key: str
    fr: str
    en: str
    shows: bool = False
    """Whether it is of a mistake that is found by the numbers it gives, and named nowhere else."""

    def __str__(self) -> str:
        return f"{self.path.relative_to(PACKAGE)}:{self.key}"


@cache
def tree(path: Path) -> ast.Module:
    """A source file, parsed once for all tests of words."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def texts() -> tuple[Text, ...]:
    """Every text of every table ``{key: {"fr": ..., "en": ...}}``, found in the source files themselves.

    So are the entries ``Mistake(key, ..., fr=..., en=...)`` of the table of mistakes.
    """
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for call in ast.walk(tree(path)):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Mistake":
                both = {k.arg: ast.literal_eval(k.value) for k in call.keywords if k.arg in ("fr", "en")}
                shows = any(k.arg == "shows" for k in call.keywords)
                found.append(Text(path, "MISTAKES", ast.literal_eval(call.args[0]), **both, shows=shows))
        for statement in tree(path).body:
            target = statement.targets[0] if isinstance(statement, ast.Assign) else None
            target = statement.target if isinstance(statement, ast.AnnAssign) else target
            if not isinstance(target, ast.Name) or not isinstance(statement.value, ast.Dict):
                continue
            try:
                table = ast.literal_eval(statement.value)
            except ValueError:
                continue
            for key, both in table.items():
                if isinstance(both, dict) and both.keys() == {"fr", "en"}:
                    found.append(Text(path, target.id, key, both["fr"], both["en"]))
    return tuple(found)


@cache
def named() -> dict[Path, Counter[str]]:
    """How often each string stands in each file: in Python as a literal, in a page also as ``words.key``."""
    found = {}
    for path in PACKAGE.rglob("*"):
        if path.suffix == ".py":
            source = path.read_text(encoding="utf-8")
            strings = [node.value for node in ast.walk(tree(path)) if isinstance(node, ast.Constant)]
            # The cell of a notebook is named in a line of its own, "# %% ID".
            found[path] = Counter([s for s in strings if isinstance(s, str)])
            found[path].update(re.findall(r"^# %% (\S+)(?: \(\w+\))?$", source, re.M))
        elif path.suffix == ".md":
            marker = r"^<!-- \w+: (\S+)(?: \(\w+\))? -->$"
            found[path] = Counter(re.findall(marker, path.read_text(encoding="utf-8"), re.M))
        elif path.suffix in (".jinja", ".js", ".mjs", ".html"):
            source = path.read_text(encoding="utf-8")
            found[path] = Counter(key for _, key in re.findall(r"""(["'`])([\w -]+)\1""", source))
            found[path].update(re.findall(r"\bwords\.(\w+)", source))
            found[path].update(re.findall(r"\[\[([a-z ]+)\]\]", source))  # a slot of the site's pages
    return found


@cache
def made_keys() -> tuple[re.Pattern[str], ...]:
    """The keys that are put together where they are used: ``say(f"end {reason}", ...)``."""
    found = []
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(tree(path)):
            asked = [node.slice] if isinstance(node, ast.Subscript) else []
            asked = node.args[:2] if isinstance(node, ast.Call) else asked
            for value in asked:
                if isinstance(value, ast.JoinedStr):
                    found.append(
                        "".join(
                            re.escape(part.value) if isinstance(part, ast.Constant) else ".+"
                            for part in value.values
                        )
                    )
    for path in PACKAGE.rglob("*.js"):
        for template in re.findall(r"\bsay\(`([^`]*)`", path.read_text(encoding="utf-8")):
            found.append(".+".join(map(re.escape, re.split(r"\$\{.*?\}", template))))
    # One that consists of what is filled in says nothing.
    return tuple(re.compile(pattern) for pattern in found if len(pattern.replace(".+", "")) >= 3)


def users(text: Text) -> list[Path]:
    """The files in which a text's key stands, beyond the place where it is defined."""
    defined = sum(other.key == text.key for other in texts() if other.path == text.path)
    return [
        path for path, times in named().items() if times[text.key] > (defined if path == text.path else 0)
    ]


def fields(text: str) -> set[str]:
    return set(re.findall(r"\{(\w*)", text))


def test_the_tables_are_found():
    tables = {(text.path.parent.name, text.table) for text in texts()}
    assert {
        ("student", "WORDS"),
        ("solved", "WORDS"),
        ("solved", "_FIGURES"),
        ("mistakes", "MISTAKES"),
        ("checks", "CHECKS"),
        ("draw", "WORDS"),
    } <= tables
    assert len(texts()) > 300


def test_no_table_has_another_shape():
    """One shape for all: by key, then by language."""
    for path in PACKAGE.rglob("*.py"):
        assert "dict[Language, dict[str, str]]" not in path.read_text(encoding="utf-8"), path


def test_both_languages_have_the_same_fields():
    for text in texts():
        assert fields(text.fr) == fields(text.en), text


def test_every_text_is_used():
    unused = [
        str(text)
        for text in texts()
        if not text.shows
        and not users(text)
        and not any(pattern.fullmatch(text.key) for pattern in made_keys())
    ]
    assert not unused


def test_no_decimal_point_stands_in_a_french_text():
    for text in texts():
        prose = re.sub(r"\[.*?\]", "", text.fr)  # a list is code
        assert not re.search(r"(?<![\w.])\d+\.\d+(?![\w.*])", prose), text


# What speaks in a notebook beside the checks and the pictures.
IN_A_NOTEBOOK = ("in_notebook.py", "verdict.py")


def test_a_text_names_only_what_is_there_where_it_is_read():
    """A notebook and a page have no command line: what they say names no command and no option of one."""
    command = re.compile(
        r"micrograd \w+ --|micrograd lab|\bgit \w|\b(?:pip|make|apt) install|\bmake \w+\b`|\s--\w|\bterminal\b"
    )
    read = []
    for text in texts():
        pages = [path for path in users(text) if path.suffix in (".js", ".mjs", ".jinja", ".html")]
        cells = [path for path in users(text) if path.name in IN_A_NOTEBOOK]
        if pages or cells or text.path.parent.name in ("checks", "mistakes", "draw", "plot"):
            read.append(text)
            assert not command.search(text.fr + "\n" + text.en), text
    assert {text.path.parent.name for text in read} >= {"checks", "draw", "student", "site"}


def test_say_fills_in_and_writes_numbers_as_the_language_does():
    table = {"of": {"fr": "{got} sur {most} : {what}", "en": "{got} of {most}: {what}"}}
    assert say(table, "of", "fr", got=1.5, most=16.0, what="a.b") == "1,5 sur 16\xa0: a.b"
    assert say(table, "of", "en", got=1.5, most=16, what="{x}") == "1.5 of 16: {x}"
    with pytest.raises(KeyError):
        say(table, "of", "fr", got=1)
    with pytest.raises(KeyError):
        say(table, "off", "fr")


@pytest.mark.parametrize(
    ("value", "form", "written"),
    [
        (0.25, "g", "0,25"),
        (1234.5, ",.1f", "1\N{NO-BREAK SPACE}234,5"),
        (0.5, ".0%", "50\N{NO-BREAK SPACE}%"),
        (-2.0, "g", "-2"),
        (1e-12, "g", "1e-12"),
    ],
)
def test_a_french_number(value, form, written):
    assert number(value, "fr", form) == written
    assert number(value, "en", form) == format(value, form)


def test_a_pages_french_breaks_no_line_before_a_colon():
    assert french("« oui » : 5 % ; non ? http://a.b c:d") == (
        "«\xa0oui\xa0»\xa0: 5\xa0%\xa0; non\xa0? http://a.b c:d"
    )
    table = {text.key: {"fr": text.fr, "en": text.en} for text in texts()}
    assert not any(re.search(r"« | [»;?!]", text) for text in in_language(table, "fr").values())
    assert in_language(table, "en") == {key: both["en"] for key, both in table.items()}
