"""A notebook's cells run and judged in this process, task by task, as the sandbox does it behind its walls."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import os
import random
from collections.abc import Mapping
from functools import cache
from typing import Any

from micrograd.lab import checks
from micrograd.lab.checks import Finding, View, listening, recording, trails
from micrograd.lab.checks.submitted import Submitted, read
from micrograd.lab.content import assignment
from micrograd.lab.content.nodes import code_cell, markdown_cell, notebook, written
from micrograd.lab.content.weaving import Edition

Verdicts = dict[int, list[Finding]]

#: ``make corpus`` sets it: everything, also what takes long and differs from what runs anyway in little.
WHOLE_CORPUS = bool(os.environ.get("MICROGRAD_CORPUS"))


#: How often a task is judged on other data, where what is drawn matters: to a training it hardly does.
_OTHER_DRAWS = dict.fromkeys(checks.NUMBERS, 8) if WHOLE_CORPUS else dict.fromkeys((1, 2, 4, 5, 7), 1)


def _said(findings: list[Finding]) -> list[tuple[Any, ...]]:
    return [(f.name, f.state, f.weight, f.hint) for f in findings]


def judged(submitted: Submitted) -> Verdicts:
    """Run the cells and return each task's findings."""
    try:
        import matplotlib

        matplotlib.use("Agg")
        import matplotlib.pyplot as plt
    except ModuleNotFoundError:
        plt = None

    variables: dict[str, Any] = {"__name__": "__main__"}
    recorder = recording.Recorder(variables)
    listening.activate(recorder)
    outputs: dict[int | None, list[dict[str, Any]]] = {}
    last = {task: index for index, cell in enumerate(submitted.cells) for task in cell.tasks}
    found: Verdicts = {}

    def look(task: int) -> None:
        shown = outputs.get(task)
        shown = [item for items in outputs.values() for item in items] if shown is None else shown
        words = submitted.answers.get(task, "")
        view = View(variables, shown, words, cells=recorder.cells, scaffold=submitted.scaffold)
        sources = [cell.source for cell in submitted.cells if task in cell.tasks]

        def judge(*comments: str) -> list[Finding]:
            asked = checks.questions(task, checks.generator_for(task, [*sources, *comments]))
            # What travels between the processes is JSON.
            observed = json.loads(json.dumps(checks.observe(task, view, json.loads(json.dumps(asked)))))
            return checks.judge(task, asked, observed)

        looks = [judge(), judge(), *(judge(f"# {task} {k}") for k in range(_OTHER_DRAWS.get(task, 0)))]
        assert looks[1] == looks[0]  # looking changes nothing
        # Nor does what is drawn, which a comment changes.
        assert all(_said(look) == _said(looks[0]) for look in looks)
        found[task] = looks[0]

    try:
        for index, cell in enumerate(submitted.cells):
            recorder.begin(trails.Cell(cell.source, cell.name or f"cell {index}", cell.tasks, cell.given))
            shown, failed = _run(cell.source, variables)
            if plt is not None and plt.get_fignums():
                shown.append({"text": "", "kinds": ["image/png"]})
                plt.close("all")
            recorder.end(stopped=failed)
            if not cell.given:
                for task in cell.tasks or (None,):
                    outputs.setdefault(task, []).extend(shown)
            for task in sorted(cell.tasks):
                if last[task] == index:
                    look(task)
        for task in checks.NUMBERS:
            if task not in found:
                look(task)
    finally:
        listening.activate(recording.Recorder({}))
    return checks.settle(found)


def _run(source: str, variables: dict[str, Any]) -> tuple[list[dict[str, Any]], bool]:
    printed, shown = io.StringIO(), []

    def display(*values: Any, **_: Any) -> None:
        shown.extend(_shown(value) for value in values if value is not None)

    variables["display"] = display
    failed = False
    with contextlib.redirect_stdout(printed):
        try:
            lines = ["pass" if line[:1] in ("%", "!") else line for line in source.split("\n")]
            tree = listening.transformed(ast.parse("\n".join(lines)))
            ends = (
                bool(tree.body) and isinstance(tree.body[-1], ast.Expr) and not source.rstrip().endswith(";")
            )
            body = tree.body[:-1] if ends else tree.body
            exec(compile(ast.Module(body, []), "<cell>", "exec"), variables)
            if ends:
                display(eval(compile(ast.Expression(tree.body[-1].value), "<cell>", "eval"), variables))
        except Exception:
            failed = True
    return [{"text": printed.getvalue(), "kinds": []}, *shown], failed


def _shown(value: Any) -> dict[str, Any]:
    kinds = []
    if hasattr(type(value), "_repr_mimebundle_"):
        kinds.append("image/svg+xml")
    for name, kind in (
        ("_repr_svg_", "image/svg+xml"),
        ("_repr_html_", "text/html"),
        ("_repr_png_", "image/png"),
    ):
        if hasattr(type(value), name):
            kinds.append(kind)
    return {"text": repr(value)[:20_000], "kinds": kinds}


@cache
def _solved(lang: str, edition: Edition = "full") -> str:
    return written(assignment.teacher(lang, edition))


def solved_source(name: str, lang: str = "fr") -> str:
    """Return the source of a cell of the solved scaffold."""
    cells = json.loads(_solved(lang))["cells"]
    return next("".join(cell["source"]) for cell in cells if cell["id"] == name)


#: What takes long and no check looks at: IDs of cells begin so.
SLOW = (
    "task-4-explore",
    "task-8-explore",
    "compiled-",
    "playground-",
    "task-6-plot",
    "task-9-boundary",
    "task-10-curves",
    "task-10-boundary",
    "task-8-size",
)


def scaffold(
    cells: Mapping[str, str], lang: str = "fr", whole: bool = False, edition: Edition = "full"
) -> bytes:
    """Return the scaffold, solved, with the cells given by ID in the place of its own.

    Cells that take long and that no check looks at are left out, unless the notebook has to be ``whole``.
    """
    filled = json.loads(_solved(lang, edition))
    if not whole:
        kept = [c for c in filled["cells"] if not c["id"].startswith(SLOW) or c["id"] in cells]
        filled["cells"] = kept
    for cell in filled["cells"]:
        if cell["id"] in cells:
            cell["source"] = cells[cell["id"]]
        elif cell["cell_type"] == "markdown" and cell["id"].endswith("-answer"):
            cell["source"] = "Une réponse."
    return json.dumps(filled).encode()


def own(*cells: str | tuple[str, str]) -> bytes:
    """Return a notebook of the student's own: code cells, and Markdown cells as pairs ``("md", text)``."""
    made = [code_cell(cell) if isinstance(cell, str) else markdown_cell(cell[1]) for cell in cells]
    for cell in made:
        cell.pop("id")
    return json.dumps({**notebook([], {}), "nbformat_minor": 4, "cells": made}).encode()


def verdicts(content: bytes) -> Verdicts:
    """Read a notebook as it lies in a file, run it and judge it."""
    random.seed()  # whoever judges has drawn numbers before
    return judged(read(content))


def is_right(findings: list[Finding]) -> bool:
    """Tell whether a task has its check mark."""
    return all(finding.state in ("right", "unseen") or not finding.weight for finding in findings)


def hints(findings: list[Finding]) -> set[str]:
    """Return the hints that a task's student reads, remarks left out."""
    return {f.hint for f in findings if f.state in ("wrong", "missing") and f.weight and f.hint}
