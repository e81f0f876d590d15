"""The words of ``micrograd lab run`` and of its report, in both languages."""

from __future__ import annotations

from functools import partial

from micrograd import language
from micrograd.language import Texts

WORDS: Texts = {
    "report": {"fr": "Compte rendu du TP", "en": "Report on the lab"},
    "colon": {"fr": " : ", "en": ": "},
    "all same": {
        "fr": "Tout concorde : {count} résultats sur {count} sont ceux du sujet.",
        "en": "Everything agrees: {count} results out of {count} are the handout's.",
    },
    "some differ": {
        "fr": "{different} résultat(s) sur {count} diffèrent de ceux du sujet.",
        "en": "{different} result(s) out of {count} differ from the handout's.",
    },
    "same": {"fr": "égal", "en": "equal"},
    "different": {"fr": "différent", "en": "different"},
    "task": {"fr": "Tâche", "en": "Task"},
    "what": {"fr": "Quoi", "en": "What"},
    "got": {"fr": "Obtenu", "en": "Came out"},
    "expected": {"fr": "Attendu par le sujet", "en": "Expected by the handout"},
    "result": {"fr": "Résultat", "en": "Result"},
    "contents": {"fr": "Sommaire", "en": "Contents"},
    "compared": {"fr": "Comparaison avec le sujet", "en": "Compared with the handout"},
    "compared task": {
        "fr": "Comparaison avec le sujet, tâche {task}",
        "en": "Compared with the handout, task {task}",
    },
    "code": {"fr": "Code", "en": "Code"},
    "output": {"fr": "Sortie", "en": "Output"},
    "log": {"fr": "Journal de l'exécution (se fait défiler)", "en": "Log of the run (scrolls)"},
    "explore": {
        "fr": "Parcourir ce graphe, nombre par nombre",
        "en": "Walk through this graph, number by number",
    },
    "scrolls": {
        "fr": "(se fait défiler de côté là où il est trop large)",
        "en": "(scrolls sideways where it is too wide)",
    },
    "how to read": {
        "fr": "Cette page contient le TP entier, corrigé et exécuté : l'énoncé de chaque tâche, le code, ce "
        "qu'il produit, les réponses aux questions. À la fin de chaque tâche, ce qui en est sorti est mis "
        "en regard de ce que le sujet attend.",
        "en": "This page holds the whole lab, solved and executed: the statement of each task, the code, what it "
        "brings out, the answers to the questions. At the end of each task, what came out stands beside "
        "what the handout expects.",
    },
    "environment": {
        "fr": "micrograd-lab {version}, moteur {engine} ; Python {python} ; {libraries}. Exécuté en {seconds} s.",
        "en": "micrograd-lab {version}, {engine} engine; Python {python}; {libraries}. Executed in {seconds} s.",
    },
    "compiled": {"fr": "compilé", "en": "compiled"},
    "plain": {"fr": "en Python pur", "en": "plain Python"},
    "theme": {"fr": "Clair ou sombre", "en": "Light or dark"},
    "top": {"fr": "Haut de page", "en": "Top of the page"},
    "running": {"fr": "Exécution du TP", "en": "Executing the lab"},
    "report at": {"fr": "Compte rendu : {path}", "en": "Report: {path}"},
    "notebook at": {"fr": "Notebook exécuté : {path}", "en": "Executed notebook: {path}"},
}

# What each figure shows, for the caption and for who does not see it; by the ID of the cell that draws it.
_FIGURES: Texts = {
    "task-3-graph": {
        "fr": "Graphe des gradients du perceptron, de l'entrée et des poids jusqu'à l'erreur",
        "en": "Graph of the perceptron's gradients, from the input and the weights to the error",
    },
    "task-6-plot": {
        "fr": "Cent points en deux croissants emboîtés, une couleur et une forme par étiquette",
        "en": "A hundred points in two interlocking half-moons, a colour and a shape for each label",
    },
    "task-8-graph": {
        "fr": "Graphe des gradients du réseau à deux neurones cachés, pour un point",
        "en": "Graph of gradients of the network with two hidden neurons, for one point",
    },
    "task-9-boundary": {
        "fr": "Frontière de décision avec deux neurones cachés, après 10 itérations",
        "en": "Decision boundary with two hidden neurons, after 10 iterations",
    },
    "task-10-curves": {
        "fr": "Erreur moyenne et précision sur 100 itérations, avec seize neurones cachés",
        "en": "Mean loss and accuracy over the 100 iterations, with sixteen hidden neurons",
    },
    "task-10-boundary": {
        "fr": "Frontière de décision avec seize neurones cachés, après 100 itérations",
        "en": "Decision boundary with sixteen hidden neurons, after 100 iterations",
    },
}

FIGURES = language.typeset(_FIGURES)

say = partial(language.say, WORDS)
