"""Blocks of memory for the uncompiled engine: lists, where ``_memory.pxd`` has C arrays."""

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


def node_pointer(node: Any) -> Any:
    """Return what stands for a node in such a list."""
    return node
