"""The notebooks that the lab in the browser opens with: two languages, two editions each."""

from __future__ import annotations

import hashlib
from pathlib import Path

from micrograd.lab.content import assignment
from micrograd.lab.content.names import FILE_NAME
from micrograd.lab.content.nodes import written
from micrograd.lab.content.weaving import EDITIONS
from micrograd.language import LANGUAGES


def write_notebooks(folder: Path) -> None:
    """Write the student's notebooks into ``folder``, as ``fr/light/gradient.ipynb`` and so on.

    Each carries ``published``, a fingerprint of its cells: by it a page knows that a student's copy is of an earlier
    edition.
    """
    for language in LANGUAGES:
        for edition in EDITIONS:
            notebook = assignment.student(language, edition)
            text = "\0".join(f"{cell.id}\0{cell.source}" for cell in notebook.cells)
            notebook.metadata["micrograd"]["published"] = hashlib.sha256(text.encode()).hexdigest()[:12]
            path = folder / language / edition / FILE_NAME
            path.parent.mkdir(parents=True)
            path.write_text(written(notebook), encoding="utf-8", newline="\n")
