"""Calls that follow others, where nothing has changed and nothing is due: these are most calls.

One of a small network takes the kernels a few microseconds, and what Python does for it should not take longer. All
that another call looks at is looked at here too: in places that are compared, and in data by their mark. Where it
takes more than a look, None is returned, and the call goes the long way (``program.py``).
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

from numpy import empty, ndarray
from numpy.typing import NDArray

from micrograd.updates import numbers_of

if TYPE_CHECKING:
    import numpy as np

    from micrograd.compiler.data import Batch
    from micrograd.compiler.family import Compiled, Family

try:
    from micrograd.compiler._kernels import mark as _marked
except ImportError:  # NumPy's machine takes so long that nobody would notice

    def _marked(X: Any, Y: Any, /) -> int | None:
        return None


# Checks may take this part of the time spent in a program.
SHARE_OF_CHECKS = 0.01


def gradient(family: Family, X: Any, Y: Any) -> tuple[float, NDArray[np.float64]] | None:
    """Return what a call on a few samples gives, or None."""
    compiled = family.last_called
    if (
        compiled is None
        or type(X) is not ndarray
        or (type(Y) is not ndarray and Y is not None)
        or len(X) > compiled.few
        or _has_something_to_do(family, compiled)
    ):
        return None
    started = perf_counter()
    parameters = family.parameters
    by_parameters = empty(len(parameters.held))
    answer = compiled.at_once.gradient_at_once(
        numbers_of(parameters.held), compiled.leaves(), X, Y, by_parameters
    )
    if answer is None:
        return None
    loss, mark = answer
    if mark not in compiled.known and compiled.may_check():
        return None
    seconds = perf_counter() - started
    compiled.since_traced += seconds
    compiled.in_program += seconds
    return loss, parameters.in_order(by_parameters) if parameters.some_repeat else by_parameters


def outputs(family: Family, X: Any) -> NDArray[np.float64] | None:
    """Return what ``predict`` gives of a few samples, or None."""
    compiled = family.last_called
    if (
        compiled is None
        or type(X) is not ndarray
        or (samples := len(X)) > compiled.few
        or _has_something_to_do(family, compiled)
    ):
        return None
    started = perf_counter()
    graph = compiled.graph
    out = empty((samples, len(graph.results)) if graph.is_list else samples)
    mark = compiled.at_once.evaluate_at_once(numbers_of(family.parameters.held), compiled.leaves(), X, out)
    if mark is None or (mark not in compiled.known and compiled.may_check()):
        return None
    seconds = perf_counter() - started
    compiled.since_traced += seconds
    compiled.in_program += seconds
    return out


def mark_of(batch: Batch) -> Any:
    """Return what two different data hardly share: it comes from shapes, sums, and some of the numbers."""
    mark = _marked(batch.X, batch.Y if batch.Y.shape[1] else None)
    if mark is not None:
        return mark
    X, Y = batch.X.ravel(), batch.Y.ravel()
    few = X[:: max(1, len(X) // 8)][:9].tobytes(), Y[:: max(1, len(Y) // 8)][:9].tobytes()
    return batch.X.shape, batch.Y.shape, batch.total, *few


def _has_something_to_do(family: Family, compiled: Compiled) -> bool:
    """Whether the function has to be looked at again: it is due, or something that it reads is another."""
    return (
        (compiled.since_traced * SHARE_OF_CHECKS >= compiled.seconds_of_a_trace > 0)
        or family.changed()
        or not (family.covers_parameters or family.parameters.is_current())
    )
