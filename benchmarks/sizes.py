"""A training step of networks of every size, in both precisions: against JAX, PyTorch and scikit-learn.

Run it with ``python benchmarks/sizes.py [--quick] [--json FILE]``. One thread each, then two; ours also with the other
vector instructions that the processor has. Contenders take turns;
times are medians over the turns, and ratios the medians of each turn's own. Beside them: which kernels NumPy, SciPy and
we have chosen, and the share of what NumPy's matrix product reaches in the same run.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

# Some build machines choose slow kernels for OpenBLAS: peers are measured at their best.
CHOSEN_FOR_US = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")

NETWORKS = [
    (2, [16, 1]), (2, [16, 16, 1]), (8, [64, 64, 1]), (64, [32, 1]), (64, [128, 1]), (64, [128, 128, 1]),
    (784, [32, 1]), (784, [128, 1]), (784, [256, 10]),
]  # fmt: skip
SMALL = 2  # so many of them are small: more is asked for there
BATCHES = [32, 200, 1000]
RATE = 1e-4
PEAK = "a matrix product"
STEPS_A_TURN = 8  # a call has its costs, whatever the steps


def contenders(features: int, sizes: list[int], samples: int, dtype: str, threads: int) -> dict[str, Any]:
    """Return for each contender a function that makes so many steps, full batch, plain gradient descent."""
    import numpy as np

    generator = np.random.default_rng(0)
    X = generator.normal(size=(samples, features)).astype(dtype)
    outputs = sizes[-1]
    Y = (
        generator.normal(size=(samples, 1))
        if outputs == 1
        else np.eye(outputs)[generator.integers(0, outputs, samples)]
    )
    widths = [features, *sizes]
    weights = [
        ((generator.normal(size=(a, b)) / a**0.5).astype(dtype), np.zeros(b, dtype))
        for a, b in zip(widths, widths[1:])
    ]
    found: dict[str, Any] = {"ours": ours(weights, X, Y, dtype, threads)}
    for other in other_instruction_sets():
        found[f"ours, {other}"] = ours(weights, X, Y, dtype, threads, other)
    for name, make in (("JAX", jax_steps), ("PyTorch", torch_steps), ("scikit-learn", sklearn_steps)):
        try:
            found[name] = make(weights, X, Y.astype(dtype), dtype, threads)
        except ImportError:
            continue
    if threads > 1 and "PyTorch" in found:  # of small networks, its best number of threads is one
        found["PyTorch, 1 thread"] = torch_steps(weights, X, Y.astype(dtype), dtype, 1)
    return found


def model_with(features: int, sizes: list[int]) -> tuple[Any, Callable[[Any, Any], Any]]:
    """Return an MLP and its loss: the squared error of one output, the cross-entropy of several."""
    from micrograd import losses
    from micrograd.nn import MLP

    model = MLP(features, sizes)

    def squared(x: Any, y: Any) -> Any:
        return (model(x) - y) ** 2

    def entropy(x: Any, y: Any) -> Any:
        return losses.cross_entropy(model(x), y)

    return model, squared if sizes[-1] == 1 else entropy


def other_instruction_sets() -> list[str]:
    """Which vector instructions the processor has beside those that are chosen, as long as nobody has chosen any."""
    from micrograd.compiler import _kernels

    return [] if "MICROGRAD_INSTRUCTION_SET" in os.environ else list(_kernels.instruction_sets()[1:-1])


def ours(
    weights: Any, X: Any, Y: Any, dtype: str, threads: int, instruction_set: str | None = None
) -> Callable[[int], object]:
    import micrograd

    model, loss = model_with(X.shape[1], [b.size for _, b in weights])
    for layer, (W, b) in zip(model.layers, weights):
        for neuron, column, bias in zip(layer.neurons, W.T.tolist(), b.tolist()):
            neuron.b.data = bias
            for weight, number in zip(neuron.w, column):
                weight.data = number
    if instruction_set is not None:
        os.environ["MICROGRAD_INSTRUCTION_SET"] = instruction_set
    program = micrograd.compile(loss, model, threads=threads, dtype=dtype)
    program.train(X, Y, 1, RATE)  # the kernels are chosen
    if instruction_set is not None:
        del os.environ["MICROGRAD_INSTRUCTION_SET"]
    return lambda steps: program.train(X, Y, steps, RATE)


def jax_steps(weights: Any, X: Any, Y: Any, dtype: str, threads: int) -> Callable[[int], object]:
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", dtype == "float64")
    x, y = jnp.asarray(X), jnp.asarray(Y)

    def loss(layers: Any) -> Any:
        hidden = x
        for W, b in layers[:-1]:
            hidden = jnp.maximum(hidden @ W + b, 0)
        W, b = layers[-1]
        output = hidden @ W + b
        return (
            ((output - y) ** 2).mean() if Y.shape[1] == 1 else -(jax.nn.log_softmax(output) * y).sum(1).mean()
        )

    def step(_: int, layers: Any) -> Any:
        return jax.tree.map(lambda w, g: w - w.dtype.type(RATE) * g, layers, jax.grad(loss)(layers))

    loop = jax.jit(lambda layers, steps: jax.lax.fori_loop(0, steps, step, layers))
    layers = jax.tree.map(jnp.asarray, weights)
    return lambda steps: jax.block_until_ready(loop(layers, steps))


def torch_steps(weights: Any, X: Any, Y: Any, dtype: str, threads: int) -> Callable[[int], object]:
    import torch

    x, y = torch.tensor(X), torch.tensor(Y)
    layers = [(torch.tensor(W, requires_grad=True), torch.tensor(b, requires_grad=True)) for W, b in weights]
    optimizer = torch.optim.SGD([tensor for layer in layers for tensor in layer], lr=RATE)
    target = y.argmax(1)

    def train(steps: int) -> None:
        torch.set_num_threads(threads)
        for _ in range(steps):
            hidden = x
            for W, b in layers[:-1]:
                hidden = torch.relu(torch.addmm(b, hidden, W))
            W, b = layers[-1]
            output = torch.addmm(b, hidden, W)
            loss = (
                ((output - y) ** 2).mean()
                if Y.shape[1] == 1
                else torch.nn.functional.cross_entropy(output, target)
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    return train


def sklearn_steps(weights: Any, X: Any, Y: Any, dtype: str, threads: int) -> Callable[[int], object]:
    import warnings

    from sklearn.neural_network import MLPClassifier, MLPRegressor

    target = Y.ravel() if Y.shape[1] == 1 else Y.argmax(1)
    kind = MLPRegressor if Y.shape[1] == 1 else MLPClassifier

    def train(steps: int) -> None:
        network = kind(
            hidden_layer_sizes=[b.size for _, b in weights[:-1]], solver="sgd", momentum=0.0, alpha=0.0, tol=0.0,
            learning_rate_init=RATE, batch_size=len(X), max_iter=steps, n_iter_no_change=steps + 1,
        )  # fmt: skip
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            network.fit(X, target)

    return train


def multiply_adds(features: int, sizes: list[int], samples: int) -> int:
    """Multiply-adds of a step: forward, the weights' gradients, and the gradients of the hidden layers."""
    widths = [features, *sizes]
    products = [a * b for a, b in zip(widths, widths[1:])]
    return samples * (2 * sum(products) + sum(products[1:]))


PRODUCT = 1024  # rows and columns of the matrices


def products(dtype: str) -> Callable[[int], object]:
    """Return a function that makes so many of NumPy's matrix products."""
    import numpy as np

    a = np.random.default_rng(0).normal(size=(PRODUCT, PRODUCT)).astype(dtype)

    def run(count: int) -> None:
        for _ in range(count):
            a @ a

    return run


def kernels() -> dict[str, str]:
    """Which kernels NumPy's and SciPy's libraries and ours have chosen."""
    from micrograd.compiler import _kernels

    chosen = os.environ.get("MICROGRAD_INSTRUCTION_SET") or _kernels.instruction_sets()[0]
    found = {"ours": chosen}
    try:
        import scipy.linalg  # noqa: F401
        from threadpoolctl import threadpool_info
    except ImportError:
        return found
    for library in threadpool_info():
        if library["user_api"] == "blas":
            name = "SciPy" if "scipy.libs" in library["filepath"] else "NumPy"
            found[name] = f"{library['internal_api']} {library.get('architecture')}"
    return found


def measured(threads: int, quick: bool, only: list[int]) -> list[dict[str, Any]]:
    """Measure all networks with a number of threads; this process has been started for it."""
    from timing import Turns

    turns, turn = (3, 0.02) if quick else (7, 0.06)
    rows = []
    if threads == 1 and hasattr(os, "sched_setaffinity"):
        # JAX takes all processors that it sees, whatever it is told; so one is all that there is to see.
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    print("kernels: " + ", ".join(f"{who} {what}" for who, what in kernels().items()))
    for dtype in ("float64", "float32"):
        print(f"\n{dtype}, {threads} thread(s); the peak is NumPy's matrix product, in the same turns\n")
        print(f"{'':16}{'batch':>6}{'ours':>12}{'of the peak':>15}  how many times faster than")
        for number, (features, sizes) in enumerate(NETWORKS):
            if only and number not in only:
                continue
            for samples in BATCHES:
                found = {**contenders(features, sizes, samples, dtype, threads), PEAK: products(dtype)}
                # Our weights are Values before and after a turn: of many, that has to be a small part of it.
                length = turn * (1 + features * sizes[0] / 20_000)
                # Threads of BLAS and OpenMP keep a processor busy for some ten milliseconds after their work is done.
                pause = 0.06 if threads > 1 else 0.0
                times = Turns(found, turns, length, pause, STEPS_A_TURN)
                peers = [name for name in found if not name.startswith("ours") and name != PEAK]
                ratios = {name: times.ratio(name, "ours") for name in peers}
                others = [name for name in found if name.startswith("ours, ")]
                share = multiply_adds(features, sizes, samples) / PRODUCT**3 * times.ratio(PEAK, "ours")
                least = min(ratios.values(), default=float("inf"))
                reached = (
                    least >= 2.5 if number < SMALL else least >= 1.2 or (share >= 0.85 and least >= 0.95)
                )
                name = "-".join(map(str, [features, *sizes]))
                print(
                    f"{name:16}{samples:6}{times.median('ours') * 1e6:9.1f} µs{share:8.0%}"
                    f" of {2e-9 * PRODUCT**3 / times.median(PEAK):.0f}   "
                    + "  ".join(f"{who} {ratio:.2f}" for who, ratio in ratios.items())
                    + f"  {'✓' if reached else '✗'}"
                    + "".join(f"   {name}: {times.median(name) * 1e6:.1f} µs" for name in others),
                    flush=True,
                )
                rows.append(
                    {"network": name, "batch": samples, "dtype": dtype, "threads": threads, "reached": reached,
                     "seconds": times.medians(), "times_faster_than": ratios, "share_of_peak": share,
                     "peak_in_gflops": 2e-9 * PRODUCT**3 / times.median(PEAK)}
                )  # fmt: skip
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer and shorter turns")
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    parser.add_argument("--only", type=int, nargs="*", default=[], help="numbers of networks, from 0 on")
    parser.add_argument("--threads", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.threads:
        rows = measured(arguments.threads, arguments.quick, arguments.only)
        if arguments.json:
            with open(arguments.json, "w", encoding="utf-8") as file:
                json.dump(rows, file)
        return
    # Libraries read these when they are loaded: each number of threads has a process of its own.
    figures = []
    for threads in (1, 2):
        environment = {name: value for name, value in os.environ.items() if name not in CHOSEN_FOR_US}
        environment |= dict.fromkeys(
            ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), str(threads)
        )
        if threads == 1:
            environment["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
        part = f"{arguments.json}.{threads}" if arguments.json else None
        command = [sys.executable, __file__, "--threads", str(threads), *(["--json", part] if part else [])]
        command += ["--quick"] if arguments.quick else []
        command += ["--only", *map(str, arguments.only)] if arguments.only else []
        subprocess.run(command, env=environment, check=True)
        if part:
            with open(part, encoding="utf-8") as file:
                figures += json.load(file)
            os.remove(part)
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(figures, file, indent=1)


if __name__ == "__main__":
    main()
