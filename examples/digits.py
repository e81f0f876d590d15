"""Handwritten digits: a network of scalars that ends above 97 % on digits that it has not seen.

    python examples/digits.py [--dtype float32]

The 1,797 digits of 8x8 pixels that come with scikit-learn. Trained is an MLP of micrograd's Values, its loss written
for one sample and compiled; each image is shown shifted by a pixel as well: so a small network learns that a digit does
not depend on where it stands. Needs NumPy and scikit-learn: pip install "micrograd-lab[sklearn]".
"""

from __future__ import annotations

import argparse
import math
import random
import time

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import micrograd
from micrograd import losses, optim
from micrograd.nn import MLP

SHIFTS = [(0, 0), (0, 1), (0, -1), (1, 0), (-1, 0)]


def data(seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return images and digits to train on, and others to test on: pixels from 0 to 1, shape (samples, 64)."""
    X, y = load_digits(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(
        X / 16, y, test_size=0.25, random_state=seed, stratify=y
    )
    return X_train, X_test, y_train, y_test


def shifted(X: np.ndarray) -> np.ndarray:
    """Return the images in their place and a pixel to each side: five times as many."""
    images = X.reshape(-1, 8, 8)
    return np.concatenate([np.roll(images, shift, axis=(1, 2)).reshape(-1, 64) for shift in SHIFTS])


def network(seed: int = 0) -> MLP:
    """Return a network of 64 inputs and 10 outputs whose weights are small enough for that many inputs."""
    random.seed(seed)
    model = MLP(64, [128, 10])
    for layer in model.layers:
        bound = math.sqrt(6 / (len(layer.neurons[0].w) + len(layer.neurons)))
        for neuron in layer.neurons:
            for weight in neuron.w:
                weight.data *= bound
    return model


def train(dtype: str = "float64", epochs: int = 30, seed: int = 0) -> tuple[float, float]:
    """Train; return the share of the test's digits that are told right, and the seconds that training took."""
    X_train, X_test, y_train, y_test = data(seed)
    X, Y = shifted(X_train), np.eye(10)[np.tile(y_train, len(SHIFTS))]
    model = network(seed)
    program = micrograd.compile(lambda x, y: losses.cross_entropy(model(x), y), model, dtype=dtype)
    steps = epochs * math.ceil(len(X) / 64)
    started = time.perf_counter()
    program.train(X, Y, steps, optim.Linear(0.003, 0.0003, steps=steps), 64, optimizer="Adam", seed=seed)
    seconds = time.perf_counter() - started
    right = program.predict(X_test).argmax(axis=1) == y_test
    return float(right.mean()), seconds


def main() -> None:
    """Train and say how well it went."""
    parser = argparse.ArgumentParser(description="Train a network of scalars on handwritten digits.")
    parser.add_argument("--dtype", choices=["float64", "float32"], default="float64")
    arguments = parser.parse_args()
    accuracy, seconds = train(arguments.dtype)
    print(f"{accuracy:.2%} of 450 digits that it has not seen, after {seconds:.2f} s of training")


if __name__ == "__main__":
    main()
