"""What ``new``, ``open``, ``check`` and ``submit`` say, in both languages."""

from __future__ import annotations

from functools import partial

from micrograd import language
from micrograd.language import Texts

WORDS: Texts = {
    # new
    "bad login": {
        "fr": "« {login} » ne suit pas la convention du sujet : la première lettre du prénom puis le nom, en "
        "minuscules sans accent (jdupont pour Jean Dupont ; chiffres et traits d'union permis ensuite).",
        "en": '"{login}" does not follow the handout\'s convention: the first letter of the first name, then '
        "the family name, in lower case without accents (jdupont for Jean Dupont; digits and hyphens may "
        "follow).",
    },
    "meant": {"fr": "Vouliez-vous dire {login} ?", "en": "Did you mean {login}?"},
    "no git": {
        "fr": "git n'est pas installé : installez-le depuis https://git-scm.com, puis recommencez",
        "en": "git is not installed: install it from https://git-scm.com, then try again",
    },
    "no folder": {
        "fr": "{path} n'est pas un dossier où créer le projet",
        "en": "{path} is not a folder to create the project in",
    },
    "source is gone": {
        "fr": "micrograd-lab a été installé depuis {path}, qui n'existe plus : le projet ne pourrait pas être "
        "installé ailleurs. Réinstallez micrograd-lab depuis l'endroit où il se trouve maintenant :\n  "
        "pip install ADRESSE_OU_FICHIER",
        "en": "micrograd-lab was installed from {path}, which is no longer there: the project could not be set up "
        "from it. Install micrograd-lab again from where it is now:\n  pip install ADDRESS_OR_FILE",
    },
    "first commit": {"fr": "Point de départ du TP1", "en": "Where lab 1 starts"},
    "made": {"fr": "Projet créé : {path}", "en": "Project made: {path}"},
    "identity": {
        "fr": "Git ne connaissait pas votre nom ou votre adresse ; ce projet utilise « {name} <{email}> ». Pour "
        "le changer :\n  "
        'git config user.name "Prénom Nom"\n  '
        'git config user.email "vous@exemple.fr"',
        "en": 'Git did not know your name or your address; this project uses "{name} <{email}>". To change '
        "it:\n  "
        'git config user.name "First Last"\n  '
        'git config user.email "you@example.org"',
    },
    "next": {
        "fr": "Et maintenant :\n  "
        "cd {path}\n  "
        "micrograd lab open\n"
        "Pour rendre, créez sur GitLab un projet privé « {name} », vide (sans README), ajoutez-y votre enseignant "
        "comme rapporteur, enregistrez le notebook, puis :\n  "
        "git remote add origin ADRESSE_DU_PROJET\n  "
        "micrograd lab submit\n"
        "Le fichier README.md du projet redit tout cela, et comment préparer un autre ordinateur.",
        "en": "What to do now:\n  "
        "cd {path}\n  "
        "micrograd lab open\n"
        'To hand in, create a private project "{name}" on GitLab, empty (without a README), add your teacher as a '
        "reporter, save the notebook, then:\n  "
        "git remote add origin ADDRESS_OF_THE_PROJECT\n  "
        "micrograd lab submit\n"
        "The project's README.md says all this again, and how to set up another computer.",
    },
    "pins": {
        "fr": "# Ce avec quoi le TP se fait. Pour l'installer : pip install -r requirements.txt\n"
        "# Le sujet demande des versions de 2022, qui ne s'installent plus avec un Python d'aujourd'hui. Voici les\n"
        "# mêmes bibliothèques dans des versions actuelles ; un nom répété a une version pour chaque Python.",
        "en": "# What the lab is done with. Install it with: pip install -r requirements.txt\n"
        "# The handout asks for versions of 2022, which no longer install with a Python of today. Here are the same\n"
        "# libraries in current versions; a name that is repeated has one version for each Python.",
    },
    "micrograd itself": {
        "fr": "# Et micrograd lui-même, d'où il a été installé ici (le micrograd de PyPI en est un autre).",
        "en": "# And micrograd itself, from where it was installed here (PyPI's micrograd is another one).",
    },
    "only here": {
        "fr": "# Sur un autre ordinateur, mettez à la place de file:… l'adresse que donne votre enseignant.",
        "en": "# On another computer, put the address that your teacher gives in the place of file:...",
    },
    "nbgrader made": {
        "fr": "Cours nbgrader prêt : {path}\nEnsuite, dans ce dossier : nbgrader generate_assignment {name}",
        "en": "nbgrader course ready: {path}\nNext, in that folder: nbgrader generate_assignment {name}",
    },
    # find
    "no notebook": {
        "fr": "aucun notebook {name} ici ni dans {folder}/ : placez-vous dans votre projet (BUT3-DL-…), ou "
        "donnez le chemin du notebook",
        "en": "there is no notebook {name} here nor in {folder}/: go to your project (BUT3-DL-...), or give the "
        "notebook's path",
    },
    "opening": {
        "fr": "JupyterLab s'ouvre sur {path} (Ctrl-C pour l'arrêter)",
        "en": "JupyterLab opens on {path} (Ctrl-C stops it)",
    },
    "no jupyterlab": {
        "fr": "JupyterLab n'est pas installé :\n  {command}",
        "en": "JupyterLab is not installed:\n  {command}",
    },
    "colon": {"fr": " :", "en": ":"},
    # check
    "running": {"fr": "Exécution", "en": "Running"},
    "task": {"fr": "Tâche", "en": "Task"},
    "of": {"fr": "{got} / {most}", "en": "{got} / {most}"},
    "words done": {"fr": "question : réponse donnée", "en": "question: answered"},
    "words missing": {
        "fr": "question : la réponse en mots manque",
        "en": "question: the answer in words is missing",
    },
    "remark": {"fr": "remarque", "en": "remark"},
    "total": {
        "fr": "Total des vérifications : {got} / {most} (et {words} points pour les réponses en mots, lues par "
        "l'enseignant)",
        "en": "Checks in total: {got} / {most} (and {words} points for the answers in words, which the teacher "
        "reads)",
    },
    "place": {"fr": "{task}, cellule de code n° {number}", "en": "{task}, code cell {number}"},
    "saved": {
        "fr": "{name}, enregistré {when} : c'est cet état du fichier qui est vérifié.",
        "en": "{name}, saved {when}: this state of the file is what is checked.",
    },
    "when": {"fr": "le {day} à {time}", "en": "on {day} at {time}"},
    "recognised": {"fr": "Reconnu : tâches {tasks}", "en": "Recognised: tasks {tasks}"},
    "not recognised": {
        "fr": " ; pas trouvé : {tasks}. Écrivez « Tâche {first} » au-dessus de ce qui y répond, et de même pour les "
        "autres.",
        "en": '; not found: {tasks}. Write "Task {first}" above what answers it, and likewise for the others.',
    },
    "none": {"fr": "aucune", "en": "none"},
    "outside": {"fr": "hors des tâches", "en": "outside of the tasks"},
    "stops": {"fr": "{place} : elle s'arrête. {error}", "en": "{place} stops. {error}"},
    "errors": {"fr": "Cellules qui s'arrêtent sur une erreur :", "en": "Cells that stop with an error:"},
    "ended": {
        "fr": "L'exécution s'est arrêtée ({place}) : {reason}",
        "en": "The run ended ({place}): {reason}",
    },
    "end time": {"fr": "le temps est écoulé", "en": "out of time"},
    "end stuck": {
        "fr": "une cellule ne se laisse pas interrompre",
        "en": "a cell does not let itself be interrupted",
    },
    "end paused": {
        "fr": "une cellule a suspendu le programme qui l'exécute",
        "en": "a cell has suspended the program that runs it",
    },
    "end memory": {"fr": "trop de mémoire", "en": "too much memory"},
    "end processes": {"fr": "trop de processus", "en": "too many processes"},
    "end written": {"fr": "trop d'octets écrits", "en": "too many bytes written"},
    "end flood": {"fr": "trop de sorties", "en": "too much output"},
    "end died": {
        "fr": "Python s'est arrêté de lui-même ({detail})",
        "en": "Python ended by itself ({detail})",
    },
    "no task": {
        "fr": "il n'y a pas de tâche {number} : le TP a les tâches {first} à {last}",
        "en": "there is no task {number}: the lab has tasks {first} to {last}",
    },
    "to do": {"fr": "à faire", "en": "to do"},
    "check failed": {
        "fr": "{path} ne peut pas être vérifié : {reason}",
        "en": "{path} cannot be checked: {reason}",
    },
    # submit
    "no repository": {
        "fr": "{path} n'est pas dans un dépôt Git. Si votre projet (BUT3-DL-…) est ailleurs, placez-vous-y ; sinon, "
        "faites de ce dossier un dépôt :\n  {command}\npuis recommencez.",
        "en": "{path} is not in a Git repository. If your project (BUT3-DL-...) is elsewhere, go there; if not, make a "
        "repository of this folder:\n  {command}\nThen try again.",
    },
    "under way": {
        "fr": "une opération de Git est en cours dans le dépôt ({operation}) : terminez-la, ou annulez-la par\n  "
        "{command}",
        "en": "the repository is in the middle of an operation of Git's ({operation}): finish it, or undo it by\n  "
        "{command}",
    },
    "detached": {
        "fr": "le dépôt n'est sur aucune branche ; pour en avoir une, sans rien perdre :\n  {command}",
        "en": "the repository is on no branch; to be on one, without losing anything:\n  {command}",
    },
    "no remote": {
        "fr": "aucun dépôt distant n'est configuré :\n  git remote add origin ADRESSE_DU_PROJET",
        "en": "no remote is configured:\n  git remote add origin ADDRESS_OF_THE_PROJECT",
    },
    "which remote": {
        "fr": "plusieurs dépôts distants ({remotes}) : précisez lequel, par exemple\n  micrograd lab submit "
        "--remote {first}",
        "en": "there are several remotes ({remotes}): say which, for example\n  micrograd lab submit "
        "--remote {first}",
    },
    "unknown remote": {
        "fr": "le dépôt distant {remote} n'existe pas ; il y a : {remotes}. Par exemple :\n  micrograd lab submit "
        "--remote {first}",
        "en": "there is no remote {remote}; there are: {remotes}. For example:\n  micrograd lab submit "
        "--remote {first}",
    },
    "handed in": {
        "fr": "ce travail est déjà rendu (tag {tag} sur {remote}). Pour le remplacer, avant la date limite :\n  "
        "micrograd lab submit --again",
        "en": "this work is handed in already (tag {tag} on {remote}). To replace it, before the deadline:\n  "
        "micrograd lab submit --again",
    },
    "tag is here": {
        "fr": "le tag {tag} existe déjà dans ce dépôt, mais pas sur {remote}. Pour rendre le commit qu'il "
        "désigne :\n  {command}\nPour rendre plutôt l'état actuel :\n  "
        "micrograd lab submit --again",
        "en": "the tag {tag} exists already in this repository, but not on {remote}. To hand in the commit that "
        "it names:\n  {command}\nTo hand in what is here now instead:\n  "
        "micrograd lab submit --again",
    },
    "other commits": {
        "fr": "la branche de {remote} a des commits que vous n'avez pas (un README créé par GitLab, par exemple). "
        "Cette commande les réunit aux vôtres, en gardant vos fichiers :\n  {command}\npuis recommencez.",
        "en": "the branch on {remote} has commits that you do not have (a README that GitLab made, for example). "
        "This command joins them with yours, and keeps your files:\n  {command}\nThen try again.",
    },
    "other notebook": {
        "fr": "{remote} a une autre version de {file} que la vôtre (commit {commit}). Si la vôtre est la bonne, "
        "cette commande garde tous vos fichiers :\n  {command}\npuis recommencez. L'autre version reste là : "
        "git show {commit}:{file}",
        "en": "{remote} has another version of {file} than yours (commit {commit}). If yours is the right one, this "
        "command keeps all your files:\n  {command}\nThen try again. The other version stays there: "
        "git show {commit}:{file}",
    },
    "unreachable": {
        "fr": "le dépôt distant {remote} ({url}) n'a pas pu être lu : rien n'a été fait.\n{reason}\nSi cette adresse "
        "n'est pas celle de votre projet :\n  {command}",
        "en": "the remote {remote} ({url}) could not be read: nothing was done.\n{reason}\nIf that is not the address "
        "of your project:\n  {command}",
    },
    "address": {"fr": "ADRESSE_DU_PROJET", "en": "ADDRESS_OF_THE_PROJECT"},
    "ignored": {
        "fr": "Git laisse {path} de côté (un fichier .gitignore le lui demande) : rien ne serait rendu. Pour l'y "
        "mettre :\n  {command}\npuis recommencez.",
        "en": "Git leaves {path} out (a file .gitignore tells it to): nothing would be handed in. To put it in:\n  "
        "{command}\nThen try again.",
    },
    "protected": {
        "fr": "La branche {branch} est protégée sur {remote} : vous ne pouvez pas y écrire. Rendez alors sur une "
        "branche à vous, le tag compte autant :\n  {command}",
        "en": "Branch {branch} is protected on {remote}: you may not write to it. Hand in on a branch of your own "
        "then, the tag counts as much:\n  {command}",
    },
    "not yours": {
        "fr": "Vous n'avez pas le droit d'écrire dans {url} : c'est sans doute le projet de quelqu'un d'autre. Créez "
        "le vôtre ({name}), donnez son adresse, puis recommencez :\n  {command}",
        "en": "You may not write to {url}: most likely it is somebody else's project. Create your own ({name}), give "
        "its address, and try again:\n  {command}",
    },
    "no identity": {
        "fr": "Git ne connaît pas votre nom :\n  "
        'git config user.name "Prénom Nom"\n  '
        'git config user.email "vous@exemple.fr"',
        "en": "Git does not know your name:\n  "
        'git config user.name "First Last"\n  '
        'git config user.email "you@example.org"',
    },
    "plan": {"fr": "Ce qui va être fait :", "en": "What will be done:"},
    "plan commit": {
        "fr": "enregistrer {count} fichier(s) modifié(s) dans un commit :",
        "en": "commit {count} changed file(s):",
    },
    "plan no commit": {
        "fr": "aucun commit : tout est déjà enregistré",
        "en": "no commit: everything is committed already",
    },
    "plan notebook": {
        "fr": "rendre {name} tel qu'il a été enregistré {when}",
        "en": "hand in {name} as it was saved {when}",
    },
    "plan tag": {
        "fr": "poser le tag « {tag} » sur le commit de la branche {branch}",
        "en": 'set the tag "{tag}" on the commit of branch {branch}',
    },
    "plan push": {
        "fr": "envoyer la branche {branch} et le tag à {remote} ({url})",
        "en": "push branch {branch} and the tag to {remote} ({url})",
    },
    "dry": {"fr": "Essai à blanc : rien n'a été fait.", "en": "Dry run: nothing was done."},
    "confirm": {"fr": "Continuer ? [O/n] ", "en": "Continue? [Y/n] "},
    "yes": {"fr": "o oui y yes", "en": "y yes o oui"},
    "stopped": {"fr": "Arrêté : rien n'a été fait.", "en": "Stopped: nothing was done."},
    "commit message": {"fr": "Rendu du TP1", "en": "Hand in lab 1"},
    "tag message": {"fr": "Rendu du TP1", "en": "Hand in lab 1"},
    "undone": {
        "fr": "rien n'a été rendu, tout est revenu comme avant (ni commit, ni tag).\n{reason}",
        "en": "nothing was handed in, everything is as it was before (no commit, no tag).\n{reason}",
    },
    "done": {
        "fr": "Rendu : commit {commit}, tag « {tag} », envoyés à {remote} ({url}).\n"
        "Pour remplacer ce rendu, avant la date limite :\n  micrograd lab submit --again",
        "en": 'Handed in: commit {commit}, tag "{tag}", pushed to {remote} ({url}).\n'
        "To replace it, before the deadline:\n  micrograd lab submit --again",
    },
    "too large": {
        "fr": "fichiers de plus de {most} Mo : {files}. Pour ne pas les rendre (depuis la racine du projet) :\n  "
        "{command}",
        "en": "files of more than {most} MB: {files}. To leave them out (from the project's root):\n  {command}",
    },
}

say = partial(language.say, WORDS)
