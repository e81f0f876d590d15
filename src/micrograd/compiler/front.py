"""The compiler's front by itself: from a function and its data to the words of a program, where nothing runs them.

It needs no NumPy. So it works in a browser's Python, for a page whose kernels run the words, and wherever the package
was installed without anything else.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from micrograd.compiler import domains, same_graph
from micrograd.compiler.codes import code_for
from micrograd.compiler.errors import CompileError
from micrograd.compiler.exchange import words_of
from micrograd.compiler.parameters import Parameters
from micrograd.compiler.trace import Graph

Rows = list[list[float]]

# As samples.py has them: what a few thousand samples and a few features tell is enough.
_HEAD, _NUMBERS, _FEATURES, _FEWEST = 4096, 1 << 18, 8, 64
# Where no kernel tells which sample leaves an operation's domain, the engine runs so many of them.
_ROWS_RUN = 1000


@dataclass
class Front:
    """A function's graph, and the words of its program."""

    graph: Graph
    words: dict[str, Any]


def front(
    function: Callable[..., Any], parameters: Parameters, X: Rows, Y: Rows, *, with_gradient: bool
) -> Front:
    """Return the program of ``function``, a loss of one sample or a model, for samples such as these.

    ``X`` and ``Y`` are rows of features and targets; a row of no targets stands for a function of ``x`` alone. Raises
    ``CompileError`` as ``micrograd.compile`` does, and what the function raises, with the sample's row.
    """
    samples = [(X[row], Y[row]) for row in telling_rows(X, Y)]
    try:
        graph = same_graph.trace_samples(function, parameters, samples)
    except Exception as error:
        if domains.is_of_a_number(error):
            domains.raise_for(function, X, Y, range(len(X)))
        raise
    domains.raise_for(function, X, Y, range(min(len(X), _ROWS_RUN)))
    if with_gradient and graph.is_list:
        raise CompileError(
            f"the loss returned a list of {len(graph.results)} Values, and it must be one Value: add them up"
        )
    code = code_for(graph.expressions, graph.results, len(X[0]), with_gradient, sorted(graph.checks.values()))
    return Front(graph, words_of(code, [float(value.data) for value in graph.captured]))


def telling_rows(X: Rows, Y: Rows) -> list[int]:
    """Return the rows to trace on, the most telling first: those that ``samples.choose_samples`` chooses."""
    head = range(min(len(X), _HEAD, max(_FEWEST, _NUMBERS // (len(X[0]) + len(Y[0])))))
    rows = [0]
    for matrix in (Y, X):
        if matrix[0]:
            first = matrix[0]
            rows.append(max(head, key=lambda row: sum(abs(a - b) for a, b in zip(matrix[row], first))))
    for feature in range(min(len(X[0]), _FEATURES)):
        rows += [min(head, key=lambda row: X[row][feature]), max(head, key=lambda row: X[row][feature])]
    return list(dict.fromkeys(rows))


def tables(X: Any, Y: Any = None) -> tuple[Rows, Rows]:
    """Return data as plain rows of numbers: ``X`` of shape (samples, features), ``Y`` (samples,) or (samples, targets).

    ``Y`` may be None: then its rows are empty. Raises ``TypeError`` and ``ValueError`` as a compiled program does.
    """
    features = _listed(X, "X")
    if not all(isinstance(row, list) for row in features):
        raise ValueError(
            f"X has shape ({len(features)},), expected (samples, features); one feature per sample is a list of one"
        )
    rows = _rows(features, "X")
    if not rows[0]:
        raise ValueError("X has rows of no numbers: there are no features")
    if Y is None:
        return rows, [[] for _ in rows]
    targets = [row if isinstance(row, list) else [row] for row in _listed(Y, "Y")]
    if len(targets) != len(rows):
        raise ValueError(f"X has {len(rows)} samples and Y has {len(targets)}: they must be the same")
    return rows, _rows(targets, "Y")


def _listed(data: Any, name: str) -> list[Any]:
    """Return a table, or a list of numbers, as lists."""
    if hasattr(data, "tolist"):
        data = data.tolist()
    if isinstance(data, (str, bytes)) or not isinstance(data, Sequence):
        raise TypeError(f"{name} must be a list of samples, and it is a {type(data).__name__}")
    if not data:
        raise ValueError(f"{name} is empty: at least one sample is needed")
    return [list(row) if isinstance(row, Sequence) and not isinstance(row, str) else row for row in data]


def _rows(table: list[list[Any]], name: str) -> Rows:
    if any(len(row) != len(table[0]) for row in table):
        raise ValueError(f"{name} must be a table of numbers, all rows of the same length")
    return [
        [_number(value, name, row, column) for column, value in enumerate(values)]
        for row, values in enumerate(table)
    ]


def _number(value: Any, name: str, row: int, column: int) -> float:
    try:
        number = float(value) if not isinstance(value, (str, bytes)) else None
    except (TypeError, ValueError):
        number = None
    if number is None:
        raise TypeError(f"{name} must hold real numbers, and it holds {value!r}")
    if not math.isfinite(number):
        raise ValueError(
            f"{name} holds {number} in row {row}, column {column}: remove or fill in such samples before training"
        )
    return number
