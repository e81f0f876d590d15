"""One sample's loss graph -> a program over whole batches. Start reading at ``program.Program``.

trace (run the user's function, write its graph down) -> expressions (fold constants, find equal subexpressions)
-> lower (straight list of instructions, layers found) -> gradient (its gradient instructions) -> places (rows that
nobody reads any more are used again) -> encode (the words that the kernels read), all of it without NumPy -> a machine
that runs the list: ``kernel_machine`` in C, ``numpy_machine`` where there is no C compiler.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import micrograd._namesake  # noqa: F401  -- warns where PyPI's micrograd has taken our engine's place
from micrograd.compiler.errors import CompileError, DivergenceError

if TYPE_CHECKING:
    from micrograd.compiler.program import Program as Program
    from micrograd.compiler.program import compile as compile

__all__ = ["CompileError", "DivergenceError", "Program", "compile"]


def __getattr__(name: str) -> Any:
    # What runs programs needs NumPy; what makes them, from ``trace`` to ``encode``, does not.
    if name in ("compile", "Program"):
        from micrograd._needs import needs

        with needs("compile"):
            from micrograd.compiler import program

        return getattr(program, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
