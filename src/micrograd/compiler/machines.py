"""Which machine runs a program: the compiled kernels where they were built, else NumPy."""

from __future__ import annotations

import os
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from micrograd.compiler.instructions import Code
from micrograd.compiler.numpy_machine import NumpyMachine
from micrograd.compiler.training_state import TrainingState

Array = NDArray[np.float64]
Flags = bytearray


class Machine(Protocol):
    """What runs a ``Code``; see ``NumpyMachine`` for what each method does."""

    block: int  # the most samples of a block
    real: np.dtype[Any]  # the precision in which it computes; features and targets may be given in it

    def lanes_of(self, samples: int) -> int: ...
    def flags_for(self, samples: int) -> bytearray: ...

    def evaluate(
        self,
        parameters: Array,
        X: Array,
        threads: int = 1,
        *,
        captured: Array | None = None,
        flags: Flags | None = None,
    ) -> Array: ...

    def gradient(
        self,
        parameters: Array,
        X: Array,
        Y: Array,
        threads: int,
        *,
        captured: Array | None = None,
        weights: Array | None = None,
        flags: Flags | None = None,
    ) -> tuple[float, Array]: ...

    def train(
        self,
        state: TrainingState,
        X: Array,
        Y: Array,
        order: NDArray[np.int64] | None,
        starts: NDArray[np.int64],
        rates: Array,
        losses: Array,
        threads: int,
        *,
        captured: Array | None = None,
        weights: Array | None = None,
        flags: Flags | None = None,
    ) -> tuple[int, int]: ...


def machine(code: Code, dtype: str = "float64") -> Machine:
    """Return the fastest machine that there is; with ``MICROGRAD_PURE=1`` in the environment, NumPy's.

    ``dtype`` is "float64" or "float32", the precision in which it computes.
    """
    if os.environ.get("MICROGRAD_PURE", "") not in ("", "0"):
        return NumpyMachine(code, dtype)
    try:
        from micrograd.compiler.kernel_machine import KernelMachine
    except ImportError:
        return NumpyMachine(code, dtype)
    return KernelMachine(code, dtype=dtype)
