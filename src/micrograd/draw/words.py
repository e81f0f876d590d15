"""What the explorer says, in French and English: for the page and for the terminal alike.

Braces are filled in: ``{name}``, ``{number}``, ... Text that explains an operation stands in ``rules.py``.
"""

from __future__ import annotations

from micrograd import language
from micrograd.language import Language

WORDS: dict[str, dict[Language, str]] = {
    # What a node is
    "parameter": {"fr": "paramètre", "en": "parameter"},
    "input": {"fr": "entrée", "en": "input"},
    "constant": {"fr": "constante", "en": "constant"},
    "operation": {"fr": "opération", "en": "operation"},
    "result": {"fr": "résultat", "en": "result"},
    "sum": {"fr": "somme du lot", "en": "sum of the batch"},
    "neuron": {"fr": "neurone", "en": "neuron"},
    "layer": {"fr": "couche", "en": "layer"},
    "data": {"fr": "valeur", "en": "data"},
    "grad": {"fr": "gradient", "en": "grad"},
    "dataShort": {"fr": "val.", "en": "data"},
    "gradShort": {"fr": "grad.", "en": "grad"},
    "neuronName": {"fr": "neurone {number}", "en": "neuron {number}"},
    "layerName": {"fr": "couche {number}", "en": "layer {number}"},
    "neuronsInLayer": {"fr": "{count} neurones", "en": "{count} neurons"},
    # A page that trains
    "playTitle": {"fr": "Apprendre, pas à pas", "en": "Learning, step by step"},
    "training": {"fr": "Entraînement", "en": "Training"},
    "train": {"fr": "Entraîner", "en": "Train"},
    "oneStep": {"fr": "Une itération", "en": "One step"},
    "tenSteps": {"fr": "Dix itérations", "en": "Ten steps"},
    "startAgain": {"fr": "Revenir au début", "en": "Start again"},
    "schedule": {"fr": "évolution du taux", "en": "rate over time"},
    "schedule: constant": {"fr": "constant", "en": "constant"},
    "schedule: falling": {"fr": "dégressif, jusqu’à un dixième", "en": "falling, to a tenth"},
    "schedule: cosine": {"fr": "demi-cosinus, jusqu’à 0", "en": "half a cosine, to 0"},
    "schedule: staircase": {"fr": "divisé par deux, par paliers", "en": "halved, in stairs"},
    "overSteps": {"fr": "en … itérations", "en": "over … steps"},
    "everySteps": {"fr": "toutes les … itérations", "en": "every … steps"},
    "optimizer": {"fr": "optimiseur", "en": "optimizer"},
    "withMomentum": {"fr": "SGD avec inertie", "en": "SGD with momentum"},
    "momentum": {"fr": "inertie", "en": "momentum"},
    "heldBack": {"fr": "données réservées", "en": "data held back"},
    "reachIn": {"fr": "Intervenir", "en": "Reach in"},
    "takeAlong": {"fr": "Emporter", "en": "Take along"},
    "switchOff": {"fr": "Éteindre ce neurone", "en": "Switch this neuron off"},
    "switchOn": {"fr": "Rallumer ce neurone", "en": "Switch this neuron on"},
    "tools": {"fr": "Ce que fait un clic dans le plan", "en": "What a press in the plane does"},
    "movePoints": {"fr": "Choisir et déplacer un point", "en": "Choose and move a point"},
    "addOfClass": {"fr": "Ajouter un point de la classe {label}", "en": "Add a point of class {label}"},
    "addPoint": {"fr": "Ajouter un point", "en": "Add a point"},
    "relabelPoints": {"fr": "Changer un point de classe", "en": "Give a point another class"},
    "removePoints": {"fr": "Retirer un point", "en": "Remove a point"},
    "across": {"fr": "horizontalement", "en": "across"},
    "upwards": {"fr": "verticalement", "en": "upwards"},
    "showPython": {"fr": "Le programme Python", "en": "The Python program"},
    "pythonMeans": {
        "fr": "Ce programme refait exactement ce qui a été fait ici, et trouve les mêmes poids.",
        "en": "This program does exactly what was done here, and finds the same weights.",
    },
    "lineOfYours": {"fr": "Ligne {line} :", "en": "Line {line}:"},
    "noPage": {
        "fr": "la dernière ligne doit être la page : play(loss, model, X, y)",
        "en": "the last line has to be the page: play(loss, model, X, y)",
    },
    "copy": {"fr": "Copier", "en": "Copy"},
    "copied": {"fr": "C’est copié.", "en": "Copied."},
    "selected": {
        "fr": "Le texte est sélectionné : Ctrl+C le copie.",
        "en": "The text is selected: Ctrl+C copies it.",
    },
    "asScript": {"fr": "Fichier .py", "en": "A .py file"},
    "asNotebook": {"fr": "Notebook", "en": "Notebook"},
    # A page with choices
    "dataChoice": {"fr": "Données", "en": "Data"},
    "dataKind": {"fr": "données", "en": "data"},
    "data: moons": {"fr": "deux lunes", "en": "two moons"},
    "data: circles": {"fr": "deux cercles", "en": "two circles"},
    "data: xor": {"fr": "ou exclusif", "en": "exclusive or"},
    "data: spirals": {"fr": "deux spirales", "en": "two spirals"},
    "data: blobs": {"fr": "deux amas", "en": "two blobs"},
    "data: curve": {"fr": "une courbe à suivre", "en": "a curve to fit"},
    "data: drawn": {"fr": "à dessiner soi-même", "en": "to draw yourself"},
    "data: table": {"fr": "les vôtres (CSV)…", "en": "your own (CSV)…"},
    "noise": {"fr": "bruit", "en": "noise"},
    "dataSeed": {"fr": "graine des données", "en": "seed of the data"},
    "editTable": {"fr": "Modifier les données", "en": "Edit the data"},
    "networkChoice": {"fr": "Réseau", "en": "Network"},
    "layerSize": {"fr": "neurones, couche {number}", "en": "neurons, layer {number}"},
    "activationChoice": {"fr": "activation", "en": "activation"},
    "activation: linear": {"fr": "aucune (linéaire)", "en": "none (linear)"},
    "activation: relu": {"fr": "ReLU", "en": "ReLU"},
    "activation: tanh": {"fr": "tanh", "en": "tanh"},
    "activation: sigmoid": {"fr": "sigmoïde", "en": "sigmoid"},
    "loss: handout": {"fr": "celle du TP (σ sans sa pente)", "en": "the lab’s (σ without its slope)"},
    "loss: squared": {"fr": "carré de l’écart, avec σ", "en": "squared error, with σ"},
    "loss: entropy": {"fr": "entropie croisée", "en": "cross-entropy"},
    "loss: hinge": {"fr": "charnière (hinge)", "en": "hinge"},
    "loss: plain": {"fr": "carré de l’écart", "en": "squared error"},
    "tasksAndLink": {"fr": "TP et lien", "en": "Tasks and link"},
    "task": {"fr": "Tâche {number}", "en": "Task {number}"},
    "log": {"fr": "Journal de l’entraînement", "en": "The training’s log"},
    "copyLink": {"fr": "Copier le lien", "en": "Copy the link"},
    "linkIsAbove": {"fr": "Le lien est l’adresse de la page", "en": "The link is the page’s address"},
    "openFile": {"fr": "Ouvrir un fichier", "en": "Open a file"},
    "useTable": {"fr": "Utiliser ces données", "en": "Use these data"},
    "tableHelp": {
        "fr": "Une ligne par exemple : deux nombres puis la classe (deux en tout), ou x puis y pour une courbe. "
        "Séparateur : virgule, point-virgule, tabulation ou espace ; une première ligne de titres est permise.",
        "en": "One line a sample: two numbers, then the class (two in all), or x, then y for a curve. Separated "
        "by commas, semicolons, tabs or spaces; a first line with titles is fine.",
    },
    "tableEmpty": {
        "fr": "Il n’y a aucune ligne utilisable.",
        "en": "There is no line that can be used.",
    },
    "tableWidth": {
        "fr": "Les lignes ont {width} colonnes ; il en faut trois (deux nombres et la classe), ou deux (x et y).",
        "en": "The lines have {width} columns; three are needed (two numbers and the class), or two (x and y).",
    },
    "tableClasses": {
        "fr": "La dernière colonne contient {count} classes ; il en faut exactement deux.",
        "en": "The last column has {count} classes; there have to be two.",
    },
    "linesLeftOut": {
        "fr": "Lignes laissées de côté : {count}. Les autres sont utilisées ; votre texte est gardé tel quel.",
        "en": "Lines left out: {count}. The others are used; your text is kept as it is.",
    },
    "lineWidth": {
        "fr": "ligne {line} : {found} colonnes au lieu de {expected}",
        "en": "line {line}: {found} columns instead of {expected}",
    },
    "lineNumber": {
        "fr": "ligne {line} : « {found} » n’est pas un nombre",
        "en": "line {line}: “{found}” is no number",
    },
    "lineLabel": {"fr": "ligne {line} : la classe manque", "en": "line {line}: the class is missing"},
    "moreLines": {"fr": "… et {count} autres", "en": "… and {count} more"},
    "loss": {"fr": "erreur", "en": "loss"},
    "accuracy": {"fr": "précision", "en": "accuracy"},
    "trainedOn": {"fr": "entraînement", "en": "trained on"},
    "heldBackShort": {"fr": "réservées", "en": "held back"},
    "heldNow": {"fr": "erreur sur les données réservées {loss}", "en": "loss on data held back {loss}"},
    "heldAccuracyNow": {"fr": "précision {percent} %", "en": "accuracy {percent}%"},
    "accuracyCurve": {"fr": "La précision au fil des itérations", "en": "The accuracy over the steps"},
    "phaseCorrection": {"fr": "Correction {number} sur {count}", "en": "Correction {number} of {count}"},
    "filmEndLive": {
        "fr": "Fin du film : valeurs, gradients, corrections. « +1 » fait cette itération.",
        "en": "The end of the film: values, gradients, corrections. “+1” does this step.",
    },
    "batchSize": {"fr": "taille du lot", "en": "batch size"},
    "stepsAFrame": {"fr": "itérations par affichage", "en": "steps per redraw"},
    "otherWeights": {"fr": "graine des poids", "en": "seed of the weights"},
    "parameterToSet": {"fr": "paramètre", "en": "parameter"},
    "newValue": {"fr": "nouvelle valeur", "en": "new value"},
    "goBack": {"fr": "revenir à l’itération", "en": "go back to step"},
    "saveWeights": {"fr": "Emporter les poids", "en": "Take the weights along"},
    "lossCurve": {"fr": "L’erreur au fil des itérations", "en": "The loss over the steps"},
    "plane": {
        "fr": "Le plan, la frontière du modèle et les données. Au clavier : Page suivante et précédente choisissent un "
        "point, les flèches le déplacent, Entrée change sa classe, Inser en ajoute un, Suppr le retire.",
        "en": "The plane, the model’s boundary and the data. Keys: Page Down and Up choose a point, arrows move it, "
        "Enter changes its class, Insert adds one, Delete removes it.",
    },
    "curvePlane": {
        "fr": "La courbe du modèle et les données. Au clavier : Page suivante et précédente choisissent un point, les "
        "flèches le déplacent, Inser en ajoute un, Suppr le retire.",
        "en": "The model’s curve and the data. Keys: Page Down and Up choose a point, arrows move it, Insert adds one, "
        "Delete removes it.",
    },
    "stepsDone": {"fr": "itération {count}", "en": "step {count}"},
    "lossNow": {"fr": "erreur {loss}", "en": "loss {loss}"},
    "accuracyNow": {"fr": "précision {percent} %", "en": "accuracy {percent}%"},
    "promised": {
        "fr": "{name} : le gradient promettait Δerreur ≈ {promised} ; il est venu {came}",
        "en": "{name}: the gradient promised Δloss ≈ {promised}; what came was {came}",
    },
    "gradientNow": {
        "fr": "gradient de {name}, moyenne sur toutes les données d’entraînement : {number}",
        "en": "gradient of {name}, the mean over all training data: {number}",
    },
    "stepOfAll": {
        "fr": "La prochaine itération, sur toutes les données : {name} passe de {before} à {after}. Plus bas, et "
        "dans le graphe, tout est calculé pour un seul exemple, celui qui est entouré.",
        "en": "The next step, on all data: {name} goes from {before} to {after}. Below, and in the graph, everything "
        "is computed for one sample only, the one with the ring.",
    },
    "stepOfSample": {
        "fr": "Un pas de descente, si cet exemple était le seul",
        "en": "One step of descent, if this sample were the only one",
    },
    "growing": {
        "fr": "l’erreur augmente : taux d’apprentissage trop grand, sans doute ; revenez à une itération d’avant",
        "en": "the loss is growing: too large a learning rate, most likely; go back to an earlier step",
    },
    "dataAltered": {"fr": "données modifiées :", "en": "changed data:"},
    "restoreData": {"fr": "les remettre", "en": "put them back"},
    "value": {"fr": "valeur", "en": "value"},
    "undo": {"fr": "Annuler", "en": "Undo"},
    "toolMove": {"fr": "déplacer", "en": "move"},
    "toolRelabel": {"fr": "classe", "en": "class"},
    "toolRemove": {"fr": "retirer", "en": "remove"},
    "classOf": {"fr": "classe {label}", "en": "class {label}"},
    "ended: loss not finite": {
        "fr": "arrêté : l’erreur n’est plus un nombre fini ; les derniers poids finis sont gardés",
        "en": "stopped: the loss is no longer a finite number; the last finite weights are kept",
    },
    "ended: weights not finite": {
        "fr": "arrêté : les poids ne sont plus finis ; les derniers poids finis sont gardés",
        "en": "stopped: the weights are no longer finite; the last finite weights are kept",
    },
    "ended: outside of the domain": {
        "fr": "arrêté : une opération a quitté son domaine de définition ; revenez en arrière ou au début",
        "en": "stopped: an operation left its domain; go back, or start again",
    },
    # Sections of an explanation
    "forward": {"fr": "Calcul de la valeur", "en": "How its value is computed"},
    "local": {"fr": "Dérivées locales", "en": "Local derivatives"},
    "backward": {"fr": "D’où vient son gradient", "en": "Where its gradient comes from"},
    "step": {"fr": "Un pas de descente de gradient", "en": "One step of gradient descent"},
    "attention": {"fr": "À remarquer", "en": "Worth noticing"},
    # Forward
    "isParameter": {
        "fr": "{name} est un paramètre du modèle : l’apprentissage cherche sa meilleure valeur.",
        "en": "{name} is a parameter of the model: training looks for its best value.",
    },
    "isInput": {
        "fr": "{name} est une donnée d’entrée : elle ne change pas pendant l’apprentissage.",
        "en": "{name} is an input: it does not change during training.",
    },
    "isConstant": {
        "fr": "C’est une constante du calcul : elle ne dépend de rien.",
        "en": "It is a constant of the computation: it depends on nothing.",
    },
    "does": {"fr": "{name} {does}.", "en": "{name} {does}."},
    "isSum": {
        "fr": "{name} additionne {count} termes, un par exemple du lot ; ici l’exemple {sample}.",
        "en": "{name} adds {count} terms, one for each sample of the batch; sample {sample} is the one "
        "shown.",
    },
    "otherTerms": {"fr": "les autres termes", "en": "the other terms"},
    "isNeuron": {
        "fr": "Chaque entrée est multipliée par son poids, le biais s’ajoute, {activation}.",
        "en": "Each input is multiplied by its weight, the bias is added, {activation}.",
    },
    "thenActivation": {"fr": "puis vient l’activation {op}", "en": "then comes the activation {op}"},
    "noActivation": {"fr": "sans activation", "en": "without an activation"},
    "isLayer": {
        "fr": "Cette couche contient {count} neurones, qui reçoivent tous les mêmes entrées.",
        "en": "This layer holds {count} neurons, which all receive the same inputs.",
    },
    "copies": {
        "fr": "Ce nombre a été donné tel quel au modèle : chacun des {count} neurones en a fait son propre "
        "nœud. Ils sont réunis ici, et leurs gradients additionnés.",
        "en": "This number was given to the model as it is: each of {count} neurons made a node of its own. "
        "They are shown as one here, and their gradients added.",
    },
    # Local derivatives
    "custom": {
        "fr": "Opération écrite à la main : c’est sa fonction _backward qui calcule les gradients de ses "
        "opérandes, et les dérivées locales ne sont pas connues.",
        "en": "An operation written by hand: its own _backward computes the gradients of its operands, and "
        "the local derivatives are not known.",
    },
    # Backward
    "isRoot": {
        "fr": "C’est d’ici que part la rétropropagation : la dérivée de {name} par rapport à lui-même "
        "vaut 1.",
        "en": "Backpropagation starts here: the derivative of {name} by itself is 1.",
    },
    "oneUser": {
        "fr": "{name} n’est utilisé que par {user} : son gradient est la dérivée locale multipliée par le "
        "gradient de {user}.",
        "en": "Only {user} uses {name}: its gradient is the local derivative times the gradient of {user}.",
    },
    "manyUsers": {
        "fr": "{name} est utilisé {count} fois : les contributions s’additionnent.",
        "en": "{name} is used {count} times: the contributions add up.",
    },
    "usedElsewhere": {
        "fr": "{name} sert aussi ailleurs que dans ce qui est montré ici : les contributions s’additionnent.",
        "en": "{name} is used elsewhere too, beyond what is shown here: the contributions add up.",
    },
    "otherUses": {"fr": "ses {count} autres utilisations", "en": "its {count} other uses"},
    "fromElsewhere": {"fr": "d’ailleurs", "en": "from elsewhere"},
    "text": {"fr": "{text}", "en": "{text}"},
    "thisNode": {"fr": "ce nœud", "en": "this node"},
    "unseenUsers": {"fr": "des nœuds non montrés", "en": "nodes that are not shown"},
    "noUsers": {"fr": "Aucun nœud visible ne l’utilise.", "en": "No node shown uses it."},
    "otherSamples": {"fr": "les {count} autres exemples", "en": "the {count} other samples"},
    "customPart": {"fr": "selon le _backward de {user}", "en": "by the _backward of {user}"},
    "elsewhere": {
        "fr": "Le gradient contient en plus {number}, qui ne vient pas de ce graphe : sans doute une "
        "rétropropagation précédente, sans remise à zéro (zero_grad).",
        "en": "The gradient also holds {number} that does not come from this graph: most likely an earlier "
        "backward sweep, without zero_grad() before this one.",
    },
    "resetSince": {
        "fr": "Le gradient a été remis à zéro depuis la rétropropagation (zero_grad) ; ce que les autres nœuds "
        "transmettent date encore d’elle.",
        "en": "The gradient was reset since the backward sweep (zero_grad); what the other nodes pass on is still "
        "of that sweep.",
    },
    "otherModel": {
        "fr": "Aucun paramètre de ce modèle n’est dans ce graphe : le modèle a sans doute été construit de nouveau "
        "depuis. Exécutez la cellule qui calcule le résultat, puis celle-ci.",
        "en": "None of this model’s parameters is in this graph: most likely the model was built anew since. Run the "
        "cell that computes the result, then this one.",
    },
    "staleGraph": {
        "fr": "Des valeurs ont changé depuis que ce graphe a été calculé (des poids corrigés, sans doute) : ce qui en "
        "dépend n’est plus à jour. Exécutez de nouveau la cellule qui calcule le résultat, puis celle-ci.",
        "en": "Values have changed since this graph was computed (weights that were corrected, most likely): what "
        "depends on them is out of date. Run the cell that computes the result again, then this one.",
    },
    "zeroedGraph": {
        "fr": "Des gradients ont été remis à zéro depuis la rétropropagation (zero_grad) : les autres datent encore "
        "d’elle. Exécutez de nouveau la cellule qui appelle backward(), puis celle-ci.",
        "en": "Gradients were reset since the backward sweep (zero_grad): the others are still of that sweep. Run the "
        "cell that calls backward() again, then this one.",
    },
    "accumulatedGraph": {
        "fr": "Des gradients contiennent plus que la dernière rétropropagation : sans doute une autre avant elle, sans "
        "remise à zéro (zero_grad) entre les deux.",
        "en": "Some gradients hold more than the last backward sweep: most likely there was another before it, "
        "without zero_grad() in between.",
    },
    "otherSweep": {
        "fr": "backward() n’a pas été appelée sur ce résultat : les gradients affichés viennent d’une autre "
        "rétropropagation. Appelez-la, puis exécutez de nouveau cette cellule.",
        "en": "backward() has not been called on this result: the gradients shown are of another sweep. Call it, then "
        "run this cell again.",
    },
    "overwrittenCell": {
        "fr": "calculé {number}, puis remplacé",
        "en": "computed {number}, then overwritten",
    },
    "neverSwept": {
        "fr": "Les gradients sont tous nuls : backward() n’a pas encore été appelée sur ce résultat.",
        "en": "All gradients are zero: backward() has not been called on this result yet.",
    },
    "rootUnswept": {
        "fr": "Le gradient du résultat est nul : backward() n’a pas encore été appelée sur lui.",
        "en": "The gradient of the result is zero: backward() has not been called on it yet.",
    },
    "rootNotOne": {
        "fr": "Le gradient du résultat vaut {number} et non 1 : backward() a été appelée sur un autre nœud.",
        "en": "The result’s gradient is {number} and not 1: backward() was called on another node.",
    },
    # A step of gradient descent
    "learningRate": {"fr": "taux d’apprentissage η", "en": "learning rate η"},
    "stepDown": {
        "fr": "Le gradient est positif : augmenter {name} augmenterait {root}. La descente diminue donc {name}.",
        "en": "The gradient is positive: a larger {name} would make {root} larger. So the step decreases {name}.",
    },
    "stepUp": {
        "fr": "Le gradient est négatif : augmenter {name} diminuerait {root}. La descente augmente donc {name}.",
        "en": "The gradient is negative: a larger {name} would make {root} smaller. So the step increases {name}.",
    },
    "stepNone": {
        "fr": "Le gradient est nul : la descente ne change pas {name}.",
        "en": "The gradient is zero: the step leaves {name} as it is.",
    },
    "stepBroken": {
        "fr": "Le gradient n’est pas un nombre fini : aucun pas n’est possible.",
        "en": "The gradient is not a finite number: no step is possible.",
    },
    "stepEffect": {
        "fr": "À lui seul, ce pas changerait {root} d’environ {number} (−η × gradient², au premier ordre).",
        "en": "By itself, this step would change {root} by about {number} (−η × gradient², to first order).",
    },
    # Worth noticing
    "overwritten": {
        "fr": "La valeur a été remplacée après le calcul : l’opération avait donné {before}, on lit "
        "maintenant "
        "{after}.",
        "en": "The data was overwritten after the forward pass: the operation had computed {before}, now it "
        "reads {after}.",
    },
    "overwrittenShort": {"fr": "valeur remplacée", "en": "overwritten"},
    "overwrittenBy": {
        "fr": "C’est {function} de {before}. Mais le graphe n’en sait rien : la rétropropagation ignore le "
        "facteur {slope}, la dérivée de cette fonction.",
        "en": "That is {function} of {before}. But the graph does not know: backpropagation ignores "
        "the factor "
        "{slope}, the derivative of this function.",
    },
    "overwrittenFix": {
        "fr": "Avec ce facteur, le gradient transmis aux opérandes serait {right} au lieu de {wrong}. Écrire "
        "{call} au lieu de changer .data le met dans le graphe.",
        "en": "With it, the gradient passed on to the operands would be {right} instead of {wrong}. Write "
        "{call} instead of changing .data, and the graph contains it.",
    },
    "overwrittenUnknown": {
        "fr": "Le graphe n’en sait rien : la rétropropagation fait comme si ce remplacement n’avait pas "
        "d’effet (un facteur 1).",
        "en": "The graph does not know: backpropagation acts as if the replacement had no effect (a factor "
        "of 1).",
    },
    "reluClosed": {
        "fr": "L’opérande de ReLU n’est pas positif : la dérivée locale est 0, et aucun gradient ne "
        "passe. Tout "
        "ce qui ne sert qu’à ce nœud reçoit un gradient nul.",
        "en": "The operand of ReLU is not positive: the local derivative is 0 and no gradient passes. Whatever "
        "only this node uses receives a zero gradient.",
    },
    "negation": {
        "fr": "Multiplier par −1, c’est la première moitié d’une soustraction : a − b = a + (−1) × b.",
        "en": "A multiplication by −1 is the first half of a subtraction: a − b = a + (−1) × b.",
    },
    "subtraction": {
        "fr": "Additionner un opposé, c’est soustraire : c’est ainsi que micrograd écrit a − b.",
        "en": "To add the opposite is to subtract: this is how micrograd writes a − b.",
    },
    "reciprocal": {
        "fr": "La puissance −1 est un inverse : a ÷ b = a × b⁻¹.",
        "en": "The power −1 is a reciprocal: a ÷ b = a × b⁻¹.",
    },
    "stale": {
        "fr": "Les opérandes ont changé depuis le calcul (après un pas de descente, sans doute) : les "
        "dérivées "
        "locales sont celles d’alors.",
        "en": "The operands have changed since the forward pass (by a step of descent, most likely): "
        "the local "
        "derivatives are those of that time.",
    },
    "valueGiven": {
        "fr": "La valeur de {name} n’est pas un nombre fini : {number} a été donné tel quel. Tout ce qui en dépend "
        "est perdu.",
        "en": "The value of {name} is not a finite number: {number} was given as it is. Whatever depends on it is "
        "lost.",
    },
    "valueBeginsHere": {
        "fr": "La valeur de {name} n’est pas un nombre fini, et c’est ici que cela commence : ses opérandes sont "
        "finis, le résultat est {number}. Tout ce qui en dépend est perdu.",
        "en": "The value of {name} is not a finite number, and it begins here: its operands are finite, the result "
        "is {number}. Whatever depends on it is lost.",
    },
    "valueWay": {
        "fr": "La valeur de {name} n’est pas un nombre fini : {number}. Cela commence en {origin}, qui vaut "
        "{source}. Le chemin jusque-là, d’opérande en opérande : {way}.",
        "en": "The value of {name} is not a finite number: {number}. It begins at {origin}, which is {source}. The "
        "way back, from operand to operand: {way}.",
    },
    "gradientNotFinite": {
        "fr": "Le gradient de {name} n’est pas un nombre fini : {number}.",
        "en": "The gradient of {name} is not a finite number: {number}.",
    },
    "gradientProduct": {
        "fr": "Le gradient de {name} n’est pas un nombre fini : {number}. Il vient d’un produit, la dérivée locale "
        "de {user} multipliée par le gradient de {user} : {slope} × {passed} = {product}.",
        "en": "The gradient of {name} is not a finite number: {number}. It comes from a product, the local "
        "derivative of {user} times the gradient of {user}: {slope} × {passed} = {product}.",
    },
    "gradientByHand": {
        "fr": "Le gradient de {name} n’est pas un nombre fini : {number}. Il vient du _backward de {user}.",
        "en": "The gradient of {name} is not a finite number: {number}. It comes from the _backward of {user}.",
    },
    "gradientWay": {
        "fr": "En allant vers le résultat, cela commence en {at} : la dérivée locale de {origin} multipliée par son "
        "gradient, {slope} × {passed} = {product}. Le chemin : {way}.",
        "en": "Towards the result, it begins at {at}: the local derivative of {origin} times its gradient, "
        "{slope} × {passed} = {product}. The way: {way}.",
    },
    "gradientWayByHand": {
        "fr": "En allant vers le résultat, cela commence au _backward de {origin}. Le chemin : {way}.",
        "en": "Towards the result, it begins at the _backward of {origin}. The way: {way}.",
    },
    "gradientFromElsewhere": {
        "fr": "Le gradient de {name} n’est pas un nombre fini : {number}. Cela ne vient d’aucun des nœuds montrés "
        "ici : c’est un autre exemple du lot, un nœud non montré ou une rétropropagation précédente.",
        "en": "The gradient of {name} is not a finite number: {number}. It comes from none of the nodes shown here, "
        "but from another sample of the batch, a node that is not shown, or an earlier backward sweep.",
    },
    "madeAt": {
        "fr": "{name} a été calculé ici : {line}",
        "en": "{name} was computed here: {line}",
    },
    "hiddenOperands": {
        "fr": "{count} de ses opérandes ne sont pas montrés.",
        "en": "{count} of its operands are not shown.",
    },
    # The page
    "title": {"fr": "Graphe des gradients", "en": "Graph of gradients"},
    "graph": {
        "fr": "Le graphe, de gauche à droite. Les flèches suivent les arêtes.",
        "en": "The graph, from left to right. Arrow keys follow the edges.",
    },
    "explanation": {"fr": "Explication", "en": "Explanation"},
    "start": {
        "fr": "Cliquez sur un nœud : son calcul et son gradient s’expliquent ici, nombre par nombre. Chaque "
        "nombre souligné mène au nœud d’où il vient.",
        "en": "Click a node: its value and its gradient are explained here, number by number. Each "
        "underlined "
        "number leads to the node that it comes from.",
    },
    "shownOf": {
        "fr": "Le graphe a {total} nœuds ; cette page montre les {shown} plus proches du résultat et "
        "en laisse "
        "{hidden} de côté. explore() sur un autre nœud montre la suite.",
        "en": "The graph has {total} nodes; this page shows the {shown} nearest to the result and leaves "
        "{hidden} out. explore() on another node shows more.",
    },
    "batchOf": {
        "fr": "Lot de {count} exemples, {total} nœuds en tout : tous les exemples ont le même graphe, montré "
        "une seule fois.",
        "en": "A batch of {count} samples, {total} nodes in all: every sample has the same graph, "
        "shown once.",
    },
    "samplesLeftOut": {
        "fr": "Seuls les {shown} premiers exemples peuvent être choisis.",
        "en": "Only the first {shown} samples can be chosen.",
    },
    "unlike": {
        "fr": "{count} exemples, d’une autre forme, comptent dans la somme mais ne sont pas montrés.",
        "en": "{count} samples of another shape count in the sum, but are not shown.",
    },
    "alone": {
        "fr": "Ce graphe n’a qu’un nœud : une valeur qui ne vient d’aucune opération.",
        "en": "This graph has a single node: a value that no operation has made.",
    },
    "badNumbers": {
        "fr": "{count} nœuds contiennent nan ou inf ; ils sont marqués.",
        "en": "{count} nodes hold nan or inf; they are marked.",
    },
    "sample": {"fr": "Exemple", "en": "Sample"},
    "previousSample": {"fr": "Exemple précédent", "en": "Previous sample"},
    "nextSample": {"fr": "Exemple suivant", "en": "Next sample"},
    "search": {"fr": "Chercher un nœud", "en": "Find a node"},
    "noMatch": {"fr": "rien trouvé", "en": "nothing found"},
    "matches": {"fr": "{number} sur {count}", "en": "{number} of {count}"},
    "foldAll": {"fr": "Tout replier", "en": "Fold all"},
    "unfoldAll": {"fr": "Tout déplier", "en": "Unfold all"},
    "foldOne": {"fr": "Replier {name}", "en": "Fold {name}"},
    "unfoldOne": {"fr": "Déplier {name}", "en": "Unfold {name}"},
    "zoom": {"fr": "Zoom", "en": "Zoom"},
    "zoomIn": {"fr": "Agrandir", "en": "Zoom in"},
    "zoomOut": {"fr": "Réduire", "en": "Zoom out"},
    "zoomFit": {"fr": "Tout voir", "en": "Fit"},
    "wholeScreen": {"fr": "Plein écran", "en": "Full screen"},
    "map": {"fr": "Plan de tout le graphe", "en": "Map of the whole graph"},
    "save": {"fr": "Enregistrer cette page", "en": "Save this page"},
    "howToSeeLive": {
        "fr": "Image fixe : pour parcourir ce graphe nombre par nombre, ouvrez le notebook dans Jupyter et exécutez "
        "cette cellule.",
        "en": "A still picture: to walk through this graph number by number, open the notebook in Jupyter and run "
        "this cell.",
    },
    "hint": {
        "fr": "Cliquez sur un nœud pour l’expliquer.",
        "en": "Click a node to have it explained.",
    },
    "theme": {"fr": "Clair ou sombre", "en": "Light or dark"},
    "print": {"fr": "Imprimer", "en": "Print"},
    "language": {"fr": "Langue", "en": "Language"},
    "film": {"fr": "Film du calcul", "en": "Film of the computation"},
    "play": {"fr": "Lecture", "en": "Play"},
    "pause": {"fr": "Pause", "en": "Pause"},
    "stepForward": {"fr": "Un pas en avant", "en": "One step forward"},
    "stepBack": {"fr": "Un pas en arrière", "en": "One step back"},
    "toStart": {"fr": "Au début", "en": "To the start"},
    "toEnd": {"fr": "À la fin", "en": "To the end"},
    "speed": {"fr": "Vitesse", "en": "Speed"},
    "filmStart": {
        "fr": "Rien n’est encore calculé. Les valeurs viennent de gauche à droite, puis les gradients "
        "de droite "
        "à gauche.",
        "en": "Nothing is computed yet. Values come from left to right, then gradients from right to left.",
    },
    "filmEnd": {
        "fr": "Tout est calculé. ▶ rejoue le film : les valeurs, puis les gradients.",
        "en": "All is computed. ▶ plays the film: the values, then the gradients.",
    },
    "phaseForward": {"fr": "Valeur {number} sur {count}", "en": "Value {number} of {count}"},
    "phaseBackward": {"fr": "Gradient {number} sur {count}", "en": "Gradient {number} of {count}"},
    "given": {"fr": "donné", "en": "given"},
    "keys": {
        "fr": "Clavier : ← → suivent les arêtes, ↑ ↓ changent de ligne, Entrée explique, F plie ou déplie, "
        "espace lance le film, virgule et point l’avancent pas à pas, / cherche, + − 0 zooment.",
        "en": "Keyboard: ← → follow the edges, ↑ ↓ change rows, Enter explains, F folds or unfolds, "
        "space plays "
        "the film, comma and full stop step through it, / searches, + − 0 zoom.",
    },
    "noScript": {
        "fr": "Cette page a besoin de JavaScript pour montrer le graphe.",
        "en": "This page needs JavaScript to show the graph.",
    },
    "close": {"fr": "Fermer", "en": "Close"},
    # The terminal
    "moreParts": {"fr": "{count} autres contributions", "en": "{count} more contributions"},
    "passesOn": {"fr": "Ce que {name} transmet :", "en": "What {name} passes on:"},
    "giveRoot": {
        "fr": "Donnez root= (le résultat sur lequel backward() a été appelée) pour voir d’où il vient.",
        "en": "Give root= (the result on which backward() was called) to see where it comes from.",
    },
}

# Names of functions that somebody may have written over a node's data.
FUNCTIONS: dict[str, dict[Language, str]] = {
    "sigmoid": {"fr": "la sigmoïde", "en": "the sigmoid"},
    "tanh": {"fr": "la tangente hyperbolique", "en": "the hyperbolic tangent"},
    "ReLU": {"fr": "la fonction ReLU", "en": "the function ReLU"},
    "exp": {"fr": "l’exponentielle", "en": "the exponential"},
    "log": {"fr": "le logarithme", "en": "the logarithm"},
    "sqrt": {"fr": "la racine carrée", "en": "the square root"},
    "abs": {"fr": "la valeur absolue", "en": "the absolute value"},
    "sin": {"fr": "le sinus", "en": "the sine"},
    "cos": {"fr": "le cosinus", "en": "the cosine"},
    "softplus": {"fr": "la fonction softplus", "en": "the function softplus"},
}


def say(key: str, lang: Language, **filled: object) -> str:
    """Return a text in ``lang`` with its braces filled in; text put in is not read for braces again."""
    return language.say(WORDS, key, lang, **{name: str(value) for name, value in filled.items()})
