"""Graphs of gradients, to look at and to explore.

``draw_dot(root)`` is micrograd's picture; ``explore(root, model)`` a page in which the chain rule can be
followed number by number; ``play(loss, model, X, y)`` a page that trains; ``explain(node)`` the
same explanation in the terminal.
"""

from micrograd.draw.explanation import explain
from micrograd.draw.explorer import Explorer, explore
from micrograd.draw.graph import trace
from micrograd.draw.laying_out import use_layout
from micrograd.draw.lines import remember_lines
from micrograd.draw.playground import Playground, play
from micrograd.draw.static_picture import draw_dot

__all__ = [
    "Explorer",
    "Playground",
    "draw_dot",
    "explain",
    "explore",
    "play",
    "remember_lines",
    "trace",
    "use_layout",
]
