"""The data that a playground offers: each kind with some noises and seeds, made by ``micrograd.data``."""

from __future__ import annotations

import base64
import functools
import math
import random
from array import array
from typing import Any

from micrograd import data

SAMPLES = 100
NOISES = (0.0, 0.1, 0.2, 0.3)
SEEDS = (42, 0, 1, 2)
_BLOBS = ((-0.8, -0.4), (0.8, 0.5))


@functools.cache
def choosable() -> dict[str, Any]:
    """Return the sets by kind, noise and seed, ready for JSON.

    ``{"noises": ..., "seeds": ..., "sets": {"moons 0.1 42": {"X": float64 in base64, "y": ...}}}``: the classes are a
    text of digits, a curve's numbers float64 in base64.
    """
    sets: dict[str, dict[str, Any]] = {}
    for noise in NOISES:
        for seed in SEEDS:
            made = {
                "moons": data.make_moons(SAMPLES, noise=noise, random_state=seed),
                "circles": data.make_circles(SAMPLES, noise=noise / 2, random_state=seed, factor=0.5),
                "xor": data.make_xor(SAMPLES, noise=noise, random_state=seed),
                "spirals": data.make_spirals(SAMPLES, noise=noise / 2, random_state=seed),
                "blobs": data.make_blobs(SAMPLES, centers=_BLOBS, cluster_std=0.2 + noise, random_state=seed),
            }
            for kind, (X, y) in made.items():
                sets[f"{kind} {noise} {seed}"] = {
                    "X": _packed([number for point in X for number in point]),
                    "labels": "".join(map(str, y)),
                }
            points, values = _curve(noise, seed)
            sets[f"curve {noise} {seed}"] = {"X": _packed(points), "y": _packed(values)}
    return {"noises": list(NOISES), "seeds": list(SEEDS), "sets": sets}


def _curve(noise: float, seed: int) -> tuple[list[float], list[float]]:
    """Return points of a wave, with noise around it."""
    draw = random.Random(seed)
    points = [draw.uniform(-1.0, 1.0) for _ in range(SAMPLES // 2)]
    return points, [math.sin(3.0 * x) + draw.gauss(0.0, noise) for x in points]


def _packed(numbers: list[float]) -> str:
    # To the last bit: the Python that a page writes has the same numbers.
    return base64.b64encode(array("d", numbers).tobytes()).decode()
