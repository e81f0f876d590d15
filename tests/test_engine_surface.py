"""What a Value looks like from outside: micrograd's surface, and ours beside it."""

import math
import subprocess
import sys
import threading

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from programs import INTEGER_OPERATIONS, OUR_OPERATIONS, programs

from micrograd import engine
from micrograd.engine import Value, topological_order
from micrograd.operations import FUNCTIONS, METHODS


def test_reprs_are_the_handouts():
    assert repr(Value(0)) == "Value(data=0, grad=0)"
    assert repr(Value(0.2788535969157675)) == "Value(data=0.2788535969157675, grad=0)"
    assert repr(Value(-0.9499784895546661)) == "Value(data=-0.9499784895546661, grad=0)"
    assert repr(Value(2.0)) == "Value(data=2.0, grad=0)"


def test_int_data_stay_ints_when_written():
    value = Value(1.5)
    value.data = 3
    assert repr(value) == "Value(data=3, grad=0)"
    value.data = 3.0
    assert repr(value) == "Value(data=3.0, grad=0)"


@given(programs(INTEGER_OPERATIONS, st.integers(-9, 9), longest=6))
def test_int_arithmetic_is_micrograds(peer, program):
    _, ours = program.run(Value, OUR_OPERATIONS)
    _, theirs = program.run(peer.Value, OUR_OPERATIONS)
    assume(abs(theirs.data) < 2**53)
    assert repr(ours) == repr(theirs)


def test_a_new_value_is_a_leaf():
    leaf = Value(2.5)
    assert leaf.data == 2.5
    assert leaf.grad == 0
    assert leaf._prev == set()
    assert leaf._op == ""
    assert leaf._operands == ()
    assert leaf._local_derivatives == ()
    assert leaf._computed is None
    assert leaf._is_custom is False
    assert leaf.label is None
    assert leaf._backward() is None


def test_micrograds_constructor():
    a, b = Value(1.0), Value(2.0)
    node = Value(3.0, (a, b), "mine")
    assert node._prev == {a, b}
    assert node._operands == (a, b)
    assert node._op == "mine"
    by_name = Value(data=3.0, _children=(a,), _op="mine")
    assert by_name._prev == {a}


def test_labels():
    value = Value(1.0)
    value.label = "w0"
    assert value.label == "w0"
    assert Value(1.0, label="b").label == "b"
    assert (value + 1).label is None


def test_values_are_equal_and_hashed_by_identity():
    a, b = Value(1.0), Value(1.0)
    assert a == a
    assert a != b
    assert len({a, b, a}) == 2


@pytest.mark.parametrize("number", [3, -2.5, 0, float("inf")])
def test_float(number):
    assert float(Value(number)) == number
    assert type(float(Value(number))) is float


def test_nan_is_accepted_as_data():
    assert Value(float("nan")).data != Value(float("nan")).data


@pytest.mark.parametrize(
    ("make", "op"),
    [
        (lambda a, b: a + b, "+"),
        (lambda a, b: a * b, "*"),
        (lambda a, b: a**b, "**"),
        (lambda a, b: a**2, "**2"),
        (lambda a, b: a**0.5, "**0.5"),
        (lambda a, b: a**-1, "**-1"),
        (lambda a, b: abs(a), "abs"),
        (lambda a, b: a.maximum(b), "max"),
        (lambda a, b: a.minimum(b), "min"),
        *(
            (lambda a, b, method=o.kernel: getattr(a, method)(), o.name)
            for o in FUNCTIONS
            if o.kernel in METHODS and o.name != "detach"
        ),
    ],
)
def test_operation_names(make, op):
    a, b = Value(1.25), Value(2.5)
    node = make(a, b)
    assert node._op == op
    assert node._prev <= {a, b}
    assert a in node._prev
    assert len(node._local_derivatives) == len(node._operands)
    assert isinstance(node._operands, tuple)
    assert isinstance(node._local_derivatives, tuple)
    assert node._is_custom is False
    assert callable(node._backward)


def test_subtraction_is_times_minus_one_and_a_sum():
    a, b = Value(5.0), Value(3.0)
    difference = a - b
    assert difference._op == "+"
    first, negative = difference._operands
    assert first is a
    assert negative._op == "*"
    assert negative._operands[0] is b
    assert repr(negative._operands[1]) == "Value(data=-1, grad=0)"


def test_division_is_a_power_and_a_product():
    a, b = Value(5.0), Value(4.0)
    quotient = a / b
    assert quotient._op == "*"
    assert quotient.data == 1.25
    first, inverse = quotient._operands
    assert first is a
    assert inverse._op == "**-1"
    assert inverse._operands == (b,)


def test_number_operands_become_leaves_with_their_number():
    a = Value(5.0)
    for node in (a + 2, 2 + a, a * 2, 2 * a):
        assert a in node._operands
        (number,) = node._prev - {a}
        assert repr(number) == "Value(data=2, grad=0)"
        assert number._op == ""


def test_sum_of_values():
    values = [Value(0.1), Value(0.2), Value(0.3)]
    total = sum(values)
    assert total.data == 0.1 + 0.2 + 0.3
    total.backward()
    assert [value.grad for value in values] == [1, 1, 1]


def test_looking_gives_the_same_objects_every_time():
    a = Value(2.0)
    node = (a * 3 + 1).relu()
    for one, other in zip(topological_order(node), topological_order(node)):
        assert one is other
    assert node._operands[0] is node._operands[0]


@given(programs(list(OUR_OPERATIONS)))
def test_topological_order_puts_operands_first_and_each_node_once(program):
    _, root = program.run(Value, OUR_OPERATIONS)
    order = topological_order(root)
    position = {id(node): i for i, node in enumerate(order)}
    assert len(position) == len(order)
    assert order[-1] is root
    for node in order:
        for operand in node._operands:
            assert position[id(operand)] < position[id(node)]


def test_topological_order_does_not_recurse():
    node = leaf = Value(1.0)
    for _ in range(20_000):
        node = node + leaf
    assert len(topological_order(node)) == 20_001


def test_subclasses():
    class Named(Value):
        def double(self):
            return self * 2

    named = Named(3.0)
    named.note = "a subclass has room for attributes"
    doubled = named.double() + Value(1.0)
    doubled.backward()
    assert doubled.data == 7.0
    assert named.grad == 2.0
    assert isinstance(named, Value)


def test_a_subclass_may_have_its_own_constructor():
    class Parameter(Value):
        def __init__(self, data, name):
            super().__init__(data)
            self.name = name

    weight = Parameter(3.0, "w")
    (weight * weight).backward()
    assert (weight.grad, weight.name) == (6.0, "w")


def test_threads_work_on_graphs_of_their_own():
    results = []

    def work(seed):
        total, own, half = Value(0.0), Value(float(seed)), Value(0.5)
        for _ in range(2000):
            total = total + own * half
        total.backward()
        results.append((seed, total.data, own.grad, half.grad))

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [(seed, seed * 1000.0, 1000.0, seed * 2000.0) for seed in range(4)]


def test_threads_that_share_a_model_do_not_crash(python):
    script = """
        import random, sys, threading
        from micrograd.engine import topological_order
        from micrograd.nn import MLP
        sys.setswitchinterval(1e-6)
        random.seed(0)
        model, outputs = MLP(2, [4, 4, 1]), []

        def work(k):
            for _ in range(200):
                out = model([k / 4, 0.5])
                topological_order(out)
                out.backward()
                outputs.append((k, out.data))

        threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        print(len(outputs), len(set(outputs)))
    """
    assert python(script) == "800 4\n"


def test_compiled_says_which_engine_runs():
    assert isinstance(engine.COMPILED, bool)
    assert (not engine.__file__.endswith(".py")) == engine.COMPILED


def test_import_brings_in_nothing_heavy():
    script = (
        "import sys, micrograd, micrograd.engine, micrograd.nn, micrograd.gradcheck\n"
        "print(sorted({'numpy', 'matplotlib', 'sklearn', 'graphviz', 'scipy', 'pandas'} & set(sys.modules)))"
    )
    assert (
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
        == "[]\n"
    )


def test_operations_with_a_subclass_of_the_users():
    """Python asks the operand of a subclass first, also where it stands on the right."""

    class Parameter(Value):
        pass

    for operation, by_left, by_right in (
        (lambda a, b: a + b, 1, 1),
        (lambda a, b: a - b, 1, -1),
        (lambda a, b: a * b, 2, 3),
        (lambda a, b: a / b, 0.5, -0.75),
        (lambda a, b: a**b, 6, 9 * math.log(3)),
    ):
        left, right = Value(3.0), Parameter(2.0)
        result = operation(left, right)
        assert result.data == operation(3.0, 2.0)
        assert result._operands[0] is left
        result.backward()
        assert (left.grad, right.grad) == (by_left, pytest.approx(by_right, rel=1e-15))
    with pytest.raises(ZeroDivisionError, match=r"3\.0 / 0\.0"):
        Value(3.0) / Parameter(0.0)
