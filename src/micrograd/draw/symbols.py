"""What nodes are called in an explanation: as in the explorer where the whole graph is known."""

from __future__ import annotations

from typing import Any

from micrograd.draw.naming import parameters_of, short
from micrograd.draw.view import view_of
from micrograd.engine import Value


class Symbols:
    """Names for a node, its operands and the nodes that use it.

    With ``root`` they are the explorer's (``w0``, ``x1``, ``v3``). A node without a name is ``o``, and its
    operands without one are ``a`` and ``b``, or the next letters that are no other operand's name.
    """

    def __init__(self, node: Value, root: Value | None, model: Any) -> None:
        self._full = parameters_of(model)
        self._names = {value: value.label or short(full) for value, full in self._full.items()}
        self._roles = dict.fromkeys(self._full, "parameter")
        self.root = root.label or "L" if root is not None else "L"
        if root is not None:
            for drawn in view_of(root, model).nodes:
                for value in [*drawn.values, *(copy for copies in drawn.copies for copy in copies)]:
                    self._names.setdefault(value, drawn.name)
                    self._roles.setdefault(value, drawn.role)
        operands = list(dict.fromkeys(node._operands))
        taken = {self.given(operand) for operand in operands}
        letters = [letter for letter in "abcdefgh" if letter not in taken]
        nameless = [operand for operand in operands if not self.given(operand)]
        self._letters = dict(zip(nameless, letters))
        self._letters.setdefault(node, "o")

    def given(self, node: Value) -> str:
        """Return the name of a node, or an empty text where it has none."""
        return self._names.get(node) or node.label or ""

    def of(self, node: Value) -> str:
        """Return what stands for a node in a formula."""
        return self.given(node) or self._letters.get(node) or node._op or "…"

    def full_name(self, node: Value) -> str:
        """Return a parameter's name in its model, or an empty text."""
        return self._full.get(node, "")

    def role(self, node: Value) -> str:
        """Return the part that a node plays, as a key of the texts."""
        if node in self._roles:
            return self._roles[node]
        return "operation" if node._operands else "input" if node.label else "constant"
