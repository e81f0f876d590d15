"""``MLPClassifier``: a multi-layer perceptron that tells classes apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_expit, log_softmax, softmax
from sklearn.base import ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets, unique_labels
from sklearn.utils.validation import check_is_fitted, validate_data

from micrograd import losses
from micrograd.engine import Value
from micrograd.sklearn.base import BaseMLP, Matrix


class MLPClassifier(ClassifierMixin, BaseMLP):  # type: ignore[misc]  # scikit-learn has no types
    """Tells two or more classes apart with a multi-layer perceptron of scalars, trained at compiled speed.

    Two classes: one output, whose sigmoid is the probability of the second class. More: one output a class,
    and the softmax of them. The loss is the cross-entropy, with ``alpha / 2`` times the sum of the squared
    weights.

    Parameters:
        hidden_layer_sizes: neurons of each hidden layer; ``()`` for none, which is logistic regression.
        activation: of the hidden layers: "relu", "tanh", "sigmoid" or "linear".
        optimizer: "adam" or "sgd" (see ``micrograd.optim``).
        learning_rate: a number above 0, or a schedule: a function of the step, such as
            ``optim.Linear(1.0, 0.1, steps=100)``.
        momentum: of "sgd", from 0 to below 1. alpha: weight of the penalty on large weights, 0 or above.
        batch_size: samples a step; None for all of them, "auto" for 200 or all of them if they are fewer.
        max_iter: the most epochs (passes over the data) that ``fit`` makes. tol, n_iter_no_change: ``fit``
        compares the best loss of each ``n_iter_no_change`` epochs with the best
            before, and ends when it is not lower by ``tol``. With ``tol=None`` it makes all its epochs.
        random_state: seed, or generator, of the first weights and of the shuffling.
        n_jobs: threads for large batches, as joblib counts them; results do not depend on it.
        verbose: whether to show a progress bar.

    After ``fit``: ``model_`` (a ``micrograd.nn.MLP``), ``classes_``, ``n_features_in_``,
    ``feature_names_in_`` (where X has string column names), ``n_outputs_``, ``n_iter_`` (epochs), ``loss_``,
    ``loss_curve_`` (the mean loss of each epoch), ``optimizer_``. Bring features to a common scale first,
    with ``StandardScaler`` for example.
    """

    def fit(self, X: Any, y: Any) -> MLPClassifier:
        """Train on X of shape (samples, features) and labels y of shape (samples,), from new weights.

        Raises ``ValueError`` and ``TypeError`` for parameters and data that make no sense,
        ``DivergenceError`` when the loss leaves the finite numbers.
        """
        X, y = validate_data(self, X, y, dtype=np.float64, order="C")
        check_classification_targets(y)
        self.classes_ = self._checked_classes(unique_labels(y))
        self._fit(X, self._encode(y))
        return self

    def partial_fit(self, X: Any, y: Any, classes: Any = None) -> MLPClassifier:
        """Train for one epoch on a part of the data, from where the training stands.

        ``classes`` lists all labels that will ever come; it is needed in the first call. Raises
        ``ValueError`` when it is missing then, or changes later, or a label is none of them.
        """
        first = not hasattr(self, "model_")
        X, y = validate_data(self, X, y, dtype=np.float64, order="C", reset=first)
        check_classification_targets(y)
        if first:
            if classes is None:
                raise ValueError(
                    "classes is None: the first call of partial_fit needs the list of all classes"
                )
            self.classes_ = self._checked_classes(unique_labels(classes))
        elif classes is not None and not np.array_equal(self.classes_, unique_labels(classes)):
            raise ValueError(
                f"classes is {classes!r}, but an earlier call was given {self.classes_.tolist()!r}"
            )
        self._partial_fit(X, self._encode(y), first)
        return self

    def decision_function(self, X: Any) -> Matrix:
        """Return the outputs before the sigmoid, of shape (samples,), or the softmax, (samples, classes)."""
        return self._outputs(X)

    def predict_proba(self, X: Any) -> Matrix:
        """Return the probability of each class, in the order of ``classes_``: shape (samples, classes)."""
        output = self._outputs(X)
        if output.ndim == 1:
            return np.column_stack([expit(-output), expit(output)])
        return np.asarray(softmax(output, axis=1))

    def predict_log_proba(self, X: Any) -> Matrix:
        """Return the logarithms of ``predict_proba``, exact for the smallest ones too."""
        output = self._outputs(X)
        if output.ndim == 1:
            return np.column_stack([log_expit(-output), log_expit(output)])
        return np.asarray(log_softmax(output, axis=1))

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the likeliest class of each sample: shape (samples,)."""
        check_is_fitted(self)
        output = self._outputs(X)
        chosen = (output > 0).astype(int) if output.ndim == 1 else output.argmax(axis=1)
        return np.asarray(self.classes_[chosen])

    def _loss_of_output(self) -> Callable[[Any, Any], Value]:
        return losses.binary_cross_entropy_with_logits if len(self.classes_) == 2 else losses.cross_entropy

    def _checked_classes(self, classes: NDArray[Any]) -> NDArray[Any]:
        if len(classes) < 2:
            raise ValueError(
                f"y holds one class only, {classes.tolist()[0]!r}: a classifier needs samples of at least 2 "
                "classes"
            )
        return classes

    def _encode(self, y: NDArray[Any]) -> Matrix:
        """Return a column of 0 and 1 for two classes, else a column for each class with 1 where it is."""
        unknown = np.setdiff1d(y, self.classes_)
        if len(unknown):
            raise ValueError(
                f"y holds {unknown.tolist()[0]!r}, which is none of the classes {self.classes_.tolist()}"
            )
        codes = np.searchsorted(self.classes_, y)
        if len(self.classes_) == 2:
            return codes[:, np.newaxis].astype(np.float64)
        return np.eye(len(self.classes_))[codes]
