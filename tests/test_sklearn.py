"""The estimators keep scikit-learn's conventions to the letter, and compute what other libraries compute."""

from __future__ import annotations

import copy
import os
import pickle
import random
import subprocess
import sys
import warnings

import pytest

pytest.importorskip("sklearn", reason="scikit-learn is not installed: the estimators are not tested")

import itertools

import numpy as np
from sklearn.base import clone
from sklearn.datasets import load_iris, make_classification, make_moons, make_regression
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import log_loss, mean_squared_error
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.neural_network import MLPClassifier as TheirClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import LabelBinarizer, StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import micrograd
from micrograd import optim
from micrograd.nn import MLP
from micrograd.sklearn import MLPClassifier, MLPRegressor

MOONS = make_moons(100, noise=0.1, random_state=42)
IRIS = load_iris(return_X_y=True)
LINE = make_regression(80, 3, noise=5.0, random_state=0)
PAIR = make_regression(80, 3, n_targets=2, random_state=0)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
# As they come, both are checked whole below.
@parametrize_with_checks(
    [
        MLPClassifier(5, "tanh", optimizer="sgd", batch_size=None),
        MLPRegressor((), batch_size=7, tol=None, max_iter=50),
    ]
)
def test_scikit_learns_own_checks(estimator, check):
    check(estimator)


WHOLE = """
import warnings
from sklearn.utils.estimator_checks import check_estimator
from micrograd.sklearn import MLPClassifier, MLPRegressor
warnings.simplefilter("ignore")
for estimator in (MLPClassifier(), MLPRegressor()):
    results = check_estimator(estimator, on_skip=None, on_fail=None)
    # A check may be left out for want of pandas only.
    rest = [one for one in results if one["status"] != "passed"]
    rest = [one for one in rest if "not installed" not in str(one["exception"])]
    print(len(results), [one["check_name"] for one in rest])
"""


def test_check_estimator_passes_whole():
    # Under this setting, which has to be made before the import, no check is skipped.
    settings = {**os.environ, "SCIPY_ARRAY_API": "1"}
    run = subprocess.run([sys.executable, "-c", WHOLE], capture_output=True, text=True, env=settings)
    assert run.returncode == 0, run.stderr
    for line in run.stdout.strip().splitlines():
        count, failed = line.split(maxsplit=1)
        assert int(count) > 40
        assert failed == "[]"


# -- Against other libraries ----------------------------------------------------------------------------


def weights_of(estimator):
    return [value.data for name, value in estimator.model_.named_parameters() if ".w." in name]


@pytest.mark.parametrize("alpha", [0.0, 0.3])
@pytest.mark.parametrize("data", [MOONS, IRIS], ids=["two classes", "three classes"])
def test_the_loss_is_the_cross_entropy_and_the_penalty(data, alpha):
    X, y = data
    # With steps this small, the weights after the last step are those that the last loss was computed from.
    model = MLPClassifier(
        alpha=alpha, learning_rate=1e-14, max_iter=1, batch_size=None, random_state=0, tol=None
    )
    model.fit(X, y)
    penalty = alpha / 2 * sum(w * w for w in weights_of(model))
    assert model.loss_ == pytest.approx(log_loss(y, model.predict_proba(X)) + penalty, rel=1e-9)


@pytest.mark.parametrize("data", [LINE, PAIR], ids=["one output", "two outputs"])
def test_the_loss_is_the_squared_error_and_the_penalty(data):
    X, y = data
    model = MLPRegressor(
        alpha=0.3, learning_rate=1e-14, max_iter=1, batch_size=None, random_state=0, tol=None
    )
    model.fit(X, y)
    penalty = 0.15 * sum(w * w for w in weights_of(model))
    assert model.loss_ == pytest.approx(mean_squared_error(y, model.predict(X)) + penalty, rel=1e-9)


def test_without_hidden_layers_it_is_logistic_regression():
    X, y = make_classification(200, 4, random_state=3)
    ours = MLPClassifier(
        (), optimizer="sgd", learning_rate=0.5, alpha=1 / 200, batch_size=None, max_iter=3000
    )
    ours.set_params(tol=None, random_state=0).fit(X, y)
    theirs = LogisticRegression(C=1.0, tol=1e-10).fit(X, y)
    assert weights_of(ours) == pytest.approx(theirs.coef_[0].tolist(), rel=1e-5)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-6)


def test_without_hidden_layers_it_is_ridge_regression():
    X, y = LINE
    ours = MLPRegressor((), optimizer="sgd", learning_rate=0.1, alpha=0.5, batch_size=None, max_iter=3000)
    ours.set_params(tol=None, random_state=0).fit(X, y)
    theirs = Ridge(alpha=0.25 * len(X)).fit(X, y)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-6)


@pytest.mark.parametrize("activation", ["relu", "tanh", "logistic", "identity"])
@pytest.mark.parametrize("data", [MOONS, IRIS], ids=["two classes", "three classes"])
def test_the_same_weights_predict_the_same_as_scikit_learns_network(data, activation):
    X, y = data
    ours = MLPClassifier((5, 3), activation, max_iter=20, random_state=1, tol=None).fit(X, y)
    theirs = TheirClassifier((5, 3), activation=activation, max_iter=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        theirs.fit(X, y)
    layers = ours.model_.layers
    theirs.coefs_ = [np.array([[w.data for w in neuron.w] for neuron in layer.neurons]).T for layer in layers]
    theirs.intercepts_ = [np.array([neuron.b.data for neuron in layer.neurons]) for layer in layers]
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(ours.predict_log_proba(X), theirs.predict_log_proba(X), rtol=1e-8, atol=1e-9)
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))


@pytest.mark.parametrize("options", [{"optimizer": "sgd", "momentum": 0.5}, {"optimizer": "adam"}])
def test_training_equals_the_same_steps_on_values(options):
    X, y = MOONS
    rate = optim.Linear(0.1, 0.01, steps=5)
    estimator = MLPClassifier((3,), learning_rate=rate, alpha=0.2, batch_size=None, random_state=0, **options)
    # Starting points are equal for equal seeds, whatever the number of epochs.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        start = clone(estimator).set_params(max_iter=1, learning_rate=1e-300).fit(X, y).model_
        trained = estimator.set_params(max_iter=5).fit(X, y)
    parameters = start.parameters()
    optimizer = (
        optim.Adam(parameters, rate) if options["optimizer"] == "adam" else optim.SGD(parameters, rate, 0.5)
    )
    for loss in trained.loss_curve_:
        outputs = [start(row) for row in X.tolist()]
        mine = micrograd.losses.binary_cross_entropy_with_logits(outputs, y.tolist())
        weights = [value for name, value in start.named_parameters() if ".w." in name]
        mine = mine + sum(w * w for w in weights) * 0.1
        assert mine.data == pytest.approx(loss, rel=1e-9)
        optimizer.zero_grad()
        mine.backward()
        optimizer.step()
    expected = [p.data for p in parameters]
    assert [p.data for p in trained.model_.parameters()] == pytest.approx(expected, rel=1e-7, abs=1e-10)


# -- What users do with them ----------------------------------------------------------------------------


def test_two_moons_are_learnt():
    X, y = MOONS
    model = MLPClassifier(random_state=0, max_iter=500).fit(X, y)
    assert model.score(X, y) >= 0.99
    assert model.n_iter_ == len(model.loss_curve_) <= 500
    assert model.loss_curve_[-1] < model.loss_curve_[0] / 5


def test_three_classes_with_names():
    X, y = IRIS
    names = np.array(["setosa", "versicolor", "virginica"])[y]
    model = make_pipeline(StandardScaler(), MLPClassifier(random_state=0, tol=None)).fit(X, names)
    assert model.score(X, names) > 0.95
    assert model.classes_.tolist() == ["setosa", "versicolor", "virginica"]
    assert model.predict_proba(X).shape == (150, 3)
    np.testing.assert_allclose(model.predict_proba(X).sum(axis=1), 1)


def test_several_outputs():
    X, y = PAIR
    model = MLPRegressor((8,), random_state=0, max_iter=1000, learning_rate=0.03, tol=None).fit(X, y / 100)
    assert model.predict(X).shape == (80, 2)
    assert model.score(X, y / 100) > 0.95


def test_cross_validation_and_grid_search():
    X, y = MOONS
    pipeline = make_pipeline(StandardScaler(), MLPClassifier(random_state=0, tol=None, max_iter=100))
    scores = cross_val_score(pipeline, X, y, cv=3)
    assert scores.mean() > 0.8
    grid = {"mlpclassifier__hidden_layer_sizes": [(), (16,)], "mlpclassifier__learning_rate": [1e-5, 0.05]}
    search = GridSearchCV(pipeline, grid, cv=3).fit(X, y)
    assert search.best_params_ == {
        "mlpclassifier__hidden_layer_sizes": (16,),
        "mlpclassifier__learning_rate": 0.05,
    }
    assert search.best_score_ > 0.9


def test_decision_boundary_display():
    matplotlib = pytest.importorskip("matplotlib", reason="matplotlib is not installed: no boundary is drawn")
    matplotlib.use("Agg")
    from sklearn.inspection import DecisionBoundaryDisplay

    X, y = MOONS
    model = MLPClassifier(random_state=0, tol=None).fit(X, y)
    for method in ("predict", "predict_proba", "decision_function"):
        display = DecisionBoundaryDisplay.from_estimator(model, X, response_method=method, grid_resolution=20)
        assert display.response.shape == (20, 20)
        assert len(np.unique(display.response.round(3) > 0.5)) == 2


def test_the_fitted_model_is_a_network_of_values():
    X, y = MOONS
    estimator = MLPClassifier((4,), random_state=0, max_iter=20, tol=None).fit(X, y)
    model = estimator.model_
    assert isinstance(model, MLP)
    output = model(X[0].tolist())
    assert output.data == pytest.approx(estimator.decision_function(X[:1])[0], rel=1e-12)
    output.backward()
    assert model.layers[-1].neurons[0].b.grad == 1
    # Predictions follow what is done to the Values.
    model.layers[-1].neurons[0].b.data += 1.0
    assert estimator.decision_function(X[:1])[0] == pytest.approx(output.data + 1.0)


def test_data_frames_keep_their_column_names():
    pandas = pytest.importorskip("pandas", reason="pandas is not installed: no data frame is tried")
    X, y = MOONS
    frame = pandas.DataFrame(X, columns=["left", "right"])
    model = MLPClassifier(max_iter=5, tol=None, random_state=0).fit(frame, pandas.Series(y))
    assert model.feature_names_in_.tolist() == ["left", "right"]
    with pytest.raises(ValueError, match="feature names"):
        model.predict(frame[["right", "left"]])


# -- Randomness -----------------------------------------------------------------------------------------


def test_equal_seeds_give_equal_models():
    X, y = MOONS

    def weights(seed, **options):
        model = MLPClassifier(random_state=seed, max_iter=5, tol=None, batch_size=32, **options)
        return [p.data for p in model.fit(X, y).model_.parameters()]

    assert weights(7) == weights(7)
    assert weights(7) == weights(7, n_jobs=2)
    assert weights(7) == weights(np.random.RandomState(7))
    assert weights(7) != weights(8)
    assert weights(None) != weights(None)


def test_the_users_own_generators_are_left_alone():
    before = random.getstate(), np.random.get_state()[1].tolist()  # noqa: NPY002
    MLPClassifier(max_iter=2, random_state=0, tol=None).fit(*MOONS)
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before  # noqa: NPY002


def test_a_progress_bar_is_shown_and_changes_nothing(capsys):
    pytest.importorskip("tqdm", reason="tqdm is not installed: no progress bar is shown")
    X, y = MOONS
    quiet = MLPClassifier(random_state=0, max_iter=25, batch_size=30, tol=None).fit(X, y)
    assert capsys.readouterr().err == ""
    shown = clone(quiet).set_params(verbose=True).fit(X, y)
    assert "25/25" in capsys.readouterr().err
    assert shown.loss_curve_ == quiet.loss_curve_
    np.testing.assert_array_equal(shown.decision_function(X), quiet.decision_function(X))


# -- Training ends, goes on, and is refused -------------------------------------------------------------


def test_training_ends_where_the_loss_no_longer_falls():
    X, y = MOONS
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = MLPClassifier(random_state=0, tol=0.01, n_iter_no_change=5, max_iter=5000).fit(X, y)
    assert model.n_iter_ < 1000
    assert model.n_iter_ % 5 == 0
    earlier = min(model.loss_curve_[:-5])
    assert min(model.loss_curve_[-5:]) > earlier - 0.01
    blocks = [min(model.loss_curve_[k : k + 5]) for k in range(0, model.n_iter_ - 5, 5)]
    assert all(b <= a - 0.01 for a, b in itertools.pairwise(blocks))


def test_a_training_cut_short_is_said():
    with pytest.warns(ConvergenceWarning, match="max_iter=3"):
        MLPClassifier(random_state=0, max_iter=3).fit(*MOONS)


def test_every_sample_counts_once_an_epoch():
    # 100 samples in batches of 30: the last batch is smaller, and its loss counts for less.
    X, y = MOONS
    still = MLPClassifier(random_state=0, learning_rate=1e-14, alpha=0, max_iter=2, tol=None, batch_size=30)
    still.fit(X, y)
    assert still.loss_curve_ == pytest.approx([log_loss(y, still.predict_proba(X))] * 2, rel=1e-9)
    assert still.optimizer_.steps_taken == 8


def test_diverging_training_is_said_and_leaves_a_model():
    X, y = LINE
    model = MLPRegressor((), optimizer="sgd", learning_rate=1e9, batch_size=None, random_state=0)
    with pytest.raises(micrograd.DivergenceError, match=r"step .*learning rate"):
        model.fit(X, y)
    assert all(np.isfinite(p.data) for p in model.model_.parameters())


def test_partial_fit_learns_data_that_comes_in_parts():
    X, y = make_moons(2000, noise=0.1, random_state=0)
    model = MLPClassifier(random_state=0, batch_size=50, learning_rate=0.02)
    for start in range(0, 2000, 250):
        model.partial_fit(X[start : start + 250], y[start : start + 250], classes=[0, 1])
    assert model.n_iter_ == 8
    assert model.optimizer_.steps_taken == 8 * 5
    assert model.score(X, y) > 0.85


@pytest.mark.parametrize("options", [{"optimizer": "adam"}, {"optimizer": "sgd", "momentum": 0.9}])
def test_a_pickled_estimator_goes_on_where_it_was(options):
    X, y = MOONS
    model = MLPClassifier(random_state=0, batch_size=32, **options).partial_fit(X, y, classes=[0, 1])
    copy = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(copy.predict_proba(X), model.predict_proba(X))
    model.partial_fit(X, y)
    copy.partial_fit(X, y)
    np.testing.assert_array_equal(copy.predict_proba(X), model.predict_proba(X))
    assert copy.optimizer_.parameters[0] is copy.model_.parameters()[0]


def test_a_model_in_the_place_of_the_trained_one_predicts_and_is_trained():
    X, y = PAIR
    estimator = MLPRegressor((5,), random_state=0, max_iter=2, tol=None).fit(X, y)
    trained = estimator.model_
    expected = [p.data for p in trained.parameters()]
    estimator.model_ = copy.deepcopy(trained)
    for parameter in estimator.model_.parameters():
        parameter.data *= 2
    outputs = estimator.model_(X[0].tolist())
    np.testing.assert_allclose(estimator.predict(X[:1])[0], [output.data for output in outputs])
    before = weights_of(estimator)
    estimator.partial_fit(X, y)
    assert weights_of(estimator) != before
    assert estimator.optimizer_.parameters[0] is estimator.model_.parameters()[0]
    assert [p.data for p in trained.parameters()] == expected


def test_partial_fit_of_the_whole_data_equals_an_epoch_of_fit():
    X, y = PAIR
    fitted = MLPRegressor(random_state=0, max_iter=1, tol=None).fit(X, y)
    partly = MLPRegressor(random_state=0).partial_fit(X, y)
    np.testing.assert_array_equal(fitted.predict(X), partly.predict(X))
    # fit starts anew, whatever came before.
    np.testing.assert_array_equal(
        partly.set_params(max_iter=1, tol=None).fit(X, y).predict(X), fitted.predict(X)
    )


def test_parameters_may_change_from_part_to_part():
    X, y = LINE
    model = MLPRegressor((), random_state=0, optimizer="sgd", momentum=0, learning_rate=1e-3).partial_fit(
        X, y
    )
    before = weights_of(model)
    model.set_params(learning_rate=1e-12).partial_fit(X, y)
    assert weights_of(model) == pytest.approx(before, abs=1e-8)
    assert model.optimizer_.learning_rate(0) == 1e-12
    model.partial_fit(X, y)
    penalty = sum(w * w for w in before) / 2
    light, alpha = model.loss_, model.alpha
    assert model.set_params(alpha=alpha + 10.0).partial_fit(X, y).loss_ == pytest.approx(
        light + 10.0 * penalty
    )


def test_partial_fit_refuses_classes_that_do_not_fit():
    X, y = MOONS
    with pytest.raises(ValueError, match="classes is None"):
        MLPClassifier().partial_fit(X, y)
    model = MLPClassifier(random_state=0).partial_fit(X, y, classes=[0, 1])
    with pytest.raises(ValueError, match="y holds 2, which is none of the classes"):
        model.partial_fit(X, y + 1)
    with pytest.raises(ValueError, match=r"earlier call was given \[0, 1\]"):
        model.partial_fit(X, y, classes=[0, 1, 2])
    regressor = MLPRegressor(random_state=0).partial_fit(*PAIR)
    with pytest.raises(ValueError, match="1 outputs a sample, but the model has 2"):
        regressor.partial_fit(*LINE)


@pytest.mark.parametrize(
    ("parameters", "error", "words"),
    [
        ({"hidden_layer_sizes": (4, 0)}, ValueError, r"hidden_layer_sizes\[1\] is 0"),
        ({"hidden_layer_sizes": "4"}, TypeError, "hidden_layer_sizes is '4'"),
        ({"hidden_layer_sizes": 2.5}, TypeError, r"hidden_layer_sizes is 2\.5"),
        ({"activation": "swish"}, ValueError, "activation is 'swish'.*'relu'"),
        ({"optimizer": "lbfgs"}, ValueError, "optimizer is 'lbfgs'.*'adam', 'sgd'"),
        ({"learning_rate": 0}, ValueError, "learning_rate is 0"),
        ({"learning_rate": "adaptive"}, TypeError, "learning_rate is 'adaptive'"),
        ({"momentum": 1}, ValueError, "momentum is 1"),
        ({"alpha": -1}, ValueError, "alpha is -1"),
        ({"batch_size": 0}, ValueError, "batch_size is 0"),
        ({"batch_size": "all"}, ValueError, "batch_size is 'all'"),
        ({"max_iter": 0}, ValueError, "max_iter is 0"),
        ({"max_iter": 1.5}, TypeError, r"max_iter is 1\.5"),
        ({"tol": -1e-3}, ValueError, r"tol is -0\.001"),
        ({"n_iter_no_change": 0}, ValueError, "n_iter_no_change is 0"),
    ],
)
def test_bad_parameters_are_refused_by_name_and_value(parameters, error, words):
    for estimator in (MLPClassifier(**parameters), MLPRegressor(**parameters)):
        with pytest.raises(error, match=words):
            estimator.fit(*MOONS)
        assert not hasattr(estimator, "model_")


def test_bad_data_is_refused():
    X, y = MOONS
    with pytest.raises(ValueError, match="NaN"):
        MLPClassifier().fit(np.where(X > 1, np.nan, X), y)
    with pytest.raises(ValueError, match=r"one class only, 0.*2 classes"):
        MLPClassifier().fit(X, np.zeros(100, dtype=int))
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        MLPRegressor().fit(X, y[:-1])
    with pytest.raises(NotFittedError):
        MLPClassifier().predict(X)


def test_whatever_a_missing_library_is_needed_for_says_so():
    code = "import sys; sys.modules['sklearn'] = None; import micrograd; import micrograd.sklearn"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode != 0
    assert 'pip install "micrograd-lab[sklearn]' in run.stderr


def test_indicator_of_the_classes_is_scikit_learns():
    X, y = IRIS
    model = MLPClassifier(max_iter=1, tol=None, random_state=0).fit(X, y)
    np.testing.assert_array_equal(model._encode(y), LabelBinarizer().fit_transform(y))
