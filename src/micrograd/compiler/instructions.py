"""What a program is made of: a straight list of instructions over rows and slots.

A *row* holds one number for every sample of a block (its lanes); a *slot* holds one number that all samples share:
a parameter, a constant, or what is computed from those alone, such as an L2 penalty. Values and gradients live in
the same row space, so that the gradient instructions are mostly the same kinds of instruction again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

# Activations whose derivative is computed with the result, from the same exponential: taken from the result alone,
# as 1 - y*y, it would lose its digits where y is close to 1.
SMOOTH = ("tanh", "sigmoid")

Term = tuple[float, int]
Product = tuple[float, int, int]
NONE = -1


@dataclass(frozen=True)
class Matrix:
    """Weights in the slots: element (j, i) is slot ``first + j*row_stride + i*column_stride``."""

    first: int
    row_stride: int
    column_stride: int

    @property
    def transposed(self) -> Matrix:
        return Matrix(self.first, self.column_stride, self.row_stride)


@dataclass(frozen=True)
class Layer:
    """rows out..out+count-1 = activation(bias + weights @ inputs).

    Rows ``slope``, ``slope + 1``, ... get the derivatives of the activation, where it is a smooth one and they are
    wanted. With ``slope_of`` set, the result is instead multiplied by the derivatives of another layer's
    activation: by the rows ``slope_of``, ... of a smooth one, by the sign of ReLU's results in these rows.
    """

    out: int
    count: int
    inputs: tuple[int, ...]
    weights: Matrix
    bias: int = NONE
    bias_stride: int = 0
    activation: str = ""
    slope: int = NONE
    slope_of: int = NONE


@dataclass(frozen=True)
class WeightGradient:
    """gradient slots of weights += gradients @ inputs.T over the lanes; of bias += the sums of the gradients."""

    gradients: tuple[int, ...]
    inputs: tuple[int, ...]
    weights: Matrix
    bias: int = NONE
    bias_stride: int = 0


@dataclass(frozen=True)
class Sum:
    """out = constant + sum of coefficient*a + sum of coefficient*a*b."""

    out: int
    constant: float
    linear: tuple[Term, ...]
    products: tuple[Product, ...] = ()


@dataclass(frozen=True)
class Map:
    """out = function(a), or a**exponent; row ``slope`` gets the derivative of a smooth activation, if wanted."""

    out: int
    function: str
    a: int
    exponent: float = 0.0
    slope: int = NONE


@dataclass(frozen=True)
class MapGradient:
    """out = gradient * derivative of ``function``, from its operand in row a and its result."""

    out: int
    function: str
    gradient: int
    a: int
    result: int
    exponent: float = 0.0


@dataclass(frozen=True)
class Binary:
    """out = a**b, max(a, b) or min(a, b)."""

    out: int
    function: str
    a: int
    b: int


@dataclass(frozen=True)
class BinaryGradient:
    """out = gradient * derivative of a binary function by its first (``by`` 0) or second (1) operand."""

    out: int
    function: str
    by: int
    gradient: int
    a: int
    b: int
    result: int


@dataclass(frozen=True)
class Splat:
    """Every lane of row out = slot."""

    out: int
    slot: int


@dataclass(frozen=True)
class SplatGradient:
    """gradient slot += the sum of the lanes of row gradient."""

    slot: int
    gradient: int


@dataclass(frozen=True)
class Gather:
    """slots out, out+1, ... = slots; packs weights that do not lie in a regular order."""

    out: int
    slots: NDArray[np.int64]


RowInstruction: TypeAlias = (
    Layer | WeightGradient | Sum | Map | MapGradient | Binary | BinaryGradient | Splat | SplatGradient
)
SlotInstruction: TypeAlias = Sum | Map | Binary | Gather


@dataclass
class Code:
    """A compiled graph.

    ``forward`` and ``backward`` run for every block of samples; ``shared`` runs once before them, and its gradient
    once after them, on slots. The first rows are the sample's inputs, features before targets; the first slots are
    the parameters.
    """

    parameters: int
    features: int
    targets: int
    initial: NDArray[np.float64]  # the slots' values before the first run; only the constants matter
    rows: int = 0
    shared: list[SlotInstruction] = field(default_factory=list)
    forward: list[RowInstruction] = field(default_factory=list)
    backward: list[RowInstruction] = field(default_factory=list)
    # The results: a row, and a slot to be added to it; NONE where there is none.
    results: Sequence[tuple[int, int]] = ()
    seed: int = NONE  # the row of the loss's own gradient, 1 / number of samples

    @property
    def slots(self) -> int:
        return len(self.initial)
