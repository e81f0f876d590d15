"""The page that trains: the user's own loss, model and data, run by the compiled kernels in the page itself."""

from __future__ import annotations

import base64
import importlib.util
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

from micrograd import language
from micrograd._whole_file import write_whole
from micrograd.compiler import trace, wasm
from micrograd.compiler.elementary import Elementary, elementary
from micrograd.compiler.exchange import words, words_of
from micrograd.compiler.front import Rows, front, tables
from micrograd.compiler.parameters import Parameters
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

    def speaking(self, lang: language.Language) -> Playground:
        """Return the same page, opening in ``lang``."""
        return Playground(self._scene, self._play, lang)

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
    chosen = language_here(lang)
    made = _compiled(loss, model, X, y)
    parameters = made.parameters
    numbers = len(made.X) * (len(made.X[0]) + len(made.Y[0]))
    if numbers > MOST_NUMBERS:
        raise ValueError(
            f"the data have {numbers} numbers, and a page takes {MOST_NUMBERS}: give it a part of the samples"
        )
    one = trace.run(loss, parameters, (made.X[0], made.Y[0]))
    root = one.roots[0]
    features = len(made.X[0])
    x, targets = one.inputs[:features], one.inputs[features:]
    view = _view(root, x, model, inputs)
    switches = list(dict.fromkeys(neuron.owner for neuron in view.neurons))
    outputs = {neuron.output: neuron.owner for neuron in view.neurons}
    place = {name: k for k, name in enumerate(switches)}
    picture = elementary(
        root, parameters.values, x, targets, {node: place[name] for node, name in outputs.items()}
    )
    told: dict[str, Any] = {
        "kernels": base64.b64encode(wasm.kernels()).decode(),
        "features": features,
        "targets": len(targets),
        "X": [number for row in made.X for number in row],
        "Y": [number for row in made.Y for number in row],
        "weights": [float(value.data) for value in parameters.values],
        "names": parameters.names(),
        "inputs": [value.label for value in x],
        "order": parameters.order(),
        "loss": made.words,
        "picture": _words(picture),
        "nodes": _places(view, picture, parameters),
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
                made.captured,
                with_gradient=True,
            )
        )
    told["outputs"] = _outputs(made, model, switches)
    told["classes"] = _classes(made.Y, told["outputs"]["count"] if told["outputs"] else 0)
    told["threshold"] = _threshold(root, told["classes"])
    scene = _scene(view, root, parameters.values)
    # Room for the maps of neurons.
    scene["frame"] = {**scene["frame"], "folded": {"neuron": CARD_WITH_MAP, "layer": LAYER_WITH_MAPS}}
    return Playground(scene, told, chosen)


class _Compiled(NamedTuple):
    """The loss's program in words, with what it was made of: plain rows of numbers, and leaves that are read anew."""

    parameters: Parameters
    X: Rows
    Y: Rows
    words: dict[str, Any]
    captured: Sequence[Value]
    captured_by_the_model: Callable[[], Sequence[Value] | None]


def _compiled(loss: Callable[..., Value], model: Any, X: Any, y: Any) -> _Compiled:
    """Compile a loss: with NumPy by ``micrograd.compile``, which runs it on the data too, else by the front alone."""
    if importlib.util.find_spec("numpy") is None:
        features, targets = tables(X, y)
        parameters = Parameters(model)
        made = front(loss, parameters, features, targets, with_gradient=True)

        def by_the_model() -> Sequence[Value] | None:
            nothing: Rows = [[] for _ in features]
            if not callable(model):
                return None
            return front(model, parameters, features, nothing, with_gradient=False).graph.captured

        return _Compiled(parameters, features, targets, made.words, made.graph.captured, by_the_model)
    from micrograd.compiler.program import Program

    program = Program(loss, model, threads=1)
    program(X, y)
    parameters, batch, compiled = program.compiled_for(X, y)

    def by_its_program() -> Sequence[Value] | None:
        found = program.compiled_output_for(batch.X)
        return None if found is None else found.graph.captured

    rows = batch.X.tolist(), batch.Y.tolist()
    return _Compiled(parameters, *rows, words(compiled), compiled.graph.captured, by_its_program)


def _view(root: Value, given: Sequence[Value], model: Any, inputs: Any) -> View:
    names = inputs if inputs is not None else {f"x{i}": value for i, value in enumerate(given)}
    if isinstance(names, (list, tuple)):
        if len(names) != len(given):
            raise ValueError(f"inputs: {len(names)} names were given, and a sample has {len(given)} features")
        names = dict(zip(map(str, names), given))
    for name, value in names.items():
        value.label = name
    return view_of(root, _named(model), names)


def _words(picture: Elementary) -> dict[str, Any]:
    code = picture.code
    # The places of the switches' factors among the constants.
    switches = [slot - code.parameters for slot in picture.switches]
    return {**words_of(code), "switches": switches}


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


def _places(view: View, picture: Elementary, parameters: Parameters) -> list[dict[str, Any]]:
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
        if first in parameters.place:
            told["parameter"] = parameters.place[first]
        places.append(told)
    return places


def _outputs(made: _Compiled, model: Any, switches: Sequence[str]) -> dict[str, Any] | None:
    """Return the program of the model's outputs, and of each neuron's, for any sample; None where there is none.

    ``{"words": ..., "places": ..., "count": how many outputs, "neurons": the names of those that follow}``.
    """
    from micrograd.compiler.errors import CompileError

    try:
        captured = made.captured_by_the_model()
        if captured is None:
            return None
        one = trace.run(model, made.parameters, (made.X[0], ()))
        found = owners(_named(model), one.roots)
        neurons = {name: node for node, name in found.items()}
        roots = [*one.roots, *neurons.values()]
        program = program_of(
            roots,
            found,
            switches,
            made.parameters,
            one.inputs,
            len(one.inputs),
            captured,
            with_gradient=False,
        )
    except (TypeError, ValueError, CompileError):
        return None
    return {
        "words": program.words,
        "places": program.places,
        "count": len(one.roots),
        "neurons": list(neurons),
    }


def _classes(Y: Rows, outputs: int) -> list[float] | None:
    """Return the labels, in order, where they are two classes, or as many as the model has outputs; else None."""
    labels = sorted({row[0] for row in Y}) if len(Y[0]) == 1 else []
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
