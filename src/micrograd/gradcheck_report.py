"""What ``gradcheck`` found, for programs (attributes) and for people (text, French or English)."""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass
from functools import partial

from micrograd import language
from micrograd.language import Language, Texts

# More rows than this nobody reads; the report says how many it left out.
_ROWS = 20
# Characters in a line: what a terminal has, and a notebook's page.
_WIDTH = 79


@dataclass(frozen=True)
class Comparison:
    """One operand's gradient, as it should be and as ``backward()`` has it.

    ``name`` is the operand's label, or else the name that the function or the module has for it;
    ``position`` counts the operands from 0, through lists and modules. ``value`` is its data,
    ``expected`` the numerical derivative, ``got`` the gradient from ``backward()``, ``tolerance`` how
    far apart the two may be. ``slopes`` is None, or, where the function has a kink, its slopes on the
    left and on the right.
    """

    name: str
    position: int
    value: float
    expected: float
    got: float
    tolerance: float
    ok: bool
    slopes: tuple[float, float] | None = None

    @property
    def difference(self) -> float:
        """By how much ``backward()`` is off: ``got - expected``."""
        return self.got - self.expected

    @property
    def ratio(self) -> float:
        """The factor that ``got`` lacks: ``expected / got``, NaN where ``got`` is 0."""
        return self.expected / self.got if self.got != 0 else math.nan


@dataclass(frozen=True)
class Overwritten:
    """A node whose ``.data`` was overwritten after it had been computed.

    ``name`` is the node's operation (or the operand's name, for a leaf), ``computed`` what it held
    first and ``data`` what was written over it.
    """

    name: str
    computed: float
    data: float


@dataclass(frozen=True)
class GradcheckReport:
    """The outcome of ``gradcheck``: true if every gradient is right, and its text when printed.

    ``operands`` has one comparison for each operand, in the order of the inputs; ``overwritten`` the
    nodes whose data the function overwrote, which is what ``backward()`` cannot see.
    """

    operands: tuple[Comparison, ...]
    overwritten: tuple[Overwritten, ...]
    lang: Language

    @property
    def ok(self) -> bool:
        """True if every operand's gradient is right."""
        return all(operand.ok for operand in self.operands)

    def __bool__(self) -> bool:
        return self.ok

    @property
    def failures(self) -> tuple[Comparison, ...]:
        """The operands whose gradient is off."""
        return tuple(operand for operand in self.operands if not operand.ok)

    @property
    def common_ratio(self) -> float | None:
        """The one factor that all the gradients lack, or None if they lack none or not the same one."""
        ratios = [operand.ratio for operand in self.failures]
        if not ratios or len(ratios) < sum(operand.expected != 0 for operand in self.operands):
            return None
        first = ratios[0]
        return first if all(math.isclose(ratio, first, rel_tol=1e-4) for ratio in ratios) else None

    def assert_ok(self) -> None:
        """Raise AssertionError, with the report as its text, unless every gradient is right."""
        if not self.ok:
            raise AssertionError(str(self))

    def __str__(self) -> str:
        table = _table(self.failures or self.operands, self.lang)
        left_out = len(self.failures or self.operands) - _ROWS
        if left_out > 0:
            table.append("  " + _say("more", self.lang, count=left_out))
        lines = []
        for kink in (operand for operand in self.operands if operand.slopes is not None):
            left, right = kink.slopes or (math.nan, math.nan)
            lines.append(
                _say(
                    "kink",
                    self.lang,
                    name=kink.name,
                    left=_number(left),
                    right=_number(right),
                )
            )
        if self.common_ratio is not None:
            sentence = "ratio_one" if len(self.failures) == 1 else "ratio_all"
            lines.append(_say(sentence, self.lang, ratio=_number(self.common_ratio)))
        if not self.ok:
            lines += [
                _say(
                    "overwritten",
                    self.lang,
                    name=node.name or "·",
                    computed=_number(node.computed),
                    data=_number(node.data),
                )
                for node in self.overwritten[:3]
            ]
        return "\n".join([self._headline(), *table, *(_wrapped(line) for line in lines)])

    def _repr_pretty_(self, printer: object, cycle: bool) -> None:
        printer.text(str(self))  # type: ignore[attr-defined]

    def _headline(self) -> str:
        count, off = len(self.operands), len(self.failures)
        if not count:
            return _say("nothing", self.lang)
        if off:
            return _say("one_off" if off == 1 else "some_off", self.lang, off=off, count=count)
        largest = max((abs(o.difference) for o in self.operands if o.slopes is None), default=0.0)
        return _say(
            "one_ok" if count == 1 else "all_ok",
            self.lang,
            count=count,
            largest=f"{largest:.2g}",
        )


def _table(operands: tuple[Comparison, ...], lang: Language) -> list[str]:
    if not operands:
        return []
    rows = [
        [
            "",
            *(
                _say(column, lang)
                for column in ("operand", "value", "expected", "got", "difference", "ratio")
            ),
        ]
    ]
    for operand in operands[:_ROWS]:
        numbers = [_number(x) for x in (operand.value, operand.expected, operand.got)]
        ratio = "-" if math.isnan(operand.ratio) else f"{operand.ratio:.6g}"
        rows.append(
            [
                "=" if operand.ok else "≠",
                operand.name,
                *numbers,
                f"{operand.difference:.2e}",
                ratio,
            ]
        )
    widths = [max(map(len, column)) for column in zip(*rows)]
    aligned = []
    for row in rows:
        cells = [cell.ljust(w) if i < 2 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths))]
        aligned.append("  " + "  ".join(cells).rstrip())
    return aligned


def _wrapped(sentence: str) -> str:
    return textwrap.fill(sentence, _WIDTH, break_long_words=False, break_on_hyphens=False)


def _number(x: float) -> str:
    return f"{x + 0.0:.9g}"  # in any language as Python writes it, to be compared with what code prints


_WORDS: Texts = {
    "nothing": {
        "fr": "gradcheck : rien à vérifier, aucune entrée n'a été donnée",
        "en": "gradcheck: there was nothing to check, no inputs were given",
    },
    "one_ok": {
        "fr": "gradcheck : le gradient concorde avec les différences finies (écart {largest})",
        "en": "gradcheck: the gradient agrees with finite differences (difference {largest})",
    },
    "all_ok": {
        "fr": "gradcheck : les {count} gradients concordent avec les différences finies (plus grand écart "
        "{largest})",
        "en": "gradcheck: all {count} gradients agree with finite differences (largest difference {largest})",
    },
    "one_off": {
        "fr": "gradcheck : 1 gradient sur {count} est faux",
        "en": "gradcheck: 1 gradient out of {count} is off",
    },
    "some_off": {
        "fr": "gradcheck : {off} gradients sur {count} sont faux",
        "en": "gradcheck: {off} gradients out of {count} are off",
    },
    "operand": {"fr": "opérande", "en": "operand"},
    "value": {"fr": "valeur", "en": "value"},
    "expected": {"fr": "différences finies", "en": "finite differences"},
    "got": {"fr": "backward()", "en": "backward()"},
    "difference": {"fr": "écart", "en": "difference"},
    "ratio": {"fr": "rapport", "en": "ratio"},
    "more": {"fr": "et {count} de plus", "en": "and {count} more"},
    "kink": {
        "fr": "En {name}, la fonction présente un point anguleux, de pente {left} à gauche et {right} à "
        "droite : elle n'y a pas de dérivée, et toute valeur entre ces deux pentes convient.",
        "en": "At {name} the function has a kink, slope {left} on the left and {right} on the right: there is no "
        "derivative, and anything from one to the other is right.",
    },
    "ratio_one": {
        "fr": "Il manque un facteur {ratio} au gradient calculé par backward().",
        "en": "What backward() found lacks a factor {ratio}.",
    },
    "ratio_all": {
        "fr": "Il manque le même facteur à tous les gradients calculés par backward()\u00a0: {ratio}.",
        "en": "Every gradient that backward() found lacks the same factor, {ratio}.",
    },
    "overwritten": {
        "fr": "L'attribut data de «\u00a0{name}\u00a0» a été modifié après la propagation avant : {computed} est "
        "devenu {data}. backward() ne voit pas cette étape, et sa dérivée manque donc au gradient.",
        "en": "The data of “{name}” was overwritten after the forward pass: {computed} became {data}. backward() "
        "does not see that step, and leaves its derivative out.",
    },
}

_say = partial(language.say, _WORDS)
