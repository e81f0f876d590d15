"""What a student's cells did while they ran: every backward pass, and the parameters before and after it.

A notebook may train in a function, in a cell, through an optimizer or by hand. All of it calls ``backward()``, so that
is where the recorder looks: each call in a cell's source goes through it. It reads the parameters and gradients of the
models in sight and never changes anything; whatever it cannot read, it leaves out.
"""

from __future__ import annotations

import ast
import builtins
import importlib.machinery
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import wraps
from types import BuiltinFunctionType, FrameType, FunctionType, ModuleType
from typing import Any

import micrograd

_NAME = "__micrograd_lab_backward__"
_HIDDEN = {"In", "Out", "exit", "quit", "open", "get_ipython"}
_FIRST, _LAST = 260, 60
"""How many backward passes of a model in one cell are kept whole: the first ones and the last ones."""
_MOST_MODELS = 400
_MOST_PARAMETERS = 2000
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


@dataclass
class Sweep:
    """One backward pass into one model."""

    parameters: list[float]
    gradients_before: list[float]
    gradients: list[float]
    root: float | None
    function: str
    """The function that called ``backward()``, empty where it stood in the cell itself."""


@dataclass
class Compiled:
    """One training by a compiled program, which has no backward passes that could be seen."""

    before: list[float]
    after: list[float]
    losses: list[float]
    rates: list[float]
    optimizer: str
    function: str


@dataclass
class Trail:
    """What happened to one model while one cell ran."""

    model: Any
    start: list[float]
    end: list[float] = field(default_factory=list)
    sweeps: list[Sweep] = field(default_factory=list)
    compiled: list[Compiled] = field(default_factory=list)
    stopped: bool = False
    """Whether the cell ended with an error."""
    count: int = 0
    """How many backward passes there were; fewer are kept where they were many."""

    def add(self, sweep: Sweep) -> None:
        """Keep a backward pass; of very many, the first and the last ones."""
        self.count += 1
        if len(self.sweeps) >= _FIRST + _LAST:
            del self.sweeps[_FIRST]
        self.sweeps.append(sweep)

    @property
    def gap(self) -> int | None:
        """After how many of the kept passes some were left out; None where all are there."""
        return _FIRST if self.count > len(self.sweeps) else None


@dataclass
class Cell:
    """One cell that ran."""

    source: str
    name: str = ""
    """The notebook's ID for it, where it is known."""
    tasks: tuple[int, ...] = ()
    given: bool = False
    """Whether it came with the notebook, as it still is: what it makes is not the student's."""
    trails: dict[int, Trail] = field(default_factory=dict)
    stopped: bool = False
    """Whether it ended with an error."""


class Recorder:
    """Watches the cells of one shell, in the order in which they run."""

    def __init__(self, variables: dict[str, Any]) -> None:
        self.variables = variables
        self.cells: list[Cell] = []
        self._models: dict[int, Any] = {}  # by id; kept alive, so that no id comes twice
        self._running: Cell | None = None
        self._last: set[int] = set()
        self._met: dict[str, tuple[int, ...]] = {}  # what each name stood for when it was last looked at

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
                    self._trail(key, start).compiled.append(
                        Compiled(start, after, losses, rates, optimizer, function)
                    )
        return result

    def alive(self, model: Any) -> bool:
        """Tell whether the notebook's variables still lead to a model."""
        return any(found is model for found in models_in(self.variables))

    def _trail(self, key: int, parameters: list[float]) -> Trail:
        assert self._running is not None
        return self._running.trails.setdefault(key, Trail(self._models[key], parameters))

    def _meet(self, variables: Mapping[str, Any], new_only: bool = False) -> None:
        for name, value in list(variables.items()):
            if type(value) in _PLAIN or name.startswith("_") or name in _HIDDEN:
                continue
            known = _identity(value)
            if new_only and self._met.get(name) == known:
                continue
            self._met[name] = known
            for model in _models_of(value):
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


def number_in(value: Any) -> float | None:
    """Return the number that a node holds, or None."""
    try:
        return float(value.data)
    except Exception:  # an object of the student's may fail in any way
        return None


def parameters_of(model: Any) -> list[float]:
    """Return a model's parameters as plain numbers."""
    return [float(p.data) for p in model.parameters()]


def gradients_of(model: Any) -> list[float]:
    """Return the gradients of a model's parameters as plain numbers."""
    return [float(p.grad) for p in model.parameters()]


def is_model(value: Any) -> bool:
    """Tell whether it is a network: something to call that has ``parameters()``, micrograd's or another one."""
    if isinstance(value, (type, ModuleType)):
        return False
    kind = type(value)
    try:
        if not (callable(getattr(kind, "parameters", None)) and callable(value)):
            return False
        parameters = list(value.parameters())
        return 0 < len(parameters) <= _MOST_PARAMETERS and all(
            hasattr(p, "data") and hasattr(p, "grad") for p in (parameters[0], parameters[-1])
        )
    except Exception:
        return False


def models_in(variables: Mapping[str, Any]) -> Iterator[Any]:
    """Yield every network among the variables: by itself, in a list or a dictionary, or kept by an object."""
    for name, value in list(variables.items()):
        if name.startswith("_") or name in _HIDDEN:
            continue
        yield from _models_of(value)


def _models_of(value: Any, depth: int = 0) -> Iterator[Any]:
    if isinstance(value, (str, bytes, int, float, complex, type, ModuleType)) or value is None:
        return
    if is_model(value):
        yield value
    elif depth < 2 and isinstance(value, (list, tuple)):
        for item in value[:40]:
            yield from _models_of(item, depth + 1)
    elif depth < 2 and isinstance(value, dict):
        for item in list(value.values())[:40]:
            yield from _models_of(item, depth + 1)
    elif depth < 2 and type(value).__module__ == "__main__":
        yield from _models_of(list(getattr(value, "__dict__", {}).values()), depth + 1)


# How the cells' calls come here


class _ThroughRecorder(ast.NodeTransformer):
    """Sends every ``something.backward(...)`` of a cell through the recorder."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if not (isinstance(node.func, ast.Attribute) and node.func.attr == "backward"):
            return node
        through = ast.Name(_NAME, ast.Load())
        call = ast.Call(through, [node.func.value, *node.args], node.keywords)
        return ast.fix_missing_locations(ast.copy_location(call, node))


def transformed(tree: ast.AST) -> ast.AST:
    """Return a cell's syntax tree with its backward passes sent through the recorder."""
    result: ast.AST = _ThroughRecorder().visit(tree)
    return result


class _Beside(importlib.machinery.SourceFileLoader):
    """Loads a module that lies beside the notebook, with its backward passes sent through the recorder."""

    def get_code(self, fullname: str) -> Any:
        """Return the module's code, always from its source."""
        path = self.get_filename(fullname)
        tree = transformed(ast.parse(self.get_data(path), path))
        assert isinstance(tree, ast.Module)
        return compile(tree, path, "exec")


def lies_beside(path: str, folder: str) -> bool:
    """Tell whether a file is the student's: in the notebook's folder or below, and of no installed package."""
    path, folder = os.path.realpath(path), os.path.realpath(folder)
    return (
        path.startswith(folder + os.sep)
        and "-packages" not in path
        and not path.startswith(os.path.dirname(micrograd.__file__) + os.sep)
    )


class _FindBeside:
    """Finds the modules that lie beside the notebook, before anybody else does."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """Return the specification of a module beside the notebook, None for every other one."""
        here = os.getcwd()
        if path is None and "" not in sys.path and here not in sys.path:
            return None
        places = [here] if path is None else [p for p in path if str(p).startswith(here + os.sep)]
        spec = importlib.machinery.PathFinder.find_spec(name, places)
        plain = spec is not None and type(spec.loader) is importlib.machinery.SourceFileLoader
        if spec is None or not spec.origin or not plain or not lies_beside(spec.origin, here):
            return None
        spec.loader = _Beside(name, spec.origin)
        return spec


class _Transformer(ast.NodeTransformer):
    """What IPython calls with each cell's tree."""

    def visit(self, node: ast.AST) -> ast.AST:
        return transformed(node)


_recorder: Recorder | None = None
_afterwards: Callable[[], None] | None = None


@contextmanager
def after_each_backward(call: Callable[[], None]) -> Iterator[None]:
    """Call something after each backward pass that comes through here, instead of recording it."""
    global _afterwards
    before, _afterwards = _afterwards, call
    setattr(builtins, _NAME, _through)
    try:
        yield
    finally:
        _afterwards = before


def _through(root: Any, *arguments: Any, **options: Any) -> Any:
    __tracebackhide__ = True
    if _afterwards is not None:
        result = root.backward(*arguments, **options)
        _afterwards()
        return result
    if _recorder is None:
        return root.backward(*arguments, **options)
    return _recorder.backward(root, arguments, options)


def activate(recorder: Recorder) -> None:
    """Let this recorder hear of the backward passes and compiled trainings of this process from now on."""
    global _recorder
    _recorder = recorder
    # In `builtins`, every function that a cell defines finds it, whatever becomes of the notebook's variables.
    setattr(builtins, _NAME, _through)
    if not any(isinstance(finder, _FindBeside) for finder in sys.meta_path):
        sys.meta_path.insert(0, _FindBeside())
    _watch_programs()


def is_active() -> bool:
    """Tell whether somebody listens already."""
    return _recorder is not None


def install(shell: Any, recorder: Recorder) -> None:
    """Send the backward passes of the cells that an IPython shell runs from now on through the recorder."""
    activate(recorder)
    if not any(type(one).__name__ == _Transformer.__name__ for one in shell.ast_transformers):
        shell.ast_transformers.append(_Transformer())


def _watch_programs() -> None:
    from micrograd.compiler.program import Program

    train = Program.train
    if getattr(train, "_is_watched", False):
        return

    @wraps(train)
    def watched(
        self: Any, X: Any, Y: Any, steps: int, learning_rate: Any = None, *more: Any, **options: Any
    ) -> Any:
        def call() -> Any:
            return train(self, X, Y, steps, learning_rate, *more, **options)

        if _recorder is None:
            return call()
        chosen = options.get("optimizer", "SGD")
        rate = learning_rate if learning_rate is not None else getattr(chosen, "learning_rate", None)
        name = chosen if isinstance(chosen, str) else type(chosen).__name__
        return _recorder.compiled(call, steps, rate, name)

    watched._is_watched = True  # type: ignore[attr-defined]
    Program.train = watched  # type: ignore[method-assign]
