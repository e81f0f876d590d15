"""Task 4: the three gradients, found again by hand.

Printing ``p.grad`` is not finding it. So the task's cells run once more, in a copy of the notebook's variables, while
the parameters' gradients hold numbers that are nobody's: what comes out all the same was computed.
"""

from __future__ import annotations

import ast
import contextlib
import io
import itertools
import random
import re
from collections.abc import Iterator
from typing import Any

from micrograd.lab.checks import listening
from micrograd.lab.checks.finding import Finding
from micrograd.lab.checks.observing import View, attempt, number, numbers_in, plain_numbers
from micrograd.lab.checks.perceptron import PERCEPTRON
from micrograd.lab.checks.reference import PERCEPTRON_INPUT, close, sigmoid

_MOST_OUTPUTS = 400
_WEIGHT = re.compile(r"[wx]_?([012])(?!\d)")


class _Task4:
    def questions(self, generator: random.Random) -> dict[str, Any]:
        return {"nobodys": [generator.uniform(3, 9) for _ in range(3)]}

    def observe(self, view: View, asked: dict[str, Any]) -> dict[str, Any]:
        outputs = [number for number in plain_numbers(view.variables) if abs(number) < 50][:_MOST_OUTPUTS]
        for trail in view.trails(PERCEPTRON):
            for sweep in trail.sweeps[:40]:
                w0, w1, b = sweep.parameters
                outputs.append(sigmoid(w0 * PERCEPTRON_INPUT[0] + w1 * PERCEPTRON_INPUT[1] + b))
        known = any(4 in cell.tasks for cell in view.cells)
        own = [cell.source for cell in view.own_cells(4)] if known else None
        named: list[list[Any]] = []
        if own is None:  # which cells are the task's is not known: what is there has to do
            computed, text = plain_numbers(view.variables), view.text
        else:
            computed, text, named = _again(view, own, asked["nobodys"])
        return {
            "computed": computed,
            "named": named,
            "printed": [*numbers_in(text), *numbers_in(view.words)],
            "outputs": outputs,
            "started": bool(outputs),
            "outputs_seen": view.complete or own is not None,
        }

    def judge(self, asked: dict[str, Any], observed: dict[str, Any]) -> list[Finding]:
        # Each of them may be the gradient of b, 2(o - 1): then those of w0 and w1 have to be there, too.
        candidates = sorted(
            {2 * (o - 1) * slope for o in observed["outputs"] for slope in (1, o * (1 - o)) if o < 1}
        )
        exact = [number for number in observed["computed"] if number]
        swapped: Finding | None = None
        for factor in candidates:
            wanted = [factor * value for value in (*PERCEPTRON_INPUT, 1.0)]
            if abs(factor) < 1e-6:
                continue
            # Printed to two digits or more is enough: people round.
            if all(any(close(got, want, 1e-6) for got in exact) for want in wanted) or all(
                any(abs(got - want) < 6e-3 for got in observed["printed"]) for want in wanted
            ):
                names = _swapped(observed["named"], wanted)
                if names is None:
                    return [Finding(4, "by-hand", "right", 1)]
                swapped = Finding(4, "by-hand", "wrong", 1, "by-hand-swapped", names)
        if swapped:
            return [swapped]
        if not observed["started"]:
            return [Finding(4, "by-hand", "missing", 1, "no-error")]
        if observed["outputs_seen"]:
            return [Finding(4, "by-hand", "missing", 1, "no-by-hand")]
        return [Finding(4, "by-hand", "unseen", 1, "by-hand-unseen")]


def _swapped(named: list[list[Any]], wanted: list[float]) -> dict[str, Any] | None:
    """Return the names of two weights under which each other's gradient stands; None where there are none."""
    found = [(int(index), name, want) for index, name, number in named
             for want in (0, 1) if close(number, wanted[want], 1e-6)]  # fmt: skip
    indices = sorted({index for index, _, _ in found})
    if len(indices) != 2 or any(indices.index(index) == want for index, _, want in found):
        return None  # somewhere each stands under its own name
    first, second = (next(name for i, name, _ in found if i == index) for index in indices)
    return {"first": first, "second": second}


def _names(variables: dict[str, Any]) -> list[list[Any]]:
    """Return the numbers that stand under the name of a weight: its index, the name and the number."""
    found: list[list[Any]] = []
    for name, value in variables.items():
        pairs = list(value.items())[:20] if isinstance(value, dict) else [(name, value)]
        for key, held in pairs:
            match = _WEIGHT.search(key) if isinstance(key, str) else None
            got = number(held) if match else None
            if match and got is not None:
                found.append([match[1], key[:40], got])
    return found[:_MOST_OUTPUTS]


def _again(view: View, sources: list[str], nobodys: list[float]) -> tuple[list[float], str, list[list[Any]]]:
    """Run cells in a copy of the variables with nobody's gradients.

    Returns the numbers and the text that came out, and the numbers that stand under a weight's name.
    """
    copy = dict(view.variables)
    printed = io.StringIO()
    with _kept(view, nobodys) as poison, contextlib.redirect_stdout(printed):
        copy["display"] = lambda *values, **_: print(*values)
        for source in sources:
            poison()
            attempt(lambda: _run(source, copy, poison))  # noqa: B023
    changed = {
        name: value
        for name, value in copy.items()
        if name != "display" and (name not in view.variables or view.variables[name] is not value)
    }
    return plain_numbers(changed), printed.getvalue(), _names(changed)


def _run(source: str, variables: dict[str, Any], poison: Any) -> None:
    lines = [
        "pass" if line.lstrip()[:1] in ("%", "!") and not line[:1].isspace() else line
        for line in source.split("\n")
    ]
    tree = listening.transformed(ast.parse("\n".join(lines)))
    assert isinstance(tree, ast.Module)
    for statement in tree.body:
        last = statement is tree.body[-1] and isinstance(statement, ast.Expr)
        if last:
            assert isinstance(statement, ast.Expr)
            value = eval(compile(ast.Expression(statement.value), "<task 4>", "eval"), variables)
            if value is not None:
                print(repr(value)[:2000])
        else:
            exec(compile(ast.Module([statement], []), "<task 4>", "exec"), variables)
        poison()


@contextlib.contextmanager
def _kept(view: View, nobodys: list[float]) -> Iterator[Any]:
    """Give a function that puts nobody's gradients into the perceptrons; put everything back afterwards."""
    nodes = [p for model in view.models(PERCEPTRON) for p in model.parameters()]
    every = [*nodes, *(p for model in view.models() for p in model.parameters())]
    before = [(p, p.data, p.grad) for p in every]

    def poison(*_: Any) -> None:
        for p, gradient in zip(nodes, itertools.cycle(nobodys)):
            p.grad = gradient

    try:
        with listening.after_each_backward(poison):
            yield poison
    finally:
        for p, data, gradient in before:
            p.data, p.grad = data, gradient


TASK_4 = _Task4()
