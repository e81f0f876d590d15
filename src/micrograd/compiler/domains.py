"""Where a sample leaves an operation's domain, the engine's own error, with the sample's row in it.

The machines tell of a block that one of its samples may have. Which one, and what is wrong with it, the engine says: it
runs the samples of the block one by one. Where it raises nothing, nothing was wrong: infinity came out of infinity.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from micrograd.engine import Value


def raise_for(
    function: Callable[..., Any],
    X: Sequence[Sequence[float]],
    Y: Sequence[Sequence[float]],
    rows: Iterable[int],
) -> None:
    """Run ``function`` on the samples ``rows`` of X and Y with the engine; raise what it raises, with the row's number.

    The error has the engine's type and message. It is chained to the engine's own, whose traceback shows the line.
    """
    for row in rows:
        try:
            function(*_arguments(X[row], Y[row]))
        except Exception as error:
            located = _with_row(error, row)
            if located is None:
                error.add_note(f"(row {row} of the data)") if hasattr(error, "add_note") else None
                raise
            raise located from error


def flagged_rows(flags: Iterable[int], block: int, rows: Sequence[int]) -> list[int]:
    """Return the samples of the flagged blocks; ``rows`` are those of the batch, in its order."""
    found: list[int] = []
    for number, flag in enumerate(flags):
        if flag:
            found.extend(int(row) for row in rows[number * block : (number + 1) * block])
    return found


def _arguments(features: Sequence[float], targets: Sequence[float]) -> list[Any]:
    arguments: list[Any] = [[Value(float(number)) for number in features]]
    y = [Value(float(number)) for number in targets]
    if y:
        arguments.append(y if len(y) > 1 else y[0])
    return arguments


def _with_row(error: Exception, row: int) -> Exception | None:
    """Return an error of the same type whose message names the row; None where the type wants other arguments."""
    if len(error.args) != 1 or not isinstance(error.args[0], str):
        return None
    try:
        return type(error)(f"{error.args[0]} (row {row} of the data)")
    except Exception:
        return None
