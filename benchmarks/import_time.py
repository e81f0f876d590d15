"""What an import costs beyond the start of Python: ours, and the libraries that one would take instead.

python benchmarks/import_time.py [--quick] [--json FILE]
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable

from peers import PYPI_MICROGRAD
from table import duration, markdown, ratio
from timing import Turns, repeated

BAR = 0.050


def start(program: str) -> Callable[[], object]:
    """Return a function that starts Python for one line of program, and waits for its end."""
    return lambda: subprocess.run([sys.executable, "-c", program], check=True)


def main() -> None:
    """Print the table; write the figures where the user asks for it."""
    parser = argparse.ArgumentParser(description="Time to import, ours and others.")
    parser.add_argument("--quick", action="store_true", help="fewer turns")
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    arguments = parser.parse_args()
    programs = {"nothing": "pass", "ours": "import micrograd, micrograd.nn"}
    if (PYPI_MICROGRAD / "micrograd").exists():
        path = f"import sys; sys.path.insert(0, {str(PYPI_MICROGRAD)!r}); "
        programs["PyPI's micrograd"] = path + "import micrograd.nn"
    for name, module in (("NumPy", "numpy"), ("JAX", "jax"), ("PyTorch", "torch")):
        if importlib.util.find_spec(module):
            programs[name] = f"import {module}"
    contenders = {name: repeated(start(program)) for name, program in programs.items()}
    times = Turns(contenders, turns=3 if arguments.quick else 9, turn=0).medians()
    bare = times.pop("nothing")
    times = {name: seconds - bare for name, seconds in times.items()}
    rows = []
    for name, seconds in times.items():
        mark = f" ({'under' if seconds < BAR else 'ABOVE'} 50 ms)" if name == "ours" else ""
        rows.append([name, duration(seconds) + mark, ratio(seconds / times["ours"])])
    print(markdown(["import", "beyond Python's own start", "of ours"], rows))
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump({"python": bare, **times}, file, indent=1)


if __name__ == "__main__":
    main()
