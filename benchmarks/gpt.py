"""The GPT of ``examples/gpt.py``, against the same model on a plain-Python ``Value``.

The plain one is written the way micrograd is: every operation makes a node with a closure for its gradient,
``backward`` sorts the graph by recursion and calls the closures in turn, and a dot product is a sum of
products. Both start from the same weights and see the same names, so their losses have to agree.

    python benchmarks/gpt.py [--steps 6]
"""

from __future__ import annotations

import argparse
import importlib.util
import itertools
import math
import random
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from micrograd import engine, optim


class PlainValue:
    """A scalar with a closure that passes its gradient on."""

    def __init__(self, data: float, operands: Iterable[PlainValue] = ()) -> None:
        self.data = data
        self.grad = 0.0
        self.operands = set(operands)
        self.pass_on: Callable[[], None] = lambda: None

    def __add__(self, other: PlainValue | float) -> PlainValue:
        other = other if isinstance(other, PlainValue) else PlainValue(other)
        out = PlainValue(self.data + other.data, (self, other))

        def pass_on() -> None:
            self.grad += out.grad
            other.grad += out.grad

        out.pass_on = pass_on
        return out

    def __mul__(self, other: PlainValue | float) -> PlainValue:
        other = other if isinstance(other, PlainValue) else PlainValue(other)
        out = PlainValue(self.data * other.data, (self, other))

        def pass_on() -> None:
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.pass_on = pass_on
        return out

    def __pow__(self, exponent: float) -> PlainValue:
        out = PlainValue(self.data**exponent, (self,))

        def pass_on() -> None:
            self.grad += exponent * self.data ** (exponent - 1) * out.grad

        out.pass_on = pass_on
        return out

    def relu(self) -> PlainValue:
        out = PlainValue(max(0.0, self.data), (self,))

        def pass_on() -> None:
            self.grad += (out.data > 0) * out.grad

        out.pass_on = pass_on
        return out

    def exp(self) -> PlainValue:
        out = PlainValue(math.exp(self.data), (self,))

        def pass_on() -> None:
            self.grad += out.data * out.grad

        out.pass_on = pass_on
        return out

    def log(self) -> PlainValue:
        out = PlainValue(math.log(self.data), (self,))

        def pass_on() -> None:
            self.grad += out.grad / self.data

        out.pass_on = pass_on
        return out

    def __neg__(self) -> PlainValue:
        return self * -1.0

    def __sub__(self, other: PlainValue | float) -> PlainValue:
        return self + (-other)

    def __truediv__(self, other: PlainValue) -> PlainValue:
        return self * other**-1

    def backward(self) -> None:
        """Sort the graph, operands first, and call the closures from the end."""
        order: list[PlainValue] = []
        visited: set[PlainValue] = set()

        def visit(node: PlainValue) -> None:
            if node not in visited:
                visited.add(node)
                for operand in node.operands:
                    visit(operand)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            node.pass_on()


Vector = list[PlainValue]


class PlainGPT:
    """The same model, from the weights of one of ours (``state``: numbers by name)."""

    def __init__(self, state: dict[str, float], heads: int) -> None:
        self.heads = heads
        self.by_name = {name: PlainValue(float(number)) for name, number in state.items()}
        self.symbol_embeddings = self.rows("symbol_embeddings.{}.{}")
        self.position_embeddings = self.rows("position_embeddings.{}.{}")
        self.layers = {
            name: (self.rows(name + ".neurons.{}.w.{}"), self.column(name + ".neurons.{}.b"))
            for name in ("queries", "keys", "values", "attended", "expand", "contract", "output")
        }

    def column(self, name: str) -> Vector:
        found = []
        while name.format(len(found)) in self.by_name:
            found.append(self.by_name[name.format(len(found))])
        return found

    def rows(self, name: str) -> list[Vector]:
        found: list[Vector] = []
        while row := self.column(name.format(len(found), "{}")):
            found.append(row)
        return found

    def linear(self, name: str, x: Vector) -> Vector:
        rows, biases = self.layers[name]
        return [total([w * xi for w, xi in zip(row, x)], bias) for row, bias in zip(rows, biases)]

    def logits(self, symbol: int, memory: list[tuple[Vector, Vector]]) -> Vector:
        place = self.position_embeddings[len(memory)]
        x = rms_norm([s + p for s, p in zip(self.symbol_embeddings[symbol], place)])

        normed = rms_norm(x)
        memory.append((self.linear("keys", normed), self.linear("values", normed)))
        queries = self.linear("queries", normed)
        size = len(x) // self.heads
        found = []
        for start in range(0, len(x), size):
            mine = range(start, start + size)
            fits = [total([queries[i] * keys[i] for i in mine]) * size**-0.5 for keys, _ in memory]
            weights = softmax(fits)
            found += [total([w * values[i] for w, (_, values) in zip(weights, memory)]) for i in mine]
        x = [a + b for a, b in zip(x, self.linear("attended", found))]

        hidden = [h.relu() for h in self.linear("expand", rms_norm(x))]
        x = [a + b for a, b in zip(x, self.linear("contract", hidden))]
        return self.linear("output", x)

    def loss_of(self, symbols: list[int]) -> PlainValue:
        memory: list[tuple[Vector, Vector]] = []
        losses = []
        for symbol, target in itertools.pairwise(symbols):
            logits = self.logits(symbol, memory)
            losses.append(total([z.exp() for z in logits]).log() - logits[target])
        return total(losses) * (1 / len(losses))


def total(terms: Vector, start: PlainValue | None = None) -> PlainValue:
    """Return the sum of the terms, and of ``start`` where there is one."""
    first, *rest = terms if start is None else [start, *terms]
    for term in rest:
        first = first + term
    return first


def softmax(logits: Vector) -> Vector:
    """Return the logits as probabilities."""
    powers = [z.exp() for z in logits]
    whole = total(powers)
    return [power / whole for power in powers]


def rms_norm(x: Vector) -> Vector:
    """Return ``x`` scaled so that the mean of its squares is 1."""
    scale = (total([xi * xi for xi in x]) * (1 / len(x)) + 1e-5) ** -0.5
    return [xi * scale for xi in x]


class PlainAdam:
    """Adam as the paper has it, with a loop over the parameters in Python."""

    def __init__(self, parameters: Vector, beta1: float, beta2: float, epsilon: float) -> None:
        self.parameters = parameters
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon
        self.means = [0.0] * len(parameters)
        self.squares = [0.0] * len(parameters)
        self.steps = 0

    def step(self, rate: float) -> None:
        self.steps += 1
        for i, p in enumerate(self.parameters):
            self.means[i] = self.beta1 * self.means[i] + (1 - self.beta1) * p.grad
            self.squares[i] = self.beta2 * self.squares[i] + (1 - self.beta2) * p.grad**2
            mean = self.means[i] / (1 - self.beta1**self.steps)
            square = self.squares[i] / (1 - self.beta2**self.steps)
            p.data -= rate * mean / (square**0.5 + self.epsilon)


@dataclass(frozen=True)
class Result:
    """Losses step by step, and seconds for each step, of both."""

    losses: list[float]
    plain_losses: list[float]
    seconds: list[float]
    plain_seconds: list[float]

    @property
    def ratio(self) -> float:
        """How many times faster ours is, over all steps together."""
        return math.fsum(self.plain_seconds) / math.fsum(self.seconds)

    @property
    def difference(self) -> float:
        """The largest difference between the losses of a step."""
        return max(abs(a - b) for a, b in zip(self.losses, self.plain_losses))


def measure(steps: int = 6, repeats: int = 5, seed: int = 42) -> Result:
    """Train both for as many steps on the same names; of ours, the fastest of ``repeats`` runs counts."""
    gpt = load_example()
    names = gpt.read_names(gpt.NAMES)
    alphabet = gpt.Alphabet(names)
    samples = [alphabet.encode(name) for name in random.Random(seed).sample(names, steps)]
    rates = [0.01 * (1 - k / steps) for k in range(steps)]

    runs = [run_ours(gpt, alphabet, samples, rates, seed) for _ in range(repeats)]
    losses, seconds = runs[0][0], [min(times) for times in zip(*(run[1] for run in runs))]

    model = gpt.GPT(alphabet.size, random.Random(seed))
    plain = PlainGPT(model.state_dict(), gpt.HEADS)
    parameters = list(plain.by_name.values())
    optimizer = PlainAdam(parameters, beta1=0.85, beta2=0.99, epsilon=1e-8)
    plain_losses, plain_seconds = [], []
    for symbols, rate in zip(samples, rates):
        started = time.perf_counter()
        loss = plain.loss_of(symbols)
        for parameter in parameters:
            parameter.grad = 0.0
        loss.backward()
        optimizer.step(rate)
        plain_seconds.append(time.perf_counter() - started)
        plain_losses.append(loss.data)
    return Result(losses, plain_losses, seconds, plain_seconds)


def run_ours(
    gpt: ModuleType, alphabet: object, samples: list[list[int]], rates: list[float], seed: int
) -> tuple[list[float], list[float]]:
    """Train ours, from its first weights; return the loss and the seconds of each step."""
    model = gpt.GPT(alphabet.size, random.Random(seed))
    optimizer = optim.Adam(model.parameters(), lambda k: rates[k], beta1=0.85, beta2=0.99)
    losses, seconds = [], []
    for symbols in samples:
        started = time.perf_counter()
        loss = gpt.loss_of(model, symbols)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        seconds.append(time.perf_counter() - started)
        losses.append(loss.data)
    return losses, seconds


def load_example() -> ModuleType:
    """Return ``examples/gpt.py`` as a module."""
    path = Path(__file__).parents[1] / "examples" / "gpt.py"
    spec = importlib.util.spec_from_file_location("examples_gpt", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the times and the ratio; return 1 where the losses differ or ours is not 100 times faster."""
    parser = argparse.ArgumentParser(description="The GPT example against plain Python, step by step.")
    parser.add_argument("--steps", type=int, default=6, help="names to train on (default: %(default)s)")
    result = measure(parser.parse_args(arguments).steps)
    steps = len(result.losses)
    print(f"Character-level GPT, one training step (a name), over {steps} steps:")
    print(f"  plain Python, as micrograd is written  {1e3 * sum(result.plain_seconds) / steps:9.2f} ms")
    print(f"  micrograd-lab, define by run           {1e3 * sum(result.seconds) / steps:9.2f} ms")
    print(f"  ratio                                  {result.ratio:9.0f} x   (asked for: 100 x)")
    print(f"  largest difference between the losses  {result.difference:9.1e}     (allowed: 1e-9)")
    if not engine.COMPILED:
        print("  (the engine runs uncompiled: install a C compiler for the figure that was asked for)")
    return 0 if result.ratio >= 100 and result.difference <= 1e-9 else 1


if __name__ == "__main__":
    sys.exit(main())
