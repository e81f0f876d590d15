"""The table of a graph's distinct expressions: constants folded, common subexpressions found, no data in it.

An expression is a number (its place in the table); its operands always have smaller numbers. Two graphs are the
same computation exactly when their tables are equal, which is how a graph that depends on the data is found out.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TypeAlias, TypeVar

from micrograd.operations import OPERATIONS

CONSTANT, PARAMETER, INPUT, CAPTURED, DOT = "constant", "parameter", "input", "captured", "dot"
# A dot product of parameters with parameters, such as a penalty on the weights.
SHARED_DOT = "shared dot"
ADD, MULTIPLY, POWER, MAXIMUM, MINIMUM = "+", "*", "**", "max", "min"
CONSTANT_POWER, DETACH = "**k", "detach"
FUNCTIONS = tuple(
    name for name, operation in OPERATIONS.items() if operation.arity == 1 and name != CONSTANT_POWER
)
BINARY = tuple(name for name, operation in OPERATIONS.items() if operation.arity == 2)

# What an expression depends on. Only what depends on the sample has to be computed for each sample.
FIXED, SHARED, SAMPLE = 0, 1, 2

Thing = TypeVar("Thing")

# The weights or the inputs of a dot product, as ``evenly`` returns them.
Places: TypeAlias = "tuple[int, ...] | range"


def evenly(places: tuple[int, ...]) -> Places:
    """Return numbers that go up in even steps as a range, and others as they are.

    A range is copied, hashed and compared without a look at its numbers, and most layers have nothing else.
    """
    if len(places) < 2:
        return range(places[0], places[0] + 1) if places else range(0)
    step = places[1] - places[0]
    if step <= 0 or places[-1] - places[0] != step * (len(places) - 1):
        return places
    steps = range(places[0], places[-1] + 1, step)
    return steps if tuple(steps) == places else places


class Column(dict[int, Thing]):
    """One thing of each expression of a table, by its number.

    Of the parameters, which may be many, and of the inputs, with which a table begins, it is always the same: that is
    not written down for each of them.
    """

    def __init__(self, parameters: int, inputs: int, of_parameters: Thing, of_inputs: Thing) -> None:
        self.first, self.next = parameters, parameters + inputs
        self.of_parameters, self.of_inputs = of_parameters, of_inputs

    def __missing__(self, place: int) -> Thing:
        if not 0 <= place < self.next:
            raise KeyError(place)
        return self.of_parameters if place < self.first else self.of_inputs

    def later(self, size: int) -> list[Thing]:
        """Return what follows the inputs, in a table of ``size`` expressions."""
        return [self[place] for place in range(self.next, size)]


class Expressions:
    """A table of distinct expressions over ``parameters`` parameters and ``inputs`` inputs of a sample.

    The parameters have the numbers 0 to ``parameters - 1``, the inputs the numbers after them.
    """

    def __init__(self, parameters: int, inputs: int) -> None:
        self.parameters = parameters
        self.inputs = inputs
        self.captured_leaves = 0
        self.size = parameters + inputs
        self.operation = Column(parameters, inputs, PARAMETER, INPUT)
        self.operands: Column[tuple[int, ...]] = Column(parameters, inputs, (), ())
        # The value of a constant, the exponent of a constant power, the number of a captured leaf, else 0.
        self.number = Column(parameters, inputs, 0.0, 0.0)
        self.depends = Column(parameters, inputs, SHARED, SAMPLE)
        # Whether a parameter has an influence on it, so that a gradient flows through it.
        self.varies = Column(parameters, inputs, True, False)
        # A dot product keeps weights, inputs and bias apart from ``operands``, which would be copied per neuron.
        self.dots: dict[int, tuple[Places, Places, int | None]] = {}
        self._known: dict[object, int] = {}
        self._all_samples: dict[Places, bool] = {}

    def __len__(self) -> int:
        return self.size

    def constant(self, value: float) -> int:
        """Return the expression of a constant; +0.0 and -0.0 are two constants."""
        key = (CONSTANT, float(value).hex())
        known = self._known.get(key)
        return known if known is not None else self._append(key, CONSTANT, (), float(value), FIXED, False)

    def captured(self, index: int) -> int:
        """Return the expression of a leaf that is read anew at each call; no gradient flows into it."""
        key = (CAPTURED, index)
        known = self._known.get(key)
        if known is not None:
            return known
        self.captured_leaves = max(self.captured_leaves, index + 1)
        return self._append(key, CAPTURED, (), float(index), SHARED, False)

    def apply(self, operation: str, operands: tuple[int, ...], number: float, result: float) -> int:
        """Return the expression of one operation; ``result`` is its value, used when all operands are constants."""
        left, right = operands[0], operands[-1]  # the same where there is only one
        depends = max(self.depends[left], self.depends[right])
        if depends == FIXED:
            return self.constant(result)
        if operation in (ADD, MULTIPLY):
            neutral = 0.0 if operation == ADD else 1.0
            if self._is_constant(left, neutral):
                return right
            if self._is_constant(right, neutral):
                return left
            operands = (left, right) if left <= right else (right, left)
        elif operation == CONSTANT_POWER:
            if number == 1.0:
                return left
            if number == 0.0:
                return self.constant(1.0)
        elif operation == DETACH and not self.varies[left]:
            return left  # there is no gradient to be stopped
        key = (operation, operands, number)
        known = self._known.get(key)
        if known is not None:
            return known
        varies = operation != DETACH and bool(self.varies[left] or self.varies[right])
        return self._append(key, operation, operands, number, depends, varies)

    def dot(self, weights: Places, inputs: Places, bias: int | None, only_parameters: bool) -> int:
        """Return the expression of ``bias + weights[0]*inputs[0] + ...``, whole where it can become a neuron.

        It can when all weights are parameters and all inputs depend on the sample, which is what a layer leaves
        behind, and stays whole where all inputs are parameters too; every other dot product is taken apart into its
        multiplications and additions. ``only_parameters`` says that all weights are.
        """
        all_samples = self._all_samples.get(inputs)
        if all_samples is None:
            all_samples = all(self.depends[operand] == SAMPLE for operand in inputs)
            self._all_samples[inputs] = all_samples
        if all_samples and weights and only_parameters and (bias is None or self.depends[bias] < SAMPLE):
            key = (DOT, weights, inputs, bias)
            known = self._known.get(key)
            if known is None:
                known = self._append(key, DOT, (), 0.0, SAMPLE, True)
                self.dots[known] = (weights, inputs, bias)
            return known
        last = inputs[-1] if isinstance(inputs, range) and inputs.step > 0 else max(inputs, default=0)
        if weights and only_parameters and last < self.parameters:
            return self._shared_dot(weights, inputs, bias)
        total = bias if bias is not None else self.constant(0.0)
        for weight, operand in zip(weights, inputs, strict=True):
            product = self.apply(MULTIPLY, (weight, operand), 0.0, self.number[weight] * self.number[operand])
            total = self.apply(ADD, (total, product), 0.0, self.number[total] + self.number[product])
        return total

    def _shared_dot(self, weights: Places, inputs: Places, bias: int | None) -> int:
        """Return a dot product of parameters as one expression: taken apart, there were two of each."""
        key = (SHARED_DOT, weights, inputs)
        total = self._known.get(key)
        if total is None:
            total = self._append(key, SHARED_DOT, (), 0.0, SHARED, True)
            self.dots[total] = (weights, inputs, None)
        return total if bias is None else self.apply(ADD, (bias, total), 0.0, 0.0)

    def operands_of(self, expression: int) -> Sequence[int]:
        """Return all operands of an expression, those of a dot product included."""
        if self.operation[expression] not in (DOT, SHARED_DOT):
            return self.operands[expression]
        weights, inputs, bias = self.dots[expression]
        return (*weights, *inputs) if bias is None else (bias, *weights, *inputs)

    def _is_constant(self, expression: int, value: float) -> bool:
        return self.operation[expression] == CONSTANT and self.number[expression] == value

    def _append(
        self,
        key: object,
        operation: str,
        operands: tuple[int, ...],
        number: float,
        depends: int,
        varies: bool,
    ) -> int:
        place = self.size
        self.size += 1
        self.operation[place] = operation
        self.operands[place] = operands
        self.number[place] = number
        self.depends[place] = depends
        self.varies[place] = varies
        self._known[key] = place
        return place


def first_difference(one: Expressions, other: Expressions, size: int, other_size: int) -> int | None:
    """Return the first expression in which two tables differ, or None; of each, so many from the first on count."""
    # Constants are compared by their bits: NaN equals itself, and -0.0 is not 0.0.
    # The parameters and the inputs, with which a table begins, are the same in both.
    if (
        (one.parameters, one.inputs, size) == (other.parameters, other.inputs, other_size)
        and one.operation.later(size) == other.operation.later(size)
        and one.operands.later(size) == other.operands.later(size)
        and _bits(one.number.later(size)) == _bits(other.number.later(size))
        and all(dot == other.dots.get(place) for place, dot in one.dots.items() if place < size)
    ):
        return None
    for place in range(max(size, other_size)):
        if place >= size or place >= other_size:
            return place
        if (
            one.operation[place] != other.operation[place]
            or one.operands[place] != other.operands[place]
            or one.number[place].hex() != other.number[place].hex()
            or one.dots.get(place) != other.dots.get(place)
        ):
            return place
    return None


def _bits(numbers: list[float]) -> bytes:
    return array("d", numbers).tobytes()


def describe(expressions: Expressions, expression: int, names: Sequence[str], depth: int = 3) -> str:
    """Return an expression as a formula; ``names`` are those of the parameters and of the inputs, in this order."""
    if expression < len(names):
        return names[expression]
    operation = expressions.operation[expression]
    if operation == CAPTURED:
        return f"leaf {int(expressions.number[expression])}"
    if operation == CONSTANT:
        return f"{expressions.number[expression]:.6g}"
    if depth == 0:
        return "…"

    def part(operand: int) -> str:
        return describe(expressions, operand, names, depth - 1)

    if operation in (DOT, SHARED_DOT):
        weights, inputs, bias = expressions.dots[expression]
        products = [f"{part(w)}*{part(x)}" for w, x in zip(weights[:2], inputs[:2], strict=True)]
        terms = products if bias is None else [part(bias), *products]
        return f"({' + '.join(terms)}{' + …' if len(weights) > 2 else ''})"
    operands = expressions.operands[expression]
    if operation == CONSTANT_POWER:
        return f"{part(operands[0])}**{expressions.number[expression]:.6g}"
    if operation in (MAXIMUM, MINIMUM):
        return f"{operation}({part(operands[0])}, {part(operands[1])})"
    if operation in BINARY:
        return f"({f' {operation} '.join(part(operand) for operand in operands)})"
    return f"{operation}({part(operands[0])})"
