"""From the table of expressions to a code that machines run: ``lower``, ``gradient`` and ``places`` in turn."""

from __future__ import annotations

import os
from collections.abc import Sequence

from micrograd.compiler import gradient, lower, places
from micrograd.compiler.expressions import Expressions
from micrograd.compiler.instructions import Code
from micrograd.compiler.verify import verify


def debugging() -> bool:
    """Whether ``MICROGRAD_DEBUG=1`` is in the environment.

    Then every program is verified when it is made, and both machines fill rows and slots with NaN before they use
    them, so that a number that was never written cannot be taken for one that was.
    """
    return os.environ.get("MICROGRAD_DEBUG", "") not in ("", "0")


def code_for(
    expressions: Expressions,
    results: Sequence[int],
    features: int,
    with_gradient: bool,
    checks: Sequence[int] = (),
) -> Code:
    """Return the code that computes ``results`` and, if it is wanted, the gradient of the first one.

    ``checks`` are computed besides: functions that set the flag of a sample's block outside of their domain.
    """
    code = lower.lower(expressions, results, features, with_gradient, checks)
    if with_gradient:
        gradient.derive(code)
    places.assign(code)
    if debugging():
        verify(code)
    return code
