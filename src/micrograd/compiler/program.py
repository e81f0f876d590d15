"""``compile`` and ``Program``: the user's side of the compiler."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from micrograd.compiler import data, graphs
from micrograd.compiler.codes import code_for
from micrograd.compiler.errors import CompileError
from micrograd.compiler.instructions import Code
from micrograd.compiler.machines import Machine, machine
from micrograd.compiler.parameters import Parameters, features_of
from micrograd.compiler.settings import Settings
from micrograd.compiler.trace import Graph
from micrograd.compiler.training import ThreadChoice, Training
from micrograd.engine import Value

Array = NDArray[np.float64]


def compile(loss: Callable[..., Value], model: Any, *, threads: int | None = None) -> Program:
    """Return a program that computes and trains ``loss`` over whole batches, without Python in the loop.

    ``loss(x, y)`` computes the loss of one sample: ``x`` is the list of its features as Values, ``y`` its target as
    a Value, or a list of Values where the targets have several columns (``loss(x)`` where there are none). It returns
    a Value made with the engine's operations. ``model`` is what is trained: a ``Module``, anything with
    ``parameters()``, or a list of Values. ``threads`` bounds the threads used where there is enough work for them
    (default: what ``OMP_NUM_THREADS`` says, else one for each processor); it never changes a result.

    The function is run on a few samples and its graph is compiled, so everything in it that is not a Value (Python
    loops, sizes, numbers) is fixed from then on. Raises ``CompileError`` when the graph depends on the data, holds an
    operation of the user's own or an overwritten ``.data``. When the number of features cannot be known from the
    model, or the loss needs real samples to run, these errors come with the first samples instead.
    """
    return Program(loss, model, threads=threads)


def _default_threads() -> int:
    # joblib and Dask set this variable in their workers, so that these do not compete for the processors.
    given = os.environ.get("OMP_NUM_THREADS", "")
    if given.isdigit() and int(given) > 0:
        return int(given)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Program:
    """A loss compiled for whole batches; made by ``micrograd.compile``.

    The weights live in the model's Values: every call reads them there, ``train`` writes them back.
    """

    def __init__(self, loss: Callable[..., Value], model: Any, *, threads: int | None = None) -> None:
        if not callable(loss):
            raise TypeError(
                f"loss must be a function loss(x, y) of one sample, and it is a {type(loss).__name__}"
            )
        if threads is not None and threads < 1:
            raise ValueError(f"threads must be at least 1, and it is {threads}")
        self._loss = loss
        self._model = model
        self._threads = threads or _default_threads()
        self._parameters = Parameters(model)
        self._losses = _Family(loss, self._parameters, with_gradient=True)
        self._outputs = _Family(model, self._parameters, with_gradient=False)
        self._training: Training | None = None
        # What was found out about the threads, for each size of network and batch.
        self._choices: dict[tuple[int, int], ThreadChoice] = {}
        features = features_of(model)
        if features is not None:
            self._losses.try_without_data(features)

    def __call__(self, X: Any, Y: Any = None) -> tuple[float, Array]:
        """Return the mean loss over the samples and its gradient, in the order of ``model.parameters()``.

        ``X`` is an array, list or DataFrame of shape (samples, features), ``Y`` of shape (samples,) or (samples,
        targets). The parameters' own ``.grad`` are left alone. Raises ``ValueError`` on NaN, infinity, wrong shapes.
        """
        X = data.features(X)
        Y = data.targets(Y, len(X))
        _, runner = self._losses.for_data(X, Y)
        value, by_parameters = runner.gradient(self._parameters.read(), X, Y, self._threads)
        return value, self._parameters.in_order(by_parameters)

    def predict(self, X: Any) -> Array:
        """Return ``model(x)`` for each sample: shape (samples,), or (samples, outputs) when it returns a list.

        ``X`` is as in a call. This is the model's own output: a function that only the loss applies to it, such as
        a sigmoid, is not part of it (see ``evaluate``).
        """
        if not callable(self._model):
            raise TypeError(
                f"predict needs a model that can be called, and a {type(self._model).__name__} cannot be"
            )
        return self._evaluate(self._outputs, X)

    def evaluate(self, function: Callable[[list[Value]], Any], X: Any) -> Array:
        """Return ``function(x)`` for each sample, where ``x`` is the list of its features as Values.

        Like ``predict`` for any function: ``program.evaluate(lambda x: model(x).sigmoid(), X)``. The function is
        traced and compiled anew at every call.
        """
        return self._evaluate(_Family(function, self._parameters, with_gradient=False), X)

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

        The weights are written back into the model's Values, also when training is interrupted. Raises
        ``DivergenceError`` when the loss or the weights leave the finite numbers, ``ValueError`` and ``TypeError``
        for settings and data that make no sense.
        """
        X = data.features(X)
        Y = data.targets(Y, len(X))
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
        _, runner = self._losses.for_data(X, Y)
        earlier = self._training if resume else None
        size = id(runner), min(len(X), settings.batch_size or len(X))
        threads = self._choices.setdefault(size, ThreadChoice(self._threads))
        self._training = Training(runner, self._parameters, settings, threads, earlier)
        return self._training.run(X, Y)

    @property
    def codes(self) -> list[Code]:
        """The instruction lists compiled so far, one for each number of features and targets."""
        return self._losses.codes

    def _evaluate(self, family: _Family, X: Any) -> Array:
        X = data.features(X)
        graph, runner = family.for_data(X, data.targets(None, len(X)))
        out = runner.evaluate(self._parameters.read(), X, self._threads)
        return out if graph.is_list else out[:, 0]


class _Family:
    """One function's programs, one for each number of features and targets that data came with."""

    def __init__(self, function: Callable[..., Any], parameters: Parameters, *, with_gradient: bool) -> None:
        self.function = function
        self.parameters = parameters
        self.with_gradient = with_gradient
        self.compiled: dict[tuple[int, int], tuple[Graph, Machine]] = {}
        self.codes: list[Code] = []
        self.seen_data: set[tuple[int, int]] = set()

    def try_without_data(self, features: int) -> None:
        graph = graphs.trace_without_data(self.function, self.parameters, features)
        if graph is not None:
            self._compile(graph, (features, 1))

    def for_data(self, X: Array, Y: Array) -> tuple[Graph, Machine]:
        key = (X.shape[1], Y.shape[1])
        if key not in self.seen_data:
            known = self.compiled[key][0] if key in self.compiled else None
            samples = graphs.choose_samples(X, Y)
            graph = graphs.trace_samples(self.function, self.parameters, samples[:2], known)
            graphs.check(self.function, self.parameters, samples[1 if known else 2 :] or samples, graph)
            if known is None:
                self._compile(graph, key)
            self.seen_data.add(key)
        return self.compiled[key]

    def _compile(self, graph: Graph, key: tuple[int, int]) -> None:
        if self.with_gradient and graph.is_list:
            raise CompileError(
                f"the loss returned a list of {len(graph.results)} Values, and it must be one Value: add them up"
            )
        code = code_for(graph.expressions, graph.results, key[0], self.with_gradient)
        self.codes.append(code)
        self.compiled[key] = graph, machine(code)
