"""Trace a function on several samples and make sure that its graph is always the same.

A Python ``if`` on ``.data`` (of a feature, a target or a parameter) gives one graph or another; a ``.data`` that is
read and used as a number gives a graph with that sample's number baked in. Both would train silently on a wrong
gradient, so both are found here, by comparison, and refused.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from micrograd.compiler.errors import CompileError
from micrograd.compiler.expressions import CONSTANT, Expressions, describe, first_difference
from micrograd.compiler.parameters import Parameters
from micrograd.compiler.trace import Graph, Sample, trace

Array = NDArray[np.float64]


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
    graph = known
    for sample in samples:
        other = trace(function, parameters, sample)
        if graph is None:
            graph = other
        else:
            _compare(graph, other, parameters, sample, "another sample")
    assert graph is not None
    return graph


def check_moved(function: Callable[..., Any], parameters: Parameters, sample: Sample, graph: Graph) -> None:
    """Compare ``graph`` with the graph under slightly changed parameters and features.

    It finds a function that looks at the parameters' numbers, which change in training, and one that looks at a
    number that happens to be the same in all samples that were looked at.
    """
    features, targets = sample
    moved = [x * 1.03125 + (i % 5 + 1) / 2048 for i, x in enumerate(features)], targets
    with parameters.moved():
        try:
            other = trace(function, parameters, moved)
        except CompileError:
            raise
        except Exception:
            # The moved numbers may lie outside of what the function accepts; that says nothing about its graph.
            return
    _compare(graph, other, parameters, moved, "slightly changed parameters and features")


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
    """Return the samples to trace on: the first, and those whose targets and whose features differ most from it."""
    rows = [0]
    # A few thousand samples tell enough, and large data is not walked through for it.
    head_X, head_Y = X[:4096], Y[:4096]
    for matrix in (head_Y, head_X):
        if matrix.shape[1]:
            with np.errstate(over="ignore"):
                rows.append(int(np.argmax(np.abs(matrix - matrix[0]).sum(axis=1))))
    return [(X[row].tolist(), Y[row].tolist()) for row in dict.fromkeys(rows)]


def _compare(one: Graph, other: Graph, parameters: Parameters, sample: Sample, where: str) -> None:
    place = first_difference(one.expressions, other.expressions)
    if place is None and one.results == other.results and one.is_list == other.is_list:
        return
    names = [*parameters.names(), *input_names(len(sample[0]), len(sample[1]))]
    if place is None:
        shown = [describe(graph.expressions, graph.results[-1], names) for graph in (one, other)]
    else:
        shown = [_shown(graph.expressions, place, names) for graph in (one, other)]
    kind = ""
    if place is not None and all(
        place < len(graph.expressions) and graph.expressions.operation[place] == CONSTANT
        for graph in (one, other)
    ):
        kind = " (a number that was read from the data, or drawn at random)"
    raise CompileError(
        f"the graph depends on the data: where it has {shown[0]} on one sample, it has {shown[1]} on {where}{kind}. "
        "A program is made from one graph for all samples: instead of an `if` on .data use relu, maximum, minimum or "
        "abs, and the Values themselves instead of their .data"
    )


def _shown(expressions: Expressions, place: int, names: Sequence[str]) -> str:
    if place >= len(expressions):
        return "nothing more"
    return f"`{describe(expressions, place, names)}`"


def input_names(features: int, targets: int) -> list[str]:
    """Return the names of a sample's inputs, features before targets."""
    return [f"x[{i}]" for i in range(features)] + (
        ["y"] if targets == 1 else [f"y[{i}]" for i in range(targets)]
    )
