"""Small data sets to learn on, in plain Python: lists of points, and lists of their classes.

``make_moons``, ``make_circles`` and ``make_blobs`` take scikit-learn's arguments and give its numbers for the same
``random_state``, to the last bit where the C library rounds ``sin``, ``cos`` and ``log`` as NumPy does, and within two
units in the last place everywhere. ``make_spirals`` and ``make_xor`` are made in the same manner.

All of them return ``(X, y)``: ``X`` a list of points, each a list of floats, ``y`` the list of their classes, ints from
0. ``random_state`` is an int from 0 to 2**32 - 1, or a ``numpy.random.RandomState``, which is drawn from; with None,
the seed is drawn from Python's ``random``, so that ``random.seed(...)`` makes it repeatable.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from numbers import Integral, Real
from typing import Any, Literal, overload

from micrograd._legacy_random import LegacyRandom

Point = list[float]
Data = tuple[list[Point], list[int]]


def make_moons(
    n_samples: int | tuple[int, int] = 100,
    *,
    shuffle: bool = True,
    noise: float | None = None,
    random_state: Any = None,
) -> Data:
    """Return two half circles that reach into each other: the upper moon is class 0, the lower one class 1.

    ``n_samples`` is how many points there are, or a pair with those of each moon. ``noise`` is the standard deviation
    of what is added to each coordinate. Raises ``TypeError`` and ``ValueError`` for arguments that make no sense.
    """
    upper, lower = _pair(n_samples)
    points = [[math.cos(angle), math.sin(angle)] for angle in _evenly(math.pi, upper, upper - 1)]
    points += [
        [1 - math.cos(angle), 1 - math.sin(angle) - 0.5] for angle in _evenly(math.pi, lower, lower - 1)
    ]
    return _finish(points, [0] * upper + [1] * lower, shuffle, noise, random_state)


def make_circles(
    n_samples: int | tuple[int, int] = 100,
    *,
    shuffle: bool = True,
    noise: float | None = None,
    random_state: Any = None,
    factor: float = 0.8,
) -> Data:
    """Return a circle of radius 1 (class 0) around one of radius ``factor`` (class 1; from 0, below 1).

    The other arguments are those of ``make_moons``.
    """
    outer, inner = _pair(n_samples)
    factor = _finite("factor", factor, 0.0)
    if factor >= 1:
        raise ValueError(f"factor: expected a number from 0 up to 1, and less than 1, got {factor}")
    points = [[math.cos(angle), math.sin(angle)] for angle in _evenly(2 * math.pi, outer, outer)]
    points += [[math.cos(a) * factor, math.sin(a) * factor] for a in _evenly(2 * math.pi, inner, inner)]
    return _finish(points, [0] * outer + [1] * inner, shuffle, noise, random_state)


@overload
def make_blobs(
    n_samples: int | Sequence[int] = 100,
    n_features: int = 2,
    *,
    centers: int | Sequence[Sequence[float]] | None = None,
    cluster_std: float | Sequence[float] = 1.0,
    center_box: tuple[float, float] = (-10.0, 10.0),
    shuffle: bool = True,
    random_state: Any = None,
    return_centers: Literal[False] = False,
) -> Data: ...


@overload
def make_blobs(
    n_samples: int | Sequence[int] = 100,
    n_features: int = 2,
    *,
    centers: int | Sequence[Sequence[float]] | None = None,
    cluster_std: float | Sequence[float] = 1.0,
    center_box: tuple[float, float] = (-10.0, 10.0),
    shuffle: bool = True,
    random_state: Any = None,
    return_centers: Literal[True],
) -> tuple[list[Point], list[int], list[Point]]: ...


def make_blobs(
    n_samples: int | Sequence[int] = 100,
    n_features: int = 2,
    *,
    centers: int | Sequence[Sequence[float]] | None = None,
    cluster_std: float | Sequence[float] = 1.0,
    center_box: tuple[float, float] = (-10.0, 10.0),
    shuffle: bool = True,
    random_state: Any = None,
    return_centers: bool = False,
) -> Data | tuple[list[Point], list[int], list[Point]]:
    """Return clouds of normally distributed points, one class each.

    ``n_samples`` is how many points there are, or a list with those of each cloud. ``centers`` is how many clouds
    (default: 3), or the list of their centers; centers that are not given are drawn evenly from ``center_box`` in each
    of ``n_features`` dimensions. ``cluster_std`` is the standard deviation, or a list with that of each cloud. With
    ``return_centers``, the centers are returned as well. Raises ``TypeError`` and ``ValueError`` for arguments that
    make no sense or do not fit together.
    """
    sizes = (
        None if isinstance(n_samples, Integral) else [_count("n_samples", n, 0) for n in _listed(n_samples)]
    )
    with _generator(random_state) as generator:
        clouds, places = _centers(centers, sizes, _count("n_features", n_features, 1), center_box, generator)
        deviations = _deviations(cluster_std, clouds)
        if sizes is None:
            each, rest = divmod(_count("n_samples", n_samples, 1), clouds)
            sizes = [each + (cloud < rest) for cloud in range(clouds)]
        points: list[Point] = []
        for size, place, deviation in zip(sizes, places, deviations):
            points += [[generator.normal(x, deviation) for x in place] for _ in range(size)]
        classes = [cloud for cloud, size in enumerate(sizes) for _ in range(size)]
        if shuffle:
            points, classes = _shuffled(points, classes, generator)
    return (points, classes, places) if return_centers else (points, classes)


def make_spirals(
    n_samples: int | tuple[int, int] = 100,
    *,
    turns: float = 1.0,
    shuffle: bool = True,
    noise: float | None = None,
    random_state: Any = None,
) -> Data:
    """Return two arms of a spiral around each other, from near the origin to radius 1.

    ``turns`` is how often each goes around (above 0). The other arguments are those of ``make_moons``.
    """
    turns = _finite("turns", turns, 0.0)
    if turns == 0:
        raise ValueError("turns: expected a number above 0, got 0")
    points = []
    counts = _pair(n_samples)
    for arm, count in enumerate(counts):
        for i in range(1, count + 1):
            radius = i / count
            angle = 2 * math.pi * turns * radius + math.pi * arm
            points.append([radius * math.cos(angle), radius * math.sin(angle)])
    return _finish(points, [0] * counts[0] + [1] * counts[1], shuffle, noise, random_state)


def make_xor(
    n_samples: int | tuple[int, int] = 100,
    *,
    shuffle: bool = True,
    noise: float | None = None,
    random_state: Any = None,
) -> Data:
    """Return points drawn evenly from the square from -1 to 1, of class 1 where x and y differ in sign.

    Of an odd number of points, one more is of class 1. The other arguments are those of ``make_moons``: ``noise`` moves
    points after their class has been decided.
    """
    equal, unequal = _pair(n_samples)
    classes = [0] * equal + [1] * unequal
    with _generator(random_state) as generator:
        points = []
        for i, differ in enumerate(classes):
            x, y = generator.uniform(0.0, 1.0), generator.uniform(0.0, 1.0)
            side = 1.0 if i % 2 else -1.0
            points.append([side * x, -side * y if differ else side * y])
        return _finish(points, classes, shuffle, noise, generator)


# -- What they share ----------------------------------------------------------------------------------------


def _finish(
    points: list[Point], classes: list[int], shuffle: bool, noise: float | None, random_state: Any
) -> Data:
    """Shuffle the samples, then add noise: in scikit-learn's order, on which the numbers depend."""
    deviation = None if noise is None else _finite("noise", noise, 0.0)
    with _generator(random_state) as generator:
        if shuffle:
            points, classes = _shuffled(points, classes, generator)
        if deviation is not None:
            points = [[x + generator.normal(0.0, deviation) for x in point] for point in points]
    return points, classes


def _shuffled(points: list[Point], classes: list[int], generator: LegacyRandom) -> Data:
    order = generator.permutation(len(points))
    return [points[i] for i in order], [classes[i] for i in order]


@contextmanager
def _generator(random_state: Any) -> Iterator[LegacyRandom]:
    """Give the generator that ``random_state`` means; a ``RandomState`` of NumPy's goes on where it ended."""
    if isinstance(random_state, LegacyRandom):
        yield random_state
    elif hasattr(random_state, "get_state") and hasattr(random_state, "set_state"):
        generator = LegacyRandom.from_state(random_state.get_state())
        yield generator
        random_state.set_state(generator.state())
    else:
        yield LegacyRandom(random.getrandbits(32) if random_state is None else random_state)


def _evenly(end: float, count: int, intervals: int) -> list[float]:
    """Return ``count`` numbers from 0, ``end / intervals`` apart, with the rounding of NumPy's ``linspace``."""
    if count < 2:
        return [0.0] * count
    step = end / intervals
    numbers = [i * step for i in range(count)]
    if intervals < count:
        numbers[-1] = end
    return numbers


def _pair(n_samples: Any) -> tuple[int, int]:
    if isinstance(n_samples, Integral):
        count = _count("n_samples", n_samples, 1)
        return count // 2, count - count // 2
    if not isinstance(n_samples, tuple):
        raise TypeError(
            f"n_samples: expected an int or a pair of ints, got {type(n_samples).__name__}: {n_samples!r}"
        )
    if len(n_samples) != 2:
        raise ValueError(f"n_samples: expected an int or a pair of ints, got a tuple of {len(n_samples)}")
    return _count("n_samples", n_samples[0], 0), _count("n_samples", n_samples[1], 0)


def _centers(
    given: Any, sizes: list[int] | None, features: int, box: Any, generator: LegacyRandom
) -> tuple[int, list[Point]]:
    if given is None or (isinstance(given, Integral) and sizes is None):
        clouds = len(sizes) if sizes is not None else _count("centers", 3 if given is None else given, 1)
        low, high = (_finite("center_box", edge, -math.inf) for edge in _listed(box))
        return clouds, [[generator.uniform(low, high) for _ in range(features)] for _ in range(clouds)]
    places = [
        [_finite("centers", x, -math.inf) for x in _listed(place)] for place in _listed(given, "centers")
    ]
    if not places or any(len(place) != len(places[0]) for place in places):
        raise ValueError("centers: expected at least one center, and as many coordinates for each")
    if sizes is not None and len(places) != len(sizes):
        raise ValueError(f"centers: {len(places)} centers, but n_samples is a list of {len(sizes)}")
    return len(places), places


def _deviations(given: Any, clouds: int) -> list[float]:
    if isinstance(given, Real):
        return [_finite("cluster_std", given, 0.0)] * clouds
    deviations = [_finite("cluster_std", deviation, 0.0) for deviation in _listed(given, "cluster_std")]
    if len(deviations) != clouds:
        raise ValueError(f"cluster_std: a list of {len(deviations)}, but there are {clouds} centers")
    return deviations


def _listed(given: Any, name: str = "n_samples") -> list[Any]:
    if isinstance(given, Iterable) and not isinstance(given, (str, bytes)):
        return list(given)
    raise TypeError(f"{name}: expected a number or a list, got {type(given).__name__}: {given!r}")


def _count(name: str, given: Any, least: int) -> int:
    if not isinstance(given, Integral) or isinstance(given, bool):
        raise TypeError(f"{name}: expected an int, got {type(given).__name__}: {given!r}")
    if given < least:
        raise ValueError(f"{name}: expected at least {least}, got {given}")
    return int(given)


def _finite(name: str, given: Any, least: float) -> float:
    if not isinstance(given, Real):
        raise TypeError(f"{name}: expected a number, got {type(given).__name__}: {given!r}")
    number = float(given)
    if not (number >= least and math.isfinite(number)):
        raise ValueError(
            f"{name}: expected a finite number{'' if least < 0 else ' of at least 0'}, got {given}"
        )
    return number
