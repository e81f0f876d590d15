"""The figures where there is no Matplotlib: drawn as SVG, saying the same."""

import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from micrograd import data, nn, plot
from micrograd.plot import _svg
from micrograd.plot._regions import Regions

X, Y = data.make_moons(40, noise=0.1, random_state=1)
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def without_matplotlib(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)


def drawn(figure):
    assert isinstance(figure, plot.Figure)
    return ElementTree.fromstring(figure._repr_svg_())


def texts(root):
    return [element.text for element in root.iter(f"{SVG}text")]


def line(across, up, shift):
    model = nn.MLP(2, [1])
    for p, value in zip(model.parameters(), (across, up, shift)):
        p.data = value
    return model


def boundary_points(root):
    path = next(e for e in root.iter(f"{SVG}path") if e.get("class") == "boundary")
    return [tuple(map(float, point)) for point in re.findall(r"[ML]([-\d.]+) ([-\d.]+)", path.get("d"))]


@settings(max_examples=15, deadline=None)
@given(st.floats(-2, 2), st.floats(0.5, 2), st.floats(-0.3, 0.3))
def test_the_boundary_is_where_the_models_output_is_zero(across, up, shift):
    found = Regions([-1.0, 0.0, 1.0], [-1.0, 0.0, 1.0], [])
    lead = [[across * x + up * y + shift for x in found.across] for y in found.up]
    negative = [[-number for number in row] for row in lead]
    panel = _svg.Panel((0, 0, 100, 100), (-1.0, 1.0), (-1.0, 1.0))
    for path in _svg._lines(Regions(found.across, found.up, [negative, lead]), panel):
        for x, y in re.findall(r"[ML]([-\d.]+) ([-\d.]+)", path):
            # A tenth of a pixel is what coordinates are rounded to.
            assert abs(across * (float(x) / 50 - 1) + up * (1 - float(y) / 50) + shift) < 0.02


@settings(max_examples=15, deadline=None)
@given(st.floats(-2, 2), st.floats(-2, 2), st.floats(-0.9, 0.9))
def test_the_regions_fill_the_plane(across, up, shift):
    steps = [i / 4 - 1 for i in range(9)]
    lead = [[across * x + up * y + shift for x in steps] for y in steps]
    negative = [[-number for number in row] for row in lead]
    panel = _svg.Panel((0, 0, 1000, 1000), (-1.0, 1.0), (-1.0, 1.0))
    found = Regions(steps, steps, [])
    total = sum(area(piece) for one in (lead, negative) for piece in _svg._pieces(found, panel, one))
    assert total == pytest.approx(1e6, rel=1e-3) or (across == up == shift == 0)


def area(piece):
    points = []
    for command, numbers in re.findall(r"([MLHV])([-\d. ]+)", piece):
        values = [float(number) for number in numbers.split()]
        x, y = points[-1] if points else (0.0, 0.0)
        points.append(
            tuple(values) if command in "ML" else (values[0], y) if command == "H" else (x, values[0])
        )
    return abs(sum(a * d - b * c for (a, b), (c, d) in zip(points, points[1:] + points[:1]))) / 2


def test_every_sample_is_drawn_in_its_class_and_named():
    root = drawn(plot.decision_boundary(line(0.0, 1.0, -0.2), X, Y, lang="fr"))
    groups = [g for g in root.iter(f"{SVG}g") if g.get("stroke") == "white"]
    assert [len(g) for g in groups] == [20, 20]
    assert len({g.get("fill") for g in groups}) == 2
    assert len({g[0].get("d") for g in groups}) == 2  # shapes too tell the classes apart
    assert {"y = 0", "y = 1", "frontière de décision", "x₀", "x₁"} <= set(texts(root))
    assert "0,5" in texts(root)  # as in French
    assert boundary_points(root)
    root = drawn(plot.scatter(X, Y, lang="en"))
    assert "decision boundary" not in texts(root) and "0.5" in texts(root)


def test_three_classes_and_names_that_look_like_markup():
    model = lambda x: [-x[0], x[0], 2 * x[1]]  # noqa: E731
    points, labels = [[-1, -1], [1, -1], [0, 1], [0, 0.9]], ["<b>", "&", "c", "c"]
    root = drawn(plot.decision_boundary(model, points, labels, resolution=20, lang="en"))
    assert {"<b>", "&", "c"} <= set(texts(root))


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_curves(lang):
    history = {"loss": [0.3, 0.2, 0.15], "accuracy": [0.5, 0.8, 0.955]}
    root = drawn(plot.training_curves(history, lang=lang))
    loss, accuracy = (line.get("points").split() for line in root.iter(f"{SVG}polyline"))
    assert len(loss) == len(accuracy) == 3
    heights = [float(point.split(",")[1]) for point in loss]
    assert heights == sorted(heights)  # falling: further down the picture
    assert {"fr": "erreur moyenne", "en": "mean loss"}[lang] in texts(root)
    assert any(text and text.endswith({"fr": "\u00a0%", "en": "%"}[lang]) for text in texts(root))
    for short in ([1.0], [2.0, 2.0], {"loss": list(range(500))}):
        drawn(plot.training_curves(short))


@settings(max_examples=100, deadline=None)
@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6), st.integers(4, 9), st.booleans())
def test_ticks_are_few_and_round(low, width, most, whole):
    found = _svg.ticks(low, low + width, most, whole)
    assert 1 <= len(found) <= most + 1
    if whole:
        assert all(value == round(value) for value in found)


def test_it_is_saved_and_shown(tmp_path):
    figure = plot.training_curves([3.0, 2.0])
    figure.save(tmp_path / "curve.svg")
    assert (tmp_path / "curve.svg").read_text(encoding="utf-8") == figure.svg
    assert ".save(" in repr(figure)


def test_nothing_but_python_is_needed():
    script = (
        "import sys\n"
        "for name in ('numpy', 'matplotlib', 'sklearn', 'pandas'): sys.modules[name] = None\n"
        "from micrograd import data, nn, plot\n"
        "X, y = data.make_moons(random_state=0)\n"
        "print(plot.decision_boundary(nn.MLP(2, [2, 1]), X, y, resolution=10).svg[:4])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.strip() == "<svg", done.stderr
