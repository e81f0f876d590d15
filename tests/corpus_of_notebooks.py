"""Right ways of doing the lab, and mistakes: cells of the scaffold by ID, and whole notebooks of a student's own.

A mistake names the task that it belongs to and the hint that it has to get; every other task keeps its check mark,
unless it is named among those that cannot be looked at before.
"""

from __future__ import annotations

# ruff: noqa: E501

_LOSS = """\
def model_loss(model, X, y):
    outputs = [sigmoid(model(x)) for x in X]
    loss = sum((o - t) ** 2 for o, t in zip(outputs, y)) / len(y)
    right = sum(binary(o) == t for o, t in zip(outputs, y))
    return loss, right / len(y)
"""
_TRAIN = """\
def train(model, X, y, steps):
    lr = 1.0
    for k in range(steps):
        loss, accuracy = model_loss(model, X, y)
        print(f"[step {k}] loss {loss.data}, accuracy {accuracy}")
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= lr * p.grad
        lr *= 0.9
"""
_UPDATE = """\
for step in range(200):
    output = sigmoid(perceptron(x))
    error = (output - 1) ** 2
    if binary(output) == 1:
        break
    perceptron.zero_grad()
    error.backward()
    for p in perceptron.parameters():
        p.data -= 0.1 * p.grad
"""
_ERROR = "x = [0.888, 0.777]\ntarget = [1]\noutput = sigmoid(perceptron(x))\nerror = (output - target[0]) ** 2\nerror.backward()"
_HAND = "d = 2 * (output.data - 1)\nby_hand = [d * 0.888, d * 0.777, d]\nprint(by_hand)"
_RUN16 = "model_16 = MLP(2, [16, 1])\n"


def _error(source: str) -> dict[str, str]:
    graph = "from micrograd.draw import draw_dot\ndraw_dot(error)"
    plain = {"task-3-error": source, "task-3-graph": graph, "task-5-update": _UPDATE, "task-4-by-hand": _HAND}
    return {**plain, "task-4-exact": "...", "task-5-zero-grad": "..."}


def _loss(old: str, new: str) -> dict[str, str]:
    assert old in _LOSS
    return {"task-7-model-loss": _LOSS.replace(old, new)}


def _train(old: str, new: str) -> dict[str, str]:
    assert old in _TRAIN
    return {"task-9-train": _TRAIN.replace(old, new)}


def _update(old: str, new: str) -> dict[str, str]:
    assert old in _UPDATE
    return {"task-5-update": _UPDATE.replace(old, new), "task-5-zero-grad": "..."}


def _loop(
    model: str, size: int, steps: int, rate: str = "1 - 0.9 * k / 100", sign: str = "-", more: str = ""
) -> str:
    return f"""\
{model} = MLP(2, [{size}, 1])
for k in range({steps}):
    loss, accuracy = model_loss({model}, X, y)
    print(k, loss.data, accuracy)
    {model}.zero_grad()
    loss.backward()
    for p in {model}.parameters():
        p.data {sign}= ({rate}) * p.grad
{more}"""


def _rate(rate: str) -> dict[str, str]:
    return _train("lr * p.grad", f"({rate}) * p.grad")


#: Cells of the scaffold with which every task keeps its check mark.
RIGHT: dict[str, dict[str, str]] = {
    # task 1
    "perceptron by keyword": {"task-1-perceptron": "from micrograd.nn import MLP\nperceptron = MLP(nin=2, nouts=[1])"},
    "perceptron in a list too": {"task-1-print": "models = [perceptron]\nparameters = perceptron.parameters()\nprint(parameters)"},
    # task 2
    "sigmoid by exp": {"task-2-sigmoid": "import math\ndef sigmoid(out):\n    e = math.exp(out.data)\n    out.data = e / (1 + e)\n    return out"},
    "sigmoid by numpy": {"task-2-sigmoid": "import math\ndef sigmoid(out):\n    out.data = float(1 / (1 + np.exp(-out.data)))\n    return out"},
    "sigmoid as an operation": {"task-2-sigmoid": "import math\ndef sigmoid(out):\n    return out.sigmoid()"},
    "sigmoid by tanh": {"task-2-sigmoid": "import math\ndef sigmoid(out):\n    out.data = (1 + math.tanh(out.data / 2)) / 2\n    return out"},
    "operation by exp": {"task-2-operation": "def sigmoid_operation(out):\n    return 1 / (1 + (-out).exp())"},
    "operation by power": {"task-2-operation": "def sigmoid_operation(out):\n    return (1 + (-out).exp()) ** -1"},
    # task 3
    "reversed difference": _error(_ERROR.replace("output - target[0]", "target[0] - output")),
    "a product for the square": _error(_ERROR.replace("(output - target[0]) ** 2", "(output - 1) * (output - 1)")),
    "values as inputs": _error(_ERROR.replace("[0.888, 0.777]", "[Value(0.888), Value(0.777)]")),
    "target as a number": _error(_ERROR.replace("[1]", "1").replace("target[0]", "target")),
    "numpy input": _error(_ERROR.replace("[0.888, 0.777]", "np.array([0.888, 0.777])")),
    "explore for the graph": {"task-3-graph": "from micrograd.draw import explore, draw_dot\nexplore(error)"},
    "two backward passes": _error(_ERROR + "\nperceptron.zero_grad()\nerror.backward()"),
    # task 4
    "by hand printed": {"task-4-by-hand": "d = 2 * (output.data - 1)\nprint(round(d * 0.888, 4), round(d * 0.777, 4), round(d, 4))", "task-4-exact": "..."},
    "by hand in a frame": {"task-4-by-hand": "import pandas as pd\nd = 2 * (output.data - 1)\npd.DataFrame({'g': [d * 0.888, d * 0.777, d]})", "task-4-exact": "..."},
    "by hand in a loop": {"task-4-by-hand": "d = 2 * (output.data - 1)\nfor v in (0.888, 0.777, 1):\n    print(d * v)", "task-4-exact": "..."},
    "by hand with the slope": {"task-4-by-hand": "o = output.data\nd = 2 * (o - 1) * o * (1 - o)\nhand = np.array([d * 0.888, d * 0.777, d])", "task-4-exact": "..."},
    "by hand in a function": {"task-4-by-hand": "def hand(o, x):\n    return 2 * (o - 1) * x\nprint([hand(output.data, v) for v in (0.888, 0.777, 1)])", "task-4-exact": "..."},
    # task 5
    "binary returns a boolean": {"task-5-binary": "def binary(out):\n    return out.data > 0.5"},
    "binary by rounding": {"task-5-binary": "def binary(out):\n    return round(out.data)"},
    "binary by numpy": {"task-5-binary": "def binary(out):\n    return np.where(out.data > 0.5, 1, 0)"},
    "error used again": {"task-5-update": _UPDATE},
    "a while loop": {"task-5-update": "while binary(sigmoid(perceptron(x))) != 1:\n    perceptron.zero_grad()\n    ((sigmoid(perceptron(x)) - 1) ** 2).backward()\n    for p in perceptron.parameters():\n        p.data += -0.05 * p.grad"},
    "an optimizer": {"task-5-update": "from micrograd import optim\nopt = optim.SGD(perceptron.parameters(), learning_rate=0.1)\nfor _ in range(50):\n    e = (sigmoid(perceptron(x)) - 1) ** 2\n    perceptron.zero_grad()\n    e.backward()\n    opt.step()", "task-5-zero-grad": "..."},
    "reset by hand": _update("    perceptron.zero_grad()\n", "    for p in perceptron.parameters():\n        p.grad = 0\n"),
    "a fixed number of updates": _update("    if binary(output) == 1:\n        break\n", ""),
    "setattr": _update("p.data -= 0.1 * p.grad", "setattr(p, 'data', p.data - 0.1 * p.grad)"),
    # task 6
    "moons by random_state": {"task-6-moons": "from sklearn.datasets import make_moons\nnp.random.seed(42)\nrandom.seed(42)\nX, y = make_moons(100, noise=0.1, random_state=42)"},
    "lists": {"task-6-moons": "from sklearn.datasets import make_moons\nnp.random.seed(42)\nrandom.seed(42)\nX, y = make_moons(100, noise=0.1)\nX, y = X.tolist(), y.tolist()", "task-6-plot": "..."},
    # task 7
    "reversed pair": _loss("return loss, right / len(y)", "return right / len(y), loss") | {"task-7-try": "model_loss(perceptron, X, y)", "task-8-graph": "small_loss = model_loss(small, X[:1], y[:1])[1]\nsmall_loss.backward()\nfrom micrograd.draw import draw_dot\ndraw_dot(small_loss)", "task-9-train": _TRAIN.replace("loss, accuracy =", "accuracy, loss =")},
    "percent": _loss("right / len(y)", "100 * right / len(y)"),
    "inline prediction": _loss("binary(o) == t", "(o.data > 0.5) == t"),
    "a loop for the loss": {"task-7-model-loss": "def model_loss(model, X, y):\n    total, right = Value(0), 0\n    for a, b in zip(X, y):\n        o = model(a)\n        o.data = 1 / (1 + math.exp(-o.data))\n        total += (o - b) ** 2\n        right += int((o.data > 0.5) == b)\n    return total * (1 / len(y)), right / len(y)"},
    "numpy mean": _loss("right / len(y)", "np.mean([binary(o) == t for o, t in zip(outputs, y)])"),
    "library mse": {"task-7-model-loss": "from micrograd import losses\ndef model_loss(model, X, y):\n    o = [sigmoid(model(x)) for x in X]\n    return losses.mse(o, list(y)), sum(binary(a) == b for a, b in zip(o, y)) / len(y)"},
    # tasks 8 to 10
    "rate multiplied": _train("lr *= 0.9", "lr = lr * 0.9"),
    "rate of the handout": _rate("1 - 0.9 * k / 100"),
    "rate over the steps": _rate("1 - 0.9 * k / steps"),
    "rate falls to nothing": _rate("1 - k / steps"),
    "rate by division": _rate("1 / (1 + 0.1 * k)"),
    "rate in stairs": _rate("1 if k < steps // 2 else 0.5"),
    "rate after its first fall": _rate("0.9 ** (k + 1)"),
    "rate of ten in task 9 only": _rate("1 - 0.1 * k if steps == 10 else 1 - 0.9 * k / 100"),
    "more steps": {"task-9-run": "model = MLP(2, [2, 1])\nhistory = train(model, X, y, 20)"},
    "other names": {"task-9-run": "net = MLP(2, [2, 1])\nlog = train(net, X, y, 10)", "task-9-boundary": "...", "task-10-run": "large = MLP(2, [16, 1])\ntrain(large, X, y, 100)"},
    "other start": {"task-9-run": "random.seed(7)\nmodel = MLP(2, [2, 1])\nhistory = train(model, X, y, 10)"},
    "the model of task 8": {"task-9-run": "train(small, X, y, 10)", "task-10-run": "train(wide, X, y, 100)"},
    "a loop in the cell": {"task-9-train": "...", "task-9-run": _loop("model", 2, 10), "task-10-run": _loop("model_16", 16, 100)},
    "a sum and a small rate": _train("loss.backward()", "(loss * len(y)).backward()") | {"task-9-train": _TRAIN.replace("loss.backward()", "(loss * len(y)).backward()").replace("lr * p.grad", "lr / len(y) * p.grad")},
    "an optimizer for training": {
        "task-9-train": "from micrograd import optim\ndef train(model, X, y, steps):\n    opt = optim.SGD(model.parameters(), lambda k: 1 - 0.9 * k / 100)\n    for k in range(steps):\n        loss, acc = model_loss(model, X, y)\n        print(k, loss.data, acc)\n        model.zero_grad()\n        loss.backward()\n        opt.step()"
    },
    "history in lists only": _train('        print(f"[step {k}] loss {loss.data}, accuracy {accuracy}")\n', "        history_of.append(loss.data)\n") | {"task-9-run": "history_of = []\nmodel = MLP(2, [2, 1])\ntrain(model, X, y, 10)"},
    "ten updates of one sample each": {"task-9-run": "model = MLP(2, [2, 1])\nfor k in range(10):\n    i = random.randrange(100)\n    e = (sigmoid(model(X[i])) - y[i]) ** 2\n    model.zero_grad()\n    e.backward()\n    for p in model.parameters():\n        p.data -= (1 - 0.05 * k) * p.grad\n    print(k, e.data)"},
    "a frame of the history": {"task-9-run": "import pandas as pd\nrows = []\nmodel = MLP(2, [2, 1])\nfor k in range(10):\n    loss, acc = model_loss(model, X, y)\n    rows.append((k, loss.data, acc))\n    model.zero_grad()\n    loss.backward()\n    for p in model.parameters():\n        p.data -= 0.9 ** k * p.grad\npd.DataFrame(rows)"},
    "single samples": {"task-9-run": "model = MLP(2, [2, 1])\nlr = 1.0\nfor epoch in range(10):\n    for a, b in zip(X, y):\n        e = (sigmoid(model(a)) - b) ** 2\n        model.zero_grad()\n        e.backward()\n        for p in model.parameters():\n            p.data -= lr * p.grad\n    print(epoch, model_loss(model, X, y))\n    lr *= 0.9"},
    "a backward pass for each sample": {"task-9-run": "model = MLP(2, [2, 1])\nfor k in range(10):\n    model.zero_grad()\n    for a, b in zip(X, y):\n        ((sigmoid(model(a)) - b) ** 2 / len(y)).backward()\n    for p in model.parameters():\n        p.data -= (1 - 0.09 * k) * p.grad\n    print(k, model_loss(model, X, y))"},
    "compiled": {"task-10-run": _RUN16 + "import micrograd\nprogram = micrograd.compile(lambda s, t: (model_16(s).sigmoid() - t) ** 2, model_16)\nlosses_16 = program.train(X, y, 100, learning_rate=lambda k: 1 - 0.9 * k / 100)"},
    "a class that trains": {"task-9-run": "class Trainer:\n    def __init__(self, model):\n        self.model = model\n    def fit(self, steps):\n        train(self.model, X, y, steps)\nmodel = MLP(2, [2, 1])\nTrainer(model).fit(10)"},
    "models in a dictionary": {"task-9-run": "nets = {'a': MLP(2, [2, 1])}\ntrain(nets['a'], X, y, 10)", "task-9-boundary": "..."},
    "zero after the update": _train("        model.zero_grad()\n        loss.backward()", "        loss.backward()") | {"task-9-train": _TRAIN.replace("        model.zero_grad()\n", "").replace("        lr *= 0.9", "        model.zero_grad()\n        lr *= 0.9")},
}  # fmt: skip

#: Cells of the scaffold with one mistake, its task and its hint, and the tasks that have to wait for it.
MISTAKES: dict[str, tuple[dict[str, str], int, str, tuple[int, ...]]] = {
    "two outputs": ({"task-1-perceptron": "from micrograd.nn import MLP\nperceptron = MLP(2, [2])", "task-1-neuron": "..."}, 1, "perceptron-size", (3, 4, 5)),
    "perceptron with relu": ({"task-1-perceptron": "from micrograd.nn import MLP, Neuron\nperceptron = Neuron(2)"}, 1, "perceptron-not-linear", (3, 4, 5)),
    "sigmoid twice": ({"task-2-sigmoid": "import math\ndef sigmoid(out):\n    for _ in range(2):\n        out.data = 1 / (1 + math.exp(-out.data))\n    return out"}, 2, "sigmoid-twice", (5,)),
    "sigmoid sign": ({"task-2-sigmoid": "import math\ndef sigmoid(out):\n    out.data = 1 / (1 + math.exp(out.data))\n    return out", "task-5-update": _UPDATE}, 2, "sigmoid-sign", (5,)),
    "sigmoid returns nothing": ({"task-2-sigmoid": "import math\ndef sigmoid(out):\n    out.data = 1 / (1 + math.exp(-out.data))"}, 2, "returns-nothing", (3, 4, 5, 7, 8, 9, 10)),
    "sigmoid forgets the graph": ({"task-2-sigmoid": "import math\ndef sigmoid(out):\n    return 1 / (1 + math.exp(-out.data))"}, 2, "sigmoid-plain-number", (3, 4, 5, 7, 8, 9, 10)),
    "tanh for sigmoid": ({"task-2-sigmoid": "import math\ndef sigmoid(out):\n    out.data = math.tanh(out.data)\n    return out"}, 2, "sigmoid-tanh", ()),
    "operation cut off": ({"task-2-operation": "def sigmoid_operation(out):\n    return Value(1 / (1 + math.exp(-out.data)))"}, 2, "operation-gradient", ()),
    "operation undone": ({"task-2-operation": "def sigmoid_operation(out):\n    ..."}, 2, "returns-nothing", ()),
    "no sigmoid": (_error(_ERROR.replace("sigmoid(perceptron(x))", "perceptron(x)")), 3, "no-sigmoid-on-output", ()),
    "no square": (_error(_ERROR.replace(" ** 2", "").replace("output - target[0]", "target[0] - output")), 3, "error-not-squared", ()),
    "half": (_error(_ERROR.replace(" ** 2", " ** 2 / 2")), 3, "error-half", ()),
    "other input": (_error(_ERROR.replace("0.777", "0.333")), 3, "other-input", (4,)),
    "other target": (_error(_ERROR.replace("[1]", "[0]")), 3, "other-target", ()),
    "no backward": (_error(_ERROR.replace("\nerror.backward()", "")), 3, "no-backward", ()),
    "no graph": ({"task-3-graph": "from micrograd.draw import draw_dot"}, 3, "no-graph", ()),
    "by hand undone": ({"task-4-by-hand": "...", "task-4-exact": "..."}, 4, "no-by-hand", ()),
    "p.grad printed": ({"task-4-by-hand": "for p in parameters:\n    print(p.grad)", "task-4-exact": "..."}, 4, "no-by-hand", ()),
    "p.grad kept": ({"task-4-by-hand": "by_hand = [p.grad for p in perceptron.parameters()]", "task-4-exact": "..."}, 4, "no-by-hand", ()),
    "p.grad after another pass": ({"task-4-by-hand": "perceptron.zero_grad()\nerror.backward()\nprint([p.grad for p in parameters])", "task-4-exact": "..."}, 4, "no-by-hand", ()),
    "by hand without 2": ({"task-4-by-hand": _HAND.replace("2 * ", ""), "task-4-exact": "..."}, 4, "no-by-hand", ()),
    "threshold zero": ({"task-5-binary": "def binary(out):\n    return 1 if out.data > 0 else 0"}, 5, "threshold-zero", ()),
    "labels of minus one": ({"task-5-binary": "def binary(out):\n    return 1 if out.data > 0.5 else -1"}, 5, "labels-minus-one", ()),
    "swapped labels": ({"task-5-binary": "def binary(out):\n    return 0 if out.data > 0.5 else 1"}, 5, "binary-swapped", ()),
    "threshold elsewhere": ({"task-5-binary": "def binary(out):\n    return 1 if out.data > 0.8 else 0"}, 5, "binary-value", ()),
    "binary undone": ({"task-5-binary": "def binary(out):\n    ...", "task-5-update": _UPDATE}, 5, "returns-nothing", ()),
    "update undone": ({"task-5-update": "..."}, 5, "not-updated", ()),
    "no reset in task 5": (_update("    perceptron.zero_grad()\n", ""), 5, "gradients-not-reset", ()),
    "uphill in task 5": (_update("-=", "+="), 5, "wrong-sign", ()),
    "one small update": (_update("range(200)", "range(1)"), 5, "not-enough-updates", ()),
    "50 points": ({"task-6-moons": "np.random.seed(42)\nrandom.seed(42)\nfrom sklearn.datasets import make_moons\nX, y = make_moons(50, noise=0.1)"}, 6, "moons-count", ()),
    "more noise": ({"task-6-moons": "np.random.seed(42)\nrandom.seed(42)\nfrom sklearn.datasets import make_moons\nX, y = make_moons(100, noise=0.3)"}, 6, "moons-noise", ()),
    "other data seed": ({"task-6-moons": "random.seed(42)\nfrom sklearn.datasets import make_moons\nX, y = make_moons(100, noise=0.1, random_state=3)"}, 6, "seeds-not-set", ()),
    "circles": ({"task-6-moons": "np.random.seed(42)\nrandom.seed(42)\nfrom sklearn.datasets import make_circles\nX, y = make_circles(100, noise=0.1)"}, 6, "not-moons", ()),
    "swapped moons": ({"task-6-moons": "np.random.seed(42)\nrandom.seed(42)\nfrom sklearn.datasets import make_moons\nX, y = make_moons(100, noise=0.1)\ny = 1 - y"}, 6, "labels-swapped", ()),
    "sum": (_loss(" / len(y)\n    right", "\n    right"), 7, "sum-for-mean", ()),
    "twice": (_loss("sigmoid(model(x))", "sigmoid(sigmoid(model(x)))"), 7, "sigmoid-twice", ()),
    "no sigmoid in the loss": (_loss("sigmoid(model(x))", "model(x)"), 7, "no-sigmoid-on-output", ()),
    "absolute": (_loss("(o - t) ** 2", "abs(o - t)"), 7, "not-squared", ()),
    "half the mean": (_loss("/ len(y)\n    right", "/ (2 * len(y))\n    right"), 7, "half-mean", ()),
    "root": (_loss("/ len(y)\n    right", "/ len(y)\n    loss = loss ** 0.5\n    right"), 7, "root", ()),
    "hundredth": (_loss("/ len(y)\n    right", "/ 100\n    right"), 7, "hundredth", ()),
    "plain number": (_loss("return loss,", "return loss.data,"), 7, "loss-plain-number", (8, 9, 10)),
    "errors counted": (_loss("binary(o) == t", "binary(o) != t"), 7, "accuracy-errors", ()),
    "a count": (_loss("right / len(y)", "right"), 7, "accuracy-count", ()),
    "before the sigmoid": (_loss("    outputs = [", "    before = [model(x).data for x in X]\n    outputs = [") | {"task-7-model-loss": _LOSS.replace("    outputs = [", "    before = [model(x).data for x in X]\n    outputs = [").replace("binary(o) == t for o, t in zip(outputs, y)", "(b > 0.5) == t for b, t in zip(before, y)")}, 7, "accuracy-before-sigmoid", ()),
    "ones counted": (_loss("binary(o) == t", "binary(o)"), 7, "accuracy-ones", ()),
    "loss alone": (_loss("return loss, right / len(y)", "return loss") | {"task-7-try": "...", "task-8-graph": "l = model_loss(small, X[:1], y[:1])\nl.backward()\nfrom micrograd.draw import draw_dot\ndraw_dot(l)", "task-9-train": _TRAIN.replace("loss, accuracy =", "loss =").replace(", accuracy {accuracy}", "")}, 7, "accuracy-missing", ()),
    "no graph of small": ({"task-8-graph": "..."}, 8, "no-backward-small", ()),
    "constant rate": (_train("lr *= 0.9", "lr = 1.0"), 9, "rate-constant", ()),
    "small rate": (_train("lr = 1.0", "lr = 0.01"), 9, "rate-start", ()),
    "rate rises": (_train("lr *= 0.9", "lr *= 1.01"), 9, "rate-rises", ()),
    "not reset": (_train("        model.zero_grad()\n", ""), 9, "gradients-not-reset", ()),
    "uphill": (_train("p.data -= lr", "p.data += lr"), 9, "wrong-sign", ()),
    "reset too late": (_train("        model.zero_grad()\n        loss.backward()\n", "        loss.backward()\n        model.zero_grad()\n"), 9, "gradients-zero", (10,)),
    "no update": (_train("p.data -= lr * p.grad", "pass"), 9, "train-does-nothing", (10,)),
    "a model inside": (_train("    lr = 1.0\n", "    lr = 1.0\n    model = MLP(2, [len(model.layers[0].neurons), 1])\n"), 9, "train-leaves-model", (10,)),
    "five steps": ({"task-9-run": "model = MLP(2, [2, 1])\nhistory = train(model, X, y, 5)"}, 9, "steps-ignored", ()),
    "three neurons": ({"task-9-run": "model = MLP(2, [3, 1])\nhistory = train(model, X, y, 10)"}, 9, "other-size", ()),
    "training undone": ({"task-9-run": "..."}, 9, "no-train", ()),
    "nothing printed": (_train('        print(f"[step {k}] loss {loss.data}, accuracy {accuracy}")\n', ""), 9, "nothing-printed", ()),
    "task 10 undone": ({"task-10-run": "..."}, 10, "no-train", ()),
    "one iteration": ({"task-10-run": _RUN16 + "train(model_16, X, y, 1)"}, 10, "steps-ignored", ()),
    "eight neurons": ({"task-10-run": "model_16 = MLP(2, [8, 1])\ntrain(model_16, X, y, 100)"}, 10, "other-size", ()),
    "a rate of 0.01": ({"task-10-run": _loop("model_16", 16, 100, "0.01 * 0.99 ** k")}, 10, "rate-start", ()),
    "uphill in task 10": ({"task-10-run": _loop("model_16", 16, 100, sign="+")}, 10, "wrong-sign", ()),
    "negative rate": ({"task-10-run": _loop("model_16", 16, 100, "1 - 0.1 * k")}, 10, "rate-negative", ()),
    # What is rarer: every mistake of the table is met.
    "no perceptron's number": ({"task-1-perceptron": "from micrograd.nn import MLP\nclass Perceptron(MLP):\n    def __call__(self, x):\n        print(super().__call__(x))\nperceptron = Perceptron(2, [1])"}, 1, "perceptron-call", (3, 4, 5)),
    "no sigmoid at all": ({"task-2-sigmoid": "import math"}, 2, "no-sigmoid", (3, 4, 5, 8, 9, 10)),
    "no operation": ({"task-2-operation": "..."}, 2, "no-sigmoid-operation", ()),
    "derivative for sigmoid": ({"task-2-sigmoid": "import math\ndef sigmoid(out):\n    s = 1 / (1 + math.exp(-out.data))\n    out.data = s * (1 - s)\n    return out"}, 2, "sigmoid-derivative", (5,)),
    "sigmoid unchanged": ({"task-2-sigmoid": "import math\ndef sigmoid(out):\n    return out"}, 2, "sigmoid-unchanged", (4, 5)),
    "sigmoid in a pair": ({"task-2-sigmoid": "import math\ndef sigmoid(out):\n    out.data = 1 / (1 + math.exp(-out.data))\n    return out, out.data"}, 2, "returns-no-number", (3, 4, 5, 8, 9, 10)),
    "error of a number": ({**_error(_ERROR.replace("(output - target[0])", "(output.data - target[0])").replace("\nerror.backward()", "")), "task-3-graph": "from micrograd.draw import draw_dot\ndraw_dot(output)"}, 3, "error-not-value", ()),
    "fourth power": (_error(_ERROR.replace("** 2", "** 4")), 3, "error-value", ()),
    "square of the output": (_error(_ERROR.replace("(output - target[0]) ** 2", "output ** 2 - target[0]")), 3, "output-squared", ()),
    "no label": ({"task-5-binary": "...", "task-5-update": _UPDATE, "task-5-zero-grad": "..."}, 5, "no-binary", (8, 9, 10)),
    "label of a sigmoid again": ({"task-5-binary": "def binary(out):\n    return 1 if 1 / (1 + math.exp(-abs(out.data))) > 0.5 else 0"}, 5, "binary-sigmoid", ()),
    "reset after each pass": (_update("    perceptron.zero_grad()\n    error.backward()\n", "    error.backward()\n    perceptron.zero_grad()\n"), 5, "update-without-gradient", ()),
    "no moons": ({"task-6-moons": "from sklearn.datasets import make_moons"}, 6, "no-moons", (8, 9, 10)),
    "labels of one and two": ({"task-6-moons": "np.random.seed(42)\nrandom.seed(42)\nfrom sklearn.datasets import make_moons\nX, y = make_moons(100, noise=0.1)\ny = y + 1"}, 6, "labels-other", ()),
    "no model_loss": ({"task-7-model-loss": "..."}, 7, "no-model-loss", (8, 9, 10)),
    "divided twice": (_loss("/ len(y)\n    right", "/ len(y) / len(y)\n    right"), 7, "mean-of-means", ()),
    "square of the mean": (_loss("sum((o - t) ** 2 for o, t in zip(outputs, y)) / len(y)", "(sum(o - t for o, t in zip(outputs, y)) / len(y)) ** 2"), 7, "square-of-mean", ()),
    "loss of labels": (_loss("    loss =", "    for o in outputs:\n        o.data = float(o.data > 0.5)\n    loss ="), 7, "binary-in-loss", (8, 9, 10)),
    "cross-entropy": (_loss("(o - t) ** 2", "-(o if t else 1 - o).log()"), 7, "cross-entropy", ()),
    "hinge": (_loss("sum((o - t) ** 2 for o, t in zip(outputs, y))", "sum((1 - (2 * int(t) - 1) * model(x)).relu() for x, t in zip(X, y))"), 7, "hinge", ()),
    "a fresh loss": (_loss("    return loss,", "    loss = Value(loss.data)\n    return loss,"), 7, "loss-cut-off", (8, 9, 10)),
    "accuracy in words": (_loss("return loss, right / len(y)", 'return loss, f"{right / len(y):.0%}"'), 7, "accuracy-not-number", (9, 10)),
    "zeros counted": (_loss("binary(o) == t", "t == 0"), 7, "accuracy-always-zero", ()),
    "another error in train": ({"task-9-train": _TRAIN.replace("        model.zero_grad()", "        loss = sum(sigmoid(model(x)) for x in X)\n        model.zero_grad()")}, 9, "loss-other", ()),
    "weights drawn anew": ({"task-9-run": "for k in range(10):\n    for p in small.parameters():\n        p.data = 0.01 * k\n    print(k, model_loss(small, X, y))"}, 9, "not-trained", ()),
    "sixteen weights drawn anew": ({"task-10-run": "for k in range(100):\n    for p in wide.parameters():\n        p.data = 0.01 * k"}, 10, "wide-not-trained", ()),
}  # fmt: skip
