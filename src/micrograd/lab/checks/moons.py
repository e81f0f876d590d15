"""Task 6: the two moons."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from functools import cache
from typing import Any

from micrograd.data import make_moons
from micrograd.lab.checks.finding import Finding
from micrograd.lab.checks.observing import View
from micrograd.lab.checks.reference import HANDOUT_SEED, close
from micrograd.lab.checks.roles import data_of

SAMPLES = 100
NOISE = 0.1


class _Task6:
    """One hundred points of two moons, from the seed."""

    def questions(self, generator: random.Random) -> dict[str, Any]:
        return {}

    def observe(self, view: View, asked: dict[str, Any]) -> dict[str, Any]:
        return data_of(view)

    def judge(self, asked: dict[str, Any], observed: dict[str, Any]) -> list[Finding]:
        samples, labels = observed["X"], observed["y"]
        if samples is None or labels is None:
            return [Finding(6, "moons", "missing", 1, "no-moons")]
        if len(samples) != SAMPLES or len(labels) != len(samples) or any(len(x) != 2 for x in samples):
            return [
                Finding(6, "moons", "wrong", 1, "moons-count", {"count": len(samples), "labels": len(labels)})
            ]
        if set(labels) == {-1.0, 1.0}:
            return [Finding(6, "moons", "wrong", 1, "labels-minus-one")]
        if set(labels) != {0.0, 1.0}:
            return [Finding(6, "moons", "wrong", 1, "labels-other", {"labels": sorted(set(labels))[:4]})]
        findings = [_are_moons(samples, labels)]
        if findings[0].state == "right":
            seeded = all(close(a, b, 1e-9) for x, r in zip(samples, handout_moons()) for a, b in zip(x, r))
            findings.append(
                Finding(6, "seeds", "right", 0.5)
                if seeded
                else Finding(6, "seeds", "wrong", 0.5, "seeds-not-set")
            )
        return findings


@cache
def handout_moons() -> list[list[float]]:
    """Return the handout's points: the first draw from NumPy's generator after its seed."""
    return _moons(NOISE)


def _moons(noise: float | None) -> list[list[float]]:
    points, _ = make_moons(SAMPLES, noise=noise, random_state=HANDOUT_SEED)
    return points


def distance_to_moon(point: Sequence[float], label: float) -> float:
    """Return how far a point lies from the noiseless half circle of its label."""
    x, y = (point[0], point[1]) if label < 0.5 else (1 - point[0], 0.5 - point[1])
    if y >= 0:
        return abs(math.hypot(x, y) - 1)
    return math.hypot(abs(x) - 1, y)


def _are_moons(samples: list[list[float]], labels: list[float]) -> Finding:
    noise = _noise_from_seed(samples)
    if noise is not None and not close(noise, NOISE):
        return Finding(6, "moons", "wrong", 1, "moons-noise", {"noise": f"{noise:.2g}"})
    distances = [distance_to_moon(point, label) for point, label in zip(samples, labels)]
    spread = math.sqrt(sum(d * d for d in distances) / len(distances))
    swapped = [distance_to_moon(point, 1 - label) for point, label in zip(samples, labels)]
    if spread > 0.25 and sum(d * d for d in swapped) / len(swapped) < 0.25**2:
        return Finding(6, "moons", "wrong", 1, "labels-swapped")
    if spread > 0.25 or max(distances) > 1:
        return Finding(6, "moons", "wrong", 1, "not-moons")
    # The distance to the curve is normal with the noise as its deviation: 100 of them are within a third of it.
    if not 0.65 * NOISE < spread < 1.4 * NOISE:
        return Finding(6, "moons", "wrong", 1, "moons-noise", {"noise": f"{spread:.2f}"})
    return Finding(6, "moons", "right", 1)


def _noise_from_seed(samples: list[list[float]]) -> float | None:
    """Return the noise of moons drawn right after the handout's seed; None for other points.

    The seed decides the order and each point's deviation, and the noise only how far along it the point lies.
    """
    clean = [value for point in _moons(None) for value in point]
    deviations = [value - c for value, c in zip((v for point in handout_moons() for v in point), clean)]
    given = [value - c for value, c in zip((v for point in samples for v in point), clean)]
    factor = sum(a * b for a, b in zip(given, deviations)) / sum(b * b for b in deviations)
    return NOISE * factor if all(close(a, factor * b) for a, b in zip(given, deviations)) else None


TASK_6 = _Task6()
