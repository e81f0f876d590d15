"""The light edition, done and judged in this process, with no library but ours: on the browser's Python, too."""

from __future__ import annotations

import sys

import pytest
from checked_notebook import hints, is_right, scaffold, verdicts

from micrograd.lab.checks import NUMBERS

WITHOUT = ("numpy", "matplotlib", "sklearn", "pandas", "graphviz", "latex2mathml", "nbformat", "IPython")


@pytest.fixture
def alone(monkeypatch):
    """What the light edition promises to do without."""
    for name in WITHOUT:
        monkeypatch.setitem(sys.modules, name, None)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_light_lab_is_right_and_a_mistake_is_named(language, alone):
    found = verdicts(scaffold({}, language, edition="light"))
    assert [task for task in NUMBERS if not is_right(found[task])] == []
    wrong = "def sigmoid(out):\n    out.data = 1 / (1 + math.exp(out.data))\n    return out"
    found = verdicts(scaffold({"task-2-sigmoid": f"import math\n{wrong}"}, language, edition="light"))
    assert hints(found[2])
    assert is_right(found[1])
