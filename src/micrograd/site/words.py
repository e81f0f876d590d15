"""The words of the site's own pages, in both languages."""

from __future__ import annotations

from functools import partial

from micrograd import language
from micrograd.language import Language, Texts, french

# What the script of the lab's page shows, beside what stands in the page from the start.
LAB_SCRIPT = (
    "ready", "failed", "broken", "reload", "other tab", "not saved", "saved", "changed", "newer", "open newer",
    "take", "taken", "needs internet", "slow",
)  # fmt: skip

# What the script of the pages where Python is typed shows.
EDITOR_SCRIPT = ("python comes", "being made", "is made", "not made", "stopped", "broken")

WORDS: Texts = {
    "other name": {"fr": "English", "en": "Français"},
    # The frame around the notebook
    "lab title": {"fr": "TP : descente de gradient", "en": "Lab: gradient descent"},
    "editions": {"fr": "Éditions du notebook", "en": "Editions of the notebook"},
    "light": {"fr": "édition légère", "en": "light edition"},
    "full": {"fr": "édition complète", "en": "full edition"},
    "loading": {"fr": "Python se charge…", "en": "Python is loading…"},
    "ready": {"fr": "Python est prêt", "en": "Python is ready"},
    "failed": {"fr": "Python n’a pas pu démarrer", "en": "Python could not start"},
    "take": {"fr": "Emporter mon notebook", "en": "Take my notebook along"},
    "notebook": {"fr": "Le notebook du TP", "en": "The lab’s notebook"},
    "where": {"fr": "Où est mon travail ?", "en": "Where is my work?"},
    "where text": {
        "fr": (
            "<p>Dans ce navigateur, sur cet ordinateur : rien n’est envoyé. Le notebook est enregistré à chaque "
            "Ctrl+S, et de lui-même toutes les quinze secondes. Il disparaît si vous effacez les données de ce "
            "site, si vous utilisez une fenêtre privée, ou si vous changez de navigateur ou d’ordinateur : "
            "emportez-le avant de partir.</p><p>L’édition légère n’a besoin de rien d’autre que de cette page : "
            "les données viennent de <code>micrograd.data</code> et les figures de <code>micrograd.plot</code>. "
            "L’édition complète est le notebook du TP tel quel, avec NumPy, scikit-learn et Matplotlib, que votre"
            " navigateur télécharge (environ 25 Mo). Chaque édition garde son propre notebook ; les mêmes "
            "vérifications jugent les deux.</p>"
        ),
        "en": (
            "<p>In this browser, on this computer: nothing is sent anywhere. The notebook is saved at each "
            "Ctrl+S, and by itself every fifteen seconds. It is gone if you clear this site’s data, if you use a "
            "private window, or on another browser or computer: take it along before you leave.</p><p>The light "
            "edition needs nothing but this page: the data come from <code>micrograd.data</code>, the figures "
            "from <code>micrograd.plot</code>. The full edition is the lab’s notebook as it is, with NumPy, "
            "scikit-learn and Matplotlib, which your browser downloads (about 25 MB). Each edition keeps a "
            "notebook of its own; the same checks judge both.</p>"
        ),
    },
    "no script": {
        "fr": "Cette page a besoin de JavaScript : c’est le navigateur qui exécute Python.",
        "en": "This page needs JavaScript: it is the browser that runs Python.",
    },
    "broken": {
        "fr": "Un fichier du site n’est pas arrivé : vérifiez la connexion, puis rechargez la page.",
        "en": "A file of the site did not arrive: check the connection, then reload the page.",
    },
    "slow": {
        "fr": (
            "Python n’est toujours pas là : la connexion est lente, ou un fichier n’est pas arrivé. Attendez encore, "
            "ou rechargez la page."
        ),
        "en": (
            "Python is still not there: the connection is slow, or a file did not arrive. Wait a little longer, or "
            "reload the page."
        ),
    },
    "reload": {"fr": "Recharger", "en": "Reload"},
    "other tab": {
        "fr": (
            "Ce notebook est déjà ouvert dans un autre onglet : travaillez dans un seul, sinon le dernier enregistré "
            "efface l’autre."
        ),
        "en": (
            "This notebook is already open in another tab: work in one of them only, or the one that is saved last "
            "overwrites the other."
        ),
    },
    "not saved": {
        "fr": (
            "Le notebook n’a pas pu être enregistré (le navigateur n’a peut-être plus de place) : emportez-le "
            "maintenant, il est encore entier à l’écran."
        ),
        "en": (
            "The notebook could not be saved (the browser may have no room left): take it along now, it is still "
            "whole on the screen."
        ),
    },
    "saved": {"fr": "enregistré dans ce navigateur", "en": "saved in this browser"},
    "changed": {"fr": "modifié, pas encore enregistré", "en": "changed, not saved yet"},
    "newer": {
        "fr": "Une version plus récente de ce TP a été publiée. Vous gardez la vôtre.",
        "en": "A newer version of this lab has been published. You keep yours.",
    },
    "open newer": {"fr": "Ouvrir la nouvelle à côté", "en": "Open the new one beside it"},
    "taken": {
        "fr": (
            "gradient.ipynb est dans vos téléchargements. Pour le rendre, déposez-le dans le dossier "
            "tp1-gradient_descent de votre projet (ou là où l’enseignant le demande)."
        ),
        "en": (
            "gradient.ipynb is in your downloads. To hand it in, put it into the folder tp1-gradient_descent of your "
            "project (or wherever your teacher asks for it)."
        ),
    },
    "needs internet": {
        "fr": "L’édition complète télécharge NumPy, scikit-learn et Matplotlib : il lui faut Internet.",
        "en": "The full edition downloads NumPy, scikit-learn and Matplotlib: it needs the internet.",
    },
    # The front page
    "tagline": {
        "fr": "La rétropropagation que l’on voit, à la vitesse d’un programme compilé",
        "en": "Backpropagation you can see, at compiled speed",
    },
    "lead": {
        "fr": (
            "Des scalaires qui se souviennent de leur calcul, une page qui montre d’où vient chaque gradient, et "
            "un TP de dix tâches sur la descente de gradient."
        ),
        "en": (
            "Scalars that remember how they were made, a page that shows where every gradient comes from, and a "
            "lab of ten tasks on gradient descent."
        ),
    },
    "the lab": {"fr": "Le TP", "en": "The lab"},
    "the playground": {"fr": "Le terrain de jeu", "en": "The playground"},
    "the guides": {"fr": "Les guides", "en": "The guides"},
    "live title": {"fr": "Un réseau qui apprend, en direct", "en": "A network that learns, live"},
    "live": {
        "fr": "Cette page calcule pour de bon : cliquez sur un nœud pour savoir d’où vient son gradient.",
        "en": "This page really computes: click a node to learn where its gradient comes from.",
    },
    "student": {"fr": "Étudiant", "en": "Student"},
    "student text": {
        "fr": "Faites le TP ici, dans cet onglet : rien à installer, chaque tâche se vérifie d’un clic.",
        "en": "Do the lab right here, in this tab: nothing to install, and one click checks each task.",
    },
    "student door": {"fr": "Ouvrir le TP", "en": "Open the lab"},
    "teacher": {"fr": "Enseignant", "en": "Teacher"},
    "teacher text": {
        "fr": "Donnez un lien, ramassez les notebooks, notez toute la classe en une commande.",
        "en": "Hand out a link, collect the notebooks, grade the whole class with one command.",
    },
    "teacher door": {"fr": "Le guide de l’enseignant", "en": "The teacher’s guide"},
    "engineer": {"fr": "Ingénieur", "en": "Engineer"},
    "engineer text": {
        "fr": "Un moteur d’autograd scalaire assez petit pour être lu et assez rapide pour servir.",
        "en": "A scalar autograd engine small enough to read and fast enough to use.",
    },
    # The playground and the gallery
    "the gallery": {"fr": "La galerie", "en": "The gallery"},
    "show python": {"fr": "Montrer le Python", "en": "Show the Python"},
    "show python text": {
        "fr": "Changez-le si vous voulez : la page est refaite dans cet onglet (la première fois, Python se charge).",
        "en": "Change it if you like: the page is made anew in this tab (the first time, Python is loaded).",
    },
    "whole page": {"fr": "Ouvrir cette page seule", "en": "Open this page by itself"},
    "own title": {
        "fr": "Votre propre réseau, votre propre perte, en Python",
        "en": "Your own network, your own loss, in Python",
    },
    "own idea": {
        "fr": (
            "Écrivez ici ce que la page doit entraîner : la perte d’un exemple, à partir des opérations de "
            "<code>Value</code>, un modèle, des données. Le compilateur de micrograd en fait, dans cet onglet, une "
            "page qui s’entraîne ; rien n’est envoyé."
        ),
        "en": (
            "Write here what the page is to train: the loss of one sample, made of <code>Value</code>’s operations, a "
            "model, data. In this tab, micrograd’s compiler makes of it a page that trains; nothing is sent anywhere."
        ),
    },
    "source": {"fr": "Le Python de la page", "en": "The Python of the page"},
    "make": {"fr": "Faire la page", "en": "Make the page"},
    "stop": {"fr": "Arrêter", "en": "Stop"},
    "python comes": {
        "fr": "Python se charge (une seule fois, quelques secondes)…",
        "en": "Python is loading (once, a few seconds)…",
    },
    "being made": {"fr": "La page se fait…", "en": "The page is being made…"},
    "is made": {
        "fr": "La page est faite : la voici, plus haut.",
        "en": "The page is made: here it is, above.",
    },
    "not made": {
        "fr": "La page n’a pas pu être faite ; celle d’avant est toujours là. Voici pourquoi :",
        "en": "The page could not be made; the one before is still there. This is why:",
    },
    "stopped": {"fr": "Arrêté.", "en": "Stopped."},
    "line title": {"fr": "Un neurone ajuste une droite", "en": "A neuron fits a line"},
    "line idea": {
        "fr": (
            "Un poids et un biais suffisent pour une droite : regardez-les aller vers 2 et −1, les nombres qui ont "
            "fabriqué ces points. Plus ils en approchent, plus le gradient rapetisse, et les pas avec lui."
        ),
        "en": (
            "One weight and one bias are enough for a line: watch them move towards 2 and −1, the numbers that made "
            "these points. The closer they come, the smaller the gradient gets, and the steps with it."
        ),
    },
    "xor title": {"fr": "Le XOR", "en": "XOR"},
    "xor idea": {
        "fr": (
            "Aucune droite ne sépare ces deux classes ; quatre neurones cachés plient le plan et y parviennent. "
            "Recommencez avec d’autres poids de départ : certains tirages restent bloqués."
        ),
        "en": (
            "No straight line separates these two classes; four hidden neurons fold the plane, and do. Start again "
            "from other weights: some draws get stuck."
        ),
    },
    "dead_relu title": {"fr": "Une ReLU morte", "en": "A dead ReLU"},
    "dead_relu idea": {
        "fr": (
            "Le biais vaut −3 : la somme est négative pour tous les points, la ReLU les ramène tous à 0, et tous les "
            "gradients sont nuls ; l’entraînement ne change rien. Mettez le biais à 0,5 : le neurone se réveille."
        ),
        "en": (
            "The bias is −3: the sum is negative for every point, ReLU brings each of them to 0, and all "
            "gradients are zero; training changes nothing. Set the bias to 0.5: the neuron wakes up."
        ),
    },
    "vanishing title": {"fr": "Le gradient qui s’évanouit", "en": "The vanishing gradient"},
    "vanishing idea": {
        "fr": (
            "Six sigmoïdes à la file, et chacune multiplie le gradient par un quart au plus : comparez celui de w1 à "
            "celui de w6. Les premiers neurones n’apprennent presque rien, bien qu’ils soient les plus loin du compte."
        ),
        "en": (
            "Six sigmoids in a row, and each multiplies the gradient by a quarter at most: compare the one of w1 with "
            "the one of w6. The first neurons learn next to nothing, however far off they are."
        ),
    },
    "too_large title": {"fr": "Un taux trop grand", "en": "A learning rate too large"},
    "too_large idea": {
        "fr": (
            "C’est la droite du premier exemple, avec un taux de 1,1 : chaque pas dépasse le creux et arrive plus"
            " haut de l’autre côté, jusqu’à l’infini. Revenez au départ, mettez 0,1 : elle apprend."
        ),
        "en": (
            "This is the line of the first example at a rate of 1.1: each step overshoots the valley and lands higher "
            "on the other side, up to infinity. Go back to the start and set 0.1: it learns."
        ),
    },
    "overfitting title": {"fr": "Le surapprentissage", "en": "Overfitting"},
    "overfitting idea": {
        "fr": (
            "Vingt-quatre points très bruités, et bien assez de neurones pour les apprendre par cœur : l’erreur tend "
            "vers 0 tandis que la frontière contourne chaque point isolé. De nouveaux points des mêmes croissants "
            "tomberaient souvent du mauvais côté."
        ),
        "en": (
            "Twenty-four very noisy points, and more than enough neurons to learn them by heart: the loss goes to"
            " 0 while the boundary winds around every stray point. New points from the same moons would often "
            "fall on the wrong side."
        ),
    },
    # The command
    "making lab": {"fr": "le TP (JupyterLite, Pyodide)…", "en": "the lab (JupyterLite, Pyodide)…"},
    "making pages": {"fr": "les pages qui calculent…", "en": "the live pages…"},
    "making guides": {"fr": "les guides (Sphinx)…", "en": "the guides (Sphinx)…"},
    "made": {
        "fr": "Le site est dans {path}. Pour le voir : python -m micrograd.site.serve {path}",
        "en": "The site is in {path}. To look at it: python -m micrograd.site.serve {path}",
    },
    "not a site": {
        "fr": "{path} existe et n’est pas un site de micrograd-lab : rien n’y a été changé ; nommez un autre dossier",
        "en": "{path} exists and is no site of micrograd-lab: nothing in it was changed; name another folder",
    },
    "not writable": {
        "fr": "impossible d’écrire dans {path} : {reason}",
        "en": "cannot write to {path}: {reason}",
    },
    "engineer door": {"fr": "La documentation", "en": "The documentation"},
}


#: What the command prints; braces are filled in, and numbers written as the language has them.
told = partial(language.say, WORDS)


def say(key: str, lang: Language) -> str:
    """Return the words for ``key`` as a page has them: in French with the spaces at which no line may break."""
    return french(WORDS[key][lang]) if lang == "fr" else WORDS[key][lang]
