"""Notebooks by people who read the handout and nothing of the checks: twelve manners, and what else they might write.

The manners are in ``strangers/``, as Python files with ``# %%`` between the cells. A variation replaces a text of one
of them: (old, new), or (old, new, which) for one occurrence of several, counted from 0. A mistake names the task that
it belongs to, the hint it has to get, and the other tasks whose cells repeat it.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

# ruff: noqa: E501

Cells = tuple["str | tuple[str, str]", ...]
Change = tuple[str, str] | tuple[str, str, int]
_CELL = re.compile(r"^# %%( \[markdown\])?\n", re.MULTILINE)


@cache
def _text(name: str, folder: str = "strangers") -> str:
    return (Path(__file__).with_name(folder) / f"{name}.py").read_text(encoding="utf-8")


def cells(name: str, *changes: Change, folder: str = "strangers") -> Cells:
    """Return a notebook's cells: code, and ``("md", text)``."""
    text = _text(name, folder)
    for old, new, *which in changes:
        parts = text.split(old)
        assert len(parts) > 1 + (which[0] if which else 0), f"{name} has no {old!r}"
        if which:
            parts = [old.join(parts[: which[0] + 1]), old.join(parts[which[0] + 1 :])]
        text = new.join(parts)
    _, *pieces = _CELL.split(text)
    return tuple(
        ("md", re.sub(r"^# ?", "", source, flags=re.MULTILINE).strip()) if markdown else source.strip("\n")
        for markdown, source in zip(pieces[::2], pieces[1::2])
    )


_OWN_SIGMOID = """    def sigmoid(self):
        s = 1 / (1 + math.exp(-self.data))
        return Value(s, (self,), lambda g: (g * s * (1 - s),))

    def __neg__"""
_ROWS = """    total, bons = 0, 0
    for (_, ligne), label in zip(descripteurs.iterrows(), labels):
        sortie = modele([ligne["x0"], ligne["x1"]])
        sortie.data = sigmoide(sortie.data)
        total += (sortie - label) ** 2
        bons += binaire(sortie.data) == label
    return total / descripteurs.shape[0], 100 * bons / descripteurs.shape[0]
"""
_ROWS_OLD = """    total, bons = 0, 0
    for i in range(len(descripteurs)):
        sortie = modele(descripteurs.iloc[i].tolist())
        sortie.data = sigmoide(sortie.data)
        label = int(labels.iloc[i])
        total += (sortie - label) ** 2
        bons += binaire(sortie.data) == label
    return total / len(descripteurs), 100 * bons / len(descripteurs)
"""
_BOTH = """# Tasks 9 and 10
def learning_rate(step: int) -> float:
    return 1.0 * 0.9 ** step

for hidden, steps in ((2, 10), (16, 100)):
    model = MLP(2, [hidden, 1])
    for step in range(steps):
        error, accuracy = model_loss(model, samples, labels)
        model.zero_grad()
        error.backward()
        for parameter in model.parameters():
            parameter.data -= learning_rate(step) * parameter.grad
        print(f"{hidden} neurons, step {step}: loss {error.data}, accuracy {accuracy:.1%}")
"""


def _tail_of_functions() -> str:
    text = _text("in_functions")
    return text[text.index("# Task 9\n") :]


#: Every task keeps its check mark.
RIGHT: dict[str, tuple[str, tuple[Change, ...]]] = {
    "karpathy's manner": ("karpathy_manner", ()),
    "objects": ("objets", ()),
    "one cell": ("une_cellule", ()),
    "frames": ("tableaux", ()),
    "an engine of one's own": ("fait_maison", ()),
    "sample by sample": ("echantillons", ()),
    "the library's tools": ("library_tools", ()),
    "functional": ("fonctionnel", ()),
    "a function for each task": ("in_functions", ()),
    "vectors": ("vecteurs", ()),
    "a beginner's": ("beginner", ()),
    "merged tasks": ("fusionne", ()),
    "a power of the step": ("karpathy_manner", (("1.0 - 0.9*k/100", "0.9**k"),)),
    "other seeds for the models": ("karpathy_manner", (("model = MLP(2, [2, 1])\nfor", "random.seed(1337)\nmodel = MLP(2, [2, 1])\nfor"), ("model = MLP(2, [16, 1])", "random.seed(2023)\nmodel = MLP(2, [16, 1])"))),
    "short titles": ("karpathy_manner", (("## Task ", "## T"),)),
    "shuffled data": ("karpathy_manner", (("plt.figure(figsize=(5,5))", "plt.figure(figsize=(5,5))"), ("# ## Task 9: optimization\n# %%\n", "# ## Task 9: optimization\n# %%\norder = np.random.permutation(100)\nX, y = X[order], y[order]\n"))),
    "object arrays": ("karpathy_manner", (("    losses = [(scorei - yi)**2 for yi, scorei in zip(y, scores)]\n    data_loss = sum(losses) * (1.0 / len(losses))", "    data_loss = ((np.array(scores) - np.array(y)) ** 2).mean()"),)),
    "a floor for the rate": ("objets", (("self.taux *= 0.9", "self.taux = max(0.05, self.taux - 0.1)"),)),
    "a copy of the small model": ("objets", (("Apprentissage(petit, lunes)", "from copy import deepcopy\nApprentissage(deepcopy(petit), lunes)"),)),
    "written to stdout": ("objets", (('print(i, e.data, f"{precision:.0%}")', 'import sys; sys.stdout.write(f"{i} {e.data} {precision:.0%}\\n")'),)),
    "ninety hundredths": ("une_cellule", (("taux -= 0.1", "taux = taux * 90 / 100"),)),
    "a guarded sigmoid": ("une_cellule", (("    return 1 / (1 + math.exp(-z))", "    if z < -500:\n        return 0.0\n    return 1 / (1 + math.exp(-z))"),)),
    "a sigmoid by tanh of numbers": ("une_cellule", (("    return 1 / (1 + math.exp(-z))", "    return 0.5 * (1 + math.tanh(z / 2))"),)),
    "at least a half": ("une_cellule", (("proba > 0.5", "proba >= 0.5"),)),
    "rows of a frame": ("tableaux", ((_ROWS_OLD, _ROWS),)),
    "a frame made at the end": ("tableaux", (('historique = pd.DataFrame(columns=["erreur", "precision"])', "historique = []"), ("historique.loc[k] = [erreur.data, precision]", 'historique.append({"erreur": erreur.data, "precision": precision})'), ("    return historique", "    return pd.DataFrame(historique)"))),
    "an engine with a sigmoid": ("fait_maison", (("    def __neg__", _OWN_SIGMOID), ("    v.data = 1 / (1 + math.exp(-v.data))\n    return v", "    return v.sigmoid()"), ("[2 * (o.data - t[0]) * e for e in (*x, 1)]", "[2 * (o.data - t[0]) * o.data * (1 - o.data) * e for e in (*x, 1)]"))),
    "samples drawn at random": ("echantillons", (("    ordre = list(range(100))\n    shuffle(ordre)\n", "    ordre = [alea.randint(100) for _ in range(100)]\n"),)),
    "compiled in one call": ("library_tools", (("history = []\nfor k in range(100):\n    history += list(program.train(X, y, 1, learning_rate=1 - 0.9 * k / 100))\n    print(k, history[-1], model_loss(sixteen, X, y)[1])", "history = program.train(X, y, 100, learning_rate=lambda k: 1 - 0.9 * k / 100)\nfor k, value in enumerate(history):\n    print(k, value)\nprint(model_loss(sixteen, X, y)[1])"),)),
    "the optimizer's own rate": ("library_tools", (("learning_rate=lambda k: 1 - 0.9 * k / 100)\n    for", "learning_rate=optim.Exponential(1.0, 0.9))\n    for"),)),
    "a rate of squares": ("fonctionnel", (("0.9**k)\n    return", "(1 - k / n) ** 2)\n    return"),)),
    "both networks in one loop": ("in_functions", (("<tail>", _BOTH),)),
    "an option of model_loss": ("in_functions", (("labels: np.ndarray) -> tuple[Value, float]", "labels: np.ndarray, verbose: bool = False) -> tuple[Value, float]"),)),
    "counted from one": ("beginner", (("for i in range(10):", "for i in range(1, 11):"), ("(1 - i * 0.1)", "(1 - (i - 1) * 0.1)"))),
    "titles with brackets": ("beginner", tuple((f"### {n}.", f"### {n})") for n in range(10, 0, -1))),
    "titles without accents": ("beginner", tuple((f"### {n}.", f"tache {n}") for n in range(10, 0, -1))),
    "default number of moons": ("beginner", (("make_moons(n_samples=100, noise=0.1)", "make_moons(noise=0.1)"),)),
    "a loss of a dictionary": ("beginner", (("    return loss, acc", '    return {"loss": loss, "accuracy": acc}'), ("loss, acc = model_loss(m2, X[0:1], y[0:1])", "loss, acc = model_loss(m2, X[0:1], y[0:1]).values()"), ("loss, acc = model_loss(m2, X, y)", "loss, acc = model_loss(m2, X, y).values()"), ("loss, acc = model_loss(m3, X, y)", "loss, acc = model_loss(m3, X, y).values()"))),
    "reset after each update": ("fusionne", (("        modele.zero_grad()\n        m.perte.backward()\n", "        m.perte.backward()\n"), ("/ iterations) * p.grad\n        yield m", "/ iterations) * p.grad\n            p.grad = 0\n        yield m"), ("display(draw_dot(m.perte))", "display(draw_dot(m.perte))\nmlp_2.zero_grad()"))),
    "titles of letters": ("fusionne", (("## Tâches 1 et 2", "## T1, T2"), ("## Tâches 3, 4 et 5", "## T3, T4, T5"), ("## Tâches 6 et 7", "## T6/T7"), ("## Tâches 8 et 9", "## T8 & T9"), ("## Tâche 10", "## T10"))),
}  # fmt: skip

#: Manner, changes, task, hint, and other tasks in which the same mistake was made again.
MISTAKES: dict[str, tuple[str, tuple[Change, ...], int, str, tuple[int, ...]]] = {
    "not squared": ("karpathy_manner", (("sum((yout - ygt)**2 for", "sum((yout - ygt) for"),), 3, "error-difference", ()),
    "uphill": ("karpathy_manner", (("p.data += -0.1 * p.grad", "p.data += 0.1 * p.grad"),), 5, "wrong-sign", ()),
    "never reset": ("karpathy_manner", (("    model.zero_grad()\n    total_loss.backward()\n    # update", "    total_loss.backward()\n    # update"),), 9, "gradients-not-reset", ()),
    "reset once, before": ("karpathy_manner", (("    model.zero_grad()\n    total_loss.backward()\n    # update", "    total_loss.backward()\n    # update"), ("for k in range(10):", "model.zero_grad()\nfor k in range(10):")), 9, "gradients-not-reset", ()),
    "ten steps for sixteen": ("karpathy_manner", (("range(100)", "range(10)"),), 10, "steps-ignored", ()),
    "two hidden layers": ("karpathy_manner", (("[16, 1]", "[16, 16, 1]"),), 10, "other-size", ()),
    "a new model at each step": ("karpathy_manner", (("model = MLP(2, [2, 1])\nfor k in range(10):\n", "for k in range(10):\n    model = MLP(2, [2, 1])\n"),), 9, "model-anew", ()),
    "the loss computed once": ("karpathy_manner", (("for k in range(10):\n    # forward\n    total_loss, acc = model_loss(model, X, y)\n", "total_loss, acc = model_loss(model, X, y)\nfor k in range(10):\n"),), 9, "loss-once", ()),
    "a name that is bound again": ("karpathy_manner", (("        p.data -= learning_rate * p.grad\n    if", "        p = p - learning_rate * p.grad\n    if", 0),), 9, "train-does-nothing", ()),
    "minus after the equals sign": ("karpathy_manner", (("        p.data -= learning_rate * p.grad\n    if", "        p.data =- learning_rate * p.grad\n    if", 0),), 9, "update-other", ()),
    "label from zero on": ("objets", (("sortie.data > 0.5", "sortie.data > 0"),), 5, "threshold-zero", ()),
    "the sum of the squares": ("objets", (("sum(erreurs) / len(erreurs)", "sum(erreurs)"),), 7, "sum-for-mean", ()),
    "the same rate": ("objets", (("            self.taux *= 0.9\n", ""),), 9, "rate-constant", (10,)),
    "no propagation in the small one": ("objets", (("e.backward()\ndraw_dot(e)", "draw_dot(e)"),), 8, "no-backward-small", ()),
    "sign of the exponent": ("une_cellule", (("math.exp(-z)", "math.exp(z)"),), 2, "sigmoid-sign", ()),
    "target zero": ("une_cellule", (("e = (s - 1) ** 2\ne.backward()", "e = (s - 0) ** 2\ne.backward()"),), 3, "other-target", ()),
    "gradients of the library only": ("une_cellule", (('print("à la main :", 2 * (s.data - 1) * x[0], 2 * (s.data - 1) * x[1], 2 * (s.data - 1))\n', ""),), 4, "no-by-hand", ()),
    "too noisy": ("une_cellule", (("noise=0.1", "noise=0.2"),), 6, "moons-noise", ()),
    "fifteen neurons": ("une_cellule", (("[16, 1]", "[15, 1]"),), 10, "other-size", ()),
    "a lower threshold": ("tableaux", (("int(x > 0.5)", "int(x > 0.4)"),), 5, "binary-value", ()),
    "ones counted": ("tableaux", (("binaire(sortie.data) == label", "binaire(sortie.data) == 1"),), 7, "accuracy-ones", ()),
    "a growing rate": ("tableaux", (("taux = taux * 0.9", "taux = taux / 0.9"),), 9, "rate-rises", (10,)),
    "no reset for the perceptron": ("tableaux", (("    modele.zero_grad()\n    erreur.backward()\n    for", "    erreur.backward()\n    for"),), 5, "gradients-not-reset", ()),
    "uphill on the moons": ("fait_maison", (("p.data -= (1", "p.data += (1"),), 9, "wrong-sign", (10,)),
    "differences that cancel out": ("fait_maison", (("    loss = sum((o - t) ** 2 for", "    loss = sum((o - t) for"),), 7, "difference", ()),
    "a derivative without its 2": ("fait_maison", (("[2 * (o.data", "[(o.data"),), 4, "no-by-hand", ()),
    "three neurons for two": ("fait_maison", (("Reseau(2, 2, 1)", "Reseau(2, 3, 1)"),), 8, "no-model-of-size", (9,)),
    "one round over the samples": ("echantillons", (("while iteration < 10", "while iteration < 1"),), 9, "steps-ignored", ()),
    "a value that is not assigned": ("echantillons", (("    sortie.data = 1 / (1 + exp(-sortie.data))", "    valeur = 1 / (1 + exp(-sortie.data))"),), 2, "returns-nothing", ()),
    "twice as many moons": ("echantillons", (("make_moons(100", "make_moons(200"),), 6, "moons-count", ()),
    "constant for sixteen": ("echantillons", (("    taux = taux * 0.97\n", ""),), 10, "rate-constant", ()),
    "the other activation": ("library_tools", (("    return out.sigmoid()", "    return out.tanh()"),), 2, "sigmoid-tanh", ()),
    "a negative rate": ("library_tools", (("unit.parameters(), 0.5)", "unit.parameters(), learning_rate=lambda k: -0.5)"),), 5, "not-updated", ()),
    "reset before the step": ("library_tools", (("        sgd.zero_grad()\n        loss.backward()\n", "        loss.backward()\n        sgd.zero_grad()\n"),), 9, "gradients-zero", ()),
    "smaller than a half": ("fonctionnel", (("noeud.data > 0.5", "noeud.data < 0.5"),), 5, "binary-swapped", ()),
    "a tenth of the rate": ("fonctionnel", (("0.9**k)\n    return", "0.1 * 0.9 ** k)\n    return"),), 9, "rate-start", (10,)),
    "no propagation": ("fonctionnel", (("E.backward()\n", ""),), 3, "no-error", ()),
    "the same input twice": ("in_functions", (("[0.888, 0.777]", "[0.888, 0.888]"),), 3, "other-input", ()),
    "sixteen in the place of two": ("in_functions", (("    model = MLP(2, [2, 1])\n    train(model, 10)", "    model = MLP(2, [16, 1])\n    train(model, 10)"),), 9, "other-size", ()),
    "an accuracy out of the blue": ("in_functions", (("right / len(squares)", "0.87"),), 7, "accuracy-value", ()),
    "below zero": ("vecteurs", (("np.linspace(1, 0.1, 10)", "np.linspace(1, -0.8, 10)"),), 9, "rate-negative", ()),
    "not drawn": ("vecteurs", (("e.backward()\nmd.draw_dot(e)\n", "e.backward()\n"),), 8, "no-graph", ()),
    "one small step": ("beginner", (("0.5 * w1.grad", "0.001*w1.grad"), ("0.5 * w2.grad", "0.001*w2.grad"), ("0.5 * b.grad", "0.001*b.grad")), 5, "not-enough-updates", ()),
    "two layers of one": ("beginner", (("m1 = MLP(2, [1])", "m1 = MLP(2, [1, 1])"),), 1, "perceptron-size", ()),
    "a number for the loss": ("beginner", (("    return loss, acc", "    return loss.data, acc"),), 7, "loss-plain-number", ()),
    "whole numbers only": ("beginner", (("good / len(X) * 100", "good // len(X) * 100"),), 7, "accuracy-value", ()),
    "returned in the loop": ("beginner", (("    loss = loss / len(X)\n    acc = good / len(X) * 100\n    return loss, acc", "        loss = loss / len(X)\n        acc = good / len(X) * 100\n        return loss, acc"),), 7, "first-only", ()),
    "the small one again": ("beginner", (("m3.", "m2."), ("(m3,", "(m2,")), 10, "other-size", ()),
    "a generator nobody asks": ("fusionne", (("for k, m in enumerate(descente(mlp_2, 10)):\n    print(f\"[{k}] erreur {m.perte.data:.4f} précision {m.precision:.0%}\")", "descente(mlp_2, 10)"),), 9, "train-does-nothing", ()),
    "no reset, in one cell": ("fusionne", (("    mlp_1.zero_grad()\n    e = ", "    e = "),), 5, "gradients-not-reset", ()),
    "gradients updated": ("fusionne", (("        p.data -= 0.2 * p.grad", "        p.grad -= 0.2 * p.grad"),), 5, "not-updated", ()),
}  # fmt: skip


def right(name: str) -> Cells:
    """Return a right notebook by its name."""
    manner, changes = RIGHT[name]
    return cells(
        manner, *((_tail_of_functions(), new) if old == "<tail>" else (old, new) for old, new, *_ in changes)
    )


def mistaken(name: str) -> Cells:
    """Return a notebook with a mistake by the mistake's name."""
    manner, changes, *_ = MISTAKES[name]
    return cells(manner, *changes)
