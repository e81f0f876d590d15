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
    Dot,
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
    "SampleLayer": ("out", "count", "width", "first", "packed", "activation", "slope"),
    "WeightGradient": ("count", "width", "weights", "row_stride", "bias", "bias_stride"),
    "SampleGradient": ("count", "width", "first", "weights", "row_stride", "bias", "bias_stride"),
    "Sum": ("out", "numbers", "linear", "products"),
    "Map": ("out", "function", "operand", "exponent", "slope"),
    "MapGradient": ("out", "function", "gradient", "operand", "result", "exponent"),
    "Binary": ("out", "function", "first", "second"),
    "BinaryGradient": ("out", "function", "by", "gradient", "first", "second", "result"),
    "Splat": ("out", "slot"),
    "SplatGradient": ("slot", "gradient"),
    "Load": ("out", "count", "first"),
    "Gather": ("out", "count"),
    "Pack": ("out", "count", "width", "weights", "row_stride", "column_stride", "bias", "bias_stride"),
    "Dot": ("out", "runs"),
}  # fmt: skip
KINDS = {name: kind for kind, name in enumerate(LAYOUT)}
FUNCTIONS = {"": 0} | {o.name: code for code, o in enumerate(operations.FUNCTIONS, start=1)}
BINARY = {o.name: code for code, o in enumerate(operations.BINARY)}

# Lanes are computed in groups of as many as the widest vector has numbers.
GROUPS = {"float64": 8, "float32": 16}
# All rows of a block should stay in the second-level cache, which has at least this many bytes on today's machines.
_CACHED_BYTES = 1 << 19
# An odd number of groups: rows at multiples of a power of two would compete for the same cache lines.
_MOST_LANES = 120
# In float64, blocks of large networks are smaller, so that a batch of a hundred samples is enough for two threads;
# those of the largest are not, because a block reads and writes the gradients of all weights. In float32 the products
# take half the time, and what a block takes beside them counts twice as much: there, blocks are larger, and the 200
# samples of a usual batch are one, which is laid out once for all steps.
_MULTIPLY_ADDS_A_BLOCK, _LARGEST = 150_000, 16_384
_LANES_OF_LARGE = {"float64": 56, "float32": 208}
# Where the weights do not fit into that cache anyway, or the gradient of a wide first layer is computed after a block,
# there are fewer blocks, and rows may have twice the room.
_BEYOND_THE_CACHE, _MORE_LANES = 1 << 17, 216
# A first layer that is this wide reads the samples where they lie.
_WIDE_INPUTS, _WIDE_WEIGHTS, _WIDE_NEURONS = 12, 192, 8
# A first layer with so many weights has its gradient computed apart (MANY_WEIGHTS in prepare.c).
_MANY_WEIGHTS = 1 << 14
# Packed weights have room for a multiple of this many neurons (PACKED_NEURONS in program.h).
_PACKED_NEURONS = 16


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
    packed: int  # how many numbers the packed weights of first layers are

    @property
    def stays_packed(self) -> bool:
        """Whether a training leaves the weights packed from step to step (``stays_packed`` in machine.h)."""
        if self.shared[:2].tolist() != [KINDS["Pack"], len(self.shared)]:
            return False
        fields = dict(zip(LAYOUT["Pack"], self.shared[2:]))
        return fields["count"] * fields["width"] >= _MANY_WEIGHTS


def encode(code: Code, dtype: str = "float64", in_rows: bool = False) -> Encoded:
    """Return the code's words for kernels of a precision; ``code.placed`` has to be there.

    Wide first layers read the samples where they lie, and their weights are packed for it, once a step. With
    ``in_rows`` samples are laid out in rows instead: of a few samples, that takes less time.
    """
    placed = code.placed
    encoder = _Encoder(code, in_rows)
    work = _multiply_adds([*placed.forward, *placed.backward])
    wide = any(_is_wide(i, encoder.features) for i in placed.forward)
    lanes = _lanes(work, code.slots, placed.rows - code.features + len(encoder.loaded), dtype, wide)
    shared = encoder.encode(code.shared, 1)
    forward = encoder.loads(lanes)
    forward.extend(encoder.encode(placed.forward, lanes))
    backward = encoder.encode(placed.backward, lanes)
    shared.extend(encoder.packs)
    return Encoded(
        parameters=code.parameters,
        captured=code.captured,
        features=code.features,
        targets=code.targets,
        rows=placed.rows,
        lanes=lanes,
        seed=placed.seed,
        results=array("q", [number for result in placed.results for number in result]),
        initial=code.initial,
        numbers=encoder.numbers,
        shared=shared,
        forward=forward,
        backward=backward,
        work=work,
        packed=encoder.packed,
    )


def _lanes(work: int, slots: int, rows: int, dtype: str, wide: bool) -> int:
    """Return the most samples of a block: of so much work for a sample, so many slots, and rows that are used."""
    group = GROUPS[dtype]
    most = _MOST_LANES if work * _MOST_LANES < _MULTIPLY_ADDS_A_BLOCK else _LANES_OF_LARGE[dtype]
    if slots >= _LARGEST:
        most = max(most, _MOST_LANES)
    numbers = _CACHED_BYTES * group // 64
    if wide or slots >= _BEYOND_THE_CACHE:
        most, numbers = _MORE_LANES, 2 * numbers
    groups = min(most, max(group, numbers // max(1, rows))) // group
    return group * (groups - 1 + groups % 2)


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
    def __init__(self, code: Code, in_rows: bool = False) -> None:
        self.numbers = array("d")
        self.features = 0 if in_rows else code.features  # those that may be read where they lie
        self.packs = array("q")  # what lays weights out for first layers, once a step
        self.packed = 0
        # The features that have to be in rows: some instruction reads them there.
        rows: set[int] = set()
        for instruction in (*code.placed.forward, *code.placed.backward):
            rows.update(_rows_read(instruction, self.features))
        rows.update(row for row, _ in code.placed.results)
        self.loaded = sorted(row for row in rows if 0 <= row < code.features)

    def loads(self, stride: int) -> array[int]:
        """Return the instructions that bring features into their rows: one for neighbours."""
        words = array("q")
        runs: list[list[int]] = []
        for row in self.loaded:
            if runs and runs[-1][1] == row:
                runs[-1][1] += 1
            else:
                runs.append([row, row + 1])
        for first, end in runs:
            words.extend((KINDS["Load"], 2 + len(LAYOUT["Load"]), first * stride, end - first, first))
        return words

    def encode(self, instructions: Iterable[RowInstruction | SlotInstruction], stride: int) -> array[int]:
        """Return the words of instructions; rows become offsets, ``stride`` numbers apart."""
        words = array("q")
        for instruction in instructions:
            name = type(instruction).__name__
            if isinstance(instruction, (Layer, WeightGradient)) and _reads_samples(
                instruction, self.features
            ):
                name = "SampleLayer" if isinstance(instruction, Layer) else "SampleGradient"
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

        if isinstance(i, Layer) and _reads_samples(i, self.features):
            fields = {
                "out": row(i.out),
                "count": i.count,
                "width": len(i.inputs),
                "first": i.inputs[0],
                "packed": self._pack(i),
                "activation": FUNCTIONS[i.activation],
                "slope": row(i.slope),
            }
            return fields, ()
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
                "first": i.inputs[0],
                "bias": i.bias,
                "bias_stride": i.bias_stride,
            }
            of_samples = _reads_samples(i, self.features)
            return fields, rows(i.gradients) if of_samples else [*rows(i.gradients), *rows(i.inputs)]
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
        if isinstance(i, Dot):
            return {"out": i.out, "runs": len(i.runs)}, [number for run in i.runs for number in run]
        assert isinstance(i, Gather)
        return {"out": i.out, "count": len(i.slots)}, i.slots

    def _pack(self, i: Layer) -> int:
        """Have the weights of a first layer packed; return where they will be."""
        first = self.packed
        fields = {
            "out": first,
            "count": i.count,
            "width": len(i.inputs),
            "weights": i.weights.first,
            "row_stride": i.weights.row_stride,
            "column_stride": i.weights.column_stride,
            "bias": i.bias,
            "bias_stride": i.bias_stride,
        }
        values = [fields[field] for field in LAYOUT["Pack"]]
        self.packs.extend((KINDS["Pack"], 2 + len(values), *values))
        self.packed += (1 + len(i.inputs)) * -(-i.count // _PACKED_NEURONS) * _PACKED_NEURONS
        return first


def _reads_samples(i: Layer | WeightGradient, features: int) -> bool:
    """Whether a wide layer, or the gradient of its weights, takes neighbouring features as inputs, in their order."""
    count = i.count if isinstance(i, Layer) else len(i.gradients)
    width = len(i.inputs)
    if width < _WIDE_INPUTS or width * count < _WIDE_WEIGHTS or count < _WIDE_NEURONS:
        return False
    if isinstance(i, Layer) and i.slope_of != NONE:
        return False
    first = i.inputs[0]
    return first + width <= features and i.inputs == tuple(range(first, first + width))


def _is_wide(i: RowInstruction, features: int) -> bool:
    """Whether it is a first layer with many weights."""
    return isinstance(i, Layer) and _reads_samples(i, features) and i.count * len(i.inputs) >= _MANY_WEIGHTS


def _rows_read(i: RowInstruction, features: int) -> Sequence[int]:
    """Return the rows that the kernels read for an instruction."""
    if isinstance(i, Layer) and _reads_samples(i, features):
        return ()
    if isinstance(i, WeightGradient) and _reads_samples(i, features):
        return i.gradients
    return i.reads()


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
