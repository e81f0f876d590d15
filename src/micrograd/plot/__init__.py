"""Figures of training: the samples, where a model draws its boundary, how its loss and accuracy went.

Matplotlib draws them where it is installed; elsewhere they are drawn as SVG, with nothing but Python. A figure shows
itself in a notebook either way.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, overload

from micrograd.language import choose
from micrograd.plot._readings import read_history, read_samples
from micrograd.plot._regions import regions
from micrograd.plot._svg import Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Figure", "decision_boundary", "scatter", "training_curves"]

_RESOLUTION = 120


@overload
def decision_boundary(
    model: Any,
    X: Any,
    y: Any,
    ax: Axes,
    *,
    threshold: float | None = None,
    resolution: int = _RESOLUTION,
    lang: str | None = None,
) -> Axes: ...


@overload
def decision_boundary(
    model: Any,
    X: Any,
    y: Any,
    ax: None = None,
    *,
    threshold: float | None = None,
    resolution: int = _RESOLUTION,
    lang: str | None = None,
) -> Axes | Figure: ...


def decision_boundary(
    model: Any,
    X: Any,
    y: Any,
    ax: Axes | None = None,
    *,
    threshold: float | None = None,
    resolution: int = _RESOLUTION,
    lang: str | None = None,
) -> Axes | Figure:
    """Draw which class ``model`` gives to each point of the plane, the samples over it.

    Returns Matplotlib's axes (``ax``, or new ones), or a ``Figure`` in SVG where Matplotlib is not installed.

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
    language = choose(lang)
    samples = read_samples(X, y)
    if len(samples.classes) < 2:
        raise ValueError(
            f"decision_boundary needs labels of at least two classes, got only {samples.classes}"
        )
    if resolution < 2:
        raise ValueError(f"resolution must be at least 2 grid points along each axis, got {resolution!r}")
    figure: Axes | Figure = _drawer(ax).boundary(
        samples, regions(model, samples, threshold, resolution), ax, language
    )
    return figure


def scatter(X: Any, y: Any, ax: Axes | None = None, *, lang: str | None = None) -> Axes | Figure:
    """Draw the samples, each class in a colour and a shape of its own.

    ``X``, ``y``, ``ax`` and what is returned are as in ``decision_boundary``; a single class will do. Raises
    ``ValueError`` for an ``X`` that is not two columns of finite numbers and for labels of the wrong length.
    """
    figure: Axes | Figure = _drawer(ax).boundary(read_samples(X, y), None, ax, choose(lang))
    return figure


@overload
def training_curves(history: Any, ax: Axes, *, lang: str | None = None) -> Axes: ...


@overload
def training_curves(history: Any, ax: None = None, *, lang: str | None = None) -> Axes | Figure: ...


def training_curves(history: Any, ax: Axes | None = None, *, lang: str | None = None) -> Axes | Figure:
    """Draw the loss over the iterations, and the accuracy below it.

    Returns Matplotlib's axes of the loss (``ax``, or new ones), or a ``Figure`` in SVG where Matplotlib is not
    installed.

    ``history`` is ``{"loss": [...], "accuracy": [...]}`` (the accuracy may be missing), a sequence of losses,
    of ``(loss, accuracy)`` pairs, or of mappings with those keys, one for each iteration from 0. Losses are
    numbers or Values; accuracies are shares between 0 and 1, or percentages if any of them is above 1. With
    accuracies the given axes are split in two. ``lang`` is the language of the labels.

    Raises ``ValueError`` for a history that is empty, that has not as many accuracies as losses, or that
    holds NaN or infinity (the message says at which iteration).
    """
    losses, accuracies = read_history(history)
    figure: Axes | Figure = _drawer(ax).curves(losses, accuracies, ax, choose(lang))
    return figure


def _drawer(ax: Axes | None) -> Any:
    """Return the module that draws: Matplotlib's where it is there, else the one for SVG."""
    if ax is None and not _has_matplotlib():
        from micrograd.plot import _svg

        return _svg
    from micrograd.plot import _matplotlib

    return _matplotlib


def _has_matplotlib() -> bool:
    try:
        return find_spec("matplotlib") is not None
    except ValueError:  # blocked on purpose: sys.modules["matplotlib"] is None
        return False
