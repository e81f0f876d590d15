"""The C library's functions under the names that ``engine.py`` uses, for when it runs uncompiled.

They return what C returns (infinity for an overflow, say) where Python's ``math`` raises, so that the
engine's own checks and messages are the same in both modes.
"""

from __future__ import annotations

import math
from math import cos, fabs, isfinite, isinf, log, log1p, sin, sqrt, tanh

__all__ = ["cos", "exp", "fabs", "floor", "isfinite", "isinf", "log", "log1p", "pow", "sin", "sqrt", "tanh"]


def exp(x: float) -> float:
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def pow(base: float, exponent: float) -> float:
    try:
        return math.pow(base, exponent)
    except OverflowError:
        # The sign of an odd power of a negative number is kept, as in C.
        return -math.inf if base < 0 and exponent % 2 == 1 else math.inf
    except ValueError:
        return math.inf if base == 0 else math.nan


def floor(x: float) -> float:
    return float(math.floor(x)) if math.isfinite(x) else x
