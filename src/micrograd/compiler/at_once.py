"""Calls that follow others, where nothing has changed and nothing is due: these are most calls.

One of a small network takes the kernels a few microseconds, and what Python does for it should not take longer. All
that another call looks at is looked at here too: in places that are compared, and in data by their mark. Where it
takes more than a look, None is returned, and the call goes the long way (``program.py``).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from micrograd.updates import numbers_of

if TYPE_CHECKING:
    from micrograd.compiler.family import Compiled, Family

# Checks may take this part of the time spent in a program.
SHARE_OF_CHECKS = 0.01


def answer(family: Family, *data: Any) -> Any:
    """Return what a call on a few samples gives, a loss and its gradient or outputs, or None."""
    found = family.quickly(*data)
    return of_new_data(family, *data) if found is False else found


def nothing(*_: Any) -> None:
    """The short way while there is none."""


def way(family: Family, compiled: Compiled, any_data: bool = False) -> Callable[..., Any]:
    """Return what is called with X, and Y where there are targets, until a look at the function is due.

    It is one call of C, and returns what the machine does, or None where that takes more than a look; False where
    nobody knows the data yet, unless ``any_data`` will do.
    """
    captured = compiled.captured if compiled.graph.captured else None
    first = family.what_changed(), numbers_of, family.parameters.held, captured, any_data
    if family.with_gradient:
        quickly = partial(compiled.at_once.gradient_at_once, *first)
        return _in_order(family, quickly) if family.parameters.some_repeat else quickly
    return partial(compiled.at_once.evaluate_at_once, *first, compiled.graph.is_list)


def _in_order(family: Family, quickly: Callable[..., Any]) -> Callable[..., Any]:
    """Return the same for parameters of which some are listed twice."""

    def in_order(X: Any, Y: Any) -> Any:
        answer = quickly(X, Y)
        return (answer[0], family.parameters.in_order(answer[1])) if answer else answer

    return in_order


def of_new_data(family: Family, *data: Any) -> Any:
    """New data are looked into, which takes the long way, unless too much time has gone into that already."""
    compiled = family.last_called
    if compiled is None:
        return None
    compiled.settle()
    return None if compiled.may_check() else way(family, compiled, any_data=True)(*data)
