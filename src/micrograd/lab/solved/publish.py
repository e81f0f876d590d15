"""Write the lab's notebooks, executed, as they are committed: for whoever changed the lab's content."""

from __future__ import annotations

import json
import sys
from importlib import resources
from pathlib import Path

from micrograd.draw.notebook_frame import MARK
from micrograd.lab.content.names import ASSIGNMENT, FILE_NAMES
from micrograd.lab.content.nodes import written
from micrograd.lab.content.weaving import build, cells_of
from micrograd.lab.files import usable_folder, write_whole
from micrograd.lab.solved import numbers
from micrograd.lab.solved.run import executed
from micrograd.language import LANGUAGES


def write_notebooks(folder: Path, content: Path | None = None) -> int:
    """Write both notebooks, executed, into ``folder``, with the numbers in the prose measured anew; return 0.

    For whoever changes the lab's content: the numbers go into ``content``, by default the package's own folder
    of that name.
    """
    usable_folder(folder, "en")
    executions = {language: executed(language, numbers.PROBES) for language in LANGUAGES}
    found = numbers.measured(executions["fr"])
    content = content or Path(str(resources.files("micrograd.lab"))) / "content"
    write_whole(content / "numbers.json", json.dumps(found, indent=1) + "\n", "en")
    cells_of.cache_clear()
    for language, execution in executions.items():
        prose = {cell.id: cell.source for cell in build(language, markers=False).cells}
        for cell in execution.notebook.cells:
            cell.source = prose[cell.id]
            # The explorer's page changes with every change of its scripts; its picture and its line stay.
            if cell.cell_type == "code":
                cell.outputs = [one for one in cell.outputs if one.get("metadata", {}).get(MARK) != "page"]
        path = folder / FILE_NAMES[language]
        write_whole(path, written(execution.notebook), "en")
        print(path)
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Execute both notebooks and write them, with the numbers measured anew, into the folder named."""
    given = sys.argv[1:] if arguments is None else arguments
    return write_notebooks(Path(given[0] if given else ASSIGNMENT))


if __name__ == "__main__":
    sys.exit(main())
