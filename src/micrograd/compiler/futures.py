"""What a function will do later: the numbers that it counts up are set to what they will be, and it is traced again.

``if calls > 10_000`` shows itself in none of the runs that a tracer makes. So numbers that have changed from run to run
are put to where thresholds stand: round numbers and powers of two, just before and at them; then they are put back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from micrograd.compiler.references import Counter

_ROUND = (1000, 100, 10_000, 500, 200, 5000, 2000, 1_000_000, 100_000, 50, 300, 20_000, 50_000, 20, 10)
_POWERS = (1024, 256, 4096, 65_536, 512, 128, 2048, 8192, 16_384, 32_768, 1 << 20, 1 << 24, 1 << 31)
_FAR = (10_000_000, 1_000_000_000, 10**12)


def later(counters: Sequence[Counter], most: int) -> Iterator[None]:
    """Put the counters to ``most`` later numbers at most, one after the other, and back at the end."""
    turns = [target - before for target in (*_ROUND, *_POWERS, *_FAR) for before in (1, 0)][:most]
    with _put_back(counters):
        for target in turns:
            for counter in counters:
                counter.put(_later(counter, target))
            yield


def _later(counter: Counter, target: int) -> Any:
    """Return the number that the counter comes to close to ``target``; counting down, close to 0 or to minus that."""
    step = counter.now - counter.before
    goal = target if step > 0 else -target if target >= 1000 else target - 1
    return counter.now + max(0, round((goal - counter.now) / step)) * step


@contextmanager
def _put_back(counters: Sequence[Counter]) -> Iterator[None]:
    try:
        yield
    finally:
        for counter in counters:
            counter.put(counter.now)
