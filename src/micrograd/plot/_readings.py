"""What figures are made from, read from whatever the user has: arrays, lists, DataFrames, Values."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Point = list[float]


@dataclass(frozen=True)
class Samples:
    """Points of the plane with their labels, and the labels that occur, sorted."""

    points: list[Point]
    labels: list[Any]
    classes: list[Any]
    names: tuple[str, str]

    def of(self, label: Any) -> list[Point]:
        """Return the points with this label."""
        return [point for point, other in zip(self.points, self.labels) if other == label]


def read_samples(X: Any, y: Any) -> Samples:
    """Return the samples of ``X``, shape (samples, 2), with their labels ``y``, shape (samples,).

    Raises ``ValueError`` for an ``X`` that is not two columns of finite numbers, for labels of the wrong length.
    """
    columns = getattr(X, "columns", None)
    names = ("$x_0$", "$x_1$") if columns is None else tuple(map(str, columns))
    points = _points(X)
    labels = _plain(y)
    if labels and all(isinstance(label, list) and len(label) == 1 for label in labels):
        labels = [label[0] for label in labels]
    if len(labels) != len(points) or any(isinstance(label, list) for label in labels):
        raise ValueError(
            f"y must have one label for each of the {len(points)} samples of X, got the shape {_shape(labels)}"
        )
    for i, label in enumerate(labels):
        if isinstance(label, float) and not math.isfinite(label):
            raise ValueError(f"y must hold finite labels, but label {i} is not")
    return Samples(points, labels, sorted(set(labels)), (names[0], names[1]))


def read_history(history: Any) -> tuple[list[float], list[float]]:
    """Return the losses and the accuracies, shares of 1 (an empty list where there are none).

    Raises ``ValueError`` for a history that is empty, or that holds NaN or infinity, or not as many accuracies.
    """
    if isinstance(history, Mapping):
        if "loss" not in history:
            raise ValueError(f"a history needs the key 'loss', this one has {sorted(map(str, history))}")
        losses, accuracies = _floats(history["loss"]), _floats(history.get("accuracy", ()))
    else:
        losses, accuracies = _from_rows(list(history))
    if not losses:
        raise ValueError("the history is empty: it needs the loss of at least one iteration")
    if accuracies and len(accuracies) != len(losses):
        raise ValueError(f"the history has {len(losses)} losses but {len(accuracies)} accuracies")
    for name, values in (("loss", losses), ("accuracy", accuracies)):
        for iteration, value in enumerate(values):
            if not math.isfinite(value):
                raise ValueError(
                    f"the {name} of iteration {iteration} is {value}: the training diverged there"
                )
    if accuracies and max(accuracies) > 1:
        accuracies = [accuracy / 100 for accuracy in accuracies]
    return losses, accuracies


def _points(X: Any) -> list[Point]:
    rows = _plain(X)
    shape = getattr(X, "shape", None) or _shape(rows)
    try:
        points = [[float(number) for number in row] if isinstance(row, list) else float(row) for row in rows]
    except (TypeError, ValueError) as error:
        raise ValueError(f"X must hold numbers, in two columns: {error}") from error
    if not points or any(not isinstance(point, list) or len(point) != 2 for point in points):
        raise ValueError(f"X must have the shape (samples, 2) to be drawn in a plane, got {shape}")
    for i, point in enumerate(points):
        if not all(map(math.isfinite, point)):  # type: ignore[arg-type]
            raise ValueError(f"X must hold finite numbers, but sample {i} is {point}")
    return points  # type: ignore[return-value]


def _plain(given: Any) -> list[Any]:
    """Return arrays, DataFrames and nested sequences as nested lists."""
    given = getattr(given, "values", given) if hasattr(given, "iloc") else given
    if hasattr(given, "tolist"):
        listed = given.tolist()
        return listed if isinstance(listed, list) else [listed]
    return [
        _plain(row)
        if isinstance(row, (list, tuple)) or (hasattr(row, "tolist") and hasattr(row, "__len__"))
        else row.item()
        if hasattr(row, "item")
        else row
        for row in given
    ]


def _shape(rows: list[Any]) -> tuple[int, ...]:
    widths = {len(row) for row in rows if isinstance(row, list)}
    if widths and len(widths) > 1:
        raise ValueError(f"rows of different lengths were given: {sorted(widths)}")
    return (len(rows), *widths)


def _from_rows(rows: Sequence[Any]) -> tuple[list[float], list[float]]:
    if rows and isinstance(rows[0], Mapping):
        losses: Iterable[Any] = [row["loss"] for row in rows]
        accuracies: Iterable[Any] = [row["accuracy"] for row in rows if "accuracy" in row]
    elif rows and isinstance(rows[0], (tuple, list)):
        losses, accuracies = [row[0] for row in rows], [row[1] for row in rows if len(row) > 1]
    else:
        losses, accuracies = rows, ()
    return _floats(losses), _floats(accuracies)


def _floats(values: Iterable[Any]) -> list[float]:
    return [float(value) for value in values]
