"""One HTML page with the executed lab and its comparison with the handout, which needs nothing beside it."""

from __future__ import annotations

import base64
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import metadata, resources
from typing import Any

from micrograd import __version__, engine
from micrograd._needs import needs
from micrograd.draw.notebook_frame import MARK
from micrograd.lab.solved.facts import Comparison
from micrograd.lab.solved.pages import GraphPage
from micrograd.lab.solved.words import FIGURES, WORDS, say
from micrograd.language import Language, in_language

with needs("lab"):
    import jinja2
    import mistune
    from latex2mathml.converter import convert
    from nbformat import NotebookNode
    from pygments import highlight  # type: ignore[import-untyped, unused-ignore]
    from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped, unused-ignore]
    from pygments.lexers import PythonLexer  # type: ignore[import-untyped, unused-ignore]

_DECIMAL_COMMA = re.compile(r"<mn>(\d+)</mn><mrow><mo>&#x0002C;</mo></mrow><mn>(\d+)</mn>")
_SVG_WIDTH = re.compile(r'<svg width="([\d.]+)pt"')
# A minus after =, ( or × is a sign, not a subtraction: no space belongs after it.
_SIGN = re.compile(r"(&#x000(?:3D|28|D7);</mo>)<mo>&#x02212;</mo>")
_HEADING = re.compile(r"^## (.+)\n*", re.MULTILINE)


@dataclass
class Section:
    """One part of the page: a task, or what stands before or after the tasks."""

    anchor: str
    title: str
    task: int | None
    blocks: list[dict[str, Any]] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)

    @property
    def same(self) -> bool:
        """Whether everything in it is as the handout expects."""
        return all(line.same for line in self.comparisons)


def render(
    notebook: NotebookNode,
    comparisons: Sequence[Comparison],
    language: Language,
    seconds: float,
    pages: Sequence[GraphPage] = (),
) -> str:
    """Return the report on an executed notebook as one HTML page.

    ``comparisons`` is what ``facts.compare`` found, ``seconds`` how long the notebook ran. ``pages`` are the
    pages of graphs that lie beside this one; each is linked below its cell.
    """
    sections = _sections(notebook, language)
    for section in sections:
        section.comparisons = [line for line in comparisons if line.task == section.task]
        for page in pages:
            of_cell = [i for i, block in enumerate(section.blocks) if block.get("cell") == page.after]
            if of_cell:
                link = {"kind": "link", "address": page.file_name, "text": say("explore", language)}
                section.blocks.insert(of_cell[-1] + 1, link)
    title = next((re.sub(r"^# ", "", cell.source.splitlines()[0]) for cell in notebook.cells), "")
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(
        (resources.files("micrograd.lab.solved") / "report.html.jinja").read_text(encoding="utf-8")
    )
    return template.render(
        language=language,
        words=in_language(WORDS, language),
        title=title,
        sections=sections,
        comparisons=comparisons,
        different=[line for line in comparisons if not line.same],
        environment=_environment(language, seconds),
        code_style_light=HtmlFormatter(style="default").get_style_defs(".code"),
        code_style_dark=HtmlFormatter(style="github-dark").get_style_defs(':root[data-theme="dark"] .code'),
    )


def _sections(notebook: NotebookNode, language: Language) -> list[Section]:
    sections: list[Section] = []
    for cell in notebook.cells:
        task = cell.metadata.get("micrograd", {}).get("task")
        source = cell.source
        heading = _HEADING.search(source) if cell.cell_type == "markdown" else None
        if not sections or heading:
            title = heading.group(1) if heading else ""
            anchor = f"task-{task}" if task else f"part-{cell.id}"
            sections.append(Section(anchor, title, task))
            source = _HEADING.sub("", source, count=1) if heading else re.sub(r"^# .*\n*", "", source)
        if cell.cell_type == "markdown":
            sections[-1].blocks.append({"kind": cell.metadata["micrograd"]["kind"], "html": _prose(source)})
        else:
            sections[-1].blocks.append({"kind": "code", "cell": cell.id, "html": _code(source)})
            sections[-1].blocks.extend(_outputs(cell, language))
    return sections


def _outputs(cell: NotebookNode, language: Language) -> list[dict[str, Any]]:
    blocks = []
    for output in cell.outputs:
        data = output.get("data", {})
        # The explorer has a page of its own here.
        if MARK in output.get("metadata", {}):
            continue
        image = next((kind for kind in ("image/svg+xml", "image/png") if kind in data), None)
        if image:
            blocks.append(
                {
                    "kind": "figure",
                    "cell": cell.id,
                    "address": _data_address(image, data[image]),
                    "caption": FIGURES[cell.id][language] if cell.id in FIGURES else cell.id,
                    # A graph is as wide as it is; the page shows it smaller, but not too small to read.
                    "width": _width(data[image]) if image == "image/svg+xml" else None,
                }
            )
        else:
            text = output.get("text") or data.get("text/plain", "")
            # What a program says on standard error belongs to the reader too, but is not a result.
            blocks.append(
                {
                    "kind": "text-output",
                    "cell": cell.id,
                    "text": text.rstrip("\n"),
                    "long": text.count("\n") > 25,
                }
            )
    return blocks


def _width(svg: str) -> int:
    """The width of a picture by Graphviz, in the browser's pixels."""
    found = _SVG_WIDTH.search(svg)
    return round(float(found.group(1)) * 4 / 3) if found else 1000


def _data_address(kind: str, content: str) -> str:
    encoded = base64.b64encode(content.encode()).decode() if kind == "image/svg+xml" else content
    return f"data:{kind};base64,{''.join(encoded.split())}"


def _code(source: str) -> str:
    colored: str = highlight(source, PythonLexer(), HtmlFormatter(nowrap=True))
    return colored.rstrip("\n")


class _Renderer(mistune.HTMLRenderer):
    """Formulas as MathML, which browsers show without a script; tables that scroll on a small screen."""

    def inline_math(self, text: str) -> str:
        return _formula(text, "inline")

    def block_math(self, text: str) -> str:
        return _formula(text, "block")

    def table(self, text: str) -> str:
        return f'<div class="scroll"><table>{text}</table></div>'


def _prose(source: str) -> str:
    markdown = mistune.create_markdown(renderer=_Renderer(escape=True), plugins=["math", "table"])
    return str(markdown(source))


def _formula(latex: str, display: str) -> str:
    formula = _DECIMAL_COMMA.sub(r"<mn>\1,\2</mn>", convert(latex, display=display))
    return _SIGN.sub(r'\1<mo form="prefix">&#x02212;</mo>', formula)


def _environment(language: Language, seconds: float) -> str:
    libraries = ", ".join(
        f"{name} {metadata.version(name)}" for name in ("numpy", "scikit-learn", "matplotlib")
    )
    return say(
        "environment",
        language,
        version=__version__,
        engine=say("compiled" if engine.COMPILED else "plain", language),
        python=platform.python_version(),
        libraries=libraries,
        seconds=f"{seconds:.0f}",
    )
