"""The page that trains: the user's own loss, model and data, run by the compiled kernels in the page itself."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from micrograd import language
from micrograd._needs import needs
from micrograd._whole_file import write_whole
from micrograd.compiler import wasm
from micrograd.compiler.elementary import Elementary, elementary
from micrograd.compiler.encode import written
from micrograd.compiler.exchange import finite_or_named
from micrograd.draw.html import page_of
from micrograd.draw.notebook_frame import in_notebook, show
from micrograd.draw.scene import scene_of_view
from micrograd.draw.source import source_of
from micrograd.draw.still_picture import still_picture, still_png
from micrograd.draw.surroundings import language_here
from micrograd.draw.switching import owners, program_of
from micrograd.draw.view import View, view_of
from micrograd.draw.words import say
from micrograd.engine import Value, topological_order
from micrograd.nn import MLP, Layer, Neuron

# More samples than these would make the page larger than a notebook should carry.
MOST_NUMBERS = 200_000
_HEIGHT = 900
# Folded neurons and layers, in points: numbers, and what comes out over the plane.
CARD_WITH_MAP = (190, 66)
LAYER_WITH_MAPS = (190, 124)


def choices_page(lang: str | None = None) -> str:
    """Return a page in which data, network and loss are chosen, as HTML; it needs no network connection.

    Data: moons, circles, xor, spirals, blobs, a curve, drawn, a table; up to three hidden layers of up to 16 neurons.
    ``lang`` is the language in which it opens (default: the one here).
    """
    from micrograd.draw.choices import ingredients
    from micrograd.draw.choosable_data import choosable

    chosen = language_here(lang)
    parts = ingredients()
    folded = {"neuron": CARD_WITH_MAP, "layer": LAYER_WITH_MAPS}
    told = {
        "kernels": base64.b64encode(wasm.kernels()).decode(),
        "parts": {**parts, "frame": {**parts["frame"], "folded": folded}},
        "offered": choosable(),
    }
    return page_of({}, chosen, say("playTitle", chosen), is_packed=True, play=told)


class Playground:
    """A page that trains. It shows itself in Jupyter; ``save()`` writes it to a file.

    It begins with the model's weights of the moment when it was made; the model itself is left alone.
    """

    def __init__(self, scene: dict[str, Any], play: dict[str, Any], lang: language.Language) -> None:
        self._scene = scene
        self._play = play
        self._lang = lang

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page as one HTML file that opens offline, and return its path.

        An existing file is replaced, at once or not at all. Raises ``OSError`` where it cannot be written.
        """
        return write_whole(Path(path), [self.html()])

    def html(self) -> str:
        """Return the page as text."""
        title = say("playTitle", self._lang)
        return page_of(self._scene, self._lang, title, is_packed=True, play=self._play)

    def svg(self) -> str:
        """Return a still picture of one sample's graph, as SVG: for places that run no scripts."""
        return still_picture(self._scene, self._lang)

    def _ipython_display_(self) -> None:
        """Show the page in a notebook, and the still picture with one line where scripts are stripped."""
        png = still_png(self._scene, self._lang)
        show(self.html(), self.svg(), png, self._lang, repr(self), height=_HEIGHT)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Return what places other than Jupyter show: the page in a frame, a still picture, one line of text."""
        frame = in_notebook(self.html(), self.svg(), self._lang, _HEIGHT)
        return {"text/html": frame, "image/svg+xml": self.svg(), "text/plain": repr(self)}

    def __repr__(self) -> str:
        samples = len(self._play["X"]) // self._play["features"]
        return f"Playground({len(self._play['weights'])} parameters, {samples} samples)"


def play(
    loss: Callable[..., Value], model: Any, X: Any, y: Any = None, inputs: Any = None, lang: str | None = None
) -> Playground:
    """Return a page in which ``model`` is trained on the data, step by step, with every number in sight.

    ``loss(x, y)`` is the loss of one sample, as ``micrograd.compile`` takes it; ``X`` has shape (samples, features),
    ``y`` (samples,) or (samples, targets). The page begins with the model's own weights and plain gradient descent on
    all samples; it shows the graph of one sample's loss, with live numbers, and, where there are two features and two
    classes, the plane with the model's boundary. ``inputs`` names the features, as in ``explore``; ``lang`` is the
    language in which the page opens.

    Raises what ``micrograd.compile`` and a call of its program raise, and ``ValueError`` for more than 200,000 numbers
    in the data.
    """
    with needs("compile"):
        from micrograd.compiler import trace
        from micrograd.compiler.exchange import words
        from micrograd.compiler.program import Program
    chosen = language_here(lang)
    program = Program(loss, model, threads=1)
    program(X, y)
    parameters, batch, compiled = program.compiled_for(X, y)
    if batch.X.size + batch.Y.size > MOST_NUMBERS:
        raise ValueError(
            f"the data have {batch.X.size + batch.Y.size} numbers, and a page takes {MOST_NUMBERS}: give it a part of "
            "the samples"
        )
    first = batch.X[0].tolist(), batch.Y[0].tolist()
    one = trace.run(loss, parameters, first)
    root = one.roots[0]
    features = batch.X.shape[1]
    x, targets = one.inputs[:features], one.inputs[features:]
    view = _view(root, x, model, inputs)
    switches = list(dict.fromkeys(neuron.owner for neuron in view.neurons))
    outputs = {neuron.output: neuron.owner for neuron in view.neurons}
    numbers = {name: k for k, name in enumerate(switches)}
    picture = elementary(
        root, parameters.values, x, targets, {node: numbers[name] for node, name in outputs.items()}
    )
    told = {
        "kernels": base64.b64encode(wasm.kernels()).decode(),
        "features": features,
        "targets": batch.Y.shape[1],
        "X": batch.X.ravel().tolist(),
        "Y": batch.Y.ravel().tolist(),
        "weights": [float(value.data) for value in parameters.values],
        "names": parameters.names(),
        "inputs": [value.label for value in x],
        "order": parameters.order(),
        "loss": words(compiled),
        "picture": _words(picture),
        "nodes": _places(view, picture, parameters.place),
        "fresh": _fresh(model, parameters.values),
        "switches": switches,
        "switched": None,
        "source": source_of(root, _named(model), parameters.values, x, targets, view.neurons),
    }
    if switches:
        told["switched"] = asdict(
            program_of(
                [root],
                outputs,
                switches,
                parameters,
                one.inputs,
                features,
                compiled.graph.captured,
                with_gradient=True,
            )
        )
    told["outputs"] = _outputs(program, batch, model, parameters, switches)
    told["classes"] = _classes(batch.Y, told["outputs"]["count"] if told["outputs"] else 0)
    told["threshold"] = _threshold(root, told["classes"])
    scene = _scene(view, root, parameters.values)
    # Room for the maps of neurons.
    scene["frame"] = {**scene["frame"], "folded": {"neuron": CARD_WITH_MAP, "layer": LAYER_WITH_MAPS}}
    return Playground(scene, told, chosen)


def _view(root: Value, given: Sequence[Value], model: Any, inputs: Any) -> View:
    names = inputs if inputs is not None else {f"x{i}": value for i, value in enumerate(given)}
    if isinstance(names, (list, tuple)):
        names = dict(zip(map(str, names), given))
    for name, value in names.items():
        value.label = name
    return view_of(root, _named(model), names)


def _words(picture: Elementary) -> dict[str, Any]:
    words = written(picture.code)
    # The places of the switches' factors among the constants.
    words["switches"] = [slot - picture.code.parameters for slot in picture.switches]
    for name in ("initial", "numbers", "constants"):
        words[name] = finite_or_named(words[name])
    return words


def _named(model: Any) -> Any:
    """Return the model, or a list of parameters as something that has them, by their labels."""
    return model if hasattr(model, "parameters") else _Parameters(model)


class _Parameters:
    def __init__(self, values: Iterable[Value]) -> None:
        self.values = list(values)

    def named_parameters(self) -> list[tuple[str, Value]]:
        return [(value.label or f"p{number}", value) for number, value in enumerate(self.values)]


def _scene(view: View, root: Value, parameters: Sequence[Value]) -> dict[str, Any]:
    """Return the page's data, made with the gradients of this one sample; the parameters keep theirs."""
    before = [value.grad for value in parameters]
    try:
        for value in parameters:
            value.grad = 0.0
        root.backward()
        return scene_of_view(view, root)
    finally:
        for value, grad in zip(parameters, before):
            value.grad = grad


def _places(view: View, picture: Elementary, parameters: dict[Value, int]) -> list[dict[str, Any]]:
    """Return for each node of the picture the rows of its numbers, and of a parameter its place."""
    at = {node: k for k, node in enumerate(picture.nodes)}
    places = []
    for node in view.nodes:
        first = node.values[0]
        same = [first, *(copy[0] for copy in node.copies)]
        slopes = [
            list(slope)
            for operand, slope in zip(first._operands, picture.slopes[at[first]])
            if operand in view.position
        ]
        gradients = [picture.gradients[at[value]] for value in same]
        told: dict[str, Any] = {
            "value": picture.values[at[first]],
            "gradients": [row for row in gradients if row >= 0],
            "slopes": slopes,
        }
        if first in parameters:
            told["parameter"] = parameters[first]
        places.append(told)
    return places


def _outputs(
    program: Any, batch: Any, model: Any, parameters: Any, switches: Sequence[str]
) -> dict[str, Any] | None:
    """Return the program of the model's outputs, and of each neuron's, for any sample; None where there is none.

    ``{"words": ..., "places": ..., "count": how many outputs, "neurons": the names of those that follow}``.
    """
    from micrograd.compiler import trace
    from micrograd.compiler.errors import CompileError

    try:
        compiled = program.compiled_output_for(batch.X)
        if compiled is None:
            return None
        one = trace.run(model, parameters, (batch.X[0].tolist(), ()))
        found = owners(_named(model), one.roots)
        neurons = {name: node for node, name in found.items()}
        roots = [*one.roots, *neurons.values()]
        made = program_of(
            roots, found, switches, parameters, one.inputs, len(one.inputs), compiled.graph.captured,
            with_gradient=False,
        )  # fmt: skip
    except (TypeError, ValueError, CompileError):
        return None
    return {"words": made.words, "places": made.places, "count": len(one.roots), "neurons": list(neurons)}


def _classes(Y: Any, outputs: int) -> list[float] | None:
    """Return the labels, in order, where they are two classes, or as many as the model has outputs; else None."""
    labels = sorted(set(Y.ravel().tolist())) if Y.shape[1] == 1 else []
    return labels if len(labels) == 2 or 2 < len(labels) == outputs else None


def _fresh(model: Any, parameters: Sequence[Value]) -> list[bool] | None:
    """Return of each parameter whether it is drawn when such a model is made, or begins at 0; None: not known."""
    if type(model) not in (MLP, Layer, Neuron):
        return None
    biases = {value for name, value in model.named_parameters() if name.split(".")[-1] == "b"}
    return [value not in biases for value in parameters]


def _threshold(root: Value, classes: list[float] | None) -> float:
    """Return the output above which a sample is of the second class: 0 for what a sigmoid follows."""
    if classes is None or len(classes) > 2 or any(node._op == "sigmoid" for node in topological_order(root)):
        return 0.0
    return (classes[0] + classes[1]) / 2
