"""What can be amiss in any task: no mistake of its own, or one that the run decides."""

from __future__ import annotations

from micrograd.lab.checks.mistakes.mistake import EVERY_TASK, Mistake

MISTAKES = (
    Mistake(
        "tampered",
        EVERY_TASK,
        fr="les observations de cette tâche sont illisibles : le notebook est intervenu dans la vérification",
        en="the observations of this task cannot be read: the notebook interfered with the check",
    ),
    Mistake(
        "not-observable",
        EVERY_TASK,
        fr="nos vérifications n'ont pas pu lire vos variables : {error}",
        en="our checks could not read your variables: {error}",
    ),
    Mistake(
        "not-run",
        EVERY_TASK,
        fr="cette tâche n'a pas pu être exécutée : le notebook s'est arrêté avant",
        en="this task could not be run: the notebook stopped before it",
    ),
    Mistake(
        "too-slow",
        EVERY_TASK,
        fr="nos appels à vos fonctions ne se terminent pas à temps : une boucle sans fin ?",
        en="our calls to your functions do not end in time: an endless loop?",
    ),
    Mistake(
        "function-failed",
        (2, 5, 7),
        fr="{name} s'arrête sur une erreur avec nos données : {error}",
        en="{name} stops with an error on our data: {error}",
    ),
    Mistake(
        "returns-nothing",
        (2, 5, 7),
        fr="{name} ne renvoie encore rien : que doit recevoir celui qui l'appelle ?",
        en="{name} returns nothing yet: what should its caller receive?",
    ),
    Mistake(
        "returns-no-number",
        (2, 7),
        fr="{name} renvoie un objet ({kind}) dont on ne peut tirer un nombre",
        en="{name} returns an object ({kind}) that holds no number",
    ),
    Mistake(
        "after-task",
        (3, 4, 5, 6, 7, 8, 9, 10),
        fr="à regarder après la tâche {task}, sur laquelle elle s'appuie",
        en="to be looked at after task {task}, which it stands on",
    ),
    Mistake(
        "from-package",
        EVERY_TASK,
        fr="le code de cette tâche est pris dans le paquet installé (micrograd.lab) : ce n'est pas un travail rendu",
        en="this task's code is taken out of the installed package (micrograd.lab): that is no work handed in",
    ),
    Mistake(
        "seeds-not-set",
        (1, 6),
        fr=(
            "les nombres tirés ne sont pas ceux du sujet : les deux graines (random et NumPy) sont-elles fixées à 42 "
            "juste avant, et rien d'autre tiré entre-temps ?"
        ),
        en=(
            "the numbers drawn are not the handout's: are both seeds (random's and NumPy's) set to 42 just before, "
            "with nothing else drawn in between?"
        ),
    ),
    Mistake(
        "no-graph",
        (3, 8),
        fr="aucun graphe n'est affiché dans cette tâche",
        en="no graph is shown in this task",
    ),
)
