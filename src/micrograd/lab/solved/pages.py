"""The explorer's pages of the lab's graphs, which ``micrograd lab run`` writes beside its report."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from micrograd.lab.solved.execute import Probes


class GraphPage(NamedTuple):
    """A graph of the lab: in which task, after which cell, by which expression, and the name of its page."""

    task: int
    after: str
    expression: str
    file_name: str


# After a training, the loss over all samples once more, with its gradients: what the next step would go by.
_TRAINED = (
    "(lambda loss, model: (model.zero_grad(), loss.backward(), "
    "__import__('micrograd.draw', fromlist=['explore']).explore(loss, model))[2])"
    "(model_loss({model}, X, y)[0], {model})"
)

PAGES = (
    GraphPage(4, "task-4-explore", "explore(error, perceptron)", "graph-task-3.html"),
    GraphPage(8, "task-8-explore", "explore(small_loss, small)", "graph-task-8.html"),
    GraphPage(9, "task-9-run", _TRAINED.format(model="model"), "graph-task-9.html"),
    GraphPage(10, "task-10-run", _TRAINED.format(model="model_16"), "graph-task-10.html"),
)


def probes(folder: Path) -> Probes:
    """Return the probes that save each page into ``folder``."""
    return {
        page.after: {
            f"page: {page.file_name}": f"str({page.expression}.save({str(folder / page.file_name)!r}))"
        }
        for page in PAGES
    }
