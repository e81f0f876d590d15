"""Time several contenders side by side, so that what else the machine does hits all of them alike."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Iterable


class Turns:
    """The seconds of one call of each contender, turn by turn; turn number i of all of them was at about the same time.

    Python's garbage collector runs as it does for everybody: who leaves cycles behind pays for them in the calls
    that follow.
    """

    def __init__(
        self,
        contenders: dict[str, Callable[[int], object]],
        turns: int,
        turn: float,
        pause: float = 0.0,
        fewest: int = 1,
    ) -> None:
        """Let the contenders, functions of how many calls to make, take ``turns`` turns of about ``turn`` seconds.

        A turn has ``fewest`` calls at least. ``pause`` seconds lie before each turn: threads of the contender before
        may go on looking for work for a while.
        """
        calls = {name: max(fewest, _calls_in(run, turn)) for name, run in contenders.items()}
        self.seconds: dict[str, list[float]] = {name: [] for name in contenders}
        for _ in range(turns):
            for name, run in contenders.items():
                time.sleep(pause)
                started = time.perf_counter()
                run(calls[name])
                self.seconds[name].append((time.perf_counter() - started) / calls[name])

    def median(self, name: str) -> float:
        """Return the median of a contender's turns."""
        return statistics.median(self.seconds[name])

    def medians(self) -> dict[str, float]:
        """Return the median of each contender's turns."""
        return {name: self.median(name) for name in self.seconds}

    def fastest(self, names: Iterable[str]) -> str:
        """Return which of these contenders has the smallest median."""
        return min(names, key=self.median)

    def ratio(self, slower: str, faster: str) -> float:
        """Return how many times longer one contender takes than another: the median of the turns' ratios."""
        return statistics.median(self._ratios(slower, faster))

    def interval(self, slower: str, faster: str) -> tuple[float, float]:
        """Return the interval of 95 % of that median, by the order of the turns' ratios (of 5 or fewer, all of them).

        The number of turns below the true median is binomial with a half, whatever the distribution.
        """
        ratios = sorted(self._ratios(slower, faster))
        turns = len(ratios)
        left_out, outside = 0, 2.0 ** (1 - turns)
        while outside + 2.0 ** (1 - turns) * math.comb(turns, left_out + 1) <= 0.05:
            left_out += 1
            outside += 2.0 ** (1 - turns) * math.comb(turns, left_out)
        return ratios[left_out], ratios[-1 - left_out]

    def _ratios(self, slower: str, faster: str) -> list[float]:
        return [one / other for one, other in zip(self.seconds[slower], self.seconds[faster], strict=True)]


def repeated(call: Callable[[], object]) -> Callable[[int], None]:
    """Return a contender that makes one call after the other."""

    def run(calls: int) -> None:
        for _ in range(calls):
            call()

    return run


def _calls_in(run: Callable[[int], object], seconds: float) -> int:
    """Return how many calls take about so long; caches are filled and thread counts chosen on the way.

    What ``run`` does once, before the first call, is most of a short turn: so the last trial is almost a turn.
    """
    calls = 1
    run(1)
    while True:
        started = time.perf_counter()
        run(calls)
        spent = time.perf_counter() - started
        if spent > 0.7 * seconds:
            return max(1, int(calls * seconds / spent))
        calls *= 2 if spent > 0.1 * seconds else 8
