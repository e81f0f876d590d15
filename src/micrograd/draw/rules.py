"""What explanations say of each operation: its value and its local derivatives, as numbers, formulas and words.

Numbers and formulas are those of ``operations.py``, the one table of operations; only the words stand here. Everything
that explains an operation reads them in ``RULES``: the terminal's text, the page's words and its typeset formulas. In
the formulas ``a`` and ``b`` are the operands, ``o`` is the result and ``k`` a fixed exponent. The text of a formula is
at the same time an expression that Python can evaluate, which is how the tests compare it with finite differences; the
LaTeX becomes MathML and is evaluated in the tests likewise.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from micrograd.draw.words import FUNCTIONS
from micrograd.operations import NUMBERS, OPERATIONS, Operation

Number = Callable[[float, float, float, float], float]


@dataclass(frozen=True)
class Formula:
    """A number computed from (a, b, o, k), and the ways of writing it down."""

    number: Number
    text: str
    latex: str
    fr: str
    en: str


@dataclass(frozen=True)
class Rule:
    """An operation: its sign on the page, its value, and the derivative of the value by each operand."""

    sign: str
    value: Formula
    derivatives: tuple[Formula, ...]


# In French and in English: what the operation does, then what its derivative is by each operand.
_WORDS: dict[str, tuple[tuple[str, str], ...]] = {
    "+": (
        ("additionne {a} et {b}", "adds {a} and {b}"),
        ("une addition transmet le gradient tel quel", "an addition passes the gradient on unchanged"),
        ("une addition transmet le gradient tel quel", "an addition passes the gradient on unchanged"),
    ),
    "*": (
        ("multiplie {a} par {b}", "multiplies {a} by {b}"),
        ("c’est l’autre facteur, {b}", "it is the other factor, {b}"),
        ("c’est l’autre facteur, {a}", "it is the other factor, {a}"),
    ),
    "**": (
        ("élève {a} à la puissance {b}", "raises {a} to the power {b}"),
        ("l’exposant passe devant et diminue de 1", "the exponent comes down in front and decreases by 1"),
        ("le résultat multiplié par le logarithme de la base", "the result times the logarithm of the base"),
    ),
    "max": (
        ("garde le plus grand des deux nombres {a} et {b}", "keeps the larger of {a} and {b}"),
        (
            "1 pour l’opérande gardé, 0 pour l’autre, la moitié à chacun s’ils sont égaux",
            "1 for the operand that is kept, 0 for the other, half to each where they are equal",
        ),
        (
            "1 pour l’opérande gardé, 0 pour l’autre, la moitié à chacun s’ils sont égaux",
            "1 for the operand that is kept, 0 for the other, half to each where they are equal",
        ),
    ),
    "min": (
        ("garde le plus petit des deux nombres {a} et {b}", "keeps the smaller of {a} and {b}"),
        (
            "1 pour l’opérande gardé, 0 pour l’autre, la moitié à chacun s’ils sont égaux",
            "1 for the operand that is kept, 0 for the other, half to each where they are equal",
        ),
        (
            "1 pour l’opérande gardé, 0 pour l’autre, la moitié à chacun s’ils sont égaux",
            "1 for the operand that is kept, 0 for the other, half to each where they are equal",
        ),
    ),
    "**k": (
        ("élève {a} à la puissance {k}", "raises {a} to the power {k}"),
        ("l’exposant passe devant et diminue de 1", "the exponent comes down in front and decreases by 1"),
    ),
    "ReLU": (
        ("garde {a} si c’est un nombre positif, sinon donne 0", "keeps {a} if it is positive, else gives 0"),
        (
            "1 si l’opérande est positif (le gradient passe), 0 sinon (il s’arrête)",
            "1 if the operand is positive (the gradient passes), else 0 (it stops)",
        ),
    ),
    "exp": (
        ("calcule l’exponentielle de {a}", "computes the exponential of {a}"),
        ("l’exponentielle est sa propre dérivée", "the exponential is its own derivative"),
    ),
    "log": (
        ("calcule le logarithme népérien de {a}", "computes the natural logarithm of {a}"),
        ("l’inverse de l’opérande", "one over the operand"),
    ),
    "sqrt": (
        ("calcule la racine carrée de {a}", "computes the square root of {a}"),
        ("1 divisé par deux fois la racine", "one over twice the root"),
    ),
    "sin": (
        ("calcule le sinus de {a}", "computes the sine of {a}"),
        ("la dérivée du sinus est le cosinus", "the derivative of the sine is the cosine"),
    ),
    "cos": (
        ("calcule le cosinus de {a}", "computes the cosine of {a}"),
        ("la dérivée du cosinus est l’opposé du sinus", "the derivative of the cosine is minus the sine"),
    ),
    "abs": (
        ("prend la valeur absolue de {a}", "takes the absolute value of {a}"),
        ("le signe de l’opérande : 1, −1, ou 0 en zéro", "the sign of the operand: 1, −1, or 0 at zero"),
    ),
    "tanh": (
        ("calcule la tangente hyperbolique de {a}", "computes the hyperbolic tangent of {a}"),
        ("1 moins le carré du résultat", "1 minus the square of the result"),
    ),
    "sigmoid": (
        ("applique la sigmoïde à {a}", "applies the sigmoid to {a}"),
        ("le résultat multiplié par (1 moins le résultat)", "the result times (1 minus the result)"),
    ),
    "softplus": (
        (
            "calcule le logarithme de 1 + l’exponentielle de {a} : une ReLU adoucie",
            "computes the logarithm of 1 + the exponential of {a}: a smooth ReLU",
        ),
        (
            "la dérivée de softplus est la sigmoïde de l’opérande",
            "the derivative of softplus is the sigmoid of the operand",
        ),
    ),
    "detach": (
        ("reprend la valeur de {a} sans son gradient", "takes the value of {a} without its gradient"),
        (
            "detach arrête le gradient : rien ne revient à l’opérande",
            "detach stops the gradient: nothing goes back to the operand",
        ),
    ),
}


def _rule(operation: Operation) -> Rule:
    """Return an operation's rule: the table's numbers and formulas, with the words."""
    has_exponent = operation.name == "**k"

    def value(a: float, b: float, o: float, k: float) -> float:
        return float(operation.value(NUMBERS, a, k if has_exponent else b))

    def derivative(use: int) -> Number:
        def number(a: float, b: float, o: float, k: float) -> float:
            try:
                return float(operation.derivatives[use](NUMBERS, a, k if has_exponent else b, o))
            except ZeroDivisionError:  # as the slope of a root at 0, which is what the engine has
                return math.inf

        return number

    numbers = [value, *map(derivative, range(operation.arity))]
    written = zip(numbers, operation.text, operation.latex, _WORDS[operation.name], strict=True)
    formulas = [Formula(number, text, latex, *words) for number, text, latex, words in written]
    return Rule(operation.sign, formulas[0], tuple(formulas[1:]))


RULES: dict[str, Rule] = {name: _rule(operation) for name, operation in OPERATIONS.items()}

_POWER = re.compile(r"\*\*(-?[0-9.].*|-?inf|nan)")


def rule_of(op: str) -> tuple[str, float] | None:
    """Return the table's key for an operation's name, and its exponent (0 where it has none); or None.

    ``"**3"`` is the rule ``"**k"`` with exponent 3.
    """
    if op in RULES:
        return (op, 0.0) if op != "**k" else None
    power = _POWER.fullmatch(op)
    if power is None:
        return None
    try:
        return "**k", float(power.group(1))
    except ValueError:
        return None


def sign_of(op: str) -> str:
    """Return the sign that stands for an operation in a picture; a name of the user's own stays as it is."""
    found = rule_of(op)
    if found is None:
        return op
    key, exponent = found
    if key == "**k":
        return "x" + f"{exponent:g}".translate(str.maketrans("0123456789-.", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻·"))
    return RULES[key].sign


def function_applied(before: float, after: float) -> str | None:
    """Return the operation of one operand that turns ``before`` into ``after``, or None.

    It tells what somebody wrote over a node's data: the handout's sigmoid, most likely.
    """
    for op in FUNCTIONS:
        try:
            value = RULES[op].value.number(before, 0.0, 0.0, 0.0)
        except (ValueError, OverflowError):
            continue
        if value != before and math.isclose(value, after, rel_tol=1e-9, abs_tol=1e-15):
            return op
    return None
