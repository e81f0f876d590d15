"""The ten tasks: their titles, and what they are worth by the checks and by answers in words."""

from __future__ import annotations

from typing import NamedTuple

from micrograd.language import Language, french


class Task(NamedTuple):
    """One task of the lab and its points, out of twenty for all of them."""

    number: int
    points: float
    """Points that the checks decide."""
    words: float
    """Points for the question that is answered in words, which the teacher gives."""
    title: dict[Language, str]

    def heading(self, language: Language) -> str:
        """Return what stands above the task in the notebook: ``"Task 1: a perceptron"``."""
        title = self.title[language]
        return (
            french(f"Tâche {self.number} : {title}") if language == "fr" else f"Task {self.number}: {title}"
        )


TASKS: tuple[Task, ...] = (
    Task(1, 1, 1, {"fr": "un perceptron", "en": "a perceptron"}),
    Task(2, 2, 0, {"fr": "la sigmoïde", "en": "the sigmoid"}),
    Task(3, 2, 0, {"fr": "l’erreur et son graphe", "en": "the error and its graph"}),
    Task(4, 1, 2, {"fr": "lire le graphe", "en": "reading the graph"}),
    Task(5, 2, 0, {"fr": "corriger les poids", "en": "correcting the weights"}),
    Task(6, 1, 0, {"fr": "deux croissants de lune", "en": "two moons"}),
    Task(7, 3, 0, {"fr": "l’erreur d’un modèle", "en": "a model's error"}),
    Task(8, 1, 1, {"fr": "une couche cachée", "en": "a hidden layer"}),
    Task(9, 2, 0, {"fr": "l’apprentissage", "en": "training"}),
    Task(10, 1, 0, {"fr": "seize neurones cachés", "en": "sixteen hidden neurons"}),
)

NUMBERS: tuple[int, ...] = tuple(task.number for task in TASKS)
CHECKED_POINTS: float = sum(task.points for task in TASKS)
WORDS_POINTS: float = sum(task.words for task in TASKS)


def task(number: int) -> Task:
    """Return the task of that number (1 to 10). Raises ``ValueError`` for another one."""
    if number not in NUMBERS:
        raise ValueError(f"there is no task {number!r}: the lab has tasks {NUMBERS[0]} to {NUMBERS[-1]}")
    return TASKS[number - 1]
