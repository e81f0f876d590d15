"""Which walls this machine can put around a submission.

Three kinds, the best that really works is taken (each is tried before it is believed):

- ``bubblewrap``: no network, a file system that holds the system's programs, this Python and the submission's
  copy, and nothing of the user's; processes of its own.
- ``namespaces``: the same, put together by util-linux's ``unshare`` and ``enter.py``.
- ``limits``: neither; only limits on time, memory, processes and written bytes.

Behind the first two, ``enter.py`` finishes the walls from inside: one bounded file system for all that is written,
everything else read-only, no privileges, and a filter of system calls.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from micrograd.lab.sandbox.limits import Limits
from micrograd.language import Language, Texts
from micrograd.language import say as say_in

Kind = Literal["bubblewrap", "namespaces", "limits"]
_PROBE_SECONDS = 30
_NOT_BOUNDED = "the number of files is not bounded"
# Without the second one, a Python that a cluster's modules provide may not start.
_HANDED_OVER = ("MICROGRAD_PURE", "LD_LIBRARY_PATH")
_UNSHARE = (
    "unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "--kill-child", "--net", "--ipc", "--uts",
)  # fmt: skip
_ENTER = str(Path(__file__).with_name("enter.py"))
BOX, GIVEN = "/submission", "/given"
_SYSTEM = (
    "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/nix/store", "/gnu/store",
    "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/fonts", "/etc/alternatives", "/etc/localtime",
)  # fmt: skip


@dataclass(frozen=True)
class Isolation:
    """The walls in use, and why not better ones."""

    kind: Kind
    reason: str = ""

    @property
    def network(self) -> bool:
        """Whether a submission can reach the network."""
        return self.kind == "limits"

    @property
    def own_processes(self) -> bool:
        """Whether everything that a submission starts ends with it, whatever it does."""
        return self.kind != "limits"

    def say(self, language: Language) -> str:
        """Return one sentence for the teacher: what holds, and what does not."""
        sentence = say_in(_SENTENCES, self.kind, language)
        return f"{sentence} ({self.reason})" if self.reason else sentence

    def box(self, root: Path) -> str:
        """Return the folder in which a submission works, as it sees it; ``root`` is its folder on this machine."""
        return BOX if self.own_processes else str(root / "given")

    def command(self, root: Path, limits: Limits, strict: bool = False) -> list[str]:
        """Return what to put before a command so that it runs inside the walls.

        ``root / "given"`` holds the submission's files, of which it gets a copy; ``strict`` makes it fail where the
        number of files cannot be bounded.
        """
        specification: dict[str, Any] = {
            "kind": self.kind, "size": limits.written, "files": limits.files, "strict": strict,
            "in_tmp": _in_tmp(python_folders()),
        }  # fmt: skip
        if self.kind == "limits":
            return []
        if self.kind == "bubblewrap":
            return [*_bubblewrap(root, limits), *_entering(specification)]
        inside = root / "root"
        inside.mkdir(exist_ok=True)
        there = [path for path in _SYSTEM if os.path.exists(path)]
        specification["root"], specification["given"] = str(inside), str(root / "given")
        specification["links"] = [[path, os.readlink(path)] for path in there if os.path.islink(path)]
        specification["kept_back"] = _kept_back(root)
        specification["shown"] = [path for path in there if not os.path.islink(path)] + python_folders()
        return [*_UNSHARE, *_entering(specification)]


def _entering(specification: dict[str, Any]) -> list[str]:
    return [sys.executable, "-I", "-S", _ENTER, json.dumps(specification)]


_SENTENCES: Texts = {
    "bubblewrap": {
        "fr": "Chaque rendu s'exécute dans bubblewrap : sans réseau, sans accès à vos fichiers.",
        "en": "Each submission runs in bubblewrap: no network, no access to your files.",
    },
    "namespaces": {
        "fr": "Chaque rendu s'exécute dans des espaces de noms (unshare) : sans réseau, sans accès à vos fichiers.",
        "en": "Each submission runs in namespaces (unshare): no network, no access to your files.",
    },
    "limits": {
        "fr": "ATTENTION : ce système n'offre ni bubblewrap ni espaces de noms. Le temps, la mémoire, les processus et"
        " l'écriture sont limités, mais un rendu a accès au réseau et aux fichiers que vous pouvez lire ou écrire."
        " N'évaluez que des rendus dont vous connaissez les auteurs, ou faites-le dans une machine virtuelle.",
        "en": "WARNING: this system offers neither bubblewrap nor namespaces. Time, memory, processes and writing are"
        " limited, but a submission can reach the network and the files that you can read or write. Grade only"
        " submissions whose authors you know, or do it in a virtual machine.",
    },
}


@cache
def find(wanted: Kind | None = None) -> Isolation:
    """Return the best isolation that works here, or the one that is wanted.

    Raises ``RuntimeError`` if the one that is wanted does not work.
    """
    reasons: list[str] = []
    kind: Kind
    for kind in ("bubblewrap", "namespaces"):
        if wanted in (None, kind):
            why_not = _try(Isolation(kind), strict=True)
            if _NOT_BOUNDED in why_not:
                # Still far better than what comes after it; and said.
                lenient = _try(Isolation(kind), strict=False)
                reasons += [] if lenient else [why_not]
                why_not = lenient
            if not why_not:
                return Isolation(kind, "; ".join(reasons))
            reasons.append(f"{kind}: {why_not}")
            if wanted:
                raise RuntimeError(f"{kind} does not work on this machine: {why_not}")
    return Isolation("limits", "; ".join(reasons))


def _try(isolation: Isolation, strict: bool) -> str:
    """Return why an isolation does not work here, or nothing: the network must be gone, and Python must run."""
    if not sys.platform.startswith("linux"):
        return f"Linux only, this is {sys.platform}"
    program = "bwrap" if isolation.kind == "bubblewrap" else "unshare"
    if shutil.which(program) is None:
        return f"{program} is not installed"
    import tempfile

    probe = (
        "import os, socket, sys, micrograd.engine\n"
        "names = [n for _, n in socket.if_nameindex() if n != 'lo']\n"
        "sys.exit(f'network: {names}' if names else f'{os.getpid()} processes' if os.getpid() > 9 else 0)"
    )
    with tempfile.TemporaryDirectory(prefix="micrograd-probe-") as folder:
        (Path(folder) / "given").mkdir()
        walls = isolation.command(Path(folder), Limits(written=1 << 20), strict)
        command = [*walls, sys.executable, "-I", "-c", probe]
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                text=True,
                timeout=_PROBE_SECONDS,
                env={"PATH": os.defpath, **handed_over()},
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
    lines = (done.stderr or done.stdout).strip().splitlines()
    return "" if done.returncode == 0 else (lines[-1] if lines else f"exit status {done.returncode}")


def _bubblewrap(root: Path, limits: Limits) -> list[str]:
    command = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    # For enter.py, which gives them up before anything of the submission's runs.
    command += ["--cap-add", "CAP_SYS_ADMIN", "--cap-add", "CAP_SETPCAP"]
    command += ["--hostname", "submission", "--proc", "/proc", "--dev", "/dev"]
    for path in _SYSTEM:
        # A link (as /bin to /usr/bin) stays a link, with nothing of its own to show.
        if os.path.islink(path):
            command += ["--symlink", os.readlink(path), path]
        elif os.path.exists(path):
            command += ["--ro-bind", path, path]
    for path in python_folders():
        command += ["--ro-bind", path, path]
    for nothing, path in _kept_back(root):
        command += ["--ro-bind", nothing, path]
    command += ["--ro-bind", str(root / "given"), GIVEN, "--size", str(limits.written), "--tmpfs", BOX]
    if not _in_tmp(python_folders()):
        command += ["--symlink", f"{BOX}/tmp", "/tmp"]
    # What bwrap itself makes in memory has no bounds, so nobody may write there.
    return [*command, "--chdir", "/", "--remount-ro", "/dev", "--remount-ro", "/"]


def _kept_back(root: Path) -> list[tuple[str, str]]:
    """Return the places of the lab's solved notebook, which ships with it, each with the nothing to show there.

    What runs the cells needs none of it.
    """
    folder, file = root / "nothing", root / "nothing.txt"
    folder.mkdir(exist_ok=True)
    file.touch()
    labs = {Path(form(__file__)).parents[1] for form in (os.path.realpath, os.path.abspath)}
    kept = ("content/cells.py", "content/__pycache__", "solved")
    places = sorted(lab / name for lab in labs for name in kept)
    return [(str(folder if place.is_dir() else file), str(place)) for place in places if place.exists()]


def _in_tmp(folders: list[str]) -> list[str]:
    """Return those that lie in ``/tmp``, of which a submission gets one of its own: ``enter.py`` shows them there."""
    return [path for path in folders if path.startswith("/tmp/")]


def handed_over() -> dict[str, str]:
    """Return the few environment variables that a submission gets from this process."""
    return {name: os.environ[name] for name in _HANDED_OVER if name in os.environ}


def python_folders() -> list[str]:
    """Return the folders that this Python needs to run and import micrograd, none inside another."""
    import micrograd

    folders = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}
    folders |= {
        path
        for name, path in sysconfig.get_paths().items()
        if name in ("stdlib", "platstdlib", "purelib", "platlib")
    }
    folders.add(os.path.dirname(os.path.realpath(sys.executable)))
    # Only the package itself: what lies beside it in a checkout is none of a submission's business.
    folders.add(str(Path(micrograd.__file__).parent))
    existing = {os.path.realpath(path) for path in folders} | {os.path.abspath(path) for path in folders}
    kept = [path for path in existing if os.path.isdir(path) and path not in ("/", str(Path.home()))]
    inside_system = tuple(f"{path}/" for path in _SYSTEM if not os.path.islink(path))
    return sorted(path for path in kept if path != "/usr" and not path.startswith(inside_system))
