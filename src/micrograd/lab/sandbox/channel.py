"""Messages between the process that grades and the one that runs a submission: one line of JSON each."""

from __future__ import annotations

import json
import queue
import threading
from typing import IO, Any

from micrograd.lab import bounded_json

LONGEST = 24 * 1024 * 1024
_MOST_MEMORY = 400 * 1024 * 1024
_DEEPEST = 40


def write(stream: IO[bytes], message: dict[str, Any], afresh: bool = False) -> None:
    """Send one message; ``afresh`` first ends whatever somebody else may have left unfinished on the channel.

    Raises ``OSError`` when nobody listens any more.
    """
    stream.write((b"\n" if afresh else b"") + json.dumps(message).encode() + b"\n")
    stream.flush()


class Reader:
    """Read messages in the background, so that a silent or a flooding sender cannot hold up anybody.

    ``token`` is a secret of this run; a line that does not carry it is not from the worker, and is counted in
    ``strangers``. No more than ``most`` bytes are read in all; ``flooded`` tells when there were more.
    """

    def __init__(self, stream: IO[bytes], token: str, most: int) -> None:
        self.strangers = 0
        self.flooded = False
        self._stream, self._token, self._left = stream, token, most
        self._messages: queue.Queue[dict[str, Any] | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def next(self, timeout: float) -> dict[str, Any] | None:
        """Return the next message, or None at the end. Raises ``queue.Empty`` after ``timeout`` seconds."""
        return self._messages.get(timeout=timeout)

    def _read(self) -> None:
        try:
            while True:
                line = self._stream.readline(min(LONGEST, self._left) + 1)
                self._left -= len(line)
                if not line or self._left < 0:
                    self.flooded = self._left < 0
                    break
                if line == b"\n":
                    continue
                message = self._parse(line)
                if message is None:
                    self.strangers += 1
                else:
                    self._messages.put(message)
        except (OSError, ValueError):  # closed while reading
            pass
        finally:
            self._messages.put(None)

    def _parse(self, line: bytes) -> dict[str, Any] | None:
        message = parsed(line)
        return message if message is not None and message.pop("token", None) == self._token else None


def parsed(line: bytes) -> dict[str, Any] | None:
    """Return a message, None for what is none, is nested too deep or would take too much memory."""
    try:
        message = bounded_json.loads(line, _MOST_MEMORY)
    except (ValueError, RecursionError, MemoryError):
        return None
    return message if isinstance(message, dict) and not bounded_json.is_deeper(message, _DEEPEST) else None
