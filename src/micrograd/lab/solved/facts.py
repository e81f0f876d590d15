"""What the handout expects of each task, put beside what came out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

from micrograd.lab.solved.execute import Execution, Probes
from micrograd.language import Language, Texts, say

_PREFIX = "fact: "
_LOG_LINE = re.compile(r"^\[step (\d+)\] loss (\S+), accuracy (\S+)%$", re.MULTILINE)


class Comparison(NamedTuple):
    """One line of the result: what came out, what was expected, and whether they are the same."""

    task: int
    title: str
    got: str
    expected: str
    same: bool


@dataclass(frozen=True)
class Fact:
    """Something that a task has to bring out.

    ``after`` is the ID of the cell to look after and ``expression`` what to evaluate there; an expression of
    None stands for what that cell printed. ``name`` is the key of what is expected, in ``expected.json``.
    ``same`` takes what came out and what was expected. ``bound`` says how the expected value is to be read
    where it is not to be met exactly.
    """

    task: int
    name: str
    title: dict[Language, str]
    after: str
    expression: str
    same: Callable[[Any, Any], bool] = lambda got, expected: bool(got == expected)
    bound: dict[Language, str] | None = None

    @property
    def key(self) -> str:
        """The name of this fact's probe."""
        return f"{_PREFIX}{self.task} {self.name}"


def within(tolerance: float) -> Callable[[Any, Any], bool]:
    """Return a comparison of numbers, or of lists of numbers, that allows an absolute difference."""

    def same(got: Any, expected: Any) -> bool:
        if isinstance(expected, list):
            return len(got) == len(expected) and all(map(same, got, expected))
        return bool(abs(got - expected) <= tolerance)

    return same


_FACTS = (
    Fact(2, "at 0", {"fr": "sigmoïde de 0", "en": "sigmoid of 0"}, "task-2-try",
         "sigmoid(Value(0) + 0).data", within(1e-15)),
    Fact(2, "at -4", {"fr": "sigmoïde de −4", "en": "sigmoid of −4"}, "task-2-try",
         "sigmoid(Value(-4) + 0).data", within(1e-15)),
    Fact(2, "at 4", {"fr": "sigmoïde de 4", "en": "sigmoid of 4"}, "task-2-try",
         "sigmoid(Value(4) + 0).data", within(1e-15)),
    Fact(2, "missing factor",
         {"fr": "facteur qui manque au gradient en 0,5", "en": "factor that the gradient lacks at 0.5"},
         "task-2-gradcheck", "written.operands[0].expected / written.operands[0].got", within(1e-8)),
    Fact(2, "operation",
         {"fr": "gradient juste avec l’opération", "en": "gradient right with the operation"},
         "task-2-gradcheck", "operation.ok and not written.ok"),
    Fact(3, "input", {"fr": "entrée", "en": "input"}, "task-3-error", "[v.data for v in x]"),
    Fact(3, "target", {"fr": "sortie attendue", "en": "expected output"}, "task-3-error",
         "[v.data for v in target]"),
    Fact(3, "output", {"fr": "sortie", "en": "output"}, "task-3-error", "output.data", within(1e-15)),
    Fact(3, "error", {"fr": "erreur quadratique", "en": "squared error"}, "task-3-error", "error.data",
         within(1e-15)),
    Fact(4, "operations", {"fr": "opérations du graphe", "en": "operations in the graph"}, "task-3-graph",
         "dict(__import__('collections').Counter("
         "n._op for n in __import__('micrograd.draw', fromlist=['trace']).trace(error)[0] if n._op))"),
    Fact(4, "derivative", {"fr": "dérivée de l’erreur", "en": "derivative of the error"}, "task-4-by-hand",
         "output.grad", within(1e-15)),
    Fact(4, "gradients", {"fr": "gradients de w0, w1, b", "en": "gradients of w0, w1, b"}, "task-4-by-hand",
         "[p.grad for p in parameters]", within(1e-15)),
    Fact(5, "before", {"fr": "prédiction avant correction", "en": "prediction before correction"},
         "task-4-exact", "int(perceptron(x).sigmoid().data > 0.5)"),
    Fact(5, "after", {"fr": "prédiction après correction", "en": "prediction after correction"},
         "task-5-update", "binary(sigmoid(perceptron(x)))"),
    Fact(5, "last gradient",
         {"fr": "gradient du biais à la dernière correction", "en": "gradient of the bias, last correction"},
         "task-5-update", "parameters[2].grad", within(1e-15)),
    Fact(6, "samples", {"fr": "points", "en": "points"}, "task-6-moons", "len(X)"),
    Fact(6, "labels", {"fr": "étiquettes", "en": "labels"}, "task-6-moons", "sorted(set(y.tolist()))"),
    # The spread of the distances of the points from the two half circles that make_moons starts from.
    Fact(6, "noise", {"fr": "bruit mesuré sur les points", "en": "noise measured on the points"},
         "task-6-moons",
         "round(float(np.std(np.hypot(*(np.where(y[:, None] == 0, X, [1, 0.5] - X)).T) - 1)), 1)"),
    Fact(7, "loss", {"fr": "erreur moyenne du perceptron", "en": "mean error of the perceptron"},
         "task-7-try", "loss.data", within(1e-12)),
    Fact(7, "accuracy", {"fr": "précision du perceptron", "en": "accuracy of the perceptron"}, "task-7-try",
         "accuracy"),
    Fact(8, "model", {"fr": "modèle", "en": "model"}, "task-8-models", "str(small)"),
    Fact(8, "parameters", {"fr": "paramètres", "en": "parameters"}, "task-8-models",
         "len(small.parameters())"),
    Fact(10, "hidden neurons", {"fr": "neurones cachés", "en": "hidden neurons"}, "task-10-run",
         "len(model_16.layers[0].neurons)"),
    Fact(10, "iterations", {"fr": "itérations", "en": "iterations"}, "task-10-run",
         "len(history_16['loss'])"),
    Fact(10, "loss below", {"fr": "erreur finale", "en": "final error"}, "task-10-run",
         "history_16['loss'][-1]", lambda got, expected: bool(got < expected),
         {"fr": "moins que {}", "en": "less than {}"}),
    Fact(10, "accuracy above", {"fr": "précision finale", "en": "final accuracy"}, "task-10-run",
         "history_16['accuracy'][-1]", lambda got, expected: bool(got > expected),
         {"fr": "plus que {}", "en": "more than {}"}),
)  # fmt: skip

PROBES: Probes = {
    after: {fact.key: fact.expression for fact in _FACTS if fact.after == after}
    for after in {fact.after for fact in _FACTS}
}

_WORDS: Texts = {
    "model": {"fr": "modèle affiché", "en": "model as printed"},
    "count": {"fr": "nombre de paramètres", "en": "number of parameters"},
    "first weight": {"fr": "premier poids", "en": "first weight"},
    "second weight": {"fr": "second poids", "en": "second weight"},
    "bias": {"fr": "biais", "en": "bias"},
    "step": {"fr": "itération {step}", "en": "iteration {step}"},
    "line": {"fr": "erreur {loss}, précision {accuracy}", "en": "loss {loss}, accuracy {accuracy}"},
    "nothing": {"fr": "rien", "en": "nothing"},
    "yes": {"fr": "oui", "en": "yes"},
    "no": {"fr": "non", "en": "no"},
}


@cache
def expected() -> dict[str, Any]:
    """Return what the handout expects, by task (``"1"`` to ``"10"``) and name."""
    text = (resources.files("micrograd.lab.solved") / "expected.json").read_text(encoding="utf-8")
    facts: dict[str, Any] = json.loads(text)
    return facts


def compare(execution: Execution, language: Language) -> list[Comparison]:
    """Put what the executed notebook brought out beside what the handout expects, task by task."""
    lines = [*_compare_task_1(execution, language), *_compare_task_9(execution, language)]
    for fact in _FACTS:
        wanted = expected()[str(fact.task)][fact.name]
        got = execution.values.get(fact.key)
        shown = _show(wanted, language)
        if fact.bound:
            shown = fact.bound[language].format(shown)
        same = got is not None and fact.same(got, wanted)
        lines.append(Comparison(fact.task, fact.title[language], _show(got, language), shown, same))
    return sorted(lines, key=lambda line: line.task)


def printed(execution: Execution, cell_id: str) -> str:
    """Return what a cell of the executed notebook printed."""
    return "".join(
        output.text
        for cell in execution.notebook.cells
        if cell.id == cell_id
        for output in cell.get("outputs", [])
        if output.output_type == "stream" and output.name == "stdout"
    )


def _compare_task_1(execution: Execution, language: Language) -> list[Comparison]:
    # As printed, but for the punctuation of the list around the values.
    got = [line.strip().rstrip(",") for line in printed(execution, "task-1-print").splitlines()]
    got = [line for line in got if line not in ("Model parameters are: [", "]")]
    wanted = expected()["1"]
    return [
        Comparison(
            1,
            say(_WORDS, name, language),
            line or say(_WORDS, "nothing", language),
            wanted[name],
            line == wanted[name],
        )
        for name, line in zip(wanted, [*got, *[""] * len(wanted)])
    ]


def _compare_task_9(execution: Execution, language: Language) -> list[Comparison]:
    text = printed(execution, "task-9-run")
    got = {int(step): (float(loss), float(accuracy)) for step, loss, accuracy in _LOG_LINE.findall(text)}
    lines = []
    for wanted in expected()["9"]["log"]:
        step, loss, accuracy = wanted["step"], wanted["loss"], wanted["accuracy"]
        found = got.get(step)
        same = (
            found is not None
            and within(1e-15)(found[0], loss)
            and round(found[1], 6) == round(100 * accuracy, 6)
        )
        lines.append(
            Comparison(
                9,
                say(_WORDS, "step", language, step=step),
                _line(found[0], found[1], language) if found else say(_WORDS, "nothing", language),
                _line(loss, 100 * accuracy, language),
                same,
            )
        )
    return lines


def _line(loss: float, accuracy: float, language: Language) -> str:
    # As the program prints them, in either language: they are compared to the last digit.
    return say(_WORDS, "line", language, loss=str(loss), accuracy=f"{accuracy:g} %")


def _show(value: Any, language: Language) -> str:
    if value is None:
        return say(_WORDS, "nothing", language)
    if isinstance(value, bool):
        return say(_WORDS, "yes" if value else "no", language)
    if isinstance(value, dict):
        return ", ".join(f"{name} ({count})" for name, count in sorted(value.items()))
    if isinstance(value, list):
        return ", ".join(_show(item, language) for item in value)
    return str(value)
