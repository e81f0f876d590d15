"""Backpropagation you can see, at compiled speed."""

from __future__ import annotations

import os as _os
from typing import TYPE_CHECKING, Any

if _os.environ.get("MICROGRAD_PURE", "0") not in ("", "0"):
    from micrograd import _plain_python

    _plain_python.prefer()

from micrograd.engine import Value
from micrograd.fused import dot

if TYPE_CHECKING:
    from micrograd.compiler import CompileError as CompileError
    from micrograd.compiler import DivergenceError as DivergenceError
    from micrograd.compiler import Program as Program
    from micrograd.compiler import compile as compile

    __version__: str
__all__ = ["Value", "dot"]


_FROM_THE_COMPILER = ("CompileError", "DivergenceError", "Program", "compile")
# micrograd.nn is there without an import of its own.
_MODULES = ("data", "draw", "gradcheck", "losses", "nn", "optim", "plot", "schedules", "sklearn")


def __dir__() -> list[str]:
    named = {*_FROM_THE_COMPILER, *_MODULES, "__version__"}
    return sorted({name for name in globals() if not _is_hidden(name)} | named)


def _is_hidden(name: str) -> bool:
    # What this file itself uses is nobody else's.
    return name in ("Any", "TYPE_CHECKING", "annotations")


def __getattr__(name: str) -> Any:
    # The compiler needs NumPy, which a plain import must not load.
    if name in _FROM_THE_COMPILER:
        from micrograd import compiler

        return getattr(compiler, name)
    if name in _MODULES:
        import importlib

        return importlib.import_module(f"{__name__}.{name}")
    if name == "__version__":  # from Git's tags, when it was built (tools/release.py)
        from importlib import metadata

        try:
            return metadata.version("micrograd-lab")
        except metadata.PackageNotFoundError:
            return "0+unknown"  # the files alone, without an installation
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
