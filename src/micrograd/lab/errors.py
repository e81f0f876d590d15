"""The error that the lab's commands show as one sentence instead of a traceback."""

from __future__ import annotations


class LabError(Exception):
    """Something that the user can put right; the message says what, and how."""
