"""Hand hostile objects to every entry of the engine, for so many seconds: no program may end the interpreter.

    python tools/fuzz_safety.py --seconds 60 [--seed 0]

The programs (``tests/hostile.py``) run in processes of their own, some hundreds in each. Where one of them ends, its
seed is named, and ``--seed SEED --only`` runs that program alone. Memory checkers see more: ``make sanitize``.
"""

from __future__ import annotations

import argparse
import gc
import os
import subprocess
import sys
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent / "tests"
PROGRAMS_A_PROCESS = 300
# A program that takes longer hangs. Checkers make it slower, a busy machine too.
LONGEST = 120.0


def main() -> int:
    """Run programs until the time is over; return how many of them ended the interpreter."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60.0, help="when to stop (default: 60)")
    parser.add_argument("--seed", type=int, default=0, help="the first program (default: 0)")
    parser.add_argument("--only", action="store_true", help="run this one program, in this process")
    arguments = parser.parse_args()
    if arguments.only:
        _work(arguments.seed, arguments.seed + 1, time.monotonic() + 3600)
        return 0
    end = time.monotonic() + arguments.seconds
    seed, faults = arguments.seed, 0
    while time.monotonic() < end:
        reached, problem = _process(seed, seed + PROGRAMS_A_PROCESS, end)
        if problem:
            faults += 1
            print(
                f"program {reached}: {problem}\n  again: python tools/fuzz_safety.py --seed {reached} --only"
            )
        seed = reached + 1
    print(f"{seed - arguments.seed} programs from seed {arguments.seed} on, {faults} faults")
    return min(faults, 100)


def _process(first: int, after: int, end: float) -> tuple[int, str]:
    """Run programs in a process of their own; return the last that was begun, and how it went wrong."""
    code = (
        f"import sys; sys.path[:0] = {[str(Path(__file__).parent), str(TESTS)]!r}; import fuzz_safety as f; "
    )
    code += f"import time; f._work({first}, {after}, time.monotonic() + {max(0.0, end - time.monotonic())!r})"
    read, write = os.pipe()
    child = subprocess.Popen(
        [sys.executable, "-X", "faulthandler", "-c", code, str(write)],
        pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace",
    )  # fmt: skip
    os.close(write)
    allowed = max(0.0, end - time.monotonic()) + LONGEST
    try:
        _, said = child.communicate(timeout=allowed)
        problem = (
            "" if child.returncode == 0 else f"the process ended with {child.returncode}:\n{_shortened(said)}"
        )
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
        problem = "it does not end"
    begun = os.read(read, 1 << 16).split()
    os.close(read)
    return (int(begun[-1]) if begun else first), problem


def _work(first: int, after: int, end: float) -> None:
    sys.path.insert(0, str(TESTS))
    import hostile

    hostile.entries()
    gc.freeze()  # collections look at what the programs make, and not at all that was imported
    told = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else None
    for seed in range(first, after):
        if time.monotonic() > end:
            break
        if told is not None:
            os.write(told, f"{seed} ".encode())
        hostile.run_program(seed)


def _shortened(text: str) -> str:
    lines = text.strip().splitlines()
    return "\n".join(
        line[:200] for line in (lines if len(lines) <= 30 else [*lines[:22], "...", *lines[-8:]])
    )


if __name__ == "__main__":
    sys.exit(main())
