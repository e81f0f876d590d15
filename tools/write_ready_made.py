"""Write what pages need and is the same for everybody: ``python tools/write_ready_made.py``.

``page/formulas.json`` has the rules' formulas as MathML (by latex2mathml), ``page/choices.json.z`` what the playground
puts networks together from (laid out by Graphviz). Both lie in the repository; the tests compare them with what is
made anew.
"""

from __future__ import annotations

import json
from pathlib import Path

from latex2mathml.converter import convert

from micrograd.draw import choices, html
from micrograd.draw.rules import RULES


def formulas() -> dict[str, str]:
    """Return the MathML of all formulas in the rules, by their LaTeX."""
    told = [formula for rule in RULES.values() for formula in (rule.value, *rule.derivatives)]
    return {formula.latex: convert(formula.latex) for formula in told}


def main() -> None:
    """Write both."""
    folder = Path(html.__file__).parent / "page"
    text = json.dumps(formulas(), indent=1, ensure_ascii=False)
    (folder / "formulas.json").write_text(text + "\n", encoding="utf-8")
    (folder / choices.KEPT).write_bytes(choices.packed_anew())


if __name__ == "__main__":
    main()
