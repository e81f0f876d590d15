"""Tasks 9 and 10: gradient descent on the two moons, by what the student's own cells did to their models.

Each training is judged by its own trail: from its own start, on its own data, along its own gradients. What belongs
to another task (the loss, the data, the seeds) is not held against it.
"""

from __future__ import annotations

import inspect
import math
import random
from collections.abc import Sequence
from typing import Any

from micrograd.lab.checks import descent, reference
from micrograd.lab.checks.descent import Data, Run
from micrograd.lab.checks.finding import Finding
from micrograd.lab.checks.graphs import was_drawn
from micrograd.lab.checks.networks import parameters_of
from micrograd.lab.checks.observing import View, attempt, layer_sizes, network, numbers, numbers_in, quietly
from micrograd.lab.checks.reference import close, random_network, random_samples
from micrograd.lab.checks.roles import keeps_lists, pairs

_MOST_TRAILS = 12
_MOST_LOSSES = 40
_ROUNDED = 6e-4
"""How far off a loss may be that was printed with three decimals."""


class _Training:
    """One network, trained for so many iterations."""

    def __init__(self, task: int, sizes: list[int], steps: int) -> None:
        self.task, self.sizes, self.steps = task, sizes, steps

    def questions(self, generator: random.Random) -> dict[str, Any]:
        samples, labels = random_samples(generator, 6)
        return {"parameters": random_network(generator, self.sizes[1]), "X": samples, "y": labels}

    def observe(self, view: View, asked: dict[str, Any]) -> dict[str, Any]:
        trails = view.trails(self.sizes)
        moved = [trail for trail in trails if trail.start != trail.end]
        here = [trail for trail in view.trails(self.sizes, self.task) if trail not in moved]
        alive = {id(model) for model in view.models()}
        chosen = (moved or here)[-_MOST_TRAILS:]
        observed: dict[str, Any] = {
            "trails": [{**descent.trail_data(trail), "alive": id(trail.model) in alive} for trail in chosen],
            "data": [list(pair) for pair in pairs(view)[:3]],
            "models": len(view.models(self.sizes)),
            "others": [
                " + ".join(map(str, layer_sizes(trail.model)[1:-1])) or "?"
                for cell in view.own_cells(self.task)
                for trail in cell.trails.values()
                if trail.start != trail.end and layer_sizes(trail.model) not in ([2, 1], self.sizes)
            ][:5],
            "left_alone": False,
            "never_propagated": _never_propagates(view),
            "lines": sum(any(c.isdigit() for c in line) for line in view.text.splitlines()),
            "pictures": bool(was_drawn(view)),
            "stored": any(_is_stored(view, trail) or _is_shown(view, trail) for trail in chosen),
            "recorded": bool(view.cells),
        }
        if observed["trails"] and not any(trail["alive"] for trail in observed["trails"]):
            observed["left_alone"] = _leaves_alone(
                view, observed["trails"][-1]["function"], asked, self.sizes
            )
        return observed

    def judge(self, asked: dict[str, Any], observed: dict[str, Any]) -> list[Finding]:
        data: Data = [(samples, labels) for samples, labels in observed["data"]]
        runs = [descent.read_trail(trail) for trail in observed["trails"]]
        if observed["left_alone"]:
            return [
                self._finding("update", "wrong", "train-leaves-model", _shared(observed)),
                *self._open("rate", "result"),
            ]
        moved = [run for run in runs if run.moved]
        if not moved:
            return self._nothing(observed, runs)
        best = max((self._judge_run(run, data, observed) for run in moved), key=_rightness)
        cut_short = any(finding.hint == "steps-ignored" for finding in best)
        if cut_short and sum(run.steps == 1 for run in moved) >= 3:
            best = [
                self._finding("update", "wrong", "model-anew", _shared(observed)),
                *self._open("rate", "result"),
            ]
        if (
            self.task == 9
            and not cut_short
            and not any(run.stopped for run in moved)
            and not (observed["lines"] >= self.steps // 2 or observed["stored"] or observed["pictures"])
        ):
            best.append(Finding(9, "printed", "missing", 0.25, "nothing-printed"))
        return best

    def _nothing(self, observed: dict[str, Any], runs: list[Run]) -> list[Finding]:
        hint = "no-train" if observed["models"] or not observed["others"] else "no-model-of-size"
        values: dict[str, Any] = {}
        if observed["others"]:
            hint, values = "other-size", {"neurons": observed["others"][-1], "wanted": self.sizes[1]}
            return [Finding(self.task, "update", "wrong", 1, hint, values), *self._open("rate", "result")]
        if not observed["models"] and not runs:
            hint = "no-model-of-size"
        elif runs:
            tried = max(runs, key=lambda run: run.count)
            hint = "train-does-nothing"
            if tried.count > 1 and not any(trail["left"] for trail in observed["trails"]):
                hint = "gradients-zero"
        elif observed["never_propagated"]:
            hint = "never-propagated"
        return [
            Finding(self.task, "update", "missing", 1, hint, _shared(observed)),
            *self._open("rate", "result", state="missing"),
        ]

    def _judge_run(self, run: Run, data: Data, observed: dict[str, Any]) -> list[Finding]:
        if run.groups:
            return self._judge_steps(run, data)
        if run.compiled:
            return self._judge_compiled(run, data)
        good, got, wanted = descent.compare(run.start, run.end, data, self.steps)
        if good:
            return [self._right("update"), Finding(self.task, "rate", "unseen", 1), self._right("result")]
        return [*self._open("update", "rate"), self._poor(got, wanted)]

    def _judge_steps(self, run: Run, data: Data) -> list[Finding]:
        seen = descent.rates_of(run)
        known = [rate for rate in seen if rate is not None]
        shared = {"function": run.function}
        loss, samples = descent.loss_of(run.groups[0], data)
        one_by_one = samples == 1 and len(run.groups[0].roots) == 1
        done = descent.iterations(run, data, one_by_one)
        later = run.groups[1:]
        kept = [group for group in later if not group.fresh]
        followed = len(known) >= 0.8 * len(seen) and bool(known)
        update = self._right("update")
        rates = known
        if one_by_one and done < run.steps:
            rates = known[:: len(data[0][1])]  # one rate for each round over the samples
            rates = rates if len(rates) > 1 else []
        elif one_by_one and (run.stopped or not all(map(math.isfinite, run.end))):
            rates = []  # it broke off within the first round
        if descent.is_stale(run, data):
            update = self._finding("update", "wrong", "loss-once", shared)
        elif len(kept) * 2 > len(later):
            update = self._finding("update", "wrong", "gradients-not-reset", shared)
        elif followed and known[0] < 0:
            update = self._finding("update", "wrong", "wrong-sign", shared)
            rates = [-rate for rate in rates]
        elif followed and loss == "sum-for-mean" and data and close(known[0] * len(data[0][1]), 1, 1e-3):
            rates = [rate * len(data[0][1]) for rate in rates]  # the mean's step, written otherwise
        elif loss:
            update = self._finding("update", "wrong", loss, {**shared, "loss": True})
        elif loss is None or not followed:
            good, *_ = descent.compare(run.start, run.end, data, min(done, self.steps))
            if not good:
                hint = "loss-other" if followed else "update-other"
                update = self._finding("update", "wrong", hint, {**shared, "loss": followed})
        result = self._result(run, done, data, shared)
        if update.state == "wrong" and result.state != "right":
            result = self._open("result")[0]  # it broke off for that
        return [update, *self._rate(rates if followed else [], shared), result]

    def _judge_compiled(self, run: Run, data: Data) -> list[Finding]:
        item = run.compiled[-1]
        rates, shared = item["rates"], {"function": run.function}
        update = self._right("update")
        followed = bool(rates) and item["optimizer"] == "SGD"
        if rates and rates[0] < 0:
            update = self._finding("update", "wrong", "wrong-sign", shared)
            rates = [-rate for rate in rates]
        else:
            expected = any(
                all(
                    close(a, b, 1e-5)
                    for a, b in zip(
                        item["after"],
                        reference.descended(item["before"], samples, labels, rates, exact=True),
                    )
                )
                for samples, labels in data
            )
            if not (followed and expected):
                good, *_ = descent.compare(run.start, run.end, data, min(len(item["losses"]), self.steps))
                if not good:
                    update = self._finding("update", "wrong", "update-other", {**shared, "loss": True})
        done = len(item["losses"])
        return [update, *self._rate(rates, shared), self._result(run, done, data, shared)]

    def _rate(self, rates: Sequence[float], shared: dict[str, Any]) -> list[Finding]:
        if not rates:
            return [Finding(self.task, "rate", "unseen", 1)]
        hint, values = descent.rate_hint(rates)
        if hint:
            return [self._finding("rate", "wrong", hint, {**values, **shared})]
        if len(rates) > 1 and not descent.is_handout_rate(rates) and self.task == 9:
            return [self._right("rate"), Finding(9, "handout-rate", "wrong", 0, "rate-not-handout")]
        return [self._right("rate")]

    def _result(self, run: Run, done: int, data: Data, shared: dict[str, Any]) -> Finding:
        if done < self.steps and not (data and descent.reached(run.end, data)[0] == 1):
            values = {"asked": self.steps, "done": done, "stopped": run.stopped, **shared}
            state = "missing" if run.stopped else "wrong"
            return self._finding("result", state, "steps-ignored", values)
        return self._right("result")

    def _poor(self, got: float, wanted: float) -> Finding:
        hint = "not-trained" if self.task == 9 else "wide-not-trained"
        return self._finding("result", "wrong", hint, {"got": f"{got:.0%}", "wanted": f"{wanted:.0%}"})

    def _open(self, *names: str, state: Any = "unseen") -> list[Finding]:
        return [Finding(self.task, name, state, 1) for name in names]

    def _right(self, name: str) -> Finding:
        return Finding(self.task, name, "right", 1)

    def _finding(self, name: str, state: Any, hint: str, values: dict[str, Any] | None = None) -> Finding:
        return Finding(self.task, name, state, 1, hint, values or {})


def _never_propagates(view: View) -> bool:
    """Tell whether the cells about training use gradients that none of them propagates."""
    sources = [
        cell.source for task in (9, 10) for cell in view.cells if task in cell.tasks and not cell.given
    ]
    return any(".grad" in source for source in sources) and not any("backward" in s for s in sources)


def _shared(observed: dict[str, Any]) -> dict[str, Any]:
    return {"function": next((trail["function"] for trail in observed["trails"] if trail["function"]), "")}


def _rightness(findings: list[Finding]) -> float:
    return sum(f.weight for f in findings if f.state == "right") - sum(
        f.weight for f in findings if f.state == "wrong"
    )


def _is_shown(view: View, trail: Any) -> bool:
    """Tell whether the losses of a training stand in what the task's cells showed, as in a history on one line."""
    wanted = [sweep.root for sweep in trail.sweeps if sweep.root is not None]
    shown = numbers_in(view.text)
    found = sum(any(abs(loss - number) < _ROUNDED for number in shown) for loss in wanted[:_MOST_LOSSES])
    return bool(wanted) and found >= max(2, len(wanted[:_MOST_LOSSES]) // 2)


def _is_stored(view: View, trail: Any) -> bool:
    """Tell whether a variable holds the losses of a training, one for each step."""
    wanted = [sweep.root for sweep in trail.sweeps if sweep.root is not None]
    wanted = wanted or [loss for compiled in trail.compiled for loss in compiled.losses]
    if len(wanted) < 2:
        return False

    def holds(value: Any, depth: int = 0) -> bool:
        if depth > 2 or isinstance(value, (str, bytes, type)):
            return False
        if hasattr(type(value), "columns"):
            return any(holds(value[column], depth + 1) for column in list(value.columns)[:20])
        if isinstance(value, dict):
            return any(holds(item, depth + 1) for item in list(value.values())[:20])
        if not hasattr(value, "__len__") or not 2 <= len(value) <= 20_000:
            return False
        found = numbers(value)
        if found:
            return any(close(a, wanted[0], 1e-3) for a in found) and any(
                close(a, wanted[-1], 1e-3) for a in found
            )
        columns = list(zip(*value)) if all(isinstance(row, (list, tuple)) for row in value) else []
        return any(holds(list(column), depth + 1) for column in columns[:10]) or (
            isinstance(value, (list, tuple)) and any(holds(item, depth + 1) for item in value[:5])
        )

    return any(
        attempt(lambda: holds(value)).get("value") is True  # noqa: B023
        for name, value in list(view.variables.items())
        if not name.startswith("_") and name not in ("In", "Out")
    )


def _leaves_alone(view: View, name: str, asked: dict[str, Any], sizes: list[int]) -> bool:
    """Tell whether the function that trained leaves a model alone that it is given."""
    function = view.get(name)
    if not callable(function):
        return False
    parameters = attempt(lambda: list(inspect.signature(function).parameters)).get("value") or []
    if len(parameters) < 3:
        return False  # it takes no model: training one of its own is what it is for
    model = network(asked["parameters"], sizes[1])
    before = parameters_of(model)
    samples, labels = asked["X"], asked["y"]
    if not keeps_lists(view):
        import numpy as np

        samples, labels = np.array(samples), np.array(labels)
    given = [model, samples, labels, 2]
    with quietly():
        outcome = attempt(lambda: function(*given[: len(parameters)]))
    return "error" not in outcome and parameters_of(model) == before


TASK_9 = _Training(9, [2, 2, 1], 10)
TASK_10 = _Training(10, [2, 16, 1], 100)
