"""Text that came out of somebody's program, made safe to show in a terminal, a page or a table."""

from __future__ import annotations

import re
from typing import Any

# Colours and cursor moves, and the sequences by which a program sets a terminal's title or clipboard.
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])")
# Control characters, those of the second half of Latin-1, the ones that turn the direction of writing, and halves of
# characters, which no file can hold.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def plain_text(value: Any) -> str:
    """Return text as a terminal would leave it: no colours, and of lines written over only the last."""
    text = _ESCAPE.sub("", value) if isinstance(value, str) else ""
    lines = [line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n")]
    return _CONTROL.sub("\ufffd", "\n".join(lines))
