"""The kernels' team of threads by itself, with threads that fall asleep in the middle of their work."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
KERNELS = HERE.parent / "src" / "micrograd" / "compiler" / "kernels"
COMPILER = shutil.which("gcc")


@pytest.mark.skipif(COMPILER is None or sys.platform != "linux", reason="needs GCC on Linux")
@pytest.mark.parametrize(
    "options", [["-O2"], ["-O1", "-g", "-fsanitize=thread"]], ids=["plain", "thread sanitizer"]
)
def test_threads_that_fall_asleep_in_their_work_spoil_nothing(options, tmp_path):
    program = tmp_path / "stress"
    sources = ["-I", str(HERE / "team"), "-I", str(KERNELS), str(HERE / "team" / "stress.c")]
    built = subprocess.run(
        [COMPILER, *options, *sources, "-o", str(program), "-lpthread"], capture_output=True, text=True
    )
    if built.returncode and "tsan" in built.stderr:
        pytest.skip("GCC has no thread sanitizer here")
    assert built.returncode == 0, built.stderr
    ran = subprocess.run([str(program), "150"], capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    together, alone, helped = map(int, ran.stdout.split())
    assert together > 0
    assert helped > 0
    assert alone > 0, "no thread was ever waited for in vain"
