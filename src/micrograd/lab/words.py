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

say = partial(language.say, WORDS)
