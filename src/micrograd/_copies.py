"""Copies of nodes and of whole graphs, made in a loop, because a graph may be deeper than Python can call."""

from __future__ import annotations

import copy
import functools
from types import CellType, FunctionType, MethodType
from typing import Any, cast

from micrograd._node import _attributes_of, _copy_fields
from micrograd.engine import Value, topological_order


def shallow(node: Value) -> Value:
    """Return another node over the same operands, with a gradient of its own."""
    copied = cast(Value, _copy_fields(node, node._operands))
    rebind = Rebinding({id(node): copied})
    for name, found in _attributes_of(node).items():
        vars(copied)[name] = rebind(found) if name == "_function" else found
    result: Value = copied
    return result


def deep(root: Value, memo: dict[int, Any]) -> Value:
    """Return a graph like that of ``root`` that shares nothing with it; ``memo`` is ``copy.deepcopy``'s.

    Raises ``ValueError`` where a node depends on itself.
    """
    order = [node for node in topological_order(root) if id(node) not in memo]
    for node in order:
        try:
            operands = tuple(memo[id(operand)] for operand in node._operands)
        except KeyError:
            raise ValueError(
                f"cannot copy {node!r}: it is its own operand, or that of one of its operands; "
                "give it operands that were made before it"
            ) from None
        memo[id(node)] = _copy_fields(node, operands)
    rebind = Rebinding(memo)
    for node in order:  # attributes may refer to any node of the graph
        for name, found in _attributes_of(node).items():
            vars(memo[id(node)])[name] = rebind(found) if name == "_function" else copy.deepcopy(found, memo)
    copied: Value = memo[id(root)]
    return copied


class Rebinding:
    """The same function over other nodes: ``copies`` says by which a node, known by its id, is replaced.

    A ``_backward`` of the user's knows its node and its operands by name (they are in its closure), so a copy
    of the graph needs a function that knows the copies.
    """

    def __init__(self, copies: dict[int, Any]) -> None:
        self.copies = copies
        self.functions: dict[int, FunctionType] = {}

    def __call__(self, found: Any) -> Any:
        if isinstance(found, Value):
            return self.copies.get(id(found), found)
        if isinstance(found, FunctionType):
            return self._function(found)
        if isinstance(found, MethodType):
            return MethodType(self(found.__func__), self(found.__self__))
        if isinstance(found, functools.partial):
            named = {name: self(given) for name, given in found.keywords.items()}
            return functools.partial(self(found.func), *map(self, found.args), **named)
        if type(found) in (list, tuple, set):
            return type(found)(map(self, found))
        if type(found) is dict:
            return {key: self(given) for key, given in found.items()}
        return found

    def _function(self, function: FunctionType) -> FunctionType:
        if id(function) in self.functions:
            return self.functions[id(function)]
        cells = tuple(CellType() for _ in function.__closure__ or ())
        defaults = tuple(map(self, function.__defaults__ or ())) or None
        other = FunctionType(
            function.__code__, function.__globals__, function.__name__, defaults, cells or None
        )
        other.__kwdefaults__ = function.__kwdefaults__
        other.__dict__.update(function.__dict__)
        self.functions[id(function)] = other  # before the closure, which may hold the function itself
        for cell, held in zip(cells, function.__closure__ or ()):
            try:
                cell.cell_contents = self(held.cell_contents)
            except ValueError:  # an empty cell stays empty
                pass
        return other
