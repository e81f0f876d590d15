"""What C has and Python does not need, for the uncompiled engine: lists, where ``_memory.pxd`` has arrays."""

from __future__ import annotations

from typing import Any


def allocate_numbers(count: int) -> list[float]:
    """Return so many zeros."""
    return [0.0] * count


def allocate_nodes(room: int) -> list[Any]:
    """Return room for so many nodes."""
    return [None] * room


def enlarge(nodes: list[Any], room: int) -> list[Any]:
    """Return a list with the same nodes and room for more."""
    return nodes + [None] * (room - len(nodes))


def keep(node: Any) -> Any:
    """Return what stands for a node in such a list, and keeps it alive."""
    return node


def hand_over(pointer: Any) -> Any:
    """Return the node that ``keep`` was given, which lives on only if it is used."""
    return pointer


def enter_recursion(where: str) -> None:
    """Do nothing: Python counts the calls within calls by itself, as a compiled function has to be told to."""


def leave_recursion() -> None:
    """Do nothing."""


def enlarge_numbers(numbers: list[float], count: int) -> list[float]:
    """Return a list with the same numbers and room for more."""
    return numbers + [0.0] * (count - len(numbers))


def allocate_bytes(count: int) -> list[int]:
    """Return room for so many small whole numbers."""
    return [0] * count


def enlarge_bytes(data: list[int], count: int) -> list[int]:
    """Return a list with the same small numbers and room for more."""
    return data + [0] * (count - len(data))


def attribute(node: Any, name: str) -> Any:
    """Return a node's own attribute of this name, or None."""
    return vars(node).get(name)


def set_attribute(node: Any, name: str, value: Any) -> None:
    """Give a node an attribute of its own."""
    vars(node)[name] = value


def can_be_changed(kind: type) -> int:
    """Do nothing: a class of Python's can be changed."""
    return 0


def has_attributes(node: Any) -> bool:
    """Return whether an object has attributes of its own."""
    return bool(vars(node))


def class_version(kind: type) -> int:
    """Return 0: Python tells nobody which version of a class this is."""
    return 0
