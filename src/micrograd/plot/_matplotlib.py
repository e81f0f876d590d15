"""The figures, drawn by Matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING

from micrograd.language import Language
from micrograd.plot._readings import Samples
from micrograd.plot._regions import Regions
from micrograd.plot._words import WORDS, color, marker, percentage

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def boundary(samples: Samples, found: Regions | None, ax: Axes | None, language: Language) -> Axes:
    """Draw the samples, over the regions of the classes where there are any."""
    import matplotlib.pyplot as plt
    import numpy as np

    if ax is None:
        ax = plt.subplots(layout="constrained")[1]
    if found is not None:
        for i, rows in enumerate(found.leads):
            lead = np.array(rows)
            reach = float(np.abs(lead).max()) + 1.0
            if lead.max() > 0:
                ax.contourf(found.across, found.up, lead, levels=[0, reach], colors=[color(i)], alpha=0.2)
            # Between two classes one line is enough: where the first one's lead ends, the second one's begins.
            if lead.min() < 0 < lead.max() and (i > 0 or len(found.leads) > 2):
                ax.contour(found.across, found.up, lead, levels=[0], colors="black", linewidths=1.2)
    for i, label in enumerate(samples.classes):
        across, up = zip(*samples.of(label))
        ax.scatter(
            across,
            up,
            color=color(i),
            marker=marker(i),
            edgecolor="white",
            linewidth=0.7,
            label=f"$y = {label}$" if isinstance(label, (bool, int, float)) else str(label),
            zorder=3,
        )
    ax.set(xlabel=samples.names[0], ylabel=samples.names[1])
    if found is None:
        ax.set_aspect("equal", adjustable="datalim")
    else:
        ax.plot([], [], color="black", linewidth=1.2, label=WORDS["boundary"][language])
        ax.set(xlim=(found.across[0], found.across[-1]), ylim=(found.up[0], found.up[-1]))
    ax.legend(loc="best", framealpha=0.9)
    return ax


def curves(losses: list[float], accuracies: list[float], ax: Axes | None, language: Language) -> Axes:
    """Draw the losses, and the accuracies below them where there are any."""
    import matplotlib.pyplot as plt
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    if ax is None:
        ax = plt.subplots(figsize=(6.4, 5.2 if accuracies else 3.6), layout="constrained")[1]
    # A lone iteration would be a line without length.
    dots = "o" if len(losses) <= 20 else None
    lowest = ax
    if accuracies:
        lowest = _split(ax)
        lowest.plot(accuracies, color=color(1), marker=dots)
        lowest.set(ylabel=WORDS["accuracy"][language])
        lowest.yaxis.set_major_formatter(FuncFormatter(lambda share, _: percentage(share, language)))
        lowest.grid(alpha=0.3)
        ax.tick_params(labelbottom=False)
    ax.plot(losses, color=color(0), marker=dots)
    ax.set(ylabel=WORDS["loss"][language])
    ax.grid(alpha=0.3)
    lowest.set_xlabel(WORDS["iteration"][language])
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
