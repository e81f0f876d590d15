"""Checks of hyperparameters: each refuses a bad one with its name and the value that was given."""

from __future__ import annotations

import math
from numbers import Integral, Real
from typing import Any


def above_zero(name: str, given: Any, or_else: str = "") -> None:
    """Raise unless ``given`` is a finite number above 0."""
    if _number(name, given, "a number above 0", or_else) <= 0:
        _refuse(name, given, "a number above 0", or_else)


def zero_or_above(name: str, given: Any) -> None:
    """Raise unless ``given`` is a finite number, 0 or above."""
    if _number(name, given, "a number, 0 or above") < 0:
        _refuse(name, given, "a number, 0 or above")


def share(name: str, given: Any) -> None:
    """Raise unless ``given`` is above 0 and at most 1."""
    if not 0 < _number(name, given, "a number above 0 and at most 1") <= 1:
        _refuse(name, given, "a number above 0 and at most 1")


def below_one(name: str, given: Any) -> None:
    """Raise unless ``given`` is 0 or above, and below 1."""
    if not 0 <= _number(name, given, "a number from 0 to below 1") < 1:
        _refuse(name, given, "a number from 0 to below 1")


def count(name: str, given: Any) -> None:
    """Raise unless ``given`` is a whole number of at least 1."""
    if isinstance(given, bool) or not isinstance(given, Integral):
        raise TypeError(f"{name} is {given!r}: expected a whole number of at least 1")
    if given < 1:
        _refuse(name, given, "a whole number of at least 1")


def _number(name: str, given: Any, expected: str, or_else: str = "") -> float:
    if isinstance(given, bool) or not isinstance(given, Real):
        raise TypeError(f"{name} is {given!r}: expected {expected}{' ' + or_else if or_else else ''}")
    if not math.isfinite(given):
        _refuse(name, given, f"{expected}, and finite", or_else)
    return float(given)


def _refuse(name: str, given: Any, expected: str, or_else: str = "") -> None:
    raise ValueError(f"{name} is {given!r}: expected {expected}{' ' + or_else if or_else else ''}")
