"""For nbgrader's ``autograde``: copied cells, and metadata that it cannot read, cost nobody the whole batch."""

from __future__ import annotations

from typing import Any

from nbgrader.preprocessors import NbGraderPreprocessor

_VERSION = 3
"""Of nbgrader's metadata, as our notebooks have it."""


class EachCellOnce(NbGraderPreprocessor):  # type: ignore[misc]
    """Takes nbgrader's metadata off the copies of a cell, and off cells in which they were damaged.

    nbgrader empties the metadata of a copy instead, takes that for an old version, and stops at that student. Like
    nbgrader it keeps the last of several cells with one ``grade_id``. The others stay in the notebook and run.
    """

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Return the notebook with each ``grade_id`` once."""
        seen: set[str] = set()
        for cell in reversed(nb.cells):
            if "nbgrader" not in cell.metadata:
                continue
            theirs = cell.metadata["nbgrader"]
            name = theirs.get("grade_id") if isinstance(theirs, dict) else None
            sound = isinstance(theirs, dict) and theirs.get("schema_version") == _VERSION
            if not sound or not isinstance(name, str) or name in seen:
                self.log.warning("A cell is a copy, or its metadata are damaged; it is not graded: %s", name)
                del cell.metadata["nbgrader"]
            else:
                seen.add(name)
        return nb, resources
