"""What ``grade`` and its report say, in both languages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from micrograd.lab.words import UNREADABLE
from micrograd.language import Language, Texts, french, typeset

_WORDS: Texts = {
    "colon": {"fr": " :", "en": ":"},
    "no such": {
        "fr": "{path} n'existe pas : donnez un dossier de rendus, un notebook, ou un fichier d'adresses Git",
        "en": "{path} does not exist: give a folder of submissions, a notebook, or a file of Git remotes",
    },
    "nothing there": {
        "fr": "{path} ne contient aucun rendu (ni dossier, ni notebook, ni adresse)",
        "en": "{path} holds no submission (no folder, no notebook, no address)",
    },
    "no list": {
        "fr": "{path} n'est pas une liste d'adresses Git (du texte, une adresse par ligne)",
        "en": "{path} is no list of Git remotes (text, one address a line)",
    },
    "bad line": {
        "fr": "{path}, ligne {number} : « {line} » n'est pas une adresse, ni un login suivi d'une adresse",
        "en": '{path}, line {number}: "{line}" is no address, nor a login and an address',
    },
    "not writable": {
        "fr": "impossible d'écrire dans {path} ({reason}) : choisissez un autre dossier avec --output",
        "en": "cannot write to {path} ({reason}): choose another folder with --output",
    },
    "no scheduler": {
        "fr": "l'ordonnanceur Dask {address} ne répond pas : {reason}",
        "en": "the Dask scheduler {address} does not answer: {reason}",
    },
    "bad deadline": {
        "fr": "« {given} » n'est pas une date : écrivez 2023-12-15 ou 2023-12-15T18:00",
        "en": '"{given}" is no date: write 2023-12-15 or 2023-12-15T18:00',
    },
    "bad jobs": {
        "fr": "--jobs demande un nombre d'au moins 1, et non {given}",
        "en": "--jobs takes a number of at least 1, not {given}",
    },
    "grading": {"fr": "Évaluation", "en": "Grading"},
    "graded": {
        "fr": "{count} rendus : {new} évalués, {kept} inchangés depuis la dernière fois, {failed} sans note"
        " complète. Durée : {seconds} s.",
        "en": "{count} submissions: {new} graded, {kept} unchanged since last time, {failed} without a complete"
        " grade. It took {seconds} s.",
    },
    "waiting": {
        "fr": "Pas encore évalués : {count}. La même commande sans --only les évalue.",
        "en": "Not graded yet: {count}. The same command without --only grades them.",
    },
    "interrupted": {
        "fr": "Interrompu : {count} rendus sur {all} sont évalués et gardés ; la même commande continue.",
        "en": "Interrupted: {count} of {all} submissions are graded and kept; the same command goes on.",
    },
    "report at": {"fr": "Page : {path}", "en": "Page: {path}"},
    "csv at": {"fr": "Tableau : {path}", "en": "Table: {path}"},
    "title": {"fr": "TP1, descente de gradient : évaluation", "en": "Lab 1, gradient descent: grades"},
    "summary": {"fr": "{count} rendus, évalués le {when}.", "en": "{count} submissions, graded on {when}."},
    "date": {"fr": "%d/%m/%Y à %H\xa0h\xa0%M", "en": "%Y-%m-%d at %H:%M"},
    "points": {
        "fr": "Les vérifications donnent jusqu'à {checked} points ; les réponses en mots, {words}, que vous"
        " attribuez en les lisant.",
        "en": "The checks give up to {checked} points; the answers in words {words}, which you give as you read them.",
    },
    "class": {"fr": "La classe", "en": "The class"},
    "answers": {"fr": "Réponses en mots", "en": "Answers in words"},
    "students": {"fr": "Rendu par rendu", "en": "Submission by submission"},
    "login": {"fr": "Login", "en": "Login"},
    "tag": {"fr": "Tag", "en": "Tag"},
    "total": {"fr": "Total", "en": "Total"},
    "state": {"fr": "État", "en": "State"},
    "task": {"fr": "Tâche", "en": "Task"},
    "task short": {"fr": "T{number}", "en": "T{number}"},
    "one point": {"fr": "1 point", "en": "1 point"},
    "points of": {"fr": "{points} points", "en": "{points} points"},
    "no answer": {"fr": "Sans réponse", "en": "No answer"},
    "hints": {"fr": "Remarques", "en": "Remarks"},
    "logs": {"fr": "Affichages", "en": "Output"},
    "figures": {"fr": "Figures", "en": "Figures"},
    "errors": {"fr": "Erreurs", "en": "Errors"},
    "outside": {"fr": "Hors des tâches", "en": "Outside of the tasks"},
    "cut": {"fr": "affichage trop long, coupé", "en": "output too long, cut"},
    "strangers": {
        "fr": "Le notebook a tenté de parler à la place des vérifications ({count} message(s) rejeté(s)).",
        "en": "The notebook tried to speak for the checks ({count} message(s) turned away).",
    },
    "isolation was": {"fr": "Isolation : {kind}.", "en": "Isolation: {kind}."},
    "right legend": {"fr": "tout juste", "en": "all right"},
    "partly legend": {"fr": "en partie", "en": "in part"},
    "wrong legend": {"fr": "à reprendre", "en": "not yet"},
    "top": {"fr": "haut de page", "en": "top"},
    "figure of": {"fr": "Figure de la tâche {number}", "en": "Figure of task {number}"},
    "figure outside": {"fr": "Figure hors des tâches", "en": "Figure outside of the tasks"},
    "on-time": {"fr": "{when}", "en": "{when}"},
    "late": {"fr": "en retard : {when}", "en": "late: {when}"},
    "missing": {"fr": "absent", "en": "missing"},
    "none": {"fr": "—", "en": "—"},
    "fine": {"fr": "évalué", "en": "graded"},
    "error in": {"fr": "évalué, une cellule en erreur", "en": "graded, one cell with an error"},
    "errors in": {"fr": "évalué, {count} cellules en erreur", "en": "graded, {count} cells with an error"},
    "end time": {"fr": "arrêté : temps écoulé ({seconds} s)", "en": "stopped: out of time ({seconds} s)"},
    "end stuck": {
        "fr": "arrêté : une cellule ne se laisse pas interrompre ({seconds} s)",
        "en": "stopped: a cell does not let itself be interrupted ({seconds} s)",
    },
    "end paused": {
        "fr": "arrêté : une cellule a suspendu le programme qui l'exécute",
        "en": "stopped: a cell has suspended the program that runs it",
    },
    "end memory": {"fr": "arrêté : trop de mémoire", "en": "stopped: too much memory"},
    "end processes": {"fr": "arrêté : trop de processus", "en": "stopped: too many processes"},
    "end written": {"fr": "arrêté : trop d'octets écrits", "en": "stopped: too many bytes written"},
    "end flood": {"fr": "arrêté : trop de sorties", "en": "stopped: too much output"},
    "end died": {"fr": "arrêté de lui-même ({detail})", "en": "ended by itself ({detail})"},
    "forged": {
        "fr": "évalué ; a tenté de parler à la place des vérifications",
        "en": "graded; it tried to speak for the checks",
    },
    "slow": {
        "fr": "évalué, une cellule arrêtée faute de temps",
        "en": "graded, a cell was stopped for want of time",
    },
    "link": {
        "fr": "le notebook est un lien vers ailleurs ({detail}) : refusé",
        "en": "the notebook is a link to elsewhere ({detail}): refused",
    },
    "not-a-file": {
        "fr": "le notebook n'est pas un fichier ordinaire ({detail})",
        "en": "the notebook is no ordinary file ({detail})",
    },
    "only-checkpoint": {
        "fr": "pas de notebook, seulement une copie que Jupyter en a gardée ({detail})",
        "en": "no notebook, only a copy of one that Jupyter has kept ({detail})",
    },
    "no-file": {"fr": "pas de notebook ({detail} manque)", "en": "no notebook ({detail} is missing)"},
    "no-git": {
        "fr": "le dépôt Git n'est pas lisible ({detail})",
        "en": "the Git repository cannot be read ({detail})",
    },
    "no-clone": {
        "fr": "le dépôt n'a pas pu être cloné ({detail})",
        "en": "the repository could not be cloned ({detail})",
    },
    "unreadable": {"fr": "illisible ({detail})", "en": "cannot be read ({detail})"},
    "no zip": {
        "fr": "{path} n'est pas une archive lisible ({reason})",
        "en": "{path} is no archive that can be read ({reason})",
    },
    "name": {"fr": "Nom", "en": "Name"},
    "number": {"fr": "Numéro", "en": "Number"},
    "isolation": {"fr": "Isolation", "en": "Isolation"},
    "no match": {
        "fr": "--only : aucun rendu ne s'appelle « {given} » (ni login, ni nom, ni numéro), et ce n'est pas une tâche",
        "en": '--only: no submission is called "{given}" (login, name or number), and it is no task',
    },
    "not written": {
        "fr": "les tableaux n'ont pas pu être écrits dans {path} ({reason}) ; les notes ci-dessus sont complètes",
        "en": "the tables could not be written to {path} ({reason}); the grades above are complete",
    },
    "python-file": {
        "fr": "pas de notebook : un fichier Python ({detail})",
        "en": "no notebook: a Python file ({detail})",
    },
    "other-file": {"fr": "pas de notebook, mais {detail}", "en": "no notebook, but {detail}"},
    "bad-zip": {"fr": "archive zip illisible ({detail})", "en": "a zip that cannot be read ({detail})"},
    "zip-outside": {
        "fr": "pas de notebook : l'archive voulait écrire hors de son dossier ({detail})",
        "en": "no notebook: the zip would write outside of its folder ({detail})",
    },
    "zip-password": {
        "fr": "archive zip protégée par un mot de passe ({detail})",
        "en": "a zip that asks for a password ({detail})",
    },
    "zip-method": {
        "fr": "archive zip d'une sorte que Python ne lit pas ({detail})",
        "en": "a zip of a sort that Python does not read ({detail})",
    },
    "too-many-files": {
        "fr": "pas de notebook trouvé parmi trop de fichiers ({detail})",
        "en": "no notebook found among too many files ({detail})",
    },
    "not-graded": {"fr": "n'a pas pu être évalué : {detail}", "en": "could not be graded: {detail}"},
    "failed late": {
        "fr": "pas de fin au bout de {seconds} s",
        "en": "no end after {seconds} s",
    },
    "failed gone": {
        "fr": "le processus qui s'en occupait a pris fin sans un mot",
        "en": "the process that was at it ended without a word",
    },
    "failed results": {"fr": "{size} Mo de résultats", "en": "{size} MB of results"},
    "failed memory": {
        "fr": "il faut plus de mémoire qu'il n'en est donné",
        "en": "it takes more memory than is given",
    },
    "failed system": {"fr": "{reason} {where}", "en": "{reason} {where}"},
    "failed unexpected": {
        "fr": "une erreur imprévue de l'évaluation elle-même, {name}",
        "en": "an unexpected error of the grading itself, {name}",
    },
    "note zip-outside": {
        "fr": "l'archive voulait écrire hors de son dossier ({count} nom(s), dont {path}) : laissé de côté",
        "en": "the zip would write outside of its folder ({count} name(s), {path} among them): left out",
    },
    "note zip-twice": {
        "fr": "{path} est plusieurs fois dans l'archive : la dernière version a été prise",
        "en": "{path} is in the zip more than once: the last one was taken",
    },
    "note left-out": {
        "fr": "cellules mal formées, laissées de côté : {count} (n° {numbers})",
        "en": "malformed cells, left out: {count} (no. {numbers})",
    },
    "note half-characters": {
        "fr": "cellules avec des caractères incomplets, remplacés : {count}",
        "en": "cells with incomplete characters, replaced: {count}",
    },
    "not-asked": {"fr": "pas encore évalué", "en": "not graded yet"},
    "note unfilled": {
        "fr": "pris : {taken} ({left} n'est pas rempli)",
        "en": "taken: {taken} ({left} was not filled in)",
    },
    "note elsewhere": {"fr": "pris : {taken}", "en": "taken: {taken}"},
    "note from-zip": {"fr": "lu dans {zip}", "en": "read in {zip}"},
    "note broken-git": {
        "fr": "dépôt Git illisible ({reason}), fichiers pris tels quels",
        "en": "the Git repository cannot be read ({reason}), files taken as they are",
    },
    "note other-tag": {
        "fr": "tag « {tag} » pris pour « {wanted} »",
        "en": 'tag "{tag}" taken for "{wanted}"',
    },
    "note git-elsewhere": {
        "fr": "son .git mène ailleurs et n'est pas suivi, fichiers pris tels quels",
        "en": "its .git leads elsewhere and is not followed, files taken as they are",
    },
    "note no-cells": {"fr": "le notebook n'a aucune cellule", "en": "the notebook has no cell"},
    "note odd-tag": {
        "fr": "le tag {tag} ne désigne aucun commit, fichiers pris tels quels",
        "en": "tag {tag} names no commit, files taken as they are",
    },
    "note newer-tag": {"fr": "le tag {tag} a été pris", "en": "tag {tag} was taken"},
    "note late-tag": {"fr": "{tag} est venu après la date limite", "en": "{tag} came after the deadline"},
    "note commits-after": {
        "fr": "commits après le tag : {count}, non regardés",
        "en": "commits after the tag: {count}, not looked at",
    },
    "note moved-on": {
        "fr": "la branche par défaut n'en est pas au tag, qui seul est regardé",
        "en": "the default branch is not at the tag, which alone is looked at",
    },
    "note encoding": {
        "fr": "encodé en {encoding}, pas en UTF-8",
        "en": "encoded in {encoding}, not in UTF-8",
    },
    "note unrecognised": {
        "fr": "tâches reconnues : {found} ; sans titre : {missing}",
        "en": "recognised tasks: {found}; without a title: {missing}",
    },
    "note converted": {"fr": "converti du format {version}", "en": "converted from format {version}"},
    "note not-kept": {"fr": "résultat non conservé ({reason})", "en": "result not kept ({reason})"},
    "note imports": {"fr": "importe {what}", "en": "imports {what}"},
    "note patches": {
        "fr": "remplace une partie de la bibliothèque ou des vérifications ({what})",
        "en": "replaces a part of the library or of the checks ({what})",
    },
    "note processes": {
        "fr": "démarre ou arrête des processus ({what})",
        "en": "starts or stops processes ({what})",
    },
    "note reads": {
        "fr": "cherche le code qui l'exécute et l'évalue ({what})",
        "en": "looks for the code that runs and checks it ({what})",
    },
}

WORDS = typeset({**_WORDS, **UNREADABLE})

#: What the system says in English whatever the language, and may be the reason of a row.
_SYSTEMS: dict[str, str] = {
    "Permission denied": "accès refusé",
    "No space left on device": "plus de place sur le disque",
    "No such file or directory": "fichier ou dossier introuvable",
    "Input/output error": "erreur de lecture ou d'écriture du disque",
    "Too many open files": "trop de fichiers ouverts",
    "Cannot allocate memory": "plus de mémoire",
    "Resource temporarily unavailable": "plus de processus disponibles",
    "File name too long": "nom de fichier trop long",
    "Too many levels of symbolic links": "liens qui tournent en rond",
    "Read-only file system": "système de fichiers en lecture seule",
    "Disk quota exceeded": "quota de disque dépassé",
}

#: Remarks that mean that somebody tried to be graded for what was not done.
SUSPICIOUS = ("imports", "patches", "reads")


def state(result: dict[str, Any], language: Language) -> str:
    """Return in one line how the grading of a submission went, with what was out of the ordinary."""
    remarks = [note_text(note, language) for note in notes(result)]
    return (
        " ; ".join([_outcome(result, language), *remarks])
        if language == "fr"
        else "; ".join([_outcome(result, language), *remarks])
    )


def notes(result: dict[str, Any]) -> list[Any]:
    """Return the remarks on a submission: how it was found, what was read, what was seen while it ran."""
    return [*result.get("found", []), *result.get("notes", [])]


def note_text(note: Any, language: Language) -> str:
    """Return a remark in words."""
    key, values = note
    return WORDS[f"note {key}"][language].format(**values)


def failure(key: str, values: dict[str, str], language: Language) -> str:
    """Return why a piece of work failed, in words."""
    said = {**values, "reason": system(values.get("reason", ""), language)}
    return " ".join(WORDS[f"failed {key}"][language].format(**said).split())


def system(words: str, language: Language) -> str:
    """Return what the system says, in the language where it is known."""
    return french(_SYSTEMS[words]) if language == "fr" and words in _SYSTEMS else words


def is_graded(result: dict[str, Any]) -> bool:
    """Tell whether a submission has been looked at, whatever came of it."""
    return bool(result["problem"] != "not-asked")


def is_suspicious(result: dict[str, Any]) -> bool:
    """Tell whether somebody tried to be graded for what was not done."""
    return bool(result["strangers"]) or any(note[0] in SUSPICIOUS for note in notes(result))


def _outcome(result: dict[str, Any], language: Language) -> str:
    detail = " ".join(str(result["detail"]).split())[:160]
    if result["problem"]:
        return WORDS[str(result["problem"])][language].format(detail=system(detail, language))
    if result["end"] != "finished":
        seconds = f"{float(str(result['seconds'])):.0f}"
        return WORDS[f"end {result['end']}"][language].format(detail=detail, seconds=seconds)
    if result["strangers"]:
        return WORDS["forged"][language]
    if result["slow"]:
        return WORDS["slow"][language]
    errors = result["errors"]
    if not errors:
        return WORDS["fine"][language]
    return WORDS["errors in" if errors > 1 else "error in"][language].format(count=errors)


def tagged(result: dict[str, Any], language: Language) -> str:
    """Return in a few words when the tag was set, in this machine's zone, and whether that was too late."""
    try:
        moment = datetime.fromisoformat(str(result["tagged_at"])).astimezone()
        when = f"{moment:%Y-%m-%d %H:%M}"
    except (ValueError, OverflowError, OSError):
        when = "?"
    return WORDS[str(result["tag"])][language].format(when=when)
