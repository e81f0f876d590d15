"""Look at what a student's code left behind, and call it, without trusting it to behave."""

from __future__ import annotations

import contextlib
import io
import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from micrograd.engine import Value
from micrograd.lab.checks.finding import Finding
from micrograd.nn import MLP

_DEPTH = 4
_MOST_NUMBERS = 4000


@dataclass
class View:
    """What can be seen of a notebook after a task: its variables, and the task's outputs where they are known.

    ``outputs`` holds one dictionary for each output of the task's cells: ``{"text": ..., "kinds": [...]}``, what
    was printed and the MIME types of what was shown. ``complete`` is False inside a running notebook, where some of
    them may be out of sight. ``words`` is what the student wrote in the task's Markdown cells.
    """

    variables: dict[str, Any]
    outputs: list[dict[str, Any]] = field(default_factory=list)
    words: str = ""
    complete: bool = True

    @property
    def text(self) -> str:
        """Everything that the task's cells printed."""
        return "\n".join(str(output.get("text", "")) for output in self.outputs)

    def get(self, name: str) -> Any:
        """Return the variable of that name, or None."""
        return self.variables.get(name)

    def models(self, sizes: list[int] | None = None) -> list[tuple[str, MLP]]:
        """Return every multi-layer perceptron by its variable's name, those of the given layer sizes if any."""
        found: list[tuple[str, MLP]] = []
        for name, value in list(self.variables.items()):
            if name.startswith("_"):
                continue
            group = value if isinstance(value, (list, tuple)) else [value]
            if isinstance(value, dict):
                group = list(value.values())
            for model in group[:50]:
                if isinstance(model, MLP) and (sizes is None or layer_sizes(model) == sizes):
                    found.append((name, model))
        return found[:20]


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
    if isinstance(value, (list, tuple)) and len(value) == 1:
        value = value[0]
    if isinstance(value, Value):
        value = value.data
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def numbers(values: Any) -> list[float] | None:
    """Return the numbers of a list, a tuple, an array or a column, else None."""
    try:
        found = [number(value) for value in list(values)[:_MOST_NUMBERS]]
    except TypeError:
        return None
    return [value for value in found if value is not None] if None not in found else None


def rows(table: Any) -> list[list[float]] | None:
    """Return the rows of a list of lists, a two-dimensional array or a DataFrame, else None."""
    table = getattr(table, "values", table) if hasattr(table, "columns") else table
    try:
        found = [numbers(row) for row in list(table)[:_MOST_NUMBERS]]
    except TypeError:
        return None
    return [row for row in found if row is not None] if found and None not in found else None


def parameters_of(model: Any) -> list[float]:
    """Return a model's parameters as plain numbers."""
    return [float(p.data) for p in model.parameters()]


def gradients_of(model: Any) -> list[float]:
    """Return the gradients of a model's parameters as plain numbers."""
    return [float(p.grad) for p in model.parameters()]


def layer_sizes(model: Any) -> list[int]:
    """Return ``[inputs, neurons of each layer ...]``, or an empty list for what is no network."""
    try:
        return [len(model.layers[0].neurons[0].w), *(len(layer.neurons) for layer in model.layers)]
    except (AttributeError, IndexError, TypeError):
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
        if not name.startswith("_") and isinstance(root, Value) and root.grad == 1:
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
        if isinstance(value, float):  # NumPy's float64 is one
            found.append(float(value))
        elif isinstance(value, Value):
            collect(value.data, depth + 1)
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
