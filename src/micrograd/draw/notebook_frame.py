"""A page inside a notebook's output: live in a frame of its own, a still picture wherever scripts are stripped.

What cleans HTML (a forge, nbconvert, JupyterLab with a notebook that it does not trust) either drops a frame or prints
its source. So a notebook gets no HTML but three outputs: the picture, in formats that every reader shows; a line that
says how to see the page; and a script, which makes the frame and hides the other two. Without scripts they are what
is left.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import struct
import zlib
from typing import Any

from micrograd.draw.picture import width_of
from micrograd.draw.words import say
from micrograd.language import Language

HEIGHT = 640
MARK = "micrograd"
"""Under this key, the metadata of the explorer's outputs say which one it is: picture, line or page."""

_SANDBOX = "allow-scripts allow-modals allow-downloads"
_FRAME = "width:100%;border:1px solid #8884;border-radius:8px;box-sizing:border-box;background:Canvas"

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

# ``element`` is the output's place in Jupyter and nbconvert (classic Jupyter wraps it); VS Code has none. The picture
# is known by its mark, wherever among the outputs before this one it stands.
_SCRIPT = """(() => {
const place = typeof element === "undefined" ? document.currentScript.parentElement
: element.jquery ? element[0] : element;
const { page, mark, title, style, sandbox } = %s;
const isMarked = (image) => { const [head, body] = image.src.split(/,(.*)/s); try {
return (head.endsWith(";base64") ? atob(body) : decodeURIComponent(body)).includes(mark); } catch { return false; } };
const holds = (node) => node.innerHTML.includes(mark) || [...node.querySelectorAll("img")].some(isMarked);
const hide = () => { for (let node = place; node && node !== document.body; node = node.parentElement) {
const line = node.previousElementSibling, picture = line && line.previousElementSibling;
if (picture && holds(picture)) { picture.style.display = line.style.display = "none"; return; } } };
const whenShown = (tries) => place.isConnected ? hide() : tries && setTimeout(whenShown, 50, tries - 1);
const bytes = new Blob([Uint8Array.from(atob(page), (c) => c.charCodeAt(0))]);
new Response(bytes.stream().pipeThrough(new DecompressionStream("deflate-raw"))).text().then((text) => {
const frame = document.createElement("iframe");
frame.className = "micrograd-page"; frame.title = title; frame.style.cssText = style;
frame.setAttribute("sandbox", sandbox); frame.setAttribute("allow", "fullscreen"); frame.srcdoc = text;
place.replaceChildren(frame); whenShown(600); });
})();
"""


def outputs(
    page: str, svg: str, png: bytes | None, lang: Language, told: str, height: int = HEIGHT
) -> list[tuple[dict[str, str], dict[str, Any]]]:
    """Return the three outputs of a notebook, as pairs of data by MIME type and of metadata.

    ``png`` is the picture once more, for readers that show no SVG they do not trust; None where nothing can draw it.
    ``told`` is what stands where not even pictures can be shown.
    """
    mark = "micrograd-" + hashlib.sha256((page + svg).encode("utf-8", "replace")).hexdigest()[:16]
    picture = {"image/svg+xml": svg.replace("</svg>", f"<!-- {mark} --></svg>"), "text/plain": told}
    of_picture: dict[str, Any] = {MARK: "picture"}
    if png is not None:
        picture["image/png"] = base64.b64encode(_marked(png, mark)).decode()
        of_picture["image/png"] = {"width": round(width_of(svg))}
    line = say("howToSeeLive", lang)
    given = {
        "page": _packed(page),
        "mark": mark,
        "title": say("title", lang),
        "style": f"display:block;height:{height}px;{_FRAME}",
        "sandbox": _SANDBOX,
    }
    # A page that writes this into a <script> of its own must not see it end there.
    script = _SCRIPT % json.dumps(given).replace("<", "\\u003c") + _THEME
    return [
        (picture, of_picture),
        ({"text/markdown": f"*{line}*", "text/plain": line}, {MARK: "line"}),
        # The empty text is for readers that would write that there is nothing they can show.
        ({"application/javascript": script, "text/plain": ""}, {MARK: "page"}),
    ]


def show(*args: Any, **options: Any) -> None:
    """Show the three ``outputs`` in the notebook that is running."""
    from IPython.display import publish_display_data

    for data, metadata in outputs(*args, **options):
        publish_display_data(data, metadata)  # type: ignore[no-untyped-call]


def in_notebook(page: str, picture: str, lang: Language, height: int = HEIGHT) -> str:
    """Return the same for places that know HTML only: ``page`` in a frame, which covers ``picture`` and one line.

    Where frames are taken out, the picture is what is left. The frame may run scripts, print and save files, and has
    no access to the page it is in.
    """
    title = html.escape(say("title", lang))
    address = "data:image/svg+xml;base64," + base64.b64encode(picture.encode()).decode()
    still = (
        f'<img src="{address}" alt="{title}" style="max-width:100%;max-height:{height - 60}px;background:white">'
        f"<p>{html.escape(say('howToSeeLive', lang))}</p>"
    )
    frame = (
        f'<iframe class="micrograd-page" srcdoc="{html.escape(page)}" sandbox="{_SANDBOX}" allow="fullscreen" '
        f'title="{title}" style="position:absolute;inset:0;height:100%;{_FRAME}"></iframe>'
    )
    place = f"position:relative;height:{height}px"
    return f'<div class="micrograd-explorer" style="{place}">{still}{frame}</div><script>{_THEME}</script>'


def _packed(page: str) -> str:
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    # Half of a surrogate pair, which a label may hold, has no UTF-8.
    return base64.b64encode(packer.compress(page.encode("utf-8", "replace")) + packer.flush()).decode()


def _marked(png: bytes, mark: str) -> bytes:
    """Return a PNG with ``mark`` as its comment, before the chunk that ends it."""
    chunk = b"tEXtComment\0" + mark.encode()
    whole = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return png[:-12] + whole + png[-12:]
