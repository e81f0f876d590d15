"""What the walls promise from inside, for each kind that has some; and who may speak on the channel."""

from __future__ import annotations

import platform
import sys
import textwrap
from functools import cache

import pytest

pytest.importorskip("IPython", reason="the lab extra is missing, THE WALLS ARE NOT TESTED")
pytest.importorskip("psutil", reason="psutil is missing, THE WALLS ARE NOT TESTED")

from test_lab_sandbox import SMALL, errors, printed, run, run_all, still_graded

from micrograd.lab import checks
from micrograd.lab.sandbox import confined, isolation, seccomp
from micrograd.lab.sandbox.confined import CodeCell
from micrograd.lab.sandbox.limits import Limits
from micrograd.lab.sandbox.relay import plan

WALLS = pytest.mark.parametrize("kind", ["bubblewrap", "namespaces"])


SOLVED = """
import os, subprocess, micrograd
folder = os.path.join(os.path.dirname(micrograd.__file__), "l" + "ab")
print(os.listdir(os.path.join(folder, "solved")))
words = ["grep", "-rlE", "BEGIN SOLUT" + "ION", folder, "--include=*.py*"]
found = subprocess.run(words, capture_output=True, text=True).stdout.split()
print(len([path for path in found if "cells" in path]))
"""
SIGMOID = "def sigmoid(out):\n    return out.sigmoid()\nsigmoid_operation = sigmoid"
PLACES = ("/", "/dev", "/usr", "/etc", "/proc")
CALLS = (
    "shmget(0, 1 << 30, 0o1600)",
    "ptrace(0, 0, 0, 0)",
    "unshare(0x10000000)",
    "mq_open(b'/x', 0o102, 0o600, 0)",
    "syscall(250, 0, 0)" if platform.machine() == "x86_64" else "syscall(219, 0, 0)",
)
BOX = """
import os, tempfile
for folder in (tempfile.gettempdir(), "/tmp", "/dev/shm", os.path.expanduser("~"), "."):
    with open(os.path.join(folder, "x"), "w") as file: file.write("x")
    print(os.stat(folder).st_dev)
"""


@cache
def looked_at(kind):
    """One run in which everything is tried that harms nothing: cells by what they try, and what came of it."""
    calls = (
        "import ctypes\nlibrary = ctypes.CDLL(None, use_errno=True)\nprint(library.{}, ctypes.get_errno())"
    )
    cells = {
        **{place: f"open({place!r} + '/x', 'w').write('x')" for place in PLACES},
        **{call: calls.format(call) for call in CALLS},
        "box": BOX,
        "solved": SOLVED,
        "status": "print(open('/proc/self/status').read())",
    }
    result = run_all(list(cells.values()), kind)
    return result, {name: number for number, name in enumerate(cells)}


@WALLS
def test_nothing_outside_of_the_box_can_be_written(kind):
    result, at = looked_at(kind)
    assert all(errors(result, at[place]) for place in PLACES)
    assert still_graded(result)


@WALLS
def test_temporary_files_shared_memory_and_home_are_in_the_box(kind):
    result, at = looked_at(kind)
    assert not errors(result, at["box"])
    assert len(set(printed(result, at["box"]).split())) == 1


@WALLS
@pytest.mark.parametrize("make", ["open(str(i), 'w').close()", "os.mkdir('d'); os.chdir('d')"])
def test_empty_files_and_endless_folders_are_counted(kind, make):
    limits = Limits(**{**SMALL.__dict__, "files": 1000})
    result = run(f"import os\nfor i in range(10**6): {make}", kind, limits)
    assert "OSError" in errors(result)
    assert result.end == "written"


@WALLS
def test_the_solved_notebook_is_out_of_sight_of_every_program(kind):
    result, at = looked_at(kind)
    assert printed(result, at["solved"]).split() == ["[]", "0"]


@WALLS
def test_calls_that_a_notebook_never_needs_are_refused(kind):
    result, at = looked_at(kind)
    assert {call: printed(result, at[call]).split() for call in CALLS} == {
        call: ["-1", "1"] for call in CALLS
    }


@WALLS
def test_no_capability_is_left(kind):
    result, at = looked_at(kind)
    lines = printed(result, at["status"]).splitlines()
    effective = [line.split()[1] for line in lines if line.startswith("CapEff")]
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
    for one in get_ipython().ast_transformers:  # a way to what really watches
        one.visit.__globals__["transformed"] = len
    """
    result = run(source)
    assert {key for key, _ in result.notes} == {"imports", "patches"}
    assert still_graded(result)


def test_importing_the_lab_by_any_name_that_is_put_together_is_seen():
    cells = {
        "check": "import micrograd.lab.check as mine; mine.check",
        "checks": "import importlib; importlib.import_module('micrograd' + '.lab' + '.checks')",
        "errors": "__import__('micrograd' + '.lab.errors', fromlist=['x'])",
        "files": "import pkgutil; pkgutil.resolve_name('micrograd' + '.lab.files')",
        "student.naming": "import pickle; pickle.loads(b'cmicrograd' + b'.lab.student.naming\\nPREFIX\\n.')",
        "sandbox.removing": "import sys; del sys.meta_path[:2]; __import__('micrograd' + '.lab.sandbox.removing')",
    }
    notes = run_all(list(cells.values()), limits=Limits()).notes
    assert {key for key, _ in notes} == {"imports"}
    assert {f"micrograd.lab.{name}" for name in cells} <= {said["what"] for _, said in notes}


WAYS = """
modules = ("micrograd.l" + "ab", "__main__")
ours = {kind.__name__: kind for kind in object.__subclasses__() if kind.__module__.startswith(modules)}
there = ours["_Task3"].judge.__globals__
"""


def test_whatever_is_changed_in_the_checks_themselves_is_seen_and_put_back():
    cells = {
        "checks.perceptron.TASK_3.observe": "object.__setattr__(there['TASK_3'], 'observe', len)",
        "checks.perceptron.TASK_3": "t = there['TASK_3']; t.__class__ = type('X', (type(t),), {})",
        "checks.perceptron.PERCEPTRON": "there['PERCEPTRON'].append(1)",
        "checks.perceptron.sigmoid": "there['sigmoid'] = len",
        "checks.perceptron.len": "there['len'] = lambda x: 0",
        "checks.perceptron._Task3.__getattribute__": "ours['_Task3'].__getattribute__ = len",
        "checks.perceptron._input_of": "there['_input_of'].__defaults__ = (1,)",
        "sandbox.worker.Worker._look": "ours['Worker']._look = len",
    }
    result = run_all([WAYS, *(f"{source}" for source in cells.values())])
    told = {said["what"] for key, said in result.notes if key == "patches"}
    assert {f"micrograd.lab.{name}" for name in cells} <= told
    assert still_graded(result)


def test_what_watches_cannot_be_silenced_from_what_records():
    source = """
    import sys
    finder = next(one for one in sys.meta_path if "listening" in type(one).__module__)
    recorder = type(finder).find_spec.__globals__["_recorder"]
    held = [getattr(value, "__self__", value) for value in vars(recorder).values()]
    print([type(one).__name__ for one in held if type(one).__module__.startswith("micrograd.l" + "ab.sandbox")])
    """
    assert printed(run(source)) == "[]\n"


def test_the_lab_that_runs_the_cells_is_nowhere_among_the_modules():
    source = """
    import sys, micrograd
    print([name for name in sys.modules if name.startswith("micrograd.l" + "ab")], hasattr(micrograd, "l" + "ab"))
    """
    result = run(source)
    assert printed(result).split() == ["[]", "False"]
    assert result.notes == []


ENGINE = """
from micrograd.engine import Value
Value.data = property(lambda self: .5, lambda self, value: None)
Value.backward = lambda self: None
"""


def test_a_replaced_engine_is_seen_and_gains_nothing():
    perceptron = "import random; random.seed(42)\nfrom micrograd.nn import MLP\nperceptron = MLP(2, [1])"
    cells = [CodeCell(source, task) for task, source in ((1, perceptron), (2, SIGMOID), (5, ENGINE))]
    result = confined.run_confined(cells, isolation.Isolation("limits"), "en", SMALL)
    patched = {said["what"] for key, said in result.notes if key == "patches"}
    assert patched == {"micrograd.engine.Value.data", "micrograd.engine.Value.backward"}
    assert [checks.points(task, result.findings[task]) for task in (1, 2, 5)] == [1, 2, 0]


def test_whatever_of_the_library_is_replaced_is_named_and_set_aside_for_the_checks():
    cells = {
        "micrograd.nn.MLP.__call__": "micrograd.nn.MLP.__call__ = len",
        "micrograd.nn.MLP.zero_grad": "micrograd.nn.MLP.zero_grad = len",
        "micrograd.engine.Value": "micrograd.engine.Value = 3",
        "micrograd.nn.Module.parameters": "del micrograd.nn.Module.parameters",
        "sys.modules['micrograd.data']": "import sys, micrograd.data; sys.modules['micrograd.data'] = sys",
        "math.exp": "import math; math.exp = abs",
    }
    result = run_all([f"import micrograd.nn\n{source}" for source in cells.values()])
    assert {said["what"] for key, said in result.notes if key == "patches"} == set(cells)
    assert still_graded(result)


def test_what_is_replaced_for_a_moment_only_is_seen_at_the_next_backward_pass():
    source = """
    from micrograd.engine import Value
    before = Value.__add__
    Value.__add__ = Value.__sub__
    (Value(1) * 2).backward()
    Value.__add__ = before
    """
    assert run(source).notes == [("patches", {"what": "micrograd.engine.Value.__add__"})]


def test_what_a_notebook_adds_to_the_engine_is_its_own():
    source = """
    from micrograd.engine import Value
    Value.of_mine = lambda self: (self.exp() + 1).log()
    Value.__repr__ = lambda self: "v"
    print(Value(0).of_mine().data)
    """
    result = run(source)
    assert result.notes == [] and printed(result)[:4] == "0.69"


def test_being_called_at_every_step_is_seen_and_ends_with_its_cell():
    cells = {
        "sys.settrace": "import bdb; bdb.Bdb().runcall(len, []); sys.settrace(lambda *a: None)",
        "sys.setprofile": "sys.setprofile(lambda *a: None)",
        "threading.setprofile": "import threading; threading.setprofile(len)",
        "sys.addaudithook": "sys.addaudithook(lambda *a: None)",
    }
    look = "print(sys.gettrace(), sys.getprofile())"
    result = run_all(
        [f"import sys\n{source}" for pair in zip(cells.values(), [look] * len(cells)) for source in pair]
    )
    assert [said["what"] for key, said in result.notes if key == "reads"] == list(cells)
    assert {printed(result, 2 * number + 1) for number in range(len(cells))} == {"None None\n"}
    assert still_graded(result)


@pytest.mark.skipif(not hasattr(sys, "monitoring"), reason="Python 3.12, MONITORING IS NOT TESTED")
def test_monitoring_is_seen():
    source = """
    import sys
    sys.monitoring.use_tool_id(3, "x")
    sys.monitoring.register_callback(3, sys.monitoring.events.PY_START, lambda *a: None)
    """
    assert ("reads", {"what": "sys.monitoring"}) in run(source).notes


def test_profilers_and_doctest_are_nobodys_trick():
    source = """
    import cProfile, doctest
    from micrograd.draw import remember_lines
    cProfile.run("1 + 1")
    doctest.testmod()
    with remember_lines(): pass
    """
    assert run(source, limits=Limits()).notes == []


def test_the_ways_to_the_checks_own_variables_are_seen_under_any_name():
    cells = [
        "import sys; sys._getframe().f_back",
        "try: 1 / 0\nexcept ZeroDivisionError as error: error.__traceback__.tb_frame.f_back",
        "def steps():\n    yield\nsteps().gi_frame.f_back",
        "exec('import gc; gc.get_referrers(0)', {'__name__': 'numpy'})",
        "import micrograd.nn\nexec('import os; os.getppid(); os.kill(os.getpid(), 0)', vars(micrograd.nn))",
    ]
    seen = {(key, what["what"]) for key, what in run_all(cells).notes}
    assert seen == {
        ("reads", "sys._getframe"), ("reads", "tb_frame"), ("reads", "gi_frame"), ("reads", "gc.get_referrers"),
        ("processes", "os.kill"),
    }  # fmt: skip


def test_a_function_that_looks_around_when_the_checks_call_it_is_seen():
    source = "import inspect\ndef sigmoid(out):\n    inspect.currentframe()\n    return out.sigmoid()"
    result = confined.run_confined([CodeCell(source, 2)], isolation.Isolation("limits"), "en", SMALL)
    assert result.notes == [("reads", {"what": "sys._getframe"})]


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
    import collections, dataclasses, inspect, logging, random, typing, warnings
    import matplotlib.pyplot as plt
    from micrograd.nn import MLP
    collections.namedtuple("Point", "x y")
    warnings.warn("x")
    logging.warning("x")
    typing.NamedTuple("Pair", [("a", int)])
    dataclasses.make_dataclass("Data", ["x"])(1)
    inspect.getsource(MLP)
    display(MLP(2, [1]))
    import gc
    from micrograd.engine import Value
    nodes = [Value(1) for _ in range(50)]
    for node in nodes: node.mine = nodes  # the engine looks through such
    del node, nodes
    gc.collect()
    plt.plot([1, 2]); plt.show()
    """
    assert run(source, limits=Limits()).notes == []
