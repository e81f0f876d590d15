"""Run the engine and the kernels under memory checkers: their tests, and programs of hostile objects.

    python tools/sanitize.py --seconds 60 [--seed 0] [--tests tests/test_engine_safety.py ...]

Builds a copy of the package into ``build/sanitized-thorough`` with GCC's address and undefined-behaviour sanitizers,
in which freed nodes are not used again (they would hide the use of one), and runs it with ``PYTHONMALLOC=malloc``
(Python's own blocks would hide it too). Needs GCC and Linux. Exits non-zero where a checker has found something.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"


def main() -> int:
    """Build, run the tests named, and then programs until the time is over."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--seconds", type=float, default=60.0, help="how long programs are tried (default: 60)"
    )
    parser.add_argument("--seed", type=int, default=0, help="the first program (default: 0)")
    parser.add_argument("--tests", nargs="*", default=[], help="files of tests to run first (default: none)")
    parser.add_argument(
        "--quick-build",
        action="store_true",
        help="build in a tenth of the time what runs slower, for a short run",
    )
    arguments = parser.parse_args()
    runtime = _runtime()
    if runtime is None:
        print("make sanitize needs GCC with its address sanitizer, on Linux: NOTHING WAS CHECKED")
        return 0
    lib = _build("quick" if arguments.quick_build else "thorough")
    environment = {
        **os.environ,
        "PYTHONPATH": str(lib),
        "LD_PRELOAD": runtime,
        "PYTHONMALLOC": "malloc",
        # Python itself frees little at its end, and its caller would be told of that.
        "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1:soft_rss_limit_mb=3000",
        "UBSAN_OPTIONS": "print_stacktrace=1",
    }
    where = "import micrograd.engine as e, micrograd.compiler._kernels as k; print(e.__file__, k.__file__)"
    shown = subprocess.run([sys.executable, "-c", where], env=environment, capture_output=True, text=True)
    if shown.stdout.count(str(lib)) != 2:
        print(f"the checked build is not what runs: {shown.stdout}{shown.stderr[-2000:]}")
        return 1
    failed = 0
    if arguments.tests:
        # A checked process takes more of the stack, and of the time.
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *arguments.tests]
        failed |= subprocess.run(
            command, env={**environment, "HYPOTHESIS_PROFILE": "quick"}, cwd=ROOT
        ).returncode
    if arguments.seconds > 0:
        command = [sys.executable, str(ROOT / "tools" / "fuzz_safety.py")]
        command += ["--seconds", str(arguments.seconds), "--seed", str(arguments.seed)]
        failed |= subprocess.run(command, env=environment, cwd=ROOT).returncode
    return 1 if failed else 0


def _runtime() -> str | None:
    """Return the checkers' library, which has to be loaded before Python itself; None where there is none."""
    compiler = os.environ.get("CC", "gcc").split()[0]
    try:
        asked = [compiler, "-print-file-name=libasan.so"]
        found = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
    return str(Path(found).resolve()) if os.path.isabs(found) else None


def _build(how: str) -> Path:
    """Build the package for the checkers, as ``setup.py`` says for "quick" and "thorough"; return its folder."""
    folder = BUILD / f"sanitized-{how}"
    command = [sys.executable, "setup.py", "-q", "build", "--build-lib", str(folder / "lib")]
    command += ["--build-temp", str(folder / "temp"), "build_ext", "--parallel", str(os.cpu_count() or 1)]
    environment = {**os.environ, "MICROGRAD_SANITIZE": how, "CC": os.environ.get("CC", "gcc")}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"the build for the memory checkers failed:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    return folder / "lib"


if __name__ == "__main__":
    sys.exit(main())
