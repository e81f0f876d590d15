"""``micrograd lab grade``: a made-up class, graded once, and everything around that run."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from checked_notebook import own
from made_up_class import LOOPS, MISTAKES, OPERATIONS, empty, from_scratch, hostile, mistaken, notebook

pytest.importorskip("nbformat", reason="the grade extra is missing, THE COURSE KIT IS NOT TESTED")

from micrograd import cli
from micrograd.lab.content.tasks import CHECKED_POINTS, NUMBERS
from micrograd.lab.grading import collect, handed_in
from micrograd.lab.grading.grade_one import nothing
from micrograd.lab.grading.store import Store
from micrograd.lab.sandbox import isolation
from micrograd.language import french

pytestmark = pytest.mark.slow

PERFECT = {
    "student01": notebook(),
    "student02": notebook(LOOPS),
    "student03": notebook(OPERATIONS, lang="en"),
}
#: What the checks make of every style and mistake is tested with the checks, without a run for each.
FEW = ("gradients-not-reset",)
if os.environ.get("MICROGRAD_CORPUS"):
    FEW += ("sum-for-mean", "not-moons")
else:
    del PERFECT["student02"]  # in the style of "scratch"
SIGMOID = own("# T2\ndef sigmoid(out):\n    return out.sigmoid()\nsigmoid_operation = sigmoid")
CRASHED = hostile("import os\nos._exit(7)")
REDEFINES = """\
import sys, micrograd.lab.checks as checks, micrograd.lab.check as check_module
from micrograd.lab.checks import finding
for module in list(sys.modules.values()):
    if getattr(module, '__name__', '').startswith('micrograd.lab'):
        for name in ('judge', 'share', 'points', 'questions'):
            if hasattr(module, name):
                setattr(module, name, lambda *a, **k: 99.0)
check_module.check = lambda *a, **k: print('✓ all passed')
print('all passed: 20/20')
import os
for descriptor in range(3, 12):
    for task in range(1, 11):
        try:
            os.write(descriptor, b'{"type": "observed", "task": %d, "observed": {}}\\n' % task)
        except OSError:
            pass
"""


def grade(folder: Path, output: Path, *options: str, lang: str = "fr") -> int:
    return cli.main(["lab", "grade", str(folder), "--output", str(output), "--lang", lang, *options])


def table(output: Path) -> dict[str, dict[str, str]]:
    text = (output / "grades.csv").read_text(encoding="utf-8-sig")
    delimiter = ";" if ";" in text.splitlines()[0] else ","
    return {row["Login"]: row for row in csv.DictReader(io.StringIO(text), delimiter=delimiter)}


def results(output: Path) -> dict[str, dict]:
    return {path.stem: json.loads(path.read_text())["result"] for path in (output / "results").glob("*.json")}


@pytest.fixture(scope="module")
def submissions(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("submissions")
    secret = folder.parent / "secret-of-the-teacher.txt"
    secret.write_text("the exam's questions")
    for name, content in PERFECT.items():
        (folder / f"{name}.ipynb").write_bytes(content)
    for number, name in enumerate(FEW, 4):
        (folder / f"student{number:02d}.ipynb").write_bytes(mistaken(name))
    (folder / "empty.ipynb").write_bytes(empty())
    (folder / "scratch.ipynb").write_bytes(from_scratch())
    (folder / "crashed.ipynb").write_bytes(CRASHED)
    scaffold = json.loads(empty())
    scaffold["cells"].insert(1, {"cell_type": "code", "source": REDEFINES, "metadata": {}, "outputs": []})
    (folder / "forger.ipynb").write_text(json.dumps(scaffold))
    (folder / "nojson.ipynb").write_text("{'cells': <b>no")
    (folder / "deep.ipynb").write_text("[" * 200_000)
    (folder / "array.ipynb").write_text("[1, 2]")
    with (folder / "huge.ipynb").open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    if hasattr(os, "mkfifo"):
        (folder / "links").mkdir()
        (folder / "links" / "tp1-gradient_descent").symlink_to(folder.parent)
        (folder / "link.ipynb").symlink_to(secret)
        (folder / "pipe").mkdir()
        os.mkfifo(folder / "pipe" / "gradient.ipynb")
    (folder / "nothing").mkdir()
    (folder / "=cmd|calc").mkdir()
    return folder


@pytest.fixture(scope="module")
def graded(submissions, tmp_path_factory) -> Path:
    output = tmp_path_factory.mktemp("grades")
    assert grade(submissions, output, "--jobs", "2", "--time", "90") == 0
    return output


def test_right_notebooks_of_any_style_get_all_points(graded):
    rows = table(graded)
    for name in [*PERFECT, "scratch"]:
        assert rows[name]["Total /16"] == f"{CHECKED_POINTS:g}", rows[name]


@pytest.mark.parametrize("name", FEW)
def test_each_likely_mistake_gets_its_hint_and_costs_points(graded, name):
    login = f"student{FEW.index(name) + 4:02d}"
    _, task, hint = MISTAKES[name]
    result = results(graded)[login]
    findings = result["tasks"][str(task)]["findings"]
    assert hint in [finding["hint"] for finding in findings if finding["state"] == "wrong"]
    assert sum(result["tasks"][str(n)]["points"] for n in NUMBERS) < CHECKED_POINTS
    # The other tasks, as far as they do not build on this one, are not touched.
    assert result["tasks"]["2"]["points"] == 2


@pytest.mark.parametrize("name", FEW)
def test_no_mistake_gets_the_hint_of_another(graded, name):
    login = f"student{FEW.index(name) + 4:02d}"
    hints = {
        finding["hint"]
        for task in results(graded)[login]["tasks"].values()
        for finding in task["findings"]
        if finding["state"] == "wrong" and finding["weight"]
    }
    likely = {hint for _, _, hint in MISTAKES.values()}
    assert hints & likely == {MISTAKES[name][2]}


def test_an_empty_notebook_gets_nothing_and_says_what_is_to_do(graded):
    row = table(graded)["empty"]
    assert row["Total /16"] == "0"
    assert all(f"tâche {task}\N{NO-BREAK SPACE}:" in row["Remarques"] for task in NUMBERS)


def test_a_crash_keeps_what_came_before(graded):
    result = results(graded)["crashed"]
    assert result["end"] == "died"
    assert "7" in result["detail"]
    before = [result["tasks"][str(task)]["points"] for task in (1, 2, 3, 4)]
    assert before == [1, 2, 2, 1]
    assert result["tasks"]["7"]["points"] == 0


def test_redefined_checks_change_nothing(graded):
    result = results(graded)["forger"]
    assert table(graded)["forger"]["Total /16"] == "0"
    assert result["strangers"] > 0
    assert (
        "messages" in (graded / "grades.html").read_text()
        or "message(s)" in (graded / "grades.html").read_text()
    )


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("nojson", "JSON"),
        ("deep", "JSON"),
        ("array", "sans cellules"),
        ("huge", "trop gros (210 MB)"),
        ("nothing", "pas de notebook"),
    ],
)
def test_what_is_no_notebook_gets_a_clear_line(graded, name, says):
    assert says in table(graded)[name]["État"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no links and pipes on this system")
@pytest.mark.parametrize(
    ("name", "says"), [("links", "un lien"), ("link", "un lien"), ("pipe", "fichier ordinaire")]
)
def test_links_and_pipes_are_refused(graded, name, says):
    assert says in table(graded)[name]["État"]
    assert "exam" not in (graded / "grades.html").read_text()


def test_a_second_run_grades_only_what_changed(submissions, graded, capsys):
    before = {path.name: path.stat().st_mtime_ns for path in (graded / "results").glob("*.json")}
    changed = submissions / "array.ipynb"
    original = changed.read_bytes()
    try:
        changed.write_bytes(SIGMOID)
        assert grade(submissions, graded, "--jobs", "2", "--time", "90") == 0
        assert "1 évalués" in capsys.readouterr().out
        assert table(graded)["array"]["Total /16"] == "2"
    finally:
        changed.write_bytes(original)
    assert grade(submissions, graded, "--jobs", "2", "--time", "90") == 0
    after = {path.name: path.stat().st_mtime_ns for path in (graded / "results").glob("*.json")}
    assert {name for name in after if after[name] != before[name]} == {"array.json"}


def test_one_student_is_graded_and_the_others_have_no_points_yet(tmp_path, capsys):
    (tmp_path / "Zoé Le Gall_1234567_assignsubmission_file_").mkdir()
    (tmp_path / "bob.ipynb").write_bytes(b"")
    for asked, rows in (
        ("zoé le gall", {"Zoe-Le-Gall"}),
        ("1234567", {"Zoe-Le-Gall"}),
        ("BOB", {"Zoe-Le-Gall", "bob"}),
    ):
        assert grade(tmp_path, tmp_path / "out", "--only", asked, lang="en") == 0
        found = table(tmp_path / "out")
        assert {name for name, row in found.items() if row["Total /16"] == "0"} == rows
        left = {name for name, row in found.items() if row["State"] == "not graded yet"}
        assert left == set(found) - rows and all(found[name]["Total /16"] == "" for name in left)
        assert ("Not graded yet: 1." in capsys.readouterr().out) == bool(left)
    page = (tmp_path / "out" / "grades.html").read_text(encoding="utf-8")
    assert "no notebook (tp1-gradient_descent/gradient.ipynb is missing)" in page
    assert grade(tmp_path, tmp_path / "out", "--only", "alice", lang="en") == 2
    assert "alice" in capsys.readouterr().err


def test_one_task_is_graded_again_and_the_others_keep_what_they_have(tmp_path):
    (tmp_path / "bob.ipynb").write_bytes(SIGMOID)
    (source,) = collect.find(tmp_path, "fr")
    kept = {**nothing("bob"), "end": "finished", "answers": {"1": "biais"}}
    kept["tasks"]["1"]["points"] = 0.5
    content = collect.read(source, tmp_path, "tp1", None).content_hash()
    Store(tmp_path / "out", "fr").put("bob", "x", content, {**kept, "written": {}})
    for task, points in (("1", ["0", "0"]), ("2", ["0", "2"])):
        assert grade(tmp_path, tmp_path / "out", "--only", task) == 0
        row = table(tmp_path / "out")["bob"]
        assert [row["Tâche 1 /1"], row["Tâche 2 /2"]] == points
    assert results(tmp_path / "out")["bob"]["answers"] == {"1": "biais"}


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT to send")
def test_after_an_interruption_the_same_command_goes_on(tmp_path):
    for number in range(3):
        (tmp_path / f"student{number}.ipynb").write_bytes(SIGMOID)
    out = tmp_path / "out"
    command = [sys.executable, "-m", "micrograd", "lab", "grade", str(tmp_path), "--output", str(out)]
    command += ["--jobs", "1", "--lang", "en"]
    begun = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    while begun.poll() is None and not list(out.glob("results/*.json")):
        time.sleep(0.1)
    begun.send_signal(signal.SIGINT)
    said, _ = begun.communicate(timeout=60)
    assert begun.returncode == 130
    kept = len(list(out.glob("results/*.json")))
    assert f"Interrupted: {kept} of 3" in said
    assert "Warning" not in said
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert f"{3 - kept} graded, {kept} unchanged" in done.stdout


def test_the_page_is_whole_and_inert(graded):
    page = (graded / "grades.html").read_text(encoding="utf-8")
    for login in table(graded):
        assert f'id="student-{login.lstrip(chr(39))}"' in page
    assert "<script" not in page
    assert "default-src 'none'" in page
    assert page.count("data:image/png;base64,") > 4
    assert page.count("Le dernier paramètre est le biais.") >= 3
    assert not re.search(r'(src|href)="(?!data:|#)', page)


def test_a_spreadsheet_takes_no_name_for_a_formula(graded):
    assert all(login[0] not in "=+-@" for login in table(graded))


def test_the_table_is_english_on_request(tmp_path, graded, submissions):
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "x.ipynb").write_text("[1, 2]")
    assert grade(folder, tmp_path / "out", lang="en") == 0
    assert "no notebook" in table(tmp_path / "out")["x"]["State"]


def test_what_a_student_writes_is_text_in_the_page(tmp_path):
    attack = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    content = json.loads(notebook(LOOPS))
    for cell in content["cells"]:
        if cell["id"] == "task-1-answer":
            cell["source"] = attack
        elif cell["id"] == "seeds":
            cell["source"] = (
                "from IPython.display import HTML, SVG, display\n"
                f"print({attack!r}); display(HTML({attack!r})); raise ValueError({attack!r})"
            )
        elif cell["cell_type"] == "code":
            cell["source"] = ""
    (tmp_path / "x.ipynb").write_text(json.dumps(content))
    assert grade(tmp_path / "x.ipynb", tmp_path / "out") == 0
    page = (tmp_path / "out" / "grades.html").read_text()
    assert "alert(1)" in page
    assert "<script" not in page
    assert "<img src=x" not in page


def repository(
    folder: Path, content: bytes | None, tag: str | None, date: str = "2023-12-10T12:00:00"
) -> Path:
    """A student's repository, committed and tagged at that date."""
    (folder / "tp1-gradient_descent").mkdir(parents=True)
    environment = {
        **os.environ,
        "GIT_COMMITTER_DATE": date,
        "GIT_AUTHOR_DATE": date,
        "GIT_CONFIG_GLOBAL": os.devnull,
    }

    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=s", "-c", "user.email=s@localhost", "-c", "tag.gpgsign=false"]
        subprocess.run(
            ["git", *identity, *arguments], cwd=folder, env=environment, check=True, capture_output=True
        )

    git("init", "-q", "-b", "main")
    if content is not None:
        (folder / "tp1-gradient_descent" / "gradient.ipynb").write_bytes(content)
    (folder / "README.md").write_text("x")
    git("add", "-A")
    git("commit", "-q", "-m", "x")
    if tag:
        git("tag", "-a", tag, "-m", "x")
    return folder


def test_clones_are_graded_at_their_tag_and_late_or_missing_tags_are_shown(tmp_path, monkeypatch):
    folder = tmp_path / "class"
    on_time = repository(folder / "BUT3-DL-student01", b"[]", "tp1")
    (on_time / "tp1-gradient_descent" / "gradient.ipynb").write_text("changed after the tag: not looked at")
    repository(folder / "BUT3-DL-student02", b"[]", "tp1", "2023-12-20T12:00:00")
    repository(folder / "BUT3-DL-student03", b"[]", None)
    repository(folder / "BUT3-DL-student04", None, "tp1")
    monkeypatch.chdir(tmp_path)  # as a teacher types it: the path of the folder is relative
    assert grade(Path("class"), Path("out"), "--deadline", "2023-12-15") == 0
    rows = table(tmp_path / "out")
    assert list(rows) == ["student01", "student02", "student03", "student04"]
    assert rows["student01"]["Tag"].startswith("2023-12-10")
    assert "sans cellules" in rows["student01"]["État"]
    assert rows["student02"]["Tag"].startswith(french("en retard : 2023-12-20"))
    assert rows["student03"]["Tag"] == "absent"
    assert "pas de notebook" in rows["student04"]["État"]


def test_remotes_are_cloned_at_their_tag_and_only_when_they_changed(tmp_path):
    one = repository(tmp_path / "remotes" / "BUT3-DL-student01", b"[]", "tp1")
    two = repository(tmp_path / "remotes" / "other", b"[]", None)
    listed = tmp_path / "class.txt"
    listed.write_text(f"# the class\n{one}\nstudent02 {two}\nstudent03 {tmp_path / 'nowhere'}\n\n")
    output = tmp_path / "out"
    assert grade(listed, output) == 0
    rows = table(output)
    assert rows["student01"]["Tag"].startswith("2023-12-10")
    assert rows["student02"]["Tag"] == "absent"
    assert "sans cellules" in rows["student02"]["État"]
    assert "cloné" in rows["student03"]["État"]
    clone = output / "clones" / "student01"
    before = clone.stat().st_ino
    assert grade(listed, output) == 0
    assert clone.stat().st_ino == before
    subprocess.run(["git", "tag", "-d", "tp1"], cwd=one, check=True, capture_output=True)
    assert grade(listed, output) == 0
    assert table(output)["student01"]["Tag"] == "absent"


def test_a_list_written_on_windows_is_read(tmp_path):
    listed = tmp_path / "class.txt"
    listed.write_bytes("\ufeffhttps://localhost/BUT3-DL-jdupont.git\r\n".encode())
    (source,) = collect.find(listed, "fr")
    assert (source.name, source.remote) == ("jdupont", "https://localhost/BUT3-DL-jdupont.git")


@pytest.mark.parametrize("line", ["-u evil", "ext::sh -c touch% x", "a b c", "--upload-pack=x"])
def test_a_line_that_is_no_remote_is_refused(tmp_path, line, capsys):
    listed = tmp_path / "class.txt"
    listed.write_text(line)
    assert grade(listed, tmp_path / "out") == 2
    assert "ligne 1" in capsys.readouterr().err


def test_a_repository_cannot_make_git_run_anything(tmp_path):
    folder = repository(tmp_path / "class" / "student01", b"[]", "tp1")
    trap = tmp_path / "trapped"
    configuration = folder / ".git" / "config"
    settings = [
        "core.fsmonitor",
        "core.pager",
        "core.sshCommand",
        "diff.external",
        "core.gitProxy",
        "gpg.program",
    ]
    for name in settings:
        subprocess.run(["git", "config", "-f", str(configuration), name, f"touch {trap}"], check=True)
    assert grade(tmp_path / "class", tmp_path / "out") == 0
    assert table(tmp_path / "out")["student01"]["Tag"].startswith("2023-12-10")
    assert not trap.exists()


def test_a_link_inside_a_commit_is_refused(tmp_path):
    folder = repository(tmp_path / "class" / "student01", None, None)
    (folder / "tp1-gradient_descent").mkdir(exist_ok=True)
    (folder / "tp1-gradient_descent" / "gradient.ipynb").symlink_to("/etc/passwd")
    for arguments in (
        ["add", "-A"],
        ["-c", "user.name=s", "-c", "user.email=s@x", "commit", "-qm", "x"],
        ["tag", "tp1"],
    ):
        subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)
    handed = handed_in.read_folder("student01", folder, "tp1", None)
    assert handed.problem == "link"
    assert not handed.notebook


def test_names_are_logins_and_no_two_are_the_same(tmp_path):
    for name in ("BUT3-DL-jdupont", "jdupont", "../x y", "....", "Zoé Noël"):
        (tmp_path / name.replace("/", "_")).mkdir()
    (tmp_path / "jdupont.ipynb").write_text("")
    names = [source.name for source in collect.find(tmp_path, "fr")]
    assert len(set(map(str.lower, names))) == len(names)
    assert all(re.fullmatch(r"[A-Za-z0-9_@][A-Za-z0-9._@-]*", name) for name in names)
    assert "jdupont" in names
    assert "Zoe-Noel" in names


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--deadline", "tomorrow"], "tomorrow"),
        (["--jobs", "0"], "--jobs"),
        (["--scheduler", "tcp://127.0.0.1:9"], "127.0.0.1:9"),
    ],
)
def test_bad_options_are_refused_with_what_was_given(tmp_path, options, says, capsys):
    (tmp_path / "x.ipynb").write_bytes(empty())
    assert grade(tmp_path / "x.ipynb", tmp_path / "out", *options) == 2
    assert says in capsys.readouterr().err


def test_an_empty_folder_is_refused(tmp_path, capsys):
    assert grade(tmp_path, tmp_path / "out") == 2
    assert str(tmp_path) in capsys.readouterr().err


def test_a_class_is_graded_on_a_dask_cluster(tmp_path, capsys):
    distributed = pytest.importorskip("distributed", reason="GRADING ON A CLUSTER IS NOT TESTED")
    # Two tasks of a whole notebook, and the way of one that is none.
    for name, content in (("student01", SIGMOID), ("student02", b"[1, 2]")):
        (tmp_path / f"{name}.ipynb").write_bytes(content)
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, memory_limit=0
    ) as cluster:
        assert grade(tmp_path, tmp_path / "out", "--scheduler", cluster.scheduler_address) == 0
    rows = table(tmp_path / "out")
    assert rows["student01"]["Total /16"] == "2"
    assert "sans cellules" in rows["student02"]["État"]


def test_the_walls_are_named_before_anything_runs(tmp_path, capsys):
    (tmp_path / "x.ipynb").write_text("[]")
    assert grade(tmp_path, tmp_path / "out", "--isolation", "limits") == 0
    said = capsys.readouterr().out
    assert said.startswith("ATTENTION")
    assert "réseau" in said.splitlines()[0]
    assert "ATTENTION" in (tmp_path / "out" / "grades.html").read_text()
    assert not isolation.Isolation("bubblewrap").network
