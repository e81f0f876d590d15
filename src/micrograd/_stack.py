# cython: language_level=3
"""The stack of nodes that a sweep works through."""

from __future__ import annotations

from typing import Any

try:
    import cython
except ImportError:
    from micrograd import _cython as cython

if cython.compiled:
    from cython.cimports.micrograd._memory import allocate_nodes, enlarge, free_nodes, hand_over, keep
else:
    from micrograd._memory import allocate_nodes, enlarge, hand_over, keep


@cython.final
@cython.cclass
class Stack:
    """Nodes of one graph, of which the last to come is the first to go.

    They are kept alive here: a ``_backward`` of the user's may take the graph apart under the sweep.
    """

    def __init__(self) -> None:
        self.count = 0
        self.room = 64
        self.nodes = allocate_nodes(self.room)

    def push(self, node: Any) -> None:
        """Put a node on top."""
        if self.count == self.room:
            self.room *= 2
            self.nodes = enlarge(self.nodes, self.room)
        self.nodes[self.count] = keep(node)
        self.count += 1

    def pop(self) -> Any:
        """Take the node on top away."""
        self.count -= 1
        return hand_over(self.nodes[self.count])

    def __dealloc__(self) -> None:
        while self.count:
            self.pop()
        free_nodes(self.nodes)
