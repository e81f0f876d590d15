"""Writes a code down as words: the 64-bit integers that the kernels read (see ``kernels/program.h``).

The very same words serve every build of the kernels, and the front up to here needs no library. Which fields an
instruction has, and in which order, stands here and in ``program.h``; the module compares the two when it is imported.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from micrograd import operations
from micrograd.compiler.instructions import (
    NONE,
    Binary,
    BinaryGradient,
    Code,
    Gather,
    Layer,
    Map,
    MapGradient,
    RowInstruction,
    SlotInstruction,
    Splat,
    SplatGradient,
    Sum,
    WeightGradient,
)

# The instructions in the order of their codes, with their fields: first their kind and length, at last their operands.
LAYOUT: dict[str, tuple[str, ...]] = {
    "Layer": (
        "out", "count", "width", "weights", "row_stride", "column_stride", "bias", "bias_stride", "activation",
        "slope", "slope_of",
    ),
    "WeightGradient": ("count", "width", "weights", "row_stride", "bias", "bias_stride", "scratch"),
    "Sum": ("out", "numbers", "linear", "products"),
    "Map": ("out", "function", "operand", "exponent", "slope"),
    "MapGradient": ("out", "function", "gradient", "operand", "result", "exponent"),
    "Binary": ("out", "function", "first", "second"),
    "BinaryGradient": ("out", "function", "by", "gradient", "first", "second", "result"),
    "Splat": ("out", "slot"),
    "SplatGradient": ("slot", "gradient"),
    "Gather": ("out", "count"),
}  # fmt: skip
KINDS = {name: kind for kind, name in enumerate(LAYOUT)}
FUNCTIONS = {"": 0} | {o.name: code for code, o in enumerate(operations.FUNCTIONS, start=1)}
BINARY = {o.name: code for code, o in enumerate(operations.BINARY)}

# All rows of a block should stay in the second-level cache, which has at least this many numbers on today's machines.
_CACHED_NUMBERS = 1 << 16
# An odd number of groups of 8 lanes: rows at multiples of a power of two would compete for the same cache lines.
_MOST_LANES, LANES = 120, 8
# Blocks of large networks are smaller, so that a batch of a hundred samples is enough for two threads.
_MULTIPLY_ADDS_A_BLOCK, _FEWER_LANES = 150_000, 56


@dataclass(frozen=True)
class Encoded:
    """A code in words. Rows are offsets of lane 0, ``lanes`` numbers apart; ``work`` is that of one sample."""

    parameters: int
    captured: int
    features: int
    targets: int
    rows: int
    lanes: int
    seed: int
    results: array[int]
    initial: array[float]
    numbers: array[float]  # the coefficients and exponents that instructions refer to
    shared: array[int]
    forward: array[int]
    backward: array[int]
    work: int


def encode(code: Code) -> Encoded:
    """Return the code's words; ``code.placed`` has to be there."""
    placed = code.placed
    work = _multiply_adds([*placed.forward, *placed.backward])
    most = _MOST_LANES if work * _MOST_LANES < _MULTIPLY_ADDS_A_BLOCK else _FEWER_LANES
    groups = min(most, max(LANES, _CACHED_NUMBERS // max(1, placed.rows))) // LANES
    lanes = LANES * (groups - 1 + groups % 2)
    encoder = _Encoder(placed.rows)
    shared = encoder.encode(code.shared, 1)
    forward = encoder.encode(placed.forward, lanes)
    backward = encoder.encode(placed.backward, lanes)
    return Encoded(
        parameters=code.parameters,
        captured=code.captured,
        features=code.features,
        targets=code.targets,
        rows=placed.rows + _scratch_rows(placed.backward),
        lanes=lanes,
        seed=placed.seed,
        results=array("q", [number for result in placed.results for number in result]),
        initial=code.initial,
        numbers=encoder.numbers,
        shared=shared,
        forward=forward,
        backward=backward,
        work=work,
    )


def written(code: Code) -> dict[str, Any]:
    """Return the code's words as plain lists and numbers, which JSON has: what a page's kernels load.

    ``constants`` are the captured leaves as they are now.
    """
    encoded = encode(code)
    told: dict[str, Any] = {
        field.name: list(value) if isinstance(value := getattr(encoded, field.name), array) else value
        for field in fields(encoded)
    }
    told["constants"] = told["initial"][code.parameters : code.parameters + code.captured]
    return told


class _Encoder:
    def __init__(self, scratch: int) -> None:
        self.numbers = array("d")
        self.scratch = scratch  # the first of the rows that an instruction may use while it runs

    def encode(self, instructions: Iterable[RowInstruction | SlotInstruction], stride: int) -> array[int]:
        """Return the words of instructions; rows become offsets, ``stride`` numbers apart."""
        words = array("q")
        for instruction in instructions:
            name = type(instruction).__name__
            fields, operands = self._fields(instruction, stride)
            values = [fields[field] for field in LAYOUT[name]]
            words.extend((KINDS[name], 2 + len(values) + len(operands), *values, *operands))
        return words

    def _number(self, *values: float) -> int:
        self.numbers.extend(values)
        return len(self.numbers) - len(values)

    def _fields(
        self, i: RowInstruction | SlotInstruction, stride: int
    ) -> tuple[dict[str, int], Sequence[int]]:
        def row(number: int) -> int:
            return NONE if number == NONE else number * stride

        def rows(numbers: Sequence[int]) -> list[int]:
            return [number * stride for number in numbers]

        if isinstance(i, Layer):
            w = i.weights
            fields = {
                "out": row(i.out),
                "count": i.count,
                "width": len(i.inputs),
                "weights": w.first,
                "row_stride": w.row_stride,
                "column_stride": w.column_stride,
                "bias": i.bias,
                "bias_stride": i.bias_stride,
                "activation": FUNCTIONS[i.activation],
                "slope": row(i.slope),
                "slope_of": row(i.slope_of),
            }
            return fields, rows(i.inputs)
        if isinstance(i, WeightGradient):
            fields = {
                "count": len(i.gradients),
                "width": len(i.inputs),
                "weights": i.weights.first,
                "row_stride": i.weights.row_stride,
                "bias": i.bias,
                "bias_stride": i.bias_stride,
                "scratch": row(self.scratch),
            }
            return fields, [*rows(i.gradients), *rows(i.inputs)]
        if isinstance(i, Sum):
            coefficients = [term[0] for term in (*i.linear, *i.products)]
            numbers = self._number(i.constant, *coefficients)
            counts = {"linear": len(i.linear), "products": len(i.products)}
            return {"out": row(i.out), "numbers": numbers, **counts}, rows(i.reads())
        if isinstance(i, Map):
            fields = {"out": row(i.out), "function": FUNCTIONS[i.function], "operand": row(i.a)}
            return {**fields, "exponent": self._number(i.exponent), "slope": row(i.slope)}, ()
        if isinstance(i, MapGradient):
            fields = {"out": row(i.out), "function": FUNCTIONS[i.function], "gradient": row(i.gradient)}
            operands = {"operand": row(i.a), "result": row(i.result)}
            return {**fields, **operands, "exponent": self._number(i.exponent)}, ()
        if isinstance(i, Binary):
            fields = {"out": row(i.out), "function": BINARY[i.function], "first": row(i.a)}
            return {**fields, "second": row(i.b)}, ()
        if isinstance(i, BinaryGradient):
            fields = {
                "out": row(i.out),
                "function": BINARY[i.function],
                "by": i.by,
                "gradient": row(i.gradient),
            }
            return {**fields, "first": row(i.a), "second": row(i.b), "result": row(i.result)}, ()
        if isinstance(i, Splat):
            return {"out": row(i.out), "slot": i.slot}, ()
        if isinstance(i, SplatGradient):
            return {"slot": i.slot, "gradient": row(i.gradient)}, ()
        assert isinstance(i, Gather)
        return {"out": i.out, "count": len(i.slots)}, i.slots


def _scratch_rows(backward: Iterable[RowInstruction]) -> int:
    """Return how many rows the widest weight gradient needs to lay its inputs out sample by sample."""
    widths = [len(i.inputs) for i in backward if isinstance(i, WeightGradient)]
    return (-(-max(widths, default=0) // LANES) | 1) * LANES


def _multiply_adds(instructions: Iterable[RowInstruction]) -> int:
    """Return about how many multiply-adds the instructions are for one sample; a function counts as ten."""
    total = 0
    for i in instructions:
        if isinstance(i, Layer):
            total += i.count * len(i.inputs)
        elif isinstance(i, WeightGradient):
            total += len(i.gradients) * (len(i.inputs) + 1)
        elif isinstance(i, Sum):
            total += len(i.linear) + 2 * len(i.products) + 1
        else:
            total += 10
    return total
