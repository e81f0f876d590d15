"""NumPy's legacy random generator (``numpy.random.RandomState``), remade with the standard library.

Python's own Mersenne Twister is the same generator; only its seeding and what is drawn from it differ. The
numbers are those of NumPy, to the last bit where the C library's ``log`` rounds alike. NumPy has promised that they
will not change (NEP 19), which is why scikit-learn's data sets can be made without it.
"""

from __future__ import annotations

import operator
import random
from collections.abc import Sequence
from math import log, sqrt
from typing import Any

_WORDS = 624  # the size of the Mersenne Twister's state
_LARGEST_SEED = 2**32 - 1


class LegacyRandom:
    """Draws what ``numpy.random.RandomState(seed)`` draws, in the same order.

    ``seed`` is an int from 0 to 2**32 - 1. Raises ``TypeError`` and ``ValueError`` for anything else.
    """

    def __init__(self, seed: int) -> None:
        state = _checked(seed)
        words = []
        # Knuth's recurrence, which the Mersenne Twister's authors recommend (init_genrand, 2002).
        for i in range(1, _WORDS + 1):
            words.append(state)
            state = (1812433253 * (state ^ (state >> 30)) + i) & _LARGEST_SEED
        self._twister = random.Random()
        self._set(words, _WORDS)
        self._kept: float | None = None  # the second normal number of a pair

    @classmethod
    def from_state(cls, state: Sequence[Any]) -> LegacyRandom:
        """Return a generator that goes on from ``RandomState.get_state()``."""
        _, words, position, has_kept, kept = state
        made = cls(0)
        made._set([int(word) for word in words], int(position))
        made._kept = float(kept) if has_kept else None
        return made

    def state(self) -> tuple[str, list[int], int, int, float]:
        """Return what ``RandomState.set_state()`` takes to go on from here."""
        words = self._twister.getstate()[1]
        return ("MT19937", list(words[:-1]), words[-1], int(self._kept is not None), self._kept or 0.0)

    def uniform(self, low: float, high: float) -> float:
        """Draw a number evenly between ``low`` and ``high``."""
        return low + (high - low) * self._twister.random()

    def normal(self, mean: float, deviation: float) -> float:
        """Draw a normally distributed number (Marsaglia's polar method, which makes them in pairs)."""
        return mean + deviation * self._standard_normal()

    def permutation(self, count: int) -> list[int]:
        """Draw an order of 0, 1, ..., ``count`` - 1 (Fisher and Yates, from the end)."""
        order = list(range(count))
        for i in range(count - 1, 0, -1):
            j = self._up_to(i)
            order[i], order[j] = order[j], order[i]
        return order

    def _standard_normal(self) -> float:
        if self._kept is not None:
            kept, self._kept = self._kept, None
            return kept
        while True:
            x = 2.0 * self._twister.random() - 1.0
            y = 2.0 * self._twister.random() - 1.0
            square = x * x + y * y
            if 0.0 < square < 1.0:
                break
        factor = sqrt(-2.0 * log(square) / square)
        self._kept = factor * x
        return factor * y

    def _up_to(self, largest: int) -> int:
        # NumPy takes whole words under the smallest mask, and draws again what is too large.
        mask = (1 << largest.bit_length()) - 1
        while True:
            drawn = self._twister.getrandbits(32) & mask
            if drawn <= largest:
                return drawn

    def _set(self, words: list[int], position: int) -> None:
        self._twister.setstate((3, (*words, position), None))


def _checked(seed: Any) -> int:
    try:
        number = operator.index(seed)
    except TypeError:
        raise TypeError(
            f"random_state: expected an int, None, or a numpy.random.RandomState, got {type(seed).__name__}: {seed!r}"
        ) from None
    if not 0 <= number <= _LARGEST_SEED:
        raise ValueError(f"random_state: expected an int from 0 to {_LARGEST_SEED} (2**32 - 1), got {number}")
    return number
