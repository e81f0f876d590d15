"""``micrograd.data`` against scikit-learn and NumPy, whose numbers it promises."""

from __future__ import annotations

import inspect
import math
import random
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from micrograd import data
from micrograd._legacy_random import LegacyRandom

np = pytest.importorskip("numpy")
datasets = pytest.importorskip("sklearn.datasets")

SEEDS = st.integers(0, 2**32 - 1)
SIZES = st.one_of(st.integers(1, 60), st.tuples(st.integers(0, 20), st.integers(1, 20)))
NOISES = st.one_of(st.none(), st.floats(0, 2))


def assert_same(ours: data.Data, theirs: tuple[np.ndarray, ...]) -> None:
    X, y = ours[:2]
    assert [type(label) for label in y] == [int] * len(y)
    assert y == theirs[1].tolist()
    assert len(X) == len(theirs[0])
    for point, expected in zip(X, theirs[0].tolist()):
        for number, other in zip(point, expected):
            # Where coordinates cancel, two units of the larger term are many of the result.
            assert abs(number - other) <= 2 * math.ulp(max(1.0, abs(other)))


@settings(max_examples=60, deadline=None)
@given(SIZES, st.booleans(), NOISES, SEEDS)
def test_moons_are_those_of_scikit_learn(size, shuffle, noise, seed) -> None:
    arguments = {"shuffle": shuffle, "noise": noise, "random_state": seed}
    assert_same(data.make_moons(size, **arguments), datasets.make_moons(size, **arguments))


@settings(max_examples=60, deadline=None)
@given(SIZES, st.booleans(), NOISES, SEEDS, st.floats(0, 0.99))
def test_circles_are_those_of_scikit_learn(size, shuffle, noise, seed, factor) -> None:
    arguments = {"shuffle": shuffle, "noise": noise, "random_state": seed, "factor": factor}
    assert_same(data.make_circles(size, **arguments), datasets.make_circles(size, **arguments))


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(st.integers(1, 60), st.lists(st.integers(0, 9), min_size=1, max_size=5)),
    st.integers(1, 4),
    st.floats(0, 3),
    st.booleans(),
    SEEDS,
)
def test_blobs_are_those_of_scikit_learn(size, features, deviation, shuffle, seed) -> None:
    arguments = {"cluster_std": deviation, "shuffle": shuffle, "random_state": seed, "return_centers": True}
    ours = data.make_blobs(size, features, **arguments)
    theirs = datasets.make_blobs(size, features, **arguments)
    assert ours[2] == theirs[2].tolist()
    assert len(ours[0]) == len(theirs[0]) and ours[1] == theirs[1].tolist()
    assert np.allclose(np.reshape(ours[0], theirs[0].shape), theirs[0], rtol=1e-15, atol=1e-15)


@pytest.mark.parametrize("centers", [1, 4, [[0.0, 0.0], [3, 3], [-1, 2.5]]])
def test_blobs_around_given_centers(centers) -> None:
    deviations = [0.5] * (centers if isinstance(centers, int) else len(centers))
    arguments = {"centers": centers, "cluster_std": deviations, "center_box": (-1, 1), "random_state": 7}
    assert_same(data.make_blobs(33, **arguments), datasets.make_blobs(33, **arguments))


@pytest.mark.parametrize("seed", [0, 1, 42, 2**32 - 1])
def test_a_random_state_of_numpy_is_drawn_from(seed) -> None:
    ours, theirs = np.random.RandomState(seed), np.random.RandomState(seed)
    for state in (ours, theirs):
        state.normal(size=3)  # one of a pair is kept
    assert_same(
        data.make_moons(31, noise=0.3, random_state=ours),
        datasets.make_moons(31, noise=0.3, random_state=theirs),
    )
    assert ours.random_sample() == theirs.random_sample() and ours.normal() == theirs.normal()


@pytest.mark.parametrize("name", ["make_moons", "make_circles", "make_blobs"])
def test_the_signatures_are_scikit_learns(name) -> None:
    ours, theirs = (inspect.signature(getattr(module, name)).parameters for module in (data, datasets))
    assert [(p.name, p.kind, p.default) for p in ours.values()] == [
        (p.name, p.kind, p.default) for p in theirs.values()
    ]


def test_the_handouts_data() -> None:
    np.random.seed(42)
    theirs = datasets.make_moons(n_samples=100, noise=0.1)
    assert_same(data.make_moons(n_samples=100, noise=0.1, random_state=42), theirs)


@settings(max_examples=20, deadline=None)
@given(SEEDS, st.integers(0, 300))
def test_the_generator_is_numpys(seed, count) -> None:
    ours, theirs = LegacyRandom(seed), np.random.RandomState(seed)
    assert [ours.uniform(-1.0, 3.0) for _ in range(5)] == theirs.uniform(-1, 3, size=5).tolist()
    assert ours.permutation(count) == theirs.permutation(count).tolist()
    assert np.allclose(
        [ours.normal(1.0, 2.0) for _ in range(7)], theirs.normal(1, 2, size=7), rtol=4e-16, atol=4e-16
    )


@pytest.mark.parametrize(
    "make", [data.make_moons, data.make_circles, data.make_spirals, data.make_xor, data.make_blobs]
)
def test_what_all_have_in_common(make) -> None:
    one, same, other = make(40, random_state=1), make(40, random_state=1), make(40, random_state=2)
    assert one == same and one != other
    assert len(one[0]) == len(one[1]) == 40
    random.seed(5)
    first = make(10)
    random.seed(5)
    assert make(10) == first and make(10) != first


def test_xor_and_spirals_can_be_told_apart() -> None:
    X, y = data.make_xor(101, random_state=3)
    assert sum(y) == 51 and y == [int((a > 0) != (b > 0)) for a, b in X]
    assert {(a > 0, b > 0) for a, b in X} == {(a, b) for a in (False, True) for b in (False, True)}
    X, y = data.make_spirals(60, shuffle=False, turns=1.5)
    assert y == [0] * 30 + [1] * 30
    for (a, b), (c, d) in zip(X[:30], X[30:]):  # one arm is the other, turned by half a circle
        assert math.isclose(a, -c, abs_tol=1e-12) and math.isclose(b, -d, abs_tol=1e-12)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: data.make_moons(0), ValueError, "n_samples: expected at least 1, got 0"),
        (lambda: data.make_moons("ten"), TypeError, "n_samples: expected an int or a pair of ints, got str"),
        (lambda: data.make_moons((1, 2, 3)), ValueError, "n_samples.*a tuple of 3"),
        (lambda: data.make_moons(10, noise=-1), ValueError, "noise.*at least 0, got -1"),
        (lambda: data.make_moons(10, noise=math.nan), ValueError, "noise.*got nan"),
        (lambda: data.make_moons(10, noise="a"), TypeError, "noise: expected a number, got str"),
        (lambda: data.make_moons(10, random_state=-1), ValueError, "random_state: expected an int from 0 to"),
        (lambda: data.make_moons(10, random_state="x"), TypeError, "random_state: expected an int, None"),
        (lambda: data.make_circles(10, factor=1), ValueError, "factor.*less than 1, got 1"),
        (lambda: data.make_blobs(10, centers=0), ValueError, "centers: expected at least 1, got 0"),
        (
            lambda: data.make_blobs(10, centers="ab"),
            TypeError,
            "centers: expected a number or a list, got str",
        ),
        (lambda: data.make_blobs([5, 5], centers=[[0, 0]]), ValueError, "centers: 1 centers, but n_samples"),
        (
            lambda: data.make_blobs(10, centers=2, cluster_std=[1]),
            ValueError,
            "cluster_std: a list of 1, but there are 2",
        ),
        (lambda: data.make_blobs(10, centers=[[0, 0], [1]]), ValueError, "as many coordinates"),
        (lambda: data.make_spirals(10, turns=0), ValueError, "turns: expected a number above 0"),
    ],
)
def test_refusals(call, error, message) -> None:
    with pytest.raises(error, match=message):
        call()


def test_it_needs_nothing_but_python() -> None:
    program = (
        "import sys, micrograd.data as d; d.make_blobs(9); print({'numpy', 'sklearn'} & set(sys.modules))"
    )
    assert (
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout.strip()
        == "set()"
    )
