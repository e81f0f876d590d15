"""Figures of training: where a model draws its boundary, and how its loss and accuracy went."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from micrograd._needs import needs
from micrograd.language import choose

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["decision_boundary", "training_curves"]

# Okabe and Ito's palette, which people with any of the common colour blindnesses can tell apart; the markers
# tell the classes apart where there is no colour at all. https://jfly.uni-koeln.de/color/
_COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442", "#000000")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
_RESOLUTION = 120

_WORDS = {
    "fr": {
        "boundary": "frontière de décision",
        "iteration": "itération",
        "loss": "erreur moyenne",
        "accuracy": "précision",
        "percent": "\u00a0%",
    },
    "en": {
        "boundary": "decision boundary",
        "iteration": "iteration",
        "loss": "mean loss",
        "accuracy": "accuracy",
        "percent": "%",
    },
}


def decision_boundary(
    model: Any,
    X: Any,
    y: Any,
    ax: Axes | None = None,
    *,
    threshold: float | None = None,
    resolution: int = _RESOLUTION,
    lang: str | None = None,
) -> Axes:
    """Draw which class ``model`` gives to each point of the plane, the samples over it; return the axes.

    ``model`` is an ``MLP``, any callable that takes one sample (a list of two floats) and returns a Value or
    a number (or one for each class, the largest of which wins), or an estimator with ``predict_proba``,
    ``decision_function`` or ``predict`` in scikit-learn's convention. ``X`` has shape (samples, 2), ``y`` one
    label for each sample: two labels or more, of any kind that can be sorted. A DataFrame's column names
    become the names of the axes.

    A single output stands for the second of two labels where it is above ``threshold``; by default that is 0
    for a score, and 0.5 for a probability (from ``predict_proba``, or from a callable that returns nothing
    outside of [0, 1]). ``resolution`` is the number of grid points along each axis. ``lang`` is the language
    of the legend.

    Raises ``ValueError`` for an ``X`` that is not two columns of finite numbers, for labels of the wrong
    length or of a single class, and for a model that returns something that is not finite.
    """
    with needs("plot"):
        import matplotlib.pyplot as plt
        import numpy as np

    words = _WORDS[choose(lang)]
    names = [str(name) for name in getattr(X, "columns", ("$x_0$", "$x_1$"))]
    points, labels = _samples(X, y)
    classes = np.unique(labels)
    if len(classes) < 2:
        raise ValueError(
            f"decision_boundary needs labels of at least two classes, got only {classes.tolist()}"
        )
    if resolution < 2:
        raise ValueError(f"resolution must be at least 2 grid points along each axis, got {resolution!r}")

    margin = 0.1 * np.maximum(np.ptp(points, axis=0), 1e-9)
    low, high = points.min(axis=0) - margin, points.max(axis=0) + margin
    across, up = (np.linspace(low[i], high[i], resolution) for i in (0, 1))
    grid = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    leads = _leads(model, grid, classes, threshold).reshape(len(classes), resolution, resolution)

    if ax is None:
        ax = plt.subplots(layout="constrained")[1]
    colors = [_COLORS[i % len(_COLORS)] for i in range(len(classes))]
    for i, lead in enumerate(leads):
        reach = float(np.abs(lead).max()) + 1.0
        if lead.max() > 0:
            ax.contourf(across, up, lead, levels=[0, reach], colors=[colors[i]], alpha=0.2)
        # Between two classes one line is enough: where the first one's lead ends, the second one's begins.
        if lead.min() < 0 < lead.max() and (i > 0 or len(classes) > 2):
            ax.contour(across, up, lead, levels=[0], colors="black", linewidths=1.2)
    for i, label in enumerate(classes):
        of_label = points[labels == label]
        ax.scatter(
            of_label[:, 0],
            of_label[:, 1],
            color=colors[i],
            marker=_MARKERS[i % len(_MARKERS)],
            edgecolor="white",
            linewidth=0.7,
            label=f"$y = {label}$" if np.issubdtype(classes.dtype, np.number) else str(label),
            zorder=3,
        )
    ax.plot([], [], color="black", linewidth=1.2, label=words["boundary"])
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), xlabel=names[0], ylabel=names[1])
    ax.legend(loc="best", framealpha=0.9)
    return ax


def training_curves(history: Any, ax: Axes | None = None, *, lang: str | None = None) -> Axes:
    """Draw the loss over the iterations, and the accuracy below it; return the axes of the loss.

    ``history`` is ``{"loss": [...], "accuracy": [...]}`` (the accuracy may be missing), a sequence of losses,
    of ``(loss, accuracy)`` pairs, or of mappings with those keys, one for each iteration from 0. Losses are
    numbers or Values; accuracies are shares between 0 and 1, or percentages if any of them is above 1. With
    accuracies the given axes are split in two. ``lang`` is the language of the labels.

    Raises ``ValueError`` for a history that is empty, that has not as many accuracies as losses, or that
    holds NaN or infinity (the message says at which iteration).
    """
    with needs("plot"):
        import matplotlib.pyplot as plt
        from matplotlib.ticker import FuncFormatter, MaxNLocator

    words = _WORDS[choose(lang)]
    losses, accuracies = _history(history)
    if ax is None:
        ax = plt.subplots(figsize=(6.4, 5.2 if accuracies else 3.6), layout="constrained")[1]
    # A lone iteration would be a line without length.
    marker = "o" if len(losses) <= 20 else None
    lowest = ax
    if accuracies:
        lowest = _split(ax)
        lowest.plot(accuracies, color=_COLORS[1], marker=marker)
        lowest.set(ylabel=words["accuracy"])
        lowest.yaxis.set_major_formatter(
            FuncFormatter(lambda share, _: f"{100 * share:.4g}{words['percent']}")
        )
        lowest.grid(alpha=0.3)
        ax.tick_params(labelbottom=False)
    ax.plot(losses, color=_COLORS[0], marker=marker)
    ax.set(ylabel=words["loss"])
    ax.grid(alpha=0.3)
    lowest.set_xlabel(words["iteration"])
    lowest.xaxis.set_major_locator(MaxNLocator(integer=True))
    return ax


def _split(ax: Axes) -> Axes:
    """Give the lower half of the axes' place to new axes, which share its iterations, and return those."""
    place = ax.get_subplotspec()
    if place is not None:
        halves = place.subgridspec(2, 1)
        ax.set_subplotspec(halves[0])
        return ax.figure.add_subplot(halves[1], sharex=ax)
    box = ax.get_position()
    ax.set_position((box.x0, box.y0 + 0.53 * box.height, box.width, 0.47 * box.height))
    return ax.figure.add_axes((box.x0, box.y0, box.width, 0.47 * box.height), sharex=ax)


def _samples(X: Any, y: Any) -> tuple[Any, Any]:
    """The samples as an array of shape (n, 2) and their labels as one of shape (n,), or a clear error."""
    import numpy as np

    try:
        points = np.asarray(X, dtype=float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"X must hold numbers, in two columns: {error}") from error
    if points.ndim != 2 or points.shape[1] != 2 or len(points) == 0:
        raise ValueError(f"X must have the shape (samples, 2) to be drawn in a plane, got {points.shape}")
    bad = np.flatnonzero(~np.isfinite(points).all(axis=1))
    if len(bad):
        raise ValueError(f"X must hold finite numbers, but sample {bad[0]} is {points[bad[0]].tolist()}")
    labels = np.asarray(y)
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.shape != (len(points),):
        raise ValueError(
            f"y must have one label for each of the {len(points)} samples of X, got the shape {labels.shape}"
        )
    if np.issubdtype(labels.dtype, np.floating) and not np.isfinite(labels).all():
        raise ValueError(
            f"y must hold finite labels, but label {np.flatnonzero(~np.isfinite(labels))[0]} is not"
        )
    return points, labels


def _leads(model: Any, grid: Any, classes: Any, threshold: float | None) -> Any:
    """By how much each class leads over the best other one at each grid point: shape (classes, points)."""
    import numpy as np

    outputs, is_probability = _outputs(model, grid)
    if outputs is None:
        predicted = np.asarray(model.predict(grid))
        unknown = [label for label in sorted(set(predicted.tolist())) if label not in classes.tolist()]
        if unknown:
            raise ValueError(
                f"the model predicts {unknown[0]!r}, which is not among the labels: {classes.tolist()}"
            )
        return np.where(predicted == classes[:, None], 1.0, -1.0)
    outputs = outputs.reshape(len(grid), -1)
    finite = np.isfinite(outputs).all(axis=1)
    if not finite.all():
        raise ValueError(
            f"the model's output is not finite at {grid[~finite][0].tolist()}: did its training diverge?"
        )
    if outputs.shape[1] == 2 and threshold is not None:
        outputs = outputs[:, 1:]
    if outputs.shape[1] == 1 and len(classes) == 2:
        second = outputs[:, 0] - (threshold if threshold is not None else 0.5 if is_probability else 0.0)
        return np.stack([-second, second])
    if outputs.shape[1] != len(classes):
        raise ValueError(
            f"the model has {outputs.shape[1]} output(s), but y has {len(classes)} classes: "
            f"{classes.tolist()}"
        )
    leads = []
    for i in range(len(classes)):
        leads.append(outputs[:, i] - np.delete(outputs, i, axis=1).max(axis=1))
    return np.stack(leads)


def _outputs(model: Any, grid: Any) -> tuple[Any, bool]:
    """The model's output for each grid point (None: it only predicts), and whether it is a probability."""
    import numpy as np

    if hasattr(model, "predict_proba"):
        return np.asarray(model.predict_proba(grid), dtype=float), True
    if hasattr(model, "decision_function"):
        return np.asarray(model.decision_function(grid), dtype=float), False
    if hasattr(model, "predict"):
        return None, False
    if not callable(model):
        raise TypeError(
            "decision_boundary needs a model that can be called or that has predict, "
            f"got {type(model).__name__}"
        )
    return _call_for_each(model, grid)


def _call_for_each(model: Callable[[list[float]], Any], grid: Any) -> tuple[Any, bool]:
    import numpy as np

    from micrograd.nn import Module

    def numbers(output: Any) -> Any:
        return [float(o) for o in output] if isinstance(output, (list, tuple)) else float(output)

    outputs = np.array([numbers(model(point)) for point in grid.tolist()])
    # An MLP's output is a score, wherever it happens to lie.
    within = not isinstance(model, Module) and bool((outputs >= 0.0).all() and (outputs <= 1.0).all())
    return outputs, within


def _history(history: Any) -> tuple[list[float], list[float]]:
    """The losses and the accuracies (an empty list where there are none), checked."""
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


def _from_rows(rows: Sequence[Any]) -> tuple[list[float], list[float]]:
    if rows and isinstance(rows[0], Mapping):
        columns: Iterable[Any] = (
            [row["loss"] for row in rows],
            [row["accuracy"] for row in rows if "accuracy" in row],
        )
    elif rows and isinstance(rows[0], (tuple, list)):
        columns = ([row[0] for row in rows], [row[1] for row in rows if len(row) > 1])
    else:
        columns = (rows, ())
    losses, accuracies = columns
    return _floats(losses), _floats(accuracies)


def _floats(values: Iterable[Any]) -> list[float]:
    return [float(value) for value in values]
