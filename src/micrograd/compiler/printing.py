"""Is a number looked at only to be printed or logged? Then nothing in a graph can depend on it.

Decided by the text of the program: the place that is being run stands inside a call of ``print``, of a logger or of
``warnings.warn``, and everything else inside that call can do nothing but compute what is shown. None of these calls
returns what it was given. Where the text is not to be had, the answer is no.
"""

from __future__ import annotations

import ast
import builtins
import dataclasses
import linecache
import logging
import sys
import types
import warnings
from collections.abc import Iterator
from types import FrameType
from typing import Any

from micrograd.operations import METHODS

_LOGGING = frozenset({"debug", "info", "warning", "warn", "error", "critical", "exception", "log"})
_LOGGING_FILE = logging.__file__
# Functions and methods that compute something to show, and change nothing.
_FUNCTIONS_THAT_SHOW = (
    "abs all any bool dict divmod enumerate float format frozenset getattr hasattr id int isinstance len "
    "list max min pow range repr reversed round set sorted str sum tuple type vars zip"
)
_SAFE_FUNCTIONS = frozenset(_FUNCTIONS_THAT_SHOW.split())
_METHODS_THAT_SHOW = (
    "format join ljust rjust center upper lower strip items keys values get tolist mean sum item hex isoformat "
    "strftime total_seconds timestamp urandom named_parameters parameters state_dict"
)
_SAFE_METHODS = frozenset((*_METHODS_THAT_SHOW.split(), *METHODS))
_SAFE_NODES = (
    *(
        ast.Constant,
        ast.Name,
        ast.Attribute,
        ast.Subscript,
        ast.Slice,
        ast.BinOp,
        ast.UnaryOp,
        ast.BoolOp,
        ast.Compare,
    ),
    *(
        ast.IfExp,
        ast.JoinedStr,
        ast.FormattedValue,
        ast.Tuple,
        ast.List,
        ast.Dict,
        ast.Set,
        ast.Starred,
        ast.ListComp,
    ),
    *(ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.comprehension, ast.keyword),
    *(ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop),
)
# Modules that make a text of what they are given; and dataclasses and named tuples, whose methods have no file.
_SHOWING_MODULES = frozenset({"pprint", "reprlib", "textwrap", "string", "collections", "dataclasses"})
# Modules whose functions do nothing but answer: what time it is, a name that nobody else has.
_ANSWERING_MODULES = frozenset({"math", "time", "datetime", "uuid", "secrets"})
_PRINT = builtins.print

_trees: dict[str, tuple[tuple[str, ...], ast.Module | None]] = {}


def only_shown(frame: FrameType | None, outermost: FrameType | None) -> bool:
    """Return whether what happens in ``frame``, called from ``outermost``, happens only for something to be shown."""
    if below_logging(frame, outermost):
        return True
    while frame is not None and frame is not outermost:
        tree = tree_of(frame)
        if tree is not None:
            if _is_in_a_showing_call(frame, tree):
                return True
            if not _only_returns(frame, tree):
                return False
        elif not _is_showing_code(frame):
            return False
        frame = frame.f_back
    return False


def below_logging(frame: FrameType | None, outermost: FrameType | None) -> bool:
    """Return whether ``logging`` runs between the two frames."""
    while frame is not None and frame is not outermost:
        if frame.f_code.co_filename == _LOGGING_FILE:
            return True
        frame = frame.f_back
    return False


def _is_showing_code(frame: FrameType) -> bool:
    code = frame.f_code
    if str(frame.f_globals.get("__name__", "")).partition(".")[0] in _SHOWING_MODULES:
        return True
    return code.co_filename.startswith("<") and code.co_name == "__repr__"


def tree_of(frame: FrameType) -> ast.Module | None:
    if _is_showing_code(frame):
        return None
    file = frame.f_code.co_filename
    lines = tuple(linecache.getlines(file, frame.f_globals))
    known = _trees.get(file)
    if known is None or known[0] != lines:
        try:
            tree = ast.parse("".join(lines)) if lines else None
        except SyntaxError:
            tree = None  # a notebook's cell with a command in it, say
        if len(_trees) > 64:
            _trees.clear()
        known = _trees[file] = lines, tree
    return known[1]


# (line, column), both ends; no columns where Python does not tell them.
Span = tuple[int, int, int, int]


def position_of(frame: FrameType) -> Span:
    """Return where in the text of its file a frame runs."""
    positions = getattr(frame.f_code, "co_positions", None)
    if positions is not None and frame.f_lasti >= 0:
        for place, (line, end_line, column, end_column) in enumerate(positions()):
            if place == frame.f_lasti // 2:
                if None not in (line, end_line, column, end_column):
                    return line, column, end_line, end_column
                break
    return frame.f_lineno, -1, frame.f_lineno, -1


def contains(node: ast.AST, span: Span) -> bool:
    """Return whether a place is within what a node was parsed from."""
    start = getattr(node, "lineno", None)
    if start is None:
        return False
    line, column, end_line, end_column = span
    if column < 0:
        return bool(start <= line <= node.end_lineno)  # type: ignore[attr-defined]
    begin, end = (start, node.col_offset), (node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]
    return bool(begin <= (line, column) and (end_line, end_column) <= end)


def _around(tree: ast.AST, span: Span) -> Iterator[ast.AST]:
    """Yield the nodes that the place is in, and only those."""
    for node in ast.iter_child_nodes(tree):
        if contains(node, span):
            yield node
            yield from _around(node, span)
        elif not hasattr(node, "lineno"):
            yield from _around(node, span)


def _is_in_a_showing_call(frame: FrameType, tree: ast.Module) -> bool:
    span = position_of(frame)
    around = list(_around(tree, span))
    if span[1] < 0:
        # With the line alone, everything on it has to be such a call.
        statements = [node for node in around if isinstance(node, (ast.Expr, ast.Assign, ast.Return))]
        simple = [node.value for node in statements if node.lineno == span[0] or isinstance(node, ast.Expr)]
        return bool(simple) and all(
            isinstance(node, ast.Call) and _shows(node, frame) and _is_harmless_call(node, frame)
            for node in simple
        )
    return any(
        isinstance(node, ast.Call) and _shows(node, frame) and _is_harmless_call(node, frame)
        for node in around
    )


def _shows(call: ast.Call, frame: FrameType) -> bool:
    function = call.func
    if isinstance(function, ast.Name):
        found = _resolve(function, frame)
        return found is _PRINT or found is warnings.warn
    if isinstance(function, ast.Attribute):
        if isinstance(function.value, ast.Call):
            # logging.getLogger(...).info(...)
            made_by = _resolve(function.value.func, frame)
            return function.attr in _LOGGING and made_by is logging.getLogger
        owner = _resolve(function.value, frame)
        if owner is warnings:
            return function.attr == "warn"
        if function.attr in _LOGGING:
            return owner is logging or isinstance(owner, (logging.Logger, logging.LoggerAdapter))
    return False


def _resolve(node: ast.expr, frame: FrameType) -> Any:
    """Return what a name, or an attribute of one, stands for; None where that cannot be told without running code."""
    if isinstance(node, ast.Name):
        for names in (frame.f_locals, frame.f_globals, vars(builtins)):
            if node.id in names:
                return names[node.id]
    elif isinstance(node, ast.Attribute):
        owner = _resolve(node.value, frame)
        # Attributes that are simply there, not computed.
        return getattr(owner, "__dict__", {}).get(node.attr) or getattr(type(owner), "__dict__", {}).get(
            node.attr
        )
    return None


def _is_harmless_call(call: ast.Call, frame: FrameType) -> bool:
    for keyword in call.keywords:
        # A file of the user's own could be read again.
        if keyword.arg == "file" and _resolve(keyword.value, frame) not in (sys.stdout, sys.stderr):
            return False
    return all(
        _is_harmless(part, frame) for part in (*call.args, *(keyword.value for keyword in call.keywords))
    )


def _is_harmless(expression: ast.AST, frame: FrameType) -> bool:
    for node in ast.walk(expression):
        if isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Name):
                safe = function.id in _SAFE_FUNCTIONS and _resolve(function, frame) is getattr(
                    builtins, function.id
                )
                if not safe and not _only_computes(_resolve(function, frame)):
                    return False
            elif isinstance(function, ast.Attribute):
                owner = _resolve(function.value, frame)
                if not (_is_safe_owner(owner) or function.attr in _SAFE_METHODS):
                    return False
            else:
                return False
        elif not isinstance(node, _SAFE_NODES):
            return False
    return True


def _is_safe_owner(owner: Any) -> bool:
    """Whether the functions of a module, or of a class of dates, can do nothing but answer."""
    home = owner if isinstance(owner, types.ModuleType) else sys.modules.get(getattr(owner, "__module__", ""))
    return home is not None and home.__name__ in _ANSWERING_MODULES


def _only_computes(function: Any) -> bool:
    """Whether a function of the user's is one expression, in which nothing is called that could remember numbers."""
    if type(function).__module__ == "micrograd.nn":
        return True  # a model of ours: it computes its output
    if isinstance(function, type) and dataclasses.is_dataclass(function):
        return "__init__" in vars(function) and not hasattr(function, "__post_init__")
    code = getattr(function, "__code__", None)
    if code is None:
        return False
    lines = linecache.getlines(code.co_filename, getattr(function, "__globals__", None))
    try:
        tree = ast.parse("".join(lines))
    except SyntaxError:
        return False
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.FunctionDef)
            and node.name == code.co_name
            and _starts_at(node, code.co_firstlineno)
        ):
            return _is_one_expression(node)
    return False


def _starts_at(node: ast.FunctionDef, line: int) -> bool:
    return line in (node.lineno, *(decorator.lineno for decorator in node.decorator_list))


def _is_one_expression(node: ast.FunctionDef) -> bool:
    body = [
        part
        for part in node.body
        if not (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))
    ]
    if len(body) != 1 or not isinstance(body[0], ast.Return) or body[0].value is None:
        return False
    for part in ast.walk(body[0].value):
        if isinstance(part, ast.Call):
            function = part.func
            known = isinstance(function, ast.Name) and function.id in _SAFE_FUNCTIONS
            if not known and not (isinstance(function, ast.Attribute) and function.attr in _SAFE_METHODS):
                return False
        elif not isinstance(part, _SAFE_NODES):
            return False
    return True


def _only_returns(frame: FrameType, tree: ast.Module) -> bool:
    """Whether the function that runs in ``frame`` is one expression, so that its caller decides."""
    code = frame.f_code
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.FunctionDef)
            and node.name == code.co_name
            and _starts_at(node, code.co_firstlineno)
        ):
            return _is_one_expression(node)
    # A comprehension has a frame of its own before Python 3.12; it stands in the text of its function.
    return code.co_name in ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")
