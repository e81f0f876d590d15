"""Task 2: the sigmoid, and what becomes of it in the error of task 3 and the loss of task 7.

``sigmoid`` is what comes back for a number.
"""

from __future__ import annotations

import math

from micrograd.lab.checks.mistakes.mistake import Mistake
from micrograd.lab.checks.reference import sigmoid

MISTAKES = (
    Mistake(
        "no-sigmoid",
        (2,),
        fr="la fonction sigmoid n'est pas encore écrite",
        en="the function sigmoid is not written yet",
    ),
    Mistake(
        "sigmoid-unseen",
        (2,),
        fr="la sigmoïde ne prend pas d'argument : d'ici nous ne pouvons pas l'appeler. Quel est son argument ?",
        en="the sigmoid takes no argument: it cannot be called from here. What is its argument?",
    ),
    Mistake(
        "no-sigmoid-operation",
        (2,),
        fr="la fonction sigmoid_operation n'est pas encore écrite",
        en="the function sigmoid_operation is not written yet",
    ),
    Mistake(
        "sigmoid-plain-number",
        (2,),
        fr="sigmoid renvoie un simple nombre : il a oublié le graphe, et plus rien ne pourra être propagé",
        en="sigmoid returns a plain number: it has forgotten the graph, and nothing can be propagated any more",
    ),
    Mistake(
        "sigmoid-cut-off",
        (2,),
        fr=(
            "la valeur est juste, mais la Value renvoyée est toute neuve : elle ne sait plus d'où elle vient, et "
            "rien ne pourra être propagé jusqu'aux poids"
        ),
        en=(
            "the value is right, but the Value returned is a fresh one: it does not know where it comes from, and "
            "nothing can be propagated to the weights"
        ),
    ),
    Mistake(
        "sigmoid-twice",
        (2, 3, 7, 9, 10),
        fr="la sigmoïde est appliquée deux fois",
        en="the sigmoid is applied twice",
        shows={
            "sigmoid": lambda z: sigmoid(sigmoid(z)),
            "error": lambda z: (sigmoid(sigmoid(z)) - 1) ** 2,
            "loss": lambda s: s.mean((sigmoid(o) - label) ** 2 for o, label in s.pairs),
        },
    ),
    Mistake(
        "sigmoid-sign",
        (2, 3, 7, 9, 10),
        fr=(
            "la sigmoïde va dans l'autre sens : proche de 1 pour les grands négatifs. Regardez le signe dans "
            "l'exponentielle"
        ),
        en=(
            "the sigmoid runs the other way: near 1 for large negative numbers. Look at the sign inside the "
            "exponential"
        ),
        shows={
            "sigmoid": lambda z: sigmoid(-z),
            "error": lambda z: (sigmoid(-z) - 1) ** 2,
            "loss": lambda s: s.mean((1 - o - label) ** 2 for o, label in s.pairs),
        },
    ),
    Mistake(
        "sigmoid-derivative",
        (2,),
        fr="c'est la dérivée de la sigmoïde que la fonction renvoie, et non la sigmoïde",
        en="the function returns the sigmoid's derivative, not the sigmoid",
        shows={
            "sigmoid": lambda z: sigmoid(z) * (1 - sigmoid(z)),
        },
    ),
    Mistake(
        "sigmoid-tanh",
        (2,),
        fr="c'est la tangente hyperbolique : elle va de −1 à 1, et la sigmoïde de 0 à 1",
        en="this is the hyperbolic tangent: it runs from −1 to 1, and the sigmoid from 0 to 1",
        shows={
            "sigmoid": math.tanh,
        },
    ),
    Mistake(
        "sigmoid-unchanged",
        (2,),
        fr="la fonction renvoie son argument inchangé",
        en="the function returns its argument unchanged",
        shows={
            "sigmoid": lambda z: z,
        },
    ),
    Mistake(
        "no-sigmoid-on-output",
        (3, 7, 9, 10),
        fr="la sigmoïde n'est pas appliquée à la sortie du modèle",
        en="the sigmoid is not applied to the model's output",
        shows={
            "error": lambda z: (z - 1) ** 2,
            "loss": lambda s: s.mean((z - label) ** 2 for z, label in zip(s.z, s.labels)),
        },
    ),
    Mistake(
        "sigmoid-outside",
        (2,),
        fr="sigmoid({input}) donne {got} : une sigmoïde reste entre 0 et 1",
        en="sigmoid({input}) gives {got}: a sigmoid stays between 0 and 1",
    ),
    Mistake(
        "sigmoid-value",
        (2,),
        fr="sigmoid({input}) donne {got}, ce que la formule de l'énoncé ne donne pas",
        en="sigmoid({input}) gives {got}, which is not what the formula gives",
    ),
    Mistake(
        "operation-gradient",
        (2,),
        fr=(
            "la valeur est juste, mais le gradient qui traverse sigmoid_operation n'est pas celui d'une sigmoïde : "
            "le graphe connaît-il cette opération ?"
        ),
        en=(
            "the value is right, but the gradient that comes through sigmoid_operation is not a sigmoid's: does the "
            "graph know this operation?"
        ),
    ),
)
