"""What there is to say about a node, as data: sentences and equations that refer to numbers without holding them.

``tell`` knows a node's place in the graph (its ``Shape``) and no number at all. What depends on a number stands
beside the condition on it, and ``choosing.py`` (in a page ``choosing.js``) makes the choice, as often as the
numbers change. The terminal and the page only write down what was chosen. Everything is plain JSON:

* A place is the way to a node from the one that is told: ``""`` itself, ``"o0"`` its first operand, ``"u2"`` what
  uses it third, ``"o0.o1"`` the second operand of the first; ``"root"``; and the ends of the trails in
  ``trails.py``: ``"cause"``, ``"origin"``, ``"source"``.
* A number is a number, or ``[kind, place]`` with the kinds ``data``, ``computed``, ``grad``, ``ignored``,
  ``elsewhere``; ``["slope", use]`` (of the node by an operand); ``["through", k]`` (of its k-th user by the node);
  ``["passed", k]``, what its users pass on to it from the k-th on, and ``["passedSize"]``, the size of what is added
  in that sum; ``["trail", what, k]``; ``["+" | "-" | "*", a, b]``.
* A condition is ``["=" | "<" | ">", a, b]``, ``["finite", a]``, ``["nan", a]``, ``["known", a]`` (not every local
  derivative is), ``["unequal", a, b, size]`` (by more than rounding), ``["hasLine", place]``, ``["not", c]``,
  ``["all", ...]``, ``["any", ...]``.
* A part is ``["say" | "note", key of words, fillings]``, ``["words", rule, derivative, places]``,
  ``["equation", left, lines]``, ``["sum", left, in symbols, lines, total]``, ``["rate"]`` (the learning rate, where it
  can be changed); or ``["if", condition, parts, other parts]``, which may stand in a line of terms as well.
* A term is a sign, ``["name", place]``, ``["number" | "slope", number, place it leads to]``, ``["d", above, below]``,
  ``["gradOf", place]``, ``["formula", rule, derivative, "names" | "numbers", exponent]``, ``["call", name, places]``,
  ``["under", number, key of words, fillings]``, ``["by", place]`` (for whoever cannot follow a number), ``["rate"]``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from micrograd.draw.rules import RULES, Formula

Data = list[Any]

SELF = ""


@dataclass(frozen=True)
class Shape:
    """A node's place in its graph: all that an explanation depends on, except for numbers.

    ``users`` counts the uses of the node, ``by_hand`` are those whose derivative nobody knows; ``others`` are the
    uses beyond, as ``(key of words, how many)``. ``opposites`` are the operands that may make an addition a
    subtraction: ``(place, "product")`` for ``(-1) * x`` with the place of the -1, ``(place, "constant")``.
    ``is_root`` and ``knows_root`` tell whether it is the result, and whether the result is known.
    """

    role: str
    op: str = ""
    rule: str | None = None
    exponent: float = 0.0
    is_named: bool = True
    is_root: bool = False
    knows_root: bool = True
    is_custom: bool = False
    operands: int = 0
    leaves: tuple[int, ...] = ()
    opposites: tuple[tuple[str, str], ...] = ()
    hidden_operands: int = 0
    terms: int = 0
    copies: int = 0
    users: int = 0
    by_hand: tuple[int, ...] = ()
    others: tuple[tuple[str, int], ...] = ()
    keeps_elsewhere: bool = False
    is_overwritten: bool = False
    applied: str | None = None
    is_stale: bool = False


def tell(shape: Shape, most_parts: int) -> Data:
    """Return the sections of an explanation: ``[[key of its title, parts], ...]``.

    Of a node that many others use, the first ``most_parts`` are told one by one.
    """
    sections = [["attention", _attention(shape)], ["forward", _forward(shape)]]
    if shape.operands:
        sections.append(["local", _local(shape)])
    sections.append(["backward", _backward(shape, most_parts)])
    if shape.role == "parameter":
        sections.append(["step", _step(shape)])
    return sections


# Building blocks


def _say(key: str, kind: str = "say", **fillings: Any) -> Data:
    return [kind, key, fillings]


def _if(condition: Data, then: Data, otherwise: Data | None = None) -> Data:
    return ["if", condition, then, otherwise or []]


def _name(place: str = SELF) -> Data:
    return ["name", place]


def _data(place: str = SELF) -> Data:
    return ["data", place]


def _grad(place: str = SELF) -> Data:
    return ["grad", place]


def _number(number: Any, leads_to: str | None = None) -> Data:
    return ["number", number, leads_to]


def _slope(number: Any, leads_to: str | None = None) -> Data:
    return ["slope", number, leads_to]


def _joined(sign: str, pieces: list[Data]) -> Data:
    joined: Data = []
    for piece in pieces:
        joined += [sign, piece] if joined else [piece]
    return joined


def _operands(shape: Shape) -> list[str]:
    return [f"o{k}" for k in range(shape.operands)]


def _exponent(shape: Shape) -> str:
    # As text: JSON has no word for an exponent that is not finite.
    exponent = shape.exponent
    return str(int(exponent)) if exponent.is_integer() and abs(exponent) < 1e15 else repr(exponent)


def _derivative(above: str, below: str, is_one: Data) -> Data:
    # Where a gradient holds more than the derivative, or nothing yet, an equation of derivatives would be false.
    return [_if(is_one, [["d", above, below]], [["gradOf", below]])]


# The parts


def _forward(shape: Shape) -> Data:
    left = [_name()]
    if shape.terms:
        return [
            _say("isSum", name=_name(), count=shape.terms, sample=["sample"]),
            [
                "equation",
                left,
                [
                    ["=", *_joined("+", [_name(place) for place in _operands(shape)]), "+", "⋯"],
                    _sum_of_batch(shape),
                ],
            ],
        ]
    if not shape.operands:
        key = {"parameter": "isParameter", "input": "isInput"}.get(shape.role, "isConstant")
        parts = [_say(key, name=_name())]
        if shape.copies:
            parts.append(_say("copies", count=shape.copies))
        return [*parts, ["equation", left, [["=", _number(_data())]]]] if shape.is_named else parts
    made = ["=", _number(["computed", SELF])]
    if shape.rule is None or shape.is_custom or shape.hidden_operands:
        return [["equation", left, [["=", ["call", shape.op, _operands(shape)], *made]]]]
    formula = [["=", ["formula", shape.rule, -1, how, _exponent(shape)]] for how in ("names", "numbers")]
    return [
        _say("does", name=_name(), does=["rule", shape.rule, -1, _exponent(shape)]),
        ["equation", left, [formula[0], [*formula[1], *made]]],
    ]


def _sum_of_batch(shape: Shape) -> Data:
    shown: Any = 0
    for place in _operands(shape):
        shown = ["+", shown, _data(place)]
    terms = _joined("+", [_number(_data(place), place) for place in _operands(shape)])
    rest = ["under", ["-", _data(), shown], "otherTerms", {}]
    return ["=", *terms, "+", rest, "=", _number(_data())]


def _local(shape: Shape) -> Data:
    if shape.is_custom:
        return [_say("custom")]
    parts: Data = []
    for use, place in enumerate(_operands(shape)):
        formula = None
        if shape.rule is not None and not shape.terms and not shape.hidden_operands:
            formula = RULES[shape.rule].derivatives[use]
        steps: Data = []
        if formula is not None and re.search(r"\b[abok]\b", formula.text):
            steps += ["=", ["formula", shape.rule, use, "names", _exponent(shape)]]
            if len(formula.text) > 1:
                steps += ["=", ["formula", shape.rule, use, "numbers", _exponent(shape)]]
        number = _slope(["slope", use], _where_from(shape, formula))
        parts.append(["equation", [["d", SELF, place]], [[*steps, "=", number]]])
        if formula is not None:
            parts.append(["words", shape.rule, use, _exponent(shape)])
    return parts


def _where_from(shape: Shape, formula: Formula | None) -> str | None:
    """Return the place of the operand that a local derivative is: a factor's is the other factor."""
    if formula is None or formula.text not in ("a", "b"):
        return None
    return "o0" if formula.text == "a" else f"o{shape.operands - 1}"


def _backward(shape: Shape, most_parts: int) -> Data:
    if not shape.knows_root:
        return _passes_on(shape)
    total = _number(_grad())
    swept = ["=", _grad("root"), 1]
    if shape.is_root:
        derivative = [_say("isRoot", name=_name()), ["equation", [["d", "root", SELF]], [["=", total]]]]
        other = [["equation", [["gradOf", SELF]], [["=", total]]]]
        started = _if(["=", _grad(), 0], [_say("rootUnswept")], [_say("rootNotOne", number=_number(_grad()))])
        return [_if(swept, derivative, [started, *other])]
    if not shape.users:
        return [_say("noUsers"), ["equation", _derivative("root", SELF, swept), [["=", total]]]]
    if shape.others:
        sentence = _say("usedElsewhere", name=_name())
    elif shape.users == 1:
        sentence = _say("oneUser", name=_name(), user=_name("u0"))
    else:
        sentence = _say("manyUsers", name=_name(), count=shape.users)
    known = [k for k in range(shape.users) if k not in shape.by_hand]
    symbols: Data = []
    for k in known[:most_parts]:
        symbols += ["+" if symbols else "=", ["d", f"u{k}", SELF], "×", ["d", "root", f"u{k}"]]
    if len(known) > most_parts:
        symbols += ["+", "⋯"]
    lines = [
        [_slope(["through", k], f"u{k}"), "×", _number(_grad(f"u{k}"), f"u{k}"), ["by", f"u{k}"]]
        for k in known[:most_parts]
    ]
    if len(known) > most_parts:
        count = len(known) - most_parts
        lines.append([["under", ["passed", known[most_parts]], "moreParts", {"count": count}]])
    elsewhere, has_elsewhere = _elsewhere(shape)
    if shape.others:
        rest = ["-", ["-", _grad(), ["passed", 0]], elsewhere]
        lines += [
            [["under", rest, key, {"count": count} if count else {}]] for key, count in shape.others[:1]
        ]
        if len(shape.others) > 1:
            also = [
                "list",
                [["say", key, {"count": count} if count else {}] for key, count in shape.others],
                " + ",
            ]
            lines[-1] = [["under", rest, "text", {"text": also}]]
    elif shape.by_hand:
        users = ["list", [_name(f"u{k}") for k in shape.by_hand], ", "]
        lines.append([["under", ["-", _grad(), ["passed", 0]], "customPart", {"user": users}]])
    # A line of nothing is left out by whoever writes it down.
    lines.append([_if(has_elsewhere, [["under", elsewhere, "fromElsewhere", {}]])])
    left = _derivative("root", SELF, ["all", swept, ["not", has_elsewhere]])
    unswept = _if(["=", _grad("root"), 0], [_say("rootUnswept")])
    more = _say("elsewhere", "note", number=_number(elsewhere))
    note = _if(has_elsewhere, [_if(["=", _grad(), 0], [_say("resetSince", "note")], [more])])
    in_symbols = [_if(["all", swept, ["not", has_elsewhere]], symbols)]
    return [unswept, sentence, ["sum", left, in_symbols, lines, total], note]


def _elsewhere(shape: Shape) -> tuple[Any, Data]:
    """Return the part of a gradient that does not come from this graph, and the condition that there is one."""
    if shape.by_hand:
        return 0, ["any"]
    if shape.keeps_elsewhere or shape.others:
        number: Data = ["elsewhere", SELF]
        return number, ["not", ["=", number, 0]]
    return ["-", _grad(), ["passed", 0]], ["unequal", _grad(), ["passed", 0], ["passedSize"]]


def _passes_on(shape: Shape) -> Data:
    # A leaf keeps what earlier sweeps have left; an operation's gradient is that of the last one.
    left = ["d", "root", SELF] if shape.operands else ["gradOf", SELF]
    parts: Data = [["equation", [left], [["=", _number(_grad())]]]]
    if shape.operands and not shape.is_custom:
        parts.append(_say("passesOn", name=_name()))
        for use, place in enumerate(_operands(shape)):
            slope = ["slope", use]
            product = [_slope(slope), "×", _number(_grad()), "=", _number(["*", slope, _grad()])]
            parts.append(["equation", [["d", "root", place]], [["←", *product]]])
    return [*parts, _say("giveRoot")]


def _step(shape: Shape) -> Data:
    root, grad = _name("root"), _grad()
    is_derivative: Data = ["=", _grad("root"), 1] if shape.knows_root else ["any"]
    if shape.knows_root and shape.users and not shape.is_root:
        is_derivative = ["all", is_derivative, ["not", _elsewhere(shape)[1]]]
    after = ["-", _data(), ["*", ["rate"], grad]]
    effect = ["-", 0, ["*", ["*", ["rate"], grad], grad]]
    line = ["=", _number(_data()), "−", ["rate"], "×", _number(grad), "=", _number(after)]
    step = [
        _if(["=", grad, 0], [_say("stepNone", name=_name(), root=root)]),
        _if([">", grad, 0], [_say("stepDown", name=_name(), root=root)]),
        _if(["<", grad, 0], [_say("stepUp", name=_name(), root=root)]),
        ["rate"],
        [
            "equation",
            [_name(), "←"],
            [[_name(), "−", "η", "×", *_derivative("root", SELF, is_derivative)], line],
        ],
        _if(is_derivative, [_say("stepEffect", root=root, number=_number(effect))]),
    ]
    return [_if(["finite", grad], step, [_say("stepBroken")])]


# What deserves a second look


def _attention(shape: Shape) -> Data:
    parts: Data = _overwritten(shape) if shape.is_overwritten else []
    stale = [_say("stale", "note")] if shape.is_stale else []
    parts.append(_if(["finite", _data()], stale, _value_broken(shape)))
    parts.append(_if(["finite", _grad()], [], _gradient_broken(shape)))
    if shape.hidden_operands:
        parts.append(_say("hiddenOperands", "note", count=shape.hidden_operands))
    if shape.is_custom or shape.terms:
        return parts
    if shape.op == "ReLU":
        parts.append(_if(["=", ["slope", 0], 0], [_say("reluClosed", "note")]))
    minus_one = [["=", _data(f"o{k}"), -1] for k in shape.leaves]
    if shape.op == "*" and minus_one:
        parts.append(_if(["any", *minus_one], [_say("negation", "note")]))
    opposite: Data = [
        ["=", _data(place), -1] if kind == "product" else ["<", _data(place), 0]
        for place, kind in shape.opposites
    ]
    if shape.op == "+" and opposite:
        parts.append(_if(["any", *opposite], [_say("subtraction", "note")]))
    if shape.op == "**-1":
        parts.append(_say("reciprocal", "note"))
    return parts


def _overwritten(shape: Shape) -> Data:
    before, after = _number(["computed", SELF]), _number(_data())
    parts: Data = [_say("overwritten", "note", before=before, after=after)]
    if shape.applied is None:
        return [*parts, _say("overwrittenUnknown", "note")]
    factor = _number(["ignored", SELF])
    call = "abs(x)" if shape.applied == "abs" else f"x.{shape.applied.lower()}()"
    right = _number(["*", _grad(), ["ignored", SELF]])
    by = _say("overwrittenBy", "note", function=["function", shape.applied], before=before, slope=factor)
    return [*parts, by, _say("overwrittenFix", "note", right=right, wrong=_number(_grad()), call=call)]


def _value_broken(shape: Shape) -> Data:
    here = _say("valueBeginsHere", "note", name=_name(), number=_number(_data()))
    if not shape.operands:
        return [_say("valueGiven", "note", name=_name(), number=_number(_data()))]
    source = {"origin": _name("source"), "source": _number(_data("source"))}
    further = [
        _say("valueWay", "note", name=_name(), number=_number(_data()), way=["trail", "value"], **source),
        _if(["hasLine", "source"], [_say("madeAt", "note", name=_name("source"), line=["line", "source"])]),
    ]
    own_line = _if(["hasLine", SELF], [_say("madeAt", "note", name=_name(), line=["line", SELF])])
    return [_if(["=", ["trail", "valueLength"], 0], [here, own_line], further)]


def _gradient_broken(shape: Shape) -> Data:
    name, number = _name(), _number(_grad())
    if shape.is_root or not shape.knows_root or not shape.users:
        return [_say("gradientNotFinite", "note", name=name, number=number)]
    product = {
        "slope": _slope(["trail", "slope", 0]),
        "passed": _number(["trail", "grad", 0]),
        "product": _number(["trail", "product", 0]),
        "user": _name("cause"),
    }
    begins = {
        "slope": _slope(["trail", "slope", -1]),
        "passed": _number(["trail", "grad", -1]),
        "product": _number(["trail", "product", -1]),
        "origin": _name("origin"),
        "at": _name("start"),
    }
    first = _if(
        ["known", ["trail", "slope", 0]],
        [_say("gradientProduct", "note", name=name, number=number, **product)],
        [_say("gradientByHand", "note", name=name, number=number, user=_name("cause"))],
    )
    way = ["trail", "gradient"]
    end = _if(
        ["known", ["trail", "slope", -1]],
        [_say("gradientWay", "note", way=way, **begins)],
        [_say("gradientWayByHand", "note", way=way, origin=_name("origin"))],
    )
    line = _if(["hasLine", "origin"], [_say("madeAt", "note", name=_name("origin"), line=["line", "origin"])])
    found = [first, _if([">", ["trail", "length"], 1], [end]), line]
    unknown = [_say("gradientFromElsewhere", "note", name=name, number=number)]
    return [_if(["=", ["trail", "length"], 0], unknown, found)]
