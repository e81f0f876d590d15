"""Cells of the scaffold by a stranger, who had the notebook only: right ways, and mistakes.

A cell is given whole, or as a pair (old, new): the solved cell with one text replaced. A mistake names its task, the hint
that it has to get, and the tasks that have to wait for it; what says nothing of its own keeps its check mark.
"""

from __future__ import annotations

from checked_notebook import solved_source

# ruff: noqa: E501

Cells = dict[str, "str | tuple[str, str]"]

#: Every task keeps its check mark.
RIGHT: dict[str, Cells] = {
    "t1 layer sum": {"task-1-perceptron": "import micrograd.nn as nn\nfrom micrograd.nn import MLP\nperceptron = nn.MLP(nin=2, nouts=[1])"},
    "t1 no print values loop": {"task-1-print": "parameters = perceptron.parameters()\nfor i, p in enumerate(parameters):\n    print(i, p)\nprint(perceptron)\nprint(sum(1 for _ in parameters))"},
    "t2 tanh form": {"task-2-sigmoid": "import math\n\n\ndef sigmoid(out):\n    out.data = 0.5 * (1.0 + math.tanh(out.data / 2))\n    return out"},
    "t2 numpy exp": {"task-2-sigmoid": "def sigmoid(out):\n    out.data = float(1 / (1 + np.exp(-out.data)))\n    return out"},
    "t2 stable": {"task-2-sigmoid": "from math import exp\ndef sigmoid(out):\n    z = out.data\n    if z >= 0:\n        out.data = 1 / (1 + exp(-z))\n    else:\n        e = exp(z)\n        out.data = e / (1 + e)\n    return out"},
    "t2 scipy": {"task-2-sigmoid": "from scipy.special import expit\n\n\ndef sigmoid(out):\n    out.data = float(expit(out.data))\n    return out"},
    "t2 op by parts": {"task-2-operation": "def sigmoid_operation(out):\n    return 1 / (1 + (-out).exp())"},
    "t2 op by parts2": {"task-2-operation": "def sigmoid_operation(out):\n    return (1 + (-1 * out).exp()) ** -1"},
    "t2 op tanh": {"task-2-operation": "def sigmoid_operation(out):\n    return ((out / 2).tanh() + 1) / 2"},
    "t2 op own backward": {"task-2-operation": "def sigmoid_operation(out):\n    s = 1 / (1 + math.exp(-out.data))\n    res = Value(s, (out,), 'sigmoid')\n    def _backward():\n        out.grad += s * (1 - s) * res.grad\n    res._backward = _backward\n    return res"},
    "t3 diff square mul": {"task-3-error": "x = [Value(0.888), Value(0.777)]\ntarget = [Value(1)]\noutput = sigmoid(perceptron(x))\ndiff = target[0] - output\nerror = diff * diff\nfor p in perceptron.parameters():\n    p.grad = 0\nerror.backward()\nprint(output, error)"},
    "t3 floats": {"task-3-error": "x = [0.888, 0.777]\ntarget = [1]\noutput = sigmoid(perceptron(x))\nerror = sum((o - t)**2 for o, t in zip([output], target))\nerror.backward()\nx = [Value(v) for v in x]; target = [Value(t) for t in target]"},
    "t4 numeric": {"task-4-by-hand": "grads = []\ndE = 2 * (output.data - 1)\nfor xi in (0.888, 0.777, 1.0):\n    grads.append(dE * xi)\nby_hand = dict(zip((\"w0\",\"w1\",\"b\"), grads))\nfor g, p in zip(grads, perceptron.parameters()):\n    assert abs(g - p.grad) < 1e-12\n    print(g, p.grad)"},
    "t4 chain": {"task-4-by-hand": "# on remonte\ndE_do = 2*(output.data - target[0].data)\ndo_ds = 1\ndE_ds = dE_do*do_ds\ndw0 = dE_ds*x[0].data\ndw1 = dE_ds*x[1].data\ndb = dE_ds\nby_hand = {\"w0\": dw0, \"w1\": dw1, \"b\": db}\nprint(\"w0\", dw0, \"w1\", dw1, \"b\", db)"},
    "t5 while": {"task-5-update": "prediction = binary(sigmoid(perceptron(x)))\ntries = 0\nwhile prediction != 1:\n    perceptron.zero_grad()\n    output = sigmoid(perceptron(x))\n    error = (output - target[0])**2\n    error.backward()\n    for p in perceptron.parameters():\n        p.data = p.data - 0.5*p.grad\n    prediction = binary(sigmoid(perceptron(x)))\n    tries += 1\nprint(tries, prediction)"},
    "t5 optim": {"task-5-update": "from micrograd.optim import SGD\nopt = SGD(perceptron.parameters(), learning_rate=0.2)\nfor _ in range(20):\n    output = sigmoid(perceptron(x)); error = (output - target[0])**2\n    opt.zero_grad(); error.backward(); opt.step()\nprint(binary(sigmoid(perceptron(x))))"},
    "t5 one step": {"task-5-update": "perceptron.zero_grad()\noutput = sigmoid(perceptron(x))\nerror = (output - target[0])**2\nerror.backward()\nfor p in perceptron.parameters():\n    p.data += -1.0 * p.grad\nprediction = binary(sigmoid(perceptron(x)))\nprint(prediction)"},
    "t5 func": {"task-5-update": "def un_pas(modele, entree, cible, taux):\n    sortie = sigmoid(modele(entree))\n    e = (sortie - cible) ** 2\n    modele.zero_grad()\n    e.backward()\n    for p in modele.parameters():\n        p.data -= taux * p.grad\n    return binary(sigmoid(modele(entree)))\n\nk = 0\nwhile un_pas(perceptron, [0.888, 0.777], 1, 0.3) == 0:\n    k += 1\nprint(k)"},
    "t5 binary bool": {"task-5-binary": "def binary(out):\n    return int(out.data > .5)"},
    "t5 binary lambda": {"task-5-binary": "binary = lambda out: 1 if getattr(out, \"data\", out) > 0.5 else 0"},
    "t5 binary round": {"task-5-binary": "def binary(out):\n    return round(out.data)"},
    "t6 random_state": {"task-6-moons": "from sklearn import datasets\nnp.random.seed(42); random.seed(42)\nX, y = datasets.make_moons(100, noise=0.1, random_state=42)"},
    "t6 default n": {"task-6-moons": "from sklearn.datasets import make_moons\nnp.random.seed(42); random.seed(42)\nX, y = make_moons(noise=.1)"},
    "t6 tolist": {"task-6-moons": "import sklearn.datasets as ds\nnp.random.seed(42); random.seed(42)\npoints, labels = ds.make_moons(n_samples=100, noise=0.1)\nX = np.array(points); y = np.array(labels)"},
    "t7 loops": {"task-7-model-loss": "def model_loss(model, X, y):\n    total = Value(0)\n    ok = 0\n    n = 0\n    for i in range(len(X)):\n        out = sigmoid(model(list(X[i])))\n        total = total + (out - int(y[i])) ** 2\n        if binary(out) == y[i]:\n            ok += 1\n        n += 1\n    return total * (1 / n), ok / n"},
    "t7 percent": {"task-7-model-loss": "def model_loss(model, X, y):\n    outs = list(map(model, X)); outs = list(map(sigmoid, outs))\n    preds = [binary(o) for o in outs]\n    mse = sum([(yi - o) ** 2 for o, yi in zip(outs, y)], Value(0)) / len(y)\n    return mse, 100 * np.mean(np.array(preds) == np.array(y))", "task-7-try": "loss, accuracy = model_loss(perceptron, X, y)\nprint(loss.data, accuracy)", "task-9-train": "def train(model, X, y, steps):\n    history = {\"loss\": [], \"accuracy\": []}\n    for k in range(steps):\n        loss, accuracy = model_loss(model, X, y)\n        print(f\"[step {k}] loss {loss.data}, accuracy {accuracy}%\")\n        history[\"loss\"].append(loss.data)\n        history[\"accuracy\"].append(accuracy)\n        model.zero_grad()\n        loss.backward()\n        for p in model.parameters():\n            p.data -= (1.0 - 0.9 * k / 100) * p.grad\n    return history"},
    "t7 numpy object": {"task-7-model-loss": "def model_loss(model, X, y):\n    outs = np.array([sigmoid(model(s)) for s in X])\n    err = (outs - y) ** 2\n    acc = np.mean([binary(o) == t for o, t in zip(outs, y)])\n    return err.mean(), acc"},
    "t7 values inputs": {"task-7-model-loss": "def model_loss(model, X, y):\n    inputs = [list(map(Value, row)) for row in X]\n    scores = [sigmoid(model(i)) for i in inputs]\n    losses = [(s - yi)**2 for yi, s in zip(y, scores)]\n    data_loss = sum(losses) * (1.0 / len(losses))\n    accuracy = [binary(s) == yi for yi, s in zip(y, scores)]\n    return data_loss, sum(accuracy) / len(accuracy)"},
    "t7 keeps order, type hints": {"task-7-model-loss": "from typing import Sequence\ndef model_loss(model: MLP, X: Sequence, y: Sequence) -> tuple:\n    \"\"\"Erreur moyenne et précision.\"\"\"\n    def erreur(o, t): return (o - t) * (o - t)\n    sorties = tuple(sigmoid(model(e)) for e in X)\n    moyenne = sum(erreur(o, float(t)) for o, t in zip(sorties, y)) / len(X)\n    bonnes = len([1 for o, t in zip(sorties, y) if binary(o) == t])\n    return (moyenne, bonnes / len(X))"},
    "t8 loop draw": {"task-8-graph": "small_loss, _ = model_loss(small, [X[3], X[60]], [y[3], y[60]])\nsmall_loss.backward()\ndraw_dot(small_loss, rankdir=\"TB\")"},
    "t9 lr mul": {"task-9-train": "def train(model, X, y, steps):\n    hist = {\"loss\": [], \"accuracy\": []}\n    lr = 1\n    for k in range(steps):\n        loss, acc = model_loss(model, X, y)\n        model.zero_grad(); loss.backward()\n        for p in model.parameters(): p.data -= lr * p.grad\n        print(f\"[step {k}] loss {loss.data}, accuracy {acc*100}%\")\n        hist[\"loss\"].append(loss.data); hist[\"accuracy\"].append(acc)\n        lr *= 0.9\n    return hist"},
    "t9 lr minus ten percent of the initial, floor": {"task-9-train": "def train(model, X, y, steps):\n    hist = {\"loss\": [], \"accuracy\": []}\n    for k in range(steps):\n        loss, acc = model_loss(model, X, y)\n        model.zero_grad(); loss.backward()\n        lr = max(1 - 0.1 * k, 0.1)\n        for p in model.parameters(): p.data -= lr * p.grad\n        print(k, loss.data, acc)\n        hist[\"loss\"].append(loss.data); hist[\"accuracy\"].append(acc)\n    return hist"},
    "t9 lr over steps": {"task-9-train": "def train(model, X, y, steps):\n    hist = {\"loss\": [], \"accuracy\": []}\n    rates = np.linspace(1, 0.1, steps)\n    for k, lr in enumerate(rates):\n        loss, acc = model_loss(model, X, y)\n        model.zero_grad(); loss.backward()\n        for p in model.parameters(): p.data -= float(lr) * p.grad\n        print(k, loss.data, acc)\n        hist[\"loss\"].append(loss.data); hist[\"accuracy\"].append(acc)\n    return hist"},
    "t9 schedule lambda and list comp update": {"task-9-train": "taux = lambda k: 1.0 / (1 + 0.1 * k)\ndef mise_a_jour(p, t):\n    p.data = p.data - t * p.grad\ndef train(model, X, y, steps):\n    hist = []\n    for k in range(steps):\n        loss, acc = model_loss(model, X, y)\n        hist.append((loss.data, acc))\n        print(f\"{k}: {loss.data:.4f} {acc:.0%}\")\n        for p in model.parameters(): p.grad = 0.0\n        loss.backward()\n        [mise_a_jour(p, taux(k)) for p in model.parameters()]\n    return {\"loss\": [a for a, b in hist], \"accuracy\": [b for a, b in hist]}"},
    "t9 inline no train": {"task-9-train": "model = MLP(2, [2, 1])\nhistory = {\"loss\": [], \"accuracy\": []}\nfor step in range(10):\n    loss, acc = model_loss(model, X, y)\n    model.zero_grad()\n    loss.backward()\n    lr = 1.0 - 0.1*step\n    for p in model.parameters():\n        p.data -= lr*p.grad\n    history[\"loss\"].append(loss.data); history[\"accuracy\"].append(acc)\n    print(step, loss.data, acc)", "task-9-run": "print(\"fini\")", "task-10-run": "model_16 = MLP(2, [16, 1])\nhistory_16 = {\"loss\": [], \"accuracy\": []}\nfor step in range(100):\n    loss, acc = model_loss(model_16, X, y)\n    model_16.zero_grad()\n    loss.backward()\n    lr = 1.0 - 0.9*step/100\n    for p in model_16.parameters():\n        p.data -= lr*p.grad\n    history_16[\"loss\"].append(loss.data); history_16[\"accuracy\"].append(acc)\n    print(step, loss.data, acc)"},
    "t9 class trainer": {"task-9-train": "class Entraineur:\n    def __init__(self, modele, taux=1.0):\n        self.modele, self.taux, self.journal = modele, taux, {\"loss\": [], \"accuracy\": []}\n    def pas(self, X, y):\n        l, a = model_loss(self.modele, X, y)\n        self.journal[\"loss\"].append(l.data); self.journal[\"accuracy\"].append(a)\n        self.modele.zero_grad(); l.backward()\n        for p in self.modele.parameters():\n            p.data -= self.taux * p.grad\n        self.taux *= 0.9\n    def fit(self, X, y, n):\n        for k in range(n):\n            self.pas(X, y); print(k, self.journal[\"loss\"][-1], self.journal[\"accuracy\"][-1])\n        return self.journal", "task-9-run": "model = MLP(2, [2, 1])\nhistory = Entraineur(model).fit(X, y, 10)", "task-10-run": "model_16 = MLP(2, [16, 1])\nhistory_16 = Entraineur(model_16).fit(X, y, 100)"},
    "t10 more": {"task-10-run": "random.seed(7)\nmodel_16 = MLP(2, [16, 1])\nhistory_16 = train(model_16, X, y, steps=100)\nprint(max(history_16[\"accuracy\"]))"},
    "t10 other names": {"task-10-run": "grand = MLP(2, [16, 1])\nh2 = train(grand, X, y, 100)", "task-10-curves": "training_curves(h2)\nplt.show()", "task-10-boundary": "decision_boundary(grand, X, y)\nplt.show()"},
    "t9/10 sub-sampling stochastic": {"task-9-train": "def train(model, X, y, steps):\n    history = {\"loss\": [], \"accuracy\": []}\n    for k in range(steps):\n        lr = 1.0 * 0.9 ** k\n        for i in np.random.permutation(len(X)):\n            o = sigmoid(model(X[i]))\n            e = (o - y[i]) ** 2\n            model.zero_grad()\n            e.backward()\n            for p in model.parameters():\n                p.data -= lr * p.grad\n        loss, acc = model_loss(model, X, y)\n        print(k, loss.data, acc)\n        history[\"loss\"].append(loss.data); history[\"accuracy\"].append(acc)\n    return history"},
}  # fmt: skip

#: Cells, the mistake's task and hint, and the tasks that wait for it.
MISTAKES: dict[str, tuple[Cells, int, str, tuple[int, ...]]] = {
    "1 three inputs": ({"task-1-perceptron": "from micrograd.nn import MLP\nperceptron = MLP(3, [1])"}, 1, "perceptron-size", (3, 4, 5)),
    "1 hidden": ({"task-1-perceptron": "from micrograd.nn import MLP\nperceptron = MLP(2, [1, 1])"}, 1, "perceptron-size", (5,)),
    "1 two out": ({"task-1-perceptron": "from micrograd.nn import MLP\nperceptron = MLP(2, [2])"}, 1, "perceptron-size", (3, 4, 5)),
    "1 left": ({"task-1-perceptron": "..."}, 1, "no-perceptron", (3, 4, 5, 8, 9, 10)),
    "2 plus": ({"task-2-sigmoid": ("-out.data", "out.data")}, 2, "sigmoid-sign", (5,)),
    "2 no return": ({"task-2-sigmoid": "import math\ndef sigmoid(out):\n    out.data = 1/(1+math.exp(-out.data))"}, 2, "returns-nothing", (3, 4, 5, 8, 9, 10)),
    "2 new value": ({"task-2-sigmoid": "import math\ndef sigmoid(out):\n    from micrograd.engine import Value\n    return Value(1/(1+math.exp(-out.data)))"}, 2, "sigmoid-cut-off", (5, 8, 9, 10)),
    "2 base 2": ({"task-2-sigmoid": "import math\ndef sigmoid(out):\n    out.data = 1/(1+2**(-out.data))\n    return out"}, 2, "sigmoid-value", ()),
    "2 parens": ({"task-2-sigmoid": "import math\ndef sigmoid(out):\n    out.data = 1/1+math.exp(-out.data)\n    return out"}, 2, "sigmoid-outside", (4, 5)),
    "2 op = data write": ({"task-2-operation": "def sigmoid_operation(out):\n    return sigmoid(out)"}, 2, "operation-gradient", ()),
    "2 op tanh": ({"task-2-operation": "def sigmoid_operation(out):\n    return out.tanh()"}, 2, "sigmoid-tanh", ()),
    "3 no backward": ({"task-3-error": "x = [Value(0.888), Value(0.777)]\ntarget = [Value(1)]\noutput = sigmoid(perceptron(x))\nerror = (output - target[0]) ** 2"}, 3, "no-backward", ()),
    "3 no sigmoid": ({"task-3-error": ("sigmoid(perceptron(x))", "perceptron(x)")}, 3, "no-sigmoid-on-output", ()),
    "3 abs": ({"task-3-error": ("(output - target[0]) ** 2", "abs(output - target[0])")}, 3, "error-not-squared", ()),
    "3 no square": ({"task-3-error": ("(output - target[0]) ** 2", "(output - target[0])")}, 3, "error-difference", ()),
    "3 swapped x": ({"task-3-error": ("[Value(0.888), Value(0.777)]", "[Value(0.777), Value(0.888)]")}, 3, "other-input", ()),
    "3 target 0": ({"task-3-error": ("[Value(1)]", "[Value(0)]")}, 3, "other-target", (4, 5)),
    "4 no two": ({"task-4-by-hand": ("2 * (o - t)", "(o - t)")}, 4, "no-by-hand", ()),
    "4 print grads": ({"task-4-by-hand": "for p in parameters:\n    print(p.grad)"}, 4, "no-by-hand", ()),
    "4 left": ({"task-4-by-hand": "..."}, 4, "no-by-hand", ()),
    "4 swapped": ({"task-4-by-hand": "o, t = output.data, target[0].data\nd = 2*(o-t)\nby_hand = {\"w0\": d*x[1].data, \"w1\": d*x[0].data, \"b\": d}\nprint(by_hand)\nfor p in parameters: print(p.grad)"}, 4, "by-hand-swapped", ()),
    "5 threshold 0": ({"task-5-binary": ("0.5", "0")}, 5, "threshold-zero", ()),
    "5 reversed": ({"task-5-binary": "def binary(out):\n    return 0 if out.data > 0.5 else 1"}, 5, "binary-swapped", ()),
    "5 uphill": ({"task-5-update": ("p.data -= learning_rate", "p.data += learning_rate")}, 5, "wrong-sign", ()),
    "5 no zero": ({"task-5-update": ("    perceptron.zero_grad()\n", "")}, 5, "gradients-not-reset", ()),
    "5 no update": ({"task-5-update": "output = sigmoid(perceptron(x))\nprediction = binary(output)\nprint(prediction)"}, 5, "not-updated", ()),
    "5 zero after backward": ({"task-5-update": ("    perceptron.zero_grad()\n    error.backward()\n", "    error.backward()\n    perceptron.zero_grad()\n")}, 5, "update-without-gradient", ()),
    "5 updates grad": ({"task-5-update": ("p.data -= learning_rate * p.grad", "p.grad -= learning_rate * p.data")}, 5, "not-updated", ()),
    "6 no noise": ({"task-6-moons": ("n_samples=100, noise=0.1", "n_samples=100")}, 6, "moons-noise", ()),
    "6 200": ({"task-6-moons": ("n_samples=100", "n_samples=200")}, 6, "moons-count", ()),
    "6 noise 1": ({"task-6-moons": ("noise=0.1", "noise=1")}, 6, "moons-noise", ()),
    "6 circles": ({"task-6-moons": "from sklearn.datasets import make_circles\nnp.random.seed(42)\nrandom.seed(42)\nX, y = make_circles(100, noise=0.1)"}, 6, "not-moons", ()),
    "7 sum": ({"task-7-model-loss": ("sum(errors) / len(errors)", "sum(errors)")}, 7, "sum-for-mean", ()),
    "7 no sigmoid": ({"task-7-model-loss": ("sigmoid(model(sample))", "model(sample)")}, 7, "no-sigmoid-on-output", ()),
    "7 data loss": ({"task-7-model-loss": ("return loss, ", "return loss.data, ")}, 7, "loss-plain-number", (8, 9, 10)),
    "7 count": ({"task-7-model-loss": ("correct / len(pairs)", "correct")}, 7, "accuracy-count", ()),
    "7 error rate": ({"task-7-model-loss": ("binary(output) == label", "binary(output) != label")}, 7, "accuracy-errors", ()),
    "7 uses global model": ({"task-7-model-loss": ("sigmoid(model(sample))", "sigmoid(perceptron(sample))")}, 7, "other-model", (8, 9, 10)),
    "7 uses global X": ({"task-7-model-loss": "def model_loss(model, X_, y_):\n    outputs = [sigmoid(model(sample)) for sample in X]\n    pairs = list(zip(outputs, y, strict=True))\n    loss = sum((o - l) ** 2 for o, l in pairs) / len(pairs)\n    return loss, sum(binary(o) == l for o, l in pairs) / len(pairs)"}, 7, "other-data", (8,)),
    "7 last only": ({"task-7-model-loss": "def model_loss(model, X, y):\n    ok = 0\n    for s, t in zip(X, y):\n        o = sigmoid(model(s))\n        loss = (o - t) ** 2\n        ok += binary(o) == t\n    return loss, ok / len(X)"}, 7, "last-only", ()),
    "7 return in loop": ({"task-7-model-loss": "def model_loss(model, X, y):\n    ok = 0\n    total = 0\n    for s, t in zip(X, y):\n        o = sigmoid(model(s))\n        total += (o - t) ** 2\n        ok += binary(o) == t\n        return total / len(X), ok / len(X)"}, 7, "first-only", ()),
    "7 root": ({"task-7-model-loss": ("sum(errors) / len(errors)", "(sum(errors) / len(errors)) ** 0.5")}, 7, "root", ()),
    "7 trains inside": ({"task-7-model-loss": "def model_loss(model, X, y):\n    outputs = [sigmoid(model(s)) for s in X]\n    loss = sum((o - t) ** 2 for o, t in zip(outputs, y)) / len(y)\n    acc = sum(binary(o) == t for o, t in zip(outputs, y)) / len(y)\n    model.zero_grad()\n    loss.backward()\n    for p in model.parameters(): p.data -= p.grad\n    return loss, acc"}, 7, "model-loss-trains", ()),
    "8 three hidden": ({"task-8-models": ("MLP(2, [2, 1])", "MLP(2, [3, 1])")}, 8, "no-model-of-size", ()),
    "8 no backward": ({"task-8-graph": ("small_loss.backward()\n", "")}, 8, "no-backward-small", ()),
    "9 uphill": ({"task-9-train": ("p.data -= learning_rate", "p.data += learning_rate")}, 9, "wrong-sign", ()),
    "9 no zero": ({"task-9-train": ("        model.zero_grad()\n", "")}, 9, "gradients-not-reset", ()),
    "9 constant": ({"task-9-train": ("1.0 - 0.9 * k / 100", "1.0")}, 9, "rate-constant", ()),
    "9 starts 0.1": ({"task-9-train": ("1.0 - 0.9 * k / 100", "0.1 * 0.9 ** k")}, 9, "rate-start", ()),
    "9 grows": ({"task-9-train": ("1.0 - 0.9 * k / 100", "1.1 ** k")}, 9, "rate-rises", (10,)),
    "9 five": ({"task-9-run": ("train(model, X, y, 10)", "train(model, X, y, 5)")}, 9, "steps-ignored", ()),
    "9 own model inside": ({"task-9-train": ("    history = {\"loss\"", "    model = MLP(2, [2, 1])\n    history = {\"loss\"")}, 9, "train-leaves-model", (10,)),
    "9 no backward": ({"task-9-train": ("        loss.backward()\n", "")}, 9, "never-propagated", (10,)),
    "9 only first param": ({"task-9-train": ("in model.parameters():\n", "in model.parameters()[:1]:\n")}, 9, "update-other", ()),
    "9 trains perceptron": ({"task-9-run": ("model = MLP(2, [2, 1])", "model = perceptron")}, 9, "no-train", ()),
    "10 8": ({"task-10-run": ("[16, 1]", "[8, 1]")}, 10, "other-size", ()),
    "10 10 steps": ({"task-10-run": ("y, 100", "y, 10")}, 10, "steps-ignored", ()),
    "10 untrained": ({"task-10-run": "model_16 = MLP(2, [16, 1])\nhistory_16 = {\"loss\": [1.0], \"accuracy\": [0.5]}"}, 10, "no-train", ()),
    "10 left": ({"task-10-run": "..."}, 10, "no-train", ()),
    "10 16 16": ({"task-10-run": ("[16, 1]", "[16, 16, 1]")}, 10, "other-size", ()),
    "10 trains small again": ({"task-10-run": "model_16 = MLP(2, [16, 1])\nhistory_16 = train(model, X, y, 100)"}, 10, "other-size", ()),
    "5 a label of nodes that compares them": ({"task-5-binary": "def binary(out):\n    if out > 0.5:\n        return 1\n    return 0"}, 5, "function-failed", (8, 9, 10)),
    "3 no draw": ({"task-3-graph": "from micrograd.draw import draw_dot\nprint(error)"}, 3, "no-graph", ()),
}  # fmt: skip


def sources(cells: Cells) -> dict[str, str]:
    """Return the cells' sources by ID."""
    whole = {}
    for name, cell in cells.items():
        if isinstance(cell, tuple):
            old, new = cell
            assert old in solved_source(name), (name, old)
            cell = solved_source(name).replace(old, new)
        whole[name] = cell
    return whole
