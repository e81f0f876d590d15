"""Run the benchmarks, side by side with what they are measured against: ``make bench``.

Each part is a program of its own, which prints its table; what they measured, and on which machine, goes
into ``benchmarks/results.json``.

    python benchmarks/run.py [--quick] [PART ...]
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import peers

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results.json"
# The parts in the order in which they run, and what each is about.
PARTS = {
    "define_by_run": "A training step, the graph built anew each time",
    "elementary": "Elementary operations",
    "memory": "Memory of a node",
    "import_time": "Importing",
    "compiled": "Compiled training",
    "sizes": "Networks of every size",
    "threads": "A second thread",
    "one_call": "One call of a program",
    "estimators": "The estimators beside scikit-learn's own",
    "digits": "Handwritten digits, above 97 %",
    "gpt": "A character-level GPT",
}


def main() -> int:
    """Run the parts that are asked for; return 1 where one of them fails."""
    parser = argparse.ArgumentParser(description="Measure micrograd-lab against its peers, in one run.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"all unless given: {', '.join(PARTS)}")
    parser.add_argument(
        "--quick", action="store_true", help="fewer repeats: rougher figures in a third of the time"
    )
    arguments = parser.parse_args()
    if unknown := set(arguments.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))} (there are: {', '.join(PARTS)})")
    missing = peers.prepare()
    report = {"machine": machine(), "peers": peers.installed(), "left out": missing, "parts": {}}
    print(describe(report))
    failed = []
    for part in [part for part in PARTS if part in (arguments.parts or PARTS)]:
        if not (HERE / f"{part}.py").exists():
            continue
        print(f"\n## {PARTS[part]}\n", flush=True)
        started = time.perf_counter()
        figures, status = run(part, arguments.quick)
        report["parts"][part] = {"figures": figures, "seconds": round(time.perf_counter() - started, 1)}
        if status:
            failed.append(part)
    write(report)
    for line in missing:
        print(f"\n{line}")
    print(f"\nFigures: {RESULTS.relative_to(HERE.parent)}")
    if failed:
        print(f"Failed, or short of what was asked for: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def run(part: str, quick: bool) -> tuple[Any, int]:
    """Run one part among its peers; return its figures and its exit status."""
    program = HERE / f"{part}.py"
    with tempfile.TemporaryDirectory() as folder:
        json_file = Path(folder) / "figures.json"
        # A part that has no such options is run as it is.
        text = program.read_text(encoding="utf-8")
        options = ["--json", str(json_file)] if '"--json"' in text else []
        options += ["--quick"] if quick and '"--quick"' in text else []
        # Some build machines choose slow kernels for OpenBLAS: peers are measured at their best. Some let Python
        # keep nothing that it translates, so that each process pays for it, where installed libraries do not.
        left_out = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "PYTHONDONTWRITEBYTECODE")
        environment = {k: v for k, v in os.environ.items() if k not in left_out}
        command = [str(peers.PYTHON), str(program), *options]
        status = subprocess.run(command, cwd=HERE.parent, env=environment).returncode
        figures = json.loads(json_file.read_text(encoding="utf-8")) if json_file.exists() else None
    return figures, status


def machine() -> dict[str, Any]:
    """Describe what the figures were measured on."""
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "processor": processor(),
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "compiled": engine_is_compiled(),
        "commit": commit(),
    }


def processor() -> str:
    """Return the processor's name as the system knows it."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def engine_is_compiled() -> bool:
    """Tell whether the engine that is measured is the compiled one."""
    program = "import sys; from micrograd import engine; sys.exit(not engine.COMPILED)"
    return subprocess.run([str(peers.PYTHON), "-c", program]).returncode == 0


def commit() -> str | None:
    """Return the commit that is measured; None outside of a repository."""
    command = ["git", "describe", "--always", "--dirty"]
    try:
        completed = subprocess.run(command, cwd=HERE, capture_output=True, text=True)
    except OSError:
        return None
    return completed.stdout.strip() or None


def describe(report: dict[str, Any]) -> str:
    """Say in a few lines what is measured, against what, and where."""
    about = report["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in report["peers"].items())
    lines = [
        "# Benchmarks",
        "",
        f"{about['processor']}, {about['cores']} cores, {about['system']}, Python {about['python']}.",
        f"Against {versions}.",
    ]
    if not about["compiled"]:
        lines.append("THE ENGINE RUNS UNCOMPILED: install a C compiler and call make again.")
    return "\n".join(lines)


def write(report: dict[str, Any]) -> None:
    """Write the figures, whole or not at all; the parts that did not run keep their earlier ones."""
    try:
        earlier = json.loads(RESULTS.read_text(encoding="utf-8"))["parts"]
    except (OSError, ValueError, KeyError):
        earlier = {}
    report["parts"] = {**earlier, **report["parts"]}
    temporary = RESULTS.with_suffix(".tmp")
    temporary.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    temporary.replace(RESULTS)


if __name__ == "__main__":
    sys.exit(main())
