"""A program against the engine, row by row: the first time that data is used, some of its rows run through both.

Loss (or outputs) and gradient have to agree to ``TOLERANCE`` of the terms that are summed. Where a sum lies within its
own rounding of a kink, ``|sum| <= n * epsilon * sum of |terms|``, program and engine may take different sides, since
they add in a different order: there, and only there, the gradients by what lies below the kink are not compared.
"""

from __future__ import annotations

import math
import operator
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from micrograd import updates
from micrograd.compiler.errors import CompileError
from micrograd.compiler.parameters import Parameters
from micrograd.compiler.trace import Run, Sample, nodes_of, run
from micrograd.engine import Value, topological_order
from micrograd.fused import dot

Array = NDArray[np.float64]

TOLERANCE = 1e-6
# Below this, no walk through the graph is needed to know that they agree.
_CLOSE = 1e-10
_EPSILON = sys.float_info.epsilon
_GRADIENT = operator.attrgetter("grad")
_KINKS = ("ReLU", "abs", "max", "min")

# What a machine says of one row: the results, and the gradient of the first (empty where none is wanted).
Answer = tuple[list[float], Array]


def check(
    function: Callable[..., Any],
    parameters: Parameters,
    sample: Sample,
    row: int,
    answer: Callable[[], Answer],
) -> None:
    """Run one row through the engine and compare; raise ``CompileError`` with the row's number where they differ.

    What the function raises comes through. The parameters' gradients are others then: see ``gradients_put_back``.
    """
    try:
        one = run(function, parameters, sample)
    except CompileError as error:
        raise CompileError(f"in row {row}, {error}") from None
    results, gradient = answer()
    expected = _gradient(one, parameters) if len(gradient) else gradient
    values = [float(root.data) for root in one.roots]
    if len(values) != len(results):
        raise CompileError(
            f"the graph depends on the data: in row {row} the function returned {len(values)} Values, and before "
            f"{len(results)}"
        )
    # A difference that is NaN is no more than nothing: then, and where they differ, a closer look is taken.
    if _are_close(results, values) and updates.are_close(gradient, expected, _CLOSE):
        return
    _compare_closely(one, parameters, row, results, gradient, expected)


def agree_on_average(
    function: Callable[..., Any],
    parameters: Parameters,
    samples: Sequence[Sample],
    weights: Sequence[float],
    answer: Callable[[], Answer],
) -> bool:
    """Return whether program and engine agree on the weighted mean of several samples' losses, and on its gradient.

    One sweep through all their graphs takes hardly longer than one through the graph of a single sample, since most
    of it is the parameters'. The weights are random: so no two errors make up for each other. Where this returns
    False, ``check`` has to look at each sample.
    """
    try:
        runs = [run(function, parameters, sample) for sample in samples]
    except (
        Exception
    ):  # on one of the samples: which, and whether it is an error at all, is for ``check`` to say
        return False
    if any(len(one.roots) != 1 for one in runs):
        return False
    total = sum(weights)
    mean = dot([weight / total for weight in weights], [one.roots[0] for one in runs])
    inputs = [value for one in runs for value in one.inputs]
    (result,), gradient = answer()
    expected = _gradient(Run([mean], False, inputs, {}), parameters)
    return _are_close([result], [float(mean.data)]) and updates.are_close(gradient, expected, _CLOSE)


def _are_close(results: list[float], values: list[float]) -> bool:
    scale = max((abs(value) for value in values), default=0.0)
    return all(
        abs(ours - theirs) <= _CLOSE * (abs(theirs) + scale) or _same(ours, theirs)
        for ours, theirs in zip(results, values)
    )


@contextmanager
def gradients_put_back(parameters: Parameters) -> Iterator[None]:
    """Have the parameters' gradients as they were when rows have been checked."""
    are_fresh = updates.have_fresh_gradients(parameters.held)
    before = [] if are_fresh else list(map(_GRADIENT, parameters.held))
    try:
        yield
    finally:
        updates.forget(parameters.place)
        for value, gradient in zip(parameters.held, before):
            value.grad = gradient


def _gradient(one: Run, parameters: Parameters) -> Array:
    """Return the gradient by ``backward()``; that of other nodes than the parameters is as it was before."""
    # Whether a node is a leaf is not asked: that would unfold the neurons of every layer.
    others = [*nodes_of(one, parameters)]
    before = list(map(_GRADIENT, others))
    try:
        updates.forget(parameters.place)
        for node in others:
            node.grad = 0.0
        one.roots[0].backward()
        found: Array = np.frombuffer(updates.gradients_of(parameters.held)).copy()
        return found
    finally:
        for node, gradient in zip(others, before):
            node.grad = gradient


def _compare_closely(
    one: Run, parameters: Parameters, row: int, results: list[float], gradient: Array, expected: Array
) -> None:
    """Compare within ``TOLERANCE`` of the terms that each number is a sum of."""
    for root, result in zip(one.roots, results):
        value = float(root.data)
        size = _size_of_terms(root)
        if not (abs(value - result) <= TOLERANCE * size or _same(value, result)):
            raise _differs(row, "the result", result, value)
    if not len(gradient):
        return
    sizes = sizes_of_gradients(one.roots[0])
    free = _below_kinks(one.roots[0])
    names: list[str] | None = None
    for parameter, ours, theirs in zip(parameters.held, gradient.tolist(), expected.tolist()):
        size = max(sizes.get(parameter, 0.0), abs(theirs))
        if abs(ours - theirs) <= TOLERANCE * size or _same(ours, theirs) or parameter in free:
            continue
        names = parameters.names()
        result = float(one.roots[0].data)
        if not math.isfinite(result):
            raise CompileError(
                f"in row {row}, the function returns {result!r}, and there is no gradient of that: look for a number "
                "that is not finite, or too large, among what it computes with"
            )
        raise _differs(row, f"the derivative by {names[parameters.place[parameter]]}", ours, theirs)


def _differs(row: int, what: str, ours: float, theirs: float) -> CompileError:
    if not (math.isfinite(ours) and math.isfinite(theirs)):
        return CompileError(
            f"in row {row}, {what} is {ours!r} in the program and {theirs!r} in the engine: numbers there are close to "
            "the largest that there are, and a program adds and multiplies in another order. Scale the features and "
            "the targets (to about -1..1), or write the loss so that it cannot overflow"
        )
    return CompileError(
        f"the graph depends on the data: in row {row}, {what} is {ours!r} in the program and {theirs!r} in the engine. "
        "The function does something for this row that it did not do for the samples that the program was made from, "
        "or it depends on something that has changed since. Use relu, maximum, minimum or abs, sample_weight= for a "
        "factor that some samples have, and the Values themselves instead of their .data"
    )


def _same(one: float, other: float) -> bool:
    return one == other or (one != one and other != other)


def _size_of_terms(root: Value) -> float:
    """Return a bound for what rounding can be relative to: the sum over all nodes of |derivative| times |data|."""
    sizes = sizes_of_gradients(root)
    return max(1e-300, max((sizes[node] * abs(node._peek()) for node in sizes), default=0.0))


def sizes_of_gradients(root: Value) -> dict[Value, float]:
    """Return for each node the sum of the absolute values of the terms that its gradient is a sum of."""
    sizes: dict[Value, float] = {root: 1.0}
    for node in reversed(topological_order(root)):
        for operand, derivative in zip(node._operands, node._local_derivatives):
            sizes[operand] = sizes.get(operand, 0.0) + abs(derivative) * sizes.get(node, 0.0)
    return sizes


def _below_kinks(root: Value) -> set[Value]:
    """Return all nodes below a kink whose operand lies within its rounding of it."""
    below: set[Value] = set()
    for node in topological_order(root):
        if node._op in _KINKS and _is_within_rounding(node):
            for operand in node._operands:
                below.update(topological_order(operand))
    return below


def _is_within_rounding(kink: Value) -> bool:
    operands = kink._operands
    distance = float(operands[0]._peek()) - (float(operands[1]._peek()) if len(operands) == 2 else 0.0)
    terms = [term for operand in operands for term in _terms(operand)]
    return abs(distance) <= max(2, len(terms)) * _EPSILON * sum(terms)


def _terms(total: Value) -> list[float]:
    """Return the absolute values of the terms of a sum, those of sums within it and of multiples of them included."""
    terms = []
    stack = [(total, 1.0)]
    while stack:
        node, factor = stack.pop()
        operands = node._operands
        if node._op == "+":
            stack.extend((operand, factor) for operand in operands)
            continue
        if node._op == "*" and len(operands) == 2:
            for sum_of, other in (operands, operands[::-1]):
                if not other._operands and sum_of._op in ("+", "*"):
                    stack.append((sum_of, factor * abs(float(other._peek()))))
                    break
            else:
                terms.append(factor * abs(float(node._peek())))
            continue
        terms.append(factor * abs(float(node._peek())))
    return terms
