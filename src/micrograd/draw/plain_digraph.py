"""What ``draw_dot`` returns where Python's ``graphviz`` package is missing: the same methods, and our own layout."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_PLAIN = re.compile(
    r"(?!(?:strict|digraph|graph|node|edge|subgraph)$)[A-Za-z_]\w*|-?(?:\.\d+|\d+(?:\.\d*)?)", re.ASCII
)


def quoted(text: str) -> str:
    """Return a name or a value as the dot language takes it."""
    if _PLAIN.fullmatch(text):
        return text
    # A backslash belongs to what follows it; the last one would take the mark that ends the text with it.
    parts = re.findall(r"\\.|.|\n", text, re.DOTALL)
    return '"' + "".join({'"': r"\"", "\\": r"\\"}.get(part, part) for part in parts) + '"'


class PlainDigraph:
    """A directed graph: the part of ``graphviz.Digraph`` with which graphs are made, shown and saved."""

    def __init__(
        self,
        format: str = "svg",
        graph_attr: Mapping[str, str] | None = None,
        node_attr: Mapping[str, str] | None = None,
        edge_attr: Mapping[str, str] | None = None,
    ) -> None:
        self.format = format
        self.graph_attr = dict(graph_attr or {})
        self.node_attr = dict(node_attr or {})
        self.edge_attr = dict(edge_attr or {})
        self.body: list[str] = []

    def attr(self, kw: str | None = None, **attributes: str) -> None:
        """Set attributes of the graph, or of nodes or edges that follow. Raises ``ValueError`` for another ``kw``."""
        if kw not in (None, "graph", "node", "edge"):
            raise ValueError(f"attr: expected 'graph', 'node', 'edge' or None, got {kw!r}")
        self.body.append(f"\t{kw or 'graph'}{_list(attributes)}\n")

    def node(self, name: str, label: str | None = None, **attributes: str) -> None:
        """Add a node."""
        self.body.append(f"\t{quoted(name)}{_list(_labelled(label, attributes))}\n")

    def edge(self, tail_name: str, head_name: str, label: str | None = None, **attributes: str) -> None:
        """Add an edge."""
        edge = f"{quoted(tail_name)} -> {quoted(head_name)}"
        self.body.append(f"\t{edge}{_list(_labelled(label, attributes))}\n")

    @property
    def source(self) -> str:
        """The graph in the dot language."""
        kinds = (("graph", self.graph_attr), ("node", self.node_attr), ("edge", self.edge_attr))
        head = [f"\t{kind}{_list(attributes)}\n" for kind, attributes in kinds if attributes]
        return "".join(["digraph {\n", *head, *self.body, "}\n"])

    def save(self, filename: str | Path | None = None, directory: str | Path | None = None) -> str:
        """Write the source into a file, ``Digraph.gv`` without a name, and return its path."""
        path = Path(directory or "") / (filename or "Digraph.gv")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.source, encoding="utf-8")
        return str(path)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"image/svg+xml": self._repr_image_svg_xml()}

    def _repr_image_svg_xml(self) -> str:
        raise NotImplementedError


def _labelled(label: str | None, attributes: dict[str, str]) -> dict[str, str]:
    return attributes if label is None else {"label": label, **attributes}


def _list(attributes: Mapping[str, str]) -> str:
    said = " ".join(f"{name}={quoted(str(value))}" for name, value in attributes.items())
    return f" [{said}]" if said else ""
