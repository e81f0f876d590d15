"""Proves of a code that it computes what it means to: each read sees the write that was meant, each gradient is whole.

Two proofs. The first replays the placed instructions next to the ones that write every row once, keeping account of
which row lies in which place. The second runs the code on numbers modulo a prime in which every function is replaced
by a random one, and every derivative likewise: there, the gradient must be the exact derivative of the result, which a
forward pass of tangents computes in a way of its own. What is forgotten, counted twice or taken from a wrong row gives
another number, except with a probability of one in 2**61.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from micrograd.compiler.instructions import (
    NONE,
    Binary,
    BinaryGradient,
    Code,
    Dot,
    Gather,
    Layer,
    Map,
    MapGradient,
    RowInstruction,
    Splat,
    SplatGradient,
    Sum,
    WeightGradient,
)
from micrograd.operations import NOTHING, OPERATIONS

_PRIME = (1 << 61) - 1


class VerificationError(AssertionError):
    """A code is wrong: a fault of the compiler's, not of its user's."""


def verify(code: Code) -> None:
    """Raise ``VerificationError`` where a read sees another write than was meant, or a gradient is not whole."""
    _written_once(code)
    _replay(code)
    if code.seed != NONE:
        _Field(code).check()


def _written_once(code: Code) -> None:
    rows = set(range(code.inputs)) | ({code.seed} - {NONE})
    slots = set(range(code.parameters + code.captured))
    computed = {slot for shared in code.shared for slot in _slots_written(shared)}
    slots |= {slot for slot in range(code.slots) if slot not in computed}  # constants
    for shared in code.shared:
        read = shared.slots if isinstance(shared, Gather) else shared.reads()
        _require(all(slot in slots for slot in read), "a slot is read before it is written", shared)
        for slot in _slots_written(shared):
            _require(slot not in slots, f"slot {slot} is written twice", shared)
            slots.add(slot)
    for instruction in (*code.forward, *code.backward):
        missing = [row for row in instruction.reads() if row not in rows]
        _require(not missing, f"rows {missing} are read before they are written", instruction)
        for first, count in instruction.writes():
            for row in range(first, first + count):
                _require(row not in rows, f"row {row} is written twice", instruction)
                rows.add(row)
    for row, slot in code.results:
        _require(row == NONE or row in rows, f"the result, row {row}, is never written", code.results)
        _require(slot == NONE or slot in slots, f"the result, slot {slot}, is never written", code.results)


def _slots_written(shared: object) -> Sequence[int]:
    if isinstance(shared, Gather):
        return range(shared.out, shared.out + len(shared.slots))
    assert isinstance(shared, (Sum, Map, Binary, Dot))
    return (shared.out,)


def _replay(code: Code) -> None:
    placed = code.placed
    _require(len(placed.forward) == len(code.forward), "instructions were lost", "forward")
    _require(len(placed.backward) == len(code.backward), "instructions were lost", "backward")
    holds: dict[int, int] = {row: row for row in range(code.inputs)}
    if code.seed != NONE:
        holds[placed.seed] = code.seed
    kept = set(holds)
    pairs = list(zip((*code.forward, *code.backward), (*placed.forward, *placed.backward), strict=True))
    for at, (meant, instruction) in enumerate(pairs):
        if at == len(code.forward):
            _results(code, holds)
        reads = list(instruction.reads())
        _same_but_for_places(meant, instruction)
        for row, place in zip(meant.reads(), reads, strict=True):
            _require(holds.get(place) == row, f"place {place} holds row {holds.get(place)}, not {row}", meant)
        free_to_take = {
            pair
            for (out, count), (over, _) in instruction.overwrites()
            for pair in zip(range(out, out + count), range(over, over + count), strict=True)
        }
        taken: set[int] = set()
        for (row, count), (place, _) in zip(meant.writes(), instruction.writes(), strict=True):
            for k in range(count):
                here = place + k
                _require(here not in kept, f"place {here} is that of an input", instruction)
                _require(0 <= here < placed.rows, f"there is no place {here}", instruction)
                _require(here not in taken, f"place {here} is written twice at once", instruction)
                _require(
                    instruction.in_place or here not in reads or (here, here) in free_to_take,
                    f"place {here} is overwritten while it is read",
                    instruction,
                )
                taken.add(here)
                holds[here] = row + k
    if len(pairs) == len(code.forward):
        _results(code, holds)


def _results(code: Code, holds: dict[int, int]) -> None:
    _require(len(code.results) == len(code.placed.results), "results were lost", code.results)
    for (row, slot), (place, same_slot) in zip(code.results, code.placed.results, strict=True):
        right = slot == same_slot and (place == NONE if row == NONE else holds.get(place) == row)
        _require(right, f"place {place} holds row {holds.get(place)} at the end, not {row}", code.results)


def _same_but_for_places(meant: RowInstruction, instruction: RowInstruction) -> None:
    places = dict(zip(meant.reads(), instruction.reads(), strict=False))
    for (first, count), (place, _) in zip(meant.writes(), instruction.writes(), strict=False):
        places.update(zip(range(first, first + count), range(place, place + count), strict=True))
    same = (
        type(meant) is type(instruction) and meant.renamed(lambda row: places.get(row, NONE)) == instruction
    )
    _require(same, f"it became {instruction}", meant)


def _require(condition: bool, what: str, where: object) -> None:
    if not condition:
        raise VerificationError(f"{what}: {where}")


def _pairs(i: Dot) -> Sequence[tuple[int, int]]:
    return [(a + k, b + k) for a, b, count in i.runs for k in range(count)]


class _Field:
    """One run of a code and its gradient in the numbers modulo a prime, with random functions."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self.draw = random.Random(1)  # a generator of our own: the user's is left alone
        self.functions: dict[object, int] = {}
        self.slots = [self._number(x) for x in code.initial]
        self.slot_tangents = [0] * code.slots
        for slot in range(code.parameters + code.captured):
            self.slots[slot] = self._any()
        for slot in range(code.parameters):
            self.slot_tangents[slot] = self._any()
        self.rows = [0] * code.rows
        self.row_tangents = [0] * code.rows
        for row in range(code.inputs):
            self.rows[row] = self._any()
        self.gradients = [0] * code.slots

    def check(self) -> None:
        code = self.code
        directions = self.slot_tangents[: code.parameters]
        for shared in code.shared:
            self._forward(shared, self.slots, self.slot_tangents)
        for instruction in code.forward:
            self._forward(instruction, self.rows, self.row_tangents)
        row, slot = code.results[0]
        seed = self.rows[code.seed] = self._any()
        expected = self.row_tangents[row] * seed
        for backward in code.backward:
            self._backward(backward)
        if slot != NONE:
            # The part of the loss that all samples share counts once.
            expected += self.slot_tangents[slot]
            self.gradients[slot] += 1
        for shared in reversed(code.shared):
            self._shared_backward(shared)
        found = sum([g * t for g, t in zip(self.gradients, directions, strict=False)])
        _require(
            (found - expected) % _PRIME == 0,
            "the gradient is not the derivative of the result",
            f"{len(code.forward)} instructions forwards, {len(code.backward)} backwards",
        )

    def _any(self) -> int:
        return self.draw.randrange(1, _PRIME)

    def _number(self, x: float) -> int:
        """Return what stands for a number: itself where it is whole, so that a factor of 1 is one."""
        return (
            int(x) % _PRIME
            if x == x and abs(x) < 2**53 and x == int(x)
            else self._function("number", x.hex())
        )

    def _function(self, *key: object) -> int:
        """Return the value of a random function, always the same one for the same operands."""
        known = self.functions.get(key)
        if known is None:
            known = self.functions[key] = self._any()
        return known

    def _value(self, function: str, a: int, b: int, k: float = 0.0) -> int:
        return a if OPERATIONS[function].slope == NOTHING else self._function(function, a, b, k.hex())

    def _slope(self, function: str, by: int, a: int, b: int, o: int, k: float = 0.0) -> int:
        """Return the derivative as a function of what it needs: of the operands, or of the result."""
        operation = OPERATIONS[function]
        if operation.slope == NOTHING:
            return 0
        if operation.arity == 2:
            known = {"a": a, "b": b, "o": o}
            return self._function(function, "slope", by, *[known[name] for name in operation.reads[by]])
        return self._function(function, "slope", o if operation.slope == "result" else a, k.hex())

    def _forward(self, i: RowInstruction | Gather | Dot, values: list[int], tangents: list[int]) -> None:
        if isinstance(i, Layer):
            self._layer(i)
        elif isinstance(i, Sum):
            value, tangent = self._number(i.constant), 0
            for c, a in i.linear:
                factor = self._number(c)
                value += factor * values[a]
                tangent += factor * tangents[a]
            for c, a, b in i.products:
                factor = self._number(c)
                value += factor * values[a] * values[b]
                tangent += factor * (tangents[a] * values[b] + values[a] * tangents[b])
            values[i.out], tangents[i.out] = value % _PRIME, tangent % _PRIME
        elif isinstance(i, Map):
            a, along = values[i.a], tangents[i.a]
            o = self._value(i.function, a, 0, i.exponent)
            slope = self._slope(i.function, 0, a, 0, o, i.exponent)
            values[i.out], tangents[i.out] = o, slope * along % _PRIME
            if i.slope != NONE:
                values[i.slope] = slope
        elif isinstance(i, Binary):
            a, b = values[i.a], values[i.b]
            o = self._value(i.function, a, b)
            tangent = self._slope(i.function, 0, a, b, o) * tangents[i.a]
            tangent += self._slope(i.function, 1, a, b, o) * tangents[i.b]
            values[i.out], tangents[i.out] = o, tangent % _PRIME
        elif isinstance(i, Splat):
            values[i.out], tangents[i.out] = self.slots[i.slot], self.slot_tangents[i.slot]
        elif isinstance(i, Dot):
            value = tangent = 0
            for a, b in _pairs(i):
                value += values[a] * values[b]
                tangent += tangents[a] * values[b] + values[a] * tangents[b]
            values[i.out], tangents[i.out] = value % _PRIME, tangent % _PRIME
        elif isinstance(i, Gather):
            for k, slot in enumerate(i.slots):
                values[i.out + k], tangents[i.out + k] = values[slot], tangents[slot]

    def _layer(self, i: Layer) -> None:
        values, tangents = self.rows, self.row_tangents
        slots = i.weights.slots(i.count, len(i.inputs))
        inputs = [values[row] for row in i.inputs]
        along = [tangents[row] for row in i.inputs]
        for j in range(i.count):
            value = tangent = 0
            if i.bias != NONE:
                bias = i.bias + j * i.bias_stride
                value, tangent = self.slots[bias], self.slot_tangents[bias]
            own = slots[j * len(inputs) : (j + 1) * len(inputs)]
            for slot, x, t in zip(own, inputs, along, strict=True):
                value += self.slots[slot] * x
                tangent += self.slots[slot] * t + self.slot_tangents[slot] * x
            a, o, slope = value % _PRIME, value % _PRIME, 1
            if i.slope_of != NONE:
                slope = values[i.slope_of + j]
                if OPERATIONS[i.activation].slope == "result":
                    slope = self._slope(i.activation, 0, 0, 0, slope)
                o = a * slope % _PRIME
            elif i.activation:
                o = self._value(i.activation, a, 0)
                slope = self._slope(i.activation, 0, a, 0, o)
            values[i.out + j], tangents[i.out + j] = o, slope * tangent % _PRIME
            if i.slope != NONE:
                values[i.slope + j] = slope

    def _backward(self, i: RowInstruction) -> None:
        rows, gradients = self.rows, self.gradients
        if isinstance(i, WeightGradient):
            slots = iter(i.weights.slots(len(i.gradients), len(i.inputs)))
            inputs = [rows[row] for row in i.inputs]
            for j, gradient in enumerate([rows[row] for row in i.gradients]):
                for x in inputs:
                    slot = next(slots)
                    gradients[slot] = (gradients[slot] + gradient * x) % _PRIME
                if i.bias != NONE:
                    gradients[i.bias + j * i.bias_stride] += gradient
        elif isinstance(i, MapGradient):
            slope = self._slope(i.function, 0, rows[i.a], 0, rows[i.result], i.exponent)
            rows[i.out] = rows[i.gradient] * slope % _PRIME
        elif isinstance(i, BinaryGradient):
            slope = self._slope(i.function, i.by, rows[i.a], rows[i.b], rows[i.result])
            rows[i.out] = rows[i.gradient] * slope % _PRIME
        elif isinstance(i, SplatGradient):
            gradients[i.slot] += rows[i.gradient]
        else:
            self._forward(i, rows, self.row_tangents)

    def _shared_backward(self, i: object) -> None:
        slots, gradients = self.slots, self.gradients
        if isinstance(i, Gather):
            for k, slot in enumerate(i.slots):
                gradients[slot] += gradients[i.out + k]
            return
        assert isinstance(i, (Sum, Map, Binary, Dot))
        gradient = gradients[i.out] % _PRIME
        if isinstance(i, Dot):
            for a, b in _pairs(i):
                gradients[a] += gradient * slots[b]
                gradients[b] += gradient * slots[a]
            return
        if isinstance(i, Sum):
            for c, a in i.linear:
                gradients[a] += self._number(c) * gradient
            for c, a, b in i.products:
                gradients[a] += self._number(c) * gradient * slots[b]
                gradients[b] += self._number(c) * gradient * slots[a]
        elif isinstance(i, Map):
            gradients[i.a] += gradient * self._slope(i.function, 0, slots[i.a], 0, slots[i.out], i.exponent)
        else:
            for by, operand in enumerate((i.a, i.b)):
                slope = self._slope(i.function, by, slots[i.a], slots[i.b], slots[i.out])
                gradients[operand] += gradient * slope
