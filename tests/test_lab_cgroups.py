"""A control group for each submission: where one can be made, what it is bound to, and that it is gone afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("IPython", reason="the lab extra is missing, CONTROL GROUPS ARE NOT TESTED")
pytest.importorskip("psutil", reason="psutil is missing, CONTROL GROUPS ARE NOT TESTED")
if sys.platform != "linux":
    pytest.skip("no control groups on this system", allow_module_level=True)

from test_lab_sandbox import SMALL, run

from micrograd.lab.sandbox import cgroups, watch
from micrograd.lab.sandbox.limits import MEGABYTE, Limits

SHARED = """
import os, time
for _ in range(6):
    if not os.fork():
        kept = bytearray(MEGABYTES << 20)
        for place in range(0, len(kept), 4096): kept[place] = 1
        time.sleep(60)
        os._exit(0)
time.sleep(60)
"""


@pytest.fixture
def place() -> cgroups.Place:
    found = cgroups.find()
    if found is None:
        pytest.skip("no control group can be made here, THEY ARE NOT TESTED WITH THE KERNEL")
    return found


def left(place: cgroups.Place) -> list[str]:
    return [
        path.name for folder in place.folders for path in folder.glob(f"micrograd-submission-{os.getpid()}-*")
    ]


@pytest.mark.parametrize("kind", ["bubblewrap", "namespaces", "limits"])
def test_memory_of_all_processes_together_is_bounded_by_the_kernel(place, kind, monkeypatch):
    monkeypatch.setattr(watch, "_memory", lambda process: 0)  # nobody else counts
    limits = Limits(**{**SMALL.__dict__, "memory": 400 * MEGABYTE})
    result = run(SHARED.replace("MEGABYTES", "150"), kind, limits)
    assert result.end == "memory"
    assert left(place) == []


def test_the_number_of_processes_is_bounded_for_root_too(place):
    group = cgroups.Group(place, Limits(processes=4))
    program = "import os\nn = 0\ntry:\n while n < 99 and os.fork(): n += 1\nexcept OSError: print(n)"
    done = subprocess.run([*group.command(), sys.executable, "-c", program], capture_output=True, text=True)
    group.end()
    assert 10 < int(done.stdout) < 25
    assert left(place) == []


def test_who_leaves_the_family_is_ended_with_the_group(place):
    group = cgroups.Group(place, Limits())
    runaway = (
        "import os, time\nif os.fork(): os._exit(0)\nos.setsid()\nif os.fork(): os._exit(0)\ntime.sleep(99)"
    )
    subprocess.run([*group.command(), sys.executable, "-c", runaway], check=True)
    group.end()
    assert left(place) == []


def test_both_versions_are_found_and_only_where_the_controllers_are(tmp_path):
    own, mounts = tmp_path / "cgroup", tmp_path / "mounts"
    slice_ = tmp_path / "two" / "app.slice"
    (slice_ / "terminal.scope").mkdir(parents=True)
    own.write_text("9:memory:/mine\n8:cpu,pids:/\n0::/app.slice/terminal.scope\n")
    mounts.write_text(
        f"cgroup {tmp_path}/memory cgroup rw,memory 0 0\ncgroup {tmp_path}/pids cgroup rw,cpu,pids 0 0\n"
        f"none {tmp_path}/two cgroup2 rw 0 0\n/dev/sda / ext4 rw 0 0\n"
    )
    first = cgroups.Place(1, (tmp_path / "memory" / "mine", tmp_path / "pids"))
    assert list(cgroups.candidates(own, mounts)) == [first]
    for handed_on, found in (("cpu io", [first]), ("cpu memory pids", [cgroups.Place(2, (slice_,)), first])):
        (slice_ / "cgroup.subtree_control").write_text(handed_on)
        assert list(cgroups.candidates(own, mounts)) == found
    assert list(cgroups.candidates(own, tmp_path / "nowhere")) == []


def test_a_group_of_version_2_is_bound_in_memory_and_processes(tmp_path):
    group = cgroups.Group(cgroups.Place(2, (tmp_path,)), Limits(memory=7, written=2, processes=5))
    (folder,) = tmp_path.iterdir()
    assert {path.name: path.read_text() for path in folder.iterdir()} == {
        "memory.max": "9", "memory.oom.group": "1", "pids.max": "21",
    }  # fmt: skip
    assert not group.out_of_memory()
    (folder / "memory.events").write_text("max 3\noom_kill 1\n")
    assert group.out_of_memory()


def test_where_no_group_can_be_made_a_submission_runs_without(monkeypatch):
    monkeypatch.setattr(cgroups, "find", lambda: cgroups.Place(1, (Path("/nonexistent"),)))
    assert cgroups.make(Limits()) is None
