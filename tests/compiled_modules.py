"""The modules that Cython compiles, as ``setup.py`` names them: the one list of them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

_SETUP = (Path(__file__).resolve().parent.parent / "setup.py").read_text(encoding="utf-8")
ENGINE: list[str] = ast.literal_eval(re.search(r"^ENGINE = (\[.*?\])", _SETUP, re.M | re.S)[1])  # type: ignore[index]
