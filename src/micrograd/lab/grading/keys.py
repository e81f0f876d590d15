"""Give each submission a key: a name for its files and its anchor that no other submission has.

Names come from the whole world; keys are plain ASCII. Several names can look alike in it (``René``, ``Rene``), so
a key belongs to one name only: a name that is already plain keeps itself, and where others would come to the same
key, each of them gets its Moodle number, or a few letters of a hash of its own name. A key depends on nothing but
the names, so the next run gives the same ones.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from micrograd.lab.student.naming import PREFIX

_ODD = re.compile(r"[^A-Za-z0-9._@-]+")
_LONGEST = 60
# Letters of Latin alphabets that are no letter with an accent.
_SPELLED = str.maketrans(
    {"Ł": "L", "ł": "l", "Ø": "O", "ø": "o", "Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe", "ß": "ss", "Đ": "D", "đ": "d",
     "Þ": "Th", "þ": "th", "Ð": "D", "ð": "d", "ı": "i", "’": "-", "'": "-"}
)  # fmt: skip
_HASH_LENGTHS = (6, 12, 24, 64)
_MOODLE = "_assignsubmission_"


@dataclass(frozen=True)
class Name:
    """A submission's name as it came, and what is known of the person behind it."""

    shown: str
    """The person's name: of a file without its suffix, of Moodle's folders without their number."""
    identity: str
    """What tells it apart from all others: the whole name of the folder or the file, or the remote's address."""
    number: str = ""
    """Moodle's number of the participant."""


def person(name: str) -> tuple[str, str, str]:
    """Split one of Moodle's names, ``Zoé Le Gall_1234567_assignsubmission_file_tp1.zip``.

    Returns the person's name, the number, and what comes after (empty for a folder's name). Any other name is
    returned as it is, without a number.
    """
    before, mark, after = name.partition(_MOODLE)
    shown, underscore, number = before.rpartition("_")
    if mark and underscore and number.isdecimal() and shown.strip():
        return shown.strip(), number[:20], after.partition("_")[2]
    return name, "", ""


def keys(names: Sequence[Name]) -> list[str]:
    """Return a key for each name: ASCII letters, digits, ``.``, ``_``, ``@`` and ``-``, at most 60 characters and
    what tells it apart; no two the same, whatever the case of their letters."""
    wanted = [_plain(name.shown) for name in names]
    groups: dict[str, list[int]] = defaultdict(list)
    for position, key in enumerate(wanted):
        groups[key.lower()].append(position)
    found: dict[int, str] = {}
    # Names that are keys already come first: nobody else's key may push them aside.
    for positions in groups.values():
        exact = [p for p in positions if _bare(names[p].shown) == wanted[p]]
        keeps = positions[0] if len(positions) == 1 else None
        if exact:
            keeps = min(exact, key=lambda p: (names[p].identity != wanted[p], wanted[p] != wanted[p].lower(),
                                              names[p].identity))  # fmt: skip
        if keeps is not None:
            found[keeps] = wanted[keeps]
    taken = {key.lower() for key in found.values()}
    # By their identities, so that the order in which they came decides nothing.
    for position in sorted(set(range(len(names))) - set(found), key=lambda p: names[p].identity):
        key = next(key for key in _told_apart(names[position], wanted[position]) if key.lower() not in taken)
        found[position] = key
        taken.add(key.lower())
    return [found[position] for position in range(len(names))]


def _told_apart(name: Name, key: str) -> Iterator[str]:
    if name.number:
        yield f"{key}-{name.number}"
    digest = hashlib.sha256(name.identity.encode(errors="surrogatepass")).hexdigest()
    for length in _HASH_LENGTHS:
        yield f"{key}-{digest[:length]}"
    count = 2  # the very same name twice, in a list of remotes
    while True:
        yield f"{key}-{digest[:6]}-{count}"
        count += 1


def _bare(shown: str) -> str:
    return shown[len(PREFIX) :] if shown.lower().startswith(PREFIX.lower()) else shown


def _plain(shown: str) -> str:
    """Return a name in ASCII, as far as that goes: accents fall away, everything else becomes a hyphen."""
    spelled = _bare(shown).translate(_SPELLED)
    plain = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    return _ODD.sub("-", plain).strip(".-")[:_LONGEST].rstrip(".-") or "submission"
