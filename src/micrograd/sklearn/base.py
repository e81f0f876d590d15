"""What the classifier and the regressor share: their parameters, and the training by a compiled program."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from joblib import effective_n_jobs
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

import micrograd
from micrograd import optim, updates
from micrograd.engine import Value
from micrograd.nn import MLP, Neuron, squared_weights
from micrograd.sklearn.progress import progress_bar
from micrograd.sklearn.settings import Settings

Matrix = NDArray[np.float64]


class BaseMLP(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """A multi-layer perceptron that is trained on batches; see ``MLPClassifier`` and ``MLPRegressor``."""

    def __init__(
        self,
        hidden_layer_sizes: int | Sequence[int] = (16, 16),
        activation: str = "relu",
        *,
        optimizer: str = "adam",
        learning_rate: float | optim.Schedule = 0.01,
        momentum: float = 0.9,
        alpha: float = 1e-4,
        batch_size: int | str | None = "auto",
        max_iter: int = 200,
        tol: float | None = 1e-4,
        n_iter_no_change: int = 10,
        random_state: int | np.random.RandomState | None = None,
        n_jobs: int | None = None,
        verbose: bool = False,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.alpha = alpha
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.tol = tol
        self.n_iter_no_change = n_iter_no_change
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose

    # -- What the two differ in ---------------------------------------------------------------------------

    def _loss_of_output(self) -> Callable[[Any, Any], Value]:
        """Return the loss of one sample, a function of the model's output and the target, without the penalty.

        It is a function of no estimator: a program that referred to its own estimator would outlive it.
        """
        raise NotImplementedError

    # -- Training -----------------------------------------------------------------------------------------

    def _fit(self, X: Matrix, targets: Matrix) -> None:
        """Train from new weights until the loss no longer falls, or for ``max_iter`` epochs."""
        settings = Settings.of(self)
        self._start(settings, X.shape[1], targets.shape[1])
        best = np.inf
        with progress_bar(type(self).__name__, settings.max_iter, settings.verbose) as report:
            while self.n_iter_ < settings.max_iter:
                epochs = min(settings.n_iter_no_change, settings.max_iter - self.n_iter_)
                lowest = min(self._train(settings, X, targets, epochs, report))
                if settings.tol is not None and epochs == settings.n_iter_no_change:
                    if lowest > best - settings.tol:
                        return
                    best = min(best, lowest)
        if settings.tol is not None:
            warnings.warn(
                f"{type(self).__name__}: the loss was still falling after max_iter={settings.max_iter} "
                "epochs; give it more of them, a larger learning_rate, or features on a common scale "
                "(StandardScaler)",
                ConvergenceWarning,
                stacklevel=3,
            )

    def _partial_fit(self, X: Matrix, targets: Matrix, first: bool) -> None:
        """Train for one epoch, from the weights and the optimizer's state that there are."""
        settings = Settings.of(self)
        if first:
            self._start(settings, X.shape[1], targets.shape[1])
        # What was changed by set_params since the last part holds for this one.
        self.optimizer_.learning_rate = settings.learning_rate
        self._train(settings, X, targets, epochs=1, report=None)

    def _start(self, settings: Settings, features: int, outputs: int) -> None:
        self._generator = check_random_state(self.random_state)
        self.model_ = new_model(features, outputs, settings, self._generator)
        self.optimizer_ = settings.new_optimizer(self.model_.parameters())
        self.n_outputs_ = outputs
        self.n_iter_ = 0
        self.loss_curve_: list[float] = []
        self._program: micrograd.Program | None = None
        self._compiled_for: tuple[float, int] | None = None
        self._known_model = self.model_

    def _train(
        self,
        settings: Settings,
        X: Matrix,
        targets: Matrix,
        epochs: int,
        report: Callable[[int, float], None] | None,
    ) -> list[float]:
        """Train for some epochs and return the mean loss of each."""
        size = settings.batch_size_for(len(X))
        sizes = np.full(-(-len(X) // size), size)
        sizes[-1] = len(X) - size * (len(sizes) - 1)
        losses = self._compiled().train(
            X,
            targets,
            steps=len(sizes) * epochs,
            batch_size=None if size == len(X) else size,
            optimizer=self.optimizer_,
            seed=int(self._generator.randint(np.iinfo(np.int32).max)),
            callback=report,
            callback_every=len(sizes),
        )
        of_epochs: list[float] = (losses.reshape(epochs, len(sizes)) @ sizes / len(X)).tolist()
        self.loss_curve_ += of_epochs
        self.loss_ = of_epochs[-1]
        self.n_iter_ += epochs
        return of_epochs

    def _compiled(self) -> micrograd.Program:
        if self.model_ is not self._known_model:
            # The user has put another in its place: what was known of the old one's steps is of no use to it.
            self._known_model = self.model_
            self._program = None
            self.optimizer_ = Settings.of(self).new_optimizer(self.model_.parameters())
        wanted = (float(self.alpha), effective_n_jobs(self.n_jobs))
        if self._program is None or self._compiled_for != wanted:
            self._program = micrograd.Program(
                penalised(self.model_, self._loss_of_output(), wanted[0]),
                self.model_,
                threads=wanted[1],
                ahead=False,  # the data are there already
            )
            self._compiled_for = wanted
        return self._program

    # -- Prediction ---------------------------------------------------------------------------------------

    def _outputs(self, X: Any) -> Matrix:
        """Return the outputs of the model: shape (samples,), or (samples, outputs) where it has several."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, order="C", reset=False)
        return np.asarray(self._compiled().predict(X))

    def __getstate__(self) -> dict[str, Any]:
        # The compiled program is machine code and addresses; whoever needs it next compiles it again.
        state = dict(super().__getstate__())
        if "_program" in state:
            state["_program"] = None
        return state


def penalised(
    model: MLP, loss_of_output: Callable[[Any, Any], Value], alpha: float
) -> Callable[[Any, Any], Value]:
    """Return the loss of one sample with ``alpha / 2`` times the sum of the squared weights, no biases, added."""

    def loss(x: list[Value], y: Any) -> Value:
        data_loss: Value = loss_of_output(model(x), y)
        if alpha == 0:
            return data_loss
        penalised_loss: Value = data_loss + squared_weights(model) * (alpha / 2)
        return penalised_loss

    return loss


def new_model(features: int, outputs: int, settings: Settings, generator: np.random.RandomState) -> MLP:
    """Return an MLP with weights and biases drawn from ``generator``, uniformly within a bound for each layer.

    The bound is ``sqrt(6 / (inputs + outputs))``, and ``sqrt(2 / (inputs + outputs))`` for sigmoids (Glorot and Bengio,
    "Understanding the difficulty of training deep feedforward neural networks", 2010), as in scikit-learn's networks.
    With the larger ``sqrt(6 / inputs)`` for ReLU, networks with few inputs start far from any regression target: after
    as many epochs, friedman1 stood at an R2 of 0.913 instead of 0.941.
    """
    widths = [features, *settings.hidden_layer_sizes, outputs]
    # nn draws from Python's global generator: leave that as the user had it. One weight a layer is drawn there, since
    # others come in its place.
    state = random.getstate()
    model = MLP(1, [1] * (len(widths) - 1), activation=settings.activation)
    factor = 2 if settings.activation == "sigmoid" else 6
    for layer, width, height in zip(model.layers, widths, widths[1:]):
        bound = np.sqrt(factor / (width + height))
        rows = generator.uniform(-bound, bound, (height, width))
        biases = generator.uniform(-bound, bound, (height, 1))
        first = layer.neurons[0]
        layer.neurons = [Neuron(1, first.nonlin, first.activation) for _ in range(height)]
        weights = updates.leaves(rows.ravel())
        for place, (neuron, bias) in enumerate(zip(layer.neurons, updates.leaves(biases.ravel()))):
            neuron.w, neuron.b = weights[place * width : (place + 1) * width], bias
    random.setstate(state)
    return model
