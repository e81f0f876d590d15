"""How a number is written wherever people read it: digits enough to check by hand, no ``-0.0000``."""

from __future__ import annotations

import math


def write(number: float, digits: int = 4) -> str:
    """Return ``number`` as text, with ``digits`` decimals.

    A whole number beyond a million, and anything too large or too small for that many decimals, is written
    with a power of ten; zero has no sign. NaN and the infinities are ``nan``, ``inf`` and ``-inf``, as Python
    writes them. The page's ``figures.js`` follows the same rules.

    >>> write(0.15686512), write(-1e-7), write(-0.0), write(12345678.9)
    ('0.1569', '-1.0000e-7', '0.0000', '1.2346e+7')
    """
    number = float(number)
    if math.isnan(number):
        return "nan"
    if math.isinf(number):
        return "inf" if number > 0 else "-inf"
    if number == 0:
        return f"{0:.{digits}f}"
    if 1e-3 <= abs(number) < 1e6:
        return f"{number:.{digits}f}"
    mantissa, exponent = f"{number:.{digits}e}".split("e")
    return f"{mantissa}e{int(exponent):+d}"


def exact(number: float) -> str:
    """Return the shortest text that stands for exactly this float, as ``repr`` does; zero has no sign."""
    return repr(float(number) + 0.0)
