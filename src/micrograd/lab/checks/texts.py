"""What the checks look at, in words of both languages; what they say of a mistake is in the table of mistakes."""

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
