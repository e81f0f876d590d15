"""Task 6: the two moons."""

from __future__ import annotations

from micrograd.lab.checks.mistakes.mistake import Mistake

MISTAKES = (
    Mistake(
        "no-moons",
        (6,),
        fr="les points X et leurs étiquettes y ne sont pas encore là",
        en="the points X and their labels y are not there yet",
    ),
    Mistake(
        "moons-count",
        (6,),
        fr="il y a {count} points et {labels} étiquettes ; 100 points à deux coordonnées sont demandés",
        en="there are {count} points and {labels} labels; 100 points with two coordinates were asked for",
    ),
    Mistake(
        "labels-other",
        (6,),
        fr="les étiquettes sont {labels} ; make_moons donne 0 et 1",
        en="the labels are {labels}; make_moons gives 0 and 1",
    ),
    Mistake(
        "labels-swapped",
        (6,),
        fr="les étiquettes 0 et 1 sont échangées",
        en="the labels 0 and 1 are swapped",
    ),
    Mistake(
        "not-moons",
        (6,),
        fr="les points ne dessinent pas deux croissants : sont-ils tirés au hasard, au lieu de make_moons ?",
        en="the points do not form two moons: were they drawn at random instead of by make_moons?",
    ),
    Mistake(
        "moons-noise",
        (6,),
        fr="le bruit est d'environ {noise} ; 0,1 est demandé",
        en="the noise is about {noise}; 0.1 was asked for",
    ),
)
