"""What the code cells print, in French: the code is written once, with what it prints in English.

Only the lines that the handout itself prints in English (``Model has``, ``[step 0] loss``) stay as it has them.
"""

from __future__ import annotations

from micrograd.language import Language

FRENCH: dict[str, str] = {
    '"Neuron: "': '"Neuron :   "',
    '"MLP:    "': '"MLP :      "',
    '"by hand:"': '"à la main :"',
    'f"output {output.data}\\nerror  {error.data}"': 'f"sortie {output.data}\\nerreur {error.data}"',
    "  by hand {gradient:+.6f}   backward()": "  à la main {gradient:+.6f}   backward()",
    "  exact {parameter.grad:+.6f}   exact / by hand {ratio:.6f}": (
        "  exact {parameter.grad:+.6f}   exact / à la main {ratio:.6f}"
    ),
    "[step {step}] output {output.data:.6f}, prediction": "[step {step}] sortie {output.data:.6f}, prédiction",
    "sweep {sweep}: gradient of b =": "passe {sweep} : gradient de b =",
    'f"loss {loss.data:.6f}, accuracy {accuracy:.1%}"': 'f"erreur {loss.data:.6f}, précision {100 * accuracy:.1f} %"',
    '"parameters:"': '"paramètres :"',
    "samples: {samples:>3}   nodes: {len(nodes):>4}   edges:": (
        "points : {samples:>3}   nœuds : {len(nodes):>4}   arêtes :"
    ),
    '"same loss:"': '"même erreur :"',
    '"same losses:"': '"mêmes erreurs :"',
    '"last loss:   ': '"dernière erreur : ',
    '"a graph for each step: {1000': '"un graphe par itération : {1000',
    '"compiled:              {1000': '"compilé :                {1000',
    " times faster": " fois plus rapide",
}


def in_language(code: str, language: Language) -> str:
    """Return a code cell as the notebook in ``language`` has it."""
    if language == "fr":
        for english, french in FRENCH.items():
            code = code.replace(
                english, french.replace(" :", "\N{NO-BREAK SPACE}:").replace(" %", "\N{NO-BREAK SPACE}%")
            )
    return code
