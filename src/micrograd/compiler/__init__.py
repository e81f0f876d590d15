"""One sample's loss graph -> a program over whole batches. Start reading at ``program.Program``.

trace (run the user's function, write its graph down) -> expressions (fold constants, find equal subexpressions)
-> lower (straight list of instructions, layers found) -> gradient (its gradient instructions) -> a machine that
runs the list: ``kernel_machine`` in C, ``numpy_machine`` where there is no C compiler.
"""

from __future__ import annotations

try:
    import numpy as _numpy  # noqa: F401
except ImportError as error:  # pragma: no cover - the tests have NumPy
    raise ImportError("micrograd.compile needs NumPy: install it with  pip install numpy") from error

import micrograd._namesake  # noqa: F401  -- warns where PyPI's micrograd has taken our engine's place
from micrograd.compiler.errors import CompileError, DivergenceError
from micrograd.compiler.program import Program, compile

__all__ = ["CompileError", "DivergenceError", "Program", "compile"]
