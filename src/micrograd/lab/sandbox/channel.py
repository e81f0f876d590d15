"""Messages between the process that grades and the one that runs a submission: one line of JSON each."""

from __future__ import annotations

import json
import queue
import threading
from typing import IO, Any

_LONGEST = 24 * 1024 * 1024


def write(stream: IO[bytes], message: dict[str, Any]) -> None:
    """Send one message. Raises ``OSError`` when nobody listens any more."""
    stream.write(json.dumps(message).encode() + b"\n")
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
                line = self._stream.readline(min(_LONGEST, self._left) + 1)
                self._left -= len(line)
                if not line or self._left < 0:
                    self.flooded = self._left < 0
                    break
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
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            return None
        known = isinstance(message, dict) and message.pop("token", None) == self._token
        return message if known else None
