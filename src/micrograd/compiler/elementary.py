"""A program in which every elementary node of one graph keeps its numbers: what a picture of that graph shows.

``compile`` makes a graph fast, and forgets most of it on the way. Here nothing is folded, fused or stored over: each
node has a row for its value, rows for its local derivatives, and one for its gradient. The instructions are the same,
and so are the machines that run them.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from micrograd.compiler.instructions import (
    NONE,
    Binary,
    BinaryGradient,
    Code,
    Map,
    MapGradient,
    Placed,
    RowInstruction,
    Splat,
    SplatGradient,
    Sum,
)
from micrograd.engine import Value, topological_order
from micrograd.operations import NOTHING, OPERATIONS

# A local derivative: a number that is always the same, or the row where it lies.
Slope = tuple[str, float]


@dataclass
class Elementary:
    """The program, and for each node (operands before the nodes that use them) where its numbers lie.

    ``gradients`` has -1 for a node through which no gradient passes. Of a leaf, ``slopes`` is empty. Of a node with a
    switch, ``values`` and ``gradients`` are those behind the switch; ``switches`` are the slots of the factors.
    """

    code: Code
    nodes: list[Value]
    values: list[int] = field(default_factory=list)
    gradients: list[int] = field(default_factory=list)
    slopes: list[tuple[Slope, ...]] = field(default_factory=list)
    switches: list[int] = field(default_factory=list)


def elementary(
    root: Value,
    parameters: Sequence[Value],
    features: Sequence[Value],
    targets: Sequence[Value],
    switched: Mapping[Value, int] | None = None,
) -> Elementary:
    """Return the program of the graph below ``root``.

    Its first result is ``root``, its slots are the parameters, then the other leaves as they are now, then the factors
    of the switches: a node of ``switched`` is multiplied by the factor of that number, which is 1 at first. Raises
    ``ValueError`` for an operation of the user's own, which no program has.
    """
    nodes = topological_order(root)
    writer = _Writer(nodes, parameters, [*features, *targets], switched or {})
    code = writer.code
    code.features, code.targets = len(features), len(targets)
    for node in nodes:
        writer.forward(node)
    made = Elementary(code, nodes, [writer.row[node] for node in nodes], switches=writer.switch_slots)
    made.slopes = [writer.slopes(node) for node in nodes]
    code.results = [(writer.row[root], NONE)]
    gradients = writer.backward(root, nodes)
    made.gradients = [gradients.get(node, NONE) for node in nodes]
    # Every row keeps its place: nothing is stored over another.
    code.placed = Placed(code.rows, code.forward, code.backward, code.results, code.seed)
    return made


class _Writer:
    def __init__(
        self,
        nodes: Sequence[Value],
        parameters: Sequence[Value],
        inputs: Sequence[Value],
        switched: Mapping[Value, int],
    ) -> None:
        self.row: dict[Value, int] = {value: row for row, value in enumerate(inputs)}
        self.slot: dict[Value, int] = {}
        for value in parameters:
            self.slot.setdefault(value, len(self.slot))
        count = len(self.slot)
        for node in nodes:
            if node not in self.row and not node._operands:
                self.slot.setdefault(node, len(self.slot))
        initial = array("d", [float(value) for value in self.slot])
        self.switched = switched
        switches = 1 + max(switched.values(), default=-1)
        self.switch_slots = list(range(len(initial), len(initial) + switches))
        initial.extend([1.0] * switches)
        self.factors: dict[Value, int] = {}
        self.raw: dict[Value, int] = {}
        self.code = Code(count, 0, 0, len(initial) - count, initial, rows=len(inputs))
        self.ones = NONE
        self.known: dict[Value, tuple[Slope, ...]] = {}

    def _new(self) -> int:
        self.code.rows += 1
        return self.code.rows - 1

    def forward(self, node: Value) -> None:
        """Write the instruction that computes the node."""
        if node in self.row:
            return
        out = self.row[node] = self._new()
        rows = [self.row[operand] for operand in node._operands]
        self.code.forward.append(self._instruction(node, out, rows))
        if node in self.switched:
            factor, behind = self._new(), self._new()
            self.code.forward += [
                Splat(factor, self.switch_slots[self.switched[node]]),
                Sum(behind, 0.0, (), ((1.0, out, factor),)),
            ]
            self.factors[node], self.raw[node], self.row[node] = factor, out, behind

    def _instruction(self, node: Value, out: int, rows: list[int]) -> RowInstruction:
        name, exponent = _operation(node)
        if not rows:
            return Splat(out, self.slot[node])
        if name == "+":
            return Sum(out, 0.0, ((1.0, rows[0]), (1.0, rows[1])))
        if name == "*":
            return Sum(out, 0.0, (), ((1.0, rows[0], rows[1]),))
        if name not in OPERATIONS or node._is_custom:
            raise ValueError(f"the operation {node._op!r} is your own, and a program has the engine's only")
        if len(rows) == 2:
            return Binary(out, name, rows[0], rows[1])
        return Map(out, name, rows[0], exponent)

    def slopes(self, node: Value) -> tuple[Slope, ...]:
        """Write what computes the node's local derivatives, and return where they lie."""
        rows = [self.row[operand] for operand in node._operands]
        name, exponent = _operation(node)
        found: tuple[Slope, ...]
        if not rows:
            found = ()
        elif name == "+":
            found = (("number", 1.0), ("number", 1.0))
        elif name == "*":
            found = (("row", rows[1]), ("row", rows[0]))
        elif len(rows) == 1 and OPERATIONS[name].slope == NOTHING:
            found = (("number", 0.0),)
        else:
            # The derivative, as it passes a gradient of 1 on.
            ones, result = self._ones(), self.raw.get(node, self.row[node])
            outs = [self._new() for _ in rows]
            self.code.backward += [
                MapGradient(out, name, ones, rows[0], result, exponent)
                if len(rows) == 1
                else BinaryGradient(out, name, by, ones, rows[0], rows[1], result)
                for by, out in enumerate(outs)
            ]
            found = tuple(("row", out) for out in outs)
        self.known[node] = found
        return found

    def _ones(self) -> int:
        if self.ones == NONE:
            self.ones = self._new()
            self.code.backward.append(Sum(self.ones, 1.0, ()))
        return self.ones

    def backward(self, root: Value, nodes: Sequence[Value]) -> dict[Value, int]:
        """Write the sweep, the last node first, and return the row of each node's gradient."""
        code = self.code
        code.seed = self._new()
        parts: dict[Value, list[tuple[int, Slope]]] = {root: [(code.seed, ("number", 1.0))]}
        gradients: dict[Value, int] = {}
        for node in reversed(nodes):
            if node not in parts:
                continue
            out = gradients[node] = self._new()
            linear = tuple((slope[1], row) for row, slope in parts[node] if slope[0] == "number")
            products = tuple((1.0, row, int(slope[1])) for row, slope in parts[node] if slope[0] == "row")
            code.backward.append(Sum(out, 0.0, linear, products))
            if node in self.slot and self.slot[node] < code.parameters:
                code.backward.append(SplatGradient(self.slot[node], out))
            if node in self.factors:
                before = self._new()
                code.backward.append(Sum(before, 0.0, (), ((1.0, out, self.factors[node]),)))
                out = before
            for operand, slope in zip(node._operands, self.known[node]):
                parts.setdefault(operand, []).append((out, slope))
        return gradients


def _operation(node: Value) -> tuple[str, float]:
    """Return the name in the table of operations, and the fixed exponent of a power."""
    name = node._op
    if len(node._operands) == 1 and name.startswith("**"):
        return "**k", float(name[2:])
    return name, 0.0
