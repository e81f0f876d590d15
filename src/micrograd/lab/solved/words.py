"""The words of ``micrograd lab run`` and of its report, in both languages."""

from __future__ import annotations

from micrograd.language import Language

WORDS: dict[Language, dict[str, str]] = {
    "fr": {
        "report": "Compte rendu du TP",
        "colon": " : ",
        "all same": "Tout concorde : {count} résultats sur {count} sont ceux du sujet.",
        "some differ": "{different} résultat(s) sur {count} diffèrent de ceux du sujet.",
        "same": "égal",
        "different": "différent",
        "task": "Tâche",
        "what": "Quoi",
        "got": "Obtenu",
        "expected": "Attendu par le sujet",
        "result": "Résultat",
        "contents": "Sommaire",
        "compared": "Comparaison avec le sujet",
        "compared task": "Comparaison avec le sujet, tâche {task}",
        "code": "Code",
        "output": "Sortie",
        "log": "Journal de l'exécution (se fait défiler)",
        "explore": "Parcourir ce graphe, nombre par nombre",
        "scrolls": "(se fait défiler de côté là où il est trop large)",
        "how to read": (
            "Cette page contient le TP entier, corrigé et exécuté : l'énoncé de chaque tâche, le code, "
            "ce qu'il produit, les réponses aux questions. À la fin de chaque tâche, ce qui en est sorti "
            "est mis en regard de ce que le sujet attend."
        ),
        "environment": (
            "micrograd-lab {version}, moteur {engine} ; Python {python} ; {libraries}. "
            "Exécuté en {seconds} s."
        ),
        "compiled": "compilé",
        "plain": "en Python pur",
        "theme": "Clair ou sombre",
        "top": "Haut de page",
        "running": "Exécution du TP",
        "writing": "Écriture du compte rendu",
        "report at": "Compte rendu : {path}",
        "notebook at": "Notebook exécuté : {path}",
        "not a folder": "{path} n'est pas un dossier : choisissez-en un autre avec --output",
        "not writable": (
            "impossible d'écrire dans le dossier {path} ({reason}) : choisissez-en un autre avec --output"
        ),
        "failed": "le notebook s'est arrêté sur une erreur : {reason}",
    },
    "en": {
        "report": "Report on the lab",
        "colon": ": ",
        "all same": "Everything agrees: {count} results out of {count} are the handout's.",
        "some differ": "{different} result(s) out of {count} differ from the handout's.",
        "same": "equal",
        "different": "different",
        "task": "Task",
        "what": "What",
        "got": "Came out",
        "expected": "Expected by the handout",
        "result": "Result",
        "contents": "Contents",
        "compared": "Compared with the handout",
        "compared task": "Compared with the handout, task {task}",
        "code": "Code",
        "output": "Output",
        "log": "Log of the run (scrolls)",
        "explore": "Walk through this graph, number by number",
        "scrolls": "(scrolls sideways where it is too wide)",
        "how to read": (
            "This page holds the whole lab, solved and executed: the statement of each task, the code, what "
            "it brings out, the answers to the questions. At the end of each task, what came out stands "
            "beside what the handout expects."
        ),
        "environment": (
            "micrograd-lab {version}, {engine} engine; Python {python}; {libraries}. Executed in {seconds} s."
        ),
        "compiled": "compiled",
        "plain": "plain Python",
        "theme": "Light or dark",
        "top": "Top of the page",
        "running": "Executing the lab",
        "writing": "Writing the report",
        "report at": "Report: {path}",
        "notebook at": "Executed notebook: {path}",
        "not a folder": "{path} is not a folder: choose another one with --output",
        "not writable": "cannot write into the folder {path} ({reason}): choose another one with --output",
        "failed": "the notebook stopped with an error: {reason}",
    },
}

# What each figure shows, for the caption and for who does not see it; by the ID of the cell that draws it.
FIGURES: dict[Language, dict[str, str]] = {
    "fr": {
        "task-3-graph": "Graphe des gradients du perceptron, de l'entrée et des poids jusqu'à l'erreur",
        "task-6-plot": "Cent points en deux croissants emboîtés, une couleur et une forme par étiquette",
        "task-8-graph": "Graphe des gradients du réseau à deux neurones cachés, pour un point",
        "task-9-boundary": "Frontière de décision avec deux neurones cachés, après 10 itérations",
        "task-10-curves": "Erreur moyenne et précision sur 100 itérations, avec seize neurones cachés",
        "task-10-boundary": "Frontière de décision avec seize neurones cachés, après 100 itérations",
    },
    "en": {
        "task-3-graph": "Graph of the perceptron's gradients, from the input and the weights to the error",
        "task-6-plot": "A hundred points in two interlocking half-moons, a colour and a shape for each label",
        "task-8-graph": "Graph of gradients of the network with two hidden neurons, for one point",
        "task-9-boundary": "Decision boundary with two hidden neurons, after 10 iterations",
        "task-10-curves": "Mean loss and accuracy over the 100 iterations, with sixteen hidden neurons",
        "task-10-boundary": "Decision boundary with sixteen hidden neurons, after 100 iterations",
    },
}
