"""What the walls promise from inside, for each kind that has some; and who may speak on the channel."""

from __future__ import annotations

import textwrap

import pytest

pytest.importorskip("IPython", reason="the lab extra is missing, THE WALLS ARE NOT TESTED")
pytest.importorskip("psutil", reason="psutil is missing, THE WALLS ARE NOT TESTED")

from test_lab_sandbox import SMALL, errors, printed, run, still_graded

from micrograd.lab.sandbox import seccomp
from micrograd.lab.sandbox.limits import Limits
from micrograd.lab.sandbox.relay import plan

WALLS = pytest.mark.parametrize("kind", ["bubblewrap", "namespaces"])


@WALLS
@pytest.mark.parametrize("place", ["/", "/dev", "/usr", "/etc", "/proc"])
def test_nothing_outside_of_the_box_can_be_written(kind, place):
    result = run(f"open({place!r} + '/x', 'w').write('x')", kind)
    assert errors(result)
    assert still_graded(result)


@WALLS
def test_temporary_files_shared_memory_and_home_are_in_the_box(kind):
    source = """
    import os, tempfile
    for folder in (tempfile.gettempdir(), "/tmp", "/dev/shm", os.path.expanduser("~"), "."):
        with open(os.path.join(folder, "x"), "w") as file: file.write("x")
        print(os.stat(folder).st_dev)
    """
    result = run(source, kind)
    assert not errors(result)
    assert len(set(printed(result).split())) == 1


@WALLS
@pytest.mark.parametrize("make", ["open(str(i), 'w').close()", "os.mkdir('d'); os.chdir('d')"])
def test_empty_files_and_endless_folders_are_counted(kind, make):
    limits = Limits(**{**SMALL.__dict__, "files": 1000})
    result = run(f"import os\nfor i in range(10**6): {make}", kind, limits)
    assert "OSError" in errors(result)
    assert result.end == "written"


@WALLS
@pytest.mark.parametrize(
    "call",
    [
        "shmget(0, 1 << 30, 0o1600)",
        "ptrace(0, 0, 0, 0)",
        "unshare(0x10000000)",
        "mq_open(b'/x', 0o102, 0o600, 0)",
    ],
)
def test_calls_that_a_notebook_never_needs_are_refused(kind, call):
    source = f"import ctypes\nlibrary = ctypes.CDLL(None, use_errno=True)\nprint(library.{call}, ctypes.get_errno())"
    result = run(source, kind)
    assert printed(result).split() == ["-1", "1"]


@WALLS
def test_no_capability_is_left(kind):
    result = run("print(open('/proc/self/status').read())", kind)
    effective = [line.split()[1] for line in printed(result).splitlines() if line.startswith("CapEff")]
    assert effective in ([], ["0" * 16])


def test_the_filter_is_for_this_machine_only_and_well_formed():
    for machine in ("x86_64", "aarch64"):
        assert len(seccomp.program(machine)) % 8 == 0
        assert len(seccomp.program(machine)) // 8 < 4096
    assert seccomp.program("vax") == b""


@pytest.mark.parametrize("kind", ["bubblewrap", "namespaces", "limits"])
def test_the_secret_is_nowhere_in_the_process_that_runs_the_cells(kind):
    source = """
    import gc, os, sys
    print([key for key in os.environ if "token" in key.lower()])
    def has_token(thing):
        return isinstance(thing, dict) and len(str(thing.get("token", thing.get("_token", "")))) == 32
    print(sum(map(has_token, gc.get_objects())))
    """
    result = run(source, kind)
    assert printed(result).split() == ["[]", "0"]
    assert ("reads", {"what": "gc.get_objects"}) in result.notes


def test_who_speaks_out_of_turn_gains_nothing_and_is_seen():
    source = """
    import gc
    for worker in [thing for thing in gc.get_objects() if type(thing).__name__ == "Worker"]:
        for task in range(1, 11):
            worker._send({"type": "ready", "task": task})
            worker._send({"type": "observed", "task": task, "observed": {}})
        worker._send({"type": "end"})
    """
    result = run(source)
    assert result.strangers >= 21
    assert still_graded(result)


def test_importing_and_changing_the_checks_is_seen_and_changes_nothing():
    source = """
    import micrograd.lab.checks as checks
    checks.observe = checks.judge = lambda *a: {}
    """
    result = run(source)
    assert {key for key, _ in result.notes} == {"imports", "patches"}
    assert still_graded(result)


def test_the_notebooks_own_check_line_is_no_reason_for_a_remark():
    result = run(textwrap.dedent("from micrograd.lab.check import check\ncheck(2)"), limits=Limits())
    assert result.notes == []


def test_what_is_due_follows_the_cells():
    cells = [{"task": task, "also": [4] if task == 3 else []} for task in (None, 1, 1, 3, None)]
    assert plan(cells, {1, 2, 3, 4}) == [
        ("cell", 0), ("cell", 1), ("cell", 2), ("look", 1), ("cell", 3), ("look", 3), ("look", 4), ("cell", 4),
        ("look", 2),
    ]  # fmt: skip


def test_a_notebook_that_does_nothing_odd_gets_no_remark():
    source = """
    import collections, random, warnings
    import matplotlib.pyplot as plt
    from micrograd.nn import MLP
    collections.namedtuple("Point", "x y")
    warnings.warn("x")
    display(MLP(2, [1]))
    plt.plot([1, 2]); plt.show()
    """
    assert run(source, limits=Limits()).notes == []
