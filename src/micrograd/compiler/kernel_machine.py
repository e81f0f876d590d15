"""Hands the words of a program, and its data, to the compiled kernels."""

from __future__ import annotations

import os
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from micrograd import operations
from micrograd._origin import install
from micrograd.compiler import _kernels
from micrograd.compiler.codes import debugging
from micrograd.compiler.encode import LAYOUT, encode
from micrograd.compiler.instructions import Code
from micrograd.compiler.training_state import RUNNING, TrainingState

Array = NDArray[np.float64]
Flags = bytearray

# Below about this many multiply-adds, a thread that is awake, or one that has to be started, costs more than it brings.
_WORK_FOR_A_THREAD, _WORK_FOR_A_NEW_THREAD = 40_000, 1_000_000
# So many samples of a step, if they are others in each, are laid out in rows.
_FEW_SHUFFLED = 40

# What ``train`` is told, and what it tells at the end: the fields of the struct Training of ``kernels/training.h``,
# each eight bytes, a whole number (i) or a float (f).
TRAINING = {
    **dict.fromkeys(("kind", "nesterov", "step", "patience", "since_best"), "i"),
    **dict.fromkeys(("momentum", "beta1", "beta2", "epsilon", "tolerance", "best"), "f"),
    **dict.fromkeys(("samples", "threads", "done", "state"), "i"),
}
_RECORD = struct.Struct("".join({"i": "q", "f": "d"}[kind] for kind in TRAINING.values()))


def _compare_names() -> None:
    """Compare with C what stands in both: operations, instructions and their fields, the record of training."""
    names = tuple(o.kernel for o in operations.FUNCTIONS), tuple(o.kernel for o in operations.BINARY)
    ours = {"operations": names, "instructions": tuple(LAYOUT.items()), "training": tuple(TRAINING.items())}
    for what, own in ours.items():
        theirs = _kernels.layout()[what]
        if theirs != own:
            raise RuntimeError(
                f"micrograd's compiled kernels are of another version than its Python files: their {what} "
                f"are {theirs}, expected {own}. Build them anew: "
                f"{install()} --force-reinstall"
            )


_compare_names()


def _chosen_set() -> str | None:
    """Return the instruction set that the environment names, in capitals or not, with a hyphen or without."""
    given = os.environ.get("MICROGRAD_INSTRUCTION_SET") or None
    known = {_plainly(name): name for name in _kernels.instruction_sets()}
    return given and known.get(_plainly(given), given)


def _plainly(name: str) -> str:
    return name.replace("-", "").lower()


class KernelMachine:
    """Runs a ``Code`` with the compiled kernels; the methods are those of ``NumpyMachine``.

    ``instruction_set`` is one of ``_kernels.instruction_sets()``; by default the best that the processor has, or what
    the environment variable ``MICROGRAD_INSTRUCTION_SET`` names. ``dtype`` is "float64" or "float32": the same C
    source is built for both. Weights, gradients, losses and results come and go as float64 either way.
    """

    def __init__(
        self, code: Code, instruction_set: str | None = None, dtype: str = "float64", in_rows: bool = False
    ) -> None:
        self.code = code
        encoded = encode(code, dtype, in_rows)
        # Where weights are packed for each step, that takes longer than a few samples do.
        self._packs = encoded.packed > 0 and not encoded.stays_packed
        self._instruction_set = instruction_set
        self._of_few: KernelMachine | None = None
        self._work = encoded.work
        self.block = encoded.lanes
        self.real = np.dtype(dtype)
        self.kernels = self._machine = _kernels.Machine(
            instruction_set=instruction_set or _chosen_set(),
            parameters=encoded.parameters,
            captured=encoded.captured,
            features=encoded.features,
            targets=encoded.targets,
            rows=encoded.rows,
            lanes=encoded.lanes,
            seed=encoded.seed,
            results=encoded.results,
            initial=encoded.initial,
            numbers=encoded.numbers,
            shared=encoded.shared,
            forward=encoded.forward,
            backward=encoded.backward,
            debug=debugging(),
            packed=encoded.packed,
            dtype=dtype,
        )
        # For one call of so few samples that each thing that Python does for it counts: at_once.py.
        self.few = _WORK_FOR_A_NEW_THREAD // max(1, self._work)

    def lanes_of(self, samples: int) -> int:
        """See ``NumpyMachine.lanes_of``."""
        lanes: int = self._machine.block(samples)
        return lanes

    def flags_for(self, samples: int) -> bytearray:
        """See ``NumpyMachine.flags_for``."""
        return bytearray(self._machine.blocks(samples))

    def evaluate(
        self,
        parameters: Array,
        X: Array,
        threads: int = 1,
        *,
        captured: Array | None = None,
        flags: Flags | None = None,
    ) -> Array:
        """See ``NumpyMachine.evaluate``."""
        out = np.empty((len(X), len(self.code.results)))
        self._machine.evaluate(
            parameters=parameters,
            captured=captured,
            X=self._in_precision(X),
            out=out,
            flags=flags,
            samples=len(X),
            threads=self._threads(threads, len(X), _WORK_FOR_A_NEW_THREAD),
        )
        return out

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
    ) -> tuple[float, Array]:
        """See ``NumpyMachine.gradient``."""
        gradient = np.empty(self.code.parameters)
        loss = self._machine.gradient(
            parameters=parameters,
            captured=captured,
            X=self._in_precision(X),
            Y=self._in_precision(Y),
            weights=weights,
            gradient=gradient,
            flags=flags,
            samples=len(X),
            threads=self._threads(threads, len(X), _WORK_FOR_A_NEW_THREAD),
        )
        return loss, gradient

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
    ) -> tuple[int, int]:
        """See ``NumpyMachine.train``."""
        o = state
        batch = len(X) if order is None else int((starts[1:] - starts[:-1]).max())
        threads = self._threads(threads, batch, _WORK_FOR_A_THREAD)
        known = {**vars(o), "samples": len(X), "threads": threads, "done": 0, "state": RUNNING}
        record = bytearray(_RECORD.pack(*[known[name] for name in TRAINING]))
        arrays: dict[str, Any] = {
            "X": self._in_precision(X),
            "Y": self._in_precision(Y),
            "sample_weight": weights,
            "captured": captured,
            "flags": flags,
        }
        self._for_steps(batch, order is not None)._machine.train(
            training=record,
            weights=o.weights,
            previous=o.previous,
            first=o.first,
            second=o.second,
            order=order,
            starts=starts,
            rates=rates,
            losses=losses,
            **arrays,
        )
        told = dict(zip(TRAINING, _RECORD.unpack(record), strict=True))
        o.step, o.since_best, o.best = told["step"], told["since_best"], told["best"]
        return told["done"], told["state"]

    def _for_steps(self, samples: int, shuffled: bool) -> KernelMachine:
        """Return the machine for steps of so many samples: of a few, rows take less time than to pack the weights.

        Where all steps have the same block of samples, it is laid out in rows once. The bits are the same either way:
        each sum has the same terms in the same order.
        """
        if not self._packs or samples > (min(self.block, _FEW_SHUFFLED) if shuffled else self.block):
            return self
        if self._of_few is None:
            self._of_few = KernelMachine(self.code, self._instruction_set, str(self.real), in_rows=True)
        return self._of_few if samples <= self._of_few.block else self

    def _in_precision(self, numbers: Array) -> Any:
        return numbers if numbers.dtype == self.real else numbers.astype(self.real)

    def _threads(self, most: int, samples: int, work_for_one: int) -> int:
        return max(1, min(most, samples * self._work // work_for_one))
