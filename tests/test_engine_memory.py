"""Large graphs, what they weigh, and what is left of them: nothing."""

import copy
import gc
import os
import pickle
import random
import sys
import weakref

import pytest

from micrograd.engine import COMPILED, Value
from micrograd.nn import MLP

# As many as no stack could hold; "make thorough" takes ten million.
THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
NODES = 50_000 if not COMPILED else 10_000_000 if THOROUGH else 1_000_000
BYTES_A_NODE = 128
# Of nodes above each other, each of which frees the next; plain Python's stack holds a thousand.
DEPTH = 100_000 if COMPILED else 20_000

MEASURE = """
    import sys
    from micrograd.engine import COMPILED, Value

    def peak():
        # Linux's peak of this process alone: getrusage's would include the parent's, up to exec.
        try:
            with open("/proc/self/status") as status:
                return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))
        except OSError:
            import resource
            maximum = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            return maximum if sys.platform == "darwin" else maximum * 1024

    one, start = Value(1.0), peak()
    {build}
    node.backward()
    print(count, peak() - start)
    print(float(one.grad), node.data)
    del node
    print("freed")
"""


def measure(python, build):
    lines = python(MEASURE.format(build=build.format(nodes=NODES).replace("\n", "\n    "))).splitlines()
    count, weight = map(int, lines[0].split())
    gradient, data = map(float, lines[1].split())
    assert lines[2] == "freed"
    assert count >= NODES
    return count, weight / count, gradient, data


def assert_light(weight):
    if not COMPILED:
        print(f"uncompiled engine: {weight:.0f} bytes a node (the bound is the compiled one's)")
    else:
        assert weight <= BYTES_A_NODE, f"{weight:.0f} bytes a node"


posix = pytest.mark.skipif(
    sys.platform == "win32", reason="no resource module: THE WEIGHT OF A NODE IS NOT MEASURED"
)


@posix
def test_a_chain_of_additions(python):
    count, weight, gradient, data = measure(
        python,
        """count, node = {nodes}, one
for _ in range(count):
    node = node + one""",
    )
    assert gradient == data == count + 1
    assert_light(weight)


@posix
def test_a_chain_of_additions_of_numbers(python):
    count, weight, gradient, data = measure(
        python,
        """count, node = {nodes}, one
for _ in range(count // 2):
    node = node + 1.0""",
    )
    assert (gradient, data) == (1, count // 2 + 1)
    assert_light(weight)


@posix
def test_a_graph_that_fans_out_and_in(python):
    count, weight, gradient, data = measure(
        python,
        """count, node = {nodes}, Value(0.0)
branches = [one * one for _ in range(count // 2)]
while len(branches) > 1:
    branches = [a + b for a, b in zip(branches[::2], branches[1::2])] + branches[len(branches) // 2 * 2:]
node = branches.pop()""",
    )
    assert (gradient, data) == (count // 2 * 2, count // 2)
    assert_light(weight)


@posix
def test_a_chain_of_diamonds(python):
    # 3 nodes a diamond; as many paths as 2 to their number, which a naive walk would all take.
    _count, weight, gradient, data = measure(
        python,
        """count, node, half = {nodes} // 3 * 3 + 3, one, Value(0.5)
for _ in range(count // 3):
    node = node * half + node * half""",
    )
    assert (gradient, data) == (1, 1)
    assert_light(weight)


def test_a_deep_chain_of_the_users_operations_and_of_neurons_is_freed(python):
    script = """
        import gc, random
        from micrograd.engine import Value
        from micrograd.nn import Neuron

        def custom(x):
            out = Value(x.data, (x,), "identity")
            def _backward():
                x.grad += out.grad
            out._backward = _backward
            return out

        for build in (custom, lambda x: Neuron(1, nonlin=False)([x]), lambda x: custom(x) + 0.0):
            node = start = Value(0.5)
            for _ in range({depth}):
                node = build(node)
            node.backward()
            print(start.grad)
            del node
            gc.collect()
    """
    lines = python(script.replace("{depth}", str(DEPTH))).splitlines()
    assert [float(line) for line in (lines[0], lines[2])] == [1, 1]


def test_looking_at_a_deep_chain_of_neurons(python):
    script = """
        from micrograd.engine import Value, topological_order
        from micrograd.nn import Neuron
        neuron = Neuron(1)
        neuron.w[0].data, neuron.b.data = 1.0, 0.5
        node = start = Value(0.5)
        for _ in range({depth}):
            node = neuron([node])
        order = topological_order(node)
        node.backward()
        print(len(order), node.data, start.grad)
        del node
        while order:
            order.pop(0) if len(order) % 2 else order.pop()
    """
    count = DEPTH // 2
    printed = python(script.replace("{depth}", str(count))).split()
    assert printed == [str(3 * count + 3), str(count / 2 + 0.5), "1.0"]


def blocks_after(steps, step):
    """How many more blocks of memory Python holds after ``steps`` than after a fifth of them."""
    for _ in range(steps // 5):
        step()
    before = sys.getallocatedblocks()
    for _ in range(steps):
        step()
    return sys.getallocatedblocks() - before


def training(custom):
    random.seed(0)
    model = MLP(2, [8, 1])
    data = [([random.random(), random.random()], k % 2) for k in range(10)]

    def identity(x):
        out = Value(x.data, (x,), "identity")

        def _backward():
            x.grad += out.grad

        out._backward = _backward
        return out

    def step():
        loss = Value(0)
        for x, y in data:
            out = model(x)
            loss = loss + ((identity(out) if custom else out) - y) ** 2
        loss = loss * (1 / len(data))
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= 0.01 * p.grad

    return step


def test_training_holds_memory_flat():
    # A step makes some 500 objects or more: a leak of one in a hundred would hold 5,000.
    assert abs(blocks_after(1000, training(custom=False))) < 2_000


def test_training_with_the_users_operation_holds_memory_flat():
    # Its nodes are in cycles with their closures, which wait for the garbage collector, but not long:
    # a leak of one object for each of the user's nodes would hold 10,000.
    step = training(custom=True)
    high_tide = blocks_after(1000, step)
    gc.collect()
    before = sys.getallocatedblocks()
    for _ in range(1000):
        step()
    gc.collect()
    assert abs(sys.getallocatedblocks() - before) < 2_000
    assert high_tide < 200_000


def test_graphs_are_freed_without_the_garbage_collector():
    step = training(custom=False)
    gc.disable()
    try:
        assert abs(blocks_after(200, step)) < 1_000
    finally:
        gc.enable()


def test_looked_at_graphs_are_freed_without_the_garbage_collector():
    random.seed(0)
    model = MLP(2, [8, 1])

    def step():
        out = model([0.5, 0.25])
        todo = [out]
        while todo:
            todo += todo.pop()._prev
        out.backward()

    gc.disable()
    try:
        assert abs(blocks_after(200, step)) < 1_000
    finally:
        gc.enable()


class Witness:
    """Something that a closure holds, to see it go."""


@pytest.mark.parametrize("capture", ["its node", "a later node", "an earlier node"])
def test_cycles_through_the_users_closures_are_collected(capture):
    witness = Witness()
    gone = weakref.ref(witness)
    x = Value(1.0)
    earlier = x * 2
    node = Value(2.0, (earlier,), "mine")
    later = (node * 3).relu() + 1
    captured = {"its node": node, "a later node": later, "an earlier node": earlier}[capture]
    node._backward = lambda witness=witness, captured=captured: None
    later.backward()
    del witness, node, later, captured, earlier
    gc.collect()
    assert gone() is None
    assert x.grad == 0


def test_a_cycle_through_an_unfolded_neuron_is_collected():
    witness = Witness()
    gone = weakref.ref(witness)
    out = MLP(2, [2, 1])([0.5, 1.0])
    (product,) = [node for node in out._prev if node._op == "*"]
    product._backward = lambda witness=witness, product=product: None
    del witness, out, product
    gc.collect()
    assert gone() is None


def test_layers_within_a_cycle_free_their_numbers_once(python):
    """The garbage collector takes a node's references away before the node goes, and is not to be asked then."""
    script = """
        import gc
        from micrograd import Value
        from micrograd.nn import MLP

        def same(x):
            out = Value(x.data, (x,), "same")

            def backward():
                x.grad += out.grad

            out._backward = backward
            return out

        model = MLP(2, [8, 8, 1])
        for _ in range(20):
            same(model([same(Value(0.5)), same(Value(0.25))])).backward()
            gc.collect()
        print("alive")
    """
    # The debugging allocator knows what was freed before.
    assert python(script, PYTHONMALLOC="debug").split() == ["alive"]


def _neuron_and_function(model):
    out = model([1.0, 2.0])
    later = out * 2
    out._backward = lambda: later.data


def _leaf_and_history(model):
    leaf = model.layers[0].neurons[0].w[0] * 1
    leaf.history = [leaf.tanh() * model([leaf, 1.0])]


def _operands_again(model):
    leaf = Value(1.0)
    leaf.__init__(2.0, (leaf * leaf,), "again")


def _several_operands_again(model):
    leaf = Value(1.0)
    inner = leaf + 1
    leaf._prev = {inner, inner * 2, inner * 3}


@pytest.mark.parametrize(
    "make", [_neuron_and_function, _leaf_and_history, _operands_again, _several_operands_again]
)
def test_cycles_are_collected_time_after_time(make):
    """What one collection has learned of the nodes must not hide the cycles of the next."""
    model = MLP(2, [3, 1])
    blocks = []
    for _ in range(5):
        for _ in range(40):
            make(model)
        gc.collect()
        blocks.append(sys.getallocatedblocks())
    assert blocks[4] - blocks[1] < 100


def test_operands_live_as_long_as_the_nodes_that_use_them():
    def build():
        a = Value(2.0)
        return a * a + a

    root = build()
    gc.collect()
    root.backward()
    (leaf,) = {n for operand in root._operands for n in [operand, *operand._operands] if not n._operands}
    assert leaf.grad == 5


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))]
)
def test_copies_of_a_leaf(copied):
    leaf = Value(2, label="two")
    leaf.grad = 0.5
    other = copied(leaf)
    assert other is not leaf
    assert repr(other) == repr(leaf) == "Value(data=2, grad=0.5)"
    assert other.label == "two"
    (other * 3).backward()
    assert (other.grad, leaf.grad) == (3.5, 0.5)
