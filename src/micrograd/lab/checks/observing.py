"""Look at what a student's code left behind, and call it, without trusting it to behave."""

from __future__ import annotations

import contextlib
import io
import itertools
import random
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from micrograd.engine import Value
from micrograd.lab.checks.belongings import models_in
from micrograd.lab.checks.finding import Finding
from micrograd.lab.checks.trails import Cell, Trail, chained
from micrograd.nn import MLP

_DEPTH = 4
_MOST_NUMBERS = 4000
_NUMBER = re.compile(r"[-+−]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?")
_MOST_PRINTED = 2000
_SIZES_BY_COUNT = {3: [2, 1], 9: [2, 2, 1], 65: [2, 16, 1]}


@dataclass
class View:
    """What can be seen of a notebook after a task: its variables, what its cells did, and what they showed.

    ``outputs`` holds one dictionary for each output of the task's cells: ``{"text": ..., "kinds": [...]}``, what
    was printed and the MIME types of what was shown. ``complete`` is False inside a running notebook, where some of
    them may be out of sight. ``words`` is what the student wrote in the task's Markdown cells. ``cells`` are all
    cells that ran up to now, in their order; ``scaffold`` tells whether the notebook is the one that is handed out.
    """

    variables: dict[str, Any]
    outputs: list[dict[str, Any]] = field(default_factory=list)
    words: str = ""
    complete: bool = True
    cells: list[Cell] = field(default_factory=list)
    scaffold: bool = True
    task: int | None = None
    drawn: bool | None = None
    """Whether the task's cells showed a picture, where ``outputs`` may lack some; None where that is not known."""

    @property
    def text(self) -> str:
        """Everything that the task's cells printed."""
        return "\n".join(str(output.get("text", "")) for output in self.outputs)

    def get(self, name: str) -> Any:
        """Return the variable of that name, or None."""
        return self.variables.get(name)

    def models(self, sizes: list[int] | None = None) -> list[Any]:
        """Return every network among the variables, those of the given layer sizes if any."""
        found: list[Any] = []
        for model in models_in(self.variables):
            if not any(model is other for other in found) and (sizes is None or layer_sizes(model) == sizes):
                found.append(model)
        return found[:50]

    def own_cells(self, task: int | None = None) -> list[Cell]:
        """Return the student's own cells, those of a task if one is given and any cell is known to be its.

        Of a cell that ran several times, only the last run counts.
        """
        latest: dict[str, int] = {}
        for index, cell in enumerate(self.cells):
            latest[cell.name or cell.source] = index
        own = [
            cell
            for index, cell in enumerate(self.cells)
            if not cell.given and latest[cell.name or cell.source] == index
        ]
        if task is None:
            return own
        its = [cell for cell in own if task in cell.tasks]
        return its if its or (self.scaffold and any(cell.tasks for cell in self.cells)) else own

    def trails(self, sizes: list[int], task: int | None = None) -> list[Trail]:
        """Return what the student's cells did to networks of these sizes, in the order in which they ran."""
        return [
            trail
            for cell in self.own_cells(task)
            for trail in chained(t for t in cell.trails.values() if layer_sizes(t.model) == sizes)
            if trail.sweeps or trail.compiled or trail.start != trail.end
        ]

    @property
    def stopped(self) -> bool:
        """Whether one of the task's cells ended with an error."""
        return self.task is not None and any(
            cell.stopped and not cell.given for cell in self.cells if self.task in cell.tasks
        )


class Room(Protocol):
    """The two halves of a task's checks, and the data that they are about."""

    def questions(self, generator: random.Random) -> dict[str, Any]:
        """Draw the data to ask about."""

    def observe(self, view: View, asked: dict[str, Any]) -> dict[str, Any]:
        """Report what came back."""

    def judge(self, asked: dict[str, Any], observed: dict[str, Any]) -> list[Finding]:
        """Return the findings."""


def attempt(call: Callable[[], Any]) -> dict[str, Any]:
    """Return ``{"value": what call returned}``, or ``{"error": the exception in one line}``."""
    try:
        return {"value": call()}
    except (Exception, SystemExit) as error:  # whatever a student's code raises is an observation
        try:
            message = str(error)
        except Exception:  # an exception of the student's own may fail even here
            message = ""
        return {"error": f"{type(error).__name__}: {message}"[:300]}


def number(value: Any) -> float | None:
    """Return the number in a Value, a NumPy scalar, an array of one element or a plain number, else None."""
    if type(value) is float:
        return value
    while isinstance(value, (list, tuple)) and len(value) == 1:
        value = value[0]
    if _is_array(value) and getattr(value, "size", 0) == 1:
        value = value.tolist()
        while isinstance(value, list):
            value = value[0]
    if is_node(value):
        value = value.data
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def is_node(value: Any) -> bool:
    """Tell whether it is a node of a graph: micrograd's ``Value``, or another class with data and a gradient."""
    kind = type(value)
    return isinstance(value, Value) or (
        hasattr(kind, "backward") and hasattr(value, "data") and hasattr(value, "grad")
    )


def numbers(values: Any) -> list[float] | None:
    """Return the numbers of a list, a tuple, an array or a column, else None."""
    try:
        values = values.tolist() if _is_array(values) else list(values)
        found = [number(value) for value in values[:_MOST_NUMBERS]]
    except TypeError:
        return None
    return [value for value in found if value is not None] if None not in found else None


def numbers_in(text: str) -> list[float]:
    """Return the first 2,000 numbers that stand in a text, with a decimal point or a decimal comma."""
    text = text.replace("{,}", ",")  # a decimal comma in LaTeX
    return [
        float(match.group().replace("−", "-").replace(",", "."))
        for match in itertools.islice(_NUMBER.finditer(text), _MOST_PRINTED)
    ]


def rows(table: Any) -> list[list[float]] | None:
    """Return the rows of a list of lists, a two-dimensional array or a DataFrame, else None."""
    table = getattr(table, "values", table) if hasattr(table, "columns") else table
    try:
        table = table.tolist() if _is_array(table) else list(table)
        found = [numbers(row) for row in table[:_MOST_NUMBERS]]
    except TypeError:
        return None
    return [row for row in found if row is not None] if found and None not in found else None


def layer_sizes(model: Any) -> list[int]:
    """Return ``[inputs, neurons of each layer ...]``; of a network of another build, by its number of parameters."""
    try:
        return [len(model.layers[0].neurons[0].w), *(len(layer.neurons) for layer in model.layers)]
    except Exception:  # another class than micrograd's
        try:
            return _SIZES_BY_COUNT.get(len(list(model.parameters())), [])
        except Exception:
            return []


def network(parameters: list[float], hidden: int) -> MLP:
    """Return a fresh ``MLP(2, [hidden, 1])`` with these parameters and no gradients."""
    model = MLP(2, [hidden, 1])
    for p, value in zip(model.parameters(), parameters):
        p.data = value
    return model


def _is_array(value: Any) -> bool:
    """Tell whether it is NumPy's array or pandas' series, going by the type: an object may answer to any name."""
    return type(value).__module__.partition(".")[0] in ("numpy", "pandas") and hasattr(value, "tolist")


def swept_values(variables: dict[str, Any], model: Any) -> bool:
    """Tell whether a variable holds a root from which gradients were propagated into the model, once upon a time."""
    wanted = {id(p) for p in model.parameters()}
    for name, root in list(variables.items()):
        if not name.startswith("_") and is_node(root) and hasattr(root, "_prev") and root.grad == 1:
            waiting, seen = [root], {id(root)}
            while waiting and len(seen) < _MOST_NUMBERS:
                for operand in waiting.pop()._prev:
                    if id(operand) in wanted:
                        return True
                    if id(operand) not in seen:
                        seen.add(id(operand))
                        waiting.append(operand)
    return False


def plain_numbers(variables: dict[str, Any]) -> list[float]:
    """Return the numbers that the variables hold, inside lists, dictionaries, arrays and Values too."""
    found: list[float] = []

    def collect(value: Any, depth: int) -> None:
        if len(found) >= _MOST_NUMBERS or depth > _DEPTH:
            return
        # NumPy's float64 is a float.
        if isinstance(value, float) or (isinstance(value, int) and not isinstance(value, bool)):
            found.append(float(value))
        elif is_node(value):
            collect(value.data, depth + 1)
        elif hasattr(type(value), "columns") and getattr(value, "size", 10**6) <= 200:
            collect(value.to_numpy().ravel().tolist(), depth + 1)
        elif _is_array(value) and value.size <= 200:
            collect(value.tolist(), depth + 1)
        elif isinstance(value, dict):
            for item in list(value.values())[:200]:
                collect(item, depth + 1)
        elif isinstance(value, (list, tuple)):
            for item in list(value)[:200]:
                collect(item, depth + 1)

    for name, value in list(variables.items()):
        if not name.startswith("_"):
            collect(value, 0)
    return found


@contextlib.contextmanager
def quietly() -> Iterator[io.StringIO]:
    """Keep prints out of sight, and put both random generators back as they were afterwards.

    Looking must not change what the rest of the notebook draws.
    """
    state = random.getstate()
    numpy = sys.modules.get("numpy")
    numpy_state = numpy.random.get_state() if numpy else None
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            yield printed
    finally:
        random.setstate(state)
        if numpy and numpy_state is not None:
            numpy.random.set_state(numpy_state)
