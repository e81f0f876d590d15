"""The explorer's explanation of one node, as text for the terminal."""

from __future__ import annotations

from typing import Any

from micrograd import language
from micrograd.draw import figures
from micrograd.draw.graph import refuse_other_than_value
from micrograd.draw.naming import parameters_of
from micrograd.draw.rules import RULES, Formula, function_applied, rule_of, sign_of
from micrograd.draw.samples import users_of
from micrograd.draw.scene import is_stale
from micrograd.draw.words import FUNCTIONS, say
from micrograd.engine import Value, topological_order
from micrograd.language import Language


def explain(
    node: Value,
    lang: str | None = None,
    *,
    root: Value | None = None,
    model: Any = None,
    learning_rate: float = 0.1,
) -> str:
    """Return in words and numbers how a node was computed and what its gradient is made of.

    In formulas ``a`` and ``b`` are the operands and ``o`` is the node.

    ``lang`` is ``"fr"`` or ``"en"`` (without it, the locale's). ``root`` is the result on which
    ``backward()`` was called: with it, the gradient is explained by the nodes that use this one. ``model``
    gives the parameters their names, and shows a step of gradient descent with ``learning_rate``.
    Raises ``TypeError`` for what is no ``Value``, ``ValueError`` for an unknown language and for a node that
    ``root`` does not depend on.
    """
    refuse_other_than_value(node)
    chosen = language.choose(lang)
    parameters = parameters_of(model)
    names = {value: value.label or full for value, full in parameters.items()}
    lines = [_heading(node, parameters, names, chosen), ""]
    lines += [say("forward", chosen), *_indented(_forward(node, parameters, names, chosen))]
    if node._operands:
        lines += ["", say("local", chosen), *_indented(_local(node, names, chosen))]
    lines += ["", say("backward", chosen), *_indented(_backward(node, root, names, chosen))]
    if node in parameters:
        lines += ["", say("step", chosen), *_indented(_descent(node, names, learning_rate, chosen))]
    notes = _notes(node, chosen)
    if notes:
        lines += ["", say("attention", chosen), *_indented(notes)]
    return "\n".join(lines)


def _indented(lines: list[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def _name(node: Value, names: dict[Value, str]) -> str:
    return names.get(node) or node.label or figures.write(node.data)


def _factor(number: float) -> str:
    text = figures.write(number)
    return f"({text})" if text.startswith("-") else text


def _heading(node: Value, parameters: dict[Value, str], names: dict[Value, str], lang: Language) -> str:
    role = "parameter" if node in parameters else "operation" if node._operands else "constant"
    if role == "constant" and node.label:
        role = "input"
    operation = f" {sign_of(node._op)}" if node._operands else ""
    data, grad = figures.write(node.data), figures.write(node.grad)
    title = names.get(node) or node.label or ""
    facts = f"{say('data', lang)} {data}, {say('grad', lang)} {grad}"
    return f"{f'{title} : ' if title else ''}{say(role, lang)}{operation} ({facts})"


def _filled(formula: str, node: Value, exponent: float) -> str:
    """Return the text of a formula with the numbers of a node in place of its letters."""
    operands = node._operands
    made = node.data if node._computed is None else node._computed
    numbers = {"a": operands[0].data, "b": operands[-1].data, "o": made}
    written = {letter: _factor(number) for letter, number in numbers.items()}
    written["k"] = f"{exponent:g}" if exponent >= 0 else f"({exponent:g})"
    return _replace_letters(formula, written)


def _replace_letters(formula: str, by: dict[str, str]) -> str:
    parts, word = [], ""
    for character in formula + "\0":
        if character.isalpha():
            word += character
        else:
            parts += [by.get(word, word), character]
            word = ""
    return "".join(parts)[:-1].replace("**", "^").replace("*", "×")


def _forward(node: Value, parameters: dict[Value, str], names: dict[Value, str], lang: Language) -> list[str]:
    name = _name(node, names)
    found = rule_of(node._op) if not node._is_custom else None
    made = node.data if node._computed is None else node._computed
    if not node._operands:
        if node in parameters:
            return [say("isParameter", lang, name=name)]
        return [say("isInput", lang, name=name) if node.label else say("isConstant", lang)]
    if found is None or not node._local_derivatives:
        operands = ", ".join(_name(operand, names) for operand in node._operands)
        return [f"{node._op}({operands}) = {figures.write(made)}"]
    key, exponent = found
    value = RULES[key].value
    a, b = _name(node._operands[0], names), _name(node._operands[-1], names)
    words = getattr(value, lang).replace("{k}", f"{exponent:g}")
    does = words.replace("{a}", "\0").replace("{b}", b).replace("\0", a)
    subject = node.label or ("Ce nœud" if lang == "fr" else "This node")
    return [
        say("does", lang, name=subject, does=does),
        f"{node.label or 'o'} = {_with_letters(value.text, exponent)} = "
        f"{_filled(value.text, node, exponent)} = {figures.write(made)}",
    ]


def _local(node: Value, names: dict[Value, str], lang: Language) -> list[str]:
    found = rule_of(node._op) if not node._is_custom else None
    if found is None or not node._local_derivatives:
        return [say("custom", lang)]
    key, exponent = found
    lines = []
    own = node.label or "o"
    rows = zip("ab", node._operands, RULES[key].derivatives, node._local_derivatives)
    for letter, operand, formula, number in rows:
        name = names.get(operand) or operand.label or letter
        shown = _with_numbers(formula, node, exponent)
        lines.append(f"∂{own}/∂{name} = {shown}{figures.write(number)}")
        a, b = _name(node._operands[0], names), _name(node._operands[-1], names)
        words = getattr(formula, lang).replace("{a}", "\0").replace("{b}", b).replace("\0", a)
        lines.append(f"    {words}")
    return lines


def _with_numbers(formula: Formula, node: Value, exponent: float) -> str:
    letters = _with_letters(formula.text, exponent)
    if formula.text == "1":
        return ""
    if len(formula.text) == 1:
        return f"{letters} = "
    return f"{letters} = {_filled(formula.text, node, exponent)} = "


def _with_letters(formula: str, exponent: float) -> str:
    return _replace_letters(formula, {"k": f"{exponent:g}" if exponent >= 0 else f"({exponent:g})"})


def _backward(node: Value, root: Value | None, names: dict[Value, str], lang: Language) -> list[str]:
    name = names.get(node) or node.label or "o"
    total = figures.write(node.grad)
    if node is root:
        return [say("isRoot", lang, name=name), f"∂L/∂{name} = {total}"]
    lines = [f"∂L/∂{name} = {total}"]
    if root is None:
        passed = [
            f"∂L/∂{_name(operand, names)} ← {_factor(slope)} × {_factor(node.grad)}"
            f" = {figures.write(slope * node.grad)}"
            for operand, slope in zip(node._operands, node._local_derivatives)
        ]
        if passed:
            lines += [f"{say('passesOn', lang)} :", *_indented(passed)]
        return [*lines, say("giveRoot", lang)]
    order = topological_order(root)
    users = users_of(order)
    if node not in users:
        raise ValueError("root does not depend on this node: pass the result on which backward() was called")
    parts = []
    for user in dict.fromkeys(users[node]):
        if not user._local_derivatives:
            parts.append(say("customPart", lang, user=user.label or user._op))
        for operand, slope in zip(user._operands, user._local_derivatives):
            if operand is node:
                parts.append(
                    f"{_factor(slope)} × {_factor(user.grad)}   [{sign_of(user._op)} → {_name(user, names)}]"
                )
    if len(parts) > 1:
        lines.append(say("manyUsers", lang, name=name, count=len(parts)))
    return [*lines, *(f"{'=' if k == 0 else '+'} {part}" for k, part in enumerate(parts))]


def _descent(node: Value, names: dict[Value, str], rate: float, lang: Language) -> list[str]:
    name, grad = names[node], node.grad
    if grad != grad or grad in (float("inf"), float("-inf")):
        return [say("stepBroken", lang)]
    key = "stepDown" if grad > 0 else "stepUp" if grad < 0 else "stepNone"
    return [
        say(key, lang, name=name),
        f"{name} ← {_factor(node.data)} − {rate:g} × {_factor(grad)}"
        f" = {figures.write(node.data - rate * grad)}",
        say("stepEffect", lang, number=figures.write(-rate * grad * grad)),
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
