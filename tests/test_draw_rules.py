"""The table of rules: number, text, LaTeX and MathML of every operation, against finite differences."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ElementTree
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from micrograd.draw.html import mathml
from micrograd.draw.rules import RULES, function_applied, rule_of, sign_of
from micrograd.engine import Value
from micrograd.operations import BINARY, FUNCTIONS, METHODS, OPERATIONS

latex2mathml = pytest.importorskip("latex2mathml.converter")


def called(method: str, a: Value, b: Value) -> Value:
    """Call a method of one operand, or of two."""
    return getattr(a, method)(*([b] if method in {o.kernel for o in BINARY} else []))


MAKE = {
    "+": lambda a, b: a + b,
    "*": lambda a, b: a * b,
    "**": lambda a, b: a**b,
    "**k": lambda a, b: a**3,
    "abs": lambda a, b: abs(a),
    **{o.name: partial(called, o.kernel) for o in (*FUNCTIONS, *BINARY) if o.kernel in METHODS},
}
POSITIVE = {"**", "log", "sqrt"}
WORDS = {name: getattr(math, name) for name in ("exp", "log", "sqrt", "sin", "cos", "tanh")}


def operands(op: str, a: float, b: float) -> tuple[float, float]:
    # Away from the kinks of ReLU, abs, max and min, where finite differences mean nothing.
    a = abs(a) + 0.05 if op in POSITIVE or abs(a) < 0.05 else a
    b = b + 0.2 if abs(a - b) < 0.1 else b
    return a, b


def evaluate(text: str, a: float, b: float, o: float, k: float) -> float:
    names = {**WORDS, "max": max, "min": min, "abs": abs, "a": a, "b": b, "o": o, "k": k}
    return float(eval(text, {"__builtins__": {}}, names))


def evaluate_mathml(source: str, a: float, b: float, o: float, k: float) -> float:
    """Evaluate typeset mathematics the way a reader does."""
    letters = {"a": a, "b": b, "o": o, "k": k, "e": math.e}

    def code(element: ElementTree.Element) -> str:
        tag, parts = element.tag.rpartition("}")[2], list(element)
        if tag in ("math", "mrow", "mstyle"):
            return row(parts)
        if tag == "mfrac":
            return f"(({code(parts[0])})/({code(parts[1])}))"
        if tag == "msup":
            return f"(({code(parts[0])})**({code(parts[1])}))"
        if tag == "msqrt":
            return f"sqrt({row(parts)})"
        text = (element.text or "").strip()
        signs = {
            "×": "*",
            "−": "-",
            "≥": ">=",
            "≤": "<=",
            "=": "==",
            "\u2061": "",
            "[": "(",
            "]": ")",
            "ln": "log",
        }
        return f"({letters[text]!r})" if text in letters else signs.get(text, text)

    def row(parts: list[ElementTree.Element]) -> str:
        text = "".join(code(part) for part in parts)
        if text.startswith("|"):
            text = f"abs({text[1:-1]})"
        return text.replace("if", "")

    tree = ElementTree.fromstring(source)
    return float(eval(code(tree), {"__builtins__": {}}, {**WORDS, "max": max, "min": min, "abs": abs}))


def test_every_operation_of_the_engine_has_a_rule() -> None:
    assert set(MAKE) == set(RULES) == set(OPERATIONS)
    for op, make in MAKE.items():
        node = make(Value(1.3), Value(0.7))
        found = rule_of(node._op)
        assert found is not None
        assert found[0] == op
        assert len(RULES[op].derivatives) == len(node._operands)


@pytest.mark.parametrize("op", sorted(RULES))
@settings(max_examples=30, deadline=None)
@given(a=st.floats(-3, 3), b=st.floats(-2, 2))
def test_rules_agree_with_the_engine_and_with_finite_differences(op: str, a: float, b: float) -> None:
    a, b = operands(op, a, b)
    node = MAKE[op](Value(a), Value(b))
    rule, (_, k) = RULES[op], rule_of(node._op)  # type: ignore[misc]
    o = node.data
    close = {"rel_tol": 1e-9, "abs_tol": 1e-12}
    assert math.isclose(rule.value.number(a, b, o, k), o, **close)
    h = 1e-5
    for use, formula in enumerate(rule.derivatives):
        number = formula.number(a, b, o, k)
        assert math.isclose(number, node._local_derivatives[use], **close)
        up = MAKE[op](Value(a + h * (use == 0)), Value(b + h * (use == 1))).data
        down = MAKE[op](Value(a - h * (use == 0)), Value(b - h * (use == 1))).data
        if op != "detach":  # whose operand moves the value, and gets no gradient all the same
            assert math.isclose(number, (up - down) / (2 * h), rel_tol=1e-4, abs_tol=1e-5)
    for formula in (rule.value, *rule.derivatives):
        number = formula.number(a, b, o, k)
        assert math.isclose(evaluate(formula.text, a, b, o, k), number, **close)
        assert math.isclose(evaluate_mathml(mathml()[formula.latex], a, b, o, k), number, **close)


def test_the_formulas_that_lie_ready_are_those_of_the_rules() -> None:
    told = [formula.latex for rule in RULES.values() for formula in (rule.value, *rule.derivatives)]
    made = {latex: latex2mathml.convert(latex) for latex in told}
    assert mathml() == made, "make ready writes them anew"


@pytest.mark.parametrize("op", sorted(RULES))
def test_every_rule_is_said_in_both_languages(op: str) -> None:
    for formula in (RULES[op].value, *RULES[op].derivatives):
        assert formula.fr
        assert formula.en
        assert formula.fr != formula.en
    assert "{a}" in RULES[op].value.fr
    assert "{a}" in RULES[op].value.en


def test_names_of_operations() -> None:
    assert rule_of("**2") == ("**k", 2.0)
    assert rule_of("**-0.5") == ("**k", -0.5)
    assert rule_of("my own") is None
    assert rule_of("**k") is None
    assert sign_of("**2") == "x²"
    assert sign_of("**-1") == "x⁻¹"
    assert sign_of("my own") == "my own"


def test_a_function_written_over_a_value_is_recognised() -> None:
    assert function_applied(-0.49, 1 / (1 + math.exp(0.49))) == "sigmoid"
    assert function_applied(0.3, math.tanh(0.3)) == "tanh"
    assert function_applied(-2.0, 0.0) == "ReLU"
    assert function_applied(2.0, 5.0) is None
