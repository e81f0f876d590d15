"""Watch what a student's cells do while they run: every backward pass, and the parameters before and after it.

A notebook may train in a function, in a cell, through an optimizer or by hand. All of it calls ``backward()``, so that
is where the recorder looks (``listening`` sends the calls here). It reads the parameters and gradients of the models in
sight and never changes anything; whatever it cannot read, it leaves out.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import BuiltinFunctionType, FrameType, FunctionType, ModuleType
from typing import Any

from micrograd.lab.checks.belongings import HIDDEN, models_in, models_of
from micrograd.lab.checks.networks import gradients_of, number_in, parameters_of
from micrograd.lab.checks.trails import Cell, Compiled, Sweep, Trail

PASS = "micrograd.lab.backward"
"""The audit event before each backward pass."""
_MOST_MODELS = 400
_MOST_FRAMES = 12
_PLAIN = {
    int,
    float,
    str,
    bool,
    bytes,
    complex,
    type(None),
    FunctionType,
    BuiltinFunctionType,
    ModuleType,
    type,
}


class Recorder:
    """Watches the cells of one shell, in the order in which they run."""

    def __init__(self, variables: dict[str, Any]) -> None:
        self.variables = variables
        self.cells: list[Cell] = []
        self._models: dict[int, Any] = {}  # by id; kept alive, so that no id comes twice
        self._running: Cell | None = None
        self.passes = 0
        """How many backward passes there were."""
        self._last: set[int] = set()
        self._met: dict[str, tuple[int, ...]] = {}  # what each name stood for when it was last looked at

    @property
    def is_running(self) -> bool:
        """Whether a cell has begun and not ended."""
        return self._running is not None

    def begin(self, cell: Cell) -> None:
        """Note that a cell begins."""
        self._running = cell
        self._last = set()
        self.cells.append(cell)
        with suppress(Exception):
            self._meet(self.variables)
            for key, model in self._models.items():
                cell.trails[key] = Trail(model, parameters_of(model))

    def end(self, stopped: bool = False) -> None:
        """Note that the cell has ended, and how."""
        cell, self._running = self._running, None
        if cell is None:
            return
        cell.stopped = stopped
        for key, trail in list(cell.trails.items()):
            with suppress(Exception):
                trail.end, trail.stopped = parameters_of(trail.model), stopped
            if not trail.end or not (trail.sweeps or trail.compiled or trail.start != trail.end):
                del cell.trails[key]

    def pause(self) -> None:
        """Let the cell that is running be looked at as if it ended here."""
        if self._running is not None:
            for trail in self._running.trails.values():
                with suppress(Exception):
                    trail.end = parameters_of(trail.model)

    def backward(self, root: Any, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        """Call ``root.backward(...)`` and note what it did to the models in sight."""
        __tracebackhide__ = True
        self.passes += 1
        sys.audit(PASS)
        seen: list[tuple[int, list[float], list[float]]] = []
        function = ""
        if self._running is not None:
            with suppress(Exception):
                function = self._look_around(sys._getframe(2))
                for key, model in self._models.items():
                    seen.append((key, parameters_of(model), gradients_of(model)))
        result = root.backward(*arguments, **options)
        with suppress(Exception):
            value = number_in(root)
            found = [
                (key, Sweep(parameters, before, after, value, function))
                for key, parameters, before in seen
                if (after := gradients_of(self._models[key])) != before
            ]
            if not found:  # gradients of 0: it went where the last one went
                found = [
                    (key, Sweep(parameters, before, before, value, function))
                    for key, parameters, before in seen
                    if key in self._last
                ]
            self._last = {key for key, _ in found}
            for key, sweep in found:
                self._trail(key, sweep.parameters).add(sweep)
        return result

    def compiled(self, call: Callable[[], Any], steps: int, rate: Any, optimizer: str) -> Any:
        """Call a compiled training and note what it did."""
        if self._running is None:
            return call()
        function = self._look_around(sys._getframe(2))
        before = {key: parameters_of(model) for key, model in self._models.items()}
        result = call()
        with suppress(Exception):
            losses = [float(value) for value in result][:2000]
            rates = [float(rate(k) if callable(rate) else rate) for k in range(len(losses))]
            for key, start in before.items():
                after = parameters_of(self._models[key])
                if after != start:
                    training = Compiled(start, after, losses, rates, optimizer, function)
                    self._trail(key, start).add_compiled(training)
        return result

    def alive(self, model: Any) -> bool:
        """Tell whether the notebook's variables still lead to a model."""
        return any(found is model for found in models_in(self.variables))

    def _trail(self, key: int, parameters: list[float]) -> Trail:
        assert self._running is not None
        return self._running.trails.setdefault(key, Trail(self._models[key], parameters))

    def _meet(self, variables: Mapping[str, Any], new_only: bool = False) -> None:
        for name, value in list(variables.items()):
            if type(value) in _PLAIN or name.startswith("_") or name in HIDDEN:
                continue
            known = _identity(value)
            if new_only and self._met.get(name) == known:
                continue
            self._met[name] = known
            for model in models_of(value):
                if len(self._models) < _MOST_MODELS:
                    self._models.setdefault(id(model), model)

    def _look_around(self, frame: FrameType | None) -> str:
        """Meet the models that the running functions know; return the name of the outermost function."""
        name = ""
        for _ in range(_MOST_FRAMES):
            if frame is None or frame.f_locals is self.variables or frame.f_code.co_name == "<module>":
                break
            self._meet(frame.f_locals, new_only=True)
            if not frame.f_code.co_name.startswith("<"):
                name = frame.f_code.co_name
            frame = frame.f_back
        self._meet(self.variables, new_only=True)
        return name


def _identity(value: Any) -> tuple[int, ...]:
    """Return what changes when a variable gets another object, or a container another last item."""
    items = value if isinstance(value, (list, dict)) else getattr(value, "__dict__", None)
    if not isinstance(items, (list, dict)) or not items:
        return (id(value),)
    last = items[-1] if isinstance(items, list) else next(reversed(items.values()))
    return id(value), len(items), id(last)
