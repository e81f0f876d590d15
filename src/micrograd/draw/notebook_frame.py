"""A page inside a notebook's output: live in a frame of its own, a still picture wherever scripts are stripped."""

from __future__ import annotations

import base64
import html

from micrograd.draw.words import say
from micrograd.language import Language

# Tells the frames of this page whether the notebook is dark, now and whenever that changes: a frame cannot look.
_THEME = """(() => {
if (window.micrograd_theme) return;
const dark = () => { const told = document.body.dataset.jpThemeLight, names = document.body.classList;
if (told !== undefined) return told === "false";
return names.contains("vscode-dark") ? true : names.contains("vscode-light") ? false : null; };
const tell = (frame) => frame && frame.postMessage({ microgradDark: dark() }, "*");
window.micrograd_theme = new MutationObserver(() =>
document.querySelectorAll("iframe.micrograd-page").forEach((frame) => tell(frame.contentWindow)));
window.micrograd_theme.observe(document.body, { attributes: true });
window.addEventListener("message", (event) => { if (event.data === "micrograd-explorer") tell(event.source); });
})()"""


def in_notebook(page: str, picture: str, lang: Language, height: int = 640) -> str:
    """Return HTML for a notebook's output: ``page`` in a frame, and below it ``picture`` (an SVG) with one line.

    The frame covers what is below it. Where a notebook is shown without scripts (on a forge, untrusted, in a mail),
    frames are taken out, and the picture is what is left. The frame may run scripts, print and save files, and has
    no access to the notebook.
    """
    title = html.escape(say("title", lang))
    address = "data:image/svg+xml;base64," + base64.b64encode(picture.encode()).decode()
    still = (
        f'<img src="{address}" alt="{title}" style="max-width:100%;max-height:{height - 60}px;background:white">'
        f"<p>{html.escape(say('howToSeeLive', lang))}</p>"
    )
    frame = (
        f'<iframe class="micrograd-page" srcdoc="{html.escape(page)}" '
        'sandbox="allow-scripts allow-modals allow-downloads" allow="fullscreen" '
        f'title="{title}" style="position:absolute;inset:0;width:100%;height:100%;border:1px solid #8884;'
        'border-radius:8px;box-sizing:border-box;background:Canvas"></iframe>'
    )
    place = f"position:relative;height:{height}px"
    return f'<div class="micrograd-explorer" style="{place}">{still}{frame}</div><script>{_THEME}</script>'
