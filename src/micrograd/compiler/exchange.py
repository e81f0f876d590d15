"""A program written out as data, for what runs it elsewhere: the words that the native kernels get, and their numbers.

The format is described in ``docs/compiler.md``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from micrograd.compiler.encode import written

if TYPE_CHECKING:
    from micrograd.compiler.family import Compiled
    from micrograd.compiler.instructions import Code
    from micrograd.compiler.parameters import Parameters

FORMAT = "micrograd program"
VERSION = 1


def told(compiled: Compiled, parameters: Parameters) -> dict[str, Any]:
    """Return a program as plain data for JSON, with the names and the present numbers of its parameters."""
    return {
        "format": FORMAT,
        "version": VERSION,
        **words(compiled),
        "names": parameters.names(),
        "weights": finite_or_named(float(value.data) for value in parameters.held),
        "order": parameters.order(),
    }


def words(compiled: Compiled) -> dict[str, Any]:
    """Return a program's words and constants as plain data for JSON; ``constants`` are the captured leaves of now."""
    captured = compiled.leaves()
    return words_of(compiled.code, [] if captured is None else captured.tolist())


def words_of(code: Code, constants: Iterable[float] | None = None) -> dict[str, Any]:
    """Return a code's words as plain data for JSON; ``constants`` are its captured leaves, as they were by default."""
    made = written(code)
    if constants is not None:
        made["constants"] = list(constants)
    for name in ("initial", "numbers", "constants"):
        made[name] = finite_or_named(made[name])
    return made


def finite_or_named(numbers: Iterable[float]) -> list[float | str]:
    """Return numbers as JSON has them; for those that it has not, the names that JavaScript's ``Number`` reads."""
    return [number if math.isfinite(number) else _NAMES[str(number)] for number in numbers]


_NAMES = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}
