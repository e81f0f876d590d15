# %%
"""Lab 1: one function for each task."""

from __future__ import annotations
import logging
import math
import random
import numpy as np
import matplotlib.pyplot as plt
from micrograd.engine import Value
from micrograd.nn import MLP
from micrograd.draw import draw_dot

SEED = 42
random.seed(SEED)
np.random.seed(SEED)


# %%
# Task 1
def task_1() -> MLP:
    perceptron = MLP(2, [1])
    print(f"{perceptron}: {len(perceptron.parameters())} parameters")
    for parameter in perceptron.parameters():
        print(" ", parameter)
    return perceptron


the_perceptron = task_1()


# %%
# Task 2
def sigmoid(node: Value) -> Value:
    node.data = 1 / (1 + math.exp(-node.data))
    return node


# %%
# Task 3
INPUT = [0.888, 0.777]
TARGET = 1


def task_3(model: MLP) -> tuple[Value, Value]:
    prediction = sigmoid(model(INPUT))
    error = (prediction - TARGET) ** 2
    error.backward()
    return prediction, error


the_prediction, the_error = task_3(the_perceptron)
draw_dot(the_error)


# %%
# Task 4
def task_4(prediction: Value) -> list[float]:
    """The chain rule by hand: 2 (o - t) times what the weight is multiplied by."""
    return [2 * (prediction.data - TARGET) * factor for factor in [*INPUT, 1]]


task_4(the_prediction)


# %%
# Task 5
def binary(node: Value) -> int:
    return 1 if node.data > 0.5 else 0


def task_5(model: MLP, rate: float = 0.1, most: int = 1000) -> int:
    for step in range(most):
        prediction = sigmoid(model(INPUT))
        if binary(prediction) == TARGET:
            return step
        error = (prediction - TARGET) ** 2
        model.zero_grad()
        error.backward()
        for parameter in model.parameters():
            parameter.data -= rate * parameter.grad
    raise RuntimeError("no convergence")


print("steps:", task_5(the_perceptron))
# %%
# Task 6
from sklearn.datasets import make_moons


def task_6() -> tuple[np.ndarray, np.ndarray]:
    np.random.seed(SEED)
    samples, labels = make_moons(n_samples=100, noise=0.1)
    figure, axes = plt.subplots()
    axes.scatter(samples[:, 0], samples[:, 1], c=labels)
    plt.show()
    return samples, labels


samples, labels = task_6()


# %%
# Task 7
def model_loss(model: MLP, samples: np.ndarray, labels: np.ndarray) -> tuple[Value, float]:
    """The mean squared error and the share of right predictions."""
    squares, right = [], 0
    for sample, label in zip(samples, labels, strict=True):
        prediction = sigmoid(model(sample))
        squares.append((prediction - label) ** 2)
        right += binary(prediction) == label
    return sum(squares) / len(squares), right / len(squares)


# %%
# Task 8
def task_8() -> MLP:
    model = MLP(2, [2, 1])
    error, _ = model_loss(model, samples[:1], labels[:1])
    error.backward()
    display(draw_dot(error))
    return model


small = task_8()


# %%
# Task 9
def learning_rate(step: int) -> float:
    return 1.0 * 0.9**step


def train(model: MLP, steps: int) -> list[tuple[float, float]]:
    history = []
    for step in range(steps):
        error, accuracy = model_loss(model, samples, labels)
        model.zero_grad()
        error.backward()
        for parameter in model.parameters():
            parameter.data -= learning_rate(step) * parameter.grad
        history.append((error.data, accuracy))
        print(f"[step {step}] loss {error.data}, accuracy {accuracy:.1%}")
    return history


def task_9() -> None:
    model = MLP(2, [2, 1])
    train(model, 10)


task_9()


# %%
# Task 10
def task_10() -> None:
    model = MLP(2, [16, 1])
    history = train(model, 100)
    plt.plot([loss for loss, _ in history])
    plt.show()


task_10()
