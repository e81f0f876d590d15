"""From the table of expressions to the list of instructions of the forward pass.

After ``forms`` has found out what is needed, one pass forwards: an instruction for each expression that is left, and
one for all neurons over the same inputs: a layer.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from micrograd.compiler import expressions as ex
from micrograd.compiler.expressions import Expressions, evenly
from micrograd.compiler.forms import Form, Forms
from micrograd.compiler.instructions import (
    NONE,
    Binary,
    Code,
    Dot,
    Gather,
    Layer,
    Map,
    Splat,
    Sum,
    WeightSlots,
)
from micrograd.operations import SMOOTH


def lower(
    expressions: Expressions,
    results: Sequence[int],
    features: int,
    with_slopes: bool,
    checks: Sequence[int] = (),
) -> Code:
    """Return the code that computes ``results``, without its gradient instructions (see ``gradient.derive``).

    ``with_slopes`` keeps what these need of the forward pass. ``checks`` are functions that are computed whether a
    result needs them or not: an operand outside of their domain is to be noticed.
    """
    return _Lowering(expressions, results, features, with_slopes, checks).code


class _Lowering:
    def __init__(
        self,
        table: Expressions,
        results: Sequence[int],
        features: int,
        with_slopes: bool,
        checks: Sequence[int],
    ) -> None:
        self.table = table
        self.with_slopes = with_slopes
        self.results = list(results)
        self.result_places = frozenset(results)
        # Whether blocks of samples have to be run even for a result that depends on none.
        self.checks_samples = any(table.depends[check] == ex.SAMPLE for check in checks)
        forms = Forms(table, self.results, checks)
        self.forms = forms.of
        self.needed = forms.needed
        self.activation_of = forms.activation_of
        self.slots = array("d", bytes(8 * (table.parameters + table.captured_leaves)))
        self.constants: dict[str, int] = {}
        self.slot_of: dict[int, int] = {}  # a parameter's slot has its number
        self.row_of: dict[int, int] = {table.parameters + i: i for i in range(table.inputs)}
        self.splats: dict[int, int] = {}
        self.neuron_row: dict[int, int] = {}
        self.groups = self._group_neurons()
        self.code = Code(table.parameters, features, table.inputs - features, table.captured_leaves)
        self.code.rows = table.inputs
        self._emit()
        self.code.initial = self.slots

    def _group_neurons(self) -> dict[int, list[tuple[int, str]]]:
        """Return, for the first neuron of each layer, all neurons over the same inputs with the same activation."""
        by_inputs: dict[object, list[tuple[int, str]]] = {}
        groups: dict[int, list[tuple[int, str]]] = {}
        for place in sorted(self.forms):
            form = self.forms[place]
            if form.neuron is None:
                continue
            activation = ""
            if form.is_neuron and place in self.activation_of:
                activation = self.table.operation[self.activation_of[place]]
            key = (form.neuron.inputs, activation, self._takes_bias(place, form))
            members = by_inputs.setdefault(key, [])
            members.append((place, activation))
            groups[members[0][0]] = members
        return groups

    # -- emission ------------------------------------------------------------------------------------------------

    def _emit(self) -> None:
        table = self.table
        pending: list[int] = []
        for place in range(table.parameters + table.inputs, len(table)):
            if not self.needed[place]:
                continue
            if table.depends[place] == ex.SHARED:
                self._emit_shared(place)
            elif table.depends[place] == ex.SAMPLE:
                pending.append(place)
        for place in pending:
            self._emit_row(place)
        self.code.results = [self._result(place) for place in self.results]

    def _result(self, place: int) -> tuple[int, int]:
        if self.table.depends[place] < ex.SAMPLE:
            slot = self._slot(place)
            return (self._splat(slot), NONE) if self.checks_samples else (NONE, slot)
        form = self.forms.get(place)
        # The part of a loss that all samples share (an L2 penalty) is added once, not to every sample.
        if form is not None and form.has_shared and not self._takes_bias(place, form):
            return self.row_of[place], self._shared_part(form)
        return self.row_of[place], NONE

    def _slot(self, place: int) -> int:
        if place < self.table.parameters:
            return place
        if place not in self.slot_of:
            self.slot_of[place] = self._constant_slot(self.table.number[place])
        return self.slot_of[place]

    def _constant_slot(self, value: float) -> int:
        key = value.hex()
        if key not in self.constants:
            self.constants[key] = self._new_slots(1, value)
        return self.constants[key]

    def _new_slots(self, count: int, value: float = 0.0) -> int:
        first = len(self.slots)
        self.slots.extend([value] * count)
        return first

    def _new_rows(self, count: int) -> int:
        first = self.code.rows
        self.code.rows += count
        return first

    def _row(self, place: int) -> int:
        """Return the row of an operand; what all samples share is spread over a row."""
        if self.table.depends[place] == ex.SAMPLE:
            return self.row_of[place]
        return self._splat(self._slot(place))

    def _splat(self, slot: int) -> int:
        if slot not in self.splats:
            self.splats[slot] = self._new_rows(1)
            self.code.forward.append(Splat(self.splats[slot], slot))
        return self.splats[slot]

    def _emit_shared(self, place: int) -> None:
        table = self.table
        if place in self.forms:
            self.slot_of[place] = self._shared_part(self.forms[place])
            return
        if table.operation[place] == ex.CAPTURED:
            self.slot_of[place] = table.parameters + int(table.number[place])
            return
        if table.operation[place] == ex.SHARED_DOT:
            weights, others, _ = table.dots[place]
            out = self.slot_of[place] = self._new_slots(1)
            self.code.shared.append(Dot(out, _runs(weights, others)))
            return
        operands = [self._slot(operand) for operand in table.operands[place]]
        out = self.slot_of[place] = self._new_slots(1)
        if len(operands) == 1:
            self.code.shared.append(Map(out, table.operation[place], operands[0], table.number[place]))
        else:
            self.code.shared.append(Binary(out, table.operation[place], operands[0], operands[1]))

    def _shared_part(self, form: Form) -> int:
        """Return the slot of the part of a sum that depends on no sample."""
        if not form.has_shared:
            return self._constant_slot(form.constant)
        if (
            form.constant == 0.0
            and not form.shared_products
            and len(form.shared) == 1
            and form.shared[0][0] == 1.0
        ):
            return self._slot(form.shared[0][1])
        linear = tuple((c, self._slot(x)) for c, x in form.shared)
        products = tuple((c, self._slot(a), self._slot(b)) for c, a, b in form.shared_products)
        out = self._new_slots(1)
        self.code.shared.append(Sum(out, form.constant, linear, products))
        return out

    def _takes_bias(self, place: int, form: Form) -> bool:
        """Whether what a sum shares among the samples is the bias of the neuron in it.

        In the loss itself it is added to the mean instead, unless the neuron is all there is.
        """
        has_any = form.has_shared or form.constant != 0.0
        return form.neuron is not None and has_any and (form.is_neuron or place not in self.result_places)

    def _emit_row(self, place: int) -> None:
        form = self.forms.get(place)
        if form is None:
            self._emit_function(place)
            return
        if place in self.groups:
            self._emit_layer(self.groups[place])
        if form.is_neuron:
            self.row_of[place] = self.row_of[self.activation_of.get(place, place)] = self.neuron_row[place]
            return
        linear = [(c, self.row_of[x]) for c, x in form.linear]
        if form.neuron is not None:
            linear.insert(0, (1.0, self.neuron_row[place]))
        constant = form.constant
        if self._takes_bias(place, form) or (form.has_shared and place in self.result_places):
            constant = 0.0
        elif form.has_shared:
            linear.append((1.0, self._splat(self._shared_part(form))))
            constant = 0.0
        products = tuple((c, self.row_of[a], self.row_of[b]) for c, a, b in form.products)
        if constant == 0.0 and not products and len(linear) == 1 and linear[0][0] == 1.0:
            self.row_of[place] = linear[0][1]
            return
        out = self.row_of[place] = self._new_rows(1)
        self.code.forward.append(Sum(out, constant, tuple(linear), products))

    def _emit_function(self, place: int) -> None:
        table = self.table
        if place in self.row_of:
            return  # the activation of a layer
        operands = [self._row(operand) for operand in table.operands[place]]
        out = self.row_of[place] = self._new_rows(1)
        if len(operands) == 1:
            function = table.operation[place]
            slope = self._slopes(function, 1)
            self.code.forward.append(Map(out, function, operands[0], table.number[place], slope))
        else:
            self.code.forward.append(Binary(out, table.operation[place], operands[0], operands[1]))

    def _emit_layer(self, members: list[tuple[int, str]]) -> None:
        out = self._new_rows(len(members))
        weights: list[Sequence[int]] = []
        biases: list[int] = []
        for offset, (place, _) in enumerate(members):
            form = self.forms[place]
            assert form.neuron is not None
            self.neuron_row[place] = out + offset
            if form.neuron.coefficients:
                terms = zip(form.neuron.coefficients, form.neuron.weights, strict=True)
                weights.append([self._weight(coefficient, weight) for coefficient, weight in terms])
            else:
                weights.append(form.neuron.weights)  # parameters: their slots have the same numbers
            if self._takes_bias(place, form):
                biases.append(self._shared_part(form))
        first = self.forms[members[0][0]].neuron
        assert first is not None
        matrix = self._matrix(weights)
        bias, stride = self._vector(biases) if biases else (NONE, 0)
        inputs = tuple([self.row_of[x] for x in first.inputs])
        activation = members[0][1]
        slope = self._slopes(activation, len(members))
        self.code.forward.append(Layer(out, len(members), inputs, matrix, bias, stride, activation, slope))

    def _slopes(self, function: str, count: int) -> int:
        return self._new_rows(count) if self.with_slopes and function in SMOOTH else NONE

    def _weight(self, coefficient: float, place: int) -> int:
        slot = self._slot(place)
        if coefficient == 1.0:
            return slot
        out = self._new_slots(1)
        self.code.shared.append(Sum(out, 0.0, ((coefficient, slot),)))
        return out

    def _matrix(self, slots: Sequence[Sequence[int]]) -> WeightSlots:
        """Return the weights where they lie, if they lie in rows of consecutive slots, else a packed copy."""
        width = len(slots[0])
        firsts = [row[0] for row in slots]
        stride = firsts[1] - firsts[0] if len(firsts) > 1 else width
        if (
            stride >= width
            and firsts == list(range(firsts[0], firsts[0] + stride * len(firsts), stride))
            and all(_as_range(row) == range(row[0], row[0] + width) for row in slots)
        ):
            return WeightSlots(firsts[0], stride, 1)
        packed: list[int] = []
        for row in slots:
            packed += row
        return WeightSlots(self._gather(packed), width, 1)

    def _vector(self, slots: list[int]) -> tuple[int, int]:
        first, stride = slots[0], slots[1] - slots[0] if len(slots) > 1 else 1
        if stride > 0 and slots == list(range(first, first + stride * len(slots), stride)):
            return first, stride
        return self._gather(slots), 1

    def _gather(self, slots: list[int]) -> int:
        out = self._new_slots(len(slots))
        self.code.shared.append(Gather(out, tuple(slots)))
        return out


def _as_range(row: Sequence[int]) -> Sequence[int]:
    return row if isinstance(row, range) else evenly(tuple(row))


def _runs(one: Sequence[int], other: Sequence[int]) -> tuple[tuple[int, int, int], ...]:
    """Return pairs of slots as runs of neighbours: the first of the one, the first of the other, how many they are."""
    if isinstance(one, range) and isinstance(other, range) and one.step == other.step == 1:
        return ((one[0], other[0], len(one)),)
    runs: list[tuple[int, int, int]] = []
    first, second, count = one[0], other[0], 0
    for a, b in zip(one, other, strict=True):
        if a != first + count or b != second + count:
            runs.append((first, second, count))
            first, second, count = a, b, 0
        count += 1
    return (*runs, (first, second, count))
