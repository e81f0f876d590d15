"""Whole notebooks written from nothing, in the handout's manner and with names of their own; and mistakes in them.

A cell is code, or ``("md", text)``.
"""

from __future__ import annotations

# ruff: noqa: E501

Cells = tuple["str | tuple[str, str]", ...]

#: One cell for several tasks, comments for titles, numbers for nodes.
JULIE: Cells = (
    "# Tâche 1\nimport random\nimport numpy as np\nnp.random.seed(42)\nrandom.seed(42)\nfrom micrograd.nn import MLP\nreseau = MLP(2, [1])\nprint(reseau)\nprint('Model has:', len(reseau.parameters()), 'parameters')\nfor q in reseau.parameters():\n    print(q)",
    "# Tâche 2\nimport math\n\ndef ma_sigmoide(v):\n    return 1 / (1 + math.exp(-v))",
    "# Tâche 3\nentree = [0.888, 0.777]\nattendu = [1]\nsortie = reseau(entree)\nsortie.data = ma_sigmoide(sortie.data)\nerreur = (sortie - attendu[0]) ** 2\nerreur.backward()\nfrom graphviz import Digraph\n\ndef trace(racine):\n    noeuds, aretes = set(), set()\n    def construire(v):\n        if v not in noeuds:\n            noeuds.add(v)\n            for enfant in v._prev:\n                aretes.add((enfant, v))\n                construire(enfant)\n    construire(racine)\n    return noeuds, aretes\n\ndef dessine(racine):\n    noeuds, aretes = trace(racine)\n    dot = Digraph(format='svg', graph_attr={'rankdir': 'LR'})\n    for n in noeuds:\n        dot.node(name=str(id(n)), label='{ data %.4f | grad %.4f }' % (n.data, n.grad), shape='record')\n        if n._op:\n            dot.node(name=str(id(n)) + n._op, label=n._op)\n            dot.edge(str(id(n)) + n._op, str(id(n)))\n    for a, b in aretes:\n        dot.edge(str(id(a)), str(id(b)) + b._op)\n    return dot\n\ndessine(erreur)",
    "# Tâche 4\n# La dérivée de (o - 1)^2 est 2(o - 1), puis on multiplie par l'entrée.\nd = 2 * (sortie.data - attendu[0])\nprint('w0', d * entree[0], 'w1', d * entree[1], 'b', d)",
    "# Tâche 5\n\ndef etiquette(v):\n    if v > 0.5:\n        return 1\n    return 0\n\nfor essai in range(20):\n    sortie = reseau(entree)\n    sortie.data = ma_sigmoide(sortie.data)\n    erreur = (sortie - attendu[0]) ** 2\n    reseau.zero_grad()\n    erreur.backward()\n    for q in reseau.parameters():\n        q.data = q.data - 0.1 * q.grad\n    print(essai, sortie.data, etiquette(sortie.data))",
    "# Tâche 6\nfrom sklearn.datasets import make_moons\nimport matplotlib.pyplot as plt\nnp.random.seed(42)\nrandom.seed(42)\ndonnees, classes = make_moons(n_samples=100, noise=0.1)\nplt.scatter(donnees[:, 0], donnees[:, 1], c=classes)",
    "# Tâche 7\n\ndef model_loss(modele, descripteurs, labels):\n    somme = 0\n    bons = 0\n    for ligne, label in zip(descripteurs, labels):\n        s = modele(ligne)\n        s.data = ma_sigmoide(s.data)\n        somme = somme + (s - label) ** 2\n        if etiquette(s.data) == label:\n            bons += 1\n    return somme / len(labels), 100 * bons / len(labels)",
    "# Tâche 8\npetit = MLP(2, [2, 1])\nperte, _ = model_loss(petit, donnees[:1], classes[:1])\nperte.backward()\ndessine(perte)",
    "# Tâche 9\nlr = 1\nfor i in range(10):\n    perte, precision = model_loss(petit, donnees, classes)\n    petit.zero_grad()\n    perte.backward()\n    for q in petit.parameters():\n        q.data -= lr * q.grad\n    lr *= 0.9\n    print(f'[step {i}] loss {perte.data}, accuracy {precision}%')",
    "# Tâche 10\ngrand = MLP(2, [16, 1])\nlr = 1\nfor i in range(100):\n    perte, precision = model_loss(grand, donnees, classes)\n    grand.zero_grad()\n    perte.backward()\n    for q in grand.parameters():\n        q.data -= lr * q.grad\n    lr = lr * 0.9\n    print(f'[step {i}] loss {perte.data}, accuracy {precision}%')",
)

#: Titles "### T3" in Markdown, a DataFrame for X, a history kept in a DataFrame.
MEHDI: Cells = (
    ("md", "# TP1 - Mehdi"),
    "import numpy as np, random, math\nimport pandas as pd\nimport matplotlib.pyplot as plt\nfrom micrograd.nn import MLP\nfrom micrograd.engine import Value\nfrom micrograd.draw import draw_dot\nnp.random.seed(42); random.seed(42)",
    ("md", "### T1"),
    "p1 = MLP(2, [1])\np1.parameters()",
    ("md", "Le dernier paramètre est le biais."),
    ("md", "### T2"),
    "def act(s):\n    s.data = 1 / (1 + np.exp(-s.data))\n    return s",
    ("md", "### T3"),
    "entrees = [0.888, 0.777]\ncible = 1\npred = act(p1(entrees))\nE = (cible - pred)**2\nE.backward()\ndraw_dot(E)",
    ("md", "### T4"),
    "dE = -2*(cible - pred.data)\npd.Series({'w0': dE*entrees[0], 'w1': dE*entrees[1], 'b': dE})",
    ("md", "On dérive le carré puis la somme."),
    ("md", "### T5"),
    "lab = lambda s: 1 if s.data > .5 else 0\nn = 0\nwhile lab(act(p1(entrees))) != 1:\n    p1.zero_grad()\n    E = (act(p1(entrees)) - cible)**2\n    E.backward()\n    for w in p1.parameters():\n        w.data += -0.05 * w.grad\n    n += 1\nprint(n)",
    ("md", "### T6"),
    "from sklearn import datasets\nnp.random.seed(42)\npts, cl = datasets.make_moons(100, noise=.1)\ndf = pd.DataFrame(pts, columns=['x1', 'x2'])\ndf.plot.scatter(x='x1', y='x2', c=cl, cmap='jet')",
    ("md", "### T7"),
    "def model_loss(m, features, target):\n    feats = features.values if isinstance(features, pd.DataFrame) else features\n    preds = [act(m(list(f))) for f in feats]\n    errs = [(a - b)**2 for a, b in zip(preds, target)]\n    acc = np.mean([lab(a) == b for a, b in zip(preds, target)])\n    return sum(errs) * (1/len(errs)), acc",
    ("md", "### T8"),
    "p2 = MLP(2, [2, 1])\nL, a = model_loss(p2, df.head(1), cl[:1])\nL.backward()\ndraw_dot(L)",
    ("md", "Le graphe est bien plus grand."),
    ("md", "### T9"),
    "hist = []\nfor k in range(10):\n    L, a = model_loss(p2, df, cl)\n    p2.zero_grad()\n    L.backward()\n    eta = 1 - 0.1*k\n    for w in p2.parameters():\n        w.data -= eta * w.grad\n    hist.append({'step': k, 'loss': L.data, 'acc': a})\nhist = pd.DataFrame(hist)\nhist",
    ("md", "### T10"),
    "p3 = MLP(2, [16, 1])\nhist16 = {'loss': [], 'acc': []}\nfor k in range(100):\n    L, a = model_loss(p3, df, cl)\n    p3.zero_grad()\n    L.backward()\n    eta = 1 - 0.9*k/100\n    for w in p3.parameters():\n        w.data -= eta * w.grad\n    hist16['loss'].append(L.data)\n    hist16['acc'].append(a)\nplt.plot(hist16['loss'])",
)

#: Numbers for titles, the optimizer, functions for all.
LEA: Cells = (
    ("md", "## 1. Perceptron"),
    "import random\nimport numpy\nnumpy.random.seed(42)\nrandom.seed(42)\nfrom micrograd import nn, optim\n\nneurone = nn.MLP(2, [1])\nprint(neurone, neurone.parameters())",
    ("md", "## 2. Sigmoïde"),
    "from math import exp\n\ndef logistique(sortie):\n    sortie.data = 1.0 / (1.0 + exp(-sortie.data))\n    return sortie",
    ("md", "## 3. Erreur"),
    "def erreur_quadratique(modele, entree, attendu):\n    return (logistique(modele(entree)) - attendu) ** 2\n\nloss = erreur_quadratique(neurone, [0.888, 0.777], 1)\nloss.backward()\nfrom micrograd.draw import draw_dot\ndraw_dot(loss)",
    ("md", "## 4. Interprétation"),
    ("md", "La dérivée de l'erreur vaut 2(o-1)."),
    "o = logistique(neurone([0.888, 0.777])).data\ngradients_calcules = numpy.array([0.888, 0.777, 1.0]) * 2 * (o - 1)\ngradients_calcules",
    ("md", "## 5. Mise à jour"),
    "def classe(sortie):\n    return int(sortie.data > 0.5)\n\noptimiseur = optim.SGD(neurone.parameters(), learning_rate=0.2)\nfor _ in range(10):\n    neurone.zero_grad()\n    loss = erreur_quadratique(neurone, [0.888, 0.777], 1)\n    loss.backward()\n    optimiseur.step()\nprint(classe(logistique(neurone([0.888, 0.777]))))",
    ("md", "## 6. Données"),
    "from sklearn.datasets import make_moons\nX, y = make_moons(n_samples=100, noise=0.1, random_state=42)\nimport matplotlib.pyplot as plt\nplt.scatter(*X.T, c=y)\nplt.show()",
    ("md", "## 7. model_loss"),
    "def model_loss(modele, descripteurs, etiquettes):\n    sorties = [logistique(modele(d)) for d in descripteurs]\n    mse = sum((s - e) ** 2 for s, e in zip(sorties, etiquettes)) / len(sorties)\n    precision = sum(classe(s) == e for s, e in zip(sorties, etiquettes)) / len(sorties)\n    return mse, precision",
    ("md", "## 8. Modèle"),
    "modele2 = nn.MLP(2, [2, 1])\nperte, prec = model_loss(modele2, X[:2], y[:2])\nperte.backward()\ndraw_dot(perte)",
    ("md", "## 9. Entraînement"),
    "def entrainer(modele, pas):\n    opt = optim.SGD(modele.parameters(), learning_rate=lambda k: 0.9 ** k)\n    for k in range(pas):\n        perte, prec = model_loss(modele, X, y)\n        modele.zero_grad()\n        perte.backward()\n        opt.step()\n        print('[step %d] loss %f, accuracy %.1f%%' % (k, perte.data, 100 * prec))\n\nentrainer(modele2, 10)",
    ("md", "## 10. Seize neurones"),
    "modele16 = nn.MLP(2, [16, 1])\nentrainer(modele16, 100)",
)

_PASTED = """\
import math, random

class Value:
    def __init__(self, data, _children=(), _op=''):
        self.data = data
        self.grad = 0
        self._backward = lambda: None
        self._prev = set(_children)
        self._op = _op
    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other), '+')
        def _backward():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward
        return out
    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other), '*')
        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out
    def __pow__(self, n):
        out = Value(self.data ** n, (self,), f'**{n}')
        def _backward():
            self.grad += n * self.data ** (n - 1) * out.grad
        out._backward = _backward
        return out
    def relu(self):
        out = Value(max(0, self.data), (self,), 'ReLU')
        def _backward():
            self.grad += (out.data > 0) * out.grad
        out._backward = _backward
        return out
    def backward(self):
        order, seen = [], set()
        def visit(v):
            if v not in seen:
                seen.add(v)
                for child in v._prev:
                    visit(child)
                order.append(v)
        visit(self)
        self.grad = 1
        for v in reversed(order):
            v._backward()
    def __neg__(self): return self * -1
    def __radd__(self, other): return self + other
    def __sub__(self, other): return self + (-other)
    def __rsub__(self, other): return other + (-self)
    def __rmul__(self, other): return self * other
    def __truediv__(self, other): return self * other ** -1
    def __rtruediv__(self, other): return other * self ** -1
    def __repr__(self): return f'Value(data={self.data}, grad={self.grad})'

class Module:
    def zero_grad(self):
        for p in self.parameters():
            p.grad = 0

class Neuron(Module):
    def __init__(self, nin, nonlin=True):
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(0)
        self.nonlin = nonlin
    def __call__(self, x):
        act = sum((wi * xi for wi, xi in zip(self.w, x)), self.b)
        return act.relu() if self.nonlin else act
    def parameters(self):
        return self.w + [self.b]

class Layer(Module):
    def __init__(self, nin, nout, **options):
        self.neurons = [Neuron(nin, **options) for _ in range(nout)]
    def __call__(self, x):
        out = [n(x) for n in self.neurons]
        return out[0] if len(out) == 1 else out
    def parameters(self):
        return [p for n in self.neurons for p in n.parameters()]

class MLP(Module):
    def __init__(self, nin, nouts):
        sizes = [nin] + nouts
        self.layers = [Layer(sizes[i], sizes[i + 1], nonlin=i != len(nouts) - 1) for i in range(len(nouts))]
    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]
"""

#: Classes of one's own in place of micrograd's; the graph drawn with graphviz; a batch drawn for each step.
YANIS: Cells = (
    _PASTED,
    "# Tâche 1\nimport numpy as np\nnp.random.seed(42)\nrandom.seed(42)\nmon_mlp = MLP(2, [1])\nprint(mon_mlp.parameters())",
    "# Tâche 2\ndef sigma(v):\n    v.data = 1 / (1 + math.exp(-v.data))\n    return v",
    JULIE[2]
    .replace("reseau", "mon_mlp")
    .replace("sortie.data = ma_sigmoide(sortie.data)", "sortie = sigma(sortie)"),
    "# Tâche 4\nfacteur = 2 * (sortie.data - 1)\na_la_main = (facteur * 0.888, facteur * 0.777, facteur)\nprint(a_la_main)",
    "# Tâche 5\ndef binaire(v):\n    return 1 if v.data > 0.5 else 0\n\nfor _ in range(10):\n    sortie = sigma(mon_mlp(entree))\n    erreur = (sortie - attendu[0]) ** 2\n    mon_mlp.zero_grad()\n    erreur.backward()\n    for p in mon_mlp.parameters():\n        p.data -= 0.1 * p.grad\nbinaire(sigma(mon_mlp(entree)))",
    "# Tâche 6\nfrom sklearn.datasets import make_moons\nnp.random.seed(42)\nX, Y = make_moons(100, noise=0.1)\nimport matplotlib.pyplot as plt\nplt.scatter(X[:, 0], X[:, 1], c=Y)",
    "# Tâche 7\ndef model_loss(modele, xs, ys):\n    total = Value(0)\n    ok = 0\n    for x, t in zip(xs, ys):\n        o = sigma(modele(x))\n        total = total + (o - t) ** 2\n        ok += binaire(o) == t\n    return total * (1 / len(ys)), ok / len(ys)",
    "# Tâche 8\nmlp2 = MLP(2, [2, 1])\ncout, _ = model_loss(mlp2, X[:1], Y[:1])\ncout.backward()\ndessine(cout)",
    "# Tâche 9\ndef apprend(modele, n):\n    taux = 1.0\n    for i in range(n):\n        cout, prec = model_loss(modele, X, Y)\n        modele.zero_grad()\n        cout.backward()\n        for p in modele.parameters():\n            p.data -= taux * p.grad\n        taux *= 0.9\n        print(i, cout.data, prec)\napprend(mlp2, 10)",
    "# Tâche 10\nmlp16 = MLP(2, [16, 1])\nfor i in range(100):\n    lot = random.sample(range(100), 12)\n    cout, prec = model_loss(mlp16, X[lot], Y[lot])\n    mlp16.zero_grad()\n    cout.backward()\n    for p in mlp16.parameters():\n        p.data -= 0.97 ** i * p.grad\n    print(i, cout.data, prec)\nprint(model_loss(mlp16, X, Y)[1])",
)

#: The program for a whole batch in task 10, one sample at a time in task 9, labels compared inline.
NINA: Cells = (
    ("md", "**Tâche 1**"),
    "import random, math\nimport numpy as np\nrandom.seed(42)\nnp.random.seed(42)\nimport micrograd\nfrom micrograd.nn import MLP\nfrom micrograd.draw import explore\nmodele = MLP(2, [1])\nmodele.parameters()",
    ("md", "**Tâche 2**"),
    "def sig(x):\n    return x.sigmoid() if hasattr(x, 'sigmoid') else 1/(1+math.exp(-x))",
    ("md", "**Tâche 3 et 4**"),
    "e = [0.888, 0.777]\nout = modele(e)\nout.data = sig(out.data)\nerr = (out - 1)**2\nerr.backward()\nexplore(err)",
    "delta = 2*(out.data - 1)\n[delta*e[0], delta*e[1], delta]",
    ("md", "Le gradient se calcule de proche en proche."),
    ("md", "**Tâche 5**"),
    "for i in range(30):\n    out = modele(e)\n    out.data = sig(out.data)\n    label = 1 if out.data > 0.5 else 0\n    if label == 1:\n        break\n    err = (out - 1)**2\n    modele.zero_grad()\n    err.backward()\n    for p in modele.parameters():\n        p.data -= 0.1*p.grad\nprint('label', label)",
    ("md", "**Tâche 6**"),
    "from sklearn.datasets import make_moons\nnp.random.seed(42)\npoints, labels = make_moons(n_samples=100, noise=0.1)\nimport matplotlib.pyplot as plt\nplt.scatter(points[:,0], points[:,1], c=labels)",
    ("md", "**Tâche 7**"),
    "def model_loss(m, P, L):\n    sorties = [sig(m(p)) for p in P]\n    loss = sum((s - l)**2 for s, l in zip(sorties, L))/len(L)\n    acc = sum((s.data > 0.5) == (l == 1) for s, l in zip(sorties, L))/len(L)*100\n    return loss, acc",
    ("md", "**Tâche 8**"),
    "m2 = MLP(2, [2, 1])\nl8 = model_loss(m2, points[:1], labels[:1])[0]\nl8.backward()\nexplore(l8)",
    ("md", "**Tâche 9** : descente de gradient stochastique"),
    "for it in range(10):\n    taux = 1 - it*0.1\n    for p_, l_ in zip(points, labels):\n        s = sig(m2(p_))\n        err = (s - l_)**2\n        m2.zero_grad()\n        err.backward()\n        for w in m2.parameters():\n            w.data -= taux*w.grad\n    print(it, *model_loss(m2, points, labels))",
    ("md", "**Tâche 10**"),
    "m16 = MLP(2, [16, 1])\nprogramme = micrograd.compile(lambda x, t: (m16(x).sigmoid() - t)**2, m16)\npertes = programme.train(points, labels, 100, learning_rate=lambda k: 1 - 0.9*k/100)\nprint(pertes[-1], model_loss(m16, points, labels)[1])",
)

#: Everything in three cells; lists; a class around the model.
OMAR: Cells = (
    "# T1, T2, T3, T4, T5\nimport random, math, numpy as np\nfrom micrograd.nn import MLP\nfrom micrograd.draw import draw_dot\nrandom.seed(42); np.random.seed(42)\nm = MLP(2, [1])\nprint(m.parameters())\ndef s(z):\n    z.data = 1/(1+math.exp(-z.data))\n    return z\nx0 = [0.888, 0.777]\no = s(m(x0))\ner = (o-1)*(o-1)\ner.backward()\ndisplay(draw_dot(er))\nmain = [2*(o.data-1)*v for v in x0 + [1]]\nprint(main)\ndef b(z):\n    return z.data > 0.5\nwhile not b(s(m(x0))):\n    m.zero_grad()\n    ((s(m(x0))-1)**2).backward()\n    for p in m.parameters(): p.data -= 0.5*p.grad",
    "# T6 à T8\nfrom sklearn.datasets import make_moons\nnp.random.seed(42)\nxs, ys = make_moons(100, noise=0.1)\nxs, ys = xs.tolist(), ys.tolist()\nimport matplotlib.pyplot as plt\nplt.scatter([q[0] for q in xs], [q[1] for q in xs], c=ys)\nplt.show()\ndef model_loss(mod, a, c):\n    t = [s(mod(i)) for i in a]\n    return sum([(u-v)**2 for u, v in zip(t, c)])/len(c), sum([b(u) == v for u, v in zip(t, c)])/len(c)\nnet = MLP(2, [2, 1])\nll, aa = model_loss(net, xs[:1], ys[:1])\nll.backward()\ndisplay(draw_dot(ll))",
    "# T9 et T10\nclass Prof:\n    def __init__(self, eleve):\n        self.eleve = eleve\n        self.notes = []\n    def enseigne(self, n):\n        for k in range(n):\n            ll, aa = model_loss(self.eleve, xs, ys)\n            self.eleve.zero_grad()\n            ll.backward()\n            for p in self.eleve.parameters(): p.data -= (1-0.9*k/n)*p.grad\n            self.notes.append((k, ll.data, aa))\n            print(k, ll.data, aa)\nProf(net).enseigne(10)\ngros = Prof(MLP(2, [16, 1]))\ngros.enseigne(100)",
)

#: English, a title for every task in prose, a reset after the update, a stored history only.
ANNE: Cells = (
    ("md", "# Task 1: a perceptron"),
    "import random\nimport numpy as np\nrandom.seed(42)\nnp.random.seed(42)\nfrom micrograd.nn import MLP\nsingle = MLP(2, [1])\nprint(len(single.parameters()), single.parameters())",
    ("md", "The last one is the bias."),
    ("md", "# Task 2: activation"),
    "def squash(value):\n    value.data = 1 / (1 + np.exp(-value.data))\n    return value",
    ("md", "# Task 3: error of one sample"),
    "inputs, expected = [0.888, 0.777], 1\nactual = squash(single(inputs))\ndifference = expected - actual\nsquared = difference ** 2\nsquared.backward()\nfrom micrograd.draw import draw_dot\ndraw_dot(squared)",
    ("md", "# Task 4: reading the graph"),
    "slope = -2 * difference.data\nfor name, value in zip(['w0', 'w1', 'b'], [*inputs, 1]):\n    print(name, round(slope * value, 4))",
    ("md", "Each gradient is the local derivative times the one above."),
    ("md", "# Task 5: update"),
    "def to_label(value):\n    return float(value.data > 0.5)\n\ndef one_step(rate):\n    loss = (squash(single(inputs)) - expected) ** 2\n    loss.backward()\n    for parameter in single.parameters():\n        parameter.data -= rate * parameter.grad\n    single.zero_grad()\n\nsingle.zero_grad()\nfor _ in range(5):\n    one_step(0.5)\nprint(to_label(squash(single(inputs))))",
    ("md", "# Task 6: data"),
    "from sklearn.datasets import make_moons\nimport matplotlib.pyplot as plt\nnp.random.seed(42)\nfeatures, targets = make_moons(n_samples=100, noise=0.1)\nplt.scatter(features[:, 0], features[:, 1], c=targets)\nplt.show()",
    ("md", "# Task 7: loss of a model"),
    "def model_loss(model, features, targets):\n    outputs = [squash(model(row)) for row in features]\n    errors = [(output - target) ** 2 for output, target in zip(outputs, targets)]\n    hits = [to_label(output) == target for output, target in zip(outputs, targets)]\n    return sum(errors) / len(errors), sum(hits) / len(hits)",
    ("md", "# Task 8: hidden layer"),
    "two = MLP(2, [2, 1])\nloss, accuracy = model_loss(two, features[:1], targets[:1])\nloss.backward()\ndraw_dot(loss)",
    ("md", "# Task 9: training"),
    "def fit(model, iterations, decay):\n    losses, accuracies = [], []\n    model.zero_grad()\n    for iteration in range(iterations):\n        loss, accuracy = model_loss(model, features, targets)\n        loss.backward()\n        rate = 1 - decay * iteration / iterations\n        for parameter in model.parameters():\n            parameter.data -= rate * parameter.grad\n        model.zero_grad()\n        losses.append(loss.data)\n        accuracies.append(accuracy)\n    return losses, accuracies\n\nlosses2, accuracies2 = fit(two, 10, 0.9)",
    ("md", "# Task 10: sixteen neurons"),
    "sixteen = MLP(2, [16, 1])\nlosses16, accuracies16 = fit(sixteen, 100, 0.9)\nplt.plot(losses16)",
)

#: Functions in a module beside the notebook.
BESIDE_MODULE = "import math\n\ndef sigmoide(v):\n    v.data = 1 / (1 + math.exp(-v.data))\n    return v\n\ndef seuil(v):\n    return 1 if v.data > 0.5 else 0\n\ndef pas(modele, perte, taux):\n    modele.zero_grad()\n    perte.backward()\n    for p in modele.parameters():\n        p.data -= taux * p.grad\n"
PAUL: Cells = (
    ("md", "Tâche 1"),
    "import random\nimport numpy as np\nfrom micrograd.nn import MLP\nfrom outils import sigmoide, seuil, pas\nnp.random.seed(42)\nrandom.seed(42)\nperc = MLP(2, [1])\nprint(perc.parameters())",
    ("md", "Tâche 2 (voir outils.py)"),
    "print(sigmoide(perc([0, 0])).data)",
    ("md", "Tâche 3"),
    "sortie = sigmoide(perc([0.888, 0.777]))\neq = (sortie - 1) ** 2\neq.backward()\nfrom micrograd.draw import draw_dot\ndraw_dot(eq)",
    ("md", "Tâche 4"),
    ("md", "$2(o-1)$ est la dérivée."),
    "deriv = 2 * (sortie.data - 1)\nprint('%.5f %.5f %.5f' % (deriv * 0.888, deriv * 0.777, deriv))",
    ("md", "Tâche 5"),
    "for _ in range(25):\n    pas(perc, (sigmoide(perc([0.888, 0.777])) - 1) ** 2, 0.1)\nseuil(sigmoide(perc([0.888, 0.777])))",
    ("md", "Tâche 6"),
    "from sklearn.datasets import make_moons\nnp.random.seed(42)\nA, c = make_moons(100, noise=0.1)\nimport matplotlib.pyplot as plt\nplt.scatter(A[:, 0], A[:, 1], c=c)",
    ("md", "Tâche 7"),
    "def model_loss(modele, A, c):\n    s = [sigmoide(modele(a)) for a in A]\n    return sum((u - v) ** 2 for u, v in zip(s, c)) / len(c), sum(seuil(u) == v for u, v in zip(s, c)) / len(c)",
    ("md", "Tâche 8"),
    "cache = MLP(2, [2, 1])\nl, _ = model_loss(cache, A[:1], c[:1])\nl.backward()\ndraw_dot(l)",
    ("md", "Tâche 9"),
    "for k in range(10):\n    l, pr = model_loss(cache, A, c)\n    pas(cache, l, 0.9 ** k)\n    print(k, l.data, pr)",
    ("md", "Tâche 10"),
    "seize = MLP(2, [16, 1])\nfor k in range(100):\n    l, pr = model_loss(seize, A, c)\n    pas(seize, l, 0.9 ** k)\n    print(k, l.data, pr)",
)

#: Random single samples, numbers for titles, a vectorised sigmoid, functions of floats.
SARAH: Cells = (
    ("md", "1."),
    "import numpy as np, random\nnp.random.seed(42)\nrandom.seed(42)\nfrom micrograd.nn import *\nfrom micrograd.engine import *\nmodele_a = MLP(2, [1])\nprint(modele_a.parameters())",
    ("md", "2."),
    "def sigmoid(z):\n    return 1/(1+np.exp(-z))",
    ("md", "3."),
    "entree = np.array([0.888, 0.777])\ny_attendu = np.array([1])\npredit = modele_a(entree)\npredit.data = sigmoid(predit.data)\ncarre = (predit - y_attendu[0])**2\ncarre.backward()\nfrom micrograd.draw import draw_dot\ndraw_dot(carre)",
    ("md", "4."),
    "terme = 2*(predit.data - 1)\ngrad_w = terme*entree\ngrad_b = terme\nprint(grad_w, grad_b)",
    ("md", "5."),
    "def binary(z):\n    return 1 if z > 0.5 else 0\nfor tour in range(15):\n    predit = modele_a(entree)\n    predit.data = sigmoid(predit.data)\n    carre = (predit - y_attendu[0])**2\n    for w in modele_a.parameters():\n        w.grad = 0\n    carre.backward()\n    for w in modele_a.parameters():\n        w.data -= 0.1*w.grad\nprint(binary(predit.data))",
    ("md", "6."),
    "from sklearn.datasets import make_moons\nnp.random.seed(42)\nX, y = make_moons(100, noise=0.1)\nX = [[float(a), float(b)] for a, b in X]\nimport matplotlib.pyplot as plt\nplt.scatter([a for a, b in X], [b for a, b in X], c=y)",
    ("md", "7."),
    "def model_loss(model, X, y):\n    erreurs, justes = [], []\n    for i in range(len(y)):\n        predit = model(X[i])\n        predit.data = sigmoid(predit.data)\n        erreurs.append((predit - y[i])**2)\n        justes.append(binary(predit.data) == y[i])\n    return sum(erreurs)/len(erreurs), 100*np.mean(justes)",
    ("md", "8."),
    "modele_b = MLP(2, [2, 1])\nmoyenne, precision = model_loss(modele_b, X[:1], y[:1])\nmoyenne.backward()\ndraw_dot(moyenne)",
    ("md", "9."),
    "eta = 1\nfor tour in range(10):\n    ordre = list(range(100))\n    random.shuffle(ordre)\n    for i in ordre:\n        predit = modele_b(X[i])\n        predit.data = sigmoid(predit.data)\n        erreur = (predit - y[i])**2\n        modele_b.zero_grad()\n        erreur.backward()\n        for w in modele_b.parameters():\n            w.data -= eta*w.grad\n    moyenne, precision = model_loss(modele_b, X, y)\n    print(f'[step {tour}] loss {moyenne.data}, accuracy {precision}%')\n    eta *= 0.9",
    ("md", "10."),
    "modele_c = MLP(2, [16, 1])\neta = 1\nfor tour in range(100):\n    moyenne, precision = model_loss(modele_c, X, y)\n    modele_c.zero_grad()\n    moyenne.backward()\n    for w in modele_c.parameters():\n        w.data -= eta*w.grad\n    eta -= eta*0.1\n    print(f'[step {tour}] loss {moyenne.data}, accuracy {precision}%')",
)

#: The handout's words as titles, batches, the tuple of make_moons kept whole, a dictionary returned.
TOM: Cells = (
    ("md", "## Tâche 1 : Proposez un premier modèle MLP"),
    "import random\nimport numpy as np\nimport math\nseed = 42\nrandom.seed(seed)\nnp.random.seed(seed)\nimport micrograd.nn as mnn\nreseaux = {}\nreseaux['perceptron'] = mnn.MLP(2, [1])\nfor p in reseaux['perceptron'].parameters():\n    print(p)",
    ("md", "## Tâche 2 : Définir la fonction d'activation sigmoïde"),
    "def applique_sigmoide(noeud):\n    noeud.data = 1 / (1 + math.exp(-noeud.data))",
    ("md", "## Tâche 3 : erreur quadratique"),
    "sortie = reseaux['perceptron']([0.888, 0.777])\napplique_sigmoide(sortie)\nerr = (sortie - 1) ** 2\nerr.backward()\nimport micrograd.draw\nmicrograd.draw.draw_dot(err)",
    ("md", "## Tâche 4 : interprétations\nLe gradient de l'erreur est $2(o-1)$."),
    "g = {'b': 2 * (sortie.data - 1)}\ng['w0'] = g['b'] * 0.888\ng['w1'] = g['b'] * 0.777\ng",
    ("md", "## Tâche 5 : mise à jour des poids"),
    "def predire(noeud):\n    return round(noeud.data)\n\nfor _ in range(8):\n    sortie = reseaux['perceptron']([0.888, 0.777])\n    applique_sigmoide(sortie)\n    err = (sortie - 1) ** 2\n    reseaux['perceptron'].zero_grad()\n    err.backward()\n    for p in reseaux['perceptron'].parameters():\n        p.data += -p.grad * 0.3\nprint(predire(sortie))",
    ("md", "## Tâche 6 : données synthétiques"),
    "from sklearn.datasets import make_moons\nimport matplotlib.pyplot as plt\nnp.random.seed(seed)\nlunes = make_moons(100, noise=0.1)\nplt.scatter(lunes[0][:, 0], lunes[0][:, 1], c=lunes[1])",
    ("md", "## Tâche 7 : model_loss"),
    "def model_loss(modele, X, y):\n    perte, justes = 0.0, 0\n    for xi, yi in zip(X, y):\n        o = modele(xi)\n        applique_sigmoide(o)\n        perte += (o - yi) ** 2\n        justes += predire(o) == yi\n    return {'loss': perte / len(y), 'accuracy': justes / len(y)}",
    ("md", "## Tâche 8 : modèle à deux neurones"),
    "reseaux['deux'] = mnn.MLP(2, [2, 1])\nun = model_loss(reseaux['deux'], lunes[0][:1], lunes[1][:1])\nun['loss'].backward()\nmicrograd.draw.draw_dot(un['loss'])",
    ("md", "## Tâche 9 : entraînement"),
    "def entraine(nom, n):\n    for k in range(n):\n        r = model_loss(reseaux[nom], *lunes)\n        reseaux[nom].zero_grad()\n        r['loss'].backward()\n        alpha = 1 / (1 + 0.1 * k)\n        for p in reseaux[nom].parameters():\n            p.data -= alpha * p.grad\n        print(k, r['loss'].data, r['accuracy'])\n\nentraine('deux', 10)",
    ("md", "## Tâche 10 : seize neurones"),
    "reseaux['seize'] = mnn.MLP(2, [16, 1])\nentraine('seize', 100)",
)

RIGHT: dict[str, Cells] = {
    "julie": JULIE, "mehdi": MEHDI, "lea": LEA, "yanis": YANIS, "nina": NINA,
    "omar": OMAR, "anne": ANNE, "paul": PAUL, "sarah": SARAH, "tom": TOM,
}  # fmt: skip


def changed(cells: Cells, *pairs: tuple[str, str]) -> Cells:
    """Return the cells with a text replaced by another one wherever it stands; it has to stand somewhere."""
    result = list(cells)
    for old, new in pairs:
        before = list(result)
        result = [
            cell.replace(old, new) if isinstance(cell, str) else (cell[0], cell[1].replace(old, new))
            for cell in result
        ]
        assert result != before, old
    return tuple(result)


def without(cells: Cells, start: str) -> Cells:
    """Return the cells without the one code cell that begins so."""
    left = tuple(cell for cell in cells if not (isinstance(cell, str) and cell.startswith(start)))
    assert len(left) == len(cells) - 1, start
    return left


#: One mistake each: its task, its hint, and the tasks that may have to wait for it.
MISTAKES: dict[str, tuple[Cells, int, str, tuple[int, ...]]] = {
    "julie, sign of the sigmoid": (changed(JULIE, ("math.exp(-v)", "math.exp(v)")), 2, "sigmoid-sign", (5,)),
    "julie, errors counted": (changed(JULIE, ("etiquette(s.data) == label", "etiquette(s.data) != label")), 7, "accuracy-errors", ()),
    "julie, no reset": (changed(JULIE, ("    petit.zero_grad()\n", "")), 9, "gradients-not-reset", ()),
    "mehdi, threshold": (changed(MEHDI, ("s.data > .5", "s.data > 0")), 5, "threshold-zero", ()),
    "mehdi, gradients copied": (changed(MEHDI, ("dE = -2*(cible - pred.data)\npd.Series({'w0': dE*entrees[0], 'w1': dE*entrees[1], 'b': dE})", "pd.Series([w.grad for w in p1.parameters()])")), 4, "no-by-hand", ()),
    "mehdi, negative rate": (changed(MEHDI, ("1 - 0.9*k/100", "1 - 0.1*k")), 10, "rate-negative", ()),
    "lea, no reset": (changed(LEA, ("        modele.zero_grad()\n", "")), 9, "gradients-not-reset", ()),
    "lea, sum": (changed(LEA, (" / len(sorties)\n    precision", "\n    precision")), 7, "sum-for-mean", ()),
    "lea, other data": (changed(LEA, ("noise=0.1, random_state=42", "noise=0.1, random_state=7")), 6, "seeds-not-set", ()),
    "yanis, threshold": (changed(without(YANIS, "# Tâche 10"), ("v.data > 0.5", "v.data > 0.8")), 5, "binary-value", (10,)),
    "nina, eight neurons": (changed(NINA, ("m16 = MLP(2, [16, 1])", "m16 = MLP(2, [8, 1])")), 10, "other-size", ()),
    "nina, rate constant": (changed(NINA, ("taux = 1 - it*0.1", "taux = 0.1")), 9, "rate-constant", ()),
    "omar, absolute error": (changed(OMAR, ("[(u-v)**2 for u, v", "[((u-v)**2)**0.5 for u, v")), 7, "not-squared", ()),
    "omar, five iterations": (changed(OMAR, ("Prof(net).enseigne(10)", "Prof(net).enseigne(5)")), 9, "steps-ignored", ()),
    "anne, half": (changed(ANNE, ("squared = difference ** 2", "squared = difference ** 2 / 2"), ("slope = -2 *", "slope = -1 *")), 3, "error-half", (4,)),
    "anne, no graph of task 8": (changed(ANNE, ("loss.backward()\ndraw_dot(loss)", "loss.backward()")), 8, "no-graph", ()),
    "paul, fifty points": (changed(PAUL, ("make_moons(100", "make_moons(50")), 6, "moons-count", ()),
    "paul, no seed": (changed(PAUL, ("np.random.seed(42)\nrandom.seed(42)\nperc", "random.seed(3)\nperc")), 1, "seeds-not-set", ()),
    "sarah, one update": (changed(SARAH, ("range(15)", "range(1)"), ("0.1*w.grad", "0.001*w.grad")), 5, "not-enough-updates", ()),
    "sarah, other input": (changed(SARAH, ("np.array([0.888, 0.777])", "np.array([0.888, 0.222])")), 3, "other-input", (4, 5)),
    "tom, no training": (changed(TOM, ("entraine('seize', 100)", "")), 10, "no-train", ()),
    "tom, squared twice": (changed(TOM, ("perte += (o - yi) ** 2", "perte += (o - yi) ** 4")), 7, "loss-value", ()),
}  # fmt: skip
