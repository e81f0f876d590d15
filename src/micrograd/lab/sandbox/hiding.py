"""Keep the lab that runs a submission out of the reach of its imports.

The modules that watch and ask stay in memory, and leave ``sys.modules``: whoever imports them by any name gets them
loaded anew, which is heard (``seeing.py``), and changes a copy that nobody uses. The check line of the notebook finds
a ``check`` that leaves the checking to those who grade; that it was asked for is heard, too.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import sys
from types import ModuleType
from typing import Any

from micrograd.lab.content.tasks import NUMBERS

LAB, CHECK = "micrograd.lab", "micrograd.lab.check"
ASKED_FOR = "micrograd.lab.asked_for"
"""The audit event of an import of either of them."""
_SOURCE = f'''\
def check(number, lang=None):
    """Check one task: whoever runs this notebook as a whole does that."""
    if number not in {NUMBERS!r}:
        raise ValueError(f"the tasks are {NUMBERS[0]} to {NUMBERS[-1]}, not {{number!r}}")
'''


def hide() -> dict[str, ModuleType]:
    """Take the lab's modules out of ``sys.modules`` and return them by their names; on disk they stay.

    What has to be imported for running and asking must have been imported before.
    """
    sys.meta_path.insert(0, _StandsIn({name: _spec(name) for name in (LAB, CHECK)}))
    hidden = {name: sys.modules.pop(name) for name in list(sys.modules) if f"{name}.".startswith(f"{LAB}.")}
    forget()
    return hidden


def forget() -> None:
    """Forget what was imported under the two names, so that the next import of them is heard again."""
    import micrograd

    for name in (LAB, CHECK):
        sys.modules.pop(name, None)
    vars(micrograd).pop("lab", None)


def _spec(name: str) -> importlib.machinery.ModuleSpec:
    spec = importlib.util.find_spec(name)
    assert spec is not None
    return spec


class _StandsIn:
    """Finds the package, so that others are found below it, and its ``check``."""

    def __init__(self, specs: dict[str, importlib.machinery.ModuleSpec]) -> None:
        self._specs = specs
        for spec in specs.values():
            spec.loader = _Loader()  # type: ignore[assignment]

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """Return the specification of a stand-in, None for every other module."""
        spec = self._specs.get(name)
        if spec is not None:
            sys.audit(ASKED_FOR, name)
        return spec


class _Loader:
    def create_module(self, spec: Any) -> None:
        """Let the import system make the module."""

    def exec_module(self, module: ModuleType) -> None:
        """Fill the module."""
        if module.__name__ == CHECK:
            exec(_SOURCE, vars(module))
