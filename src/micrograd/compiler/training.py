"""The training loop around a machine: batches drawn, callbacks, early stop, divergence, weights written back."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from micrograd.compiler.data import Batch
from micrograd.compiler.errors import CompileError, DivergenceError, LostPrecision, divergence
from micrograd.compiler.family import Compiled, Family
from micrograd.compiler.parameters import Parameters
from micrograd.compiler.settings import Settings
from micrograd.compiler.training_state import LOSS_NOT_FINITE, OUTSIDE_DOMAIN, RUNNING, WEIGHTS_NOT_FINITE

Array = NDArray[np.float64]

# The machine gets as many steps at a time as take about this long, so that Ctrl-C is heard.
_SECONDS_AT_A_TIME = 0.1
_FIRST_STEPS, _STEPS_OF_A_SCHEDULE, _MOST_STEPS = 2, 16, 1 << 16

# How many measurements of a number of threads are remembered; the best of them counts.
_TRIALS = 3
# Steps that take less than the first cannot be compared; those of a trial take about the second.
_LEAST_SECONDS, _SECONDS_OF_A_TRIAL = 1e-3, 8e-3
# The first step with other threads pays for their start, and for memory that is touched for the first time.
_LEAST_STEPS = 3
# So much more is trained the faster way than is tried the slower one.
_BETWEEN_TRIALS = 60
# More threads have to be worth having. Where they clearly are, no time is lost with further trials.
_WORTH_IT, _CLEARLY = 0.97, 0.8
# So many samples of epochs to come may be drawn ahead.
_MOST_AHEAD = 1 << 17


class Training:
    """One call of ``Program.train``; ``earlier`` is the one that it goes on from."""

    def __init__(
        self,
        family: Family,
        compiled: Compiled,
        parameters: Parameters,
        settings: Settings,
        threads: ThreadChoice,
        earlier: Training | None,
    ) -> None:
        self.family = family
        self.compiled = compiled
        self.parameters = parameters
        self.settings = settings
        self.threads = threads
        self.state = settings.new_state(parameters)
        self.generator = settings.generator
        if earlier is not None and earlier.state.kind == self.state.kind:
            self.state.first[:] = earlier.state.first
            self.state.second[:] = earlier.state.second
            self.state.step = earlier.state.step
            if settings.seed is None:
                self.generator = earlier.generator
        # Schedules, callbacks and errors count the steps of all that this training goes on from.
        self.first_step = self.state.step
        self.done = 0

    def run(self, batch: Batch) -> Array:
        """Make the steps; return the losses. See ``Program.train``."""
        settings = self.settings
        losses = _room_for(settings.steps)
        batches = _Batches(len(batch.X), settings.batch_size, self.generator)
        leaves = self.compiled.leaves()
        at_a_time = self.threads.steps_in(_SECONDS_AT_A_TIME)
        if callable(settings.learning_rate):
            # What is wrong with a schedule most often shows in its first steps: before anything has been trained.
            at_a_time = max(_STEPS_OF_A_SCHEDULE, at_a_time)
        before = 0
        try:
            while self.done < settings.steps:
                left = min(at_a_time, settings.steps - self.done, self._steps_to_callback())
                threads, count = self.threads.next(left)
                if callable(settings.learning_rate) and self.done == 0:
                    count = max(count, min(left, _STEPS_OF_A_SCHEDULE))
                before = self.done
                order, starts = batches.take(count)
                rates = settings.rates(self.first_step + self.done, len(starts) - 1)
                if callable(settings.learning_rate):
                    self._refuse_schedule_that_changes(leaves)
                started = time.perf_counter()
                done, outcome = self._steps(batch, order, starts, rates, losses, threads, leaves)
                seconds = time.perf_counter() - started
                self.threads.took(done, seconds)
                self.compiled.took(
                    seconds, int(starts[done] - starts[0]) if order is not None else done * len(batch.X)
                )
                if outcome in (LOSS_NOT_FINITE, WEIGHTS_NOT_FINITE):
                    if self.done == 0:
                        self.family.look(self.compiled, batch, bytearray(), range(len(batch.X)), lost=True)
                    raise self._diverged(outcome, losses[: self.done])
                at_a_time = max(
                    1, min(_MOST_STEPS, 2 * at_a_time, int(len(rates) * _SECONDS_AT_A_TIME / seconds))
                )
                if self._call_back(losses, batch) or outcome != RUNNING:
                    break
                if settings.callback is not None:
                    leaves = self._refresh(batch)
        finally:
            batches.put_back(self.done - before)
            if self.done:  # what has not been trained is not rounded to float32, either
                self.parameters.write(self.state.weights)
            settings.write_back(self.state)
        if self.compiled.machine is not self.compiled.exact:
            self.family.compare_at_times(self.compiled, batch)
        return losses if self.done == settings.steps else losses[: self.done].copy()

    def _steps(
        self,
        batch: Batch,
        order: NDArray[np.int64] | None,
        starts: NDArray[np.int64],
        rates: Array,
        losses: Array,
        threads: int,
        leaves: Array | None,
    ) -> tuple[int, int]:
        """Let the machine make steps; return how many it made, and why it ended.

        Where it says that a sample may have left an operation's domain, the engine is asked; if it does not mind, that
        step is made all the same.
        """
        machine = self.compiled.machine
        train = machine.train
        before = self.done
        part = losses[before : before + len(rates)]
        flags = machine.flags_for(len(batch.X) if order is None else int(np.diff(starts).max()))
        done = 0
        while True:
            more, outcome = train(
                self.state, batch.X, batch.Y, order, starts[done:], rates[done:], part[done:], threads,
                captured=leaves, weights=batch.weights, flags=flags,
            )  # fmt: skip
            done += more
            self.done = before + done
            if outcome != OUTSIDE_DOMAIN:
                return done, outcome
            chosen = range(len(batch.X)) if order is None else order[starts[done] : starts[done + 1]].tolist()
            self._look(batch, flags, chosen, losses[: self.done])
            more, outcome = train(
                self.state, batch.X, batch.Y, order, starts[done : done + 2], rates[done : done + 1],
                part[done : done + 1], threads, captured=leaves, weights=batch.weights,
            )  # fmt: skip
            done += more
            self.done = before + done
            if outcome != RUNNING or done == len(rates):
                return done, outcome
            flags = bytearray(len(flags))

    def _look(self, batch: Batch, flags: bytearray, samples: Sequence[int], losses: Array) -> None:
        """Raise the engine's error for the first of the flagged samples that is outside of an operation's domain."""
        if len(losses):
            self.parameters.write(self.state.weights)
        try:
            self.family.look(self.compiled, batch, flags, samples)
        except Exception as error:
            if not len(losses):
                raise  # so it was with the weights that training began with
            self.state.weights[:] = self.state.previous
            if isinstance(error, CompileError) and not isinstance(error, LostPrecision):
                raise
            step = self.first_step + len(losses)
            raise divergence(error)(
                f"training diverged at step {step}: {error}. The model keeps the weights of the last finite step. "
                f"Try a smaller learning rate (it was {self.settings.rates(step - 1, 1)[0]:g}), or a loss that is "
                "defined for all numbers.",
                step,
                losses.copy(),
            ) from error

    def _steps_to_callback(self) -> int:
        if self.settings.callback is None:
            return self.settings.steps
        return 1 + (-self.done) % self.settings.callback_every

    def _call_back(self, losses: Array, batch: Batch) -> bool:
        callback = self.settings.callback
        last = self.done - 1
        if callback is None or last % self.settings.callback_every:
            return False
        self.parameters.write(self.state.weights)
        answer = callback(self.first_step + last, float(losses[last]))
        # What the callback did to the weights, such as clipping them, holds.
        self.state.weights[:] = self.parameters.read()
        # A comparison of NumPy's numbers gives NumPy's own kind of True.
        return isinstance(answer, (bool, np.bool_)) and bool(answer)

    def _refuse_schedule_that_changes(self, leaves: Array | None) -> None:
        if self.family.noticed() or not _equal(self.compiled.leaves(), leaves):
            raise CompileError(
                "the learning rate's schedule changes something that the loss reads, and is asked for many steps at "
                "once: change it in a callback of train"
            )

    def _refresh(self, batch: Batch) -> Array | None:
        """After code of the user's has run, let hold what it did to what the loss reads; return the leaves' numbers."""
        if not self.family.changed():
            return self.compiled.leaves()
        if not self.parameters.is_current():
            raise CompileError(
                "parameters of the model were replaced by others during training, which goes on with the ones that it "
                "began with: change their .data instead, or end the training (return True) and call train again"
            )
        self.compiled = self.family.refreshed(self.compiled, batch)
        return self.compiled.leaves()

    def _diverged(self, outcome: int, losses: Array) -> DivergenceError:
        step = self.first_step + self.done - (outcome == WEIGHTS_NOT_FINITE)
        what = (
            "the loss is not finite" if outcome == LOSS_NOT_FINITE else "the update left the finite numbers"
        )
        if self.done == 0 and outcome == LOSS_NOT_FINITE:
            what += " with the weights that training began with"
            advice = (
                "Look for a logarithm, a division or a power in the loss that some sample takes out of its domain, or "
                "for features so large that the loss overflows."
            )
        else:
            # A loss that is not finite is the doing of the update before it.
            rate = self.settings.rates(max(0, step - (outcome == LOSS_NOT_FINITE)), 1)[0]
            advice = (
                f"Try a smaller learning rate (it was {rate:g}), features scaled to about -1..1, "
                "or a loss that cannot overflow."
            )
        if self.compiled.machine is not self.compiled.exact:
            advice += " It was trained in float32, which ends at 3.4e38: with dtype='float64' numbers reach 1.8e308."
        return DivergenceError(
            f"training diverged at step {step}: {what}. The model keeps the weights of the last finite step. {advice}",
            step,
            losses.copy(),
        )


def _equal(some: Array | None, others: Array | None) -> bool:
    return some is others or (
        some is not None and others is not None and np.array_equal(some, others, equal_nan=True)
    )


def _room_for(steps: int) -> Array:
    try:
        return np.empty(steps)
    except (MemoryError, ValueError, OverflowError):
        raise ValueError(
            f"steps is {steps}, and the losses of so many steps, 8 bytes each, do not fit into memory: train in "
            "several calls, with resume=True"
        ) from None


class ThreadChoice:
    """One thread or all of them: whichever made the faster steps of late.

    Where other programs keep the processors busy, a second thread can cost more than it brings. The results are the
    same bits either way.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.seconds: dict[int, list[float]] = {1: [], most: []}
        self.chosen = 1
        self.trial_steps = 0  # how many steps take long enough to be compared; 0 while that is not known
        self.trials = 0
        self.tried = {1: 0.0, most: 0.0}  # seconds
        self.since_trial = 0.0  # seconds of training since the slower one was tried

    def next(self, steps: int) -> tuple[int, int]:
        """Return how many threads to use next, and for how many steps: ``steps``, fewer for a trial."""
        if self.most == 1 or not self.trial_steps:
            return self.chosen, steps
        trial = min(steps, self.trial_steps)
        if self._is_undecided():
            self.trials += 1
            self.chosen = self.most if self.trials % 2 else 1
            return self.chosen, trial
        if not all(self.seconds.values()):  # several trainings at once: the trials are still on their way
            return self.chosen, trial
        one, all_of_them = min(self.seconds[1]), min(self.seconds[self.most])
        worth_it = all_of_them < _WORTH_IT * one
        slower = 1 if worth_it else self.most
        if self.since_trial > _BETWEEN_TRIALS * trial * min(self.seconds[slower]):
            self.since_trial = 0.0
            self.chosen = slower
            return slower, trial
        self.chosen = self.most if worth_it else 1
        return self.chosen, steps

    def _is_undecided(self) -> bool:
        if self.trials < 2:
            return True
        if self.trials >= 2 * _TRIALS or min(self.tried.values()) >= _TRIALS * _SECONDS_OF_A_TRIAL:
            return False
        one, all_of_them = self.seconds[1], self.seconds[self.most]
        return not one or not all_of_them or min(all_of_them) > _CLEARLY * min(one)

    def took(self, steps: int, seconds: float) -> None:
        """Note how long the steps with the threads chosen last took."""
        self.seconds[self.chosen] = [*self.seconds[self.chosen], seconds / max(1, steps)][-_TRIALS:]
        if self.trial_steps or seconds >= _LEAST_SECONDS:
            self.trial_steps = max(_LEAST_STEPS, self.steps_in(_SECONDS_OF_A_TRIAL))
        self.since_trial += seconds
        if self.trials:
            self.tried[self.chosen] += seconds

    def steps_in(self, seconds: float) -> int:
        """Return how many steps take about so long, as far as that is known."""
        known = [min(times) for times in self.seconds.values() if times]
        return max(1, min(_MOST_STEPS, int(seconds / min(known)))) if known else _FIRST_STEPS


class _Batches:
    """Which samples each step uses: all of them, or the next of an order that is shuffled anew at every epoch."""

    def __init__(self, samples: int, size: int | None, generator: np.random.Generator) -> None:
        self.samples = samples
        self.size = None if size is None else min(size, samples)
        self.generator = generator
        self.order = np.empty(0, dtype=np.int64)
        # Of epochs that were drawn ahead: which of the steps begins them, and the generator's state before.
        self.ahead: list[tuple[int, Any]] = []

    def take(self, count: int) -> tuple[NDArray[np.int64] | None, NDArray[np.int64]]:
        """Return an order of samples, and where in it each of the next steps begins and the last one ends.

        These are at most ``count`` steps, fewer where too many epochs would have to be drawn ahead.
        """
        if self.size is None:
            return None, np.zeros(count + 1, dtype=np.int64)
        orders, starts, steps, begin = [], [], 0, 0
        self.ahead = []
        while steps < count and (steps == 0 or begin < _MOST_AHEAD):
            if not len(self.order):
                if steps:
                    self.ahead.append((steps, self.generator.bit_generator.state))
                self.order = self.generator.permutation(self.samples)
            more = min(count - steps, -(-len(self.order) // self.size))
            used = min(more * self.size, len(self.order))
            orders.append(self.order[:used])
            starts.append(np.arange(begin, begin + used, self.size, dtype=np.int64))
            self.order = self.order[used:]
            steps, begin = steps + more, begin + used
        starts.append(np.array([begin], dtype=np.int64))
        return orders[0] if len(orders) == 1 else np.concatenate(orders), np.concatenate(starts)

    def put_back(self, steps: int) -> None:
        """Of the steps taken last, so many were made: let the generator be as if later epochs had not been drawn."""
        for first, state in self.ahead:
            if first >= steps:
                self.generator.bit_generator.state = state
                return
