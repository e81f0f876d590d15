"""Other states of the random generators, and whether a function draws from them."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any


def _global_generators() -> list[tuple[str, Callable[[], Any], Callable[[Any], None], Callable[[int], None]]]:
    """Return (name, read the state, write it, seed) of Python's generator, and of NumPy's where it is loaded."""
    found: list[Any] = [("random", random.getstate, random.setstate, random.seed)]
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        found.append(("numpy.random", numpy_random.get_state, numpy_random.set_state, numpy_random.seed))
    return found


@contextmanager
def put_back() -> Iterator[None]:
    """Put the states of the global generators back at the end."""
    states = [(write, read()) for _, read, write, _ in _global_generators()]
    try:
        yield
    finally:
        for write, state in states:
            write(state)


def shift(turn: int) -> None:
    """Give the global generators other states, the same ones for the same ``turn``."""
    for _, _, _, seed in _global_generators():
        seed(7919 * turn + 1)


class Draws:
    """Finds out whether any of some generators was drawn from: ``own`` are those that a function refers to."""

    def __init__(self, own: Iterable[tuple[str, Any]]) -> None:
        self._readers = [(name, read) for name, read, _, _ in _global_generators()]
        self._readers += [(name, reader) for name, generator in own if (reader := state_of(generator))]
        self._before = [read() for _, read in self._readers]

    def drawn(self) -> str | None:
        """Return the name of a generator whose state is another than at the beginning, or None."""
        for (name, read), before in zip(self._readers, self._before):
            if not _same(read(), before):
                return name
        return None


def state_of(generator: Any) -> Callable[[], Any] | None:
    """Return a function that reads a generator's state; None for what is no generator."""
    if isinstance(generator, random.Random):
        try:
            generator.getstate()
        except NotImplementedError:
            return None  # the system's
        return generator.getstate
    kind = type(generator)
    if kind.__module__.startswith("numpy.random"):
        if hasattr(generator, "get_state"):
            return lambda: generator.get_state()
        if hasattr(generator, "bit_generator"):
            return lambda: generator.bit_generator.state
    return None


def _same(one: Any, other: Any) -> bool:
    # NumPy's states are tuples and dictionaries with arrays in them.
    if isinstance(one, tuple) and isinstance(one[1], tuple):
        return bool(one == other)
    return bool(repr_of(one) == repr_of(other))


def repr_of(state: Any) -> Any:
    """Return a state with its arrays as bytes, so that it can be compared."""
    if isinstance(state, dict):
        return {name: repr_of(part) for name, part in state.items()}
    if isinstance(state, (tuple, list)):
        return [repr_of(part) for part in state]
    return state.tobytes() if hasattr(state, "tobytes") else state
