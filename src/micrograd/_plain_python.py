"""Run the package's .py files, though compiled modules lie beside them (``MICROGRAD_PURE=1``)."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).parent


class PlainPythonFinder(PathFinder):
    """Finds the .py file of each of this package's own modules."""

    @classmethod
    def find_spec(
        cls, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return where the module is; None for all but this package's modules that are single files."""
        package, _, name = fullname.rpartition(".")
        file = HERE / f"{name}.py"
        if package != __package__ or not file.exists():
            return None
        return spec_from_file_location(fullname, file)


def prefer() -> None:
    """From now on, import plain Python."""
    sys.meta_path.insert(0, PlainPythonFinder)
