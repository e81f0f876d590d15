"""What ``new``, ``open``, ``check`` and ``submit`` say, in both languages."""

from __future__ import annotations

from micrograd.language import Language

WORDS: dict[Language, dict[str, str]] = {
    "fr": {
        # new
        "bad login": "« {login} » ne suit pas la convention du sujet : la première lettre du prénom puis le nom, en"
        " minuscules sans accent (jdupont pour Jean Dupont ; chiffres et traits d'union permis ensuite).",
        "meant": "Vouliez-vous dire {login} ?",
        "no git": "git n'est pas installé : installez-le depuis https://git-scm.com, puis recommencez",
        "exists": "{path} existe déjà : rien n'a été touché. Choisissez un autre dossier avec --folder",
        "no folder": "{path} n'est pas un dossier où créer le projet",
        "not made": "le projet n'a pas pu être créé ({reason}) ; rien n'a été laissé derrière",
        "first commit": "Point de départ du TP1",
        "made": "Projet créé : {path}",
        "identity": "Git ne connaissait pas votre nom ou votre adresse ; ce projet utilise « {name} <{email}> »."
        " Pour le changer :\n"
        '  git config user.name "Prénom Nom"\n  git config user.email "vous@exemple.fr"',
        "next": "Et maintenant :\n  cd {path}\n  python3 -m venv ml-venv      (environnement, voir README.md)\n"
        "  micrograd lab open\n"
        "Pour le rendu, créez sur GitLab un projet privé « {name} », ajoutez-y votre enseignant comme rapporteur, puis"
        "\n  git remote add origin ADRESSE_DU_PROJET\n  micrograd lab submit",
        "nbgrader made": "Cours nbgrader prêt : {path}\nEnsuite, dans ce dossier : nbgrader generate_assignment {name}",
        # find
        "no notebook": "aucun notebook {name} ici ni dans {folder}/ : placez-vous dans votre projet (BUT3-DL-…), ou"
        " donnez le chemin du notebook",
        "opening": "JupyterLab s'ouvre sur {path} (Ctrl-C pour l'arrêter)",
        # check
        "running": "Exécution",
        "right": "juste",
        "task": "Tâche",
        "of": "{got} / {most}",
        "words done": "question : répondue",
        "words missing": "question : la réponse en mots manque",
        "remark": "remarque",
        "total": "Total des vérifications : {got} / {most} (et {words} points pour les réponses en mots, lues par"
        " l'enseignant)",
        "place": "{task}, cellule « {line} »",
        "outside": "hors des tâches",
        "stops": "la cellule « {line} » s'arrête : {error}",
        "errors": "Cellules qui s'arrêtent sur une erreur :",
        "ended": "L'exécution s'est arrêtée ({place}) : {reason}",
        "end time": "le temps est écoulé",
        "end memory": "trop de mémoire",
        "end processes": "trop de processus",
        "end written": "trop d'octets écrits",
        "end flood": "trop de sorties",
        "end died": "Python s'est arrêté de lui-même ({detail})",
        "unseen": "ne se voit pas d'ici",
        "to do": "à faire",
        "check failed": "le notebook {path} n'est pas lisible : {reason}",
        # submit
        "no repository": "{path} n'est pas dans un dépôt Git : placez-vous dans votre projet",
        "no commit rights": "une fusion ou un rebase est en cours dans le dépôt : terminez d'abord cette opération",
        "detached": "le dépôt n'est sur aucune branche : revenez-y par « git switch main »",
        "no remote": "aucun dépôt distant n'est configuré :\n  git remote add origin ADRESSE_DU_PROJET",
        "which remote": "plusieurs dépôts distants ({remotes}) : choisissez avec --remote",
        "unknown remote": "le dépôt distant {remote} n'existe pas ; il y a : {remotes}",
        "tag exists": "le tag {tag} existe déjà ({where}) : un rendu ne se déplace pas. Pour rendre autre chose,"
        " demandez à votre enseignant",
        "here": "dans ce dépôt",
        "there": "sur {remote}",
        "unreachable": "le dépôt distant {remote} ne répond pas : rien n'a été fait.\n{reason}",
        "no identity": "Git ne connaît pas votre nom :\n"
        '  git config user.name "Prénom Nom"\n  git config user.email "vous@exemple.fr"',
        "plan": "Ce qui va être fait :",
        "plan commit": "enregistrer {count} fichier(s) modifié(s) dans un commit :",
        "plan no commit": "aucun commit : tout est déjà enregistré",
        "plan tag": "poser le tag « {tag} » sur le commit de la branche {branch}",
        "plan push": "envoyer la branche {branch} et le tag à {remote} ({url})",
        "dry": "Essai à blanc : rien n'a été fait.",
        "confirm": "Continuer ? [O/n] ",
        "yes": "o oui y yes",
        "stopped": "Arrêté : rien n'a été fait.",
        "commit message": "Rendu du TP1",
        "tag message": "Rendu du TP1",
        "undone": "l'envoi a échoué, tout est revenu comme avant (ni commit, ni tag).\n{reason}",
        "pull first": "Le dépôt distant contient des commits que vous n'avez pas : « git pull --rebase », puis"
        " recommencez.",
        "done": "Rendu : commit {commit}, tag « {tag} », envoyés à {remote} ({url}).",
        "too large": "fichiers de plus de {most} Mo : {files}. Retirez-les ou ajoutez-les à .gitignore",
    },
    "en": {
        "bad login": '"{login}" does not follow the handout\'s convention: the first letter of the first name, then'
        " the family name, in lower case without accents (jdupont for Jean Dupont; digits and hyphens may follow).",
        "meant": "Did you mean {login}?",
        "no git": "git is not installed: install it from https://git-scm.com, then try again",
        "exists": "{path} exists already: nothing was touched. Choose another folder with --folder",
        "no folder": "{path} is not a folder to create the project in",
        "not made": "the project could not be made ({reason}); nothing was left behind",
        "first commit": "Where lab 1 starts",
        "made": "Project made: {path}",
        "identity": 'Git did not know your name or your address; this project uses "{name} <{email}>". To change it:\n'
        '  git config user.name "First Last"\n  git config user.email "you@example.org"',
        "next": "What now:\n  cd {path}\n  python3 -m venv ml-venv      (environment, see README.md)\n"
        "  micrograd lab open\n"
        'To hand in, create a private project "{name}" on GitLab, add your teacher as a reporter, then'
        "\n  git remote add origin ADDRESS_OF_THE_PROJECT\n  micrograd lab submit",
        "nbgrader made": "nbgrader course ready: {path}\nNext, in that folder: nbgrader generate_assignment {name}",
        "no notebook": "there is no notebook {name} here nor in {folder}/: go to your project (BUT3-DL-...), or give"
        " the notebook's path",
        "opening": "JupyterLab opens on {path} (Ctrl-C stops it)",
        "running": "Running",
        "right": "right",
        "task": "Task",
        "of": "{got} / {most}",
        "words done": "question: answered",
        "words missing": "question: the answer in words is missing",
        "remark": "remark",
        "total": "Checks in total: {got} / {most} (and {words} points for the answers in words, which the teacher"
        " reads)",
        "place": '{task}, cell "{line}"',
        "outside": "outside of the tasks",
        "stops": 'the cell "{line}" stops: {error}',
        "errors": "Cells that stop with an error:",
        "ended": "The run ended ({place}): {reason}",
        "end time": "out of time",
        "end memory": "too much memory",
        "end processes": "too many processes",
        "end written": "too many bytes written",
        "end flood": "too much output",
        "end died": "Python ended by itself ({detail})",
        "unseen": "cannot be seen from here",
        "to do": "to do",
        "check failed": "the notebook {path} cannot be read: {reason}",
        "no repository": "{path} is not in a Git repository: go to your project",
        "no commit rights": "the repository is in the middle of a merge or a rebase: finish that first",
        "detached": "the repository is on no branch: go back to one with `git switch main`",
        "no remote": "no remote is configured:\n  git remote add origin ADDRESS_OF_THE_PROJECT",
        "which remote": "there are several remotes ({remotes}): choose one with --remote",
        "unknown remote": "there is no remote {remote}; there are: {remotes}",
        "tag exists": "the tag {tag} exists already ({where}): what was handed in does not move. To hand in something"
        " else, ask your teacher",
        "here": "in this repository",
        "there": "on {remote}",
        "unreachable": "the remote {remote} does not answer: nothing was done.\n{reason}",
        "no identity": "Git does not know your name:\n"
        '  git config user.name "First Last"\n  git config user.email "you@example.org"',
        "plan": "What will be done:",
        "plan commit": "commit {count} changed file(s):",
        "plan no commit": "no commit: everything is committed already",
        "plan tag": 'set the tag "{tag}" on the commit of branch {branch}',
        "plan push": "push branch {branch} and the tag to {remote} ({url})",
        "dry": "Dry run: nothing was done.",
        "confirm": "Continue? [Y/n] ",
        "yes": "y yes o oui",
        "stopped": "Stopped: nothing was done.",
        "commit message": "Hand in lab 1",
        "tag message": "Hand in lab 1",
        "undone": "the push failed, everything is as it was before (no commit, no tag).\n{reason}",
        "pull first": "The remote has commits that you do not have: `git pull --rebase`, then try again.",
        "done": 'Handed in: commit {commit}, tag "{tag}", pushed to {remote} ({url}).',
        "too large": "files of more than {most} MB: {files}. Remove them or add them to .gitignore",
    },
}
