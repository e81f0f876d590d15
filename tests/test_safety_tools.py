"""The tools that look for crashes tell a program that never ends from an engine that never ends, and go on."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

import bounded
import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "tools"))
import fuzz_safety  # noqa: E402

PRELUDE = f"""
import itertools, sys, threading
sys.path[:0] = [{str(ROOT / "tests")!r}]
import bounded
from micrograd.engine import COMPILED, Value
bounded.PROCESSOR_SECONDS = 0.3
watch = bounded.Watch()
"""


class TestProgramsThatDoNotEnd:
    def test_by_themselves(self, python):
        script = """
            class Endless:
                def __getitem__(self, index):
                    return None
            note = bounded.run(watch, lambda: list(Endless()))
            print(note.splitlines()[0])
            print("__getitem__" in note, repr(bounded.run(watch, lambda: None)))
        """
        said = python(PRELUDE + textwrap.dedent(script)).splitlines()
        assert said == ["does not end by itself, and was stopped:", "True ''"]

    def test_though_they_swallow_what_stops_them(self, python):
        script = """
            def stubborn():
                for _ in range(3):
                    try:
                        while True:
                            pass
                    except BaseException:
                        pass
            print(bounded.run(watch, stubborn) == "")
        """
        assert python(PRELUDE + textwrap.dedent(script)) == "True\n"

    def test_in_threads_of_their_own(self, python):
        script = """
            failed = []
            def work():
                try:
                    with watch.joined():
                        while True:
                            pass
                except BaseException as error:
                    failed.append(error)
            def program():
                threads = [threading.Thread(target=work) for _ in range(2)]
                for one in threads:
                    one.start()
                for one in threads:
                    one.join()
                raise failed[0]
            print(bounded.run(watch, program).splitlines()[0])
            print(len(failed) >= 1)  # the first may have been joined, and this thread stopped then
        """
        assert python(PRELUDE + textwrap.dedent(script)) == "does not end by itself, and was stopped:\nTrue\n"

    def test_within_the_engine(self, python):
        script = """
            def operands():
                while True:
                    yield leaf
            leaf = Value(1.0)
            try:
                bounded.run(watch, lambda: Value(1.0, operands()))
            except AssertionError as error:
                print(str(error).splitlines()[0])
        """
        assert python(PRELUDE + textwrap.dedent(script)) == "does not end, within the engine:\n"

    def test_that_take_ever_more_memory(self, python):
        script = """
            bounded.MOST_MEMORY, bounded.PROCESSOR_SECONDS = 100 << 20, 60
            def program():
                held = []
                while True:
                    held.append(bytearray(1 << 20))
            print(bounded.run(watch, program).splitlines()[0])
        """
        if not Path("/proc/self/statm").exists():
            pytest.skip("no /proc here: PROGRAMS THAT TAKE ALL MEMORY ARE NOT STOPPED")
        expected = "takes ever more memory by itself, and was stopped:\n"
        assert python(PRELUDE + textwrap.dedent(script)) == expected


def in_a_process(monkeypatch, body):
    """What the fuzzer says of a process whose work is ``body``."""
    code = f"import itertools, os, sys; told = int(sys.argv[1]); os.write(told, b'7 8 ')\n{body}"
    command = [sys.executable, "-X", "faulthandler", "-c", code]
    start = fuzz_safety.subprocess.Popen
    monkeypatch.setattr(fuzz_safety, "LONGEST", 1.0)
    monkeypatch.setattr(
        fuzz_safety.subprocess, "Popen", lambda given, **options: start([*command, given[-1]], **options)
    )
    return fuzz_safety._process(7, 9, 0.0)


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes to inherit: THE FUZZER IS NOT TESTED")
class TestTheFuzzer:
    def test_ends_what_is_stuck_in_c_and_says_where(self, monkeypatch):
        reached, problem, notes = in_a_process(monkeypatch, "sum(itertools.repeat(0))")
        assert (reached, notes) == (8, [])
        assert problem.startswith("it does not end, and cannot be stopped from within:")
        assert "most recent call first" in problem

    def test_names_the_program_that_ended_the_interpreter(self, monkeypatch):
        reached, problem, _ = in_a_process(monkeypatch, "os.abort()")
        assert (reached, problem.splitlines()[0]) == (8, "the process ended with -6:")

    def test_passes_on_what_was_noted(self, monkeypatch):
        body = "print('endless: program 7 was stopped', file=sys.stderr)"
        assert in_a_process(monkeypatch, body) == (8, "", ["endless: program 7 was stopped"])


def test_what_is_ours_is_what_is_compiled():
    source = (ROOT / "setup.py").read_text(encoding="utf-8")
    listed = next(line for line in source.splitlines() if line.startswith("ENGINE = "))
    names = {name.strip(' "[]') for name in listed.removeprefix("ENGINE = ").split(",")}
    assert {f"{name}.py" for name in names} == bounded.OURS
