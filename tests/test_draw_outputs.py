"""A saved notebook with an explorer in it, as its readers show it: live, cleaned of scripts, by pictures alone."""

import base64
import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from draw_tasks import TASKS, one_sample

from micrograd.draw import explore, notebook_frame, use_layout
from micrograd.draw.laying_out import lay_out

pytest.importorskip("IPython", reason="NO NOTEBOOK TEST: IPython is not installed")
nbformat = pytest.importorskip("nbformat", reason="NO NOTEBOOK TEST: nbformat is not installed")
nbconvert = pytest.importorskip("nbconvert", reason="NO NOTEBOOK TEST: nbconvert is not installed")
sync_api = pytest.importorskip("playwright.sync_api", reason="NO BROWSER TEST: playwright is not installed")

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
LINES = {"fr": "ouvrez le notebook dans Jupyter", "en": "open the notebook in Jupyter"}
# A label that would break out of whatever it is written into.
HOSTILE = "</script><!-- '\"`${0} & \\ ☃"


def shown_by(explorer: Any, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return the outputs of a cell that ends in ``explorer``, as IPython makes them."""
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    shell = InteractiveShell.instance()
    shell.push({"explorer": explorer})
    with capture_output() as captured:
        shell.run_cell("explorer")
    InteractiveShell.clear_instance()
    return [
        nbformat.v4.new_output("display_data", one.data, metadata=one.metadata) for one in captured.outputs
    ]


def notebook_of(explorer: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    cell = nbformat.v4.new_code_cell("explore(loss, model)", outputs=shown_by(explorer, monkeypatch))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Title"), cell])
    nbformat.validate(notebook)
    return nbformat.reads(nbformat.writes(notebook), as_version=4)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("NO BROWSER TEST: there is no Chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def opened(browser: Any, html: str) -> Any:
    page = browser.new_page(viewport={"width": 900, "height": 900})
    # The template of nbconvert asks for MathJax and RequireJS, which nothing here needs.
    page.route("**/*", lambda route: route.abort() if "://" in route.request.url else route.continue_())
    page.set_content(html, wait_until="domcontentloaded")
    return page


def converted(notebook: Any, cleaning: str) -> str:
    """Return a notebook as HTML: as it is, cleaned by the exporter, or cleaned by nbconvert's preprocessor too."""
    exporter = nbconvert.HTMLExporter(sanitize_html=cleaning != "live")
    if cleaning == "preprocessor":
        exporter.register_preprocessor("nbconvert.preprocessors.sanitize.SanitizeHTML", enabled=True)
    html: str = exporter.from_notebook_node(notebook)[0]
    if cleaning == "mail":
        html = nbconvert.HTMLExporter().from_notebook_node(notebook)[0]
        for tag in ("script", "style", "iframe"):
            html = re.sub(rf"<{tag}\b.*?</{tag}>", "", html, flags=re.DOTALL)
    return html


@pytest.mark.parametrize("cleaning", ["exporter", "preprocessor", "mail"])
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_where_scripts_are_stripped_the_picture_and_a_line_stand(
    cleaning: str, lang: str, browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    loss, model = one_sample([1])
    notebook = notebook_of(explore(loss, model, lang=lang), monkeypatch)
    page = opened(browser, converted(notebook, cleaning))
    image = page.locator(".jp-OutputArea-output img, .jp-OutputArea-output svg")
    assert image.count() == 1
    size = image.bounding_box()
    assert size["width"] > 300
    assert size["height"] > 200
    text = page.locator(".jp-OutputArea").inner_text()
    assert text.count(LINES[lang]) == 1
    # Neither source nor anything else: the line is all that is written.
    assert len(text.strip()) < 200
    assert page.locator("iframe").count() == 0
    page.close()


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_where_scripts_run_the_page_stands_alone(
    lang: str, browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    loss, model = one_sample([1])
    loss.label = HOSTILE
    page = opened(browser, converted(notebook_of(explore(loss, model, lang=lang), monkeypatch), "live"))
    page.frame_locator("iframe.micrograd-page").locator("svg text").first.wait_for()
    frame = page.frame_locator("iframe.micrograd-page")
    assert frame.locator("html").get_attribute("lang") == lang
    assert HOSTILE[:6] in frame.locator("#picture").text_content()
    page.wait_for_function(
        "[...document.querySelectorAll('.jp-OutputArea img')].every(one => !one.offsetParent)"
    )
    assert LINES[lang] not in page.locator("body").inner_text()
    assert page.locator("iframe").bounding_box()["height"] == 640
    page.close()


def test_a_picture_of_another_cell_is_not_hidden(browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = notebook_of(explore(*one_sample([1])), monkeypatch)
    cell = notebook.cells[1]
    other = nbformat.from_dict({**cell, "id": "other", "outputs": cell.outputs[:2]})
    script = nbformat.from_dict({**cell, "id": "script", "outputs": cell.outputs[2:]})
    other.outputs[0].data["image/svg+xml"] = (
        other.outputs[0].data["image/svg+xml"].replace("micrograd-", "no-")
    )
    notebook.cells = [other, script]
    page = opened(browser, converted(notebook, "live"))
    page.frame_locator("iframe.micrograd-page").locator("svg text").first.wait_for()
    page.wait_for_timeout(100)
    assert page.locator(".jp-OutputArea img, .jp-OutputArea svg").first.is_visible()
    page.close()


def test_every_order_of_formats_finds_one_to_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """A forge takes the first format that it knows; JupyterLab, untrusted, one that it calls safe."""
    picture, line, page = (one.data for one in shown_by(explore(*one_sample([1])), monkeypatch))
    for known in ("image/png", "image/svg+xml"):
        assert picture[known]
    assert base64.b64decode(picture["image/png"]).startswith(b"\x89PNG\r\n")
    assert line["text/plain"] == line["text/markdown"].strip("*")
    # No reader has HTML to clean, and none has to say that it knows no format.
    assert not any("text/html" in data for data in (picture, line, page))
    assert all("text/plain" in data for data in (picture, line, page))


def test_the_picture_still_opens_with_its_mark(browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = shown_by(explore(*one_sample([1])), monkeypatch)[0]
    address = f"data:image/png;base64,{picture.data['image/png']}"
    page = opened(browser, f'<img src="{address}">')
    width = page.evaluate("document.images[0].decode().then(() => document.images[0].naturalWidth)")
    assert 1.4 < width / picture.metadata["image/png"]["width"] < 1.6
    page.close()


def test_a_notebook_with_an_explorer_saved_in_it_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    for task in TASKS:
        assert len(nbformat.writes(notebook_of(explore(*TASKS[task]()), monkeypatch))) < 300_000


def test_without_processes_there_is_no_png_and_all_else(monkeypatch: pytest.MonkeyPatch) -> None:
    use_layout(lambda source, format: lay_out_here(source, format))

    def lay_out_here(source: str, format: str) -> str:
        use_layout(None)
        try:
            return lay_out(source, format)
        finally:
            use_layout(lambda source, format: lay_out_here(source, format))

    try:
        picture, line, page = shown_by(explore(*one_sample([1])), monkeypatch)
    finally:
        use_layout(None)
    assert "image/png" not in picture.data
    assert "<svg" in picture.data["image/svg+xml"]
    assert notebook_frame.MARK in line.metadata
    assert page.data["application/javascript"]
