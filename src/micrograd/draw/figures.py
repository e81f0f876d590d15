"""How a number is written wherever people read it: digits enough to check by hand, no ``-0.0000``."""

from __future__ import annotations

import math


def write(number: float, digits: int = 4) -> str:
    """Return ``number`` as text, with ``digits`` decimals, and as many digits that count at least.

    So a product of small numbers can be checked by hand too: 0.0012 alone would be off by 4 %. From a
    million on and below a thousandth, numbers are written with a power of ten; zero has no sign. NaN and the
    infinities are ``nan``, ``inf`` and ``-inf``, as Python writes them. The page's ``figures.js`` follows
    the same rules.

    >>> write(0.15686512), write(0.00123456), write(0.01), write(-1e-7), write(-0.0), write(12345678.9)
    ('0.1569', '0.001235', '0.0100', '-1.0000e-7', '0.0000', '1.2346e+7')
    """
    number = float(number)
    if math.isnan(number):
        return "nan"
    if math.isinf(number):
        return "inf" if number > 0 else "-inf"
    if number == 0:
        return f"{0:.{digits}f}"
    size = abs(number)
    if 1e-3 <= size < 1e6:
        more = 2 if size < 1e-2 else 1 if size < 0.1 else 0
        text = f"{number:.{digits + more}f}"
        # Zeros beyond the usual decimals say nothing: 0.01 is 0.0100.
        return text[: len(text) - more] + text[len(text) - more :].rstrip("0")
    mantissa, exponent = f"{number:.{digits}e}".split("e")
    return f"{mantissa}e{int(exponent):+d}"


def slope(number: float) -> str:
    """Return a local derivative as text: often a whole number, as 1 for an addition and 0 for a closed ReLU.

    >>> slope(1.0), slope(-0.0), slope(0.25)
    ('1', '0', '0.2500')
    """
    return str(int(number)) if number == number // 1 and abs(number) < 1e4 else write(number)


def exact(number: float) -> str:
    """Return the shortest text that stands for exactly this float, as ``repr`` does; zero has no sign."""
    return repr(float(number) + 0.0)
