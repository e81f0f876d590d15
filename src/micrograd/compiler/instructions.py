"""What a program is made of: a straight list of instructions over rows and slots.

A *row* holds one number for every sample of a block (its lanes); a *slot* holds one number that all samples share:
a parameter, a constant, or what is computed from those alone, such as an L2 penalty. Values and gradients live in
the same row space, so that the gradient instructions are mostly the same kinds of instruction again.

``lower`` and ``gradient`` write each row and each slot once. ``places`` then gives the rows their places in memory;
the instructions are the same ones, with places for rows. What an instruction reads and writes, it says itself.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

Term = tuple[float, int]
Product = tuple[float, int, int]
# The first of some consecutive rows, and how many they are.
Rows = tuple[int, int]
NONE = -1

Rename = Callable[[int], int]


@dataclass(frozen=True)
class WeightSlots:
    """A matrix of weights by their slots: element (j, i) is in slot ``first + j*row_stride + i*column_stride``."""

    first: int
    row_stride: int
    column_stride: int

    @property
    def transposed(self) -> WeightSlots:
        return WeightSlots(self.first, self.column_stride, self.row_stride)

    def slots(self, count: int, width: int) -> list[int]:
        """Return the slots of ``count`` by ``width`` weights."""
        rows, columns = self.row_stride, self.column_stride
        return [self.first + j * rows + i * columns for j in range(count) for i in range(width)]


class _Instruction:
    """What is common to instructions on rows: unless a class says otherwise, nothing is read and nothing written."""

    # Whether each lane is read before it is written, so that the result may take the place of any operand.
    in_place = False

    def reads(self) -> Sequence[int]:
        """Return the rows that are read."""
        return ()

    def writes(self) -> Sequence[Rows]:
        """Return the ranges of rows that are written."""
        return ()

    def overwrites(self) -> Sequence[tuple[Rows, Rows]]:
        """Return pairs of a range written and a range read, lane by lane, whose place it may take."""
        return ()


@dataclass(frozen=True)
class Layer(_Instruction):
    """rows out..out+count-1 = activation(bias + weights @ inputs).

    Rows ``slope``, ``slope + 1``, ... get the derivatives of the activation, where it is a smooth one and they are
    wanted. With ``slope_of`` set, the result is instead multiplied by the derivatives of another layer's
    activation: by the rows ``slope_of``, ... of a smooth one, by the sign of ReLU's results in these rows.
    """

    out: int
    count: int
    inputs: tuple[int, ...]
    weights: WeightSlots
    bias: int = NONE
    bias_stride: int = 0
    activation: str = ""
    slope: int = NONE
    slope_of: int = NONE

    def reads(self) -> Sequence[int]:
        if self.slope_of == NONE:
            return self.inputs
        return (*self.inputs, *range(self.slope_of, self.slope_of + self.count))

    def writes(self) -> Sequence[Rows]:
        out = (self.out, self.count)
        return (out,) if self.slope == NONE else (out, (self.slope, self.count))

    def overwrites(self) -> Sequence[tuple[Rows, Rows]]:
        over = range(self.slope_of, self.slope_of + self.count)
        if self.slope_of == NONE or any(row in over for row in self.inputs):
            return ()
        return (((self.out, self.count), (self.slope_of, self.count)),)

    def renamed(self, place: Rename) -> Layer:
        """Return the same instruction on other rows."""
        return replace(
            self,
            out=place(self.out),
            inputs=tuple([place(row) for row in self.inputs]),
            slope=NONE if self.slope == NONE else place(self.slope),
            slope_of=NONE if self.slope_of == NONE else place(self.slope_of),
        )


@dataclass(frozen=True)
class WeightGradient(_Instruction):
    """gradient slots of weights += gradients @ inputs.T over the lanes; of bias += the sums of the gradients."""

    gradients: tuple[int, ...]
    inputs: tuple[int, ...]
    weights: WeightSlots
    bias: int = NONE
    bias_stride: int = 0

    def reads(self) -> Sequence[int]:
        return (*self.gradients, *self.inputs)

    def renamed(self, place: Rename) -> WeightGradient:
        """Return the same instruction on other rows."""
        gradients = tuple([place(row) for row in self.gradients])
        return replace(self, gradients=gradients, inputs=tuple([place(row) for row in self.inputs]))


@dataclass(frozen=True)
class Sum(_Instruction):
    """out = constant + sum of coefficient*a + sum of coefficient*a*b."""

    out: int
    constant: float
    linear: tuple[Term, ...]
    products: tuple[Product, ...] = ()
    in_place = True

    def reads(self) -> Sequence[int]:
        rows = [a for _, a in self.linear]
        for _, a, b in self.products:
            rows += (a, b)
        return rows

    def writes(self) -> Sequence[Rows]:
        return ((self.out, 1),)

    def renamed(self, place: Rename) -> Sum:
        """Return the same instruction on other rows."""
        linear = tuple([(c, place(a)) for c, a in self.linear])
        return Sum(
            place(self.out),
            self.constant,
            linear,
            tuple([(c, place(a), place(b)) for c, a, b in self.products]),
        )


@dataclass(frozen=True)
class Map(_Instruction):
    """out = function(a), or a**exponent; row ``slope`` gets the derivative of a smooth activation, if wanted."""

    out: int
    function: str
    a: int
    exponent: float = 0.0
    slope: int = NONE
    in_place = True

    def reads(self) -> Sequence[int]:
        return (self.a,)

    def writes(self) -> Sequence[Rows]:
        return ((self.out, 1),) if self.slope == NONE else ((self.out, 1), (self.slope, 1))

    def renamed(self, place: Rename) -> Map:
        """Return the same instruction on other rows."""
        slope = NONE if self.slope == NONE else place(self.slope)
        return replace(self, out=place(self.out), a=place(self.a), slope=slope)


@dataclass(frozen=True)
class MapGradient(_Instruction):
    """out = gradient * derivative of ``function``, from its operand in row a or from its result.

    Whichever of the two the derivative does not need is the same row as the other.
    """

    out: int
    function: str
    gradient: int
    a: int
    result: int
    exponent: float = 0.0
    in_place = True

    def reads(self) -> Sequence[int]:
        return (self.gradient, self.a, self.result)

    def writes(self) -> Sequence[Rows]:
        return ((self.out, 1),)

    def renamed(self, place: Rename) -> MapGradient:
        """Return the same instruction on other rows."""
        rows = [place(row) for row in (self.out, self.gradient, self.a, self.result)]
        return MapGradient(rows[0], self.function, rows[1], rows[2], rows[3], self.exponent)


@dataclass(frozen=True)
class SlopeGradient(_Instruction):
    """rows out..out+count-1 = gradients * derivatives of a layer's activation, from the rows slope, slope+1, ...

    These are the rows ``slope`` of a smooth activation's layer, or the results of one with ReLU. No machine knows this
    instruction: ``fusion`` makes it a part of what made the gradients, or takes it apart.
    """

    out: int
    count: int
    gradients: tuple[int, ...]
    activation: str
    slope: int

    def reads(self) -> Sequence[int]:
        return (*self.gradients, *range(self.slope, self.slope + self.count))

    def writes(self) -> Sequence[Rows]:
        return ((self.out, self.count),)


@dataclass(frozen=True)
class Binary(_Instruction):
    """out = a**b, max(a, b) or min(a, b)."""

    out: int
    function: str
    a: int
    b: int
    in_place = True

    def reads(self) -> Sequence[int]:
        return (self.a, self.b)

    def writes(self) -> Sequence[Rows]:
        return ((self.out, 1),)

    def renamed(self, place: Rename) -> Binary:
        """Return the same instruction on other rows."""
        return Binary(place(self.out), self.function, place(self.a), place(self.b))


@dataclass(frozen=True)
class BinaryGradient(_Instruction):
    """out = gradient * derivative of a binary function by its first (``by`` 0) or second (1) operand.

    Of a, b and result, those that the derivative does not need are the same row as one that it needs.
    """

    out: int
    function: str
    by: int
    gradient: int
    a: int
    b: int
    result: int
    in_place = True

    def reads(self) -> Sequence[int]:
        return (self.gradient, self.a, self.b, self.result)

    def writes(self) -> Sequence[Rows]:
        return ((self.out, 1),)

    def renamed(self, place: Rename) -> BinaryGradient:
        """Return the same instruction on other rows."""
        rows = [place(row) for row in (self.out, self.gradient, self.a, self.b, self.result)]
        return BinaryGradient(rows[0], self.function, self.by, *rows[1:])


@dataclass(frozen=True)
class Splat(_Instruction):
    """Every lane of row out = slot."""

    out: int
    slot: int

    def writes(self) -> Sequence[Rows]:
        return ((self.out, 1),)

    def renamed(self, place: Rename) -> Splat:
        """Return the same instruction on other rows."""
        return Splat(place(self.out), self.slot)


@dataclass(frozen=True)
class SplatGradient(_Instruction):
    """gradient slot += the sum of the lanes of row gradient."""

    slot: int
    gradient: int

    def reads(self) -> Sequence[int]:
        return (self.gradient,)

    def renamed(self, place: Rename) -> SplatGradient:
        """Return the same instruction on other rows."""
        return SplatGradient(self.slot, place(self.gradient))


@dataclass(frozen=True)
class Gather:
    """slots out, out+1, ... = slots; packs weights that do not lie in a regular order."""

    out: int
    slots: tuple[int, ...]


@dataclass(frozen=True)
class Dot:
    """slot out = sum of slots a, a+1, ... times slots b, b+1, ... over runs of (a, b, how many)."""

    out: int
    runs: tuple[tuple[int, int, int], ...]

    def reads(self) -> Sequence[int]:
        """Return the slots that are read."""
        return [slot for a, b, count in self.runs for first in (a, b) for slot in range(first, first + count)]


RowInstruction: TypeAlias = (
    Layer | WeightGradient | Sum | Map | MapGradient | Binary | BinaryGradient | Splat | SplatGradient
)
SlotInstruction: TypeAlias = Sum | Map | Binary | Gather | Dot
Draft: TypeAlias = RowInstruction | SlopeGradient


@dataclass
class Placed:
    """The instructions of a ``Code`` with places in memory for rows; what machines run."""

    rows: int
    forward: list[RowInstruction]
    backward: list[RowInstruction]
    results: Sequence[tuple[int, int]]
    seed: int


@dataclass
class Code:
    """A compiled graph.

    ``forward`` and ``backward`` run for every block of samples; ``shared`` runs once before them, and its gradient
    once after them, on slots. The first rows are the sample's inputs, features before targets; the first slots are
    the parameters, those after them what was captured: leaves that are read anew at each call and get no gradient.
    """

    parameters: int
    features: int
    targets: int
    captured: int = 0
    # The slots' values before the first run; only the constants matter.
    initial: array[float] = field(default_factory=lambda: array("d"))
    rows: int = 0
    shared: list[SlotInstruction] = field(default_factory=list)
    forward: list[RowInstruction] = field(default_factory=list)
    backward: list[RowInstruction] = field(default_factory=list)
    # The results: a row, and a slot to be added to it; NONE where there is none.
    results: Sequence[tuple[int, int]] = ()
    seed: int = NONE  # the row of the loss's own gradient, 1 / number of samples
    placed: Placed = field(default_factory=lambda: Placed(0, [], [], (), NONE))

    @property
    def slots(self) -> int:
        return len(self.initial)

    @property
    def inputs(self) -> int:
        """How many rows a sample fills."""
        return self.features + self.targets
