"""What students write in words, as HTML that is safe in a page: Markdown and formulas, and nothing that acts.

Whatever was written comes out as text with emphasis, lists, code, tables and MathML: no markup of the student's own,
no link that leads anywhere, no picture from elsewhere, no script.
"""

from __future__ import annotations

import html
from xml.etree import ElementTree

from micrograd._needs import needs

with needs("lab"):
    import latex2mathml.converter
    import mistune

_LONGEST_FORMULA = 2000
_MATHML = "http://www.w3.org/1998/Math/MathML"
_TAGS = frozenset(
    [
        "math",
        "mrow",
        "mi",
        "mn",
        "mo",
        "mtext",
        "mspace",
        "mfrac",
        "msqrt",
        "mroot",
        "msup",
        "msub",
        "msubsup",
        "mover",
        "munder",
        "munderover",
        "mtable",
        "mtr",
        "mtd",
        "mstyle",
        "mpadded",
        "mphantom",
        "menclose",
        "mfenced",
        "mmultiscripts",
    ]
)
_ATTRIBUTES = frozenset(
    [
        "display",
        "stretchy",
        "fence",
        "separator",
        "mathvariant",
        "columnalign",
        "accent",
        "notation",
        "linethickness",
    ]
)


class _Renderer(mistune.HTMLRenderer):
    """Renders links and pictures as the text that they are."""

    def __init__(self) -> None:
        super().__init__(escape=True)

    def link(self, text: str, url: str, title: str | None = None) -> str:
        return text if html.unescape(text) == url else f"{text} ({html.escape(url)})"

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return f"[{text}]"

    def heading(self, text: str, level: int, **_: object) -> str:
        # The page's own headings must stay the page's.
        return f"<p><strong>{text}</strong></p>\n"


def _inline_formula(_: object, text: str) -> str:
    return formula(text, "inline")


def _block_formula(_: object, text: str) -> str:
    return f"<p>{formula(text, 'block')}</p>\n"


def written(answers: dict[str, str]) -> dict[str, str]:
    """Return each answer as HTML."""
    render = mistune.Markdown(
        _Renderer(),
        plugins=[mistune.plugins.import_plugin(name) for name in ("math", "table", "strikethrough")],
    )
    assert render.renderer is not None
    render.renderer.register("inline_math", _inline_formula)
    render.renderer.register("block_math", _block_formula)
    return {task: str(render(text)) for task, text in answers.items()}


def formula(latex: str, display: str) -> str:
    """Return a formula as MathML of known elements only; one that cannot be read as its own text."""
    source = html.escape(f"$${latex}$$" if display == "block" else f"${latex}$")
    if len(latex) > _LONGEST_FORMULA:
        return source
    try:
        tree = ElementTree.fromstring(latex2mathml.converter.convert(latex, display=display))
        return _copied(tree)
    except Exception:  # the converter fails in its own ways on what is no LaTeX
        return source


def _copied(element: ElementTree.Element) -> str:
    """Write an element anew, so that nothing comes through but what is known to be harmless."""
    tag = element.tag.rpartition("}")[2]
    inside = html.escape(element.text or "") + "".join(
        _copied(child) + html.escape(child.tail or "") for child in element
    )
    if tag not in _TAGS:
        return inside
    kept = "".join(
        f' {name}="{html.escape(value)}"' for name, value in element.attrib.items() if name in _ATTRIBUTES
    )
    return f"<{tag}{kept}>{inside}</{tag}>"
