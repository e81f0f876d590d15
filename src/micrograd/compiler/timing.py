"""Is a time asked for only to be kept in a list of times, or shown? Then nothing in a graph depends on it.

``start = time.perf_counter()`` in a function whose ``start`` stands nowhere but in such statements is how losses are
timed. As in ``printing``, the text of the program decides; where it is not to be had, the answer is no.
"""

from __future__ import annotations

import ast
from types import FrameType

from micrograd.compiler.printing import Span, contains, position_of, tree_of

# Methods that keep what they are given, called for nothing else.
_KEEPING = frozenset({"append", "add", "extend", "update", "observe", "record", "put", "add_scalar", "log"})
_SHOWING = frozenset({"print", "debug", "info", "warning", "warn", "error"})
_SIMPLE = (ast.Expr, ast.Assign, ast.AnnAssign, ast.AugAssign)


def only_kept(frame: FrameType | None) -> bool:
    """Return whether what is computed on the line that runs in ``frame`` is only kept or shown."""
    tree = None if frame is None else tree_of(frame)
    if frame is None or tree is None:
        return False
    span = position_of(frame)
    functions = [
        node
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and node.name == frame.f_code.co_name
        and contains(node, span)
    ]
    if not functions:
        return False
    function = functions[-1]
    if any(isinstance(node, (ast.Global, ast.Nonlocal, ast.Lambda)) for node in ast.walk(function)):
        return False
    statements = _statements(function, span)
    return bool(statements) and all(_is_kept(one, function, set()) for one in statements)


def _statements(function: ast.AST, span: Span) -> list[ast.stmt]:
    """Return the innermost statement that a place is in; where only its line is known, all that stand on it."""
    found = [
        node
        for node in ast.walk(function)
        if isinstance(node, ast.stmt) and node is not function and contains(node, span)
    ]
    return [one for one in found if not any(other is not one and other in found for other in ast.walk(one))]


def _is_kept(statement: ast.stmt, function: ast.AST, known: set[str]) -> bool:
    """Whether a statement's value goes nowhere but into a list of results, or to somebody's eyes."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        called = statement.value.func
        if isinstance(called, ast.Attribute):
            return called.attr in _KEEPING or called.attr in _SHOWING
        return isinstance(called, ast.Name) and called.id == "print"
    if isinstance(statement, ast.AugAssign) and not isinstance(statement.target, ast.Name):
        return True
    if not isinstance(statement, _SIMPLE):
        return False
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]  # type: ignore[union-attr]
    return all(
        isinstance(target, ast.Name) and _all_uses_kept(target.id, function, known) for target in targets
    )


def _all_uses_kept(name: str, function: ast.AST, known: set[str]) -> bool:
    if name in known:
        return True
    known.add(name)
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load):
            line = (node.lineno, -1, node.lineno, -1)
            around = [one for one in _statements(function, line) if node in ast.walk(one)]
            if not around or not all(_is_kept(one, function, known) for one in around):
                return False
    return True
