"""How the calls of a notebook's cells come to the recorder.

Each ``backward()`` in the source of a cell, or of a module beside the notebook, is sent through it as the source is
compiled; so is each training by a compiled program.
"""

from __future__ import annotations

import ast
import builtins
import importlib.machinery
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from micrograd.lab.checks.belongings import lies_beside
from micrograd.lab.checks.recording import Recorder

_NAME = "__micrograd_lab_backward__"


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
    watch_programs()


def is_active() -> bool:
    """Tell whether somebody listens already."""
    return _recorder is not None


def install(shell: Any, recorder: Recorder) -> None:
    """Send the backward passes of the cells that an IPython shell runs from now on through the recorder."""
    activate(recorder)
    if not any(type(one).__name__ == _Transformer.__name__ for one in shell.ast_transformers):
        shell.ast_transformers.append(_Transformer())


def watch_programs() -> None:
    """Watch compiled trainings, where NumPy is there for them: in a browser it may arrive between two cells."""
    try:
        from micrograd.compiler.program import Program
    except ModuleNotFoundError as error:
        if error.name != "numpy":
            raise
        return

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
