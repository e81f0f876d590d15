"""Notice PyPI's ``micrograd`` in the same environment, and say how to get out of it.

That distribution and this one install a package of the same name into the same folder. So each overwrites
three files of the other (``__init__.py``, ``engine.py``, ``nn.py``), and uninstalling either removes them.
Where ours came last, ``import micrograd`` comes by here; where theirs did, the compiled engine does, and so
does the first of our other modules that is used.
"""

from __future__ import annotations

import os
import sys
import warnings

REINSTALL = "python -m pip install --force-reinstall --no-deps"


def installed_versions(folders: list[str]) -> list[str]:
    """Return the versions of PyPI's ``micrograd`` whose metadata lie in ``folders``.

    Reads the folders' lists of names only: ``importlib.metadata`` would cost more than the whole engine.
    """
    found = []
    for folder in folders:
        try:
            names = os.listdir(folder or os.curdir)
        except OSError:
            continue
        for name in names:
            version, _, kind = name.removeprefix("micrograd-").rpartition(".")
            if kind in ("dist-info", "egg-info") and version[:1].isdigit() and name.startswith("micrograd-"):
                found.append(version.partition("-")[0])
    return found


def warn() -> None:
    """Warn, if PyPI's ``micrograd`` is installed on Python's path."""
    versions = installed_versions(list(dict.fromkeys(sys.path)))
    if versions:
        from micrograd._origin import requirement

        warnings.warn(
            f"PyPI's micrograd {versions[0]} is installed in the same environment as micrograd-lab. Both are "
            "imported as `micrograd` and overwrite files of each other, and a mixture may run. "
            "Way out, two commands, because the first one takes files of micrograd-lab with it: "
            f"`python -m pip uninstall --yes micrograd` and then "
            f'`{REINSTALL} "{requirement()}"`',
            RuntimeWarning,
            stacklevel=2,
        )


warn()
