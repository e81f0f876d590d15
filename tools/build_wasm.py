"""Build ``src/micrograd/compiler/wasm/kernels.wasm`` from the kernels' C files: ``python tools/build_wasm.py``.

It needs clang, lld, and the C library and runtime for WebAssembly (Debian: clang lld wasi-libc
libclang-rt-14-dev-wasm32). Nobody else does: the module lies in the repository and in the packages.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from micrograd.compiler import wasm

FLAGS = [
    "--target=wasm32-wasi",
    "-O3",
    "-msimd128",
    "-fno-math-errno",
    "-fno-trapping-math",
    # As the browser has no fused multiply-add, whose rounding would be another.
    "-ffp-contract=off",
    "-mexec-model=reactor",
    "-nostartfiles",
    "-Wl,--no-entry",
    "-Wl,--strip-all",
]


def build(path: Path) -> None:
    """Compile the kernels into ``path``. Raises ``RuntimeError`` where that is not possible, with the reason."""
    clang = os.environ.get("WASM_CC") or shutil.which("clang")
    if clang is None:
        raise RuntimeError("clang was not found (Debian: clang lld wasi-libc libclang-rt-14-dev-wasm32)")
    files = wasm.sources()
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        out = Path(folder) / "kernels.wasm"
        command = [clang, *FLAGS, *wasm.KERNELS, *wasm.OWN, "-o", out.name]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"clang could not build the kernels for WebAssembly:\n{done.stderr[-2000:]}")
        path.write_bytes(wasm.with_fingerprint(out.read_bytes(), files))


def main() -> int:
    """Build the module in its place, or where ``--output`` says."""
    place = Path(wasm.__file__).parent / "kernels.wasm"
    parser = argparse.ArgumentParser(description="Build the kernels for WebAssembly.")
    parser.add_argument("--output", type=Path, default=place, help="default: in the package")
    path = parser.parse_args().output
    try:
        build(path)
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{path.name}: {path.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
