"""Which class a model gives to each point of a grid over the plane."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from micrograd.plot._readings import Point, Samples

# The lead of each class over the best other one: leads[class][row][column].
Leads = list[list[list[float]]]


@dataclass(frozen=True)
class Regions:
    """A grid over the samples (``across`` and ``up`` are its coordinates), and each class's lead at its points."""

    across: list[float]
    up: list[float]
    leads: Leads


def regions(model: Any, samples: Samples, threshold: float | None, resolution: int) -> Regions:
    """Ask ``model`` about the points of a grid that reaches a tenth beyond the samples.

    Raises ``ValueError`` where the model's outputs are not finite or do not fit the classes, ``TypeError`` for
    something that is not a model.
    """
    across, up = (_coordinates([point[axis] for point in samples.points], resolution) for axis in (0, 1))
    grid = [[x, y] for y in up for x in across]
    leads = _leads(model, grid, samples.classes, threshold)
    rows = range(0, len(grid), resolution)
    return Regions(across, up, [[lead[row : row + resolution] for row in rows] for lead in leads])


def _coordinates(numbers: list[float], count: int) -> list[float]:
    margin = 0.1 * max(max(numbers) - min(numbers), 1e-9)
    low, high = min(numbers) - margin, max(numbers) + margin
    step = (high - low) / (count - 1)
    return [*(low + i * step for i in range(count - 1)), high]


def _leads(model: Any, grid: list[Point], classes: list[Any], threshold: float | None) -> list[list[float]]:
    outputs, is_probability = _outputs(model, grid)
    if outputs is None:
        predicted = _listed(model.predict(_array(grid)))
        unknown = [label for label in sorted(set(predicted)) if label not in classes]
        if unknown:
            raise ValueError(f"the model predicts {unknown[0]!r}, which is not among the labels: {classes}")
        return [[1.0 if label == one else -1.0 for label in predicted] for one in classes]
    for point, output in zip(grid, outputs):
        if not all(map(math.isfinite, output)):
            raise ValueError(f"the model's output is not finite at {point}: did its training diverge?")
    width = len(outputs[0])
    if width == 2 and threshold is not None:
        outputs, width = [output[1:] for output in outputs], 1
    if width == 1 and len(classes) == 2:
        zero = threshold if threshold is not None else 0.5 if is_probability else 0.0
        second = [output[0] - zero for output in outputs]
        return [[-lead for lead in second], second]
    if width != len(classes):
        raise ValueError(f"the model has {width} output(s), but y has {len(classes)} classes: {classes}")
    return [[_lead(output, i) for output in outputs] for i in range(width)]


def _lead(output: list[float], i: int) -> float:
    return output[i] - max(output[:i] + output[i + 1 :])


def _outputs(model: Any, grid: list[Point]) -> tuple[list[list[float]] | None, bool]:
    """The model's outputs for each grid point (None: it only predicts), and whether they are probabilities."""
    if hasattr(model, "predict_proba"):
        return _rows(model.predict_proba(_array(grid))), True
    if hasattr(model, "decision_function"):
        return _rows(model.decision_function(_array(grid))), False
    if hasattr(model, "predict"):
        return None, False
    if not callable(model):
        raise TypeError(
            "decision_boundary needs a model that can be called or that has predict, "
            f"got {type(model).__name__}"
        )
    return _call_for_each(model, grid)


def _call_for_each(model: Callable[[Point], Any], grid: list[Point]) -> tuple[list[list[float]], bool]:
    from micrograd.nn import Module

    def numbers(output: Any) -> list[float]:
        return [float(o) for o in output] if isinstance(output, (list, tuple)) else [float(output)]

    outputs = [numbers(model(list(point))) for point in grid]
    # An MLP's output is a score, wherever it happens to lie.
    within = not isinstance(model, Module) and all(0.0 <= o <= 1.0 for output in outputs for o in output)
    return outputs, within


def _array(grid: list[Point]) -> Any:
    # Estimators in scikit-learn's convention take arrays, and bring NumPy with them.
    import numpy as np

    return np.array(grid)


def _listed(given: Any) -> list[Any]:
    return given.tolist() if hasattr(given, "tolist") else list(given)


def _rows(given: Any) -> list[list[float]]:
    return [[float(o) for o in row] if isinstance(row, list) else [float(row)] for row in _listed(given)]
