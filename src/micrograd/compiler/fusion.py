"""The derivative of an activation, applied where the gradients that it multiplies are stored.

What flows back into a layer is usually made by one instruction: the transposed next layer. Where nobody else reads it,
the derivative is applied as it is stored, and the plain gradients never exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from micrograd.compiler.instructions import (
    NONE,
    Draft,
    Layer,
    MapGradient,
    RowInstruction,
    SlopeGradient,
    Sum,
)
from micrograd.operations import FROM_RESULT, OPERATIONS


def fuse(instructions: Sequence[Draft]) -> list[RowInstruction]:
    """Return the instructions of the backward pass without any ``SlopeGradient``."""
    readers: dict[int, int] = {}
    makers: dict[int, int] = {}
    for place, instruction in enumerate(instructions):
        for row in instruction.reads():
            readers[row] = readers.get(row, 0) + 1
        if isinstance(instruction, Layer):
            makers[instruction.out] = place
    out: list[Draft | None] = list(instructions)
    for place, instruction in enumerate(instructions):
        if not isinstance(instruction, SlopeGradient):
            continue
        maker = makers.get(instruction.gradients[0])
        made = None if maker is None else out[maker]
        if (
            maker is not None
            and isinstance(made, Layer)
            and made.slope_of == NONE
            and instruction.gradients == tuple(range(made.out, made.out + made.count))
            and all(readers[row] == 1 for row in instruction.gradients)
        ):
            out[maker] = replace(
                made, out=instruction.out, activation=instruction.activation, slope_of=instruction.slope
            )
            out[place] = None
    result: list[RowInstruction] = []
    for left in out:
        if isinstance(left, SlopeGradient):
            result += _taken_apart(left)
        elif left is not None:
            result.append(left)
    return result


def _taken_apart(instruction: SlopeGradient) -> list[RowInstruction]:
    from_result = OPERATIONS[instruction.activation].slope == FROM_RESULT
    parts: list[RowInstruction] = []
    for j, gradient in enumerate(instruction.gradients):
        out, slope = instruction.out + j, instruction.slope + j
        if from_result:
            parts.append(MapGradient(out, instruction.activation, gradient, slope, slope))
        else:
            parts.append(Sum(out, 0.0, (), ((1.0, gradient, slope),)))
    return parts
