"""What the checks say, in both languages: what was looked at, and the hint where it is not right yet.

A hint says what was seen and where to look; it never gives the line to write. Fields in braces are filled from a
finding's values.
"""

from __future__ import annotations

from micrograd.language import Language

CHECKS: dict[str, dict[Language, str]] = {
    "observations": {"fr": "la tâche", "en": "the task"},
    "perceptron": {"fr": "le modèle à un neurone", "en": "the model of one neuron"},
    "seeds": {"fr": "les graines", "en": "the seeds"},
    "sigmoid": {"fr": "sigmoid(out)", "en": "sigmoid(out)"},
    "sigmoid-operation": {"fr": "sigmoid_operation(out)", "en": "sigmoid_operation(out)"},
    "error": {"fr": "l'erreur quadratique", "en": "the squared error"},
    "backward": {"fr": "la propagation", "en": "the backward pass"},
    "graph": {"fr": "le graphe affiché", "en": "the graph on display"},
    "by-hand": {"fr": "les gradients à la main", "en": "the gradients by hand"},
    "binary": {"fr": "binary(out)", "en": "binary(out)"},
    "updated": {"fr": "les poids corrigés", "en": "the updated weights"},
    "reset": {"fr": "la remise à zéro des gradients", "en": "resetting the gradients"},
    "moons": {"fr": "les données", "en": "the data"},
    "loss": {"fr": "model_loss : l'erreur", "en": "model_loss: the loss"},
    "accuracy": {"fr": "model_loss : la précision", "en": "model_loss: the accuracy"},
    "pure": {"fr": "model_loss ne change pas le modèle", "en": "model_loss leaves the model alone"},
    "connected": {"fr": "l'erreur se propage", "en": "the loss can be propagated"},
    "small": {"fr": "le modèle à deux neurones cachés", "en": "the model with two hidden neurons"},
    "small-backward": {"fr": "la propagation dans ce modèle", "en": "the backward pass through it"},
    "update": {"fr": "le pas de descente", "en": "the descent step"},
    "rate": {"fr": "le taux d'apprentissage", "en": "the learning rate"},
    "handout-rate": {"fr": "le taux du sujet", "en": "the handout's rate"},
    "printed": {"fr": "l'affichage à chaque itération", "en": "a line at each iteration"},
    "result": {"fr": "le modèle entraîné", "en": "the trained model"},
}

HINTS: dict[str, dict[Language, str]] = {
    "tampered": {
        "fr": "les observations de cette tâche sont illisibles : le notebook est intervenu dans la vérification",
        "en": "the observations of this task cannot be read: the notebook interfered with the check",
    },
    "not-observable": {
        "fr": "nos vérifications n'ont pas pu lire vos variables : {error}",
        "en": "our checks could not read your variables: {error}",
    },
    "not-run": {
        "fr": "cette tâche n'a pas pu être exécutée : le notebook s'est arrêté avant",
        "en": "this task could not be run: the notebook stopped before it",
    },
    "too-slow": {
        "fr": "nos appels à vos fonctions ne se terminent pas à temps : une boucle sans fin ?",
        "en": "our calls to your functions do not end in time: an endless loop?",
    },
    "function-failed": {
        "fr": "{name} s'arrête sur une erreur avec nos données : {error}",
        "en": "{name} stops with an error on our data: {error}",
    },
    "returns-nothing": {
        "fr": "{name} ne renvoie encore rien : que doit recevoir celui qui l'appelle ?",
        "en": "{name} returns nothing yet: what should its caller receive?",
    },
    "returns-no-number": {
        "fr": "{name} renvoie un objet ({kind}) dont on ne peut tirer un nombre",
        "en": "{name} returns an object ({kind}) that holds no number",
    },
    "after-task": {
        "fr": "à regarder après la tâche {task}, sur laquelle elle s'appuie",
        "en": "to be looked at after task {task}, which it stands on",
    },
    "from-package": {
        "fr": "le code de cette tâche est pris dans le paquet installé (micrograd.lab) : ce n'est pas un travail rendu",
        "en": "this task's code is taken out of the installed package (micrograd.lab): that is no work handed in",
    },
    # Task 1
    "no-perceptron": {
        "fr": "aucun modèle à un neurone et deux entrées n'est encore là (nous le cherchons sous le nom perceptron)",
        "en": "there is no model of one neuron with two inputs yet (we look for it under the name perceptron)",
    },
    "perceptron-size": {
        "fr": "le modèle a {count} paramètres ; deux entrées et un seul neurone en font 3",
        "en": "the model has {count} parameters; two inputs and a single neuron make 3",
    },
    "perceptron-call": {
        "fr": "le modèle ne donne pas de nombre pour deux entrées : {error}",
        "en": "the model gives no number for two inputs: {error}",
    },
    "perceptron-not-linear": {
        "fr": "la sortie n'est pas w0·x0 + w1·x1 + b : un neurone de sortie n'a pas de fonction d'activation",
        "en": "the output is not w0·x0 + w1·x1 + b: an output neuron has no activation function",
    },
    "seeds-not-set": {
        "fr": "les nombres tirés ne sont pas ceux du sujet : les deux graines (random et NumPy) sont-elles fixées à 42"
        " juste avant, et rien d'autre tiré entre-temps ?",
        "en": "the numbers drawn are not the handout's: are both seeds (random's and NumPy's) set to 42 just before,"
        " with nothing else drawn in between?",
    },
    # Task 2
    "no-sigmoid": {
        "fr": "la fonction sigmoid n'est pas encore écrite",
        "en": "the function sigmoid is not written yet",
    },
    "sigmoid-unseen": {
        "fr": "la sigmoïde ne prend pas d'argument : d'ici nous ne pouvons pas l'appeler. Quel est son argument ?",
        "en": "the sigmoid takes no argument: it cannot be called from here. What is its argument?",
    },
    "no-sigmoid-operation": {
        "fr": "la fonction sigmoid_operation n'est pas encore écrite",
        "en": "the function sigmoid_operation is not written yet",
    },
    "sigmoid-plain-number": {
        "fr": "sigmoid renvoie un simple nombre : il a oublié le graphe, et plus rien ne pourra être propagé",
        "en": "sigmoid returns a plain number: it has forgotten the graph, and nothing can be propagated any more",
    },
    "sigmoid-cut-off": {
        "fr": "la valeur est juste, mais la Value renvoyée est toute neuve : elle ne sait plus d'où elle vient, et rien"
        " ne pourra être propagé jusqu'aux poids",
        "en": "the value is right, but the Value returned is a fresh one: it does not know where it comes from, and"
        " nothing can be propagated to the weights",
    },
    "sigmoid-twice": {
        "fr": "la sigmoïde est appliquée deux fois",
        "en": "the sigmoid is applied twice",
    },
    "sigmoid-sign": {
        "fr": "la sigmoïde va dans l'autre sens : proche de 1 pour les grands négatifs. Regardez le signe dans"
        " l'exponentielle",
        "en": "the sigmoid runs the other way: near 1 for large negative numbers. Look at the sign inside the"
        " exponential",
    },
    "sigmoid-derivative": {
        "fr": "c'est la dérivée de la sigmoïde que la fonction renvoie, et non la sigmoïde",
        "en": "the function returns the sigmoid's derivative, not the sigmoid",
    },
    "sigmoid-tanh": {
        "fr": "c'est la tangente hyperbolique : elle va de −1 à 1, et la sigmoïde de 0 à 1",
        "en": "this is the hyperbolic tangent: it runs from −1 to 1, and the sigmoid from 0 to 1",
    },
    "sigmoid-unchanged": {
        "fr": "la fonction renvoie son argument inchangé",
        "en": "the function returns its argument unchanged",
    },
    "sigmoid-outside": {
        "fr": "sigmoid({input}) donne {got} : une sigmoïde reste entre 0 et 1",
        "en": "sigmoid({input}) gives {got}: a sigmoid stays between 0 and 1",
    },
    "sigmoid-value": {
        "fr": "sigmoid({input}) donne {got}, ce que la formule de l'énoncé ne donne pas",
        "en": "sigmoid({input}) gives {got}, which is not what the formula gives",
    },
    "operation-gradient": {
        "fr": "la valeur est juste, mais le gradient qui traverse sigmoid_operation n'est pas celui d'une sigmoïde :"
        " le graphe connaît-il cette opération ?",
        "en": "the value is right, but the gradient that comes through sigmoid_operation is not a sigmoid's: does the"
        " graph know this operation?",
    },
    # Task 3
    "no-error": {
        "fr": "la sortie et l'erreur ne sont pas encore calculées (nous les cherchons sous les noms output et error)",
        "en": "the output and the error are not computed yet (we look for them under the names output and error)",
    },
    "error-not-value": {
        "fr": "error est un simple nombre : il ne peut pas se propager. L'erreur doit rester une Value",
        "en": "error is a plain number: it cannot be propagated. The error has to stay a Value",
    },
    "no-backward": {
        "fr": "l'erreur n'a pas encore été propagée : son propre gradient n'est pas 1",
        "en": "the error has not been propagated yet: its own gradient is not 1",
    },
    "other-input": {
        "fr": "x ne contient pas l'entrée demandée, [0.888, 0.777]",
        "en": "x does not hold the input that was asked for, [0.888, 0.777]",
    },
    "other-target": {
        "fr": "la sortie attendue est 1, et non {given}",
        "en": "the expected output is 1, not {given}",
    },
    "no-sigmoid-on-output": {
        "fr": "la sigmoïde n'est pas appliquée à la sortie du modèle",
        "en": "the sigmoid is not applied to the model's output",
    },
    "error-not-squared": {
        "fr": "l'erreur est l'écart à la cible, sans son carré",
        "en": "the error is the distance to the target, without its square",
    },
    "error-difference": {
        "fr": "l'erreur est l'écart à la cible, sans son carré",
        "en": "the error is the distance to the target, without its square",
    },
    "error-half": {
        "fr": "l'erreur est la moitié du carré de l'écart ; le sujet demande le carré",
        "en": "the error is half the square of the distance; the square was asked for",
    },
    "output-squared": {
        "fr": "le carré porte sur la sortie seule, et non sur l'écart à la cible",
        "en": "the square is of the output alone, not of the distance to the target",
    },
    "error-value": {
        "fr": "error vaut {got:.4f} pour une sortie de {output:.4f} : est-ce bien le carré de l'écart à la cible ?",
        "en": "error is {got:.4f} for an output of {output:.4f}: is it the square of the distance to the target?",
    },
    "no-graph": {"fr": "aucun graphe n'est affiché dans cette tâche", "en": "no graph is shown in this task"},
    # Task 4
    "no-by-hand": {
        "fr": "nous ne retrouvons pas les trois gradients (w0, w1, b) parmi vos calculs : partez de la dérivée de"
        " l'erreur et multipliez par chaque dérivée locale",
        "en": "we do not find the three gradients (w0, w1, b) among your computations: start from the derivative of"
        " the error and multiply by each local derivative",
    },
    "by-hand-swapped": {
        "fr": "les trois nombres y sont, mais les gradients de {first} et de {second} sont échangés : quelle entrée"
        " chaque poids multiplie-t-il ?",
        "en": "the three numbers are there, but the gradients of {first} and {second} are swapped: which input does"
        " each weight multiply?",
    },
    "by-hand-unseen": {
        "fr": "les gradients calculés ne sont pas dans des variables, et d'ici nous ne voyons qu'elles",
        "en": "the gradients you computed are in no variable, and variables are all that can be seen from here",
    },
    # Task 5
    "no-binary": {
        "fr": "la fonction binary n'est pas encore écrite",
        "en": "the function binary is not written yet",
    },
    "threshold-zero": {
        "fr": "toute sortie reçoit l'étiquette 1 ; or une sigmoïde ne descend jamais sous 0. Où est le milieu entre 0"
        " et 1, et quelle valeur la prédiction regarde-t-elle ?",
        "en": "every output gets the label 1; but a sigmoid never goes below 0. Where is the middle between 0 and 1,"
        " and which value does the prediction look at?",
    },
    "labels-minus-one": {
        "fr": "les étiquettes sont −1 et 1 ; une sigmoïde ne descend jamais sous 0, elle ne peut pas atteindre −1",
        "en": "the labels are −1 and 1; a sigmoid never goes below 0, it cannot reach −1",
    },
    "binary-swapped": {
        "fr": "les étiquettes 0 et 1 sont échangées : laquelle revient à une sortie au-dessus de 0,5 ?",
        "en": "the labels 0 and 1 are swapped: which one belongs to an output above 0.5?",
    },
    "binary-sigmoid": {
        "fr": "binary applique encore la sigmoïde à une sortie qui y est déjà passée",
        "en": "binary applies the sigmoid again to an output that has been through it already",
    },
    "binary-value": {
        "fr": "binary renvoie {got} pour une sortie de {input} ; l'étiquette est 1 au-dessus de 0,5, sinon 0",
        "en": "binary returns {got} for an output of {input}; the label is 1 above 0.5, otherwise 0",
    },
    "not-updated": {
        "fr": "les poids du perceptron n'ont pas encore changé",
        "en": "the perceptron's weights have not changed yet",
    },
    "not-enough-updates": {
        "fr": "les poids vont dans le bon sens, mais le modèle ne prédit pas encore 1 : une correction ne suffit pas"
        " toujours",
        "en": "the weights move the right way, but the model does not predict 1 yet: one update is not always enough",
    },
    "update-without-gradient": {
        "fr": "les poids ne changent pas : au moment de les corriger, tous les gradients sont nuls. Que se passe-t-il"
        " entre la propagation et la correction ?",
        "en": "the weights do not change: when they are updated, all gradients are zero. What happens between the"
        " backward pass and the update?",
    },
    "wrong-sign": {
        "fr": "les poids avancent dans le sens du gradient, et l'erreur augmente : le gradient montre la montée",
        "en": "the weights move along the gradient, and the error grows: the gradient points uphill",
    },
    "gradients-not-reset": {
        "fr": "les gradients s'additionnent d'une itération à l'autre : il manque leur remise à zéro avant chaque"
        " propagation",
        "en": "the gradients add up from one iteration to the next: they are not set back to zero before each"
        " backward pass",
    },
    # Task 6
    "no-moons": {
        "fr": "les points X et leurs étiquettes y ne sont pas encore là",
        "en": "the points X and their labels y are not there yet",
    },
    "moons-count": {
        "fr": "il y a {count} points et {labels} étiquettes ; 100 points à deux coordonnées sont demandés",
        "en": "there are {count} points and {labels} labels; 100 points with two coordinates were asked for",
    },
    "labels-other": {
        "fr": "les étiquettes sont {labels} ; make_moons donne 0 et 1",
        "en": "the labels are {labels}; make_moons gives 0 and 1",
    },
    "labels-swapped": {
        "fr": "les étiquettes 0 et 1 sont échangées",
        "en": "the labels 0 and 1 are swapped",
    },
    "not-moons": {
        "fr": "les points ne dessinent pas deux croissants : sont-ils tirés au hasard, au lieu de make_moons ?",
        "en": "the points do not form two moons: were they drawn at random instead of by make_moons?",
    },
    "moons-noise": {
        "fr": "le bruit est d'environ {noise} ; 0,1 est demandé",
        "en": "the noise is about {noise}; 0.1 was asked for",
    },
    # Task 7
    "no-model-loss": {
        "fr": "la fonction model_loss n'est pas encore écrite",
        "en": "the function model_loss is not written yet",
    },
    "sum-for-mean": {
        "fr": "model_loss renvoie la somme des erreurs ; la moyenne est demandée",
        "en": "model_loss returns the sum of the errors; the mean was asked for",
    },
    "not-squared": {
        "fr": "l'erreur est la moyenne des écarts ; celle de leurs carrés est demandée",
        "en": "the loss is the mean of the distances; the mean of their squares was asked for",
    },
    "half-mean": {
        "fr": "l'erreur est la moitié de la moyenne des carrés",
        "en": "the loss is half the mean of the squares",
    },
    "root": {
        "fr": "l'erreur est la racine de la moyenne des carrés ; la moyenne elle-même est demandée",
        "en": "the loss is the root of the mean of the squares; the mean itself was asked for",
    },
    "last-only": {
        "fr": "seul le dernier point compte dans l'erreur : que devient celle des autres ?",
        "en": "only the last point counts in the loss: what becomes of the others?",
    },
    "first-only": {
        "fr": "seul le premier point compte dans l'erreur : la fonction renvoie-t-elle son résultat trop tôt ?",
        "en": "only the first point counts in the loss: does the function return too early?",
    },
    "difference": {
        "fr": "l'erreur est la moyenne des écarts avec leur signe, qui se compensent ; celle de leurs carrés est"
        " demandée",
        "en": "the loss is the mean of the differences with their signs, which cancel out; that of their squares was"
        " asked for",
    },
    "mean-of-means": {
        "fr": "l'erreur est divisée deux fois par le nombre de points",
        "en": "the loss is divided by the number of points twice",
    },
    "hundredth": {
        "fr": "la somme est divisée par 100 quel que soit le nombre de points",
        "en": "the sum is divided by 100 whatever the number of points",
    },
    "square-of-mean": {
        "fr": "c'est le carré de la moyenne des écarts ; la moyenne de leurs carrés est demandée",
        "en": "this is the square of the mean difference; the mean of the squares was asked for",
    },
    "hinge": {
        "fr": "c'est l'erreur à marge (hinge) ; l'erreur quadratique moyenne est demandée",
        "en": "this is the hinge loss; the mean squared error was asked for",
    },
    "binary-in-loss": {
        "fr": "l'erreur compare l'étiquette prédite (0 ou 1) à l'attendue : elle ne dépend plus en douceur des poids",
        "en": "the loss compares the predicted label (0 or 1) with the expected one: it no longer depends smoothly on"
        " the weights",
    },
    "cross-entropy": {
        "fr": "c'est l'entropie croisée ; l'erreur quadratique moyenne est demandée",
        "en": "this is the cross-entropy; the mean squared error was asked for",
    },
    "other-data": {
        "fr": "model_loss donne la même erreur quelles que soient les données : calcule-t-elle avec celles qu'elle"
        " reçoit ?",
        "en": "model_loss gives the same loss whatever the data: does it compute with the data that it is given?",
    },
    "other-model": {
        "fr": "model_loss donne la même erreur quel que soit le modèle : mesure-t-elle celui qu'elle reçoit ?",
        "en": "model_loss gives the same loss whatever the model: does it measure the one that it is given?",
    },
    "loss-value": {
        "fr": "model_loss donne une erreur de {got} là où l'on attend {expected} : reprenez la formule pas à pas",
        "en": "model_loss gives a loss of {got} where {expected} is expected: go through the formula step by step",
    },
    "loss-plain-number": {
        "fr": "l'erreur est un simple nombre : sans le graphe, elle ne pourra pas être propagée",
        "en": "the loss is a plain number: without its graph it cannot be propagated",
    },
    "loss-cut-off": {
        "fr": "l'erreur ne remonte pas jusqu'aux poids : quelque chose, en chemin, coupe le graphe",
        "en": "the loss does not lead back to the weights: something on the way cuts the graph",
    },
    "accuracy-missing": {
        "fr": "model_loss renvoie l'erreur seule ; la précision est demandée aussi",
        "en": "model_loss returns the loss alone; the accuracy was asked for too",
    },
    "accuracy-not-number": {
        "fr": "la précision renvoyée n'est pas un nombre",
        "en": "the accuracy that is returned is not a number",
    },
    "accuracy-before-sigmoid": {
        "fr": "la prédiction compare à 0,5 la sortie d'avant la sigmoïde",
        "en": "the prediction compares the output from before the sigmoid with 0.5",
    },
    "accuracy-always-zero": {
        "fr": "la précision est celle d'un modèle qui prédit toujours 0 : que compare-t-on à l'étiquette ?",
        "en": "the accuracy is that of a model that always predicts 0: what is compared with the label?",
    },
    "accuracy-ones": {
        "fr": "la précision compte les prédictions qui valent 1, sans les comparer aux étiquettes",
        "en": "the accuracy counts the predictions that are 1, without comparing them with the labels",
    },
    "accuracy-errors": {
        "fr": "la précision compte les mauvaises prédictions au lieu des bonnes",
        "en": "the accuracy counts the wrong predictions instead of the right ones",
    },
    "accuracy-count": {
        "fr": "la précision est un nombre de points ; une proportion est demandée",
        "en": "the accuracy is a number of points; a share was asked for",
    },
    "accuracy-value": {
        "fr": "la précision renvoyée est {got} là où {expected} des prédictions sont bonnes",
        "en": "the accuracy returned is {got} where {expected} of the predictions are right",
    },
    "model-loss-trains": {
        "fr": "model_loss change les poids du modèle : mesurer n'est pas entraîner",
        "en": "model_loss changes the model's weights: measuring is not training",
    },
    # Tasks 8, 9, 10
    "no-model-of-size": {
        "fr": "le modèle demandé (même nombre d'entrées et de neurones cachés) n'est pas encore construit",
        "en": "the model that was asked for (as many inputs and hidden neurons) is not built yet",
    },
    "no-backward-small": {
        "fr": "aucune erreur n'a encore été propagée dans le modèle à deux neurones cachés",
        "en": "no error has been propagated through the model with two hidden neurons yet",
    },
    "no-train": {
        "fr": "aucun modèle de cette taille n'a encore été entraîné dans vos cellules",
        "en": "no model of this size has been trained in your cells yet",
    },
    "other-size": {
        "fr": "le modèle entraîné a {neurons} neurones cachés ; {wanted} sont demandés",
        "en": "the model that was trained has {neurons} hidden neurons; {wanted} were asked for",
    },
    "never-propagated": {
        "fr": "les poids sont corrigés sans que l'erreur ait été propagée : d'où viennent leurs gradients ?",
        "en": "the weights are updated without the loss having been propagated: where do their gradients come from?",
    },
    "train-leaves-model": {
        "fr": "l'entraînement laisse de côté le modèle qu'on lui donne, et en construit un autre à l'intérieur",
        "en": "the training leaves the model that it is given alone, and builds another one inside",
    },
    "loss-other": {
        "fr": "l'erreur qui est propagée n'est pas l'erreur quadratique moyenne, et l'apprentissage n'aboutit pas",
        "en": "the error that is propagated is not the mean squared error, and the training leads nowhere",
    },
    "model-anew": {
        "fr": "un nouveau modèle est construit à chaque itération : que devient l'entraînement du précédent ?",
        "en": "a new model is built at each iteration: what becomes of what the one before has learned?",
    },
    "loss-once": {
        "fr": "l'erreur qui est propagée est toujours la même, calculée une fois avant les corrections : avec quels"
        " poids faut-il la calculer ?",
        "en": "the error that is propagated is always the same one, computed once before the updates: with which"
        " weights does it have to be computed?",
    },
    "train-does-nothing": {
        "fr": "l'apprentissage ne change pas les poids du modèle",
        "en": "the training does not change the model's weights",
    },
    "gradients-zero": {
        "fr": "les poids ne changent pas : au moment de les corriger, tous les gradients sont nuls. Que se"
        " passe-t-il entre la propagation et la correction ?",
        "en": "the weights do not change: when they are updated, all gradients are zero. What happens between"
        " the backward pass and the update?",
    },
    "update-other": {
        "fr": "les poids changent, mais pas le long du gradient de l'erreur moyenne : reprenez les quatre temps d'un"
        " pas (erreur, remise à zéro, propagation, correction)",
        "en": "the weights change, but not along the gradient of the mean loss: go through the four parts of a step"
        " again (loss, reset, backward, update)",
    },
    "steps-ignored": {
        "fr": "l'apprentissage fait {done} itération(s) ; {asked} sont demandées",
        "en": "the training makes {done} iteration(s); {asked} were asked for",
    },
    "rate-constant": {
        "fr": "le taux d'apprentissage reste à {got} ; il doit décroître au fil des itérations",
        "en": "the learning rate stays at {got}; it has to fall from iteration to iteration",
    },
    "rate-negative": {
        "fr": "le taux devient négatif à l'itération {step} : le modèle désapprend. Sur combien d'itérations doit-il"
        " décroître ?",
        "en": "the rate turns negative at iteration {step}: the model unlearns. Over how many iterations should it"
        " fall?",
    },
    "rate-start": {
        "fr": "le taux d'apprentissage commence à {got} ; il est demandé de partir de 1",
        "en": "the learning rate starts at {got}; it was asked to start at 1",
    },
    "rate-rises": {
        "fr": "le taux d'apprentissage remonte par moments",
        "en": "the learning rate rises at times",
    },
    "rate-not-handout": {
        "fr": "ce taux décroît bien ; celui du sujet décroît plus lentement",
        "en": "this rate does fall; the handout's falls more slowly",
    },
    "nothing-printed": {
        "fr": "l'erreur et la précision ne sont pas affichées à chaque itération",
        "en": "the loss and the accuracy are not printed at each iteration",
    },
    "not-trained": {
        "fr": "le modèle à deux neurones cachés classe bien {got} des points ; du même départ, on en attend {wanted}",
        "en": "the model with two hidden neurons gets {got} of the points right; from the same start, {wanted} is"
        " expected",
    },
    "wide-not-trained": {
        "fr": "le modèle à seize neurones cachés classe bien {got} des points ; du même départ, on en attend {wanted}",
        "en": "the model with sixteen hidden neurons gets {got} of the points right; from the same start, {wanted} is"
        " expected",
    },
}
