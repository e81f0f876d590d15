"""The compiler's front, from trace to the encoded words, needs no NumPy and writes the same words everywhere."""

from __future__ import annotations

import json
import os

import words_of_programs

SIZES = [[1], [2, 1], [16, 1], [8, 8, 1]]


def test_the_words_are_those_of_the_native_front():
    """In the browser's Python, ``MICROGRAD_WORDS`` has what the native one wrote."""
    found = [words_of_programs.words(sizes) for sizes in SIZES]
    assert len(set(found)) == len(SIZES)
    expected = os.environ.get("MICROGRAD_WORDS")
    if expected:
        assert found == json.loads(expected)


def test_it_needs_no_numpy(python):
    script = (
        "import sys; sys.modules['numpy'] = None; sys.path.insert(0, 'tests'); import words_of_programs as w; "
        f"print([w.words(sizes) for sizes in {SIZES}])"
    )
    assert python(script).strip() == str([words_of_programs.words(sizes) for sizes in SIZES])
