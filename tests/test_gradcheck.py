"""``gradcheck`` finds the gradient that is off, says by how much, and touches nothing."""

import contextlib
import math
import random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from programs import OUR_OPERATIONS, programs

from micrograd.engine import Value, topological_order
from micrograd.gradcheck import gradcheck
from micrograd.nn import MLP

SMOOTH = [name for name in OUR_OPERATIONS if name not in ("relu", "abs", "maximum", "minimum")]


def handouts_sigmoid(node):
    node.data = 1 / (1 + math.exp(-node.data))
    return node


def perceptron():
    random.seed(42)
    return MLP(2, [1])


X = [0.888, 0.777]


class TestARightGradient:
    @given(programs(SMOOTH, longest=8))
    def test_passes(self, program):
        def run(*leaves):
            values = iter(leaves)
            return program.run(lambda _: next(values), OUR_OPERATIONS)[1]

        root = run(*map(Value, program.leaves))
        root.backward()
        nodes = topological_order(root)
        assume(all(abs(n.data) < 100 and all(abs(d) < 100 for d in n._local_derivatives) for n in nodes))
        report = gradcheck(run, *program.leaves)
        assert report.ok, str(report)
        assert bool(report)
        assert len(report.operands) == len(program.leaves)
        assert report.failures == ()
        report.assert_ok()

    @pytest.mark.parametrize(
        ("fn", "x"),
        [
            (lambda v: v.log(), 1e-4),
            (lambda v: 1 / v, 1e-5),
            (lambda v: 1 / v, 1e-6),
            (lambda v: 1 / v, -1e-9),
            (lambda v: v.log(), 1e-9),
            (lambda v: v.sqrt(), 1e-6),
            (lambda v: v + 1e10, 0.5),
            (lambda v: v * 1e-12, 3.0),
            (lambda v: v**3, 1e4),
            (lambda v: (v * 50).sin(), 3.0),
            (lambda v: v.exp(), 20.0),
            (lambda v: v.relu(), 1e-9),
            (lambda v: v, 2.0),
            (lambda v: Value(3.0), 2.0),
            (lambda v: v * 0, 0),
        ],
    )
    def test_passes_where_the_usual_step_is_a_bad_one(self, fn, x):
        report = gradcheck(fn, x)
        assert report.ok, str(report)

    def test_without_any_tolerance_for_a_gradient_of_nothing(self):
        assert gradcheck(lambda v: v * 0, 2.0, absolute_tolerance=0.0).ok

    @pytest.mark.parametrize(
        "fn", [lambda v: v.relu(), lambda v: abs(v) + v.relu(), lambda v: (v * 3).relu() + v]
    )
    def test_at_a_kink_anything_between_the_two_slopes_is_right(self, fn):
        report = gradcheck(fn, 0.0, lang="en")
        assert report.ok
        (operand,) = report.operands
        left, right = operand.slopes
        assert right - left > 0.5
        assert "kink" in str(report)

    def test_a_kink_whose_slopes_cancel(self):
        assert gradcheck(abs, 0.0).ok

    @pytest.mark.parametrize("fn", [lambda v: v.maximum(0), lambda v: Value(0).minimum(v * 3)])
    def test_half_of_the_gradient_on_a_tie_is_right(self, fn):
        assert gradcheck(fn, 0.0, absolute_tolerance=0.0).ok

    def test_what_is_detached_does_not_move_with_the_operands(self):
        report = gradcheck(lambda v: v * (v * v).detach() + v.detach(), 3.0)
        assert report.ok
        assert report.operands[0].got == 9


class TestAWrongGradient:
    def test_the_handouts_sigmoid_lacks_its_derivative(self):
        model = perceptron()
        z = model(X).data
        report = gradcheck(lambda _: (handouts_sigmoid(model(X)) - 1) ** 2, model)
        sigmoid = 1 / (1 + math.exp(-z))
        assert not report.ok
        assert [operand.name for operand in report.failures] == [name for name, _ in model.named_parameters()]
        for operand in report.failures:
            assert math.isclose(operand.ratio, sigmoid * (1 - sigmoid), rel_tol=1e-7)
        assert math.isclose(report.common_ratio, sigmoid * (1 - sigmoid), rel_tol=1e-7)
        (node,) = report.overwritten
        assert (node.computed, node.data) == (z, sigmoid)
        assert f"{report.common_ratio:.6g}" in str(report)

    def test_also_when_it_is_written_into_the_input_itself(self):
        x = Value(0.3)
        report = gradcheck(handouts_sigmoid, x)
        sigmoid = 1 / (1 + math.exp(-0.3))
        assert math.isclose(report.common_ratio, sigmoid * (1 - sigmoid), rel_tol=1e-7)
        assert repr(x) == "Value(data=0.3, grad=0)"

    def test_with_the_operation_the_factor_is_there(self):
        model = perceptron()
        report = gradcheck(lambda model: (model(X).sigmoid() - 1) ** 2, model)
        assert report.ok, str(report)
        assert report.common_ratio is None

    @given(st.floats(-3, 3), st.floats(-3, 3), st.floats(0.1, 10))
    def test_a_forgotten_factor_is_found_whatever_it_is(self, x, y, factor):
        assume(abs(factor - 1) > 1e-4)

        def scaled(a, b):
            out = Value(factor * math.sin(a.data) + b.data, (a, b), "scaled")

            def _backward():
                a.grad += math.cos(a.data) * out.grad
                b.grad += out.grad

            out._backward = _backward
            return out

        assume(abs(math.cos(x)) > 1e-3)
        report = gradcheck(scaled, x, y)
        (operand,) = report.failures
        assert operand.name == "a"
        assert operand.position == 0
        assert math.isclose(operand.ratio, factor, rel_tol=1e-5)
        assert math.isclose(operand.expected, factor * math.cos(x), rel_tol=1e-6, abs_tol=1e-8)
        assert math.isclose(operand.got, math.cos(x), rel_tol=1e-12)
        assert operand.difference == operand.got - operand.expected
        assert report.operands[1].ok
        with pytest.raises(AssertionError, match="a"):
            report.assert_ok()

    @pytest.mark.parametrize("factor", [0.99, 1.0001, 0.99999])
    @pytest.mark.parametrize("x", [1e-3, 0.7, 40.0])
    def test_a_small_error_is_found_too(self, factor, x):
        def slightly_off(v):
            out = Value(v.data**2, (v,), "square")

            def _backward():
                v.grad += factor * 2 * v.data * out.grad

            out._backward = _backward
            return out

        assert not gradcheck(slightly_off, x).ok

    def test_a_gradient_of_nothing_where_there_is_a_slope(self):
        report = gradcheck(lambda v: Value(v.data * 3, (v,), "no backward"), 2.0)
        (operand,) = report.failures
        assert operand.got == 0
        assert math.isclose(operand.expected, 3)
        assert math.isnan(operand.ratio)
        assert report.common_ratio is None

    def test_a_wrong_sign(self):
        def flipped(v):
            out = Value(v.data**2, (v,), "square")

            def _backward():
                v.grad -= 2 * v.data * out.grad

            out._backward = _backward
            return out

        assert math.isclose(gradcheck(flipped, 1.5).common_ratio, -1, rel_tol=1e-6)

    def test_a_wrong_gradient_at_a_kink(self):
        def relu(v):
            out = Value(max(v.data, 0.0), (v,), "ReLU")

            def _backward():
                v.grad += 1.5 * out.grad

            out._backward = _backward
            return out

        assert not gradcheck(relu, 0.0).ok

    def test_a_gradient_that_is_nan(self):
        def broken(v):
            out = Value(v.data, (v,), "broken")

            def _backward():
                v.grad += math.nan

            out._backward = _backward
            return out

        assert not gradcheck(broken, 1.0).ok


class TestInputs:
    def test_lists_are_given_as_lists(self):
        def fn(weights, inputs, bias):
            assert isinstance(weights, list)
            assert isinstance(weights[1], Value)
            return sum((w * x for w, x in zip(weights, inputs)), bias).tanh()

        report = gradcheck(fn, [Value(0.1), Value(-0.2)], [1.5, 2], 0.3)
        assert report.ok
        assert [o.name for o in report.operands] == [
            "weights[0]",
            "weights[1]",
            "inputs[0]",
            "inputs[1]",
            "bias",
        ]
        assert [o.position for o in report.operands] == [0, 1, 2, 3, 4]
        assert [o.value for o in report.operands] == [0.1, -0.2, 1.5, 2, 0.3]

    def test_labels_name_the_operands(self):
        assert gradcheck(lambda a: a * a, Value(2.0, label="w0")).operands[0].name == "w0"

    def test_operands_without_a_name_are_counted(self):
        report = gradcheck(lambda *values: values[0] * values[1], 2.0, [3.0, 4.0][0], lang="en")
        assert [o.name for o in report.operands] == ["input 1", "input 2"]

    def test_numpy_arrays_are_lists(self):
        numpy = pytest.importorskip("numpy", reason="NumPy is not installed: ITS ARRAYS ARE NOT TESTED")
        report = gradcheck(
            lambda x, y: x[0][1] * x[1][0] * y, numpy.array([[1.0, 2.0], [3.0, 4.0]]), numpy.float32(2)
        )
        assert report.ok
        assert len(report.operands) == 5

    def test_parameters_of_a_model_one_by_one(self):
        model = perceptron()
        assert gradcheck(lambda *_: (model(X).sigmoid() - 1) ** 2, *model.parameters()).ok

    def test_a_larger_model(self):
        random.seed(3)
        model = MLP(2, [16, 1])
        report = gradcheck(lambda model: sum((model([k / 5, 0.3]) - k % 2) ** 2 for k in range(5)), model)
        assert report.ok
        assert len(report.operands) == 65

    @pytest.mark.parametrize("bad", ["x", None, 1j, [1.0, "x"], {"a": 1.0}])
    def test_what_is_no_number_is_refused(self, bad):
        with pytest.raises(TypeError, match="gradcheck"):
            gradcheck(lambda v: v, bad)

    def test_a_computed_value_is_refused(self):
        with pytest.raises(ValueError, match="leaves"):
            gradcheck(lambda v: v * 2, Value(1.0) + 1)

    @pytest.mark.parametrize("fn", [lambda v: v.data, lambda v: None, lambda v: [v]])
    def test_a_function_that_returns_no_value_is_refused(self, fn):
        with pytest.raises(TypeError, match="returned"):
            gradcheck(fn, 1.0)

    def test_a_function_that_changes_its_mind_is_refused(self):
        with pytest.raises(ValueError, match="random"):
            gradcheck(lambda v: v * random.random(), 1.0)

    def test_a_function_without_inputs(self):
        report = gradcheck(lambda: Value(1.0), lang="en")
        assert report.ok
        assert "nothing to check" in str(report)

    def test_errors_of_the_function_pass_through(self):
        with pytest.raises(ZeroDivisionError, match="mine"):
            gradcheck(lambda v: (_ for _ in ()).throw(ZeroDivisionError("mine")), 1.0)


class TestNothingIsTouched:
    def check(self, fn, *inputs, extra=()):
        values = [v for v in (*inputs, *extra) if isinstance(v, Value)]
        for k, value in enumerate(values):
            value.grad = k + 0.5
        before = [(repr(v), v._computed) for v in values]
        with contextlib.suppress(ZeroDivisionError):
            gradcheck(fn, *inputs)
        assert [(repr(v), v._computed) for v in values] == before

    def test_of_the_inputs(self):
        self.check(lambda a, b: a * b + a, Value(2), Value(0.5))

    def test_of_inputs_whose_data_the_function_overwrites(self):
        self.check(handouts_sigmoid, Value(2))

    def test_of_values_that_are_no_inputs(self):
        weight = Value(3.0)
        self.check(lambda a: a * weight, Value(2.0), extra=[weight, weight * 2])

    def test_of_computed_nodes_that_are_no_inputs(self):
        weight = Value(3.0)
        node = weight * 2
        self.check(lambda a: a * node, Value(2.0), extra=[weight, node])

    def test_when_the_function_fails_half_way(self):
        calls = []

        def fails(a, b):
            calls.append(a)
            if len(calls) == 6:
                raise ZeroDivisionError
            return a * b

        self.check(fails, Value(2), Value(3))

    def test_when_backward_fails(self):
        def fails(a):
            out = Value(a.data, (a,), "fails")

            def _backward():
                a.grad += 7
                raise ZeroDivisionError

            out._backward = _backward
            return out

        self.check(fails, Value(2))


class TestText:
    def test_in_both_languages(self):
        fine = lambda a, b: a * b  # noqa: E731
        wrong = lambda *v: handouts_sigmoid(v[0] * v[1])  # noqa: E731
        assert "all 2 gradients agree" in str(gradcheck(fine, 2.0, 3.0, lang="en"))
        assert "les 2 gradients concordent" in str(gradcheck(fine, 2.0, 3.0, lang="fr"))
        english, french = (str(gradcheck(wrong, 0.2, 0.3, lang=lang)) for lang in ("en", "fr"))
        for text in (english, french):
            assert "backward()" in text
            assert f"{1 / (1 + math.exp(-0.06)):.6g}"[:6] in text
        assert "2 gradients out of 2 are off" in english
        assert "input 2" in english
        assert "overwritten" in english
        assert "2 gradients sur 2 sont faux" in french
        assert "entrée 2" in french
        assert "modifié" in french

    def test_of_one_operand(self):
        assert "1 gradient out of 1 is off" in str(gradcheck(handouts_sigmoid, 0.3, lang="en"))
        assert "1 gradient sur 1 est faux" in str(gradcheck(handouts_sigmoid, 0.3, lang="fr"))

    def test_the_columns_line_up(self):
        lines = str(gradcheck(lambda a, b, c: a * b * c, 2.0, -300.0, 1e-9, lang="en")).splitlines()[1:]
        assert len(lines) == 4
        ends = [line[: line.index("  ", 6)] for line in lines]
        assert all(end.strip() for end in ends)
        assert len({len(line) for line in lines}) == 1

    @pytest.mark.parametrize("lang", ["en", "fr"])
    def test_it_fits_a_terminal_and_a_notebook(self, lang):
        def kinked_and_wrong(first, second):
            return handouts_sigmoid(first) + second.relu()

        text = str(gradcheck(kinked_and_wrong, -0.123456789, 0.0, lang=lang))
        assert text.count("\n") >= 6
        for line in text.splitlines():
            assert len(line) < 80
            assert line.strip()[0] not in ":;»"

    def test_many_operands_are_cut_short(self):
        text = str(gradcheck(lambda values: sum(values), [1.0] * 50, lang="en"))
        assert "and 30 more" in text
        assert len(text.splitlines()) < 30

    def test_a_language_that_is_not_known(self):
        with pytest.raises(ValueError, match="de"):
            gradcheck(lambda a: a, 1.0, lang="de")
