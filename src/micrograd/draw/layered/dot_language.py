"""The dot language, as far as this package writes it: a graph's nodes and edges, with what is said about each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

Attributes = dict[str, str]

_TOKEN = re.compile(
    r"""\s+|//[^\n]*|\#[^\n]*|/\*.*?\*/      # what says nothing
    |(?P<text>"(?:\\.|[^"\\])*")
    |(?P<sign>->|[{}\[\];,=:])
    |(?P<word>-?(?:\.\d+|\d+(?:\.\d*)?)|[^\W\d]\w*)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass
class Edge:
    """An edge from one node to another."""

    tail: str
    head: str
    attributes: Attributes


@dataclass
class Graph:
    """What a source says: about the graph, of each node, of each edge, and who is to share a rank."""

    attributes: Attributes = field(default_factory=dict)
    nodes: dict[str, Attributes] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    # The kind of rank, as "source", and the nodes in it.
    together: list[tuple[str, list[str]]] = field(default_factory=list)


def parse(source: str) -> Graph:
    """Return the graph that ``source`` describes. Raises ``ValueError`` where it is no directed graph."""
    reader = _Reader(source)
    while reader.next in ("strict", "digraph") or (reader.next not in ("{", "") and reader.at < 3):
        reader.take()
    if reader.first != "digraph" or reader.next != "{":
        raise ValueError("a directed graph in the dot language was expected: digraph { ... }")
    graph = Graph()
    reader.block(graph, {}, {})
    return graph


class _Reader:
    def __init__(self, source: str) -> None:
        self.tokens = [*_tokens(source), ""]
        self.first = next((token for token in self.tokens if token != "strict"), "")
        self.at = 0

    @property
    def next(self) -> str:
        return self.tokens[self.at]

    def take(self, expected: str | None = None) -> str:
        token = self.tokens[self.at]
        if token == "" or (expected is not None and token != expected):
            raise ValueError(
                f"a graph in the dot language: expected {expected or 'more'}, got {token or 'its end'!r}"
            )
        self.at += 1
        return token

    def block(self, graph: Graph, of_nodes: Attributes, of_edges: Attributes) -> None:
        """Read ``{ ... }``; what is said of all nodes and edges inside holds inside."""
        of_nodes, of_edges = dict(of_nodes), dict(of_edges)
        is_whole, rank, named = self.at < 3, "", list[str]()
        self.take("{")
        while self.next != "}":
            if self.next == ";":
                self.take()
            elif self.next in ("subgraph", "{"):
                while self.next != "{":
                    self.take()
                self.block(graph, of_nodes, of_edges)
            elif self.next in ("graph", "node", "edge"):
                kind = self.take()
                said = self.attributes()
                if kind == "graph" and not is_whole:
                    rank = said.get("rank", rank)
                else:
                    {"graph": graph.attributes, "node": of_nodes, "edge": of_edges}[kind].update(said)
            else:
                rank = self.statement(graph, of_nodes, of_edges, named, is_whole) or rank
        self.take("}")
        if rank:
            graph.together.append((rank, list(dict.fromkeys(named))))

    def statement(
        self, graph: Graph, of_nodes: Attributes, of_edges: Attributes, named: list[str], is_whole: bool
    ) -> str:
        """Read a node, a chain of edges, or ``name=value``; return the rank where that is what it names."""
        names = [_plain(self.take())]
        if self.next == "=":
            self.take()
            value = _plain(self.take())
            if is_whole:
                graph.attributes[names[0]] = value
            return value if names[0] == "rank" else ""
        self.port()
        while self.next == "->":
            self.take()
            names.append(_plain(self.take()))
            self.port()
        said = self.attributes()
        for name in names:
            if name not in graph.nodes:
                graph.nodes[name] = dict(of_nodes)
        named += names
        if len(names) == 1:
            graph.nodes[names[0]].update(said)
        for tail, head in zip(names, names[1:]):
            graph.edges.append(Edge(tail, head, {**of_edges, **said}))
        return ""

    def port(self) -> None:
        """Pass over where at a node an edge ends: here edges end in the middle of the side that faces the other."""
        while self.next == ":":
            self.take()
            self.take()

    def attributes(self) -> Attributes:
        """Read ``[name=value ...]``, any number of times."""
        said: Attributes = {}
        while self.next == "[":
            self.take()
            while self.next != "]":
                if self.next in (",", ";"):
                    self.take()
                    continue
                name = _plain(self.take())
                self.take("=")
                said[name] = _plain(self.take())
            self.take("]")
        return said


def _tokens(source: str) -> Iterator[str]:
    at = 0
    while at < len(source):
        found = _TOKEN.match(source, at)
        if found is None:
            raise ValueError(f"a graph in the dot language: {source[at : at + 20]!r} cannot be read")
        at = found.end()
        if found.lastgroup is not None:
            yield found.group()


def _plain(token: str) -> str:
    """Return a name or a value without the marks around it; a mark inside stands behind a backslash."""
    if token[0] != '"':
        return token
    said = {r"\"": '"', "\\\n": ""}
    return re.sub(r"\\.", lambda found: said.get(found.group(), found.group()), token[1:-1], flags=re.DOTALL)
