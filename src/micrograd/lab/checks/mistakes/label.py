"""Task 5's function for the label, and what becomes of it in the accuracy of task 7."""

from __future__ import annotations

from micrograd.lab.checks.mistakes.mistake import Mistake

MISTAKES = (
    Mistake(
        "no-binary",
        (5,),
        fr="la fonction binary n'est pas encore écrite",
        en="the function binary is not written yet",
    ),
    Mistake(
        "threshold-zero",
        (5, 7),
        fr=(
            "toute sortie reçoit l'étiquette 1 ; or une sigmoïde ne descend jamais sous 0. Où est le milieu entre 0 "
            "et 1, et quelle valeur la prédiction regarde-t-elle ?"
        ),
        en=(
            "every output gets the label 1; but a sigmoid never goes below 0. Where is the middle between 0 and 1, "
            "and which value does the prediction look at?"
        ),
        shows={
            "accuracy": lambda s: s.share(label > 0.5 for label in s.labels),
        },
    ),
    Mistake(
        "labels-minus-one",
        (5, 6, 7, 9, 10),
        fr="les étiquettes sont −1 et 1 ; une sigmoïde ne descend jamais sous 0, elle ne peut pas atteindre −1",
        en="the labels are −1 and 1; a sigmoid never goes below 0, it cannot reach −1",
        shows={
            "loss": lambda s: s.mean((o - (2 * label - 1)) ** 2 for o, label in s.pairs),
            "accuracy": lambda s: s.share(z > 0 and label > 0.5 for z, label in zip(s.z, s.labels)),
        },
    ),
    Mistake(
        "binary-swapped",
        (5,),
        fr="les étiquettes 0 et 1 sont échangées : laquelle revient à une sortie au-dessus de 0,5 ?",
        en="the labels 0 and 1 are swapped: which one belongs to an output above 0.5?",
    ),
    Mistake(
        "binary-sigmoid",
        (5,),
        fr="binary applique encore la sigmoïde à une sortie qui y est déjà passée",
        en="binary applies the sigmoid again to an output that has been through it already",
    ),
    Mistake(
        "binary-value",
        (5,),
        fr="binary renvoie {got} pour une sortie de {input} ; l'étiquette est 1 au-dessus de 0,5, sinon 0",
        en="binary returns {got} for an output of {input}; the label is 1 above 0.5, otherwise 0",
    ),
)
