"""Time several contenders side by side, so that what else the machine does hits all of them alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable


def medians(
    contenders: dict[str, Callable[[], object]], turns: int, turn_seconds: float = 0.05, least_calls: int = 3
) -> dict[str, float]:
    """Return the median time of one call of each contender, in seconds.

    The contenders take turns. A turn is as many calls as fit into ``turn_seconds``, ``least_calls`` at least,
    and counts with their mean. Python's garbage collector runs as it does for everybody: who leaves cycles
    behind pays for them in the calls that follow. The first two calls of each, in which caches fill and there
    is nothing yet to collect, do not count.
    """
    calls = {}
    for name, contender in contenders.items():
        contender()
        contender()
        started = time.perf_counter()
        contender()
        calls[name] = max(least_calls, int(turn_seconds / (time.perf_counter() - started)))
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(turns):
        for name, contender in contenders.items():
            started = time.perf_counter()
            for _ in range(calls[name]):
                contender()
            times[name].append((time.perf_counter() - started) / calls[name])
    return {name: statistics.median(each) for name, each in times.items()}
