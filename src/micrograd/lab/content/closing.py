"""The closing sections as a student gets them: the compiler and the page that trains, on the student's own functions.

The solved notebook writes loop, loss and schedule out, which are the answers to tasks 7 and 9. Here ``train``,
``model_loss`` and ``sigmoid_operation`` are the student's, the loss of one sample is the library's, and the rate is
any rate. A cell keeps the ID of the one that it replaces.
"""

from __future__ import annotations

from micrograd.lab.content.printed import in_language
from micrograd.language import Language, Texts, typeset

_CODE: dict[str, str] = {
    "compiled-loss": """\
import micrograd
from micrograd import losses

by_graph = MLP(2, [16, 1])
by_program = MLP(2, [16, 1])
by_program.load_state_dict(by_graph.state_dict())


def sample_loss(sample, label):
    return losses.mse([sigmoid_operation(by_program(sample))], [label])


program = micrograd.compile(sample_loss, by_program)""",
    "compiled-train": """\
import contextlib
import io
import time

written, sigmoid = sigmoid, sigmoid_operation
try:
    loss, accuracy = model_loss(by_graph, X, y)
    print("same loss:", np.isclose(loss.data, program(X, y)[0], rtol=1e-9))

    begun = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        train(by_graph, X, y, 100)
    between = time.perf_counter()
    program.train(X, y, 100, learning_rate=0.5)
    ended = time.perf_counter()
finally:
    sigmoid = written""",
    "playground-page": """\
from micrograd import losses
from micrograd.draw import play

watched = MLP(2, [16, 1])


def watched_loss(sample, label):
    return losses.mse([sigmoid_operation(watched(sample))], [label])


play(watched_loss, watched, X, y)""",
}

_TEXT: Texts = {
    "compiled-train-statement": {
        "fr": "Mesurons le même réseau deux fois, avec les mêmes poids : par votre `model_loss` et par le programme"
        " compilé. Entraînons-le ensuite pendant cent itérations, une fois par votre `train`, une fois par le"
        " programme, à un taux constant. (Le temps de ces cellules, votre `sigmoid_operation` tient lieu de"
        " `sigmoid`.)",
        "en": "Let us measure the same network twice, with the same weights: by your `model_loss`, and by the compiled"
        " program. Then train it for a hundred iterations, once by your `train`, once by the program, at a constant"
        " rate. (For these cells, your `sigmoid_operation` stands in for `sigmoid`.)",
    },
    "compiled-time-statement": {
        "fr": "L'erreur est la même. Le temps, lui, ne l'est pas (la compilation, faite une fois pour toutes plus haut,"
        " n'est pas comptée) :",
        "en": "The loss is the same. The time is not (the compilation, done once and for all further up, is not"
        " counted):",
    },
    "compiled-end": {
        "fr": "Après l'apprentissage, les poids sont de retour dans les `Value` du modèle : on peut le dessiner,"
        " l'interroger, reprendre son graphe.",
        "en": "After the training, the weights are back in the model's `Value`s: it can be drawn, questioned, its"
        " graph taken up again.",
    },
}

TEXT = typeset(_TEXT)


def code(language: Language) -> dict[str, str]:
    """Return the code cells by ID, with what they print in ``language``."""
    return {name: in_language(source, language) for name, source in _CODE.items()}
