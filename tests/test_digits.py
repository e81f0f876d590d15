"""The example on handwritten digits: it tells more than 97 % of digits right that it has not seen."""

from __future__ import annotations

import pytest
from test_gpt import ROOT, load

np = pytest.importorskip("numpy")
pytest.importorskip("sklearn")


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_digits_that_it_has_not_seen(dtype):
    digits = load(ROOT / "examples" / "digits.py")
    accuracy, _ = digits.train(dtype)
    assert accuracy > 0.97
    if dtype == "float64":
        assert digits.train(dtype, epochs=1)[0] == digits.train(dtype, epochs=1)[0] < accuracy
