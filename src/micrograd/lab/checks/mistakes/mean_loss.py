"""Task 7: ``model_loss``. A loss that is wrong in the same way may also be what tasks 9 and 10 descend.

``loss`` and ``accuracy`` are those of a network's ``Outputs`` on drawn samples.
"""

from __future__ import annotations

import math

from micrograd.lab.checks.mistakes.mistake import Mistake

MISTAKES = (
    Mistake(
        "no-model-loss",
        (7,),
        fr="la fonction model_loss n'est pas encore écrite",
        en="the function model_loss is not written yet",
    ),
    Mistake(
        "sum-for-mean",
        (7, 9, 10),
        fr="model_loss renvoie la somme des erreurs ; la moyenne est demandée",
        en="model_loss returns the sum of the errors; the mean was asked for",
        shows={
            "loss": lambda s: sum(s.squares),
        },
    ),
    Mistake(
        "not-squared",
        (7, 9, 10),
        fr="l'erreur est la moyenne des écarts ; celle de leurs carrés est demandée",
        en="the loss is the mean of the distances; the mean of their squares was asked for",
        shows={
            "loss": lambda s: s.mean(abs(o - label) for o, label in s.pairs),
        },
    ),
    Mistake(
        "half-mean",
        (7, 9, 10),
        fr="l'erreur est la moitié de la moyenne des carrés",
        en="the loss is half the mean of the squares",
        shows={
            "loss": lambda s: s.mean(s.squares) / 2,
        },
    ),
    Mistake(
        "root",
        (7, 9, 10),
        fr="l'erreur est la racine de la moyenne des carrés ; la moyenne elle-même est demandée",
        en="the loss is the root of the mean of the squares; the mean itself was asked for",
        shows={
            "loss": lambda s: math.sqrt(s.mean(s.squares)),
        },
    ),
    Mistake(
        "last-only",
        (7, 9, 10),
        fr="seul le dernier point compte dans l'erreur : que devient celle des autres ?",
        en="only the last point counts in the loss: what becomes of the others?",
        shows={
            "loss": lambda s: s.squares[-1],
            "loss, divided": lambda s: s.squares[-1] / len(s.labels),
        },
    ),
    Mistake(
        "first-only",
        (7, 9, 10),
        fr="seul le premier point compte dans l'erreur : la fonction renvoie-t-elle son résultat trop tôt ?",
        en="only the first point counts in the loss: does the function return too early?",
        shows={
            "loss": lambda s: s.squares[0],
            "loss, divided": lambda s: s.squares[0] / len(s.labels),
        },
    ),
    Mistake(
        "difference",
        (7, 9, 10),
        fr=(
            "l'erreur est la moyenne des écarts avec leur signe, qui se compensent ; celle de leurs carrés est "
            "demandée"
        ),
        en=(
            "the loss is the mean of the differences with their signs, which cancel out; that of their squares was "
            "asked for"
        ),
        shows={
            "loss": lambda s: s.mean(o - label for o, label in s.pairs),
            "loss, reversed": lambda s: s.mean(label - o for o, label in s.pairs),
        },
    ),
    Mistake(
        "mean-of-means",
        (7, 9, 10),
        fr="l'erreur est divisée deux fois par le nombre de points",
        en="the loss is divided by the number of points twice",
        shows={
            "loss": lambda s: s.mean(s.squares) / len(s.labels),
        },
    ),
    Mistake(
        "hundredth",
        (7, 9, 10),
        fr="la somme est divisée par 100 quel que soit le nombre de points",
        en="the sum is divided by 100 whatever the number of points",
        shows={
            "loss": lambda s: sum(s.squares) / 100,
        },
    ),
    Mistake(
        "square-of-mean",
        (7, 9, 10),
        fr="c'est le carré de la moyenne des écarts ; la moyenne de leurs carrés est demandée",
        en="this is the square of the mean difference; the mean of the squares was asked for",
        shows={
            "loss": lambda s: s.mean(o - label for o, label in s.pairs) ** 2,
        },
    ),
    Mistake(
        "hinge",
        (7, 9, 10),
        fr="c'est l'erreur à marge (hinge) ; l'erreur quadratique moyenne est demandée",
        en="this is the hinge loss; the mean squared error was asked for",
        shows={
            "loss": lambda s: s.mean(max(0.0, 1 - (2 * label - 1) * z) for z, label in zip(s.z, s.labels)),
        },
    ),
    Mistake(
        "binary-in-loss",
        (7, 9, 10),
        fr="l'erreur compare l'étiquette prédite (0 ou 1) à l'attendue : elle ne dépend plus en douceur des poids",
        en=(
            "the loss compares the predicted label (0 or 1) with the expected one: it no longer depends smoothly on "
            "the weights"
        ),
        shows={
            "loss": lambda s: s.mean((float(o > 0.5) - label) ** 2 for o, label in s.pairs),
        },
    ),
    Mistake(
        "cross-entropy",
        (7, 9, 10),
        fr="c'est l'entropie croisée ; l'erreur quadratique moyenne est demandée",
        en="this is the cross-entropy; the mean squared error was asked for",
        shows={
            "loss": lambda s: s.mean(
                -math.log(max(o if label > 0.5 else 1 - o, 1e-300)) for o, label in s.pairs
            ),
        },
    ),
    Mistake(
        "other-model",
        (7,),
        fr="model_loss donne la même erreur quel que soit le modèle : mesure-t-elle celui qu'elle reçoit ?",
        en="model_loss gives the same loss whatever the model: does it measure the one that it is given?",
    ),
    Mistake(
        "other-data",
        (7,),
        fr=(
            "model_loss donne la même erreur quelles que soient les données : calcule-t-elle avec celles qu'elle "
            "reçoit ?"
        ),
        en="model_loss gives the same loss whatever the data: does it compute with the data that it is given?",
    ),
    Mistake(
        "loss-value",
        (7,),
        fr="model_loss donne une erreur de {got} là où l'on attend {expected} : reprenez la formule pas à pas",
        en="model_loss gives a loss of {got} where {expected} is expected: go through the formula step by step",
    ),
    Mistake(
        "loss-plain-number",
        (7,),
        fr="l'erreur est un simple nombre : sans le graphe, elle ne pourra pas être propagée",
        en="the loss is a plain number: without its graph it cannot be propagated",
    ),
    Mistake(
        "loss-cut-off",
        (7,),
        fr="l'erreur ne remonte pas jusqu'aux poids : quelque chose, en chemin, coupe le graphe",
        en="the loss does not lead back to the weights: something on the way cuts the graph",
    ),
    Mistake(
        "accuracy-missing",
        (7,),
        fr="model_loss renvoie l'erreur seule ; la précision est demandée aussi",
        en="model_loss returns the loss alone; the accuracy was asked for too",
    ),
    Mistake(
        "accuracy-not-number",
        (7,),
        fr="la précision renvoyée n'est pas un nombre",
        en="the accuracy that is returned is not a number",
    ),
    Mistake(
        "accuracy-before-sigmoid",
        (7,),
        fr="la prédiction compare à 0,5 la sortie d'avant la sigmoïde",
        en="the prediction compares the output from before the sigmoid with 0.5",
        shows={
            "accuracy": lambda s: s.share((z > 0.5) == (label > 0.5) for z, label in zip(s.z, s.labels)),
        },
    ),
    Mistake(
        "accuracy-always-zero",
        (7,),
        fr="la précision est celle d'un modèle qui prédit toujours 0 : que compare-t-on à l'étiquette ?",
        en="the accuracy is that of a model that always predicts 0: what is compared with the label?",
        shows={
            "accuracy": lambda s: s.share(label < 0.5 for label in s.labels),
        },
    ),
    Mistake(
        "accuracy-ones",
        (7,),
        fr="la précision compte les prédictions qui valent 1, sans les comparer aux étiquettes",
        en="the accuracy counts the predictions that are 1, without comparing them with the labels",
        shows={
            "accuracy": lambda s: s.share(z > 0 for z in s.z),
        },
    ),
    Mistake(
        "accuracy-errors",
        (7,),
        fr="la précision compte les mauvaises prédictions au lieu des bonnes",
        en="the accuracy counts the wrong predictions instead of the right ones",
        shows={
            "accuracy": lambda s: s.share((z > 0) != (label > 0.5) for z, label in zip(s.z, s.labels)),
        },
    ),
    Mistake(
        "accuracy-count",
        (7,),
        fr="la précision est un nombre de points ; une proportion est demandée",
        en="the accuracy is a number of points; a share was asked for",
        shows={
            "accuracy": lambda s: float(sum((z > 0) == (label > 0.5) for z, label in zip(s.z, s.labels))),
        },
    ),
    Mistake(
        "accuracy-value",
        (7,),
        fr="la précision renvoyée est {got} là où {expected} des prédictions sont bonnes",
        en="the accuracy returned is {got} where {expected} of the predictions are right",
    ),
    Mistake(
        "model-loss-trains",
        (7,),
        fr="model_loss change les poids du modèle : mesurer n'est pas entraîner",
        en="model_loss changes the model's weights: measuring is not training",
    ),
)
