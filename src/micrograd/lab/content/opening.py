"""What the student's notebook says at its beginning, under its title, of how one is used."""

from __future__ import annotations

from micrograd.language import Language

# Whoever opens a notebook for the first time does not know how one is used.
HOW_TO: dict[Language, str] = {
    "fr": "**Comment faire.** Exécutez les cellules l’une après l’autre, dans l’ordre, avec Maj+Entrée. Remplacez "
    "chaque `...  # à vous` par votre code, et chaque *Votre réponse ici* par votre réponse. La ligne `check(…)` qui "
    "termine une tâche dit ce qui est juste, et sinon où regarder\N{NO-BREAK SPACE}; vous pouvez l’exécuter autant que "
    "vous voulez. Enregistrez souvent, avec Ctrl+S\N{NO-BREAK SPACE}: c’est le fichier enregistré que vous rendrez.",
    "en": "**How to go about it.** Run the cells one after the other, in order, with Shift+Enter. Replace each "
    "`...  # your turn` by your code, and each *Your answer here* by your answer. The line `check(...)` at the end of "
    "a task says what is right, and where to look if it is not; run it as often as you like. Save often, with Ctrl+S: "
    "the saved file is what you will hand in.",
}


def under_title(title: str, language: Language) -> str:
    """Return the notebook's first cell: its title as the content has it, and how a notebook is used."""
    return f"{title}\n\n{HOW_TO[language]}"
