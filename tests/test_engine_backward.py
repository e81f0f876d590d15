"""The backward sweep: what it adds where, twice, interrupted, by hand, and with the user's own operations."""

import math
import random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from programs import (
    MICROGRAD_OPERATIONS,
    OUR_OPERATIONS,
    absolute_gradients,
    assert_close,
    assert_same_graph,
    lecture_walk,
    programs,
)

from micrograd.engine import Value, topological_order
from micrograd.nn import MLP, Layer, Neuron


def finite(root):
    return all(math.isfinite(node.data) and math.isfinite(node.grad) for node in topological_order(root))


def is_beside_a_kink(node):
    """Whether a step of a difference may cross one: several can cancel out, so that the slopes do not tell."""
    if node._op not in ("ReLU", "abs", "max", "min"):
        return False
    first, *others = (operand.data for operand in node._operands)
    return any(abs(first - other) < 1e-3 for other in others or [0.0])


@given(programs(list(MICROGRAD_OPERATIONS)))
def test_the_graph_and_its_gradients_are_micrograds(peer, program):
    _, ours = program.run(Value, OUR_OPERATIONS)
    _, theirs = program.run(peer.Value, OUR_OPERATIONS)
    ours.backward()
    theirs.backward()
    assume(finite(ours))
    assert_same_graph(ours, theirs)


@given(programs(list(OUR_OPERATIONS)))
def test_gradients_are_finite_differences(program):
    leaves, root = program.run(Value, OUR_OPERATIONS)
    root.backward()
    assume(finite(root) and abs(root.data) < 1e3)
    assume(not any(map(is_beside_a_kink, topological_order(root))))
    scales = absolute_gradients(root)

    def at(position, x):
        start = list(program.leaves)
        start[position] = x
        return type(program)(tuple(start), program.instructions).run(Value, OUR_OPERATIONS)[1].data

    for position, (leaf, x) in enumerate(zip(leaves, program.leaves)):
        slopes = []
        for step in (1e-4, 5e-5, 2.5e-5):
            slopes.append((at(position, x + step) - at(position, x - step)) / (2 * step))
            slopes.append((at(position, x + step) - root.data) / step)
            slopes.append((root.data - at(position, x - step)) / step)
        # Kinks and wild higher derivatives: the slopes tell, without looking at the gradient.
        assume(max(slopes) - min(slopes) < 1e-2 * (1 + abs(slopes[0])))
        scale = scales.get(id(leaf), 0.0)
        assert abs(leaf.grad - slopes[-3]) <= 1e-2 * (1 + abs(slopes[-3])) + 1e-9 * scale


@given(programs(list(OUR_OPERATIONS)))
def test_a_second_sweep_adds_exactly_the_same_once_more(program):
    leaves, root = program.run(Value, OUR_OPERATIONS)
    assume(root._operands)
    root.backward()
    order = topological_order(root)
    once = {id(node): node.grad for node in order}
    root.backward()
    for node in order:
        if node in leaves:
            assert node.grad == 2 * once[id(node)] or math.isnan(node.grad)
        elif node._operands:
            assert node.grad == once[id(node)] or math.isnan(node.grad)


def test_a_third_sweep_too_and_through_neurons():
    random.seed(7)
    model = MLP(3, [5, 4, 1])
    loss = sum((model([0.1 * k, 0.2, -0.3]) - k) ** 2 for k in range(5))
    loss.backward()
    once = [p.grad for p in model.parameters()]
    assert any(once)
    loss.backward()
    assert [p.grad for p in model.parameters()] == [2 * g for g in once]
    loss.backward()
    assert [p.grad for p in model.parameters()] == [2 * g + g for g in once]


def test_forgetting_zero_grad_accumulates_from_graph_to_graph():
    random.seed(3)
    model = MLP(2, [4, 1])

    def sweep(x):
        model.zero_grad()
        model(x).backward()
        return [p.grad for p in model.parameters()]

    first, second = sweep([0.3, 0.4]), sweep([-0.5, 0.1])
    model.zero_grad()
    model([0.3, 0.4]).backward()
    model([-0.5, 0.1]).backward()
    assert [p.grad for p in model.parameters()] == [a + b for a, b in zip(first, second)]


def test_two_losses_over_shared_nodes_start_the_shared_ones_afresh():
    a = Value(1.5)
    shared = a * a
    first, second = shared * 2, shared * 5
    first.backward()
    assert (shared.grad, a.grad) == (2, 6)
    second.backward()
    assert (shared.grad, a.grad) == (5, 6 + 15)


def test_the_root_has_gradient_one():
    a = Value(3.0)
    root = a * 2
    root.grad = 77
    root.backward()
    assert (root.grad, a.grad) == (1, 2)


def test_backward_of_a_leaf():
    a = Value(3.0)
    assert a.backward() is None
    assert a.grad == 1


def test_gradients_written_by_hand_are_added_to():
    a = Value(3.0)
    a.grad = 0.25
    (a * 2).backward()
    assert a.grad == 2.25


def test_shared_operands():
    a = Value(3.0)
    b = a + a
    (b * a).backward()
    assert (a.grad, b.grad) == (12, 3)


def test_nodes_off_the_path_keep_their_gradients():
    a, b = Value(1.0), Value(2.0)
    other = a * b
    other.grad = 9.0
    b.grad = 4.0
    (a * 3).backward()
    assert (other.grad, b.grad) == (9, 4)


DETERMINISM = """
    import random
    from micrograd.engine import Value, dot
    from micrograd.nn import MLP
    random.seed(5)
    junk = [object() for _ in range({junk})]
    model = MLP(3, [8, 8, 1])
    a = Value(0.1)
    for step in range(5):
        loss = Value(0)
        for k in range(10):
            x = [0.1 * k, -0.2, Value(0.37) * a]
            z = model(x)
            loss = loss + (z.sigmoid() - k % 2) ** 2 * (1 + a.exp()) + z.tanh().maximum(a) / 3
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data = p.data - 0.01 * p.grad
        print(loss.data.hex(), a.grad.hex(), [float(p.grad).hex() for p in model.parameters()])
"""


def test_gradients_are_repeatable_to_the_last_bit_in_every_process(python):
    outputs = {
        python(DETERMINISM.format(junk=junk), PYTHONHASHSEED=seed)
        for seed, junk in (("0", 0), ("1", 1), ("12345", 1001), ("random", 17))
    }
    assert len(outputs) == 1
    assert len(outputs.pop().splitlines()) == 5


class TestDataOverwrittenAfterTheForwardPass:
    """The handout's task 2 writes the sigmoid into ``.data``."""

    @staticmethod
    def sigmoid(node):
        node.data = 1 / (1 + math.exp(-node.data))
        return node

    def loss(self, nn, seed=42, sizes=(1,)):
        random.seed(seed)
        model = nn.MLP(2, list(sizes))
        return model, (self.sigmoid(model([0.888, 0.777])) - 1) ** 2

    @pytest.mark.parametrize("sizes", [(1,), (2, 1), (16, 1)])
    def test_gradients_are_the_handouts(self, peer, sizes):
        from micrograd import nn

        ours, our_loss = self.loss(nn, sizes=sizes)
        theirs, their_loss = self.loss(peer.nn, sizes=sizes)
        our_loss.backward()
        their_loss.backward()
        assert our_loss.data == their_loss.data
        for our, their in zip(ours.parameters(), theirs.parameters()):
            assert our.data == their.data
            assert_close(our.grad, their.grad, abs(their.grad))
        assert_same_graph(our_loss, their_loss)

    def test_the_node_knows_what_it_had_computed(self):
        a = Value(2.0)
        node = a * 3
        assert node._computed is None
        node.data = 0.5
        assert (node.data, node._computed) == (0.5, 6.0)
        node.data = 0.25
        assert (node.data, node._computed) == (0.25, 6.0)
        assert type(node._computed) is float

    def test_a_fused_node_too(self):
        random.seed(1)
        neuron = Neuron(2, nonlin=False)
        before = neuron([1.0, 2.0]).data
        node = neuron([1.0, 2.0])
        node.data = 0.5
        assert (node.data, node._computed) == (0.5, before)
        assert node._prev
        assert (node.data, node._computed) == (0.5, before)
        product, total = sorted((n for n in node._prev), key=lambda n: n._op)
        assert product.data + total.data == before

    def test_a_leaf_has_computed_nothing(self):
        a = Value(2.0)
        a.data = 3.0
        assert a._computed is None

    def test_later_operations_use_the_new_data(self):
        a = Value(2.0)
        node = a * 3
        node.data = 0.5
        loss = node**2
        loss.backward()
        assert loss.data == 0.25
        assert (node.grad, a.grad) == (1.0, 3.0)

    def test_local_derivatives_are_those_of_the_forward_pass(self):
        # "Every operation computes its value and, at once, the derivative of its output by each operand."
        a, b = Value(2.0), Value(5.0)
        node = a * b
        a.data = 100.0
        assert node._local_derivatives == (5.0, 2.0)
        node.backward()
        assert (a.grad, b.grad) == (5.0, 2.0)


def tanh_of_the_user(x):
    t = math.tanh(x.data)
    out = Value(t, (x,), "tanh")

    def _backward():
        x.grad += (1 - t**2) * out.grad

    out._backward = _backward
    return out


class TestTheUsersOwnOperation:
    def test_its_backward_is_used(self):
        x = Value(0.7)
        node = tanh_of_the_user(x * 2)
        (node * 3).backward()
        assert node._is_custom is True
        assert node._op == "tanh"
        assert node._local_derivatives == ()
        assert math.isclose(x.grad, 6 * (1 - math.tanh(1.4) ** 2), rel_tol=1e-15)

    def test_in_the_middle_of_neurons_and_twice(self):
        def build(tanh):
            random.seed(11)
            first, second = Neuron(2), Neuron(3, nonlin=False)
            hidden = tanh(first([0.5, 0.25]))
            return first.parameters() + second.parameters(), tanh(second([hidden, hidden, 1]))

        ours, reference = build(tanh_of_the_user), build(lambda x: x.tanh())
        for _parameters, root in (ours, reference):
            root.backward()
            root.backward()
        for our, theirs in zip(ours[0], reference[0]):
            assert math.isclose(our.grad, theirs.grad, rel_tol=1e-14, abs_tol=1e-300)

    def test_with_two_parents(self):
        a, b = Value(3.0), Value(4.0)
        out = Value(5.0, (a, b), "hypot")

        def _backward():
            a.grad += a.data / out.data * out.grad
            b.grad += b.data / out.data * out.grad

        out._backward = _backward
        (out * out).backward()
        assert (a.grad, b.grad) == (6.0, 8.0)

    def test_the_same_parent_twice(self):
        a = Value(3.0)
        out = Value(9.0, (a, a), "product")

        def _backward():
            a.grad += 2 * a.data * out.grad

        out._backward = _backward
        out.backward()
        assert a.grad == 6.0
        assert out._prev == {a}

    def test_without_a_backward_nothing_flows_through_it(self):
        a = Value(3.0)
        out = Value(9.0, (a,), "constant")
        assert out._is_custom is False
        (out * 2).backward()
        assert (out.grad, a.grad) == (2, 0)

    def test_assigned_to_a_node_of_ours_it_replaces_ours(self):
        a = Value(3.0)
        node = a * 2

        def straight_through():
            a.grad += node.grad

        node._backward = straight_through
        assert node._is_custom is True
        (node * 5).backward()
        assert a.grad == 5

    def test_assigned_to_a_neurons_output_it_replaces_the_last_operation(self):
        neuron = Neuron(2)
        neuron.w[0].data, neuron.w[1].data = 0.5, -0.5
        node = neuron([-5.0, 5.0])
        assert node.data == 0

        def straight_through():
            (operand,) = node._prev
            operand.grad += node.grad

        node._backward = straight_through
        node.backward()
        assert [p.grad for p in neuron.parameters()] == [-5.0, 5.0, 1.0]

    def test_ours_can_be_wrapped(self):
        a = Value(3.0)
        node = a * 2
        calls, ours = [], node._backward

        def watched():
            calls.append(node.grad)
            ours()

        node._backward = watched
        (node * 5).backward()
        assert (calls, a.grad) == ([5], 10)

    def test_gradients_written_in_another_order_of_parents_are_in_order(self):
        # The operation's gradient must be complete before its own _backward runs.
        x = Value(0.5)
        node = tanh_of_the_user(x)
        (node * 2 + node * 3 + node.relu()).backward()
        assert node.grad == 6
        assert math.isclose(x.grad, 6 * (1 - math.tanh(0.5) ** 2), rel_tol=1e-15)


class TestABackwardThatRaises:
    def build(self):
        random.seed(4)
        self.neuron = Neuron(2)
        self.a = Value(0.5)
        inner = tanh_of_the_user(self.a * 2)
        self.fails = True

        def flaky():
            if self.fails:
                inner.grad += 1e6
                raise RuntimeError("the user's mistake")
            inner.grad += out.grad

        out = Value(inner.data, (inner,), "flaky")
        out._backward = flaky
        return out * self.neuron([self.a, 1.0]) + self.a * self.a

    def gradients(self):
        return [self.a.grad, *(p.grad for p in self.neuron.parameters())]

    def test_leaves_the_gradients_as_they_were(self):
        loss = self.build()
        self.fails = False
        loss.backward()
        before = self.gradients()
        self.fails = True
        with pytest.raises(RuntimeError, match="the user's mistake"):
            loss.backward()
        assert self.gradients() == before

    def test_and_the_next_backward_works(self):
        loss = self.build()
        with pytest.raises(RuntimeError):
            loss.backward()
        assert self.gradients() == [0, 0, 0, 0]
        self.fails = False
        loss.backward()
        after = self.gradients()
        fresh = self.build()
        self.fails = False
        fresh.backward()
        assert after == self.gradients()
        assert any(after)

    def test_leaf_gradients_that_the_user_wrote_himself_are_taken_back(self):
        a = Value(2.0)
        a.grad = 0.5
        bad = Value(1.0, (a,), "bad")

        def half_done():
            a.grad += 100.0
            raise ZeroDivisionError("half-way")

        bad._backward = half_done
        with pytest.raises(ZeroDivisionError):
            (a * 3 + bad).backward()
        assert a.grad == 0.5

    @pytest.mark.parametrize("raises", [True, False])
    def test_a_sweep_inside_another_that_fails_leaves_the_outer_one_alone(self, raises):
        inner = Value(1.0, (Value(1.0),), "inner")
        inner._backward = lambda: 1 / 0 if raises else None

        def sweep(through):
            random.seed(8)
            model = MLP(2, [3, 1])
            for parameter in model.parameters():
                parameter.grad = 5.0
            loss = through(model([1.0, 2.0])) + sum(p * p for p in model.parameters())
            loss.backward()
            return [parameter.grad for parameter in model.parameters()]

        def with_a_sweep_inside(x):
            out = Value(x.data, (x,), "same")

            def backward():
                x.grad += out.grad
                try:
                    (inner * 2).backward()
                except ZeroDivisionError:
                    pass

            out._backward = backward
            return out

        assert sweep(with_a_sweep_inside) == sweep(lambda x: x)

    @pytest.mark.parametrize("first", [True, False])
    def test_wherever_the_sweep_was_broken_off(self, first):
        failing = [True]

        def flaky(x):
            out = Value(x.data, (x,), "flaky")

            def _backward():
                if failing[0]:
                    raise RuntimeError
                x.grad += out.grad

            out._backward = _backward
            return out

        def loss(flaky):
            random.seed(4)
            layers = Layer(2, 3, nonlin=False), Layer(3, 3, nonlin=False)
            x = Value(0.5)
            shared = x * 2
            hidden = layers[0]([shared, flaky(shared)])
            out = layers[1]([flaky(hidden[0]), *hidden[1:]])
            other = hidden[2] * shared
            total = sum(out, flaky(other) + other) if first else sum(reversed(out), other + flaky(other))
            return [x, *layers[0].parameters(), *layers[1].parameters()], total * total

        leaves, root = loss(flaky)
        expected_leaves, expected = loss(lambda x: x)
        expected.backward()
        for _ in range(3):
            with pytest.raises(RuntimeError):
                root.backward()
            assert [leaf.grad for leaf in leaves] == [0] * len(leaves)
        failing[0] = False
        root.backward()
        assert root.data == expected.data
        for leaf, same in zip(leaves, expected_leaves):
            assert math.isclose(leaf.grad, same.grad, rel_tol=1e-12)


class TestALookIntoTheGraphWhileTheSweepIsUnderWay:
    """It would take apart neurons that the sweep has counted on: their gradients must not be lost silently."""

    def sweep(self, look):
        random.seed(4)
        model = MLP(2, [4, 3, 1])
        score = model([1.0, 2.0])
        out = Value(score.data, (score,), "same")

        def backward():
            score.grad += out.grad
            look(score, out)

        out._backward = backward
        loss = out * 3
        try:
            loss.backward()
        finally:
            self.loss, self.model = loss, model
        return [parameter.grad for parameter in model.parameters()]

    @pytest.mark.parametrize("look", [lambda score: score._prev, lambda score: score._dot, topological_order])
    def test_into_a_neuron_still_to_come_is_refused(self, look):
        expected = self.sweep(lambda score, out: None)
        assert any(expected)
        looks = [look, lambda score: None]
        with pytest.raises(RuntimeError, match=r"before backward\(\), or after"):
            self.sweep(lambda score, out: looks.pop(0)(score))
        assert [parameter.grad for parameter in self.model.parameters()] == [0] * len(expected)
        self.loss.backward()
        assert [parameter.grad for parameter in self.model.parameters()] == expected

    def test_into_what_is_elementary_is_none(self):
        assert self.sweep(lambda score, out: out._prev) == self.sweep(lambda score, out: None)

    def test_after_the_sweep(self):
        expected = self.sweep(lambda score, out: None)
        assert len(topological_order(self.loss)) > 40
        self.model.zero_grad()
        self.loss.backward()
        for parameter, gradient in zip(self.model.parameters(), expected):
            assert math.isclose(parameter.grad, gradient, rel_tol=1e-12)


class TestTheLecturesWalk:
    @given(programs(list(OUR_OPERATIONS)))
    def test_by_hand_gives_backwards_gradients(self, program):
        leaves, root = program.run(Value, OUR_OPERATIONS)
        again, same = program.run(Value, OUR_OPERATIONS)
        lecture_walk(root)
        same.backward()
        assume(finite(same))
        scales = absolute_gradients(same)
        for by_hand, node in zip(leaves, again):
            assert_close(by_hand.grad, node.grad, scales.get(id(node), 0.0))

    @pytest.mark.parametrize("sizes", [[1], [3, 1], [4, 4, 1]])
    def test_through_neurons(self, sizes):
        def build():
            random.seed(9)
            model = MLP(2, sizes)
            return model, (model([0.888, 0.777]).sigmoid() - 1) ** 2 + model([-1.0, 0.5])

        (walked, root), (swept, same) = build(), build()
        order = lecture_walk(root)
        same.backward()
        assert len(order) == len(topological_order(same))
        scales = absolute_gradients(same)
        for by_hand, parameter in zip(walked.parameters(), swept.parameters()):
            assert_close(by_hand.grad, parameter.grad, scales[id(parameter)])
        assert any(p.grad for p in walked.parameters())

    def test_one_node_at_a_time_passes_on_one_step(self):
        neuron = Neuron(2)
        neuron.w[0].data, neuron.w[1].data = -0.5, 0.5
        node = neuron([Value(-2.0), Value(2.0)])
        node.grad = 1.0
        node._backward()
        (total,) = node._prev
        assert total.grad == 1.0
        assert all(p.grad == 0 for p in neuron.parameters()), "one call reaches only the operands"
        total._backward()
        assert sorted(n.grad for n in total._prev) == [1.0, 1.0]

    def test_with_the_users_operation(self):
        x = Value(0.3)
        root = tanh_of_the_user(x * 2) * 5
        lecture_walk(root)
        assert math.isclose(x.grad, 10 * (1 - math.tanh(0.6) ** 2), rel_tol=1e-15)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=6))
def test_a_wide_sum_has_gradient_one_everywhere(numbers):
    leaves = [Value(x) for x in numbers]
    total = sum(leaves, Value(0))
    total.backward()
    assert [leaf.grad for leaf in leaves] == [1] * len(leaves)


def test_torch_agrees():
    torch = pytest.importorskip(
        "torch", reason="PyTorch is not installed: GRADIENTS ARE NOT COMPARED WITH IT"
    )
    torch_operations = {
        name: function
        for name, function in OUR_OPERATIONS.items()
        # A tensor has no such method, or has ties where rounding differs.
        if name not in ("softplus", "maximum", "minimum")
    }

    @given(programs(list(torch_operations)))
    def check(program):
        leaves, ours = program.run(Value, torch_operations)
        tensors, theirs = program.run(
            lambda x: torch.tensor(x, dtype=torch.float64, requires_grad=True), torch_operations
        )
        ours.backward()
        assume(finite(ours))
        theirs.backward()
        scales = absolute_gradients(ours, subtracted=("tanh", "sigmoid"))
        for leaf, tensor in zip(leaves, tensors):
            gradient = 0.0 if tensor.grad is None else float(tensor.grad)
            assert_close(leaf.grad, gradient, 100 * scales.get(id(leaf), 0.0))

    check()


def test_a_node_made_anew_in_a_sweep_leaves_no_count_behind():
    """What it had for operands waits for a gradient that does not come, and has to be ready for the next sweep."""
    x = Value(1.0)
    n = x * 3
    middle = n * 2
    top = Value(1.0, (middle,), "custom")
    top._backward = lambda: middle.__init__(5.0)
    (top + 0).backward()
    x.grad = 0
    (n * n).backward()
    assert x.grad == 18.0
