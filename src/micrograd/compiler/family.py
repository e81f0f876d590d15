"""One function's programs: made from its graph, run by a machine, and held against the function again and again.

There is one for each number of features and targets that data came with. What the function refers to is compared at
every call; the function itself is traced again, and rows of new data run through the engine, for at most 1 % of the
time that is spent in the program over many calls.
"""

from __future__ import annotations

import math
import random
import threading
import time
import weakref
from array import array
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from micrograd.compiler import at_once, domains, precision, row_check, same_graph
from micrograd.compiler.codes import code_for
from micrograd.compiler.collector import paused
from micrograd.compiler.data import Batch
from micrograd.compiler.errors import CompileError
from micrograd.compiler.instructions import Code
from micrograd.compiler.machines import Machine, machine
from micrograd.compiler.parameters import Parameters
from micrograd.compiler.references import References
from micrograd.compiler.samples import choose_samples, rows_to_check, sample
from micrograd.compiler.trace import Graph, run
from micrograd.engine import Value

Array = NDArray[np.float64]

# The first few arrays are always looked into.
_ALWAYS_CHECKED = 8
# A comparison of float32 with float64 may take this part of the time in the program since the last one; or so long.
_SHARE_OF_A_COMPARISON, _QUICK = 0.05, 1e-3
# So many samples times operations take no time to speak of, however long it seems to take on a busy machine.
_LITTLE_WORK = 100_000
# Data that were checked are remembered, the last so many.
_REMEMBERED = 64
_MANY = 1 << 62


class Compiled:
    """A graph and the machine that runs it; ``captured`` and the weights are read when it is called."""

    def __init__(self, graph: Graph, code: Code, dtype: str = "float64") -> None:
        self.graph = graph
        self.code = code
        self.machine: Machine = machine(code, dtype)
        # The compiled kernels, when they are what runs it: up to so many samples are computed at once (at_once.py).
        self.at_once: Any = getattr(self.machine, "kernels", None)
        self.few: int = getattr(self.machine, "few", 0)
        # What is held against the engine: in float32, rounding could not be told from a graph that depends on data.
        self.exact: Machine = self.machine if dtype == "float64" else machine(code)
        # Seconds: in the program since the last look at the function, in the program and in checks altogether.
        self.since_traced = 0.0
        self.in_program = 0.0
        self.in_checks = 0.0
        self.seconds_of_a_trace = 0.0
        self.seconds_of_a_sample = 0.0
        self.arrays_checked = 0
        # In float32: uses, seconds in the program since it was held against float64, and what that takes.
        self.uses = 0
        self.comparison_is_due = False
        self.since_compared = 0.0
        self.seconds_of_a_comparison = 0.0
        self.known: dict[Any, None] = {}
        self.last: tuple[Any, Any, Any] | None = None

    def leaves(self) -> Array | None:
        """Return the numbers of the captured leaves as they are now; None where there are none."""
        captured = self.graph.captured
        if not captured:
            return None
        return np.array([float(value.data) for value in captured], dtype=np.float64)

    def captured(self) -> bytes:
        """Return the same, eight bytes each."""
        return array("d", [float(value.data) for value in self.graph.captured]).tobytes()

    def settle(self) -> None:
        """Take into account the calls that went the short way."""
        if self.few:
            seconds, calls = self.at_once.spent()
            self.since_traced += seconds
            self.since_compared += seconds
            self.in_program += seconds
            self.uses += calls

    def allow(self) -> None:
        """Let calls go the short way until a look at the function, or at the precision, is due."""
        seconds, calls = math.inf, _MANY
        if self.seconds_of_a_trace > 0:
            seconds = self.seconds_of_a_trace / at_once.SHARE_OF_CHECKS - self.since_traced
        if self.machine is not self.exact:
            calls = (1 << self.uses.bit_length()) - self.uses - 1 if self.uses >= _ALWAYS_CHECKED else 0
            if self.comparison_is_due:
                due = self.seconds_of_a_comparison / _SHARE_OF_A_COMPARISON - self.since_compared
                seconds = min(seconds, due)
        marks = array("Q", [mark for mark in self.known if isinstance(mark, int)])
        self.at_once.allow(seconds, calls, self.few, marks.tobytes())

    def took(self, seconds: float, samples: int) -> None:
        """Note how long the machine took for some samples."""
        self.since_traced += seconds
        self.since_compared += seconds
        self.in_program += seconds
        self.seconds_of_a_sample = seconds / max(1, samples)

    def is_due(self, samples: int) -> bool:
        """Whether it is time to trace the function again, before so many samples are computed."""
        expected = self.since_traced + samples * self.seconds_of_a_sample
        return expected * at_once.SHARE_OF_CHECKS >= self.seconds_of_a_trace > 0

    def may_compare(self) -> bool:
        """Whether float32 may be held against float64 again."""
        allowed = max(_QUICK, self.since_compared * _SHARE_OF_A_COMPARISON)
        return self.seconds_of_a_comparison <= allowed

    def compared(self, seconds: float) -> None:
        """Note that float32 was held against float64, and how long it took."""
        self.in_checks += seconds
        self.seconds_of_a_comparison = seconds
        self.since_compared = 0.0
        self.comparison_is_due = False

    def may_check(self) -> bool:
        """Whether rows of new data may be run through the engine."""
        allowed = self.in_program * at_once.SHARE_OF_CHECKS >= self.in_checks
        return allowed or self.arrays_checked < _ALWAYS_CHECKED


# Tracing looks at, and for a moment changes, generators that all threads share.
_ONE_AT_A_TIME = threading.RLock()


class Family:
    """The programs of ``function``, a loss or a model, by the number of features and targets."""

    def __init__(
        self,
        function: Callable[..., Any],
        parameters: Parameters,
        *,
        with_gradient: bool,
        dtype: str = "float64",
    ) -> None:
        self.function = function
        self.parameters = parameters
        self.with_gradient = with_gradient
        self.dtype = dtype
        self.compiled: dict[tuple[int, int], Compiled] = {}
        self.codes: list[Code] = []
        self._seen_data: set[tuple[int, int]] = set()
        self._references: References | None = None
        # Whether what the function reads is all that the model's parameters are made of.
        self.covers_parameters = False
        # The program of the last call, where no more is to be known of it before the next one.
        self.last_called: Compiled | None = None
        self.quickly: Callable[..., Any] = at_once.nothing

    def try_without_data(self, features: int) -> None:
        """Compile before there are data, if the function runs on made-up samples."""
        with _ONE_AT_A_TIME, paused():
            graph = same_graph.trace_without_data(self.function, self.parameters, features)
        if graph is not None:
            self._compile(graph, (features, 1))
            self._refer_to(graph.references)

    def changed(self) -> bool:
        """Return whether something that the function reads may be another than it was when it was traced."""
        return self._references is None or self._references.changed()

    def called(self, compiled: Compiled) -> None:
        """Note that a call has ended well: of those that follow, many may go the short way."""
        if compiled.few:
            compiled.allow()
            if self.last_called is not compiled:
                self.last_called, self.quickly = compiled, at_once.way(self, compiled)

    def forget_last_call(self) -> None:
        """Let the next call go the long way."""
        self.last_called, self.quickly = None, at_once.nothing

    def what_changed(self) -> Callable[[], bool]:
        """Return what says whether anything is another: the function's places, or the model's parameters."""
        references = self._references
        if references is not None and self.covers_parameters and not references.cannot_tell:
            return references.watch.changed
        return lambda: self.changed() or not self.parameters.is_current()

    def noticed(self) -> bool:
        """Return whether something is another than it was, of what can be compared."""
        return self._references is not None and self._references.watch.changed()

    def _refer_to(self, references: References | None) -> None:
        self._references = references
        self.forget_last_call()
        self.covers_parameters = references is not None and references.covers(self.parameters.model)

    def for_data(
        self, batch: Batch, given: tuple[Any, Any], samples: int, changed: bool | None = None
    ) -> Compiled:
        """Return the program for some data, of which about ``samples`` samples will be computed.

        ``changed`` is what ``changed()`` said a moment ago, ``given`` are the objects that the data came in. Raises
        ``CompileError`` where the program would not give what the function gives.
        """
        key = batch.X.shape[1], batch.Y.shape[1]
        if key not in self._seen_data:
            with _ONE_AT_A_TIME, paused():
                self._trace(batch, key)
            self._seen_data.add(key)
        else:
            compiled = self.compiled[key]
            compiled.settle()
            if compiled.is_due(samples) or (self.changed() if changed is None else changed):
                self._trace_again(batch, key)
        compiled = self.compiled[key]
        is_new = self._check_rows(compiled, batch, given)
        if compiled.machine is not compiled.exact:
            self.compare_at_times(compiled, batch, is_new)
        return compiled

    def compare_at_times(self, compiled: Compiled, batch: Batch, is_new: bool = False) -> None:
        """Hold float32 against float64 on all of the data: new ones, the first few times, and ever less often.

        Parameters change from one use to the next, and may get to where single precision does not do. What takes its
        time, a use of much data, waits until the program has run for long enough.
        """
        compiled.uses += 1
        is_power = compiled.uses & (compiled.uses - 1) == 0
        compiled.comparison_is_due |= is_power or compiled.uses <= _ALWAYS_CHECKED
        is_short = len(batch.X) * same_graph.cost(compiled.graph) <= _LITTLE_WORK
        if is_new or (compiled.comparison_is_due and (is_short or compiled.may_compare())):
            started = time.perf_counter()
            self._compare_precisions(compiled, batch, range(len(batch.X)))
            compiled.compared(time.perf_counter() - started)

    def refreshed(self, compiled: Compiled, batch: Batch) -> Compiled:
        """Return the program after something of the user's has run: another one if what the function refers to did."""
        if not self.changed():
            return compiled
        key = batch.X.shape[1], batch.Y.shape[1]
        self._trace_again(batch, key)
        return self.compiled[key]

    def _trace(self, batch: Batch, key: tuple[int, int]) -> None:
        started = time.perf_counter()
        batch = batch.exact
        samples = choose_samples(batch.X, batch.Y)
        try:
            graph = same_graph.trace_samples(self.function, self.parameters, samples)
        except Exception as error:
            self._blame_a_sample(error, batch)
            raise
        known = self.compiled.get(key)
        if known is None or not same_graph.equal(known.graph, graph):
            self._compile(graph, key)
        self._refer_to(graph.references)
        compiled = self.compiled[key]
        compiled.in_checks += time.perf_counter() - started

    def _trace_again(self, batch: Batch, key: tuple[int, int]) -> None:
        """Trace a sample; where the graph is another now, compile anew."""
        with _ONE_AT_A_TIME:
            self._look_again(batch, key)

    def _look_again(self, batch: Batch, key: tuple[int, int]) -> None:
        compiled = self.compiled[key]
        started = time.perf_counter()
        # The graph is the same in both precisions: it takes no copy of the data in float64 to look at it.
        samples = (sample(batch.X, batch.Y, row) for row in rows_to_check(len(batch.X), seed=0))
        try:
            same = same_graph.is_still(self.function, self.parameters, samples, compiled.graph)
        except Exception as error:
            self._blame_a_sample(error, batch.exact)
            raise
        self._refer_to(compiled.graph.references)
        compiled.seconds_of_a_trace = time.perf_counter() - started
        compiled.in_checks += compiled.seconds_of_a_trace
        compiled.since_traced = 0.0
        if not same:
            for other in [other for other in self._seen_data if other != key]:
                self._seen_data.discard(other)
            self._trace(batch, key)

    def _blame_a_sample(self, error: Exception, batch: Batch) -> None:
        """Where a sample may be to blame, raise the error of the first one, not of the first that was chosen."""
        if domains.is_of_a_number(error):
            domains.raise_for(self.function, batch.X, batch.Y, range(len(batch.X)), batch.row)

    def _compile(self, graph: Graph, key: tuple[int, int]) -> None:
        if self.with_gradient and graph.is_list:
            raise CompileError(
                f"the loss returned a list of {len(graph.results)} Values, and it must be one Value: add them up"
            )
        checks = sorted(graph.checks.values())
        code = code_for(graph.expressions, graph.results, key[0], self.with_gradient, checks)
        if key in self.compiled:
            self.codes = [other for other in self.codes if other is not self.compiled[key].code]
        self.codes.append(code)
        self.compiled[key] = Compiled(graph, code, self.dtype)

    # -- What a machine has flagged ---------------------------------------------------------------------------

    def look(
        self, compiled: Compiled, batch: Batch, flags: bytearray, samples: Sequence[int], lost: bool = False
    ) -> None:
        """Raise the engine's error where a sample of a flagged block is outside of an operation's domain.

        ``samples`` are those that the machine had, in its order. In float32 it may be the precision that does not do;
        ``lost`` says that a result is not finite.
        """
        if 1 in flags:
            some = domains.flagged(flags, compiled.machine.lanes_of(len(samples)), samples)
            domains.raise_for(self.function, batch.exact.X, batch.exact.Y, some, batch.row)
            self._compare_precisions(compiled, batch, some)
        if lost:
            self._compare_precisions(compiled, batch, samples)

    def _compare_precisions(self, compiled: Compiled, batch: Batch, samples: Sequence[int]) -> None:
        if compiled.machine is compiled.exact:
            return

        def engine(row: int) -> list[Value]:
            return run(self.function, self.parameters, sample(batch.exact.X, batch.exact.Y, row)).roots

        pair = precision.Pair(compiled.machine, compiled.exact, self.parameters.read(), compiled.leaves())
        check = precision.check_loss if self.with_gradient else precision.check_outputs
        check(pair, batch, samples, engine)

    # -- Rows through the engine ----------------------------------------------------------------------------

    def _check_rows(self, compiled: Compiled, batch: Batch, given: tuple[Any, Any]) -> bool:
        """The first time that data come, run some of their rows through the engine too; return whether it was."""
        last, mark, is_new = compiled.last, batch.mark, False
        if last is not None and last[2] == mark and _is(last[0], given[0]) and _is(last[1], given[1]):
            return False
        if mark not in compiled.known and compiled.may_check():
            started = time.perf_counter()
            with row_check.gradients_put_back(self.parameters), paused():
                self._run_rows(compiled, batch.exact, seed=hash(mark))
            compiled.arrays_checked += 1
            seconds = time.perf_counter() - started
            compiled.in_checks += seconds
            compiled.seconds_of_a_trace = compiled.seconds_of_a_trace or seconds / 2
            if len(compiled.known) >= _REMEMBERED:
                compiled.known.pop(next(iter(compiled.known)))
            compiled.known[mark] = None
            is_new = True
        compiled.last = _reference(given[0]), _reference(given[1]), mark
        return is_new

    def _run_rows(self, compiled: Compiled, batch: Batch, seed: int) -> None:
        numbers, leaves = self.parameters.read(), compiled.leaves()
        rows = rows_to_check(len(batch.X), seed)

        def answer(rows: list[int], weights: Array | None = None) -> row_check.Answer:
            X, Y = batch.X[rows], batch.Y[rows]
            if self.with_gradient:
                value, gradient = compiled.exact.gradient(numbers, X, Y, 1, captured=leaves, weights=weights)
                return [value], gradient
            outputs = compiled.exact.evaluate(numbers, X, 1, captured=leaves)
            return outputs[0].tolist(), np.empty(0)

        samples = [sample(batch.X, batch.Y, row) for row in rows]
        if self.with_gradient and len(rows) > 1:
            draw = random.Random(seed)
            weights = np.array([draw.uniform(0.5, 1.5) for _ in rows])
            if row_check.agree_on_average(
                self.function, self.parameters, samples, weights.tolist(), partial(answer, rows, weights)
            ):
                return
        for row, one in zip(rows, samples):
            try:
                row_check.check(self.function, self.parameters, one, batch.row(row), partial(answer, [row]))
            except Exception as error:
                self._blame_a_sample(error, batch)
                raise


def _reference(given: Any) -> Any:
    try:
        return weakref.ref(given)
    except TypeError:
        return None if given is not None else _nothing


def _nothing() -> None:
    return None


def _is(reference: Any, given: Any) -> bool:
    return reference is not None and reference() is given and (given is not None or reference is _nothing)
