"""Notebooks in manners that the checks had to learn: closures, recursion, arrays of nodes, a network for each step.

They are written as those of ``strangers/``, and a variation is read as there.
"""

from __future__ import annotations

from notebooks_by_strangers import Cells, Change
from notebooks_by_strangers import cells as read_cells

# ruff: noqa: E501

_FOLDER = "manners"

#: Every task keeps its check mark.
RIGHT: dict[str, tuple[str, tuple[Change, ...]]] = {
    "functions made by functions": ("closures", ()),
    "a new network for each step, with what the last one learned": ("copies", ()),
    "a sigmoid without arguments, on a global variable": ("variables", ()),
    "arrays of nodes, and functions of whole arrays": ("arrays", ()),
    "a list of pairs for the data, an object that labels, a history that is shown": ("pairs", ()),
    "named tuples for the data": (
        "pairs",
        (
            (
                "# another table",
                "samples = [Point(float(a), float(b), int(c)) for (a, b), c in zip(*make_moons(100, noise=0.1))]",
            ),
        ),
    ),
    "frames for everything": ("frames", ()),
    "functions that call themselves": ("recursion", ()),
    "several attempts, with other networks in between": ("attempts", ()),
    "a test set, and the model last": ("split", ()),
    "samples that are scaled before the training": ("scaled", ()),
    "layers, a criterion, an optimizer and a schedule of one's own": ("layers", ()),
}

#: Manner, changes, task, hint, and other tasks in which the same mistake was made again.
MISTAKES: dict[str, tuple[str, tuple[Change, ...], int, str, tuple[int, ...]]] = {
    "a fresh network for each step": (
        "copies",
        (("new = copy.deepcopy(state.model)", "new = MLP(2, [len(state.model.layers[0].neurons), 1])"),),
        9,
        "model-anew",
        (),
    ),
    "fifty steps": ("copies", (("[16, 1]), 1.0), 100)", "[16, 1]), 1.0), 50)"),), 10, "steps-ignored", ()),
    "uphill, in copies": ("copies", (("- state.rate * p.grad", "+ state.rate * p.grad"),), 9, "wrong-sign", ()),
    "labels of arrays from zero on": ("arrays", (("values)]) > 0.5", "values)]) > 0"),), 5, "threshold-zero", ()),
    "half the mean of an array": ("arrays", (("(L)) ** 2).mean()", "(L)) ** 2).mean() / 2"),), 7, "half-mean", ()),
    "a count of an array": ("arrays", (("(L)).mean()", "(L)).sum()"),), 7, "accuracy-count", ()),
    "fifty pairs": ("pairs", (("make_moons(100", "make_moons(50"),), 6, "moons-count", ()),
    "a rate that stays": ("pairs", (("rate -= rate / 10", "pass"),), 9, "rate-constant", ()),
    "a raw output in the frame": (
        "frames",
        (("preds.append(binaire(s))", "preds.append(1 if brut > 0.5 else 0)"),),
        7,
        "accuracy-before-sigmoid",
        (),
    ),
    "five calls deep": ("recursion", (("descend(two, 10)", "descend(two, 5)"),), 9, "steps-ignored", ()),
    "a growing rate, by recursion": ("recursion", (("rate * 0.9", "rate / 0.9"),), 9, "rate-rises", ()),
    "errors counted, in a closure": ("closures", (("hits += label == guess", "hits += label != guess"),), 7, "accuracy-errors", ()),
    "reset before the step, in layers": (
        "layers",
        (
            (
                "optimizer.zero_grad()\n        loss.backward()",
                "loss.backward()\n        optimizer.zero_grad()",
            ),
        ),
        9,
        "gradients-zero",
        (),
    ),
    "a sum on a part of the samples": ("split", (("/ len(labels), 100 *", ", 100 *"),), 7, "sum-for-mean", ()),
    "never reset on scaled samples": ("scaled", (("modele.zero_grad()", "pass"),), 9, "gradients-not-reset", ()),
    "no step of the schedule": ("layers", (("scheduler.step()", "pass"),), 9, "rate-constant", ()),
    "a criterion of sums": ("layers", (("return total / len(preds)", "return total"),), 7, "sum-for-mean", ()),
    "ten steps for sixteen, by a variable": ("variables", (('S["n"] = 100', 'S["n"] = 10'),), 10, "steps-ignored", ()),
    "never reset on the moons": (
        "variables",
        (('S["model"].zero_grad()  # moons', "pass"),),
        9,
        "gradients-not-reset",
        (),
    ),
}  # fmt: skip


def right(name: str) -> Cells:
    """Return a right notebook by its name."""
    manner, changes = RIGHT[name]
    return read_cells(manner, *changes, folder=_FOLDER)


def mistaken(name: str) -> Cells:
    """Return a notebook with a mistake by the mistake's name."""
    manner, changes, *_ = MISTAKES[name]
    return read_cells(manner, *changes, folder=_FOLDER)
