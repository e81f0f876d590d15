"""The gradient instructions, derived from the list of the forward pass, last instruction first.

Each row gathers its contributions (from every instruction that uses it) until the instruction that made it is
reached; their sum is then its gradient: the chain rule. A lone contribution is its own sum and costs nothing.
Every row is written once, so that whoever uses a gradient later still finds it there.
"""

from __future__ import annotations

from micrograd.compiler.fusion import fuse
from micrograd.compiler.instructions import (
    NONE,
    Binary,
    BinaryGradient,
    Code,
    Dot,
    Draft,
    Gather,
    Layer,
    Map,
    MapGradient,
    RowInstruction,
    SlopeGradient,
    SlotInstruction,
    Splat,
    SplatGradient,
    Sum,
    WeightGradient,
)
from micrograd.operations import FROM_RESULT, NOTHING, OPERATIONS


def derive(code: Code) -> None:
    """Append to ``code.backward`` what computes the gradient of its first result by all slots."""
    row, _ = code.results[0]
    if row != NONE:
        derivation = _Derivation(code)
        derivation.run(row)
        code.backward += fuse(derivation.backward)


class _Derivation:
    def __init__(self, code: Code) -> None:
        self.code = code
        self.slot_varies, self.varies = varying(code)
        self.backward: list[Draft] = []
        self.contributions: dict[int, list[tuple[float, int, int]]] = {}

    def run(self, result: int) -> None:
        code = self.code
        code.seed = self._new_rows(1)
        self._add(result, 1.0, code.seed)
        for instruction in reversed(code.forward):
            if isinstance(instruction, Layer):
                self._layer(instruction)
            elif isinstance(instruction, Sum):
                self._sum(instruction)
            elif isinstance(instruction, Map):
                self._map(instruction)
            elif isinstance(instruction, Binary):
                self._binary(instruction)
            elif isinstance(instruction, Splat):
                gradient = self._gradient(instruction.out)
                if gradient != NONE:
                    self.backward.append(SplatGradient(instruction.slot, gradient))

    def _new_rows(self, count: int) -> int:
        first = self.code.rows
        self.code.rows += count
        return first

    def _add(self, row: int, coefficient: float, gradient: int, factor: int = NONE) -> None:
        if self.varies[row]:
            self.contributions.setdefault(row, []).append((coefficient, gradient, factor))

    def _gradient(self, row: int) -> int:
        """Return the row with the gradient of ``row``, or NONE when nothing that varies uses it."""
        parts = self.contributions.pop(row, [])
        if not parts:
            return NONE
        if len(parts) == 1 and parts[0][0] == 1.0 and parts[0][2] == NONE:
            return parts[0][1]
        out = self._new_rows(1)
        linear = tuple((c, g) for c, g, factor in parts if factor == NONE)
        products = tuple((c, g, factor) for c, g, factor in parts if factor != NONE)
        self.backward.append(Sum(out, 0.0, linear, products))
        return out

    def _sum(self, instruction: Sum) -> None:
        gradient = self._gradient(instruction.out)
        if gradient == NONE:
            return
        for coefficient, a in instruction.linear:
            self._add(a, coefficient, gradient)
        for coefficient, a, b in instruction.products:
            self._add(a, coefficient, gradient, b)
            self._add(b, coefficient, gradient, a)

    def _map(self, instruction: Map) -> None:
        operation = OPERATIONS[instruction.function]
        gradient = self._gradient(instruction.out)
        if gradient == NONE or not self.varies[instruction.a] or operation.slope == NOTHING:
            return
        if instruction.slope != NONE:
            self._add(instruction.a, 1.0, gradient, instruction.slope)
            return
        out = self._new_rows(1)
        needed = instruction.out if operation.slope == FROM_RESULT else instruction.a
        self.backward.append(
            MapGradient(out, instruction.function, gradient, needed, needed, instruction.exponent)
        )
        self._add(instruction.a, 1.0, out)

    def _binary(self, instruction: Binary) -> None:
        gradient = self._gradient(instruction.out)
        if gradient == NONE:
            return
        reads = OPERATIONS[instruction.function].reads
        known = {"a": instruction.a, "b": instruction.b, "o": instruction.out}
        for by, operand in enumerate((instruction.a, instruction.b)):
            if self.varies[operand]:
                out = self._new_rows(1)
                a, b, o = [known[name if name in reads[by] else "a"] for name in "abo"]
                self.backward.append(BinaryGradient(out, instruction.function, by, gradient, a, b, o))
                self._add(operand, 1.0, out)

    def _layer(self, layer: Layer) -> None:
        gradients = self._layer_gradients(layer)
        if gradients is None:
            return
        if _layer_weights_vary(layer, self.slot_varies):
            self.backward.append(
                WeightGradient(gradients, layer.inputs, layer.weights, layer.bias, layer.bias_stride)
            )
        if not any(self.varies[row] for row in layer.inputs):
            return
        out = self._new_rows(len(layer.inputs))
        for offset, row in enumerate(layer.inputs):
            self._add(row, 1.0, out + offset)
        self.backward.append(Layer(out, len(layer.inputs), gradients, layer.weights.transposed))

    def _layer_gradients(self, layer: Layer) -> tuple[int, ...] | None:
        """Return the rows with the gradients of a layer's sums, before its activation."""
        rows = [self._gradient(layer.out + j) for j in range(layer.count)]
        if not self.varies[layer.out] or all(row == NONE for row in rows):
            return None
        if NONE in rows:
            zero = self._new_rows(1)
            self.backward.append(Sum(zero, 0.0, ()))
            rows = [zero if row == NONE else row for row in rows]
        if not layer.activation:
            return tuple(rows)
        slope = layer.out if layer.slope == NONE else layer.slope
        out = self._new_rows(layer.count)
        self.backward.append(SlopeGradient(out, layer.count, tuple(rows), layer.activation, slope))
        return tuple(range(out, out + layer.count))


def varying(code: Code) -> tuple[list[bool], list[bool]]:
    """Return for each slot and for each row of the forward pass whether a parameter has an influence on it."""
    slots = [False] * code.slots
    slots[: code.parameters] = [True] * code.parameters
    for shared in code.shared:
        if isinstance(shared, Gather):
            slots[shared.out : shared.out + len(shared.slots)] = [slots[slot] for slot in shared.slots]
        else:
            slots[shared.out] = _varies(shared, slots, slots)
    rows = [False] * code.rows
    for instruction in code.forward:
        varies = _varies(instruction, rows, slots)
        for first, count in instruction.writes():
            rows[first : first + count] = [varies] * count
    return slots, rows


def _varies(instruction: RowInstruction | SlotInstruction, rows: list[bool], slots: list[bool]) -> bool:
    if isinstance(instruction, Layer) and _layer_weights_vary(instruction, slots):
        return True
    if isinstance(instruction, Splat):
        return slots[instruction.slot]
    if isinstance(instruction, Map) and OPERATIONS[instruction.function].slope == NOTHING:
        return False
    if isinstance(instruction, Dot):
        return any(
            True in slots[first : first + count] for a, b, count in instruction.runs for first in (a, b)
        )
    assert not isinstance(instruction, Gather)
    return any(rows[row] for row in instruction.reads())


def _layer_weights_vary(layer: Layer, slots: list[bool]) -> bool:
    w = layer.weights
    biases = () if layer.bias == NONE else range(layer.count)
    return (
        slots[w.first]
        or any(True in slots[first : first + len(layer.inputs)] for first in _row_starts(layer))
        or any(slots[layer.bias + layer.bias_stride * j] for j in biases)
    )


def _row_starts(layer: Layer) -> range:
    first, stride = layer.weights.first, layer.weights.row_stride
    return range(first, first + layer.count * stride, stride)
