"""``compile`` and ``Program``: the user's side of the compiler."""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from micrograd.compiler import at_once, data, exchange
from micrograd.compiler.family import Compiled, Family
from micrograd.compiler.instructions import Code
from micrograd.compiler.parameters import Parameters, features_of
from micrograd.compiler.settings import Settings, whole
from micrograd.compiler.training import ThreadChoice, Training
from micrograd.engine import Value

Array = NDArray[np.float64]

_MOST_THREADS = 1024


def compile(
    loss: Callable[..., Value], model: Any, *, threads: int | None = None, dtype: str = "float64"
) -> Program:
    """Return a program that computes and trains ``loss`` over whole batches, without Python in the loop.

    ``loss(x, y)`` computes the loss of one sample: ``x`` is the list of its features as Values, ``y`` its target as
    a Value, or a list of Values where the targets have several columns (``loss(x)`` where there are none). It returns
    a Value made with the engine's operations. ``model`` is what is trained: a ``Module``, anything with
    ``parameters()``, or a list of Values. ``threads`` bounds the threads used where there is enough work for them
    (default: what ``OMP_NUM_THREADS`` says, else one for each processor); it never changes a result. With ``dtype``
    "float32" the program computes in single precision: up to twice as fast on wide networks, and to about 1e-5 of the
    terms that are summed instead of 1e-12; the weights are in the Values as floats all the same.

    The function is run on a few samples and its graph is compiled. A Value that is neither a parameter nor of the
    sample (a frozen layer, a coefficient) is read anew at every call; numbers and functions that the loss refers to
    are compared at every call, and it is compiled anew where they have changed. Raises ``CompileError`` when the loss
    looks at a number, writes to a parameter, draws random numbers, catches an error of the engine's, keeps something
    from one sample for the next, holds an operation of the user's own or an overwritten ``.data``. When the number of
    features cannot be known from the model, or the loss needs real samples to run, these errors come with the first
    samples instead.
    """
    return Program(loss, model, threads=threads, dtype=dtype)


def _default_threads() -> int:
    # joblib and Dask set this variable in their workers, so that these do not compete for the processors.
    given = os.environ.get("OMP_NUM_THREADS", "")
    if given.isdigit() and int(given) > 0:
        return int(given)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _precision(dtype: Any) -> str:
    """Return the name of a precision, given as a name or as NumPy's type; raise where there is no such program."""
    try:
        name = str(np.dtype(dtype)) if dtype is not None else ""
    except TypeError:
        name = ""
    if name not in ("float64", "float32"):
        raise ValueError(f"dtype must be 'float64' or 'float32', and it is {dtype!r}")
    return name


class Program:
    """A loss compiled for whole batches; made by ``micrograd.compile``.

    The weights live in the model's Values: every call reads them there, ``train`` writes them back.
    """

    def __init__(
        self,
        loss: Callable[..., Value],
        model: Any,
        *,
        threads: int | None = None,
        dtype: str = "float64",
        ahead: bool = True,
    ) -> None:
        """See ``compile``; with ``ahead`` False, nothing is compiled before the first data come."""
        if not callable(loss):
            raise TypeError(
                f"loss must be a function loss(x, y) of one sample, and it is a {type(loss).__name__}"
            )
        if threads is not None:
            threads = min(whole("threads", threads, 1), _MOST_THREADS)
        self.dtype = _precision(dtype)
        self._loss = loss
        self._model = model
        self._threads = threads or _default_threads()
        # What was found out about the threads, for each size of network and batch.
        self._choices: dict[tuple[int, int], ThreadChoice] = {}
        self._ahead = ahead
        self._start()

    def _start(self) -> None:
        """Begin with the parameters that the model has now."""
        self._parameters = Parameters(self._model)
        self._losses = Family(self._loss, self._parameters, with_gradient=True, dtype=self.dtype)
        self._outputs = Family(self._model, self._parameters, with_gradient=False, dtype=self.dtype)
        self._training: Training | None = None
        features = features_of(self._model)
        if features is not None and self._ahead:
            self._losses.try_without_data(features)

    def _notice_changes(self, family: Family | None = None) -> bool:
        """Begin anew where the model has other parameters; return whether what a function reads has changed.

        Layers, or parameters of them, may have been replaced, or more may have come. Where the function reads all that
        they are made of, one comparison is enough for both.
        """
        changed = family is None or family.changed()
        covered = not changed and family is not None and family.covers_parameters
        if not covered and not self._parameters.is_current():
            self._start()
            return True
        return changed

    def __reduce__(self) -> Any:
        raise TypeError(
            "a program cannot be copied or pickled: it computes with the Values of its model. Copy or pickle the "
            "model, and call micrograd.compile with the other one"
        )

    def __call__(self, X: Any, Y: Any = None, sample_weight: Any = None) -> tuple[float, Array]:
        """Return the mean loss over the samples and its gradient, in the order of ``model.parameters()``.

        ``X`` is an array, list or DataFrame of shape (samples, features), ``Y`` of shape (samples,) or (samples,
        targets). With ``sample_weight`` of shape (samples,), numbers from 0 on, it is the weighted mean, ``sum(weight *
        loss) / sum(weight)``; a sample of weight 0 is as if it were not there, whatever it holds. The parameters' own
        ``.grad`` are left alone. Raises ``ValueError`` on NaN, infinity, wrong shapes, and ``CompileError`` where the
        program would not give what the loss gives.
        """
        if sample_weight is None:
            found = self._losses.quickly(X, Y)  # at_once.answer, one call of Python shorter
            if found is False:
                found = at_once.of_new_data(self._losses, X, Y)
            if found:
                answer: tuple[float, Array] = found
                return answer
        changed = self._notice_changes(self._losses)
        batch = data.batch(X, Y, sample_weight, self.dtype)
        compiled = self._losses.for_data(batch, (X, Y), len(batch.X), changed)
        flags = compiled.machine.flags_for(len(batch.X))
        started = time.perf_counter()
        value, gradient = compiled.machine.gradient(
            self._parameters.read(),
            batch.X,
            batch.Y,
            self._threads,
            captured=compiled.leaves(),
            weights=batch.weights,
            flags=flags,
        )
        compiled.took(time.perf_counter() - started, len(batch.X))
        single = compiled.machine is not compiled.exact
        lost = single and not (math.isfinite(value) and np.isfinite(gradient).all())
        self._losses.look(compiled, batch, flags, range(len(batch.X)), lost)
        self._losses.called(compiled)
        return value, self._parameters.in_order(gradient)

    def predict(self, X: Any) -> Array:
        """Return ``model(x)`` for each sample: shape (samples,), or (samples, outputs) when it returns a list.

        ``X`` is as in a call. This is the model's own output: a function that only the loss applies to it, such as
        a sigmoid, is not part of it (see ``evaluate``).
        """
        if not callable(self._model):
            raise TypeError(
                f"predict needs a model that can be called, and a {type(self._model).__name__} cannot be"
            )
        out: Array | None = at_once.answer(self._outputs, X)
        if out is not None:
            return out
        self._notice_changes(self._outputs)
        return self._evaluate(self._outputs, X)

    def evaluate(self, function: Callable[[list[Value]], Any], X: Any) -> Array:
        """Return ``function(x)`` for each sample, where ``x`` is the list of its features as Values.

        Like ``predict`` for any function: ``program.evaluate(lambda x: model(x).sigmoid(), X)``. The function is
        traced and compiled anew at every call.
        """
        self._notice_changes()
        return self._evaluate(Family(function, self._parameters, with_gradient=False, dtype=self.dtype), X)

    def train(
        self,
        X: Any,
        Y: Any,
        steps: int,
        learning_rate: float | Callable[[int], float] | None = None,
        batch_size: int | None = None,
        *,
        optimizer: Any = "SGD",
        momentum: float = 0.0,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        seed: int | None = None,
        callback: Callable[[int, float], object] | None = None,
        callback_every: int = 1,
        patience: int | None = None,
        tolerance: float = 0.0,
        resume: bool = False,
        sample_weight: Any = None,
    ) -> Array:
        """Train the model's weights for ``steps`` steps and return the loss of each, before its update.

        ``learning_rate`` is a number, or a schedule: a function of the step (from 0), such as
        ``lambda k: 1 - 0.9 * k / 100``. With ``batch_size``, each step takes the next so many samples of an order
        shuffled anew at every epoch from ``seed`` (the last batch of an epoch may be smaller); without, all samples.

        ``optimizer`` is ``"SGD"`` (with ``momentum``) or ``"Adam"`` (with ``betas`` and ``epsilon``), or an object of
        ``micrograd.optim``: its settings are taken, its learning rate too unless ``learning_rate`` is given, and one
        that was made with the model's parameters goes on from its own state and keeps the new one.

        ``callback(step, loss)`` is called after steps 0, ``callback_every``, 2 * ``callback_every``, ... with the
        weights written back, and may change them; when it returns True, training ends. With ``patience``, training
        ends when the loss has not fallen by more than ``tolerance`` below its best for so many steps. ``resume`` goes
        on with the moments and the count of steps of the call before, so that schedules and Adam see one long
        training.

        ``sample_weight`` is as in a call: the loss of a step is the weighted mean over its samples, and a sample of
        weight 0 is in none of the batches.

        The weights are written back into the model's Values, also when training is interrupted. Raises
        ``DivergenceError`` when the loss or the weights leave the finite numbers, ``ValueError`` and ``TypeError``
        for settings and data that make no sense.
        """
        changed = self._notice_changes(self._losses)
        batch = data.batch(X, Y, sample_weight, self.dtype)
        settings = Settings(
            steps=steps,
            learning_rate=learning_rate,
            batch_size=batch_size,
            optimizer=optimizer,
            momentum=momentum,
            betas=betas,
            epsilon=epsilon,
            seed=seed,
            callback=callback,
            callback_every=callback_every,
            patience=patience,
            tolerance=tolerance,
        )
        size = min(len(batch.X), settings.batch_size or len(batch.X))
        compiled = self._losses.for_data(batch, (X, Y), settings.steps * size, changed)
        self._losses.forget_last_call()  # what the training takes counts, too, for when a look is due
        earlier = self._training if resume else None
        threads = self._choices.setdefault((id(compiled.machine), size), ThreadChoice(self._threads))
        self._training = Training(self._losses, compiled, self._parameters, settings, threads, earlier)
        return self._training.run(batch)

    def to_json(self, X: Any = None, Y: Any = None) -> str:
        """Return the program as JSON: the very words that the kernels run, and the weights as they are now.

        What runs it elsewhere, such as the kernels in a page, needs nothing of Python; ``docs/compiler.md`` describes
        the format.
        ``X`` and ``Y`` are data as in a call, for which the program is; without them it is the one that was compiled.
        Raises ``ValueError`` where none was compiled yet, or several were.
        """
        if X is not None:
            parameters, _, compiled = self.compiled_for(X, Y)
        else:
            self._notice_changes()
            known = list(self._losses.compiled.values())
            if len(known) != 1:
                raise ValueError(
                    f"{len(known)} programs were compiled so far, and one is to be written: give to_json() samples of "
                    "the data that it is for, as you would call the program with them"
                )
            parameters, compiled = self._parameters, known[0]
        return json.dumps(exchange.told(compiled, parameters), allow_nan=False)

    @property
    def codes(self) -> list[Code]:
        """The instruction lists compiled so far, one for each number of features and targets."""
        return self._losses.codes

    def compiled_for(self, X: Any, Y: Any = None) -> tuple[Parameters, data.Batch, Compiled]:
        """Return the parameters, the data as the machines take them, and what was compiled for such data."""
        self._notice_changes()
        batch = data.batch(X, Y, None, self.dtype)
        return self._parameters, batch, self._losses.for_data(batch, (X, Y), len(batch.X))

    def compiled_output_for(self, X: Any) -> Compiled | None:
        """Return what was compiled of the model's own output, or None where it cannot be called."""
        if not callable(self._model):
            return None
        batch = data.batch(X, None, None, self.dtype)
        return self._outputs.for_data(batch, (X, None), len(batch.X))

    def _evaluate(self, family: Family, X: Any) -> Array:
        batch = data.batch(X, None, None, self.dtype)
        compiled = family.for_data(batch, (X, None), len(batch.X))
        flags = compiled.machine.flags_for(len(batch.X))
        started = time.perf_counter()
        out = compiled.machine.evaluate(
            self._parameters.read(), batch.X, self._threads, captured=compiled.leaves(), flags=flags
        )
        compiled.took(time.perf_counter() - started, len(batch.X))
        lost = compiled.machine is not compiled.exact and not np.isfinite(out).all()
        family.look(compiled, batch, flags, range(len(batch.X)), lost)
        family.called(compiled)
        return out if compiled.graph.is_list else out[:, 0]
