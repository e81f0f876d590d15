"""Decision boundaries and training curves: what is drawn, for which models, and what is refused."""

import subprocess
import sys

import pytest

pytest.importorskip("matplotlib", reason="matplotlib is not installed: NO FIGURE IS TESTED")

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_hex

from micrograd import nn
from micrograd.engine import Value
from micrograd.plot import decision_boundary, training_curves

X = np.array([[-1.0, -1.0], [1.0, -0.5], [-0.5, 1.0], [1.0, 1.0]])
Y = np.array([0, 0, 1, 1])


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def line(slope=2.0, shift=0.0, across=0.0):
    """A perceptron whose boundary is ``across * x0 + slope * x1 + shift = 0``."""
    model = nn.MLP(2, [1])
    for p, value in zip(model.parameters(), (across, slope, shift)):
        p.data = value
    return model


def colored(ax, x0, x1):
    """The colour of the filled region at a point, as it was drawn."""
    point = ax.transData.transform((x0, x1))
    found = []
    for collection in ax.collections:
        if hasattr(collection, "levels") and collection.filled:
            for path, color in zip(collection.get_paths(), collection.get_facecolor()):
                if path.transformed(collection.get_transform()).contains_point(point):
                    found.append(to_hex(color))
    assert len(found) == 1, found
    return found[0]


def boundary_points(ax):
    return np.concatenate(
        [
            path.vertices
            for collection in ax.collections
            if hasattr(collection, "levels") and not collection.filled
            for path in collection.get_paths()
        ]
    )


@settings(max_examples=10)
@given(slope=st.floats(0.5, 3), shift=st.floats(-0.3, 0.3), across=st.floats(-1, 1))
def test_the_boundary_is_where_the_models_output_is_zero(slope, shift, across):
    ax = decision_boundary(line(slope, shift, across), X, Y, resolution=20)
    points = boundary_points(ax)
    assert np.abs(points @ [across, slope] + shift).max() < 1e-9
    of_label = label_colors(ax)
    for x0, x1 in ((-0.9, -1), (0.9, 1), (0.9, -1), (-0.9, 1)):
        height = across * x0 + slope * x1 + shift
        # Within a cell of the grid the drawn line is straight, as the boundary is.
        if abs(height) > 1e-6:
            assert colored(ax, x0, x1) == of_label[int(height > 0)]
    plt.close("all")


def label_colors(ax):
    """The colours of the points of the first and of the second class."""
    points = [c for c in ax.collections if c.get_label().startswith("$y")]
    assert [c.get_label() for c in points] == ["$y = 0$", "$y = 1$"]
    return [to_hex(c.get_facecolor()[0]) for c in points]


def test_each_region_has_the_colour_of_its_points():
    ax = decision_boundary(line(), X, Y, resolution=10)
    assert [colored(ax, 0, -0.9), colored(ax, 0, 0.9)] == label_colors(ax)
    assert len(set(label_colors(ax))) == 2


def test_points_of_different_classes_have_different_markers():
    ax = decision_boundary(line(), X, Y, resolution=10)
    points = [c for c in ax.collections if c.get_label().startswith("$y")]
    assert sum(len(c.get_offsets()) for c in points) == len(X)
    shapes = {tuple(c.get_paths()[0].vertices.ravel()) for c in points}
    assert len(shapes) == 2


class Predicts:
    def predict(self, points):
        return np.where(points[:, 1] > 0, "up", "down")


class Probable(Predicts):
    def predict_proba(self, points):
        up = 1 / (1 + np.exp(-points[:, 1]))
        return np.stack([1 - up, up], axis=1)


class Decides(Predicts):
    def decision_function(self, points):
        return points[:, 1]


MODELS = {
    "a module": (line(), Y),
    "a callable that returns a Value": (lambda x: Value(x[1]), Y),
    "a callable that returns a score": (lambda x: 3 * x[1], Y),
    "a callable that returns a probability": (lambda x: line()(x).sigmoid(), Y),
    "a callable that writes the sigmoid into data": (lambda x: overwritten(line()(x)), Y),
    "a callable with an output for each class": (lambda x: [Value(0), Value(x[1])], Y),
    "labels -1 and 1": (line(), 2 * Y - 1),
    "labels as booleans": (line(), Y == 1),
    "a column of labels": (line(), Y[:, None]),
    "labels as a list": (line(), Y.tolist()),
    "predict": (Predicts(), np.array(["down", "down", "up", "up"])),
    "predict_proba": (Probable(), np.array(["down", "down", "up", "up"])),
    "decision_function": (Decides(), np.array(["down", "down", "up", "up"])),
}


def overwritten(out):
    out.data = 1 / (1 + np.exp(-out.data))
    return out


@pytest.mark.parametrize("name", MODELS)
def test_models_of_every_kind(name):
    model, labels = MODELS[name]
    ax = decision_boundary(model, X, labels, resolution=21)
    assert np.abs(boundary_points(ax)[:, 1]).max() < 0.11
    assert colored(ax, 0, -0.9) != colored(ax, 0, 0.9)


def test_a_models_scores_may_happen_to_lie_between_0_and_1():
    # Only for a plain callable do outputs within [0, 1] stand for probabilities.
    ax = decision_boundary(line(slope=0.1, shift=0.5), X, Y, resolution=5)
    assert not [c for c in ax.collections if hasattr(c, "levels") and not c.filled]


def test_threshold():
    ax = decision_boundary(line(slope=1.0), X, Y, threshold=0.5, resolution=30)
    assert boundary_points(ax)[:, 1] == pytest.approx(0.5)
    ax = decision_boundary(Probable(), X, ["down", "down", "up", "up"], threshold=0.7, resolution=60)
    assert boundary_points(ax)[:, 1] == pytest.approx(np.log(0.7 / 0.3), abs=1e-3)


def test_three_classes():
    def model(x):
        return [Value(-x[0]), Value(x[0]), Value(x[1] * 2)]

    ax = decision_boundary(model, X, [0, 1, 2, 2], resolution=40)
    regions = [colored(ax, -0.9, -0.9), colored(ax, 0.9, -0.9), colored(ax, 0, 0.9)]
    assert len(set(regions)) == 3


def test_the_axes_are_named_and_returned():
    _, (first, second) = plt.subplots(1, 2)
    assert decision_boundary(line(), X, Y, second, resolution=10) is second
    assert not first.has_data()
    assert (second.get_xlabel(), second.get_ylabel()) == ("$x_0$", "$x_1$")


def test_columns_of_a_frame_name_the_axes():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=["length", "width"])
    ax = decision_boundary(line(), frame, pandas.Series(Y, index=[7, 5, 3, 1]), resolution=10)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("length", "width")


@pytest.mark.parametrize(("lang", "words"), [("fr", "frontière de décision"), ("en", "decision boundary")])
def test_the_legend_speaks_the_language(lang, words):
    ax = decision_boundary(line(), X, Y, resolution=10, lang=lang)
    assert words in [text.get_text() for text in ax.get_legend().get_texts()]


def test_drawing_leaves_the_model_as_it_was():
    model = line()
    model([1.0, 2.0]).backward()
    before = [(p.data, p.grad) for p in model.parameters()]
    decision_boundary(model, X, Y, resolution=5)
    assert [(p.data, p.grad) for p in model.parameters()] == before


@pytest.mark.parametrize(
    ("points", "labels", "message"),
    [
        (np.zeros((4, 3)), Y, r"shape \(samples, 2\).*\(4, 3\)"),
        (np.zeros(4), Y, r"shape \(samples, 2\).*\(4,\)"),
        (np.zeros((0, 2)), [], r"shape \(samples, 2\).*\(0, 2\)"),
        ([["a", "b"]], [0], "X must hold numbers"),
        ([[0, 0], [np.nan, 1]], [0, 1], r"sample 1 is \[nan, 1.0\]"),
        ([[0, 0], [np.inf, 1]], [0, 1], r"sample 1 is \[inf, 1.0\]"),
        (X, [0, 1, 1], r"each of the 4 samples.*\(3,\)"),
        (X, np.zeros((4, 2)), r"each of the 4 samples.*\(4, 2\)"),
        (X, [0, 1, np.nan, 1], "label 2 is not"),
        (X, [1, 1, 1, 1], "at least two classes"),
        (X, [0, 1, 2, 2], r"1 output\(s\), but y has 3 classes"),
    ],
)
def test_bad_samples_and_labels_are_refused(points, labels, message):
    with pytest.raises(ValueError, match=message):
        decision_boundary(line(), points, labels)
    assert not plt.get_fignums()


def test_bad_models_are_refused():
    with pytest.raises(TypeError, match="can be called or that has predict, got int"):
        decision_boundary(3, X, Y)
    with pytest.raises(ValueError, match=r"not finite at \[-1\.2, -1\.2\]"):
        decision_boundary(lambda x: float("nan"), X, Y)
    with pytest.raises(ValueError, match="predicts 'down', which is not among the labels"):
        decision_boundary(Predicts(), X, Y)
    with pytest.raises(ValueError, match="resolution must be at least 2"):
        decision_boundary(line(), X, Y, resolution=1)


HISTORIES = {
    "a mapping": {"loss": [3.0, 2.0, 1.0], "accuracy": [0.5, 0.75, 1.0]},
    "pairs": [(3.0, 0.5), (2.0, 0.75), (1.0, 1.0)],
    "mappings": [
        {"loss": 3.0, "accuracy": 0.5},
        {"loss": 2.0, "accuracy": 0.75},
        {"loss": 1.0, "accuracy": 1.0},
    ],
    "percentages": {"loss": [3.0, 2.0, 1.0], "accuracy": [50, 75, 100]},
    "Values": {"loss": [Value(3.0), Value(2.0), Value(1.0)], "accuracy": (0.5, 0.75, 1.0)},
    "arrays": {"loss": np.array([3.0, 2.0, 1.0]), "accuracy": np.array([0.5, 0.75, 1.0])},
}


@pytest.mark.parametrize("name", HISTORIES)
def test_curves_of_loss_and_accuracy(name):
    ax = training_curves(HISTORIES[name], lang="en")
    loss, accuracy = ax.figure.axes
    assert loss is ax
    assert loss.lines[0].get_ydata() == pytest.approx([3, 2, 1])
    assert accuracy.lines[0].get_ydata() == pytest.approx([0.5, 0.75, 1])
    assert (loss.get_ylabel(), accuracy.get_ylabel()) == ("mean loss", "accuracy")
    assert accuracy.get_xlabel() == "iteration"
    ax.figure.canvas.draw()
    assert "100" in "".join(t.get_text() for t in accuracy.get_yticklabels())
    assert not set(map(to_hex, [loss.lines[0].get_color()])) & {to_hex(accuracy.lines[0].get_color())}


@pytest.mark.parametrize(
    "history", [[3.0, 2.0], {"loss": [3.0, 2.0]}, np.array([3.0, 2.0]), [(3.0,), (2.0,)]]
)
def test_curve_of_the_loss_alone(history):
    ax = training_curves(history, lang="fr")
    assert ax.figure.axes == [ax]
    assert ax.lines[0].get_ydata() == pytest.approx([3, 2])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("itération", "erreur moyenne")


@pytest.mark.parametrize(("lang", "expected"), [("en", "95.5%"), ("fr", "95,5\N{NO-BREAK SPACE}%")])
def test_percentages_are_set_as_in_the_language(lang, expected):
    top = training_curves([(0.3, 0.75), (0.2, 0.96)], lang=lang)
    bottom = next(axes for axes in top.figure.axes if axes is not top)
    written = bottom.yaxis.get_major_formatter()
    assert written(0.955) == expected
    assert written(0.95) == expected.replace(".5", "").replace(",5", "")


def test_curves_in_the_axes_given():
    figure, (first, second) = plt.subplots(1, 2)
    was = second.get_position()
    assert training_curves(HISTORIES["pairs"], second) is second
    assert not first.has_data()
    below = figure.axes[2]
    assert second.get_position().y0 >= below.get_position().y1
    assert below.get_position().y0 == pytest.approx(was.y0)
    assert second.get_position().y1 == pytest.approx(was.y1)


def test_curves_in_axes_without_a_grid():
    figure = plt.figure()
    ax = figure.add_axes((0.2, 0.2, 0.6, 0.6))
    training_curves(HISTORIES["pairs"], ax)
    assert ax.get_position().y0 >= figure.axes[1].get_position().y1


@pytest.mark.parametrize(
    ("history", "message"),
    [
        ([], "history is empty"),
        ({"loss": []}, "history is empty"),
        ({"accuracy": [1.0]}, r"needs the key 'loss'.*\['accuracy'\]"),
        ({"loss": [1.0, 2.0], "accuracy": [0.5]}, "2 losses but 1 accuracies"),
        ([1.0, float("nan")], "loss of iteration 1 is nan: the training diverged"),
        ([(1.0, 0.5), (float("inf"), 0.5)], "loss of iteration 1 is inf"),
    ],
)
def test_bad_histories_are_refused(history, message):
    with pytest.raises(ValueError, match=message):
        training_curves(history)
    assert not plt.get_fignums()


def test_importing_the_module_loads_neither_matplotlib_nor_numpy():
    script = "import sys, micrograd.plot; print({'matplotlib', 'numpy'} & set(sys.modules))"
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "set()"
