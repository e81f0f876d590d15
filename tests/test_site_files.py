"""What the site is made of: its size, its links, its pages' words and contrast, what it refuses to overwrite."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urljoin, urlsplit

import nbformat
import pytest
from served_site import ARGUMENTS, CHROMIUM, served, site, watch

from micrograd.cli import main
from micrograd.lab.content.weaving import EDITIONS, cells_of
from micrograd.lab.errors import LabError
from micrograd.language import LANGUAGES
from micrograd.site import build, gallery, parts, pyodide
from micrograd.site.own_wheel import write_own_wheel

AXE = (
    "axe-core",
    "4.14.1",
    "sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
)
# What needs the whole site, which takes a minute to make: `make browser`.
whole_site = pytest.mark.site
PAGES = [
    *(
        "index.html",
        "index.fr.html",
        "lab/fr.html",
        "lab/en.html",
        "playground/fr.html",
        "playground/en.html",
    ),
    *(f"playground/{example.name}.fr.html" for example in gallery.GALLERY),
    *("docs/index.html", "docs/teacher.html", "docs/api/nn.html", "docs/search.html"),
]


def test_the_editions_differ_in_few_cells_and_only_the_full_one_takes_other_libraries():
    for language in LANGUAGES:
        full, light = ({c.id: c for c in cells_of(language, edition)} for edition in EDITIONS)
        both = full.keys() & light.keys()
        assert {n for n in both if full[n].kind == "code" and full[n].source != light[n].source} == {
            *("seeds", "task-6-moons", "task-6-plot"),
            *("task-9-boundary", "task-10-curves", "task-10-boundary"),
        }
        assert not any(name.startswith("task-") for name in full.keys() ^ light.keys())
        code = "\n".join(cell.source for cell in light.values() if cell.kind == "code")
        assert not re.search(r"numpy|np\.|sklearn|matplotlib|plt\.|random_state=(?!42)", code)
        libraries = "\n".join(cell.source for cell in full.values() if cell.kind == "code")
        assert all(name in libraries for name in ("numpy", "sklearn", "matplotlib"))


def test_an_edition_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match=r"'small'.*full and light"):
        cells_of("en", "small")


@whole_site
def test_the_site_has_its_rooms_and_is_small():
    public = site()
    for name in ("index.html", "lab", "playground", "docs"):
        assert (public / name).exists()
    assert sum(path.stat().st_size for path in public.rglob("*") if path.is_file()) < 60e6
    for language in LANGUAGES:
        for edition in EDITIONS:
            notebook = nbformat.read(public / "lab" / "files" / language / edition / "gradient.ipynb", 4)
            assert notebook.metadata.micrograd.edition == edition
            assert re.fullmatch(r"[0-9a-f]{12}", notebook.metadata.micrograd.published)


@whole_site
def test_pyodides_lock_file_says_the_truth_of_what_lies_beside_it():
    folder = site() / "lab" / "static" / "pyodide"
    packages = json.loads((folder / "pyodide-lock.json").read_text(encoding="utf-8"))["packages"]
    here = {name: p for name, p in packages.items() if "://" not in p["file_name"]}
    for package in here.values():
        assert hashlib.sha256((folder / package["file_name"]).read_bytes()).hexdigest() == package["sha256"]
    needed = pyodide._with_needs({"packages": packages}, [*pyodide.KERNEL, *pyodide.OURS])
    assert needed <= here.keys()  # nothing that the first cell needs comes from elsewhere
    assert packages["numpy"]["file_name"].startswith("https://cdn.jsdelivr.net/pyodide/v")


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.names: set[str] = set()

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.names.update(filter(None, (given.get("id"), given.get("name"))))
        if tag in ("a", "link", "script", "img", "iframe"):
            self.links += [link for link in (given.get("href"), given.get("src")) if link]


@whole_site
def test_no_link_is_dead():
    public = site()
    pages = [p for p in public.rglob("*.html") if "live" not in p.parts and "lab" not in p.parts]
    pages += [public / "lab" / "fr.html", public / "lab" / "en.html"]
    read = {}
    for page in pages:
        read[page] = _Links()
        read[page].feed(page.read_text(encoding="utf-8"))
    dead = []
    for page, found in read.items():
        for link in found.links:
            whole = urlsplit(urljoin(f"site:///{page.relative_to(public).as_posix()}", link))
            if urlsplit(link).scheme or link.startswith("?"):
                continue
            target = public / unquote(urlsplit(link).path) if link.startswith("/") else None
            target = target or (page.parent / unquote(urlsplit(link).path) if urlsplit(link).path else page)
            target = target.resolve()
            if target.is_dir():
                target = target / "index.html"
            if not target.exists() or (
                whole.fragment and target in read and unquote(whole.fragment) not in read[target].names
            ):
                dead.append(f"{page.relative_to(public)}: {link}")
    assert not dead
    assert len(pages) > 30


def test_two_wheels_of_the_same_files_are_equal(tmp_path):
    (tmp_path / "again").mkdir()
    first, second = write_own_wheel(tmp_path), write_own_wheel(tmp_path / "again")
    assert first.read_bytes() == second.read_bytes()


def test_a_folder_of_somebody_elses_is_left_alone(tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("mine")
    assert main(["lab", "site", "--lang", "en", "--output", str(tmp_path)]) == 2
    assert "no site of micrograd-lab" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_what_cannot_be_made_leaves_the_old_site(tmp_path, monkeypatch):
    public = tmp_path / "public"
    public.mkdir()
    (public / build.MARK).write_text("{}")

    def fail(*_, **__):
        raise LabError("no network")

    monkeypatch.setattr(build, "write_lab", fail)
    with pytest.raises(LabError, match="no network"):
        build.write_site(public)
    assert [path.name for path in tmp_path.iterdir()] == ["public"]
    assert (public / build.MARK).read_text() == "{}"


@pytest.fixture
def mirror(tmp_path):
    """A small mirror of Pyodide's distribution, and a lock file of what lies there."""
    store = tmp_path / "mirror"
    store.mkdir()
    packages = {}
    needs = {"scikit-learn": ["numpy", "scipy"], "matplotlib": ["numpy"]}
    for name in ("numpy", "scipy", "scikit-learn", "matplotlib", "pandas"):
        data = f"the wheel of {name}".encode()
        (store / f"{name}-1.whl").write_bytes(data)
        packages[name] = {
            "name": name,
            "file_name": f"https://nowhere.invalid/{name}-1.whl",
            "sha256": hashlib.sha256(data).hexdigest(),
            "depends": needs.get(name, []),
        }
    target = tmp_path / "pyodide"
    target.mkdir()
    (target / "pyodide-lock.json").write_text(json.dumps({"packages": packages}))

    class Files(SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=str(store))

        def log_message(self, *_):
            pass

    serving = ThreadingHTTPServer(("127.0.0.1", 0), Files)
    threading.Thread(target=serving.serve_forever, daemon=True).start()
    yield store, target, f"http://127.0.0.1:{serving.server_address[1]}/"
    serving.shutdown()
    serving.server_close()


def test_a_complete_site_has_what_the_full_edition_imports(mirror, tmp_path):
    _, target, address = mirror
    pyodide.complete(target, address, tmp_path / "cache")
    packages = json.loads((target / "pyodide-lock.json").read_text())["packages"]
    for name in ("numpy", "scipy", "scikit-learn", "matplotlib"):
        assert packages[name]["file_name"] == f"{name}-1.whl"
        assert (target / f"{name}-1.whl").read_bytes() == f"the wheel of {name}".encode()
    assert packages["pandas"]["file_name"].startswith("https://")
    # What was fetched once is not asked for again.
    (target / "pyodide-lock.json").write_text(
        json.dumps({"packages": {n: {**p, "file_name": f"https://x/{n}-1.whl"} for n, p in packages.items()}})
    )
    pyodide.complete(target, "http://127.0.0.1:9/", tmp_path / "cache")


def test_a_file_with_another_hash_is_refused(mirror, tmp_path):
    store, target, address = mirror
    before = (target / "pyodide-lock.json").read_text()
    (store / "scipy-1.whl").write_text("something else")
    with pytest.raises(LabError, match=r"scipy-1\.whl is not what was expected"):
        pyodide.complete(target, address, tmp_path / "cache")
    (store / "scipy-1.whl").unlink()
    with pytest.raises(LabError, match=r"scipy-1\.whl could not be fetched"):
        pyodide.complete(target, address, tmp_path / "cache")
    assert (target / "pyodide-lock.json").read_text() == before
    assert [path.name for path in target.iterdir()] == ["pyodide-lock.json"]


@whole_site
@pytest.mark.skipif(CHROMIUM is None, reason="NO BROWSER TEST: Chromium is not installed")
def test_pages_fit_a_phone_can_be_read_by_everybody_and_ask_for_nothing_outside():
    sync_api = pytest.importorskip("playwright.sync_api")
    axe = (parts.npm_package(AXE, parts.cache_folder()) / "axe.min.js").read_text(encoding="utf-8")
    with served(site()) as address, sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for scheme in ("light", "dark"):
            context = browser.new_context(
                viewport={"width": 390, "height": 844}, color_scheme=scheme, bypass_csp=True
            )
            outside, errors = watch(context)
            page = context.new_page()
            for name in PAGES:
                page.goto(f"{address}/{name}", wait_until="domcontentloaded")
                page.wait_for_timeout(100)
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
                page.evaluate(axe)
                # The frames' own pages are tested where they are made.
                found = page.evaluate("axe.run(document, { iframes: false })")
                serious = [
                    (v["id"], [n["html"][:120] for n in v["nodes"]][:3])
                    for v in found["violations"]
                    if v["impact"] in ("serious", "critical")
                ]
                assert not serious, (name, scheme, serious)
            assert not outside
            assert not [error for error in errors if "net::ERR_ABORTED" not in error]
            context.close()
        browser.close()
