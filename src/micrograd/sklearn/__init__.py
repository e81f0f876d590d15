"""Estimators in scikit-learn's convention, on top of ``micrograd.compile``.

``MLPClassifier`` and ``MLPRegressor`` go wherever scikit-learn's own estimators go: pipelines,
``cross_val_score``, ``GridSearchCV``, ``DecisionBoundaryDisplay``. Their ``model_`` is a
``micrograd.nn.MLP``, whose graph can be drawn and explored like any other.
"""

from __future__ import annotations

from micrograd._needs import needs

with needs("sklearn"):
    import sklearn as _scikit_learn  # noqa: F401  -- an absolute name, so scikit-learn and not this package

from micrograd.sklearn.classifier import MLPClassifier
from micrograd.sklearn.regressor import MLPRegressor

__all__ = ["MLPClassifier", "MLPRegressor"]
