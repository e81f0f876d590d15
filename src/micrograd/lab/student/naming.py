"""The handout's convention for the name of a student's project."""

from __future__ import annotations

import re
import unicodedata

from micrograd.lab.errors import LabError
from micrograd.lab.student.words import say
from micrograd.language import Language

PREFIX = "BUT3-DL-"
_LOGIN = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_LONGEST = 40


def project_name(login: str, language: Language) -> str:
    """Return the project's name for a login such as ``jdupont``: ``BUT3-DL-jdupont``.

    A login is two to forty letters a to z, digits, and hyphens between them, and begins with a letter; so it can
    never lead out of a folder, and is the same on every file system and in every address. Raises ``LabError`` for
    anything else, with the login that was probably meant.
    """
    if 2 <= len(login) <= _LONGEST and _LOGIN.fullmatch(login):
        return PREFIX + login
    meant = suggestion(login)
    message = say("bad login", language, login=login)
    raise LabError(f"{message} {say('meant', language, login=meant)}" if meant else message)


def suggestion(name: str) -> str:
    """Return the login that somebody of this name has by the convention, or nothing where none can be made.

    "Jean Dupont" gives jdupont, "Zoé Le-Gall" zle-gall, "JDupont" jdupont; accents fall away.
    """
    for ligature, letters in (
        ("œ", "oe"),
        ("Œ", "oe"),
        ("æ", "ae"),
        ("Æ", "ae"),
        ("ß", "ss"),
        ("ø", "o"),
        ("ł", "l"),
    ):
        name = name.replace(ligature, letters)
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)).lower()
    if "/" in plain or "\\" in plain:
        return ""
    first, _, family = plain.removeprefix(PREFIX.lower()).strip().partition(" ")
    joined = first[:1] + family if family else first
    login = re.sub(r"-+", "-", re.sub(r"[^a-z0-9-]", "", joined)).strip("-")
    return login if 2 <= len(login) <= _LONGEST and _LOGIN.fullmatch(login) else ""
