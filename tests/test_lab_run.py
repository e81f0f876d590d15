"""``micrograd lab run``: what it prints, what it writes, how it fails."""

import argparse
import base64
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from html.parser import HTMLParser
from importlib import resources

import pytest

pytest.importorskip("nbclient", reason="the lab's libraries are not installed")

import nbformat
from executed_lab import executed

from micrograd import cli
from micrograd.lab.content.names import FILE_NAMES
from micrograd.lab.content.nodes import code_cell, notebook
from micrograd.lab.content.tasks import NUMBERS
from micrograd.lab.errors import LabError
from micrograd.lab.files import usable_folder, write_whole
from micrograd.lab.solved import facts, publish, run
from micrograd.lab.solved.execute import execute
from micrograd.lab.solved.pages import PAGES
from micrograd.lab.solved.printed import print_comparisons
from micrograd.lab.solved.report import render
from micrograd.lab.solved.words import FIGURES
from micrograd.lab.words import WORDS
from micrograd.language import LANGUAGES, french

pytestmark = pytest.mark.slow

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture
def quick(monkeypatch):
    """The command without waiting for the notebook once more: it was executed before."""
    for module in (run, publish):
        monkeypatch.setattr(module, "executed", lambda language, probes: executed(language))


def changed(monkeypatch, task, name, value):
    """Let the handout expect something else."""
    wanted = json.loads(json.dumps(facts.expected()))
    wanted[task][name] = value
    monkeypatch.setattr(facts, "expected", lambda: wanted)


def lab_run(tmp_path, *arguments):
    return cli.main(["lab", "run", "--output", str(tmp_path / "out"), *arguments])


class Page(HTMLParser):
    """The page's elements; complains where one is not closed."""

    VOID = ("meta", "img", "br", "hr", "link", "input")

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.text = [], [], ""
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in ("mspace",):
            assert self.open.pop() == tag

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.text += data

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_task_brings_out_what_the_handout_expects(language):
    comparisons = facts.compare(executed(language), language)
    assert {line.task for line in comparisons} == set(NUMBERS)
    assert [line for line in comparisons if not line.same] == []
    assert len([line for line in comparisons if line.task == 9]) == 10


def test_the_whole_command_on_its_own(tmp_path):
    completed = subprocess.run(
        [sys.executable, "-m", "micrograd", "lab", "run", "--lang", "fr", "--output", "out"],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        timeout=300,
    )
    assert completed.returncode == 0, completed.stderr
    assert "Tout concorde" in completed.stdout
    assert completed.stdout.count("✓ égal") == len(facts.compare(executed("fr"), "fr"))
    assert "Value(data=0.2788535969157675, grad=0)" in completed.stdout
    assert sorted(os.listdir(tmp_path / "out")) == sorted(
        ["gradient.ipynb", "report.html", *(page.file_name for page in PAGES)]
    )
    for page in PAGES:
        text = (tmp_path / "out" / page.file_name).read_text(encoding="utf-8")
        assert text.lstrip().lower().startswith("<!doctype html>")
        assert 'lang="fr"' in text
    assert os.listdir(tmp_path) == ["out"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_prints_what_came_out_beside_what_was_expected(language, tmp_path, capsys, quick):
    assert lab_run(tmp_path, "--lang", language) == 0
    out = capsys.readouterr().out
    for line in facts.compare(executed(language), language):
        assert re.search(
            rf"{re.escape(line.title)} +{re.escape(line.got)} +{re.escape(line.expected)} +✓ ", out
        ), line
    assert str(tmp_path / "out" / "report.html") in out


@pytest.mark.parametrize(
    ("task", "name", "value"),
    [
        ("1", "bias", "Value(data=1, grad=0)"),
        ("2", "at 0", 0.5 + 1e-13),
        ("4", "operations", {"*": 4, "+": 3, "**2": 1}),
        ("6", "noise", 0.2),
        ("10", "accuracy above", 0.99),
    ],
)
def test_it_fails_when_something_differs(task, name, value, tmp_path, capsys, quick, monkeypatch):
    changed(monkeypatch, task, name, value)
    assert lab_run(tmp_path, "--lang", "en") == 1
    out = capsys.readouterr().out
    assert out.count("✗ different") == 1
    assert "1 result(s) out of 41 differ" in out
    page = Page((tmp_path / "out" / "report.html").read_text(encoding="utf-8"))
    assert "1 result(s) out of 41 differ" in page.text
    assert [row for row in page.all("tr") if row.get("class") == "different"]


@pytest.mark.parametrize(
    ("key", "value", "same"),
    [("loss", 9e-16, True), ("loss", 2e-15, False), ("accuracy", 0.01, False), ("step", 10, False)],
)
def test_the_log_is_compared_to_1e_15(key, value, same, monkeypatch):
    log = json.loads(json.dumps(facts.expected()["9"]["log"]))
    log[0][key] += value
    changed(monkeypatch, "9", "log", log)
    lines = [line for line in facts.compare(executed("en"), "en") if line.task == 9]
    assert [line.same for line in lines] == [same, *[True] * 9]


def test_what_a_notebook_does_not_bring_out_differs():
    execution = executed("en")._replace(values={}, notebook=notebook([], {}))
    comparisons = facts.compare(execution, "en")
    assert len(comparisons) == len(facts.compare(executed("en"), "en"))
    assert not any(line.same for line in comparisons)
    assert all(line.got == "nothing" for line in comparisons)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_has_everything_and_needs_nothing(language, tmp_path, quick):
    assert lab_run(tmp_path, "--lang", language) == 0
    text = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    page = Page(text)
    assert page.all("html")[0]["lang"] == language
    assert [image["alt"] for image in page.all("img")] == [texts[language] for texts in FIGURES.values()]
    for image in page.all("img"):
        kind, content = image["src"].split(";base64,")
        start = base64.b64decode(content)[:200]
        assert (
            start.startswith(b"\x89PNG")
            if kind == "data:image/png"
            else b"<svg" in start or b"<?xml" in start
        )
    # No address but anchors in the page itself: it opens without a network.
    for _, attributes in page.elements:
        for name in ("src", "href"):
            # The pages of graphs lie beside it.
            if attributes.get(name) not in {page.file_name for page in PAGES}:
                assert attributes.get(name, "#").startswith(("#", "data:image/"))
    assert not re.search(r"@import|url\(", text)
    anchors = {attributes.get("id") for _, attributes in page.elements}
    for link in page.all("a"):
        assert link["href"][0] != "#" or link["href"][1:] in anchors
    for task, line in ((line.task, line) for line in facts.compare(executed(language), language)):
        assert f"task-{task}" in anchors
        assert line.got in page.text
        assert line.expected in page.text
    assert "[step 99]" in page.text
    assert "SOLUTION" not in page.text
    assert "{{" not in page.text
    assert "\\frac" not in page.text
    assert "$" not in re.sub(r"\$\w_?.*?\$", "", page.text)


@pytest.fixture(scope="module")
def page():
    if CHROMIUM is None:
        pytest.skip("NO BROWSER TEST OF THE REPORT: Chromium is not installed")
    sync_api = pytest.importorskip("playwright.sync_api", reason="NO BROWSER TEST: Playwright is missing")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser.new_page()
        browser.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_fits_phones_and_desks(language, tmp_path, quick, page):
    assert lab_run(tmp_path, "--lang", language) == 0
    page.goto((tmp_path / "out" / run.REPORT_NAME).as_uri())
    for width in (360, 390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    # What was printed is read whole, without scrolling from side to side.
    cut = "[...document.querySelectorAll('pre.output')].filter(p => p.scrollWidth > p.clientWidth)"
    assert page.evaluate(f"{cut}.length") == 0


def test_the_report_shows_text_as_text():
    cells = [
        code_cell("print('<script>alert(1)</script>')", id="title", metadata={"micrograd": {"kind": "code"}})
    ]
    cells[0].outputs = [nbformat.v4.new_output("stream", name="stdout", text="<img src=x onerror=alert(1)>")]
    text = render(notebook(cells, {}), [facts.Comparison(1, "<b>", "<i>", "&", False)], "en", 1.0)
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert "&lt;img src=x onerror=alert(1)&gt;" in text


def test_the_report_links_pages_beside_it():
    text = render(executed("en").notebook, [], "en", 1.0, PAGES)
    for page in PAGES:
        link = text.index(f'href="{page.file_name}"')
        assert text.rindex('<section id="', 0, link) == text.index(f'<section id="task-{page.task}"')


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_executed_notebook_is_written_too(language, tmp_path, quick):
    lab_run(tmp_path, "--lang", language)
    written = nbformat.read(tmp_path / "out" / FILE_NAMES[language], as_version=4)
    nbformat.validate(written)
    assert [c.id for c in written.cells] == [c.id for c in executed(language).notebook.cells]


def test_a_terminal_without_the_signs_gets_the_words():
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    lines = [facts.Comparison(1, "modèle", "a", "a", True), facts.Comparison(2, "b", "c", "d", False)]
    print_comparisons(lines, "fr", stream)
    stream.flush()
    text = raw.getvalue().decode("ascii")
    assert re.search(r"mod\?le +a +a +\?gal", text)
    assert re.search(r"b +c +d +diff\?rent", text)


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


@pytest.mark.parametrize("no_color", [False, True])
def test_a_narrow_terminal_and_no_color(monkeypatch, no_color):
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.delenv("NO_COLOR", raising=False)
    if no_color:
        monkeypatch.setenv("NO_COLOR", "1")
    terminal = Terminal()
    print_comparisons([facts.Comparison(1, "model", "x" * 30, "y" * 30, False)], "en", terminal)
    text = terminal.getvalue()
    assert f"Came out: {'x' * 30}\n" in text
    assert f"Expected by the handout: {'y' * 30}\n" in text
    assert "✗ different" in text
    assert ("\x1b[" in text) == (not no_color and os.name != "nt")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("below", ["", "below"])
def test_an_output_folder_that_is_a_file(tmp_path, capsys, language, below):
    (tmp_path / "taken").write_text("mine")
    assert cli.main(["lab", "run", "--lang", language, "--output", str(tmp_path / "taken" / below)]) == 2
    said = WORDS["not a folder"][language].split("{path}")[1]
    assert (french(said) if language == "fr" else said) in capsys.readouterr().err
    assert (tmp_path / "taken").read_text() == "mine"


def test_an_output_folder_that_is_not_writable(tmp_path, capsys, monkeypatch):
    folder = tmp_path / "out"
    folder.mkdir(mode=0o500)
    if os.access(folder, os.W_OK):  # root may write everywhere

        def refuse(*args, **kwargs):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("micrograd.lab.files.tempfile.NamedTemporaryFile", refuse)
    assert lab_run(tmp_path, "--lang", "en") == 2
    error = capsys.readouterr().err
    assert "cannot write into the folder" in error
    assert str(folder) in error
    assert "--output" in error
    folder.chmod(0o700)


def test_a_disk_that_fills_up_leaves_the_old_report(tmp_path, monkeypatch):
    usable_folder(tmp_path, "en")
    (tmp_path / "report.html").write_text("old")

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(LabError, match="No space left on device"):
        write_whole(tmp_path / "report.html", "new", "en")
    assert (tmp_path / "report.html").read_text() == "old"
    assert os.listdir(tmp_path) == ["report.html"]


def test_an_interruption_while_writing_leaves_the_old_report(tmp_path, monkeypatch, quick):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "report.html").write_text("old")

    def interrupt(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "render", interrupt)
    assert lab_run(tmp_path) == 130
    assert (tmp_path / "out" / "report.html").read_text() == "old"


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C cannot be sent to one process on Windows")
def test_ctrl_c_while_the_notebook_runs(tmp_path):
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
            "from micrograd.lab.solved import execute, run; from micrograd import cli\n"
            "def begun(*a, _run=execute.execute, **k):\n"
            "    def on_cell(id):\n"
            "        print(id, flush=True)\n"
            "    return _run(*a, **{**k, 'on_cell': on_cell})\n"
            "run.execute = begun\n"
            f"sys.exit(cli.main(['lab', 'run', '--output', {str(tmp_path / 'out')!r}]))",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        for line in process.stdout:
            if line.strip() == "task-6-moons":
                time.sleep(0.05)
                process.send_signal(signal.SIGINT)
                break
        _, error = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130, error
    assert os.listdir(tmp_path / "out") == []


def test_a_cell_that_fails_is_named():
    cells = [code_cell("x = 1", id="fine"), code_cell("1 / 0", id="wrong"), code_cell("x", id="later")]
    with pytest.raises(LabError, match=r"'wrong'.*ZeroDivisionError: division by zero"):
        execute(notebook(cells, {}), "en")


def test_a_cell_that_takes_too_long_is_named():
    cells = [code_cell("import time", id="fine"), code_cell("time.sleep(60)", id="endless")]
    with pytest.raises(LabError, match="'endless' took longer than 1 seconds"):
        execute(notebook(cells, {}), "en", timeout=1)


def test_a_kernel_that_dies_is_told():
    cells = [code_cell("import os; os._exit(1)", id="deadly")]
    with pytest.raises(LabError, match=r"'deadly'.*died"):
        execute(notebook(cells, {}), "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_notebook_runs_in_this_python_in_its_own_language_and_stays_as_it_was(
    language, tmp_path, monkeypatch
):
    """Whatever kernel is installed, and whatever the machine's language: all in one kernel, which takes a second."""
    other = tmp_path / "kernels" / "python3"
    other.mkdir(parents=True)
    (other / "kernel.json").write_text(
        json.dumps(
            {"argv": [shutil.which("false") or "false"], "display_name": "other", "language": "python"}
        )
    )
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    given = notebook(
        [
            code_cell("print(1)", id="one"),
            code_cell("import os, sys\nfrom micrograd.language import choose", id="look"),
        ],
        {},
    )
    before = nbformat.writes(given)
    looks = {"python": "sys.executable", "where": "os.getcwd()", "spoken": "choose()"}
    execution = execute(given, language, {"one": {"two": "1 + 1"}, "look": looks})
    assert nbformat.writes(given) == before
    assert [c.id for c in execution.notebook.cells] == ["one", "look"]
    assert execution.notebook.cells[0].outputs[0].text == "1\n"
    assert execution.values.pop("where") != os.getcwd()
    assert execution.values == {"two": 2, "python": sys.executable, "spoken": language}


def test_the_notebooks_are_written_anew(tmp_path, quick, capsys):
    """What ``python -m micrograd.lab.content.weaving`` does."""
    assert publish.write_notebooks(tmp_path / "new", tmp_path) == 0
    kept = resources.files("micrograd.lab") / "content" / "numbers.json"
    was = json.loads(kept.read_text(encoding="utf-8"))
    assert json.loads((tmp_path / "numbers.json").read_text(encoding="utf-8")) == pytest.approx(was, rel=1e-9)
    told = capsys.readouterr().out
    for language, name in FILE_NAMES.items():
        written = nbformat.read(tmp_path / "new" / name, as_version=4)
        assert [c.source for c in written.cells] == [c.source for c in executed(language).notebook.cells]
        assert str(tmp_path / "new" / name) in told


def test_configure_has_a_default_folder():
    parser = argparse.ArgumentParser()
    run.configure(parser)
    assert str(parser.parse_args([]).output) == "lab-report"
