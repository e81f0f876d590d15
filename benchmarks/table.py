"""Tables in Markdown, and numbers as people read them."""

from __future__ import annotations

from collections.abc import Sequence


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table with aligned columns: the first to the left, the others to the right."""
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]
    lines = [[cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths))] for row in
             [header, *rows]]  # fmt: skip
    rule = ["-" * width if i == 0 else "-" * (width - 1) + ":" for i, width in enumerate(widths)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [lines[0], rule, *lines[1:]])


def duration(seconds: float) -> str:
    """Return a time with three significant digits and a unit that suits it."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return (
                f"{seconds / size:.3g} {unit}" if seconds / size < 1000 else f"{seconds / size:,.0f} {unit}"
            )
    return f"{seconds * 1e9:.3g} ns"


def ratio(times: float, bar: float | None = None) -> str:
    """Return how many times, and, where a number of times was asked for, whether it is reached."""
    text = f"{times:,.0f}x" if times >= 100 else f"{times:.1f}x"
    return text if bar is None else f"{text} ({'at least' if times >= bar else 'BELOW'} {bar:,g}x)"
