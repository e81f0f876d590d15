"""Choosing what to say: a telling (see ``telling.py``) and a graph's numbers give sentences and equations.

The page's ``choosing.js`` does the same in the browser, again whenever its numbers change; a test compares the two.
"""

from __future__ import annotations

import math
from typing import Any

from micrograd.draw.telling import Data
from micrograd.draw.trails import Node, Numbers, of_gradient, of_value

# Between numbers that rounding alone makes different.
_ROUNDING = 1e-9
# A way of more nodes is told by its first and its last.
_LONG_WAY = 12


class Choice:
    """Whatever an explanation asks of one node, with the numbers of the moment."""

    def __init__(self, node: Node, graph: Numbers, rate: float = 0.1, sample: int = 0) -> None:
        self.node = node
        self.graph = graph
        self.rate = rate
        self.sample = sample
        self._steps: Any = None
        self._values: Any = None

    def sections(self, telling: Data) -> Data:
        """Return the sections with everything chosen: no condition is left, and numbers are numbers."""
        chosen = [[title, self._parts(parts)] for title, parts in telling]
        return [section for section in chosen if section[1]]

    # Trails are followed once, and only where a number is not finite.

    @property
    def steps(self) -> Any:
        """The trail of the gradient."""
        if self._steps is None:
            self._steps = of_gradient(self.node, self.graph)
        return self._steps

    @property
    def values(self) -> Any:
        """The trail of the value."""
        if self._values is None:
            self._values = of_value(self.node, self.graph)
        return self._values

    # Places, numbers, conditions

    def place(self, place: str) -> Node:
        """Return the node at a place."""
        if place == "root":
            return self.graph.root
        if place == "source":
            return self.values[-1]
        if place == "cause":
            return self.steps[0].user
        if place in ("start", "origin"):
            return self.steps[-1].node if place == "start" else self.steps[-1].user
        node = self.node
        for step in filter(None, place.split(".")):
            number = int(step[1:])
            node = self.graph.operands(node)[number] if step[0] == "o" else self.graph.users(node)[number][0]
        return node

    def number(self, told: Any) -> Any:
        """Return a number; None for a local derivative that nobody knows."""
        if not isinstance(told, list):
            return float(told)
        kind, *rest = told
        if kind in ("+", "-", "*"):
            a, b = self.number(rest[0]), self.number(rest[1])
            return a + b if kind == "+" else a - b if kind == "-" else a * b
        if kind == "rate":
            return self.rate
        if kind == "slope":
            return self.graph.slope(self.node, rest[0])
        if kind == "through":
            return self.graph.slope(*self.graph.users(self.node)[rest[0]])
        if kind in ("passed", "passedSize"):
            return self._passed(kind, rest[0] if rest else 0)
        if kind == "trail":
            return self._of_trail(*rest)
        return float(self.graph.number(kind, self.place(rest[0])))

    def _passed(self, kind: str, first: int) -> float:
        # Added one by one, as a browser does: sum() of newer Pythons compensates for rounding.
        total, size = 0.0, abs(self.graph.number("grad", self.node))
        for user, use in self.graph.users(self.node)[first:]:
            slope = self.graph.slope(user, use)
            if slope is not None:
                product = slope * self.graph.number("grad", user)
                total += product
                size += abs(product)
        return total if kind == "passed" else size

    def _of_trail(self, what: str, step: int = 0) -> Any:
        if what == "length":
            return float(len(self.steps))
        if what == "valueLength":
            return float(len(self.values) - 1)
        return getattr(self.steps[step], what)

    def holds(self, condition: Data) -> bool:
        """Return whether a condition holds for the numbers of the moment."""
        kind, *rest = condition
        if kind == "not":
            return not self.holds(rest[0])
        if kind == "all":
            return all(self.holds(one) for one in rest)
        if kind == "any":
            return any(self.holds(one) for one in rest)
        if kind == "hasLine":
            return bool(self.graph.line(self.place(rest[0])))
        numbers = [self.number(one) for one in rest]
        if kind == "known":
            return numbers[0] is not None
        if None in numbers:
            return False
        if kind == "finite":
            return math.isfinite(numbers[0])
        if kind == "unequal":
            a, b, size = numbers
            return math.isfinite(a - b) and abs(a - b) > _ROUNDING * size
        a, b = numbers
        return bool({"=": a == b, "<": a < b, ">": a > b}[kind])

    # Parts, terms, what is filled in

    def _parts(self, parts: Data) -> Data:
        chosen: Data = []
        for part in parts:
            if part[0] == "if":
                chosen += self._parts(part[2] if self.holds(part[1]) else part[3])
            else:
                chosen.append(self._part(part))
        return chosen

    def _part(self, part: Data) -> Data:
        kind, *rest = part
        if kind in ("say", "note"):
            return [kind, rest[0], self._fillings(rest[1])]
        if kind == "words":
            return [kind, *rest[:2], self._letters("names", rest[2])]
        if kind == "equation":
            return [kind, self._terms(rest[0]), [self._terms(line) for line in rest[1]]]
        if kind == "sum":
            left, symbols, lines, total = rest
            written = [line for line in map(self._terms, lines) if line]
            return [kind, self._terms(left), self._terms(symbols), written, self._term(total)]
        return [kind]

    def _terms(self, terms: Data) -> Data:
        chosen: Data = []
        for term in terms:
            if isinstance(term, list) and term[0] == "if":
                chosen += self._terms(term[2] if self.holds(term[1]) else term[3])
            else:
                chosen.append(self._term(term))
        return chosen

    def _term(self, term: Any) -> Any:
        if isinstance(term, str):
            return term
        kind, *rest = term
        if kind in ("name", "gradOf", "by"):
            return [kind, self.place(rest[0])]
        if kind == "d":
            return [kind, self.place(rest[0]), self.place(rest[1])]
        if kind in ("number", "slope"):
            leads_to = None if len(rest) < 2 or rest[1] is None else self.place(rest[1])
            return [kind, self.number(rest[0]), leads_to]
        if kind == "rate":
            return [kind, self.rate]
        if kind == "formula":
            rule, derivative, how, exponent = rest
            return [kind, rule, derivative, self._letters(how, exponent)]
        if kind == "call":
            return [kind, rest[0], [self.place(place) for place in rest[1]]]
        number, key, fillings = rest
        return [kind, self.number(number), key, self._fillings(fillings)]

    def _letters(self, how: str, exponent: str) -> dict[str, Any]:
        """Return what stands for the letters of a rule's formula: names, or numbers that lead somewhere."""
        operands = self.graph.operands(self.node)
        places = {"a": operands[0], "b": operands[-1], "o": self.node}
        if how == "names":
            filled: dict[str, Any] = {letter: ["name", node] for letter, node in places.items()}
        else:
            kinds = {"a": "data", "b": "data", "o": "computed"}
            filled = {
                letter: ["number", float(self.graph.number(kinds[letter], node)), node]
                for letter, node in places.items()
            }
        return {**filled, "k": exponent}

    def _fillings(self, fillings: dict[str, Any]) -> dict[str, Any]:
        return {name: self._filling(told) for name, told in fillings.items()}

    def _filling(self, told: Any) -> Any:
        if not isinstance(told, list):
            return told
        kind, *rest = told
        if kind == "list":
            return [kind, [self._filling(one) for one in rest[0]], rest[1]]
        if kind == "say":
            return [kind, rest[0], self._fillings(rest[1])]
        if kind == "sample":
            return self.sample
        if kind == "line":
            return self.graph.line(self.place(rest[0]))
        if kind == "rule":
            return [kind, *rest[:2], self._letters("names", rest[2])]
        if kind == "trail":
            nodes = self.values if rest[0] == "value" else [self.node, *(step.user for step in self.steps)]
            names: Data = [["name", node] for node in nodes]
            if len(names) > _LONG_WAY:
                names = [*names[: _LONG_WAY // 2], "…", *names[-_LONG_WAY // 2 :]]
            return ["list", names, " ← "]
        return told if kind == "function" else self._term(told)
