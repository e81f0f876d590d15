"""A dozen of the hostile cells of ``hostile_corpus``, one of each sort, behind the best walls that work here."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

pytest.importorskip("IPython", reason="the lab extra is missing, HOSTILE NOTEBOOKS ARE NOT TESTED")
pytest.importorskip("psutil", reason="psutil is missing, HOSTILE NOTEBOOKS ARE NOT TESTED")
if sys.platform != "linux":
    pytest.skip("no walls on this system, HOSTILE NOTEBOOKS ARE NOT TESTED", allow_module_level=True)

import hostile_corpus

from micrograd.lab.sandbox import isolation

pytestmark = pytest.mark.slow
SHORT = replace(hostile_corpus.LIMITS, cell_seconds=3)


@pytest.mark.parametrize("name", hostile_corpus.SOME)
def test_a_hostile_cell_harms_its_own_row_only(name):
    walls = isolation.find(None)
    if walls.network:
        pytest.skip("no walls work here, HOSTILE NOTEBOOKS ARE NOT TESTED")
    with hostile_corpus.teacher() as one:
        wrong, _ = hostile_corpus.attempt(name, walls, one, SHORT)
    assert not wrong
