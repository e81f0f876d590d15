"""What ``grade`` and its report say, in both languages."""

from __future__ import annotations

from micrograd.language import Language

WORDS: dict[Language, dict[str, str]] = {
    "fr": {
        "colon": " :",
        "no such": "{path} n'existe pas : donnez un dossier de rendus, un notebook, ou un fichier d'adresses Git",
        "nothing there": "{path} ne contient aucun rendu (ni dossier, ni notebook, ni adresse)",
        "no list": "{path} n'est pas une liste d'adresses Git (du texte, une adresse par ligne)",
        "bad line": "{path}, ligne {number} : « {line} » n'est pas une adresse, ni un login suivi d'une adresse",
        "not writable": "impossible d'écrire dans {path} ({reason}) : choisissez un autre dossier avec --output",
        "no scheduler": "l'ordonnanceur Dask {address} ne répond pas : {reason}",
        "bad deadline": "« {given} » n'est pas une date : écrivez 2023-12-15 ou 2023-12-15T18:00",
        "bad jobs": "--jobs demande un nombre d'au moins 1, et non {given}",
        "grading": "Évaluation",
        "graded": "{count} rendus : {new} évalués, {kept} inchangés depuis la dernière fois, {failed} sans note"
        " complète. Durée : {seconds} s.",
        "interrupted": "Interrompu : {count} rendus sur {all} sont évalués et gardés ; la même commande continue.",
        "report at": "Page : {path}",
        "csv at": "Tableau : {path}",
        # The report
        "title": "TP1, descente de gradient : évaluation",
        "summary": "{count} rendus, évalués le {when}.",
        "date": "%d/%m/%Y à %H\u00a0h\u00a0%M",
        "points": "Les vérifications donnent jusqu'à {checked} points ; les réponses en mots, {words}, que vous"
        " attribuez en les lisant.",
        "class": "La classe",
        "answers": "Réponses en mots",
        "students": "Rendu par rendu",
        "login": "Login",
        "tag": "Tag",
        "total": "Total",
        "state": "État",
        "task": "Tâche",
        "task short": "T{number}",
        "one point": "1 point",
        "points of": "{points} points",
        "no answer": "Sans réponse",
        "hints": "Remarques",
        "logs": "Affichages",
        "figures": "Figures",
        "errors": "Erreurs",
        "outside": "Hors des tâches",
        "cut": "affichage trop long, coupé",
        "strangers": "Le notebook a tenté de parler à la place des vérifications ({count} message(s) rejeté(s)).",
        "isolation was": "Isolation : {kind}.",
        "right legend": "tout juste",
        "partly legend": "en partie",
        "wrong legend": "à reprendre",
        "top": "haut de page",
        "figure of": "Figure de la tâche {number}",
        "figure outside": "Figure hors des tâches",
        # Tags
        "on-time": "{when}",
        "late": "en retard : {when}",
        "missing": "absent",
        "none": "—",
        # States
        "fine": "évalué",
        "error in": "évalué, une cellule en erreur",
        "errors in": "évalué, {count} cellules en erreur",
        "end time": "arrêté : temps écoulé ({seconds} s)",
        "end memory": "arrêté : trop de mémoire",
        "end processes": "arrêté : trop de processus",
        "end written": "arrêté : trop d'octets écrits",
        "end flood": "arrêté : trop de sorties",
        "end died": "arrêté de lui-même ({detail})",
        "forged": "évalué ; a tenté de parler à la place des vérifications",
        "slow": "évalué, une cellule arrêtée faute de temps",
        "too-large": "pas un notebook : trop gros ({detail})",
        "empty-file": "le notebook est un fichier vide",
        "not-json": "pas un notebook : ce n'est pas du JSON ({detail})",
        "old-format": "notebook d'un format trop ancien ({detail})",
        "no-notebook": "pas un notebook : du JSON, mais sans cellules",
        "too-many-cells": "trop de cellules ({detail})",
        "link": "le notebook est un lien vers ailleurs ({detail}) : refusé",
        "not-a-file": "le notebook n'est pas un fichier ordinaire ({detail})",
        "no-file": "pas de notebook ({detail} manque)",
        "no-git": "le dépôt Git n'est pas lisible ({detail})",
        "no-clone": "le dépôt n'a pas pu être cloné ({detail})",
        "unreadable": "illisible ({detail})",
    },
    "en": {
        "colon": ":",
        "no such": "{path} does not exist: give a folder of submissions, a notebook, or a file of Git remotes",
        "nothing there": "{path} holds no submission (no folder, no notebook, no address)",
        "no list": "{path} is no list of Git remotes (text, one address a line)",
        "bad line": '{path}, line {number}: "{line}" is no address, nor a login and an address',
        "not writable": "cannot write to {path} ({reason}): choose another folder with --output",
        "no scheduler": "the Dask scheduler {address} does not answer: {reason}",
        "bad deadline": '"{given}" is no date: write 2023-12-15 or 2023-12-15T18:00',
        "bad jobs": "--jobs takes a number of at least 1, not {given}",
        "grading": "Grading",
        "graded": "{count} submissions: {new} graded, {kept} unchanged since last time, {failed} without a complete"
        " grade. It took {seconds} s.",
        "interrupted": "Interrupted: {count} of {all} submissions are graded and kept; the same command goes on.",
        "report at": "Page: {path}",
        "csv at": "Table: {path}",
        "title": "Lab 1, gradient descent: grades",
        "summary": "{count} submissions, graded on {when}.",
        "date": "%Y-%m-%d at %H:%M",
        "points": "The checks give up to {checked} points; the answers in words {words}, which you give as you read"
        " them.",
        "class": "The class",
        "answers": "Answers in words",
        "students": "Submission by submission",
        "login": "Login",
        "tag": "Tag",
        "total": "Total",
        "state": "State",
        "task": "Task",
        "task short": "T{number}",
        "one point": "1 point",
        "points of": "{points} points",
        "no answer": "No answer",
        "hints": "Remarks",
        "logs": "Output",
        "figures": "Figures",
        "errors": "Errors",
        "outside": "Outside of the tasks",
        "cut": "output too long, cut",
        "strangers": "The notebook tried to speak for the checks ({count} message(s) turned away).",
        "isolation was": "Isolation: {kind}.",
        "right legend": "all right",
        "partly legend": "in part",
        "wrong legend": "not yet",
        "top": "top",
        "figure of": "Figure of task {number}",
        "figure outside": "Figure outside of the tasks",
        "on-time": "{when}",
        "late": "late: {when}",
        "missing": "missing",
        "none": "—",
        "fine": "graded",
        "error in": "graded, one cell with an error",
        "errors in": "graded, {count} cells with an error",
        "end time": "stopped: out of time ({seconds} s)",
        "end memory": "stopped: too much memory",
        "end processes": "stopped: too many processes",
        "end written": "stopped: too many bytes written",
        "end flood": "stopped: too much output",
        "end died": "ended by itself ({detail})",
        "forged": "graded; it tried to speak for the checks",
        "slow": "graded, a cell was stopped for want of time",
        "too-large": "no notebook: too large ({detail})",
        "empty-file": "the notebook is an empty file",
        "not-json": "no notebook: this is not JSON ({detail})",
        "old-format": "a notebook of a format too old ({detail})",
        "no-notebook": "no notebook: JSON, but without cells",
        "too-many-cells": "too many cells ({detail})",
        "link": "the notebook is a link to elsewhere ({detail}): refused",
        "not-a-file": "the notebook is no ordinary file ({detail})",
        "no-file": "no notebook ({detail} is missing)",
        "no-git": "the Git repository cannot be read ({detail})",
        "no-clone": "the repository could not be cloned ({detail})",
        "unreadable": "cannot be read ({detail})",
    },
}


def state(result: dict[str, object], language: Language) -> str:
    """Return in one line how the grading of a submission went."""
    words = WORDS[language]
    detail = " ".join(str(result["detail"]).split())[:160]
    if result["problem"]:
        return words[str(result["problem"])].format(detail=detail)
    if result["end"] != "finished":
        seconds = f"{float(str(result['seconds'])):.0f}"
        return words[f"end {result['end']}"].format(detail=detail, seconds=seconds)
    if result["strangers"]:
        return words["forged"]
    shown = result["shown"]
    errors = [item for item in shown if item["kind"] == "error"] if isinstance(shown, list) else []
    if any(str(item["text"]).startswith("Timeout:") for item in errors):
        return words["slow"]
    if not errors:
        return words["fine"]
    return words["errors in" if len(errors) > 1 else "error in"].format(count=len(errors))


def tagged(result: dict[str, object], language: Language) -> str:
    """Return in a few words when the tag was set, and whether that was too late."""
    when = str(result["tagged_at"])[:16].replace("T", " ")
    return WORDS[language][str(result["tag"])].format(when=f"{when} UTC" if when else "?")
