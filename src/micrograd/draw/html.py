"""One self-contained HTML file from the page's parts: markup, style, ES modules, data."""

from __future__ import annotations

import base64
import functools
import hashlib
import html
import json
import re
import zlib
from importlib import resources
from typing import Any

from micrograd.compiler import wasm
from micrograd.draw.rules import RULES
from micrograd.draw.words import FUNCTIONS, WORDS, say
from micrograd.language import Language, french, typeset

# In the order in which they need each other.
MODULES = (
    "hooks.js",
    "unpack.js",
    "figures.js",
    "words.js",
    "numbers.js",
    "graph.js",
    "trails.js",
    "choosing.js",
    "rows.js",
    "layout.js",
    "arrangement.js",
    "svg.js",
    "formula.js",
    "film.js",
    "picture.js",
    "viewport.js",
    "minimap.js",
    "writing.js",
    "explanation.js",
    "toolbar.js",
    "main.js",
)
# What a page that trains has beside them, before the last one.
LIVE_MODULES = (
    *MODULES[:-1],
    "machine.js",
    "live.js",
    "schedules.js",
    "series.js",
    "journal.js",
    "trainer.js",
    "python.js",
    "charts.js",
    "plane.js",
    "maps.js",
    "controls.js",
    "settings.js",
    "points.js",
    "reach.js",
    "taking.js",
    "panel.js",
    "networks.js",
    "assembly.js",
    "catalogue.js",
    "table.js",
    "choices.js",
    MODULES[-1],
)
# The panel, and the place for what a saved page goes on from.
_PANEL = '<section id="panel"></section>\n<script type="application/json" id="kept"></script>\n'
_IMPORT = re.compile(r"^import (\{[^}]*\}) from \"\./([a-z]+)\.js\";", re.MULTILINE)
# Whole lines of comment, and how far lines are indented: who wants to read them reads the modules.
_COMMENT = re.compile(r"^ *//.*\n|^ +", re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async function|function|const|class) (\w+))", re.MULTILINE)


def page_of(
    scene: dict[str, Any],
    lang: Language,
    title: str,
    *,
    is_packed: bool = False,
    play: dict[str, Any] | None = None,
) -> str:
    """Return the HTML page that shows ``scene``, opening in ``lang``; it needs no network.

    With ``is_packed``, its data are compressed, for a notebook that is saved with the page in it. With ``play``, the
    data of a training (see ``play.py``), the page trains, and its numbers live.
    """
    data = {"scene": scene, "lang": lang, "words": typeset(WORDS), "functions": FUNCTIONS, "rules": _rules()}
    if play is not None:
        data["play"] = play
    script = _script(MODULES if play is None else LIVE_MODULES)
    parts = {
        "LANG": lang,
        "TITLE": html.escape(title),
        "NOSCRIPT": html.escape(say("noScript", lang)),
        "STYLE": _part("style.css"),
        "DATA": _packed(data) if is_packed else _json_in_html(data),
        "SCRIPT": script,
        # Compiling a module of WebAssembly that the page brings along; nothing comes from outside.
        "WASM": "" if play is None else " 'wasm-unsafe-eval'",
        "PANEL": "" if play is None else _PANEL,
        "HASH": "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    }
    # One pass, so that nothing put in is searched for marks again.
    return re.sub(r"\[\[([A-Z]+)\]\]", lambda mark: parts[mark.group(1)], _part("page.html"))


def _json_in_html(data: Any) -> str:
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    # A user's label may contain "</script>" or "<!--".
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _packed(data: Any) -> str:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    # Half of a surrogate pair, which a label may hold, has no UTF-8.
    packed = packer.compress(text.encode("utf-8", "replace")) + packer.flush()
    return json.dumps(base64.b64encode(packed).decode())


@functools.cache
def _part(name: str) -> str:
    return (resources.files("micrograd.draw") / "page" / name).read_text(encoding="utf-8")


@functools.cache
def _script(modules: tuple[str, ...]) -> str:
    """Return all modules as one script, each in a function of its own that returns what it exports."""
    parts = ["", "const modules = {};"]
    for name in modules:
        text = wasm.script() if name == "machine.js" else _part(name)
        exported = ", ".join(match.group(2) for match in _EXPORT.finditer(text))
        body = _EXPORT.sub(r"\1", _IMPORT.sub(r"const \1 = modules.\2;", text))
        # The last one waits for the data; nothing is exported from there.
        function = "async () =>" if name == modules[-1] else "() =>"
        body = _COMMENT.sub("", body)
        parts.append(f"modules.{name[:-3]} = ({function} {{\n{body}return {{ {exported} }};\n}})();")
    return "\n".join(parts) + "\n"


@functools.cache
def _rules() -> dict[str, Any]:
    """Return the table of rules with its formulas as MathML, for the page."""
    told = {}
    for op, rule in RULES.items():
        formulas = [rule.value, *rule.derivatives]
        written = [{"math": mathml()[f.latex], "fr": french(f.fr), "en": f.en} for f in formulas]
        told[op] = {"sign": rule.sign, "value": written[0], "derivatives": written[1:]}
    return told


@functools.cache
def mathml() -> dict[str, str]:
    """Return all formulas of the rules by their LaTeX: ``make ready`` writes them with latex2mathml."""
    told: dict[str, str] = json.loads(_part("formulas.json"))
    return told
