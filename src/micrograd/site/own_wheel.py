"""Our own wheel for the browser: this package as it is installed, without what was compiled for this machine."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from pathlib import Path

import micrograd

# What Python in the browser has no use for: compiled modules and their sources, and the maker of sites.
_LEFT_OUT = {".so", ".pyd", ".dylib", ".c", ".h", ".pxd", ".pyc"}
_DATE = (2023, 12, 8, 0, 0, 0)  # one and the same, so that two builds are equal


def write_own_wheel(folder: Path) -> Path:
    """Write ``micrograd_lab-VERSION-py3-none-any.whl`` into ``folder`` and return its path.

    Two calls on the same files write the same bytes.
    """
    # Without the commit: a "+" in an address is not the same everywhere.
    version = micrograd.__version__.partition("+")[0]
    package = Path(micrograd.__file__).parent
    contents = {
        path.relative_to(package.parent).as_posix(): path.read_bytes()
        for path in sorted(package.rglob("*"))
        if path.is_file() and path.suffix not in _LEFT_OUT and "__pycache__" not in path.parts
    }
    contents = {name: data for name, data in contents.items() if not name.startswith("micrograd/site/")}
    information = f"micrograd_lab-{version}.dist-info"
    contents[f"{information}/METADATA"] = (
        f"Metadata-Version: 2.1\nName: micrograd-lab\nVersion: {version}\n".encode()
    )
    contents[f"{information}/WHEEL"] = (
        b"Wheel-Version: 1.0\nGenerator: micrograd-lab\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    contents[f"{information}/RECORD"] = _record(contents, f"{information}/RECORD").encode()
    path = folder / f"micrograd_lab-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        for name, data in contents.items():
            wheel.writestr(zipfile.ZipInfo(name, _DATE), data, zipfile.ZIP_DEFLATED)
    return path


def _record(contents: dict[str, bytes], own_name: str) -> str:
    lines = []
    for name, data in contents.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(data)}\n")
    return "".join([*lines, f"{own_name},,\n"])
