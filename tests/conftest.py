"""What the tests share: the peers they compare with, and programs run in a process of their own."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import textwrap
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from shared import shared_folder

ROOT = Path(__file__).resolve().parent.parent

# Without it, scikit-learn skips its checks of the array API. SciPy reads it once, when it is imported.
os.environ.setdefault("SCIPY_ARRAY_API", "1")
# Every program that a test compiles is verified, and runs on rows and slots that were filled with NaN before.
os.environ.setdefault("MICROGRAD_DEBUG", "1")

settings.register_profile("micrograd", deadline=None, max_examples=50)
settings.register_profile("quick", deadline=None, max_examples=20)
settings.register_profile("thorough", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "micrograd"))


# What takes longest, in the order in which it is best begun: what is begun last, one process does alone. Those that
# need a package are apart: one would wait while the other makes it.
LONGEST = (
    "pythons", "lab_live", "lab_sandbox", "lab_check_strangers", "draw_page", "draw_playground",
    "packaging", "lab_grading", "lab_student", "lab_run", "lab_check_corpus", "draw_play_reach",
    "draw_notebook", "compiler_tracing", "docs", "compiler_generated", "import", "lab_check_live",
    "draw_play", "lab_nbgrader", "lab_check_from_nothing", "compiler_training", "lab_notebook",
    "lab_hostile_clones", "lab_walls", "sklearn", "lab_hostile", "draw_outputs", "compiler_determinism",
    "lab_full_disk", "compiler_changes", "engine_safety", "engine_types", "draw_play_access",
    "sklearn_dask", "lab_patterns", "lab_borrowing", "wasm", "compiler_peers", "compiler_instructions",
    "site_gallery", "engine_memory", "compiler_functions", "draw_choosing", "gpt", "draw_explorer",
    "compiler_precision", "safety_tools",
)  # fmt: skip


def pytest_configure() -> None:
    shared_folder()  # before pytest-xdist starts its workers, which are told of it


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Use one process more than there are processors: many tests wait, for a browser, a server or a limit of time."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Put what takes longest first, and note which tests one process has to run one after another."""
    items.sort(key=_when)
    groups = {item.nodeid: item.path.stem for item in items if not _is_on_its_own(item)}
    _groups_file().write_text(json.dumps(groups), encoding="utf-8")  # every worker writes the same
    return (yield)


def pytest_collection_finish() -> None:
    """Keep the modules and the tests, which stay, from the garbage collector: each time, it would look at them all."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand out tests in their order, and groups of them whole: for ``pytest -n 2 --dist loadgroup``.

    pytest-xdist's own groups are a part of the tests' names, which pytest 9.2 does not let it change.
    """
    if config.getvalue("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class InGroups(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            if not hasattr(self, "groups"):
                self.groups = json.loads(_groups_file().read_text(encoding="utf-8"))
            return self.groups.get(nodeid, nodeid)

    return InGroups(config, log)


def _groups_file() -> Path:
    return shared_folder() / "groups.json"


def _when(item: pytest.Item) -> tuple[int, int]:
    name = item.path.stem.removeprefix("test_")
    longest = LONGEST.index(name) if name in LONGEST else len(LONGEST)
    return longest, item.get_closest_marker("slow") is None


def _is_on_its_own(item: pytest.Item) -> bool:
    """Tell a test that takes long, and that uses nothing that its module made, from those of a file together."""
    if item.get_closest_marker("slow") is None:
        return False
    fixtures = getattr(item, "_fixtureinfo", None)
    found = fixtures.name2fixturedefs.values() if fixtures else ()
    return not any(definitions[-1].scope in ("module", "class") for definitions in found)


@pytest.fixture(scope="session")
def peer() -> types.SimpleNamespace:
    """PyPI's micrograd 0.1.0: ``peer.Value``, ``peer.nn``; its nodes also keep ``_operands``, in order.

    It has our import name, so it is installed into a folder of its own (``.peers`` in the project's
    root, or ``MICROGRAD_PEERS``) and loaded under other names.
    """
    peers = Path(os.environ.get("MICROGRAD_PEERS", ROOT / ".peers"))
    folder = peers / "micrograd"
    if not (folder / "engine.py").exists():
        requirement = str(ROOT / "tests" / "peers.txt")
        install = ["pip", "install", "--quiet", "--no-deps", "--require-hashes", "--target", str(peers), "-r"]
        done = subprocess.run([sys.executable, "-m", *install, requirement], capture_output=True, text=True)
        if done.returncode:
            reason = done.stderr.strip().splitlines()[-1:]
            pytest.skip(f"PyPI's micrograd cannot be installed, NOTHING IS COMPARED WITH IT: {reason}")
    engine = _load(folder / "engine.py", "peer_micrograd_engine")
    make = engine.Value.__init__

    def make_and_remember(self, data, _children=(), _op=""):
        make(self, data, _children, _op)
        self._operands = tuple(_children)

    engine.Value.__init__ = make_and_remember
    return types.SimpleNamespace(Value=engine.Value, nn=_load(folder / "nn.py", "peer_micrograd_nn"))


def _load(path: Path, name: str) -> types.ModuleType:
    module = types.ModuleType(name)
    sys.modules[name] = module
    source = path.read_text(encoding="utf-8").replace("from micrograd.engine", "from peer_micrograd_engine")
    exec(compile(source, str(path), "exec"), module.__dict__)
    return module


def run_python(script: str, **environment: str) -> str:
    """What ``script`` prints when a Python of its own runs it, with the engine that these tests test."""
    completed = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=600,
    )
    if completed.returncode != 0:
        pytest.fail(f"the script ended with {completed.returncode}:\n{completed.stderr[-4000:]}")
    return completed.stdout


@pytest.fixture(scope="session")
def python():
    return run_python
