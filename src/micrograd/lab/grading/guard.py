"""Do a piece of work in a process of its own, so that whatever happens in it harms nobody else.

Reading what somebody handed in and judging what came out of it can run out of memory, of stack or of time, or end
the process. The work is done by a child that is forked from a small server, which has loaded what it needs and
never runs any of it itself; the child has limits, and its end, whatever brings it about, is one failure of one
piece of work. Where there is no fork (Windows), the work is done in this process.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from typing import Any

from micrograd.lab.sandbox.removing import remove

_LONGEST = 256 * 1024 * 1024
_MEMORY = 1536 * 1024 * 1024
_PREFIX = "micrograd-grading-"
_LOADS_AFTER = 2
"""How many pieces of work come before the server loads what judging needs: for a few it would take longer."""


class FailedError(Exception):
    """The work was not done. ``key`` names a text of the report that says why, ``values`` what it says."""

    def __init__(self, key: str, **values: str) -> None:
        super().__init__(key, values)
        self.key, self.values = key, values


class Guard:
    """Does work in processes of their own until it is closed; several threads may call at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._server: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._closed = False
        self._working: set[int] = set()
        _sweep()

    def __enter__(self) -> Guard:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def call(self, work: Callable[..., Any], *arguments: Any, seconds: float) -> Any:
        """Return what ``work(*arguments)`` returns. Raises ``FailedError`` if it raises anything, takes longer than
        ``seconds``, or ends its process."""
        try:
            folder = tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-")
        except OSError as error:
            where = tempfile.gettempdir()
            raise FailedError("system", where=where, reason=str(error.strerror or error)) from None
        try:
            if not hasattr(os, "fork"):
                return _plainly(work, arguments)
            return self._ask(pickle.dumps((work, arguments, folder)), seconds)
        finally:
            remove(folder)

    def close(self) -> None:
        """End the server, and everything that is still being done."""
        with self._lock:
            self._closed = True
            if self._socket:
                self._socket.close()
            for pid in list(self._working):
                end_family(pid)
            if self._server:
                self._server.kill()
                self._server.wait()

    def _ask(self, job: bytes, seconds: float) -> Any:
        until = time.monotonic() + seconds
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                self._hand_over(theirs)
            pid = 0
            try:
                ours.settimeout(max(1.0, seconds))
                (pid,) = struct.unpack("<q", _receive(ours, 8, until))
                self._working.add(pid)
                ours.sendall(struct.pack("<q", len(job)) + job)
                (length,) = struct.unpack("<q", _receive(ours, 8, until))
                if length > _LONGEST:
                    raise FailedError("results", size=f"{length / 1e6:.0f}")
                kind, value = pickle.loads(_receive(ours, length, until))
            except FailedError:
                raise
            except (OSError, EOFError, pickle.UnpicklingError) as error:
                late = isinstance(error, TimeoutError)
                raise FailedError("late" if late else "gone", seconds=f"{seconds:g}") from None
            finally:
                if pid:
                    self._working.discard(pid)
                    end_family(pid)
        if kind == "error":
            raise FailedError(value[0], **value[1])
        return value

    def _hand_over(self, theirs: socket.socket) -> None:
        with self._lock:
            if self._closed:
                raise FailedError("gone")
            if self._server is None or self._server.poll() is not None:
                self._start()
            assert self._socket
            try:
                socket.send_fds(self._socket, [b"w"], [theirs.fileno()])
            except OSError as error:
                raise FailedError("system", where="", reason=str(error.strerror or "")) from None

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._server = subprocess.Popen(
                [sys.executable, "-I", "-m", "micrograd.lab.grading.guard", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
                env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            )
        self._socket = ours


def _sweep() -> None:
    """Remove what those left who were ended before they could."""
    import psutil

    with contextlib.suppress(OSError), os.scandir(tempfile.gettempdir()) as entries:
        for entry in entries:
            pid = entry.name.removeprefix(_PREFIX).partition("-")[0]
            left = entry.name.startswith(_PREFIX) and pid.isdecimal() and not psutil.pid_exists(int(pid))
            with contextlib.suppress(OSError):
                if left and entry.is_dir(follow_symlinks=False) and entry.stat().st_uid == _user():
                    remove(entry.path)


def _user() -> int:
    return os.getuid() if hasattr(os, "getuid") else 0


def end_family(pid: int) -> None:
    """End a process and everything that it has started and not left behind. Never raises."""
    import psutil

    with contextlib.suppress(psutil.Error, OSError):
        first = psutil.Process(pid)
        family = [first, *first.children(recursive=True)]
        for process in family:
            with contextlib.suppress(psutil.Error, OSError):
                process.kill()


def _receive(stream: socket.socket, count: int, until: float | None = None) -> bytes:
    """Return the next ``count`` bytes. Raises ``EOFError`` at the end, ``TimeoutError`` after ``until``."""
    received = bytearray()
    while len(received) < count:
        if until is not None:
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            stream.settimeout(left)
        chunk = stream.recv(min(1 << 20, count - len(received)))
        if not chunk:
            raise EOFError
        received += chunk
    return bytes(received)


def _plainly(work: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    try:
        return work(*arguments)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        key, values = reason(error)
        raise FailedError(key, **values) from None


def reason(error: BaseException) -> tuple[str, dict[str, str]]:
    """Return why a piece of work failed: the key of a text of the report and what it says, never Python's words."""
    if isinstance(error, FailedError):
        return error.key, error.values
    if isinstance(error, OSError) and error.strerror:
        where = str(error.filename)[:200] if error.filename else ""
        return "system", {"where": where, "reason": error.strerror}
    if isinstance(error, (MemoryError, RecursionError)):
        return "memory", {}
    return "unexpected", {"name": type(error).__name__[:80]}


def _serve(requests: socket.socket) -> None:
    """Fork a child for every request, until nobody is left to ask."""
    children: set[int] = set()
    served = 0
    requests.settimeout(1.0)
    while True:
        try:
            message, handles, _, _ = socket.recv_fds(requests, 1, 1)
        except TimeoutError:
            message, handles = b"?", []
        for child in list(children):
            if os.waitpid(child, os.WNOHANG)[0]:
                children.discard(child)
        if not message:
            for child in children:
                end_family(child)
            return
        if not handles:
            continue
        served += 1
        if served == _LOADS_AFTER:
            _load()
        child = os.fork()
        if not child:
            requests.close()
            _child(handles[0])
        os.close(handles[0])
        children.add(child)


def _load() -> None:
    with contextlib.suppress(Exception):
        from micrograd.lab import checks
        from micrograd.lab.grading import collect, grade_one  # noqa: F401

        checks.get_ready()


def _child(handle: int) -> None:
    """Do one piece of work and say what came of it; never returns."""
    try:
        with socket.socket(fileno=handle) as client:
            client.settimeout(None)
            client.sendall(struct.pack("<q", os.getpid()))
            (length,) = struct.unpack("<q", _receive(client, 8))
            work, arguments, folder = pickle.loads(_receive(client, length))
            tempfile.tempdir = folder
            _bound()
            try:
                answer = pickle.dumps(("done", work(*arguments)))
            except BaseException as error:
                answer = pickle.dumps(("error", reason(error)))
            client.sendall(struct.pack("<q", len(answer)) + answer)
    finally:
        os._exit(0)


def _bound() -> None:
    """Bound this process's memory: what it has now, and some more."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        with open("/proc/self/statm", encoding="ascii") as file:
            now = int(file.read().split()[0]) * resource.getpagesize()
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        wanted = now + _MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (wanted if hard == -1 else min(wanted, hard), hard))


def main() -> None:
    """Serve on the socket whose number is the first argument."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(fileno=int(sys.argv[1])) as requests:
        _serve(requests)


if __name__ == "__main__":
    main()
