"""Draw the README's picture of the page that trains: docs/images/playground.png.

python tools/picture_of_playground.py
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from micrograd.draw.playground import choices_page

IMAGE = Path(__file__).resolve().parent.parent / "docs" / "images" / "playground.png"
ADDRESS = "#data=moons&layers=5,3,0&activation=tanh&loss=squared&seed=42&rate=1&optimizer=momentum&lang=en"


def main() -> None:
    """Open the page, train for a while, and save what is seen."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "playground.html"
        path.write_text(choices_page("en"), encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1440, "height": 1150})
        page.goto(path.as_uri() + ADDRESS)
        page.wait_for_selector("html[data-ready=yes]")
        page.evaluate("(async () => { for (let k = 0; k < 60; k += 1) await playground.step(5); })()")
        page.screenshot(path=str(IMAGE))
        browser.close()


if __name__ == "__main__":
    main()
