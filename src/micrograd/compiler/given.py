"""The Values that stand for the numbers of a sample while a function is traced.

They are Values like any other, so that the function cannot tell that it is traced; here it is noted which they are.
"""

from __future__ import annotations

import weakref
from collections.abc import Sequence

from micrograd.engine import Value

# By Value, the name that errors use: ``x[0]``, ``y``.
GIVEN: weakref.WeakKeyDictionary[Value, str] = weakref.WeakKeyDictionary()


def values_for(features: Sequence[float], targets: Sequence[float]) -> tuple[list[Value], list[Value]]:
    """Return new Values for the features and the targets of a sample."""
    x = [Value(float(number)) for number in features]
    y = [Value(float(number)) for number in targets]
    GIVEN.update(zip([*x, *y], input_names(len(x), len(y))))
    return x, y


def input_names(features: int, targets: int) -> list[str]:
    """Return the names of a sample's inputs, features before targets."""
    return [f"x[{i}]" for i in range(features)] + (
        ["y"] if targets == 1 else [f"y[{i}]" for i in range(targets)]
    )
