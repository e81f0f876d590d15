"""The explorer's explanation of one node, as text for the terminal."""

from __future__ import annotations

import math
import re
from typing import Any

from micrograd import language
from micrograd.draw import figures
from micrograd.draw.graph import refuse_other_than_value
from micrograd.draw.rules import RULES, Formula, function_applied, rule_of, sign_of
from micrograd.draw.samples import users_of
from micrograd.draw.scene import is_stale
from micrograd.draw.symbols import Symbols
from micrograd.draw.words import FUNCTIONS, say
from micrograd.engine import Value, topological_order
from micrograd.language import Language

# A weight has a contribution from each sample of a batch.
_MOST_PARTS = 12


def explain(
    node: Value,
    lang: str | None = None,
    *,
    root: Value | None = None,
    model: Any = None,
    learning_rate: float = 0.1,
) -> str:
    """Return in words and numbers how a node was computed and what its gradient is made of.

    ``lang`` is ``"fr"`` or ``"en"`` (without it, the locale's). ``root`` is the result on which
    ``backward()`` was called: with it, nodes have the names that they have in the explorer, and the gradient
    is explained by the nodes that use this one. Without it, ``o`` stands for a node without a name, ``a`` and
    ``b`` for its operands. ``model`` gives the parameters their names, and shows a step of gradient descent
    with ``learning_rate``.

    Raises ``TypeError`` for what is no ``Value``, ``ValueError`` for an unknown language and for a node that
    ``root`` does not depend on.
    """
    refuse_other_than_value(node)
    chosen = language.choose(lang)
    symbols = Symbols(node, root, model)
    lines = [_heading(node, symbols, chosen), ""]
    lines += [say("forward", chosen), *_indented(_forward(node, symbols, chosen))]
    if node._operands:
        lines += ["", say("local", chosen), *_indented(_local(node, symbols, chosen))]
    lines += ["", say("backward", chosen), *_indented(_backward(node, root, symbols, chosen))]
    if symbols.is_parameter(node):
        lines += ["", say("step", chosen), *_indented(_descent(node, symbols, learning_rate, chosen))]
    notes = _notes(node, chosen)
    if notes:
        lines += ["", say("attention", chosen), *_indented(notes)]
    return "\n".join(lines)


def _indented(lines: list[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def _factor(text: str) -> str:
    return f"({text})" if text.startswith("-") else text


def _heading(node: Value, symbols: Symbols, lang: Language) -> str:
    operation = f" {sign_of(node._op)}" if node._operands else ""
    name, full = symbols.given(node), symbols.full_name(node)
    title = f"{name} ({full})" if full and full != name else name
    colon = " : " if lang == "fr" else ": "
    facts = f"{say('data', lang)} {figures.write(node.data)}, {say('grad', lang)} {figures.write(node.grad)}"
    return f"{title}{colon if title else ''}{say(symbols.role(node), lang)}{operation} ({facts})"


def _with_symbols(formula: str, by: dict[str, str]) -> str:
    """Return the text of a formula with something in place of its letters a, b, o and k."""

    def put(found: re.Match[str]) -> str:
        text = by.get(found.group(), found.group())
        before, after = formula[: found.start()].rstrip()[-1:], formula[found.end() :].lstrip()
        # A negative number needs brackets after a sign of calculation, and below an exponent.
        return _factor(text) if before in {"+", "-", "−", "×", "/", "^"} or after.startswith("^") else text

    # The signs first: a name may contain one of them.
    for python, sign in (
        ("**", "^"),
        ("*", "×"),
        (" - ", " − "),
        ("==", "="),
        (">=", "≥"),
        ("<=", "≤"),
        ("log(", "ln("),
    ):
        formula = formula.replace(python, sign)
    return re.sub(r"\b[abok]\b", put, formula)


def _letters(node: Value, symbols: Symbols, exponent: float) -> dict[str, str]:
    a, b = symbols.of(node._operands[0]), symbols.of(node._operands[-1])
    return {"a": a, "b": b, "o": symbols.of(node), "k": f"{exponent:g}"}


def _numbers(node: Value, exponent: float) -> dict[str, str]:
    made = node.data if node._computed is None else node._computed
    numbers = {"a": node._operands[0].data, "b": node._operands[-1].data, "o": made}
    return {**{letter: figures.write(number) for letter, number in numbers.items()}, "k": f"{exponent:g}"}


def _in_words(formula: Formula, by: dict[str, str], lang: Language) -> str:
    return re.sub(r"\{(\w)\}", lambda found: by[found.group(1)], getattr(formula, lang))


def _forward(node: Value, symbols: Symbols, lang: Language) -> list[str]:
    name = symbols.of(node)
    if not node._operands:
        key = {"parameter": "isParameter", "input": "isInput"}.get(symbols.role(node), "isConstant")
        return [say(key, lang, name=name)]
    found = rule_of(node._op) if not node._is_custom else None
    made = figures.write(node.data if node._computed is None else node._computed)
    if found is None or not node._local_derivatives:
        return [f"{name} = {node._op}({', '.join(map(symbols.of, node._operands))}) = {made}"]
    key, exponent = found
    value, letters = RULES[key].value, _letters(node, symbols, exponent)
    subject = symbols.given(node) or ("Ce nœud" if lang == "fr" else "This node")
    equation = (name, _with_symbols(value.text, letters), _with_symbols(value.text, _numbers(node, exponent)))
    return [
        say("does", lang, name=subject, does=_in_words(value, letters, lang)),
        f"{' = '.join(equation)} = {made}",
    ]


def _local(node: Value, symbols: Symbols, lang: Language) -> list[str]:
    found = rule_of(node._op) if not node._is_custom else None
    if found is None or not node._local_derivatives:
        return [say("custom", lang)]
    key, exponent = found
    letters, numbers = _letters(node, symbols, exponent), _numbers(node, exponent)
    lines = []
    for operand, formula, number in zip(node._operands, RULES[key].derivatives, node._local_derivatives):
        steps = [f"∂{symbols.of(node)}/∂{symbols.of(operand)}"]
        if formula.text != "1":
            steps.append(_with_symbols(formula.text, letters))
        if len(formula.text) > 1:
            steps.append(_with_symbols(formula.text, numbers))
        lines.append(" = ".join([*steps, figures.slope(number)]))
        lines.append(f"    {_in_words(formula, letters, lang)}")
    return lines


def _backward(node: Value, root: Value | None, symbols: Symbols, lang: Language) -> list[str]:
    name, result = symbols.of(node), symbols.root
    total = f"∂{result}/∂{name} = {figures.write(node.grad)}"
    if node is root:
        return [say("isRoot", lang, name=name), total]
    if root is None:
        passed = [
            f"∂{result}/∂{symbols.of(operand)} ← {figures.slope(slope)} × {_factor(figures.write(node.grad))}"
            f" = {figures.write(slope * node.grad)}"
            for operand, slope in zip(node._operands, node._local_derivatives)
        ]
        if passed:
            passed = [say("passesOn", lang) + (" :" if lang == "fr" else ":"), *_indented(passed)]
        return [total, *passed, say("giveRoot", lang)]
    users = users_of(topological_order(root))
    if node not in users:
        raise ValueError("root does not depend on this node: pass the result on which backward() was called")
    return [total, *_parts(node, users[node], symbols, lang)]


def _parts(node: Value, users: list[Value], symbols: Symbols, lang: Language) -> list[str]:
    """Return what each use of a node adds to its gradient, a line each."""
    known: list[tuple[str, str, float]] = []
    by_hand = []
    for user in dict.fromkeys(users):
        if not user._local_derivatives:
            by_hand.append(say("customPart", lang, user=symbols.given(user) or user._op))
        for operand, slope in zip(user._operands, user._local_derivatives):
            if operand is node:
                second = f"× {_factor(figures.write(user.grad))}   [{sign_of(user._op)} → {symbols.of(user)}]"
                known.append((figures.slope(slope), f" {second}", slope * user.grad))
    lines = [(first, second) for first, second, _ in known[:_MOST_PARTS]]
    if len(known) > _MOST_PARTS:
        rest = math.fsum(number for *_, number in known[_MOST_PARTS:])
        more = say("moreParts", lang, count=len(known) - _MOST_PARTS)
        lines.append((figures.write(rest), f"   [{more}]"))
    if by_hand:
        rest = node.grad - math.fsum(number for *_, number in known)
        lines.append((figures.write(rest), f"   [{', '.join(by_hand)}]"))
    uses = len(known) + len(by_hand)
    heading = [say("manyUsers", lang, name=symbols.of(node), count=uses)] if uses > 1 else []
    return heading + [f"+ {_factor(a)}{b}" if k else f"= {a}{b}" for k, (a, b) in enumerate(lines)]


def _descent(node: Value, symbols: Symbols, rate: float, lang: Language) -> list[str]:
    name, root, grad = symbols.of(node), symbols.root, node.grad
    if not math.isfinite(grad):
        return [say("stepBroken", lang)]
    key = "stepDown" if grad > 0 else "stepUp" if grad < 0 else "stepNone"
    return [
        say(key, lang, name=name, root=root),
        f"{name} ← {figures.write(node.data)} − {rate:g} × {_factor(figures.write(grad))}"
        f" = {figures.write(node.data - rate * grad)}",
        say("stepEffect", lang, root=root, number=figures.write(-rate * grad * grad)),
    ]


def _notes(node: Value, lang: Language) -> list[str]:
    notes = []
    if node._computed is not None:
        before, after = figures.write(node._computed), figures.write(node.data)
        notes.append(say("overwritten", lang, before=before, after=after))
        op = function_applied(node._computed, node.data)
        if op is None:
            notes.append(say("overwrittenUnknown", lang))
        else:
            slope = RULES[op].derivatives[0].number(node._computed, 0.0, node.data, 0.0)
            function, call = FUNCTIONS[op][lang], "abs(x)" if op == "abs" else f"x.{op.lower()}()"
            written = figures.write(slope)
            right, wrong = figures.write(node.grad * slope), figures.write(node.grad)
            notes.append(say("overwrittenBy", lang, function=function, before=before, slope=written))
            notes.append(say("overwrittenFix", lang, right=right, wrong=wrong, call=call))
    if node.data - node.data != 0 or node.grad - node.grad != 0:
        notes.append(say("notFinite", lang))
    elif is_stale(node):
        notes.append(say("stale", lang))
    if node._op == "ReLU" and node._local_derivatives == (0.0,):
        notes.append(say("reluClosed", lang))
    if node._op == "*" and any(not operand._operands and operand.data == -1 for operand in node._operands):
        notes.append(say("negation", lang))
    if node._op == "**-1":
        notes.append(say("reciprocal", lang))
    return notes
