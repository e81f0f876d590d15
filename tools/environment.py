"""Make or update ``.venv``, the one environment that all of the Makefile's targets share.

Run it with the Python that the environment is to have, from anywhere:
``python3 tools/environment.py [lab | dev] [--exact]``. It does only what is out of date, so a second run takes a
moment, and after an interruption it goes on where it stopped. It needs nothing but Python itself, and installs
what ``requirements.lock`` names (for the lab) or ``requirements-dev.lock`` (for everything), each file checked
against its hash: by uv, which fetches several at a time, or by pip where uv cannot. An environment is of the place
where it was made: in a copy of the project, or in one that was moved, it is made anew, because the old one would run
the other's code or nothing.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCKS = {"lab": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}
PEERS = ROOT / "tests" / "peers.txt"
OLDEST = (3, 10)
# Libraries that are installed at once: few enough that an interruption costs little.
PORTION = 20


def main() -> int:
    """Bring the environment up to date and return the exit status."""
    parser = argparse.ArgumentParser(
        description="Make or update .venv, which all of the Makefile's targets share."
    )
    parser.add_argument(
        "purpose",
        nargs="?",
        choices=LOCKS,
        default="dev",
        help="what it is for: the lab alone, or everything (the default)",
    )
    parser.add_argument(
        "--exact",
        action="store_true",
        help="make it anew if it was made with another version of Python than this",
    )
    options = parser.parse_args()
    if sys.version_info < OLDEST:
        return fail(f"Python {platform_version()} is too old: micrograd-lab needs Python 3.10 or newer.")
    state_file = VENV / "environment.json"
    state = read_state(state_file)
    if state.get("place") not in (None, str(VENV)):
        say(f"{VENV.name} was made in {state['place']}, and belongs to what is there.")
    if (
        state.get("place") != str(VENV)
        or not works()
        or (options.exact and state.get("python") != platform_version())
    ):
        if not make(VENV):
            return 1
        state = {"place": str(VENV), "python": platform_version()}
        write_state(state_file, state)
    before = dict(state)
    if not install(LOCKS[options.purpose], options.purpose, state, state_file):
        return 1
    if options.purpose == "dev" and state.get("peers") != (peers := digest([PEERS])):
        # Apart, because PyPI's micrograd would overwrite files of ours; only tests and benchmarks import it.
        target = str(ROOT / ".peers")
        if pip(
            "install", "--quiet", "--no-deps", "--upgrade", "--target", target, "--requirement", str(PEERS)
        ):
            say(f"{PEERS.name} could not be installed: nothing will be compared with PyPI's micrograd.")
        else:
            state["peers"] = peers
            write_state(state_file, state)
    project = digest(project_files(), extra=compiler())
    if state.get("project") != project:
        say("Building micrograd ...")
        # What an earlier build left would be imported in place of what has changed since.
        for path in (ROOT / "src").rglob("*" + sysconfig.get_config_var("EXT_SUFFIX")):
            path.unlink()
        if pip("install", "--quiet", "--no-deps", "--no-build-isolation", "--editable", str(ROOT)):
            return fail("micrograd could not be built; pip says why above.")
        state["project"] = project
        write_state(state_file, state)
        if not compiled():
            say("No working C compiler: the engine runs uncompiled, slower, with the same results.")
            say("Install one (Debian: gcc, python3-dev; macOS: xcode-select --install) and call make again.")
    if state != before:
        write_bytecode()
    return 0


def make(folder: Path) -> bool:
    """Create an empty environment; return False, with a message that helps, where that is not possible."""
    say(f"Making {folder.name} with Python {platform_version()} ...")
    try:
        import ensurepip  # noqa: F401
        import venv
    except ImportError:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        fail(
            f"{sys.executable} has no ensurepip, without which it cannot make an environment.\n"
            f"Debian and Ubuntu keep it apart: sudo apt install python{version}-venv"
        )
        return False
    venv.EnvBuilder(with_pip=True, clear=True, symlinks=os.name != "nt").create(folder)
    return True


def install(lock: Path, purpose: str, state: dict[str, str], state_file: Path) -> bool:
    """Install what a lock names, a portion at a time; return False, with a message, where that fails.

    ``state`` keeps the lock that is installed for each purpose, and how far an interrupted installation came.
    """
    wanted = digest([lock])
    if state.get(purpose) == wanted:
        return True
    options, libraries = portions(lock)
    installer = Installer(options, libraries)
    begun, _, count = state.get("installing", "").partition(" ")
    done = int(count) if begun == wanted else 0
    # What was being installed when somebody pulled the plug may be half there.
    again = begun == wanted
    say(f"Installing the libraries of {lock.name} (a minute or more the first time) ...")
    for start in range(done, len(libraries), PORTION):
        state["installing"] = f"{wanted} {start}"
        write_state(state_file, state)
        if not installer.install(libraries[start : start + PORTION], again):
            fail(f"{lock.name} could not be installed; pip says why above. Call make again to go on.")
            return False
        say(f"  {min(start + PORTION, len(libraries))} of {len(libraries)}")
        again = False
    state.pop("installing", None)
    state[purpose] = wanted
    if purpose == "dev":  # whose lock has everything that the lab's has, in the same versions
        state["lab"] = digest([LOCKS["lab"]])
    write_state(state_file, state)
    return True


class Installer:
    """Installs entries of a lock: with uv, which fetches several at a time; with pip where uv is not to be had."""

    def __init__(self, options: list[str], libraries: list[str]) -> None:
        self.options = options
        self.uv: list[str] | None = None
        # Whoever is offline has that said once, by pip, when it is asked for the first library that is needed.
        itself = [entry for entry in libraries if entry.startswith("uv==")]
        if itself and not pip("install", *self._arguments(itself), quietly=True):
            self.uv = uv_install()

    def install(self, entries: list[str], again: bool) -> bool:
        """Install entries, over what may be half there if ``again``, and tell whether that went well."""
        arguments = self._arguments(entries)
        if self.uv and not uv(*self.uv, *(["--reinstall"] if again else []), *arguments):
            return True
        self.uv = None  # Where it failed once, pip does the rest, and says what is wrong.
        return not pip("install", *(["--ignore-installed"] if again else []), *arguments)

    def _arguments(self, entries: list[str]) -> list[str]:
        listed = VENV / "portion.txt"
        listed.write_text("\n".join([*self.options, *entries, ""]), encoding="utf-8")
        return ["--quiet", "--no-deps", "--require-hashes", "--requirement", str(listed)]


def uv_install(python: str = "") -> list[str]:
    """Return how uv is asked to install, into the environment or another Python's, what pip would install."""
    settings = pip_settings()
    if "cert" in settings:
        os.environ.setdefault("SSL_CERT_FILE", settings["cert"])
    return ["pip", "install", "--python", python or executable("python"), *uv_options(settings)]


def pip_settings() -> dict[str, str]:
    """Return where pip looks for packages: its files' settings, and above them those of its variables."""
    command = [executable("python"), "-m", "pip", "config", "list"]
    listed = subprocess.run(command, capture_output=True, text=True).stdout
    found = re.findall(r"^(global|install|:env:)\.([\w-]+)=('.*')$", listed, re.MULTILINE)
    order = ("global", "install", ":env:")
    return {
        name: ast.literal_eval(value) for _, name, value in sorted(found, key=lambda f: order.index(f[0]))
    }


def uv_options(settings: dict[str, str]) -> list[str]:
    """Return the same for uv. Every file is checked against its hash, so it may come from any index."""
    options = ["--index-strategy", "unsafe-best-match"]
    options += ["--no-index"] if settings.get("no-index") in ("1", "true", "True", "yes", "on") else []
    for name in ("index-url", "extra-index-url", "find-links"):
        options += [part for value in settings.get(name, "").split() for part in (f"--{name}", value)]
    return options


# What notebooks of the lab import, and what runs them.
IMPORTED = """
import matplotlib.backends.backend_agg, matplotlib.pyplot, matplotlib_inline.backend_inline
import numpy, pandas, scipy.optimize, scipy.stats
import sklearn.datasets, sklearn.linear_model, sklearn.metrics, sklearn.model_selection
import sklearn.neural_network, sklearn.pipeline, sklearn.preprocessing, sklearn.tree
import micrograd.draw, micrograd.nn, micrograd.optim, micrograd.plot, micrograd.sklearn
import micrograd.lab.check, micrograd.lab.checks, micrograd.lab.sandbox.shell, micrograd.lab.sandbox.worker
"""


def write_bytecode() -> None:
    """Import it once, for Python to keep what it compiles: what runs behind walls could not keep it.

    This is asked for here by name, so also where Python has been told to keep nothing by itself.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [executable("python"), "-c", IMPORTED]
    subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def portions(lock: Path) -> tuple[list[str], list[str]]:
    """Return a lock's options, and its entries: each a requirement with its hashes."""
    blocks = re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8"))
    blocks = [block.rstrip() for block in blocks if block.strip() and not block.startswith("#")]
    return [b for b in blocks if b.startswith("-")], [b for b in blocks if not b.startswith("-")]


def works() -> bool:
    """Tell whether there is an environment whose Python still starts."""
    try:
        return subprocess.run([executable("python"), "-c", "import pip"], capture_output=True).returncode == 0
    except OSError:
        return False


def compiled() -> bool:
    """Tell whether the engine that was just built is the compiled one."""
    look = "import sys; from micrograd import engine; sys.exit(not engine.COMPILED)"
    environment = {name: value for name, value in os.environ.items() if name != "MICROGRAD_PURE"}
    return subprocess.run([executable("python"), "-c", look], env=environment).returncode == 0


def project_files() -> list[Path]:
    """Return the files whose change asks for a new build."""
    source = ROOT / "src" / "micrograd"
    # Everything that has C types beside it, or is such types.
    types = list(source.rglob("*.pxd"))
    engine = [path.with_suffix(".py") for path in types if path.with_suffix(".py").exists()]
    kernels = [path for pattern in ("*.c", "*.h") for path in source.rglob(pattern)]
    return sorted([ROOT / "pyproject.toml", ROOT / "setup.py", *types, *engine, *kernels])


def compiler() -> str:
    """Return the C compiler that a build would use, so that one that is installed later is noticed."""
    command = os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc"
    return shutil.which(shlex.split(command)[0]) or ""


def digest(paths: list[Path], extra: str = "") -> str:
    """Return a fingerprint of the files' contents, which, unlike their dates, survives a change of branch."""
    fingerprint = hashlib.sha256(extra.encode())
    for path in paths:
        fingerprint.update(path.name.encode() + b"\0" + path.read_bytes())
    return fingerprint.hexdigest()


def executable(name: str) -> str:
    """Return the path of one of the environment's commands."""
    return str(VENV / ("Scripts" if os.name == "nt" else "bin") / name)


def pip(*arguments: str, quietly: bool = False) -> int:
    """Run the environment's pip and return its exit status."""
    command = [executable("python"), "-m", "pip", "--disable-pip-version-check", *arguments]
    return subprocess.run(command, cwd=ROOT, stderr=subprocess.DEVNULL if quietly else None).returncode


def uv(*arguments: str) -> int:
    """Run the environment's uv and return its exit status. What it says of a failure, pip says in its place."""
    try:
        return subprocess.run([executable("uv"), *arguments], cwd=ROOT, stderr=subprocess.DEVNULL).returncode
    except OSError:
        return 1


def read_state(path: Path) -> dict[str, str]:
    """Return what was installed last, or nothing where that is not known."""
    try:
        state: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
        return state
    except (OSError, ValueError):
        return {}


def write_state(path: Path, state: dict[str, str]) -> None:
    """Remember what is installed."""
    path.write_text(json.dumps(state, indent=2) + "\n", encoding="utf-8")


def platform_version() -> str:
    """Return the version of this Python, without its last part: 3.12."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def say(line: str) -> None:
    """Tell the user, at once."""
    print(line, flush=True)


def fail(message: str) -> int:
    """Tell the user what went wrong, and return the exit status for it."""
    print(message, file=sys.stderr, flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main())
