"""Writing down a chosen explanation as text; the page's ``writing.js`` does it in HTML and MathML."""

from __future__ import annotations

import re
from typing import Any

from micrograd.draw import figures
from micrograd.draw.rules import RULES, sign_of
from micrograd.draw.symbols import Symbols
from micrograd.draw.telling import Data
from micrograd.draw.words import FUNCTIONS, say
from micrograd.engine import Value
from micrograd.language import Language

# Signs of Python, as mathematics has them.
_AS_WRITTEN = {
    "**": "^",
    "*": "×",
    " - ": " − ",
    "==": "=",
    ">=": "≥",
    "<=": "≤",
    "log(": "ln(",
}
# After these, a negative number stands in brackets.
_SIGNS = {"+", "-", "−", "×", "/", "^"}


class Writer:
    """Writes the parts of an explanation of ``node`` in one language, with the names that ``symbols`` knows."""

    def __init__(self, node: Value, symbols: Symbols, lang: Language) -> None:
        self._node = node
        self._symbols = symbols
        self._lang = lang

    def lines(self, parts: Data) -> list[str]:
        """Return the lines of a section."""
        written: list[str] = []
        for kind, *rest in parts:
            if kind in ("say", "note"):
                written.append(self._sentence(rest[0], rest[1]))
            elif kind == "words":
                written.append(f"    {self._words(*rest)}")
            elif kind == "equation":
                left, following = rest
                written.append(self._terms([*left, *(term for line in following for term in line)]))
            elif kind == "sum":
                # The sum of many terms is easier to read below its total than before it.
                left, _, following, total = rest
                written.append(self._terms([*left, "=", total]))
                written += [self._terms(["+" if k else "=", *line]) for k, line in enumerate(following)]
        return written

    def _sentence(self, key: str, fillings: dict[str, Any]) -> str:
        written = say(key, self._lang, **{name: self._filling(told) for name, told in fillings.items()})
        # A node without a name may begin the sentence.
        nameless = say("thisNode", self._lang)
        return nameless[0].upper() + written[1:] if written.startswith(nameless) else written

    def _filling(self, told: Any) -> str:
        if not isinstance(told, list):
            return str(told)
        kind, *rest = told
        if kind == "name":
            return self._name(rest[0])
        if kind == "number":
            return figures.write(rest[0])
        if kind == "slope":
            return figures.slope(rest[0])
        if kind == "function":
            return FUNCTIONS[rest[0]][self._lang]
        if kind == "rule":
            return self._words(*rest)
        if kind == "say":
            return self._sentence(*rest)
        return str(rest[1]).join(self._filling(one) for one in rest[0])

    def _name(self, node: Value | None) -> str:
        if node is None:
            return self._symbols.root
        if node is self._node:
            return self._symbols.given(node) or say("thisNode", self._lang)
        return self._symbols.of(node)

    def _symbol(self, node: Value | None) -> str:
        return self._symbols.root if node is None else self._symbols.of(node)

    def _words(self, rule: str, derivative: int, letters: dict[str, Any]) -> str:
        formula = RULES[rule].value if derivative < 0 else RULES[rule].derivatives[derivative]
        by = self._letters(letters)
        return re.sub(r"\{(\w)\}", lambda found: by[found.group(1)], getattr(formula, self._lang))

    def _letters(self, letters: dict[str, Any]) -> dict[str, str]:
        written = {"k": letters["k"]}
        for letter in "abo":
            kind, what = letters[letter][:2]
            written[letter] = self._symbol(what) if kind == "name" else figures.write(what)
        return written

    def _terms(self, terms: Data) -> str:
        written: list[str] = []
        for term in terms:
            text, aside = (term, "") if isinstance(term, str) else self._term(*term)
            if text.startswith("-") and written and written[-1] in _SIGNS:
                text = f"({text})"
            written.append(text + aside)
        return " ".join(written)

    def _term(self, kind: str, *rest: Any) -> tuple[str, str]:
        """Return a term, and what is written beside it."""
        if kind == "under":
            return figures.write(rest[0]), f"   [{self._sentence(rest[1], rest[2])}]"
        if kind == "by":
            return "", f"  [{sign_of(rest[0]._op)} → {self._symbol(rest[0])}]"
        return self._plain(kind, *rest), ""

    def _plain(self, kind: str, *rest: Any) -> str:
        if kind == "name":
            return self._symbol(rest[0])
        if kind == "gradOf":
            return f"{self._symbol(rest[0])}.grad"
        if kind == "d":
            return f"∂{self._symbol(rest[0])}/∂{self._symbol(rest[1])}"
        if kind == "number":
            return figures.write(rest[0])
        if kind == "slope":
            return figures.slope(rest[0])
        if kind == "rate":
            return f"{rest[0]:g}"
        if kind == "call":
            return f"{rest[0]}({', '.join(map(self._symbol, rest[1]))})"
        rule, derivative, letters = rest
        formula = RULES[rule].value if derivative < 0 else RULES[rule].derivatives[derivative]
        return _filled(formula.text, self._letters(letters))


def _filled(formula: str, by: dict[str, str]) -> str:
    """Return the text of a formula with something in place of its letters a, b, o and k."""

    def put(found: re.Match[str]) -> str:
        text = by.get(found.group(), found.group())
        before, after = formula[: found.start()].rstrip()[-1:], formula[found.end() :].lstrip()
        # A negative number needs brackets after a sign of calculation, and below an exponent.
        in_brackets = text.startswith("-") and (before in _SIGNS or after.startswith("^"))
        return f"({text})" if in_brackets else text

    # The signs first: a name may contain one of them.
    for python, sign in _AS_WRITTEN.items():
        formula = formula.replace(python, sign)
    return re.sub(r"\b[abok]\b", put, formula)
