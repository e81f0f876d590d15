"""Which row lies where in memory: rows whose last reader is gone leave their places to others.

The code before this pass writes every row once, so whoever reads a row means its only write. This pass gives
rows their places by that alone. Rows that an instruction writes side by side stay side by side. The inputs and the
loss's own gradient keep theirs for good: they are loaded once where all samples fit into one block.
"""

from __future__ import annotations

from collections.abc import Sequence

from micrograd.compiler.instructions import NONE, Code, Placed, RowInstruction, Rows


def assign(code: Code) -> None:
    """Fill ``code.placed``."""
    code.placed = _Assignment(code).placed


class _Assignment:
    def __init__(self, code: Code) -> None:
        self.instructions: Sequence[RowInstruction] = [*code.forward, *code.backward]
        self.last_reader = self._last_readers(code)
        self.place = [NONE] * code.rows
        self.rows = 0  # how many places there are
        # Places that nobody needs any more: for each number of places side by side, where they begin.
        self.free: dict[int, list[int]] = {}
        # For each instruction, the ranges of rows that nobody reads after it.
        self.dying: list[list[Rows]] = [[] for _ in range(len(self.instructions) + 1)]
        pinned = [(row, 1) for row in (*range(code.inputs), code.seed) if row != NONE]
        for rows in pinned:
            self._put(rows, self._new(1))
        self.pinned = {row for row, _ in pinned}
        self._find_dying()
        for at, instruction in enumerate(self.instructions):
            self._instruction(at, instruction)
        place = self.place.__getitem__
        renamed = [instruction.renamed(place) for instruction in self.instructions]
        self.placed = Placed(
            self.rows,
            renamed[: len(code.forward)],
            renamed[len(code.forward) :],
            [(NONE if row == NONE else place(row), slot) for row, slot in code.results],
            NONE if code.seed == NONE else place(code.seed),
        )

    def _last_readers(self, code: Code) -> list[int]:
        last = [NONE] * code.rows
        for at, instruction in enumerate(self.instructions):
            for row in instruction.reads():
                last[row] = at
        # Results are read when the forward pass has ended, before the backward pass begins.
        end = len(code.forward)
        for row, _ in code.results:
            if row != NONE:
                last[row] = max(last[row], end)
        return last

    def _find_dying(self) -> None:
        for at, instruction in enumerate(self.instructions):
            for first, count in instruction.writes():
                last = max([self.last_reader[row] for row in range(first, first + count)])
                # What nobody reads at all is overwritten by the next instruction at the earliest.
                self.dying[max(last, at)].append((first, count))

    def _instruction(self, at: int, instruction: RowInstruction) -> None:
        dying = self.dying[at]
        written = list(instruction.writes())
        # What this instruction itself writes is still needed when it ends.
        gone = [rows for rows in dying if rows not in written]
        for out, over in instruction.overwrites():
            if over in gone and out in written:
                self._put(out, self.place[over[0]])
                gone.remove(over)
                written.remove(out)
        if instruction.in_place:
            self._release(gone)
            gone = []
        for rows in written:
            self._put(rows, self._take(rows[1]))
        self._release(gone)
        self._release([rows for rows in dying if rows in instruction.writes()])

    def _put(self, rows: Rows, place: int) -> None:
        first, count = rows
        self.place[first : first + count] = range(place, place + count)

    def _new(self, count: int) -> int:
        first = self.rows
        self.rows += count
        return first

    def _release(self, gone: Sequence[Rows]) -> None:
        for first, count in gone:
            self.free.setdefault(count, []).append(self.place[first])

    def _take(self, count: int) -> int:
        """Return where ``count`` places side by side begin: those that were left last are likeliest in the cache."""
        exact = self.free.get(count)
        if exact:
            return exact.pop()
        larger = min([size for size, places in self.free.items() if size > count and places], default=0)
        if not larger:
            return self._new(count)
        first = self.free[larger].pop()
        self.free.setdefault(larger - count, []).append(first + count)
        return first
