"""What of a graph has to be computed, and which products and sums disappear into the sum that uses them.

One pass backwards over the table of expressions, so that each is looked at once, after everything that uses it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from micrograd.compiler import expressions as ex
from micrograd.compiler.expressions import Expressions, Places, evenly
from micrograd.compiler.instructions import Product, Term
from micrograd.operations import KINKS, SMOOTH

# What can be computed in the place of the sum before it: none of them needs the sum itself for its derivative.
OVER_A_SUM = ("ReLU", *SMOOTH)


@dataclass
class Neuron:
    """A sum of weights times inputs: weights are slots to be, inputs are expressions of the sample."""

    weights: Sequence[int]
    inputs: Places
    coefficients: Sequence[float] = ()  # of the weights, where they are not all 1


@dataclass
class Form:
    """One sum, sorted by what its terms depend on."""

    constant: float
    shared: list[Term]
    shared_products: list[Product]
    linear: list[Term]
    products: list[Product]
    neuron: Neuron | None

    @property
    def has_shared(self) -> bool:
        return bool(self.shared or self.shared_products)

    @property
    def is_neuron(self) -> bool:
        """Whether a neuron, perhaps with a bias, is all there is."""
        return self.neuron is not None and not self.linear and not self.products


class Forms:
    """The sums of a graph in their final form; ``checks`` are functions that are needed whether a result uses them.

    ``needed`` tells of each expression whether it is computed on its own; ``of`` has the form of each sum that is;
    ``activation_of`` the activation of a sum that nothing else uses.
    """

    def __init__(self, table: Expressions, results: Sequence[int], checks: Sequence[int] = ()) -> None:
        self.table = table
        self.results = results
        self.checks = checks
        # Whether a kink follows: what is zero in the engine has to be zero here, or the other side may be taken.
        self.before_kink = bytearray(len(table))
        self.uses = self._count_uses()
        self.of: dict[int, Form] = {}
        self.activation_of: dict[int, int] = {}
        self.needed = self._find_needed()

    def _count_uses(self) -> list[int]:
        table = self.table
        uses = [0] * len(table)
        reached = bytearray(len(table))
        before_kink = self.before_kink
        seen_inputs: set[Places] = set()
        seen_before_kink: set[Places] = set()
        for result in self.results:
            reached[result] = True
            uses[result] += 2  # a result is always an expression of its own
        for check in self.checks:
            reached[check] = True  # a function: it is an expression of its own anyway
        for place in range(len(table) - 1, table.parameters + table.inputs - 1, -1):
            if not reached[place]:
                continue
            if table.operation[place] == ex.DOT:
                _, inputs, bias = table.dots[place]
                if bias is not None:
                    reached[bias] = True
                    uses[bias] += 1
                    before_kink[bias] |= before_kink[place]
                if before_kink[place] and inputs not in seen_before_kink:
                    seen_before_kink.add(inputs)
                    for operand in inputs:
                        before_kink[operand] = True
                if inputs not in seen_inputs:
                    seen_inputs.add(inputs)
                    for operand in inputs:
                        reached[operand] = True
                        uses[operand] += 2  # a neuron's input is always a row of its own
                continue
            kink = before_kink[place] or table.operation[place] in KINKS
            for operand in table.operands[place]:
                reached[operand] = True
                uses[operand] += 1
                before_kink[operand] |= kink
        return uses

    def _find_needed(self) -> bytearray:
        table = self.table
        needed = bytearray(len(table))
        seen_inputs: set[Places] = set()
        for place in (*self.results, *self.checks):
            needed[place] = True
        for place in range(len(table) - 1, table.parameters + table.inputs - 1, -1):
            if not needed[place]:
                continue
            operation = table.operation[place]
            if operation in (ex.ADD, ex.MULTIPLY, ex.DOT):
                form = self.of[place] = self._form(place)
                for _, operand in (*form.shared, *form.linear):
                    needed[operand] = True
                for _, a, b in (*form.shared_products, *form.products):
                    needed[a] = needed[b] = True
                if form.neuron is not None:
                    if operation != ex.DOT:
                        for weight in form.neuron.weights:
                            needed[weight] = True
                    if form.neuron.inputs not in seen_inputs:
                        seen_inputs.add(form.neuron.inputs)
                        for operand in form.neuron.inputs:
                            needed[operand] = True
            else:
                operands = table.operands[place]
                for operand in operands:
                    needed[operand] = True
                if operation in OVER_A_SUM and self.uses[operands[0]] == 1:
                    self.activation_of[operands[0]] = place
        return needed

    def _form(self, place: int) -> Form:
        """Flatten a sum: everything that only this sum uses becomes part of it.

        Where a kink follows, a factor is multiplied into what it multiplies only if that changes no digit.
        """
        table, uses = self.table, self.uses
        if table.operation[place] == ex.DOT:
            weights, inputs, bias = table.dots[place]
            neuron = Neuron(weights, inputs)
            constant, shared = 0.0, []
            if bias is not None and table.operation[bias] == ex.CONSTANT:
                constant = table.number[bias]
            elif bias is not None:
                shared.append((1.0, bias))
            return Form(constant, shared, [], [], [], neuron)
        form = Form(0.0, [], [], [], [], None)
        weights_found: list[int] = []
        coefficients: list[float] = []
        inputs_found: list[int] = []
        stack = [(1.0, place)]
        while stack:
            coefficient, x = stack.pop()
            operation = table.operation[x]
            own = x == place or uses[x] == 1
            if operation == ex.CONSTANT:
                form.constant += coefficient * table.number[x]
            elif operation == ex.ADD and own:
                first, second = table.operands[x]
                stack.append((coefficient, second))
                stack.append((coefficient, first))
            elif operation == ex.DOT and own:
                weights, inputs, bias = table.dots[x]
                weights_found.extend(weights)
                coefficients.extend([coefficient] * len(weights))
                inputs_found.extend(inputs)
                if bias is not None:
                    stack.append((coefficient, bias))
            elif operation == ex.MULTIPLY:
                a, b = table.operands[x]
                if table.depends[a] > table.depends[b]:
                    a, b = b, a
                if table.operation[a] == ex.CONSTANT:
                    factor = coefficient * table.number[a]
                    # A sum that several products use is computed once, for all of them.
                    if self.before_kink[place] and x != place and not _is_exact(table.number[a]):
                        self._add_term(form, coefficient, x)  # rounded before it is added, as in the engine
                    elif own and (not self.before_kink[place] or _is_exact(table.number[a])):
                        stack.append((factor, b))
                    else:
                        self._add_term(form, factor, b)
                elif not own:
                    self._add_term(form, coefficient, x)
                elif table.depends[b] == ex.SHARED:
                    form.shared_products.append((coefficient, a, b))
                elif table.depends[a] == ex.SHARED:
                    weights_found.append(a)
                    coefficients.append(coefficient)
                    inputs_found.append(b)
                else:
                    form.products.append((coefficient, a, b))
            else:
                self._add_term(form, coefficient, x)
        if weights_found:
            form.neuron = Neuron(weights_found, evenly(tuple(inputs_found)), coefficients)
        return form

    def _add_term(self, form: Form, coefficient: float, x: int) -> None:
        (form.linear if self.table.depends[x] == ex.SAMPLE else form.shared).append((coefficient, x))


def _is_exact(factor: float) -> bool:
    """Whether a product with the factor has the same digits: a power of two, or 0."""
    return factor == 0.0 or abs(math.frexp(factor)[0]) == 0.5
