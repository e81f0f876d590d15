"""Fifty hostile cells, written from what the walls promise to a teacher: ``python tests/hostile_corpus.py [WALLS]``.

Each is run before a right cell, with the teacher's things beside it: a file in the home folder, an environment
variable, a server, a Unix socket, a process. Whatever the cell does, those stay as they were and unread, the right
cell keeps its points or the row says why not, and nothing is left on the disk or running.
"""

# ruff: noqa: E501
from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from micrograd.lab import checks
from micrograd.lab.checks.submitted import CodeCell
from micrograd.lab.sandbox import confined, isolation
from micrograd.lab.sandbox.limits import MEGABYTE, Limits
from micrograd.lab.sandbox.removing import remove

LIMITS = Limits(seconds=60, cell_seconds=6, memory=700 * MEGABYTE, processes=32, written=20 * MEGABYTE)
CANARY = "the-exam-of-next-week"
RIGHT = CodeCell("def sigmoid(out):\n    return out.sigmoid()\nsigmoid_operation = sigmoid", 2)

#: What each tries; HOME, PORT, SOCKET and PID are the teacher's.
CELLS: dict[str, str] = {
    "reads-home": "print(open('HOME/exam.txt').read())",
    "reads-home-by-link": "import os; os.symlink('HOME/exam.txt', 'l'); print(open('l').read())",
    "writes-home": "open('HOME/exam.txt', 'w').write('x')",
    "new-in-home": "open('HOME/left', 'w').write('x')",
    "removes-home": "import shutil; shutil.rmtree('HOME')",
    "lists-home": "import os; print(os.listdir('HOME'))",
    "startup-file": "open('HOME/.bashrc', 'a').write('x')",
    "environment": "import os; print(dict(os.environ))",
    "environment-of-parent": "import os; print(open(f'/proc/{os.getppid()}/environ').read())",
    "environment-of-all": "import glob\nfor p in glob.glob('/proc/*/environ'):\n  try: print(open(p).read())\n  except OSError: pass",
    "memory-of-parent": "import os; open(f'/proc/{os.getppid()}/mem', 'rb').read(10)",
    "root-of-first": "print(open('/proc/1/root/HOME/exam.txt').read())",
    "parents-folder": "import os; print(open(f'/proc/{os.getppid()}/cwd/../../../exam.txt').read())",
    "kills-teacher": "import os; os.kill(PID, 9)",
    "kills-all": "import os; os.kill(-1, 9)",
    "kills-parent": "import os; os.kill(os.getppid(), 9)",
    "stops-parent": "import os, signal; os.kill(os.getppid(), signal.SIGSTOP)",
    "stops-itself": "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
    "network": "import socket; s = socket.create_connection(('127.0.0.1', PORT), 2); print(s.recv(100))",
    "internet": "import urllib.request; urllib.request.urlopen('http://192.0.2.1', timeout=2)",
    "unix-socket": "import socket; s = socket.socket(socket.AF_UNIX); s.connect('SOCKET'); print(s.recv(100))",
    "listens": "import socket; s = socket.socket(); s.bind(('0.0.0.0', 0)); s.listen(); s.settimeout(3); s.accept()",
    "exits": "import os; os._exit(0)",
    "exits-politely": "raise SystemExit",
    "crashes": "import ctypes; ctypes.string_at(0)",
    "recursion": "import sys; sys.setrecursionlimit(10**9)\ndef f(): f()\nf()",
    "loops": "while True: pass",
    "loops-deaf": "while True:\n  try:\n    while True: pass\n  except BaseException: pass",
    "sleeps": "import time; time.sleep(10**6)",
    "loops-in-c": "10 ** (10 ** 9)",
    "ignores-signals": "import signal\nfor n in range(1, 60):\n  try: signal.signal(n, signal.SIG_IGN)\n  except Exception: pass\nwhile True: pass",
    "memory": "kept = []\nwhile True: kept.append(bytearray(1 << 24))",
    "memory-of-children": "import os, time\nfor _ in range(20):\n  if not os.fork():\n    kept = bytearray(1 << 28)\n    for i in range(0, 1 << 28, 4096): kept[i] = 1\n    time.sleep(100)\ntime.sleep(100)",
    "forks": "import os\nwhile True:\n  try: os.fork()\n  except OSError: pass",
    "leaves-a-daemon": "import os, time\nif not os.fork():\n  os.setsid()\n  if not os.fork():\n    time.sleep(3600)\n  os._exit(0)",
    "threads": "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(100,), daemon=True).start()",
    "writes": "with open('x', 'wb') as f:\n  while True: f.write(bytes(1 << 20))",
    "writes-tmp": "with open('/tmp/x', 'wb') as f:\n  while True: f.write(bytes(1 << 20))",
    "writes-shm": "with open('/dev/shm/x', 'wb') as f:\n  while True: f.write(bytes(1 << 20))",
    "writes-usr": "open('/usr/left', 'w').write('x')",
    "writes-package": "import micrograd; open(micrograd.__file__, 'a').write('x')",
    "many-files": "n = 0\nwhile True:\n  open(f'f{n}', 'w').close(); n += 1",
    "deep-folders": "import os\nwhile True: os.mkdir('d'); os.chdir('d')",
    "odd-names": "import os\nfor n in range(128, 256): open(b'a' + bytes([n]), 'w').close()\nos.chmod('.', 0)",
    "prints": "while True: print('x' * 10000)",
    "prints-past-python": "import os\nwhile True: os.write(1, b'x' * 10000)",
    "shows-figures": "from IPython.display import display\nwhile True: display({'image/png': 'A' * 100000}, raw=True)",
    "pipe-in-place": "import os; os.mkfifo('p'); open('p').read()",
    "mounts": "import subprocess; subprocess.run(['mount', '-t', 'tmpfs', 'x', '/mnt'], check=True)",
    "becomes-root": "import os; os.setuid(0); os.chroot('/'); print(open('HOME/exam.txt').read())",
    "speaks": "import os\nfor n in range(3, 32):\n  try: os.write(n, b'{\"type\": \"observed\", \"task\": [1]}\\n' + b'[' * 700 + b'\\n')\n  except OSError: pass",
    "closes-everything": "import os; os.closerange(0, 1000)",
}  # fmt: skip
#: What finds nothing and takes nothing, so that there is nothing to say.
QUIET = ("environment", "environment-of-all", "odd-names")
#: Those that the tests run, too: one of each sort.
SOME = (
    "reads-home", "removes-home", "environment-of-all", "kills-teacher", "network", "unix-socket", "exits", "loops-deaf",
    "leaves-a-daemon", "odd-names", "speaks", "closes-everything",
)  # fmt: skip


class Teacher:
    """What is the teacher's, and has to be the same afterwards."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.home.mkdir()
        (self.home / "exam.txt").write_text(CANARY)
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        self.talked = 0
        self.process = subprocess.Popen(["sleep", "3600"], env={"EXAM": CANARY, "PATH": os.defpath})
        self._servers = [socket.create_server(("127.0.0.1", 0)), socket.socket(socket.AF_UNIX)]
        self.port = self._servers[0].getsockname()[1]
        self.path = str(folder / "s")
        self._servers[1].bind(self.path)
        self._servers[1].listen()
        for server in self._servers:
            threading.Thread(target=self._serve, args=(server,), daemon=True).start()

    def _serve(self, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = server.accept()
                self.talked += 1
                connection.sendall(CANARY.encode())
                connection.close()

    def close(self) -> None:
        """End what was begun."""
        for server in self._servers:
            server.close()
        self.process.kill()
        self.process.wait()

    def filled_in(self, source: str) -> str:
        """A cell with the teacher's things in it."""
        names = {"HOME": self.home, "PORT": self.port, "SOCKET": self.path, "PID": self.process.pid}
        for name, value in names.items():
            source = source.replace(name, str(value))
        return source

    def harm(self) -> list[str]:
        """What is not as it was."""
        found = []
        if [(p.name, p.read_text()) for p in self.home.iterdir()] != [("exam.txt", CANARY)]:
            found.append("the home folder changed")
        if self.process.poll() is not None:
            found.append("the teacher's process was ended")
        if self.talked:
            found.append("the teacher's servers were reached")
        found += [f"left: {path.name}" for path in self.temporary.iterdir()]
        return found


@contextlib.contextmanager
def teacher() -> Iterator[Teacher]:
    """A teacher's machine, for a while."""
    folder = tempfile.mkdtemp(prefix="teacher-")
    before = tempfile.tempdir
    try:
        one = Teacher(Path(folder))
        os.environ["EXAM"] = CANARY
        tempfile.tempdir = str(one.temporary)
        try:
            yield one
        finally:
            one.close()
    finally:
        tempfile.tempdir = before
        os.environ.pop("EXAM", None)
        remove(folder)


def attempt(
    name: str, walls: isolation.Isolation, one: Teacher, limits: Limits = LIMITS
) -> tuple[list[str], str]:
    """Run a hostile cell; return what was not contained, and what is said of it."""
    import psutil

    one.talked = 0
    before = {process.pid for process in psutil.process_iter()}
    cells = [CodeCell(one.filled_in(CELLS[name]), 5), RIGHT]
    run = confined.run_confined(cells, walls, "en", limits)
    wrong = one.harm()
    if run.cell is None and run.end != "finished":
        wrong.append(f"it never began, so that this shows nothing: {run.detail[-200:]}")
    if CANARY in str(run.outputs) + run.detail:
        wrong.append("the exam was read")
    right = checks.points(2, run.findings[2])
    # A cell that leaves no thread to be started harms the cells after it, and its error says so.
    stopped = any(item["type"] == "error" for items in run.outputs for item in items)
    if run.end == "finished" and right != 2 and not stopped:
        wrong.append(f"the right cell has {right:g} points, and nothing says why")
    for process in psutil.process_iter(["pid", "cmdline", "ppid"]):
        command = " ".join(process.info["cmdline"] or [])
        if (
            process.info["pid"] not in before
            and "micrograd.lab.sandbox" in command
            and str(one.temporary) in command
        ):
            wrong.append(f"still running: {command[:100]}")
    errors = [item["name"] for items in run.outputs for item in items if item["type"] == "error"]
    said = [*errors, *(note[0] for note in run.notes), *(["strangers"] if run.strangers else [])]
    if run.end == "finished" and not said and name not in QUIET:
        wrong.append("the row says nothing of it")
    return wrong, f"{run.end} {' '.join(said)}".strip()


def main(arguments: list[str]) -> int:
    """Try all cells behind each of the walls that are named, and say what came of it."""
    failed = 0
    for kind in arguments or ["bubblewrap", "namespaces"]:
        walls = isolation.find(kind)  # type: ignore[arg-type]
        for name in CELLS:
            with teacher() as one:
                wrong, said = attempt(name, walls, one)
            failed += bool(wrong)
            print(
                f"{kind} {name}: {said}{''.join(f'{chr(10)}  NOT CONTAINED: {what}' for what in wrong)}",
                flush=True,
            )
    print(f"{failed} not contained")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
