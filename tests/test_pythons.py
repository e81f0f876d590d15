"""The engine on every Python that the machine has, and the handout's log on the oldest NumPy and the newest."""

from __future__ import annotations

import json
import os
import re
import sys
from importlib.metadata import requires

import pytest
from environments import (
    ROOT,
    cached_environment,
    copy_project,
    locked,
    pip,
    pythons,
    quick_compiler,
    run,
    works_here,
)
from packaging.requirements import Requirement

pytestmark = pytest.mark.slow

BUILD = ("cython", "setuptools")
TEST = ("hypothesis", "iniconfig", "mpmath", "numpy", "packaging", "pluggy", "pygments", "pytest")
BACKPORTS = ("exceptiongroup", "sortedcontainers", "tomli", "typing-extensions")
ENGINE_TESTS = ("test_engine_*.py", "test_gradcheck.py", "test_losses.py", "test_nn.py", "test_optim.py")

# On the uncompiled engine, which hardly differs between Pythons, only what it computes.
UNCOMPILED_TESTS = ("test_engine_operations.py", "test_engine_backward.py", "test_nn.py")

# Code that is not optimized takes more of the stack, and some tests recurse as deeply as Python allows.
DEEP = () if os.name == "nt" else ("sh", "-c", 'ulimit -s 65536; exec "$@"', "sh")

HERE = sys.version_info[:2]
OTHERS = [version for version in pythons() if version != HERE]
# The oldest and the newest; "make pythons" sets it, for those between them.
if not os.environ.get("MICROGRAD_EVERY_PYTHON"):
    OTHERS = sorted({*OTHERS[:1], *OTHERS[-1:]})


def test_there_is_more_than_one_python():
    if not OTHERS:
        pytest.skip("this machine has no other Python: THE ENGINE IS TESTED ON {}.{} ALONE".format(*HERE))


@pytest.mark.parametrize("version", OTHERS, ids="{0[0]}.{0[1]}".format)
def test_the_engine(version, tmp_path):
    """Compiled for that Python where there is a compiler, and uncompiled."""
    python = cached_environment(version, "engine", locked(*BUILD, *TEST, *BACKPORTS))
    source = copy_project(tmp_path / "source")
    # Not optimized, which takes a quarter of the time: what differs between Pythons is their C API.
    compiler = quick_compiler(tmp_path)
    options = ("--quiet", "--no-deps", "--no-build-isolation", "--force-reinstall")
    pip(python, "install", *options, source, **({"CC": compiler} if works_here() else {}))
    # Away from the project, whose src folder would be imported instead of what was installed.
    tests = tmp_path / "tests"
    tests.mkdir()
    for pattern in ("conftest.py", "programs.py", "both_modes.py", "shared.py", "hostile.py", *ENGINE_TESTS):
        for path in (source / "tests").glob(pattern):
            if path.name != "test_engine_tour.py":  # reads the docs, of which there are none
                path.rename(tests / path.name)
    # Hostile programs are tried in plain Python, each in a process of its own, on the Python of .venv only.
    options = ("-q", "-p", "no:cacheprovider", "-k", "not same_in_plain_mode")
    for pure, chosen, least in (("0", [tests], 300), ("1", [tests / name for name in UNCOMPILED_TESTS], 150)):
        printed = run(
            *(*DEEP, python, "-m", "pytest", *options, *chosen),
            cwd=tmp_path,
            MICROGRAD_PEERS=os.environ.get("MICROGRAD_PEERS", str(ROOT / ".peers")),
            MICROGRAD_PURE=pure,
            HYPOTHESIS_PROFILE="quick",
        )
        passed = re.search(r"(\d+) passed", printed)
        assert passed
        assert int(passed[1]) > least


# As short as it can be said, and without the lab's own notebook: seeds, data, model and loss of task 9.
HANDOUTS_LOG = """
import json, math, random
import numpy as np
from sklearn.datasets import make_moons
from micrograd.nn import MLP

np.random.seed(42)
random.seed(42)
X, y = make_moons(n_samples=100, noise=0.1)
MLP(2, [2, 1]), MLP(2, [16, 1])  # the models of earlier tasks drew 54 numbers
model = MLP(2, [2, 1])
for step in range(10):
    outputs = [model(x) for x in X]
    for output in outputs:
        output.data = 1 / (1 + math.exp(-output.data))
    loss = sum((output - int(label)) ** 2 for output, label in zip(outputs, y)) / len(X)
    accuracy = float(np.mean([(output.data > 0.5) == (label > 0) for output, label in zip(outputs, y)]))
    print(json.dumps([loss.data, accuracy]))
    model.zero_grad()
    loss.backward()
    for p in model.parameters():
        p.data -= (1 - 0.9 * step / 100) * p.grad
print(np.__version__)
"""


def handouts_log() -> list[tuple[float, float]]:
    path = ROOT / "src" / "micrograd" / "lab" / "solved" / "expected.json"
    log = json.loads(path.read_text(encoding="utf-8"))["9"]["log"]
    assert len(log) == 10
    return [(line["loss"], line["accuracy"]) for line in log]


def check_log(printed: str) -> None:
    lines = [json.loads(line) for line in printed.splitlines() if line.startswith("[")]
    assert len(lines) == 10
    for (loss, accuracy), (expected_loss, expected_accuracy) in zip(lines, handouts_log()):
        assert abs(loss - expected_loss) <= 1e-15
        assert accuracy == expected_accuracy


def oldest(extra: str) -> dict[str, str]:
    """Return the lower bounds of an extra's requirements."""
    bounds = {}
    for line in requires("micrograd-lab") or []:
        requirement = Requirement(line)
        if requirement.marker and requirement.marker.evaluate({"extra": extra}) and not requirement.extras:
            (bound,) = [part.version for part in requirement.specifier if part.operator == ">="]
            bounds[requirement.name] = bound
    return bounds


def test_the_handouts_log_on_the_newest_numpy():
    printed = run(sys.executable, "-c", HANDOUTS_LOG)
    check_log(printed)
    assert printed.splitlines()[-1] >= "2."


@pytest.mark.skipif((3, 10) not in pythons(), reason="no Python 3.10: THE OLDEST NUMPY IS NOT TESTED")
def test_the_handouts_log_on_the_oldest_numpy(tmp_path):
    bounds = oldest("sklearn")
    assert {"numpy", "scikit-learn"} <= set(bounds)
    pinned = "".join(f"{name}=={version}\n" for name, version in bounds.items())
    python = cached_environment((3, 10), "oldest", pinned + "setuptools\n")
    source = copy_project(tmp_path / "source")
    options = ("--quiet", "--no-deps", "--no-build-isolation", "--force-reinstall")
    pip(python, "install", *options, source, MICROGRAD_NO_EXTENSIONS="1")
    printed = run(python, "-c", HANDOUTS_LOG, cwd=tmp_path)
    check_log(printed)
    assert printed.splitlines()[-1] == bounds["numpy"]
