"""What several rooms of the lab say, in both languages."""

from __future__ import annotations

from functools import partial

from micrograd import language
from micrograd.language import Texts

WORDS: Texts = {
    "not a folder": {
        "fr": "{path} n'est pas un dossier : choisissez-en un autre avec --output",
        "en": "{path} is not a folder: choose another one with --output",
    },
    "not writable": {
        "fr": "impossible d'écrire dans le dossier {path} ({reason}) : choisissez-en un autre avec --output",
        "en": "cannot write into the folder {path} ({reason}): choose another one with --output",
    },
    "exists": {
        "fr": "{path} existe déjà : rien n'a été touché. Choisissez un autre dossier avec --folder",
        "en": "{path} exists already: nothing was touched. Choose another folder with --folder",
    },
    "not made": {
        "fr": "le projet n'a pas pu être créé ({reason}) ; rien n'a été laissé derrière",
        "en": "the project could not be made ({reason}); nothing was left behind",
    },
}

UNREADABLE: Texts = {
    "too-large": {"fr": "pas un notebook : trop gros ({detail})", "en": "no notebook: too large ({detail})"},
    "empty-file": {"fr": "le notebook est un fichier vide", "en": "the notebook is an empty file"},
    "too-many-parts": {
        "fr": "pas un notebook : {detail} Mo de JSON en trop de morceaux",
        "en": "no notebook: {detail} MB of JSON in too many parts",
    },
    "not-json": {
        "fr": "pas un notebook : ce n'est pas du JSON (ligne:colonne {detail})",
        "en": "no notebook: this is not JSON (line:column {detail})",
    },
    "too-deep": {
        "fr": "pas un notebook : du JSON aux listes trop profondément emboîtées",
        "en": "no notebook: JSON whose lists lie too deep in each other",
    },
    "no-notebook": {
        "fr": "pas un notebook : du JSON, mais sans cellules",
        "en": "no notebook: JSON, but without cells",
    },
    "no-good-cell": {
        "fr": "pas un notebook : aucune de ses cellules ({detail}) n'est bien formée",
        "en": "no notebook: none of its cells ({detail}) is well-formed",
    },
    "too-many-cells": {"fr": "trop de cellules ({detail})", "en": "too many cells ({detail})"},
    "lfs": {
        "fr": "pas un notebook : un pointeur Git LFS, dont le fichier n'a pas été envoyé",
        "en": "no notebook: a Git LFS pointer, whose file was not pushed",
    },
    "conflict": {
        "fr": "pas un notebook : des marques de conflit Git (<<<<<<<) y sont restées",
        "en": "no notebook: Git's conflict markers (<<<<<<<) were left in it",
    },
    "not-what-it-says": {
        "fr": "pas un notebook : le fichier est du {detail}",
        "en": "no notebook: the file is {detail}",
    },
}
"""Why a file is no notebook, by the key of ``UnreadableError``."""

say = partial(language.say, {**WORDS, **UNREADABLE})
