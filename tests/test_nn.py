"""Modules: micrograd's draws, reprs and order; names, states, activations; and what is refused."""

import copy
import json
import math
import pickle
import random
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from programs import absolute_gradients, assert_close

from micrograd import nn
from micrograd.engine import Value
from micrograd.nn import MLP, Layer, Module, Neuron

# micrograd cannot run a hidden layer of one neuron: it hands on a Value where the next layer wants a list.
shapes = st.tuples(
    st.integers(1, 4),
    st.tuples(st.lists(st.integers(2, 5), max_size=2), st.integers(1, 5)).map(
        lambda sizes: [*sizes[0], sizes[1]]
    ),
)


class TestAsMicrograd:
    @given(shapes, st.integers(0, 2**32))
    def test_same_draws_reprs_and_order(self, peer, shape, seed):
        models, states = [], []
        for library in (nn, peer.nn):
            random.seed(seed)
            models.append(library.MLP(*shape))
            states.append(random.getstate())
        ours, theirs = models
        assert states[0] == states[1]
        assert repr(ours) == repr(theirs) == str(ours)
        assert [repr(p) for p in ours.parameters()] == [repr(p) for p in theirs.parameters()]
        for our, their in zip(ours.layers, theirs.layers):
            assert repr(our) == repr(their)
            assert [repr(n) for n in our.neurons] == [repr(n) for n in their.neurons]
            assert [n.nonlin for n in our.neurons] == [n.nonlin for n in their.neurons]

    @given(shapes, st.integers(0, 2**32), st.data())
    def test_same_outputs_and_gradients(self, peer, shape, seed, data):
        x = data.draw(st.lists(st.floats(-5, 5), min_size=shape[0], max_size=shape[0]))
        models, scores, losses = [], [], []
        for library in (nn, peer.nn):
            random.seed(seed)
            models.append(library.MLP(*shape))
            outputs = models[-1](x)
            outputs = outputs if isinstance(outputs, list) else [outputs]
            assert len(outputs) == shape[1][-1]
            scores.append([output.data for output in outputs])
            losses.append(sum((output - 0.5) ** 2 for output in outputs))
            losses[-1].backward()
        assert scores[0] == scores[1]
        # Python's x**2 may be off in the last bit where our x*x is not.
        assert math.isclose(losses[0].data, losses[1].data, rel_tol=1e-15)
        scales = absolute_gradients(losses[0])
        for our, their in zip(models[0].parameters(), models[1].parameters()):
            assert_close(our.grad, their.grad, scales.get(id(our), 0.0))

    def test_the_handouts_perceptron(self):
        random.seed(42)
        model = MLP(2, [1])
        assert repr(model) == "MLP of [Layer of [LinearNeuron(2)]]"
        assert len(model.parameters()) == 3
        assert repr(model.parameters()) == (
            "[Value(data=0.2788535969157675, grad=0), Value(data=-0.9499784895546661, grad=0), "
            "Value(data=0, grad=0)]"
        )

    def test_training_follows_micrograd(self, peer):
        def train(library):
            random.seed(1)
            model, losses = library.MLP(2, [4, 3, 1]), []
            for _step in range(20):
                total = sum((model([k / 5, 1 - k / 3]) - k % 2) ** 2 for k in range(8)) * (1 / 8)
                model.zero_grad()
                total.backward()
                for p in model.parameters():
                    p.data -= 0.05 * p.grad
                losses.append(total.data)
            return losses

        for ours, theirs in zip(train(nn), train(peer.nn)):
            assert math.isclose(ours, theirs, rel_tol=1e-11)

    def test_one_output_is_a_value_several_are_a_list(self):
        assert isinstance(MLP(2, [3, 1])([1.0, 2.0]), Value)
        several = MLP(2, [3])([1.0, 2.0])
        assert isinstance(several, list)
        assert len(several) == 3
        assert isinstance(Layer(2, 1)([1.0, 2.0]), Value)
        assert isinstance(Layer(2, 2)([1.0, 2.0]), list)

    def test_a_hidden_layer_of_one_neuron_works(self):
        model = MLP(2, [1, 1])
        first, second = (layer.neurons[0] for layer in model.layers)
        first.b.data = 3.0
        out = model([0.25, 0.5])
        assert out.data == second.b.data + second.w[0].data * first([0.25, 0.5]).data
        out.backward()
        assert first.b.grad == second.w[0].data

    def test_neuron_and_layer_keywords(self):
        assert repr(Neuron(3)) == "ReLUNeuron(3)"
        assert repr(Neuron(3, nonlin=False)) == "LinearNeuron(3)"
        assert repr(Layer(3, 2, nonlin=False)) == "Layer of [LinearNeuron(3), LinearNeuron(3)]"

    def test_zero_grad(self):
        model = MLP(2, [3, 1])
        model([1.0, 2.0]).backward()
        model.zero_grad()
        assert [repr(p.grad) for p in model.parameters()] == ["0"] * 13

    def test_a_bare_module_has_no_parameters(self):
        assert Module().parameters() == []
        Module().zero_grad()


class TestSizes:
    """The same refusals compiled, where an annotated int would turn a 2.5 into a 2, and uncompiled."""

    @pytest.mark.parametrize("bad", [0, -1, 2.0, 2.5, math.nan])
    @pytest.mark.parametrize(
        "make", [Neuron, lambda n: Layer(n, 1), lambda n: Layer(1, n), lambda n: MLP(n, [1])]
    )
    def test_a_number_of_neurons_or_inputs_is_a_whole_number_from_1_on(self, make, bad):
        with pytest.raises(ValueError, match="a whole number from 1 on") as caught:
            make(bad)
        assert repr(bad) in str(caught.value)

    @pytest.mark.parametrize("bad", ["2", None, [2, 16, 1]])
    @pytest.mark.parametrize("make", [Neuron, lambda n: Layer(n, 1), lambda n: MLP(n, [1])])
    def test_and_no_text_and_no_list(self, make, bad):
        with pytest.raises(TypeError, match="a whole number from 1 on") as caught:
            make(bad)
        assert repr(bad) in str(caught.value)

    @pytest.mark.parametrize("bad", [16, None, 1.5])
    def test_the_layers_of_a_network_are_a_list(self, bad):
        with pytest.raises(TypeError, match=r"nouts: expected a list .* such as \[16, 1\]") as caught:
            MLP(2, bad)
        assert str(caught.value).endswith(f"got {bad!r}")

    def test_numpys_whole_numbers_will_do(self):
        numpy = pytest.importorskip("numpy", reason="NumPy is not installed: ITS NUMBERS ARE NOT TESTED")
        assert repr(MLP(numpy.int64(2), numpy.array([3, 1]))) == repr(MLP(2, [3, 1]))


class TestInputs:
    def test_rows_of_all_kinds(self):
        model = MLP(2, [3, 1])
        expected = model([0.5, 2.0]).data
        assert model((0.5, 2)).data == expected
        assert model([Value(0.5), Value(2.0)]).data == expected
        numpy = pytest.importorskip("numpy", reason="NumPy is not installed: ITS ROWS ARE NOT TESTED")
        for row in (
            numpy.array([0.5, 2.0]),
            numpy.array([0.5, 2.0], dtype="float32"),
            list(numpy.array([0.5, 2])),
        ):
            assert model(row).data == expected

    @pytest.mark.parametrize("x", [[1.0], [1.0, 2.0, 3.0], []])
    @pytest.mark.parametrize("make", [lambda: MLP(2, [3, 1]), lambda: Layer(2, 3), lambda: Neuron(2)])
    def test_the_wrong_number_of_inputs(self, make, x):
        with pytest.raises(ValueError, match="2") as caught:
            make()(x)
        assert "2" in str(caught.value)
        assert str(len(x)) in str(caught.value)

    @pytest.mark.parametrize("position", [0, 1])
    def test_nan_is_refused(self, position):
        x = [1.0, 2.0]
        x[position] = math.nan
        for model in (MLP(2, [3, 1]), MLP(2, [1])):
            with pytest.raises(ValueError, match=r"(?i)nan"):
                model(x)

    @pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
    def test_nan_in_a_value_is_refused_too(self, bad):
        for model in (MLP(2, [3, 1]), Layer(2, 3), Neuron(2)):
            with pytest.raises(ValueError, match=r"inputs\[1\] is (NaN|infinite)"):
                model([1.0, Value(bad)])

    def test_a_result_that_is_not_finite_goes_on(self):
        """It is the training that has diverged, and not the data that were bad."""
        assert math.isnan(Neuron(2)([1.0, Value(1e308) * 10 - math.inf]).data)

    def test_numpys_nan_is_refused(self):
        numpy = pytest.importorskip("numpy", reason="NumPy is not installed: ITS NAN IS NOT TESTED")
        with pytest.raises(ValueError, match=r"(?i)nan"):
            MLP(2, [3, 1])(numpy.array([1.0, numpy.nan]))

    @pytest.mark.parametrize("rows", [[[1.0, 2.0]], [(1.0, 2.0), (3.0, 4.0)], [[1.0, 2.0]] * 3])
    def test_a_list_of_samples_is_refused(self, rows):
        for model in (MLP(2, [3, 1]), Layer(2, 3), Neuron(2)):
            with pytest.raises((TypeError, ValueError), match="one sample at a time"):
                model(rows)

    @pytest.mark.parametrize("bad", ["a", None, 1j])
    def test_no_numbers_are_refused(self, bad):
        with pytest.raises(TypeError) as caught:
            MLP(2, [3, 1])([1.0, bad])
        assert type(bad).__name__ in str(caught.value) or repr(bad) in str(caught.value)

    def test_a_whole_table_at_once_is_refused(self):
        numpy = pytest.importorskip("numpy", reason="NumPy is not installed: TABLES ARE NOT TESTED")
        for rows in (2, 100):
            for model in (MLP(2, [3, 1]), Layer(2, 3), Neuron(2)):
                with pytest.raises((TypeError, ValueError), match="one sample at a time"):
                    model(numpy.ones((rows, 2)))


class TestChangesAreRespectedAtTheNextCall:
    """A fused layer may keep what it knows of its neurons; it must notice when they change."""

    def setup_method(self):
        random.seed(6)
        self.model = MLP(2, [3, 1])
        self.model([0.5, 2.0])

    def expected(self, x):
        """Neuron by neuron, with elementary operations only."""
        for layer in self.model.layers:
            outputs = []
            for neuron in layer.neurons:
                total = sum((w * v for w, v in zip(neuron.w, x)), neuron.b)
                outputs.append(total.relu() if neuron.nonlin else total)
            x = outputs
        return x[0].data if len(x) == 1 else [v.data for v in x]

    def check(self):
        assert self.model([0.5, 2.0]).data == self.expected([0.5, 2.0])

    def test_data_written(self):
        for p in self.model.parameters():
            p.data = p.data * 1.5 + 0.25
            self.check()

    def test_a_weight_replaced(self):
        replacement = Value(0.9)
        self.model.layers[0].neurons[1].w[0] = replacement
        self.check()
        assert replacement in self.model.parameters()
        self.model([0.5, 2.0]).backward()
        self.model.layers[0].neurons[1].w = [Value(1.0), Value(2.0)]
        self.check()

    def test_a_replaced_weight_gets_the_gradient(self):
        neuron = self.model.layers[-1].neurons[0]
        old, new = neuron.w[0], Value(0.7)
        neuron.w[0] = new
        self.model.layers[0].neurons[0].b.data = 50.0
        self.model([0.5, 2.0]).backward()
        assert new.grad != 0
        assert old.grad == 0

    def test_a_bias_replaced(self):
        self.model.layers[0].neurons[2].b = Value(3.0)
        self.check()

    def test_nonlin_switched(self):
        self.model.layers[0].neurons[0].nonlin = False
        self.model.layers[0].neurons[0].b.data = -100.0
        self.check()

    def test_a_neuron_appended_and_removed(self):
        extra = Neuron(2)
        self.model.layers[0].neurons.append(extra)
        self.model.layers[1].neurons[0].w.append(Value(0.3))
        self.check()
        self.model.layers[0].neurons.pop(0)
        self.model.layers[1].neurons[0].w.pop(0)
        self.check()

    def test_a_layer_appended(self):
        self.model.layers.append(Layer(1, 2, nonlin=False))
        assert [v.data for v in self.model([0.5, 2.0])] == self.expected([0.5, 2.0])

    def test_a_weight_may_be_computed(self):
        shared = Value(0.5)
        neuron = self.model.layers[1].neurons[0]
        neuron.w = [shared * 2, shared * 3, shared.exp()]
        self.check()
        self.model([0.5, 2.0]).backward()
        assert shared.grad != 0

    def test_subclasses_of_neuron_and_value(self):
        class Doubled(Neuron):
            def __call__(self, x):
                return super().__call__(x) * 2

        random.seed(6)
        doubled = Doubled(2, nonlin=False)
        single = Neuron(2, nonlin=False)
        single.w, single.b = doubled.w, doubled.b
        layer = Layer(2, 2)
        layer.neurons = [doubled, single]
        first, second = layer([1.0, 2.0])
        assert first.data == 2 * second.data


class TestNames:
    def test_they_are_the_paths_to_the_parameters(self):
        model = MLP(2, [2, 1])
        names = [name for name, _ in model.named_parameters()]
        assert names == [
            "layers.0.neurons.0.w.0", "layers.0.neurons.0.w.1", "layers.0.neurons.0.b",
            "layers.0.neurons.1.w.0", "layers.0.neurons.1.w.1", "layers.0.neurons.1.b",
            "layers.1.neurons.0.w.0", "layers.1.neurons.0.w.1", "layers.1.neurons.0.b",
        ]  # fmt: skip
        assert all(a is b for a, (_, b) in zip(model.parameters(), model.named_parameters()))

    def test_of_a_layer_and_a_neuron(self):
        assert [name for name, _ in Neuron(2).named_parameters()] == ["w.0", "w.1", "b"]
        assert [name for name, _ in Layer(1, 2).named_parameters()] == [
            "neurons.0.w.0", "neurons.0.b", "neurons.1.w.0", "neurons.1.b",
        ]  # fmt: skip

    def test_a_users_module_is_named_by_its_attributes(self):
        class Residual(Module):
            def __init__(self):
                self.scale = Value(0.5)
                self.body = MLP(1, [2, 1])

            def parameters(self):
                return [self.scale, *self.body.parameters()]

        model = Residual()
        named = dict(model.named_parameters())
        assert set(map(id, named.values())) == set(map(id, model.parameters()))
        assert named["scale"] is model.scale
        assert named["body.layers.1.neurons.0.b"] is model.body.layers[1].neurons[0].b
        assert len(model.state_dict()) == len(model.parameters())


class TestStates:
    def setup_method(self):
        random.seed(1)
        self.model = MLP(2, [3, 1])
        self.before = [p.data for p in self.model.parameters()]

    def unchanged(self):
        return [p.data for p in self.model.parameters()] == self.before

    def test_round_trip(self):
        random.seed(2)
        other = MLP(2, [3, 1])
        values = other.parameters()
        other.load_state_dict(self.model.state_dict())
        assert [p.data for p in other.parameters()] == self.before
        assert all(a is b for a, b in zip(values, other.parameters())), (
            "the Values are kept, their data replaced"
        )
        assert other([0.3, 0.4]).data == self.model([0.3, 0.4]).data

    def test_it_is_a_dictionary_of_names_to_numbers_in_order(self):
        state = self.model.state_dict()
        assert list(state) == [name for name, _ in self.model.named_parameters()]
        assert list(state.values()) == self.before
        assert json.loads(json.dumps(state)) == state

    def test_through_json_to_the_last_bit(self):
        random.seed(2)
        other = MLP(2, [3, 1])
        other.load_state_dict(json.loads(json.dumps(self.model.state_dict())))
        assert [p.data for p in other.parameters()] == self.before

    def test_it_is_a_copy(self):
        state = self.model.state_dict()
        for p in self.model.parameters():
            p.data = 9.0
        assert list(state.values()) == self.before

    def test_numpy_numbers_are_loaded(self):
        numpy = pytest.importorskip("numpy", reason="NumPy is not installed: ITS NUMBERS ARE NOT TESTED")
        state = {name: numpy.float64(x + 1) for name, x in self.model.state_dict().items()}
        self.model.load_state_dict(state)
        assert [p.data for p in self.model.parameters()] == [x + 1 for x in self.before]

    def test_a_missing_name(self):
        state = dict.fromkeys(self.model.state_dict(), 7.0)
        del state["layers.0.neurons.1.w.0"]
        with pytest.raises((KeyError, ValueError)) as caught:
            self.model.load_state_dict(state)
        assert "layers.0.neurons.1.w.0" in str(caught.value)
        assert self.unchanged()

    def test_an_unexpected_name(self):
        state = dict.fromkeys(self.model.state_dict(), 7.0) | {"layers.7.neurons.0.b": 1.0}
        with pytest.raises((KeyError, ValueError)) as caught:
            self.model.load_state_dict(state)
        assert "layers.7.neurons.0.b" in str(caught.value)
        assert self.unchanged()

    @pytest.mark.parametrize("bad", ["0.5", None, [0.5], 1j])
    def test_a_number_that_is_none_and_nothing_is_half_loaded(self, bad):
        state = dict.fromkeys(self.model.state_dict(), 7.0)
        state["layers.1.neurons.0.b"] = bad
        with pytest.raises((TypeError, ValueError)) as caught:
            self.model.load_state_dict(state)
        assert "layers.1.neurons.0.b" in str(caught.value)
        assert self.unchanged()

    @pytest.mark.parametrize("bad", [None, [1.0], 3])
    def test_a_state_that_is_no_dictionary(self, bad):
        with pytest.raises((TypeError, ValueError)):
            self.model.load_state_dict(bad)
        assert self.unchanged()

    @pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
    def test_copies_of_a_model(self, copied):
        self.model.layers[0].neurons[0].b.label = "bias"
        self.model([0.1, 0.2]).backward()
        other = copied(self.model)
        assert repr(other) == repr(self.model)
        assert [p.data for p in other.parameters()] == self.before
        assert other.layers[0].neurons[0].b.label == "bias"
        assert other([0.3, 0.4]).data == self.model([0.3, 0.4]).data
        other.parameters()[0].data = 100.0
        assert self.unchanged()
        other([0.3, 0.4]).backward()

    def test_a_shared_parameter_stays_shared_in_a_copy(self):
        neuron = Neuron(2)
        neuron.w[1] = neuron.w[0]
        other = copy.deepcopy(neuron)
        assert other.w[0] is other.w[1]


class TestActivations:
    FUNCTIONS: ClassVar = {
        "relu": lambda v: v.relu(),
        "tanh": lambda v: v.tanh(),
        "sigmoid": lambda v: v.sigmoid(),
        "linear": lambda v: v,
    }

    @pytest.mark.parametrize("name", FUNCTIONS)
    def test_the_hidden_layers_have_it_the_output_stays_linear(self, name):
        random.seed(3)
        model = MLP(2, [3, 2, 1], activation=name)
        random.seed(3)
        plain = MLP(2, [3, 2, 1])
        assert [p.data for p in model.parameters()] == [p.data for p in plain.parameters()]
        values = [Value(0.4), Value(-0.8)]
        for layer, hidden in zip(plain.layers, (True, True, False)):
            outputs = [sum((w * v for w, v in zip(n.w, values)), n.b) for n in layer.neurons]
            values = [self.FUNCTIONS[name](v) for v in outputs] if hidden else outputs
        out = model([0.4, -0.8])
        assert math.isclose(out.data, values[0].data, rel_tol=1e-14)
        out.backward()
        values[0].backward()
        for ours, expected in zip(model.parameters(), plain.parameters()):
            assert math.isclose(ours.grad, expected.grad, rel_tol=1e-12, abs_tol=1e-15)

    def test_relu_is_the_default(self):
        assert repr(MLP(2, [3, 1], activation="relu")) == repr(MLP(2, [3, 1]))

    def test_the_repr_says_which(self):
        assert "ReLU" not in repr(MLP(2, [3, 1], activation="tanh"))
        assert "tanh" in repr(MLP(2, [3, 1], activation="tanh")).lower()

    @pytest.mark.parametrize("name", ["rleu", "", "ReLU6"])
    def test_an_unknown_one_is_refused(self, name):
        with pytest.raises((ValueError, TypeError)) as caught:
            MLP(2, [3, 1], activation=name)
        assert repr(name) in str(caught.value)
        assert "tanh" in str(caught.value), "the error lists the known ones"
