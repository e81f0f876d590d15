"""Cycles of nodes through what a user has attached to one of them after others had come to use it.

A node that an operation makes is older than all that use it, so nodes alone make no cycles, and Python's
garbage collector is not told of them: it would take longer to look through a graph than to compute it. A node
becomes known to it when the user attaches a function or an attribute, and so do all nodes that are made from
it later. But nodes that used it already stay unknown, and ``leaf.history.append(loss)`` closes a cycle
through them. So before each full collection, what was attached is searched for such nodes. Likewise what a node was
given for operands after it had been made: these may use it.
"""

from __future__ import annotations

import gc
import sys
import weakref
from types import BuiltinFunctionType, CodeType, FrameType, FunctionType, ModuleType
from typing import Any

# The nodes to which something was attached late, by their ids.
_late: dict[int, weakref.ref[Any]] = {}

# Those of them whose operands may be younger than they are.
_remade: set[int] = set()

# Up to Python 3.13 the oldest of three generations means a full collection; 3.14 has two.
_FULL = 1 if sys.version_info >= (3, 14) else 2
_LEAD_ELSEWHERE = (type, ModuleType, CodeType, FrameType, BuiltinFunctionType, str, bytes, int, float)


def remember(node: Any, operands: bool = False) -> None:
    """Search what is attached to this node, from now on, and where it is said its operands too."""
    if _before_collection not in gc.callbacks:
        gc.callbacks.append(_before_collection)
    key = id(node)
    if operands:
        _remade.add(key)
    _late[key] = weakref.ref(node, lambda _: _forget(key))


def _forget(key: int) -> None:
    _late.pop(key, None)
    _remade.discard(key)


def _before_collection(phase: str, details: dict[str, int]) -> None:
    if phase == "start" and details["generation"] >= _FULL:
        _search([node for reference in list(_late.values()) if (node := reference()) is not None])


def _search(nodes: list[Any]) -> None:
    """Let the collector know every node that can be reached from what is attached to these."""
    from micrograd._node import Node, _let_collector_know

    # By the descriptor itself: a class of the user's may show another __dict__, or none.
    attributes = vars(Node)["__dict__"].__get__
    # What is attached to one may lead to others: all are searched together, so that nothing is looked through twice.
    todo: list[Any] = [node if id(node) in _remade else attributes(node) for node in nodes]
    seen: set[int] = {id(one) for one in todo}
    while todo:
        for found in _contents(todo.pop()):
            if id(found) in seen or isinstance(found, _LEAD_ELSEWHERE):
                continue
            seen.add(id(found))
            if isinstance(found, Node):
                _let_collector_know(found)
            todo.append(found)


def _contents(container: Any) -> list[Any]:
    if isinstance(container, FunctionType):  # not its globals, which lead everywhere
        own = [container.__closure__, container.__defaults__, container.__kwdefaults__, container.__dict__]
        return [part for part in own if part]
    return gc.get_referents(container)
