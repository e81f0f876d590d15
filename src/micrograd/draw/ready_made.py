"""Ready-made programs of all networks of a shape: the compiler's words, as formulas of the layers' widths.

The compiler writes the same instructions for MLP(2, [4, 3, 1]) and for MLP(2, [16, 16, 1]); only counts and places
differ, and those are sums of products of neighbouring widths. So a page needs one program for each depth, activation
and loss. The formulas are found from small networks, and the tests compare them with larger ones; where there are none,
a page uses the program in which every node keeps its number.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from micrograd.compiler import trace
from micrograd.compiler.codes import code_for
from micrograd.compiler.encode import KINDS, LAYOUT, _Encoder
from micrograd.compiler.parameters import Parameters
from micrograd.engine import Value
from micrograd.nn import MLP

Loss = Callable[[Value, Value], Value]
# A word is a number, and how many times the number of lanes is added: of both, the coefficients of the terms.
Formula = list[int]
_NAMES = {kind: name for name, kind in KINDS.items()}


def terms(widths: Sequence[int]) -> list[int]:
    """Return what the formulas are made of: 1, the widths, and the products of neighbours."""
    return [1, *widths, *(a * b for a, b in itertools.pairwise(widths))]


def template(features: int, depth: int, activation: Any, loss: Loss) -> dict[str, Any] | None:
    """Return the program of networks with so many hidden layers of at least two neurons, or None without formulas.

    Each of ``forward`` and ``backward`` is a list of ``[kind, fields, operands]``: of each field the formulas of its
    fixed part and of its multiple of the lanes; operands are runs ``[start, start of the multiple, count]`` of rows
    that follow each other, or, of a sum, single rows.
    """
    count = len(terms([2] * depth))
    shapes = list(itertools.islice(itertools.product((2, 3, 5), repeat=depth), 27))
    if depth:
        random.Random(0).shuffle(shapes)
    chosen: list[list[int]] = []
    for shape in shapes:
        if _rank([terms([*other]) for other in [*chosen, shape]]) > len(chosen):
            chosen.append([*shape])
    if len(chosen) < count:
        return None
    found = [_program(features, shape, activation, loss) for shape in chosen]
    solve = _solver([terms(shape) for shape in chosen])
    first = found[0]
    if any(_skeleton(program) != _skeleton(first) for program in found):
        return None
    try:
        made = {
            name: [
                [
                    instruction[0],
                    [
                        [solve([program[name][k][1][field][part] for program in found]) for part in (0, 1)]
                        for field in range(len(instruction[1]))
                    ],
                    [
                        [solve([program[name][k][2][run][part] for program in found]) for part in (0, 1, 2)]
                        for run in range(len(instruction[2]))
                    ],
                ]
                for k, instruction in enumerate(first[name])
            ]
            for name in ("forward", "backward")
        }
        whole = {name: solve([program[name] for program in found]) for name in ("rows", "seed", "result")}
    except ValueError:
        return None
    return {**made, **whole, "numbers": first["numbers"]}


def fits(told: dict[str, Any], features: int, shape: Sequence[int], activation: Any, loss: Loss) -> bool:
    """Return whether the formulas give the compiler's program of a network with these hidden layers, word for word."""
    return _filled(told, shape) == _program(features, shape, activation, loss)


def _program(features: int, shape: Sequence[int], activation: Any, loss: Loss) -> dict[str, Any]:
    """Return the compiler's program, its words split into what is fixed and what is a multiple of the lanes."""
    state = random.getstate()
    try:
        model = MLP(features, [*shape, 1], activation=activation)
    finally:
        random.setstate(state)
    parameters = Parameters(model)
    sample = [0.5] * features, [1.0]
    run = trace.run(lambda x, y: loss(model(x), y), parameters, sample)
    graph = trace.read(run, parameters, set())
    code = code_for(graph.expressions, graph.results, features, True, sorted(graph.checks.values()))
    placed = code.placed
    assert not code.shared and not code.captured
    (row, slot) = placed.results[0]
    assert slot == -1
    once, twice = ([], [])  # type: tuple[list[Any], list[Any]]
    for stride, into in ((1, once), (2, twice)):
        encoder = _Encoder(code)
        forward = encoder.loads(stride)
        forward.extend(encoder.encode(placed.forward, stride))
        into += [forward, encoder.encode(placed.backward, stride)]
        numbers = list(encoder.numbers)
        assert not encoder.packed
    words = [
        _instructions([(a - (b - a), b - a) for a, b in zip(first, second)])
        for first, second in zip(once, twice)
    ]
    return {
        "forward": words[0],
        "backward": words[1],
        "rows": placed.rows,
        "seed": placed.seed,
        "result": row,
        "numbers": numbers,
    }


def _instructions(words: list[tuple[int, int]]) -> list[Any]:
    found = []
    at = 0
    while at < len(words):
        kind, length = words[at][0], words[at + 1][0]
        names = LAYOUT[_NAMES[kind]]
        fields = words[at + 2 : at + 2 + len(names)]
        operands = words[at + 2 + len(names) : at + length]
        named = dict(zip(names, fields))
        counts = [1] * len(operands)
        if _NAMES[kind] == "Layer":
            counts = [named["width"][0]]
        elif _NAMES[kind] == "WeightGradient":
            counts = [named["count"][0], named["width"][0]]
        found.append([kind, [list(field) for field in fields], _runs(operands, counts)])
        at += length
    return found


def _runs(operands: Sequence[tuple[int, int]], counts: Sequence[int]) -> list[list[int]]:
    runs = []
    at = 0
    for count in counts:
        part = operands[at : at + count]
        start, multiple = part[0]
        if [*part] != [(start, multiple + k) for k in range(count)]:
            raise ValueError("rows that do not follow each other")
        runs.append([start, multiple, count])
        at += count
    return runs


def _skeleton(program: dict[str, Any]) -> Any:
    shape = [[(i[0], len(i[1]), len(i[2])) for i in program[name]] for name in ("forward", "backward")]
    return shape, program["numbers"]


def _value(formula: Formula, known: Sequence[int]) -> int:
    return sum(a * b for a, b in zip(formula, known))


def _filled(told: dict[str, Any], shape: Sequence[int]) -> dict[str, Any]:
    """Return the program that the formulas give for some widths."""
    known = terms(shape)

    def fill(part: Any) -> Any:
        return _value(part, known) if part and isinstance(part[0], int) else [fill(inner) for inner in part]

    filled: dict[str, Any] = {
        name: [[kind, fill(fields), fill(runs)] for kind, fields, runs in told[name]]
        for name in ("forward", "backward")
    }
    filled |= {name: _value(told[name], known) for name in ("rows", "seed", "result")}
    return {**filled, "numbers": told["numbers"]}


def _rank(rows: list[list[int]]) -> int:
    matrix = [[Fraction(v) for v in row] for row in rows]
    rank = 0
    for column in range(len(matrix[0])):
        pivot = next((k for k in range(rank, len(matrix)) if matrix[k][column]), None)
        if pivot is None:
            continue
        matrix[rank], matrix[pivot] = matrix[pivot], matrix[rank]
        for k in range(rank + 1, len(matrix)):
            factor = matrix[k][column] / matrix[rank][column]
            matrix[k] = [a - factor * b for a, b in zip(matrix[k], matrix[rank])]
        rank += 1
    return rank


def _solver(rows: list[list[int]]) -> Callable[[Sequence[int]], Formula]:
    """Return a function that finds the coefficients from the numbers at these terms; ValueError if not whole ones."""
    size = len(rows)
    matrix = [
        [Fraction(v) for v in row] + [Fraction(i == k) for i in range(size)] for k, row in enumerate(rows)
    ]
    for column in range(size):
        pivot = next(k for k in range(column, size) if matrix[k][column])
        matrix[column], matrix[pivot] = matrix[pivot], matrix[column]
        matrix[column] = [v / matrix[column][column] for v in matrix[column]]
        for k in range(size):
            if k != column:
                factor = matrix[k][column]
                matrix[k] = [a - factor * b for a, b in zip(matrix[k], matrix[column])]
    inverse = [row[size:] for row in matrix]

    def solve(numbers: Sequence[int]) -> Formula:
        found = [sum(a * b for a, b in zip(row, numbers)) for row in inverse]
        if any(Fraction(v).denominator != 1 for v in found):
            raise ValueError("no whole coefficients")
        return [int(v) for v in found]

    return solve
