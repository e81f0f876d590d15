"""A language model made of scalars: a character-level GPT that learns names, and then invents some.

Every number in the model is a ``Value``, and every step builds a graph of thousands of them and sweeps it
backwards; there are no arrays anywhere. The architecture is that of GPT-2 (Radford et al., "Language Models
are Unsupervised Multitask Learners", 2019) at the smallest useful size: one layer, 16 dimensions, 4 heads,
and RMS norm (Zhang and Sennrich, "Root Mean Square Layer Normalization", 2019) where GPT-2 centres as well.

    python examples/gpt.py [--steps 4000] [--seed 42] [--names FILE] [--invent 20] [--temperature 0.7]

The names are those of ``names.txt`` beside this file: compiled for this project, under its MIT licence.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from micrograd import optim
from micrograd.engine import Value, dot
from micrograd.losses import cross_entropy, softmax
from micrograd.nn import Layer, Module

NAMES = Path(__file__).with_name("names.txt")
DIMENSIONS = 16
HEADS = 4
LONGEST = 16  # characters that the model can look back on, the mark at the start of a name included


class GPT(Module):
    """The chances of each possible next symbol, given the symbols so far.

    ``symbols`` is how many different symbols there are. Weights are drawn from ``generator``, normally
    distributed with standard deviation 0.08; biases start at 0.
    """

    def __init__(self, symbols: int, generator: random.Random) -> None:
        self.symbol_embeddings = [[Value(0.0) for _ in range(DIMENSIONS)] for _ in range(symbols)]
        self.position_embeddings = [[Value(0.0) for _ in range(DIMENSIONS)] for _ in range(LONGEST)]
        self.queries = Layer(DIMENSIONS, DIMENSIONS, nonlin=False)
        self.keys = Layer(DIMENSIONS, DIMENSIONS, nonlin=False)
        self.values = Layer(DIMENSIONS, DIMENSIONS, nonlin=False)
        self.attended = Layer(DIMENSIONS, DIMENSIONS, nonlin=False)
        self.expand = Layer(DIMENSIONS, 4 * DIMENSIONS)
        self.contract = Layer(4 * DIMENSIONS, DIMENSIONS, nonlin=False)
        self.output = Layer(DIMENSIONS, symbols, nonlin=False)
        for name, parameter in self.named_parameters():
            parameter.data = 0.0 if name.endswith(".b") else generator.gauss(0.0, 0.08)

    def __call__(self, symbol: int, memory: list[tuple[list[Value], list[Value]]]) -> list[Value]:
        """Return a logit for each symbol that could come next.

        ``memory`` holds the keys and values of the symbols before this one; this one's are appended.
        """
        place = self.position_embeddings[len(memory)]
        x = rms_norm([s + p for s, p in zip(self.symbol_embeddings[symbol], place)])

        normed = rms_norm(x)
        memory.append((self.keys(normed), self.values(normed)))
        looked_up = attention(self.queries(normed), memory)
        x = [a + b for a, b in zip(x, self.attended(looked_up))]

        thought = self.contract(self.expand(rms_norm(x)))
        x = [a + b for a, b in zip(x, thought)]
        return self.output(x)


def attention(queries: list[Value], memory: list[tuple[list[Value], list[Value]]]) -> list[Value]:
    """Return what each head finds in the memory: the values there, weighted by how well keys fit its query.

    The fit is the scaled dot product of Vaswani et al., "Attention Is All You Need", 2017, equation 1.
    """
    size = DIMENSIONS // HEADS
    found = []
    for head in range(HEADS):
        mine = slice(head * size, (head + 1) * size)
        fits = [dot(queries[mine], keys[mine]) * size**-0.5 for keys, _ in memory]
        weights = softmax(fits)
        for column in zip(*(values[mine] for _, values in memory)):
            found.append(dot(weights, column))
    return found


def rms_norm(x: list[Value]) -> list[Value]:
    """Return ``x`` scaled so that the mean of its squares is 1."""
    scale = (dot(x, x) * (1 / len(x)) + 1e-5) ** -0.5
    return [component * scale for component in x]


class Alphabet:
    """The symbols: each character of the names, and one mark, which stands before and behind each name."""

    def __init__(self, names: Sequence[str]) -> None:
        self.characters = sorted(set("".join(names)))
        self.mark = len(self.characters)
        self.size = self.mark + 1

    def encode(self, name: str) -> list[int]:
        """Return the symbols of a name, with the mark at both ends."""
        return [self.mark, *(self.characters.index(character) for character in name), self.mark]


def loss_of(model: Any, symbols: list[int]) -> Value:
    """Return the mean cross-entropy of guessing each symbol of a name from those before it."""
    memory: list[tuple[list[Value], list[Value]]] = []
    logits = [model(symbol, memory) for symbol in symbols[:-1]]
    return cross_entropy(logits, symbols[1:])


def train(model: GPT, samples: list[list[int]], steps: int) -> list[float]:
    """Show the model one name a step, and return the loss of each step."""
    optimizer = optim.Adam(model.parameters(), optim.Linear(0.01, 0.0, steps), beta1=0.85, beta2=0.99)
    losses: list[float] = []
    started = time.perf_counter()
    for step in range(steps):
        loss = loss_of(model, samples[step % len(samples)])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.data)
        show_progress(losses, steps, time.perf_counter() - started)
    return losses


def invent(model: GPT, alphabet: Alphabet, generator: random.Random, temperature: float) -> str:
    """Return a name, drawn symbol by symbol; a low ``temperature`` (above 0) keeps to the likeliest ones."""
    memory: list[tuple[list[Value], list[Value]]] = []
    symbol, name = alphabet.mark, ""
    while len(memory) < LONGEST:
        chances = softmax([logit.data / temperature for logit in model(symbol, memory)])
        symbol = generator.choices(range(alphabet.size), [chance.data for chance in chances])[0]
        if symbol == alphabet.mark:
            break
        name += alphabet.characters[symbol]
    return name


def show_progress(losses: list[float], steps: int, seconds: float) -> None:
    """Show on standard error how far the training is: on one line in a terminal, else ten times in all."""
    done, in_terminal = len(losses), sys.stderr.isatty()
    if done % (20 if in_terminal else max(1, steps // 10)) and done != steps:
        return
    recent = losses[-200:]
    bar = "█" * (20 * done // steps)
    line = (
        f"{bar:░<20} step {done}/{steps}, loss {sum(recent) / len(recent):.3f} (mean of {len(recent)}), "
        f"{1000 * seconds / done:.2f} ms a step"
    )
    if in_terminal:
        # Over the line before, which may have been longer.
        print(f"\r{line:<78}", end="\n" if done == steps else "", file=sys.stderr, flush=True)
    else:
        print(line, file=sys.stderr, flush=True)


def read_names(path: Path) -> list[str]:
    """Return the names of a file, in lower case: one a line, without empty lines and lines with a ``#``.

    Raises ``ValueError`` when there are none, or one is longer than the model can look back.
    """
    lines = [line.strip().lower() for line in path.read_text(encoding="utf-8").splitlines()]
    names = [line for line in lines if line and "#" not in line]
    if not names:
        raise ValueError(f"{path} holds no names: expected one a line")
    longest = max(names, key=len)
    if len(longest) >= LONGEST:
        raise ValueError(f"{path}: {longest!r} has {len(longest)} letters: expected {LONGEST - 1} at most")
    return names


def mean_loss(model: GPT, samples: list[list[int]]) -> float:
    """Return the mean loss on names, without learning from them."""
    return math.fsum(loss_of(model, symbols).data for symbols in samples) / len(samples)


def main(arguments: Sequence[str] | None = None) -> int:
    """Train on the names, then print the loss on names held back, and some inventions."""
    options = parse(arguments)
    try:
        names = read_names(options.names)
    except (OSError, ValueError) as error:
        print(f"gpt.py: {error}", file=sys.stderr)
        return 2
    generator = random.Random(options.seed)
    alphabet = Alphabet(names)
    shuffled = [alphabet.encode(name) for name in generator.sample(names, len(names))]
    held_back = shuffled[: min(100, len(shuffled) // 10)]
    model = GPT(alphabet.size, generator)
    print(f"{len(names)} names, {alphabet.size} symbols, {len(model.parameters())} parameters")
    train(model, shuffled[len(held_back) :], options.steps)
    if held_back:
        unseen = mean_loss(model, held_back)
        chance = math.log(alphabet.size)
        print(
            f"loss on {len(held_back)} names it has not seen: {unseen:.3f} (guessing blindly: {chance:.3f})"
        )
    print("\nInvented (* where there is such a name in the list):")
    for _ in range(options.invent):
        name = invent(model, alphabet, generator, options.temperature)
        print(f"  {name.capitalize()}{' *' if name in names else ''}")
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the options of the command line; a bad one ends the program with a word on what is wrong."""
    parser = argparse.ArgumentParser(
        description="A character-level GPT made of scalars, which invents names."
    )
    parser.add_argument("--steps", type=int, default=4000, help="names to learn from (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=42, help="of all random draws (default: %(default)s)")
    parser.add_argument("--names", type=Path, default=NAMES, help="a file with one name a line")
    parser.add_argument("--invent", type=int, default=20, help="names to invent (default: %(default)s)")
    parser.add_argument(
        "--temperature",
        type=float,
        default=0.7,
        help="above 0; lower is more cautious (default: %(default)s)",
    )
    options = parser.parse_args(arguments)
    if options.steps < 1:
        parser.error(f"--steps is {options.steps}: expected 1 or more")
    if options.invent < 0:
        parser.error(f"--invent is {options.invent}: expected 0 or more")
    if not (options.temperature > 0 and math.isfinite(options.temperature)):
        parser.error(f"--temperature is {options.temperature}: expected a number above 0")
    return options


if __name__ == "__main__":
    sys.exit(main())
