"""The numbers that the lab's prose quotes: after which cell to look, and at what."""

from __future__ import annotations

from typing import Any

from micrograd.lab.solved.execute import Execution, Probes

_AFTER_CELL: dict[str, dict[str, str]] = {
    "task-2-gradcheck": {
        "slope_half": "operation.operands[0].got",
    },
    "task-3-error": {
        "z": "sum(p.data * v for p, v in zip(parameters, (0.888, 0.777, 1)))",
        "output": "output.data",
        "error": "error.data",
        "difference": "output.data - 1",
    },
    "task-4-by-hand": {
        "derivative": "derivative",
        "w0_grad": "parameters[0].grad",
        "w1_grad": "parameters[1].grad",
        "b_grad": "parameters[2].grad",
    },
    "task-4-exact": {
        "slope": "parameters[2].grad / derivative",
    },
    "task-5-update": {
        "updates": "step",
        "updated_output": "output.data",
    },
    "task-7-try": {
        "perceptron_accuracy": "accuracy",
    },
    "task-8-graph": {
        "hidden_0": "small.layers[0].neurons[0](X[0]).data",
        "hidden_1": "sum(p.data * v for p, v in zip(small.layers[0].neurons[1].parameters(), [*X[0], 1]))",
        "output_weight_0": "small.layers[1].neurons[0].w[0].data",
        "small_parameters": "len(small.parameters())",
        "wide_parameters": "len(wide.parameters())",
    },
    "task-8-size": {
        "nodes_100": "len(nodes)",
        "nodes_per_sample": "len(nodes) - len(trace(model_loss(small, X[:99], y[:99])[0])[0])",
    },
    "task-9-run": {
        "loss_first": "history['loss'][0]",
        "loss_last": "history['loss'][-1]",
        "accuracy_first": "history['accuracy'][0]",
        "accuracy_last": "history['accuracy'][-1]",
        "last_learning_rate": "1.0 - 0.9 * (len(history['loss']) - 1) / 100",
    },
    "task-10-run": {
        "loss_16": "history_16['loss'][-1]",
        "accuracy_16": "history_16['accuracy'][-1]",
        "nodes_wide_100": "len(trace(model_loss(model_16, X, y)[0])[0])",
    },
    "compiled-train": {
        "loss_compiled": "float(losses_by_program[-1])",
    },
}

_PREFIX = "number: "

PROBES: Probes = {
    cell: {_PREFIX + name: expression for name, expression in expressions.items()}
    for cell, expressions in _AFTER_CELL.items()
}


def measured(execution: Execution) -> dict[str, Any]:
    """Return each number by its name, as an executed notebook has it, to ten significant digits.

    That is more than the prose shows, and the same for the engine compiled and in plain Python.
    """
    return {
        name.removeprefix(_PREFIX): float(f"{value:.10g}") if isinstance(value, float) else value
        for name, value in execution.values.items()
        if name.startswith(_PREFIX)
    }
