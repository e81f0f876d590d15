"""Hand hostile objects to every entry of the engine, for so many seconds: no program may end the interpreter.

    python tools/fuzz_safety.py --seconds 60 [--seed 0]

The programs (``tests/hostile.py``) run in processes of their own, some hundreds in each. Where one of them ends, or
does not end within the engine, its seed is named, and ``--seed SEED --only`` runs that program alone; what went
before it in its process may matter, and ``--seed FIRST --until SEED`` runs all of that. A program that does not end
by itself (``tests/bounded.py``) is stopped and counted apart. Memory checkers see more: ``make sanitize``.
"""

from __future__ import annotations

import argparse
import gc
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent / "tests"
PROGRAMS_A_PROCESS = 300
# A program that is not to be stopped from within (tests/bounded.py) for so many seconds is stuck in C.
LONGEST = 180.0
# More than a program is stopped at from within: what comes here has taken it in C. Checkers set a limit of their own.
MOST_MEMORY = 4 << 30


def main() -> int:
    """Run programs until the time is over; return how many of them ended the interpreter."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60.0, help="when to stop (default: 60)")
    parser.add_argument("--seed", type=int, default=0, help="the first program (default: 0)")
    parser.add_argument("--only", action="store_true", help="run this one program, in this process")
    parser.add_argument("--until", type=int, help="run all programs up to this one, in this process")
    arguments = parser.parse_args()
    if arguments.only or arguments.until is not None:
        last = arguments.seed if arguments.only else arguments.until
        _work(arguments.seed, last + 1, time.monotonic() + 3600)
        return 0
    end = time.monotonic() + arguments.seconds
    seed, faults, stopped = arguments.seed, 0, 0
    while time.monotonic() < end:
        first, (reached, problem, notes) = seed, _process(seed, seed + PROGRAMS_A_PROCESS, end)
        if problem:
            faults += 1
            print(f"program {reached}: {problem}", flush=True)
            print(f"  again: python tools/fuzz_safety.py --seed {reached} --only")
            print(f"  or:    python tools/fuzz_safety.py --seed {first} --until {reached}", flush=True)
        stopped += len(notes)
        for note in notes:
            print(note, flush=True)
        seed = reached + 1
    count = seed - arguments.seed
    print(f"{count} programs from seed {arguments.seed} on, {faults} faults, {stopped} endless by themselves")
    return min(faults, 100)


def _process(first: int, after: int, end: float) -> tuple[int, str, list[str]]:
    """Run programs in a process of their own; return the last that was begun, how it went wrong, and notes."""
    code = (
        f"import sys; sys.path[:0] = {[str(Path(__file__).parent), str(TESTS)]!r}; import fuzz_safety as f; "
    )
    code += f"import time; f._work({first}, {after}, time.monotonic() + {max(0.0, end - time.monotonic())!r})"
    read, write = os.pipe()
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(
            [sys.executable, "-X", "faulthandler", "-c", code, str(write)],
            pass_fds=[write], stdout=subprocess.DEVNULL, stderr=said,
        )  # fmt: skip
        os.close(write)
        begun, stuck = _follow(child, read, first)
        os.close(read)
        said.seek(0)
        text = said.read().decode(errors="replace")
    notes = [line for line in text.splitlines() if line.startswith("endless: ")]
    if stuck:
        return begun, f"it does not end, and cannot be stopped from within:\n{_shortened(text)}", notes
    if child.returncode:
        return begun, f"the process ended with {child.returncode}:\n{_shortened(text)}", notes
    return begun, "", notes


def _follow(child: subprocess.Popen[bytes], read: int, first: int) -> tuple[int, bool]:
    """Hear of each program that is begun; end the process where one takes too long, and let it say where it is."""
    begun, since = first, time.monotonic()
    while True:
        if select.select([read], [], [], 1.0)[0]:
            heard = os.read(read, 1 << 16).split()
            if not heard:
                child.wait()
                return begun, False
            begun, since = int(heard[-1]), time.monotonic()
        elif time.monotonic() - since > LONGEST:
            child.send_signal(signal.SIGABRT)  # faulthandler shows Python's stack, and a checker C's
            try:
                child.wait(timeout=20)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            return begun, True


def _work(first: int, after: int, end: float) -> None:
    sys.path.insert(0, str(TESTS))
    import bounded
    import hostile

    _limit_memory()
    hostile.entries()
    gc.freeze()  # collections look at what the programs make, and not at all that was imported
    told = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else None
    watch = bounded.Watch()
    for seed in range(first, after):
        if time.monotonic() > end:
            break
        if told is not None:
            os.write(told, f"{seed} ".encode())
        note = bounded.run(watch, lambda seed=seed: hostile.run_program(seed, joined=watch.joined))  # type: ignore[misc]
        if note:
            print(f"endless: program {seed} {note.replace(chr(10), ' | ')}", file=sys.stderr, flush=True)


def _limit_memory() -> None:
    """Let C that takes ever more memory get none: that is outside of the promise, and must not take the machine's."""
    if "libasan" in os.environ.get("LD_PRELOAD", ""):
        return  # whose map of all memory counts; tools/sanitize.py sets a limit of its own
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    except (ImportError, ValueError, OSError):
        pass


def _shortened(text: str) -> str:
    lines = text.strip().splitlines()
    return "\n".join(
        line[:200] for line in (lines if len(lines) <= 30 else [*lines[:22], "...", *lines[-8:]])
    )


if __name__ == "__main__":
    sys.exit(main())
