"""Tasks 5 and 8 to 10: what was done to the weights, and along which gradients."""

from __future__ import annotations

from micrograd.lab.checks.mistakes.mistake import Mistake

MISTAKES = (
    Mistake(
        "not-updated",
        (5,),
        fr="les poids du perceptron n'ont pas encore changé",
        en="the perceptron's weights have not changed yet",
    ),
    Mistake(
        "not-enough-updates",
        (5,),
        fr=(
            "les poids vont dans le bon sens, mais le modèle ne prédit pas encore 1 : une correction ne suffit pas "
            "toujours"
        ),
        en="the weights move the right way, but the model does not predict 1 yet: one update is not always enough",
    ),
    Mistake(
        "update-without-gradient",
        (5,),
        fr=(
            "les poids ne changent pas : au moment de les corriger, tous les gradients sont nuls. Que se passe-t-il "
            "entre la propagation et la correction ?"
        ),
        en=(
            "the weights do not change: when they are updated, all gradients are zero. What happens between the "
            "backward pass and the update?"
        ),
    ),
    Mistake(
        "wrong-sign",
        (5, 9, 10),
        fr="les poids avancent dans le sens du gradient, et l'erreur augmente : le gradient montre la montée",
        en="the weights move along the gradient, and the error grows: the gradient points uphill",
    ),
    Mistake(
        "gradients-not-reset",
        (5, 9, 10),
        fr=(
            "les gradients s'additionnent d'une itération à l'autre : il manque leur remise à zéro avant chaque "
            "propagation"
        ),
        en=(
            "the gradients add up from one iteration to the next: they are not set back to zero before each backward "
            "pass"
        ),
    ),
    Mistake(
        "loss-once",
        (5, 9, 10),
        fr=(
            "l'erreur qui est propagée est toujours la même, calculée une fois avant les corrections : avec quels "
            "poids faut-il la calculer ?"
        ),
        en=(
            "the error that is propagated is always the same one, computed once before the updates: with which "
            "weights does it have to be computed?"
        ),
    ),
    Mistake(
        "no-model-of-size",
        (8, 9, 10),
        fr="le modèle demandé (même nombre d'entrées et de neurones cachés) n'est pas encore construit",
        en="the model that was asked for (as many inputs and hidden neurons) is not built yet",
    ),
    Mistake(
        "no-backward-small",
        (8,),
        fr="aucune erreur n'a encore été propagée dans le modèle à deux neurones cachés",
        en="no error has been propagated through the model with two hidden neurons yet",
    ),
    Mistake(
        "no-train",
        (9, 10),
        fr="aucun modèle de cette taille n'a encore été entraîné dans vos cellules",
        en="no model of this size has been trained in your cells yet",
    ),
    Mistake(
        "other-size",
        (9, 10),
        fr="le modèle entraîné a {neurons} neurones cachés ; {wanted} sont demandés",
        en="the model that was trained has {neurons} hidden neurons; {wanted} were asked for",
    ),
    Mistake(
        "never-propagated",
        (9, 10),
        fr="les poids sont corrigés sans que l'erreur ait été propagée : d'où viennent leurs gradients ?",
        en="the weights are updated without the loss having been propagated: where do their gradients come from?",
    ),
    Mistake(
        "train-leaves-model",
        (9, 10),
        fr="l'entraînement laisse de côté le modèle qu'on lui donne, et en construit un autre à l'intérieur",
        en="the training leaves the model that it is given alone, and builds another one inside",
    ),
    Mistake(
        "loss-other",
        (9, 10),
        fr="l'erreur qui est propagée n'est pas l'erreur quadratique moyenne, et l'apprentissage n'aboutit pas",
        en="the error that is propagated is not the mean squared error, and the training leads nowhere",
    ),
    Mistake(
        "model-anew",
        (9, 10),
        fr="un nouveau modèle est construit à chaque itération : que devient l'entraînement du précédent ?",
        en="a new model is built at each iteration: what becomes of what the one before has learned?",
    ),
    Mistake(
        "train-does-nothing",
        (9, 10),
        fr="l'apprentissage ne change pas les poids du modèle",
        en="the training does not change the model's weights",
    ),
    Mistake(
        "gradients-zero",
        (9, 10),
        fr=(
            "les poids ne changent pas : au moment de les corriger, tous les gradients sont nuls. Que se passe-t-il "
            "entre la propagation et la correction ?"
        ),
        en=(
            "the weights do not change: when they are updated, all gradients are zero. What happens between the "
            "backward pass and the update?"
        ),
    ),
    Mistake(
        "update-other",
        (9, 10),
        fr=(
            "les poids changent, mais pas le long du gradient de l'erreur moyenne : reprenez les quatre temps d'un "
            "pas (erreur, remise à zéro, propagation, correction)"
        ),
        en=(
            "the weights change, but not along the gradient of the mean loss: go through the four parts of a step "
            "again (loss, reset, backward, update)"
        ),
    ),
    Mistake(
        "steps-ignored",
        (9, 10),
        fr="l'apprentissage fait {done} itération(s) ; {asked} sont demandées",
        en="the training makes {done} iteration(s); {asked} were asked for",
    ),
    Mistake(
        "rate-constant",
        (9, 10),
        fr="le taux d'apprentissage reste à {got} ; il doit décroître au fil des itérations",
        en="the learning rate stays at {got}; it has to fall from iteration to iteration",
    ),
    Mistake(
        "rate-negative",
        (9, 10),
        fr=(
            "le taux devient négatif à l'itération {step} : le modèle désapprend. Sur combien d'itérations doit-il "
            "décroître ?"
        ),
        en=(
            "the rate turns negative at iteration {step}: the model unlearns. Over how many iterations should it "
            "fall?"
        ),
    ),
    Mistake(
        "rate-start",
        (9, 10),
        fr="le taux d'apprentissage commence à {got} ; il est demandé de partir de 1",
        en="the learning rate starts at {got}; it was asked to start at 1",
    ),
    Mistake(
        "rate-rises",
        (9, 10),
        fr="le taux d'apprentissage remonte par moments",
        en="the learning rate rises at times",
    ),
    Mistake(
        "rate-not-handout",
        (9,),
        fr="ce taux décroît bien ; celui du sujet décroît plus lentement",
        en="this rate does fall; the handout's falls more slowly",
    ),
    Mistake(
        "nothing-printed",
        (9,),
        fr="l'erreur et la précision ne sont pas affichées à chaque itération",
        en="the loss and the accuracy are not printed at each iteration",
    ),
    Mistake(
        "not-trained",
        (9,),
        fr="le modèle à deux neurones cachés classe bien {got} des points ; du même départ, on en attend {wanted}",
        en=(
            "the model with two hidden neurons gets {got} of the points right; from the same start, {wanted} is "
            "expected"
        ),
    ),
    Mistake(
        "wide-not-trained",
        (10,),
        fr="le modèle à seize neurones cachés classe bien {got} des points ; du même départ, on en attend {wanted}",
        en=(
            "the model with sixteen hidden neurons gets {got} of the points right; from the same start, {wanted} is "
            "expected"
        ),
    ),
)
