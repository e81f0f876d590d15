"""Tasks 1, 3 and 4: the perceptron, its error on one sample, and the three gradients by hand.

``error`` is the error of the handout's sample, whose output is ``z`` before the sigmoid.
"""

from __future__ import annotations

from micrograd.lab.checks.mistakes.mistake import Mistake
from micrograd.lab.checks.reference import sigmoid

MISTAKES = (
    Mistake(
        "no-perceptron",
        (1, 5),
        fr="aucun modèle à un neurone et deux entrées n'est encore là (nous le cherchons sous le nom perceptron)",
        en="there is no model of one neuron with two inputs yet (we look for it under the name perceptron)",
    ),
    Mistake(
        "perceptron-size",
        (1,),
        fr="le modèle a {count} paramètres ; deux entrées et un seul neurone en font 3",
        en="the model has {count} parameters; two inputs and a single neuron make 3",
    ),
    Mistake(
        "perceptron-call",
        (1,),
        fr="le modèle ne donne pas de nombre pour deux entrées : {error}",
        en="the model gives no number for two inputs: {error}",
    ),
    Mistake(
        "perceptron-not-linear",
        (1,),
        fr="la sortie n'est pas w0·x0 + w1·x1 + b : un neurone de sortie n'a pas de fonction d'activation",
        en="the output is not w0·x0 + w1·x1 + b: an output neuron has no activation function",
    ),
    Mistake(
        "no-error",
        (3, 4),
        fr="la sortie et l'erreur ne sont pas encore calculées (nous les cherchons sous les noms output et error)",
        en="the output and the error are not computed yet (we look for them under the names output and error)",
    ),
    Mistake(
        "error-not-value",
        (3,),
        fr="error est un simple nombre : il ne peut pas se propager. L'erreur doit rester une Value",
        en="error is a plain number: it cannot be propagated. The error has to stay a Value",
    ),
    Mistake(
        "no-backward",
        (3,),
        fr="l'erreur n'a pas encore été propagée : son propre gradient n'est pas 1",
        en="the error has not been propagated yet: its own gradient is not 1",
    ),
    Mistake(
        "other-input",
        (3,),
        fr="x ne contient pas l'entrée demandée, [0.888, 0.777]",
        en="x does not hold the input that was asked for, [0.888, 0.777]",
    ),
    Mistake(
        "other-target",
        (3,),
        fr="la sortie attendue est 1, et non {given}",
        en="the expected output is 1, not {given}",
        shows={
            "error": lambda z: sigmoid(z) ** 2,
        },
    ),
    Mistake(
        "error-not-squared",
        (3,),
        fr="l'erreur est l'écart à la cible, sans son carré",
        en="the error is the distance to the target, without its square",
        shows={
            "error": lambda z: 1 - sigmoid(z),
        },
    ),
    Mistake(
        "error-difference",
        (3,),
        fr="l'erreur est l'écart à la cible, sans son carré",
        en="the error is the distance to the target, without its square",
        shows={
            "error": lambda z: sigmoid(z) - 1,
        },
    ),
    Mistake(
        "error-half",
        (3,),
        fr="l'erreur est la moitié du carré de l'écart ; le sujet demande le carré",
        en="the error is half the square of the distance; the square was asked for",
        shows={
            "error": lambda z: (sigmoid(z) - 1) ** 2 / 2,
        },
    ),
    Mistake(
        "output-squared",
        (3,),
        fr="le carré porte sur la sortie seule, et non sur l'écart à la cible",
        en="the square is of the output alone, not of the distance to the target",
        shows={
            "error": lambda z: sigmoid(z) ** 2 - 1,
        },
    ),
    Mistake(
        "error-value",
        (3,),
        fr="error vaut {got:.4f} pour une sortie de {output:.4f} : est-ce bien le carré de l'écart à la cible ?",
        en="error is {got:.4f} for an output of {output:.4f}: is it the square of the distance to the target?",
    ),
    Mistake(
        "no-by-hand",
        (4,),
        fr=(
            "nous ne retrouvons pas les trois gradients (w0, w1, b) parmi vos calculs : partez de la dérivée de "
            "l'erreur et multipliez par chaque dérivée locale"
        ),
        en=(
            "we do not find the three gradients (w0, w1, b) among your computations: start from the derivative of "
            "the error and multiply by each local derivative"
        ),
    ),
    Mistake(
        "by-hand-swapped",
        (4,),
        fr=(
            "les trois nombres y sont, mais les gradients de {first} et de {second} sont échangés : quelle entrée "
            "chaque poids multiplie-t-il ?"
        ),
        en=(
            "the three numbers are there, but the gradients of {first} and {second} are swapped: which input does "
            "each weight multiply?"
        ),
    ),
    Mistake(
        "by-hand-unseen",
        (4,),
        fr="les gradients calculés ne sont pas dans des variables, et d'ici nous ne voyons qu'elles",
        en="the gradients you computed are in no variable, and variables are all that can be seen from here",
    ),
)
