"""The gradient instructions, derived from the list of the forward pass, last instruction first.

Each row gathers its contributions (from every instruction that uses it) until the instruction that made it is
reached; their sum is then its gradient: the chain rule. A lone contribution is its own sum and costs nothing.
"""

from __future__ import annotations

from dataclasses import replace

from micrograd.compiler.instructions import (
    NONE,
    Binary,
    BinaryGradient,
    Code,
    Layer,
    Map,
    MapGradient,
    RowInstruction,
    Splat,
    SplatGradient,
    Sum,
    WeightGradient,
)


def derive(code: Code) -> None:
    """Append to ``code.backward`` what computes the gradient of its first result by all slots."""
    row, _ = code.results[0]
    if row != NONE:
        _Derivation(code).run(row)


class _Derivation:
    def __init__(self, code: Code) -> None:
        self.code = code
        self.varies = _varying_rows(code)
        self.contributions: dict[int, list[tuple[float, int, int]]] = {}
        # Where a lone contribution was made by a transposed layer: the place of that instruction.
        self.transposed: dict[int, int] = {}
        # Rows that turned out not to be needed, by how many they are.
        self.free: dict[int, list[int]] = {}

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
                if gradient != NONE and self.varies[instruction.out]:
                    code.backward.append(SplatGradient(instruction.slot, gradient))

    def _new_rows(self, count: int) -> int:
        if self.free.get(count):
            return self.free[count].pop()
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
        self.code.backward.append(Sum(out, 0.0, linear, products))
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
        gradient = self._gradient(instruction.out)
        if gradient == NONE or not self.varies[instruction.a]:
            return
        if instruction.slope != NONE:
            self._add(instruction.a, 1.0, gradient, instruction.slope)
            return
        out = self._new_rows(1)
        function, exponent = instruction.function, instruction.exponent
        self.code.backward.append(
            MapGradient(out, function, gradient, instruction.a, instruction.out, exponent)
        )
        self._add(instruction.a, 1.0, out)

    def _binary(self, instruction: Binary) -> None:
        gradient = self._gradient(instruction.out)
        if gradient == NONE:
            return
        for by, operand in enumerate((instruction.a, instruction.b)):
            if self.varies[operand]:
                out = self._new_rows(1)
                self.code.backward.append(
                    BinaryGradient(
                        out, instruction.function, by, gradient, instruction.a, instruction.b, instruction.out
                    )
                )
                self._add(operand, 1.0, out)

    def _layer(self, layer: Layer) -> None:
        gradients = self._layer_gradients(layer)
        if gradients is None:
            return
        backward = self.code.backward
        backward.append(WeightGradient(gradients, layer.inputs, layer.weights, layer.bias, layer.bias_stride))
        if not any(self.varies[row] for row in layer.inputs):
            return
        out = self._new_rows(len(layer.inputs))
        for offset, row in enumerate(layer.inputs):
            self.transposed[out + offset] = len(backward)
            self._add(row, 1.0, out + offset)
        backward.append(Layer(out, len(layer.inputs), gradients, layer.weights.transposed))

    def _layer_gradients(self, layer: Layer) -> tuple[int, ...] | None:
        """Return the rows with the gradients of a layer's sums, before its activation."""
        rows = [self._gradient(layer.out + j) for j in range(layer.count)]
        if all(row == NONE for row in rows):
            return None
        if NONE in rows:
            zero = self._new_rows(1)
            self.code.backward.append(Sum(zero, 0.0, ()))
            rows = [zero if row == NONE else row for row in rows]
        if not layer.activation:
            return tuple(rows)
        slope = layer.out if layer.slope == NONE else layer.slope
        maker = self.transposed.get(rows[0])
        if maker is not None:
            made = self.code.backward[maker]
            # All that flows into this layer was made by one instruction: the derivative is applied as it is stored.
            if isinstance(made, Layer) and rows == list(range(made.out, made.out + made.count)):
                # It is stored over the slopes, which nobody needs any more: fewer rows stay in the cache better.
                self.free.setdefault(made.count, []).append(made.out)
                self.code.backward[maker] = replace(
                    made, out=slope, activation=layer.activation, slope_of=slope
                )
                return tuple(range(slope, slope + layer.count))
        out = self._new_rows(layer.count)
        for j, row in enumerate(rows):
            if layer.slope == NONE:
                instruction: RowInstruction = MapGradient(
                    out + j, layer.activation, row, slope + j, slope + j
                )
            else:
                instruction = Sum(out + j, 0.0, (), ((1.0, row, slope + j),))
            self.code.backward.append(instruction)
        return tuple(range(out, out + layer.count))


def _varying_rows(code: Code) -> list[bool]:
    """Return for each row whether a parameter has an influence on it."""
    slot_varies = [False] * code.slots
    slot_varies[: code.parameters] = [True] * code.parameters
    for shared in code.shared:
        # Constants alone were folded, so that whatever is still computed from slots varies.
        count = len(shared.slots) if hasattr(shared, "slots") else 1
        slot_varies[shared.out : shared.out + count] = [True] * count
    varies = [False] * code.rows
    for instruction in code.forward:
        varies_here = _varies(instruction, varies, slot_varies)
        count = instruction.count if isinstance(instruction, Layer) else 1
        if not isinstance(instruction, (WeightGradient, SplatGradient)):
            varies[instruction.out : instruction.out + count] = [varies_here] * count
    return varies


def _varies(instruction: RowInstruction, rows: list[bool], slots: list[bool]) -> bool:
    if isinstance(instruction, Layer):
        return True
    if isinstance(instruction, Sum):
        return any(rows[a] for _, a in instruction.linear) or any(
            rows[a] or rows[b] for _, a, b in instruction.products
        )
    if isinstance(instruction, Map):
        return rows[instruction.a]
    if isinstance(instruction, Binary):
        return rows[instruction.a] or rows[instruction.b]
    return isinstance(instruction, Splat) and slots[instruction.slot]
