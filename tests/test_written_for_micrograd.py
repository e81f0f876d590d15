"""Programs in the manner of those that people write for micrograd print the same under PyPI's micrograd and under ours.

They stand in ``written_for_micrograd/``: lectures, homework, subclasses, optimizers with state on the parameters,
visualisers, a scalar GPT. What may differ stands in docs/micrograd.md: here, gradients in their last digits, and that
those of whole numbers are floats. Run with ``MICROGRAD_PURE=1`` too.
"""

from __future__ import annotations

import json
import math
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
PROGRAMS = sorted((HERE / "written_for_micrograd").glob("*.py"))

# All of them in one process; what a program does to a class is taken back before the next.
RUN = """
import contextlib, io, json, random, sys
import micrograd.engine, micrograd.nn
kinds = [micrograd.engine.Value] + [getattr(micrograd.nn, n) for n in ("Module", "Neuron", "Layer", "MLP")]
said = {"": micrograd.engine.__file__}
for path in sys.argv[1:]:
    before = [dict(vars(kind)) for kind in kinds]
    random.seed(0)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        try:
            exec(compile(open(path, encoding="utf-8").read(), path, "exec"), {"__name__": "__main__"})
        except Exception as error:
            print(f"{type(error).__name__}: {error}")
    said[path] = printed.getvalue()
    for kind, attributes in zip(kinds, before):
        for name in set(vars(kind)) - set(attributes):
            delattr(kind, name)
print(json.dumps(said))
"""


def run(paths, **environment):
    command = [sys.executable, "-c", RUN, *map(str, paths)]
    done = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def said(peer):
    peers = Path(os.environ.get("MICROGRAD_PEERS", HERE.parent / ".peers"))
    theirs, ours = run(PROGRAMS, PYTHONPATH=str(peers)), run(PROGRAMS)
    assert theirs[""].startswith(str(peers)) and theirs[""] != ours[""]
    return theirs, ours


NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w])")


def compare(theirs, ours):
    """The same text, but for the last digits of numbers."""
    assert NUMBER.sub("#", theirs) == NUMBER.sub("#", ours)
    for one, other in zip(NUMBER.findall(theirs), NUMBER.findall(ours)):
        assert one == other or math.isclose(float(one), float(other), rel_tol=1e-9, abs_tol=2e-9), (
            one,
            other,
        )


@pytest.mark.parametrize("path", PROGRAMS, ids=[path.stem for path in PROGRAMS])
def test_it_prints_the_same(path, said):
    theirs, ours = said[0][str(path)], said[1][str(path)]
    assert len(theirs) > 20 and "Error: " not in theirs
    compare(theirs, ours)


def test_there_are_many():
    assert len(PROGRAMS) >= 15


def test_another_number_is_seen():
    for ours in ("loss 0.5001", "loss 0.5 ", "less 0.5"):
        with pytest.raises(AssertionError):
            compare("loss 0.5", ours)
