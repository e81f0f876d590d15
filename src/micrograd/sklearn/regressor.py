"""``MLPRegressor``: a multi-layer perceptron that predicts numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.utils import column_or_1d
from sklearn.utils.validation import validate_data

from micrograd import losses
from micrograd.engine import Value
from micrograd.sklearn.base import BaseMLP, Matrix


class MLPRegressor(RegressorMixin, BaseMLP):  # type: ignore[misc]  # scikit-learn has no types
    """Predicts one number a sample, or several, with a multi-layer perceptron trained at compiled speed.

    The loss is the mean squared error, with ``alpha / 2`` times the sum of the squared weights. The
    parameters, and what there is after ``fit``, are those of ``MLPClassifier`` (without ``classes_``). Bring
    features to a common scale first, with ``StandardScaler``, and targets with
    ``TransformedTargetRegressor``.
    """

    def fit(self, X: Any, y: Any) -> MLPRegressor:
        """Train on X of shape (samples, features) and y of shape (samples,) or (samples, outputs), anew.

        Raises ``ValueError`` and ``TypeError`` for parameters and data that make no sense,
        ``DivergenceError`` when the loss leaves the finite numbers.
        """
        X, targets = self._checked(X, y, reset=True)
        self._fit(X, targets)
        return self

    def partial_fit(self, X: Any, y: Any) -> MLPRegressor:
        """Train for one epoch on a part of the data, from where the training stands."""
        first = not hasattr(self, "model_")
        X, targets = self._checked(X, y, reset=first)
        if not first and targets.shape[1] != self.n_outputs_:
            raise ValueError(
                f"y has {targets.shape[1]} outputs a sample, but the model has {self.n_outputs_}"
            )
        self._partial_fit(X, targets, first)
        return self

    def predict(self, X: Any) -> Matrix:
        """Return the prediction for each sample: shape (samples,) or (samples, outputs)."""
        return self._outputs(X)

    def _loss_of_output(self) -> Callable[[Any, Any], Value]:
        return losses.mse

    def _checked(self, X: Any, y: Any, reset: bool) -> tuple[Matrix, Matrix]:
        X, y = validate_data(
            self, X, y, dtype=np.float64, order="C", multi_output=True, y_numeric=True, reset=reset
        )
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        return X, np.ascontiguousarray(y, dtype=np.float64).reshape(len(X), -1)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
