"""The one table of operations: their names, values and derivatives, from which everything else is derived.

The engine computes with its own methods, where value and derivative stand side by side; the tests compare them with
this table. Derived from it are the compiler's codes, NumPy's machine, the list of functions that the C kernels are
built from (``kernels/operations.h``, written by ``setup.py``) and the formulas that drawings show.

CONTRIBUTING.md says what else belongs to a new operation.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

# How the kernels know the derivative of a function of one operand.
WITH_RESULT = "with result"  # computed together with the result, and kept
FROM_OPERAND = "operand"  # computed when it is needed
FROM_RESULT = "result"
NOTHING = "nothing"  # no gradient passes

# A value: f(m, a, b), and a derivative: f(m, a, b, o), from the operands and the result o. Of one operand, b is 0, or
# the fixed exponent of "**k". ``m`` is where exp and the like are found: numpy for arrays, NUMBERS for numbers.
Function = Callable[..., Any]


@dataclass(frozen=True)
class Operation:
    """One operation of the engine.

    ``name`` is ``Value._op``, and the key for the words that explain it; ``sign`` is what a picture shows. ``text`` and
    ``latex`` are the formulas of the value and of its derivatives by each operand, in a, b, o (the result) and k (a
    fixed exponent); the text is an expression of Python. ``slope`` says from what the kernels compute the derivative,
    ``reads`` what each derivative of a binary operation needs. ``leaves`` tells whether there are finite operands for
    which the engine raises: outside of the domain, or where the result overflows.
    """

    name: str
    sign: str
    kernel: str
    value: Function
    derivatives: tuple[Function, ...]
    text: tuple[str, ...]
    latex: tuple[str, ...]
    slope: str = WITH_RESULT
    reads: tuple[str, ...] = ()
    leaves: bool = False

    @property
    def arity(self) -> int:
        """How many operands it has."""
        return len(self.derivatives)


class NUMBERS:
    """For numbers, what NumPy has under the same names for arrays."""

    exp, log, log1p, sqrt, sin, cos, tanh = (
        math.exp,
        math.log,
        math.log1p,
        math.sqrt,
        math.sin,
        math.cos,
        math.tanh,
    )
    abs = abs
    power = pow

    @staticmethod
    def where(condition: bool, yes: float, no: float) -> float:
        """Return one or the other."""
        return yes if condition else no

    @staticmethod
    def sign(x: float) -> float:
        """Return 1, -1 or 0."""
        return float((x > 0) - (x < 0))


def _logistic(m: Any, x: Any) -> Any:
    e = m.exp(-m.abs(x))  # of a negative number: nothing overflows
    return m.where(x >= 0, 1.0, e) / (1.0 + e)


def _logistic_slope(m: Any, x: Any) -> Any:
    e = m.exp(-m.abs(x))  # s(x) * (1 - s(x)) would lose its digits where s(x) is close to 1
    return e / ((1.0 + e) * (1.0 + e))


def _share(m: Any, first_is_taken: Any, tie: Any) -> Any:
    return m.where(tie, 0.5, m.where(first_is_taken, 1.0, 0.0))


_ALL = [
    Operation(
        "+",
        "+",
        "",
        lambda m, a, b: a + b,
        (lambda m, a, b, o: 1.0, lambda m, a, b, o: 1.0),
        ("a + b", "1", "1"),
        ("a + b", "1", "1"),
    ),
    Operation(
        "*",
        "×",
        "",
        lambda m, a, b: a * b,
        (lambda m, a, b, o: b, lambda m, a, b, o: a),
        ("a * b", "b", "a"),
        (r"a \times b", "b", "a"),
    ),
    Operation(
        "**",
        "xʸ",
        "power",
        lambda m, a, b: m.power(a, b),
        (
            lambda m, a, b, o: m.where(b == 0, 0.0, b * m.power(a, b - 1.0)),
            lambda m, a, b, o: m.where(a == 0, 0.0, o * m.log(m.where(a == 0, 1.0, a))),
        ),
        ("a ** b", "b * a ** (b - 1)", "o * log(a)"),
        ("a^{b}", r"b \times a^{b - 1}", r"o \times \ln(a)"),
        reads=("ab", "ao"),
        leaves=True,
    ),
    Operation(
        "max",
        "max",
        "maximum",
        lambda m, a, b: m.where((a >= b) | (a != a), a, b),
        (lambda m, a, b, o: _share(m, a > b, a == b), lambda m, a, b, o: _share(m, b > a, a == b)),
        ("max(a, b)", "(a > b) + (a == b) / 2", "(b > a) + (a == b) / 2"),
        (r"\max(a, b)", r"[a > b] + \frac{[a = b]}{2}", r"[b > a] + \frac{[a = b]}{2}"),
        reads=("ab", "ab"),
    ),
    Operation(
        "min",
        "min",
        "minimum",
        lambda m, a, b: m.where((a <= b) | (a != a), a, b),
        (lambda m, a, b, o: _share(m, a < b, a == b), lambda m, a, b, o: _share(m, b < a, a == b)),
        ("min(a, b)", "(a < b) + (a == b) / 2", "(b < a) + (a == b) / 2"),
        (r"\min(a, b)", r"[a < b] + \frac{[a = b]}{2}", r"[b < a] + \frac{[a = b]}{2}"),
        reads=("ab", "ab"),
    ),
    Operation(
        "**k",
        "xᵏ",
        "constant_power",
        lambda m, a, k: m.power(a, k),
        (lambda m, a, k, o: k * m.power(a, k - 1.0),),
        ("a ** k", "k * a ** (k - 1)"),
        ("a^{k}", r"k \times a^{k - 1}"),
        FROM_OPERAND,
        leaves=True,
    ),
    Operation(
        "ReLU",
        "ReLU",
        "relu",
        lambda m, a, b: m.where(a < 0, 0.0, a),
        (lambda m, a, b, o: m.where(o > 0, 1.0, 0.0),),
        ("max(0, a)", "a > 0"),
        (r"\max(0, a)", "[a > 0]"),
        FROM_RESULT,
    ),
    Operation(
        "exp",
        "exp",
        "exp",
        lambda m, a, b: m.exp(a),
        (lambda m, a, b, o: o,),
        ("exp(a)", "o"),
        ("e^{a}", "o"),
        FROM_RESULT,
        leaves=True,
    ),
    Operation(
        "log",
        "ln",
        "log",
        lambda m, a, b: m.log(a),
        (lambda m, a, b, o: 1.0 / a,),
        ("log(a)", "1 / a"),
        (r"\ln(a)", r"\frac{1}{a}"),
        FROM_OPERAND,
        leaves=True,
    ),
    Operation(
        "sqrt",
        "√",
        "sqrt",
        lambda m, a, b: m.sqrt(a),
        (lambda m, a, b, o: 0.5 / o,),
        ("sqrt(a)", "1 / (2 * o)"),
        (r"\sqrt{a}", r"\frac{1}{2 \times o}"),
        FROM_RESULT,
        leaves=True,
    ),
    Operation(
        "sin",
        "sin",
        "sin",
        lambda m, a, b: m.sin(a),
        (lambda m, a, b, o: m.cos(a),),
        ("sin(a)", "cos(a)"),
        (r"\sin(a)", r"\cos(a)"),
        FROM_OPERAND,
        leaves=True,
    ),
    Operation(
        "cos",
        "cos",
        "cos",
        lambda m, a, b: m.cos(a),
        (lambda m, a, b, o: -m.sin(a),),
        ("cos(a)", "-sin(a)"),
        (r"\cos(a)", r"-\sin(a)"),
        FROM_OPERAND,
        leaves=True,
    ),
    Operation(
        "abs",
        "|x|",
        "abs",
        lambda m, a, b: m.abs(a),
        (lambda m, a, b, o: m.sign(a),),
        ("abs(a)", "(a > 0) - (a < 0)"),
        ("|a|", "[a > 0] - [a < 0]"),
        FROM_OPERAND,
    ),
    Operation(
        "tanh",
        "tanh",
        "tanh",
        lambda m, a, b: m.tanh(a),
        (lambda m, a, b, o: 4.0 * _logistic_slope(m, 2.0 * a),),
        ("tanh(a)", "1 - o ** 2"),
        (r"\tanh(a)", "1 - o^{2}"),
    ),
    Operation(
        "sigmoid",
        "σ",
        "sigmoid",
        lambda m, a, b: _logistic(m, a),
        (lambda m, a, b, o: _logistic_slope(m, a),),
        ("1 / (1 + exp(-a))", "o * (1 - o)"),
        (r"\frac{1}{1 + e^{-a}}", r"o \times (1 - o)"),
    ),
    Operation(
        "softplus",
        "softplus",
        "softplus",
        # Beside the larger of x and 0 stands the exponential of a negative number: nothing overflows.
        lambda m, a, b: m.where(a > 0, a, 0.0 * a) + m.log1p(m.exp(-m.abs(a))),
        (lambda m, a, b, o: _logistic(m, a),),
        ("log(1 + exp(a))", "1 / (1 + exp(-a))"),
        (r"\ln(1 + e^{a})", r"\frac{1}{1 + e^{-a}}"),
    ),
    Operation(
        "detach",
        "detach",
        "detach",
        lambda m, a, b: a,
        (lambda m, a, b, o: 0.0,),
        ("a", "0"),
        ("a", "0"),
        NOTHING,
    ),
]

OPERATIONS: dict[str, Operation] = {operation.name: operation for operation in _ALL}

# The functions of one operand, a fixed exponent included, and those of two that are no sum and no product; their places
# in these lists are the codes that instructions carry (a function's is one more: 0 is no function).
FUNCTIONS: tuple[Operation, ...] = tuple(o for o in _ALL if o.kernel and o.arity == 1)
BINARY: tuple[Operation, ...] = tuple(o for o in _ALL if o.kernel and o.arity == 2)
# How a user writes them: as methods of a Value, but for powers and abs.
METHODS: tuple[str, ...] = tuple(
    o.kernel for o in (*FUNCTIONS, *BINARY) if o.kernel not in ("constant_power", "power", "abs")
)
# Activations whose derivative is kept: from the result alone, as 1 - o*o, it would lose its digits near 1.
SMOOTH: tuple[str, ...] = tuple(o.name for o in FUNCTIONS if o.slope == WITH_RESULT)
KINKS: tuple[str, ...] = ("ReLU", "abs", "max", "min")


def c_header() -> str:
    """Return the text of ``kernels/operations.h``."""

    def listed(name: str, operations: tuple[Operation, ...] | list[Operation]) -> str:
        lines = "".join(f" \\\n    F({o.kernel}, {int(o.leaves)})" for o in operations)
        return f"#define {name}(F){lines}\n"

    kinds = {
        "SMOOTH_FUNCTIONS": WITH_RESULT,
        "FUNCTIONS_BY_OPERAND": FROM_OPERAND,
        "FUNCTIONS_BY_RESULT": FROM_RESULT,
    }
    parts = [
        "/* Written by setup.py from operations.py; change that. F(name, whether it can leave its domain) */\n",
        listed("FUNCTIONS", FUNCTIONS),
        # A power with a fixed exponent is computed in ways of its own, and so is what passes no gradient.
        *(
            listed(name, [o for o in FUNCTIONS if o.slope == kind and o.kernel != "constant_power"])
            for name, kind in kinds.items()
        ),
        listed("BINARY_FUNCTIONS", BINARY),
    ]
    return "\n".join(parts)
