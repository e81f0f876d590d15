"""Trace a function on several samples and make sure that its graph is always the same.

A Python ``if`` on ``.data`` (of a feature, a target or a parameter) gives one graph or another; a ``.data`` that is
read and used as a number gives a graph with that sample's number baked in. Both would train silently on a wrong
gradient, so both are found here, by comparison, and refused.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from micrograd.compiler.errors import CompileError
from micrograd.compiler.expressions import CONSTANT, describe, first_difference
from micrograd.compiler.parameters import Change, Parameters
from micrograd.compiler.trace import Graph, Sample, check_signature, trace

Array = NDArray[np.float64]


# A small graph is compared with some ten others, one that takes long to be written down with the most telling three.
_MOST_COMPARISONS, _OPERATIONS_TO_COMPARE = 8, 2000


def trace_samples(
    function: Callable[..., Any],
    parameters: Parameters,
    samples: Sequence[Sample],
    known: Graph | None = None,
) -> Graph:
    """Return the graph of ``function`` on the samples, one and the same on all of them, and the same as ``known``.

    Raises ``CompileError`` that names the first place where two graphs differ; what the function raises comes
    through.
    """
    check_signature(function, samples[0])
    graph = trace(function, parameters, samples[0])
    if known is not None:
        _compare(known, graph, parameters, samples[0], "another sample")
    # Where there is a graph already, it is that of two samples.
    for sample in samples[1:] if known is None else []:
        _compare(graph, trace(function, parameters, sample), parameters, sample, "another sample")
    return known or graph


def check(
    function: Callable[..., Any], parameters: Parameters, samples: Sequence[Sample], graph: Graph
) -> None:
    """Compare ``graph`` with those of the samples, and with those under changed parameters and features.

    Slightly changed ones find a function that looks at the parameters' numbers, which change in training, and one
    that looks at a number that happens to be the same in all samples that were looked at. Quite different ones find
    an ``if`` that goes the same way for all of these before training, and not after it.
    """
    comparisons = _comparisons(graph)
    for sample in samples[: max(1, comparisons // 2)]:
        _check(function, parameters, sample, graph, "another sample")
    features, targets = samples[-1]
    with parameters.moved(_slightly):
        moved = _slightly(features), targets
        _check(function, parameters, moved, graph, "slightly changed parameters and features")
    for turn in range(max(1, comparisons - 2)):
        # Features and target are the same for both signs of the parameters.
        moved = _far(turn // 2 * 2)(features), samples[turn // 2 % 2 - 1][1]
        with parameters.moved(_far(turn)):
            _check(function, parameters, moved, graph, "quite different parameters and features")


def _check(
    function: Callable[..., Any], parameters: Parameters, sample: Sample, graph: Graph, where: str
) -> None:
    try:
        other = trace(function, parameters, sample)
    except CompileError:
        raise
    except Exception:
        # These numbers may lie outside of what the function accepts; that says nothing about its graph.
        return
    _compare(graph, other, parameters, sample, where)


def _slightly(numbers: Sequence[float]) -> list[float]:
    return [float(number) * 1.0625 + (i % 7 + 1) / 4096 for i, number in enumerate(numbers)]


def _far(turn: int) -> Change:
    """Return the change to numbers between -4 and 4, others at each turn; at odd turns, of the other sign."""
    scale = -8.0 if turn % 2 else 8.0

    def change(numbers: Sequence[float]) -> list[float]:
        draw = random.Random(turn // 2).random  # a generator of our own: the user's is left alone
        return [scale * (draw() - 0.5) for _ in numbers]

    return change


def _comparisons(graph: Graph) -> int:
    # Layers are read as they are: of their weights, each costs less than an operation does.
    table = graph.expressions
    cost = len(table) - table.parameters + table.parameters // 8
    return min(_MOST_COMPARISONS, _OPERATIONS_TO_COMPARE // max(1, cost))


def trace_without_data(function: Callable[..., Any], parameters: Parameters, features: int) -> Graph | None:
    """Return the graph on made-up samples with one target, or None when the function does not run on them."""
    graph = None
    for target, start in ((1.0, 0.7), (-1.0, -0.4)):
        sample = [start + 0.618 * math.sin(1.0 + 1.7 * i + start) for i in range(features)], [target]
        try:
            graph = trace_samples(function, parameters, [sample], graph)
        except CompileError:
            raise
        except Exception:
            # A loss may need real samples (a logarithm, a list of targets): they decide, when they come.
            continue
    return graph


def choose_samples(X: Array, Y: Array) -> list[Sample]:
    """Return the samples to trace on, the most telling first.

    They are the first sample, those whose targets and whose features differ most from it, and the smallest and the
    largest of each feature.
    """
    rows = [0]
    # A few thousand samples tell enough, and large data is not walked through for it.
    head_X, head_Y = X[:4096], Y[:4096]
    for matrix in (head_Y, head_X):
        if matrix.shape[1]:
            with np.errstate(over="ignore"):
                rows.append(int(np.argmax(np.abs(matrix - matrix[0]).sum(axis=1))))
    for feature in head_X.T[:_MOST_COMPARISONS]:
        rows += [int(np.argmin(feature)), int(np.argmax(feature))]
    return [(X[row].tolist(), Y[row].tolist()) for row in dict.fromkeys(rows)]


def _compare(one: Graph, other: Graph, parameters: Parameters, sample: Sample, where: str) -> None:
    place = first_difference(one.expressions, other.expressions)
    if place is None and one.results == other.results and one.is_list == other.is_list:
        return
    names = [*parameters.names(), *input_names(len(sample[0]), len(sample[1]))]
    numbers_differ = place is not None and all(
        place < len(graph.expressions) and graph.expressions.operation[place] == CONSTANT
        for graph in (one, other)
    )
    shown = [_shown(graph, place, names, numbers_differ) for graph in (one, other)]
    kind = " (a number that was read from the data, or drawn at random)" if numbers_differ else ""
    raise CompileError(
        f"the graph depends on the data: where it has {shown[0]} on one sample, it has {shown[1]} on {where}{kind}. "
        "A program is made from one graph for all samples: instead of an `if` on .data use relu, maximum, minimum or "
        "abs, and the Values themselves instead of their .data"
    )


def _shown(graph: Graph, place: int | None, names: Sequence[str], numbers_differ: bool) -> str:
    """Return what a graph has in a place; in the place of a constant, unless the numbers differ, what uses it."""
    table = graph.expressions
    if place is None:
        return f"`{describe(table, graph.results[-1], names)}`"
    while not numbers_differ and place < len(table) and table.operation[place] == CONSTANT:
        place += 1
    if place >= len(table):
        return f"nothing more after `{describe(table, graph.results[-1], names)}`"
    return f"`{describe(table, place, names)}`"


def input_names(features: int, targets: int) -> list[str]:
    """Return the names of a sample's inputs, features before targets."""
    return [f"x[{i}]" for i in range(features)] + (
        ["y"] if targets == 1 else [f"y[{i}]" for i in range(targets)]
    )
