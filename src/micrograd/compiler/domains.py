"""Where a sample leaves an operation's domain, the engine's own error, with the sample's row in it.

The machines tell of a block that one of its samples may have. Which one, and what is wrong with it, the engine says: it
runs the samples of the block one by one. Where it raises nothing, nothing was wrong: infinity came out of infinity.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from micrograd.compiler import looks
from micrograd.compiler.errors import CompileError
from micrograd.engine import Value


def flagged(flags: Sequence[int], block: int, samples: Sequence[int]) -> list[int]:
    """Return those of ``samples``, in the order in which the machine had them, whose block has a flag."""
    found: list[int] = []
    for number, flag in enumerate(flags):
        if flag:
            found.extend(samples[number * block : (number + 1) * block])
    return found


def raise_for(
    function: Callable[..., Any],
    X: Any,
    Y: Any,
    samples: Iterable[int],
    row: Callable[[int], int] = int,
) -> None:
    """Run ``function`` on some samples with the engine, one by one; raise what it raises, with the row's number.

    ``samples`` are rows of the matrices X and Y.

    ``row`` gives the number that the user knows a sample by. The error has the engine's type and message. It is chained
    to the engine's own, whose traceback shows the line. Where the function catches that, it is a ``CompileError``.
    Returns where nothing is raised.
    """
    for sample in samples:
        notes = looks.Notes([])
        try:
            with notes:
                function(*_arguments(X[sample], Y[sample]))
        except Exception as error:
            raise located(error, row(sample)) from error
        if notes.errors:
            raise looks.refuse_caught(notes.errors[0], f"in row {row(sample)}, ")


def located(error: Exception, row: int) -> Exception:
    """Return an error of the same type whose message names the row too; itself where its type wants other things."""
    if len(error.args) == 1 and isinstance(error.args[0], str):
        try:
            return type(error)(f"{error.args[0]} (row {row} of the data)")
        except Exception:
            return error
    return error


def is_of_a_number(error: Exception) -> bool:
    """Whether an error may be a sample's: its numbers are not what an operation, or a check of the loss's, takes."""
    return isinstance(error, (ValueError, ArithmeticError)) and not isinstance(error, CompileError)


def _arguments(features: Sequence[float], targets: Sequence[float]) -> list[Any]:
    arguments: list[Any] = [[Value(float(number)) for number in features]]
    y = [Value(float(number)) for number in targets]
    if y:
        arguments.append(y if len(y) > 1 else y[0])
    return arguments
