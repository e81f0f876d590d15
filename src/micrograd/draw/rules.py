"""The one table of rules: for each operation its value and its local derivatives, as numbers and as formulas.

Everything that explains an operation reads it here: the terminal's text, the page's words and its typeset
formulas. In the formulas ``a`` and ``b`` are the operands, ``o`` is the result and ``k`` a fixed exponent.
The text of a formula is at the same time an expression that Python can evaluate, which is how the tests
compare it with finite differences; the LaTeX becomes MathML and is evaluated in the tests likewise.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

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


def sigmoid(x: float) -> float:
    """Return 1 / (1 + e**-x), without overflow."""
    e = math.exp(-abs(x))
    return 1 / (1 + e) if x >= 0 else e / (1 + e)


def _power_slope(a: float, k: float) -> float:
    if k == 0:
        return 0.0
    return math.inf if a == 0 and k < 1 else k * a ** (k - 1)


RULES: dict[str, Rule] = {
    "+": Rule(
        "+",
        Formula(lambda a, b, o, k: a + b, "a + b", "a + b", "additionne {a} et {b}", "adds {a} and {b}"),
        (
            Formula(
                lambda a, b, o, k: 1.0,
                "1",
                "1",
                "une addition transmet le gradient tel quel",
                "an addition passes the gradient on unchanged",
            ),
            Formula(
                lambda a, b, o, k: 1.0,
                "1",
                "1",
                "une addition transmet le gradient tel quel",
                "an addition passes the gradient on unchanged",
            ),
        ),
    ),
    "*": Rule(
        "×",
        Formula(
            lambda a, b, o, k: a * b, "a * b", r"a \times b", "multiplie {a} par {b}", "multiplies {a} by {b}"
        ),
        (
            Formula(
                lambda a, b, o, k: b, "b", "b", "c’est l’autre facteur, {b}", "it is the other factor, {b}"
            ),
            Formula(
                lambda a, b, o, k: a, "a", "a", "c’est l’autre facteur, {a}", "it is the other factor, {a}"
            ),
        ),
    ),
    "**k": Rule(
        "xᵏ",
        Formula(
            lambda a, b, o, k: a**k,
            "a ** k",
            "a^{k}",
            "élève {a} à la puissance {k}",
            "raises {a} to the power {k}",
        ),
        (
            Formula(
                lambda a, b, o, k: _power_slope(a, k),
                "k * a ** (k - 1)",
                r"k \times a^{k - 1}",
                "l’exposant passe devant et diminue de 1",
                "the exponent comes down in front and decreases by 1",
            ),
        ),
    ),
    "**": Rule(
        "xʸ",
        Formula(
            lambda a, b, o, k: a**b,
            "a ** b",
            "a^{b}",
            "élève {a} à la puissance {b}",
            "raises {a} to the power {b}",
        ),
        (
            Formula(
                lambda a, b, o, k: _power_slope(a, b),
                "b * a ** (b - 1)",
                r"b \times a^{b - 1}",
                "l’exposant passe devant et diminue de 1",
                "the exponent comes down in front and decreases by 1",
            ),
            Formula(
                lambda a, b, o, k: o * math.log(a) if a > 0 else 0.0,
                "o * log(a)",
                r"o \times \ln(a)",
                "le résultat multiplié par le logarithme de la base",
                "the result times the logarithm of the base",
            ),
        ),
    ),
    "ReLU": Rule(
        "ReLU",
        Formula(
            lambda a, b, o, k: 0.0 if a < 0 else a,
            "max(0, a)",
            r"\max(0, a)",
            "garde {a} si c’est un nombre positif, sinon donne 0",
            "keeps {a} if it is positive, else gives 0",
        ),
        (
            Formula(
                lambda a, b, o, k: float(a > 0),
                "a > 0",
                r"[a > 0]",
                "1 si l’opérande est positif (le gradient passe), 0 sinon (il s’arrête)",
                "1 if the operand is positive (the gradient passes), else 0 (it stops)",
            ),
        ),
    ),
    "exp": Rule(
        "exp",
        Formula(
            lambda a, b, o, k: math.exp(a),
            "exp(a)",
            "e^{a}",
            "calcule l’exponentielle de {a}",
            "computes the exponential of {a}",
        ),
        (
            Formula(
                lambda a, b, o, k: o,
                "o",
                "o",
                "l’exponentielle est sa propre dérivée",
                "the exponential is its own derivative",
            ),
        ),
    ),
    "log": Rule(
        "ln",
        Formula(
            lambda a, b, o, k: math.log(a),
            "log(a)",
            r"\ln(a)",
            "calcule le logarithme népérien de {a}",
            "computes the natural logarithm of {a}",
        ),
        (
            Formula(
                lambda a, b, o, k: 1 / a,
                "1 / a",
                r"\frac{1}{a}",
                "l’inverse de l’opérande",
                "one over the operand",
            ),
        ),
    ),
    "sqrt": Rule(
        "√",
        Formula(
            lambda a, b, o, k: math.sqrt(a),
            "sqrt(a)",
            r"\sqrt{a}",
            "calcule la racine carrée de {a}",
            "computes the square root of {a}",
        ),
        (
            Formula(
                lambda a, b, o, k: 0.5 / o if o else math.inf,
                "1 / (2 * o)",
                r"\frac{1}{2 \times o}",
                "1 divisé par deux fois la racine",
                "one over twice the root",
            ),
        ),
    ),
    "sin": Rule(
        "sin",
        Formula(
            lambda a, b, o, k: math.sin(a),
            "sin(a)",
            r"\sin(a)",
            "calcule le sinus de {a}",
            "computes the sine of {a}",
        ),
        (
            Formula(
                lambda a, b, o, k: math.cos(a),
                "cos(a)",
                r"\cos(a)",
                "la dérivée du sinus est le cosinus",
                "the derivative of the sine is the cosine",
            ),
        ),
    ),
    "cos": Rule(
        "cos",
        Formula(
            lambda a, b, o, k: math.cos(a),
            "cos(a)",
            r"\cos(a)",
            "calcule le cosinus de {a}",
            "computes the cosine of {a}",
        ),
        (
            Formula(
                lambda a, b, o, k: -math.sin(a),
                "-sin(a)",
                r"-\sin(a)",
                "la dérivée du cosinus est l’opposé du sinus",
                "the derivative of the cosine is minus the sine",
            ),
        ),
    ),
    "abs": Rule(
        "|x|",
        Formula(
            lambda a, b, o, k: abs(a),
            "abs(a)",
            r"|a|",
            "prend la valeur absolue de {a}",
            "takes the absolute value of {a}",
        ),
        (
            Formula(
                lambda a, b, o, k: float((a > 0) - (a < 0)),
                "(a > 0) - (a < 0)",
                r"[a > 0] - [a < 0]",
                "le signe de l’opérande : 1, −1, ou 0 en zéro",
                "the sign of the operand: 1, −1, or 0 at zero",
            ),
        ),
    ),
    "max": Rule(
        "max",
        Formula(
            lambda a, b, o, k: a if a >= b or a != a else b,
            "max(a, b)",
            r"\max(a, b)",
            "garde le plus grand des deux nombres {a} et {b}",
            "keeps the larger of {a} and {b}",
        ),
        (
            Formula(
                lambda a, b, o, k: 0.5 if a == b else float(a > b or a != a),
                "(a > b) + (a == b) / 2",
                r"[a > b] + \frac{[a = b]}{2}",
                "1 pour l’opérande gardé, 0 pour l’autre, la moitié à chacun s’ils sont égaux",
                "1 for the operand that is kept, 0 for the other, half to each where they are equal",
            ),
            Formula(
                lambda a, b, o, k: 0.5 if a == b else float(not (a > b or a != a)),
                "(a < b) + (a == b) / 2",
                r"[a < b] + \frac{[a = b]}{2}",
                "1 pour l’opérande gardé, 0 pour l’autre, la moitié à chacun s’ils sont égaux",
                "1 for the operand that is kept, 0 for the other, half to each where they are equal",
            ),
        ),
    ),
    "min": Rule(
        "min",
        Formula(
            lambda a, b, o, k: a if a <= b or a != a else b,
            "min(a, b)",
            r"\min(a, b)",
            "garde le plus petit des deux nombres {a} et {b}",
            "keeps the smaller of {a} and {b}",
        ),
        (
            Formula(
                lambda a, b, o, k: 0.5 if a == b else float(a < b or a != a),
                "(a < b) + (a == b) / 2",
                r"[a < b] + \frac{[a = b]}{2}",
                "1 pour l’opérande gardé, 0 pour l’autre, la moitié à chacun s’ils sont égaux",
                "1 for the operand that is kept, 0 for the other, half to each where they are equal",
            ),
            Formula(
                lambda a, b, o, k: 0.5 if a == b else float(not (a < b or a != a)),
                "(a > b) + (a == b) / 2",
                r"[a > b] + \frac{[a = b]}{2}",
                "1 pour l’opérande gardé, 0 pour l’autre, la moitié à chacun s’ils sont égaux",
                "1 for the operand that is kept, 0 for the other, half to each where they are equal",
            ),
        ),
    ),
    "detach": Rule(
        "detach",
        Formula(
            lambda a, b, o, k: a,
            "a",
            "a",
            "reprend la valeur de {a} sans son gradient",
            "takes the value of {a} without its gradient",
        ),
        (
            Formula(
                lambda a, b, o, k: 0.0,
                "0",
                "0",
                "detach arrête le gradient : rien ne revient à l’opérande",
                "detach stops the gradient: nothing goes back to the operand",
            ),
        ),
    ),
    "tanh": Rule(
        "tanh",
        Formula(
            lambda a, b, o, k: math.tanh(a),
            "tanh(a)",
            r"\tanh(a)",
            "calcule la tangente hyperbolique de {a}",
            "computes the hyperbolic tangent of {a}",
        ),
        (
            Formula(
                lambda a, b, o, k: 4 * sigmoid(2 * a) * sigmoid(-2 * a),
                "1 - o ** 2",
                r"1 - o^{2}",
                "1 moins le carré du résultat",
                "1 minus the square of the result",
            ),
        ),
    ),
    "sigmoid": Rule(
        "σ",
        Formula(
            lambda a, b, o, k: sigmoid(a),
            "1 / (1 + exp(-a))",
            r"\frac{1}{1 + e^{-a}}",
            "applique la sigmoïde à {a}",
            "applies the sigmoid to {a}",
        ),
        (
            Formula(
                lambda a, b, o, k: sigmoid(a) * sigmoid(-a),
                "o * (1 - o)",
                r"o \times (1 - o)",
                "le résultat multiplié par (1 moins le résultat)",
                "the result times (1 minus the result)",
            ),
        ),
    ),
}

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
    for op in ("sigmoid", "tanh", "ReLU", "exp", "log", "sqrt", "abs", "sin", "cos"):
        try:
            value = RULES[op].value.number(before, 0.0, 0.0, 0.0)
        except (ValueError, OverflowError):
            continue
        if value != before and math.isclose(value, after, rel_tol=1e-9, abs_tol=1e-15):
            return op
    return None
