"""Calls that follow others, where nothing has changed and nothing is due: these are most calls.

One of a small network takes the kernels a few microseconds, and what Python does for it should not take longer. All
that another call looks at is looked at here too: in places that are compared, and in data by their mark. Where it
takes more than a look, None is returned, and the call goes the long way (``program.py``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from micrograd.updates import numbers_of

if TYPE_CHECKING:
    import numpy as np

    from micrograd.compiler.data import Batch
    from micrograd.compiler.family import Compiled, Family

try:
    from micrograd.compiler._kernels import mark as _marked
except ImportError:  # NumPy's machine takes so long that nobody would notice

    def _marked(X: Any, Y: Any, size: int, /) -> int | None:
        return None


# Checks may take this part of the time spent in a program.
SHARE_OF_CHECKS = 0.01


def gradient(family: Family, X: Any, Y: Any) -> tuple[float, NDArray[np.float64]] | None:
    """Return what a call on a few samples gives, or None."""
    compiled = family.last_called
    if compiled is None or _is_another(family):
        return None
    parameters = family.parameters
    captured = compiled.captured()
    answer = compiled.at_once.gradient_at_once(numbers_of(parameters.held), captured, X, Y, False)
    if answer is False and not _may_check(compiled):
        answer = compiled.at_once.gradient_at_once(numbers_of(parameters.held), captured, X, Y, True)
    if answer and parameters.some_repeat:
        return answer[0], parameters.in_order(answer[1])
    return answer or None


def outputs(family: Family, X: Any) -> NDArray[np.float64] | None:
    """Return what ``predict`` gives of a few samples, or None."""
    compiled = family.last_called
    if compiled is None or _is_another(family):
        return None
    numbers, captured, as_table = (
        numbers_of(family.parameters.held),
        compiled.captured(),
        compiled.graph.is_list,
    )
    out = compiled.at_once.evaluate_at_once(numbers, captured, X, as_table, False)
    if out is False and not _may_check(compiled):
        out = compiled.at_once.evaluate_at_once(numbers, captured, X, as_table, True)
    return None if out is False else out


def mark_of(batch: Batch) -> Any:
    """Return what two different data hardly share: it comes from shapes, sums, and some of the numbers."""
    mark = _marked(batch.X, batch.Y if batch.Y.shape[1] else None, batch.X.itemsize)
    if mark is not None:
        return mark
    X, Y = batch.X.ravel(), batch.Y.ravel()
    few = X[:: max(1, len(X) // 8)][:9].tobytes(), Y[:: max(1, len(Y) // 8)][:9].tobytes()
    return batch.X.shape, batch.Y.shape, batch.total, *few


def _may_check(compiled: Compiled) -> bool:
    """Whether new data, of which nobody knows yet, may be looked into: that takes the long way."""
    compiled.settle()
    return compiled.may_check()


def _is_another(family: Family) -> bool:
    """Whether something that the function reads is another, or the model has other parameters."""
    return family.changed() or not (family.covers_parameters or family.parameters.is_current())
