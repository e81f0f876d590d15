"""Compiled training against the same training written as a loop over backward()."""

from __future__ import annotations

import random

import numpy as np
import pytest
from compiled import MACHINES, by_backward, use_machine

import micrograd
from micrograd import DivergenceError, optim
from micrograd.compiler import training
from micrograd.engine import Value
from micrograd.nn import MLP

GENERATOR = np.random.default_rng(11)
X = GENERATOR.normal(size=(50, 2))
Y = (X[:, 0] > X[:, 1]).astype(float)


@pytest.fixture(params=MACHINES)
def machine(request, monkeypatch):
    use_machine(monkeypatch, request.param)
    return request.param


def new_model(seed=5):
    random.seed(seed)
    return MLP(2, [4, 1], activation="tanh")


def squared_error(model):
    return lambda x, y: (model(x).sigmoid() - y) ** 2


def weights(model):
    return np.array([p.data for p in model.parameters()])


def train_by_hand(model, optimizer, batches):
    losses = []
    for batch in batches:
        loss, gradient, _ = by_backward(squared_error(model), model.parameters(), X[batch], Y[batch])
        for parameter, slope in zip(model.parameters(), gradient):
            parameter.grad = slope
        losses.append(loss)
        optimizer.step()
    return losses


OPTIMIZERS = {
    "SGD": (optim.SGD, {}, {}),
    "momentum": (optim.SGD, {"momentum": 0.9}, {"momentum": 0.9}),
    "Nesterov": (optim.SGD, {"momentum": 0.8, "nesterov": True}, None),
    "Adam": (
        optim.Adam,
        {"beta1": 0.8, "epsilon": 1e-6},
        {"optimizer": "Adam", "betas": (0.8, 0.999), "epsilon": 1e-6},
    ),
}


def handout(k):
    return 1 - 0.9 * k / 100


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("rate", [0.3, handout])
def test_training_is_the_loop_over_backward(machine, name, rate):
    kind, settings, arguments = OPTIMIZERS[name]
    by_hand, compiled = new_model(), new_model()
    if arguments is None:
        arguments = {"optimizer": kind(learning_rate=0.3, **settings)}
    expected = train_by_hand(by_hand, kind(by_hand.parameters(), rate, **settings), [slice(None)] * 25)
    losses = micrograd.compile(squared_error(compiled), compiled).train(X, Y, 25, rate, **arguments)
    np.testing.assert_allclose(losses, expected, rtol=1e-10)
    np.testing.assert_allclose(weights(compiled), weights(by_hand), rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimizer_with_parameters_goes_on_from_its_state_and_keeps_the_new_one(machine, name):
    kind, settings, _ = OPTIMIZERS[name]
    by_hand, compiled = new_model(), new_model()
    schedule = optim.Linear(0.5, 0.1, steps=20)
    expected = kind(by_hand.parameters(), schedule, **settings)
    train_by_hand(by_hand, expected, [slice(None)] * 20)
    ours = kind(compiled.parameters(), schedule, **settings)
    train_by_hand(compiled, ours, [slice(None)] * 5)
    program = micrograd.compile(squared_error(compiled), compiled)
    program.train(X, Y, 10, optimizer=ours)
    assert ours.steps_taken == 15
    train_by_hand(compiled, ours, [slice(None)] * 5)
    np.testing.assert_allclose(weights(compiled), weights(by_hand), rtol=1e-9, atol=1e-11)


def test_an_optimizer_of_another_model_is_refused():
    model = new_model()
    program = micrograd.compile(squared_error(model), model)
    with pytest.raises(ValueError, match=r"other parameters"):
        program.train(X, Y, 3, optimizer=optim.SGD(new_model().parameters(), 0.1))


def test_mini_batches_take_every_sample_once_an_epoch(machine):
    w = Value(0.0)
    program = micrograd.compile(lambda x, y: x[0] + 0 * w, [w])
    numbers = np.arange(10.0).reshape(-1, 1)
    losses = program.train(numbers, np.zeros(10), 8, 0.1, 3, seed=1)
    # Three batches of three and one of one make an epoch.
    for epoch in (losses[:4], losses[4:]):
        assert sum(epoch * [3, 3, 3, 1]) == pytest.approx(45)
    assert not np.array_equal(losses[:4], losses[4:])


def test_a_seed_repeats_the_batches(machine):
    def losses(seed):
        model = new_model()
        return micrograd.compile(squared_error(model), model).train(X, Y, 30, 0.1, 7, seed=seed)

    np.testing.assert_array_equal(losses(3), losses(3))
    assert not np.array_equal(losses(3), losses(4))


def test_mini_batches_make_the_steps_of_the_loop_over_backward(machine):
    by_hand, compiled = new_model(), new_model()
    orders = np.random.default_rng(9)
    order = [orders.permutation(50), orders.permutation(50)]
    batches = [epoch[start : start + 20] for epoch in order for start in (0, 20, 40)]
    expected = train_by_hand(by_hand, optim.SGD(by_hand.parameters(), 0.5), batches)
    losses = micrograd.compile(squared_error(compiled), compiled).train(X, Y, 6, 0.5, 20, seed=9)
    np.testing.assert_allclose(losses, expected, rtol=1e-10)


def test_a_batch_larger_than_the_data_is_all_of_it(machine):
    one, other = new_model(), new_model()
    full = micrograd.compile(squared_error(one), one).train(X, Y, 5, 0.5)
    batched = micrograd.compile(squared_error(other), other).train(X, Y, 5, 0.5, 1000, seed=0)
    np.testing.assert_allclose(full, batched, rtol=1e-12)


def test_callbacks_come_every_k_steps_with_the_weights_of_that_step(machine):
    model, reference = new_model(), new_model()
    program = micrograd.compile(squared_error(model), model)
    other = micrograd.compile(squared_error(reference), reference)
    seen = []
    losses = program.train(
        X, Y, 8, 0.5, callback=lambda *step: seen.append((step, weights(model))), callback_every=3
    )
    assert [step for (step, _), _ in seen] == [0, 3, 6]
    for (step, loss), now in seen:
        assert loss == losses[step]
        reference = new_model()
        other = micrograd.compile(squared_error(reference), reference)
        other.train(X, Y, step + 1, 0.5)
        np.testing.assert_array_equal(now, weights(reference))


def test_a_callback_ends_the_training(machine):
    model = new_model()
    program = micrograd.compile(squared_error(model), model)
    assert len(program.train(X, Y, 100, 0.5, callback=lambda step, loss: step == 6)) == 7
    assert len(program.train(X, Y, 100, 0.5, callback=lambda step, loss: None)) == 100


def test_a_callback_may_answer_with_numpys_true(machine):
    model = new_model()
    program = micrograd.compile(squared_error(model), model)
    assert len(program.train(X, Y, 100, 0.5, callback=lambda step, loss: np.float64(step) >= 6)) == 7


def test_what_a_callback_does_to_the_weights_holds(machine):
    w = Value(5.0)
    program = micrograd.compile(lambda x: (w - x[0]) ** 2, [w])

    def clip(step, loss):
        w.data = min(w.data, 2.0)

    losses = program.train([[0.0]], None, 3, 0.25, callback=clip)
    assert losses.tolist() == [25.0, 2.0**2, 1.0]
    assert w.data == 0.5


def test_training_ends_when_the_loss_no_longer_falls(machine):
    w = Value(0.0)
    program = micrograd.compile(lambda x, y: (w - 1) ** 2, [w])
    data = np.zeros((1, 1)), np.zeros(1)
    # Each step halves the distance, and quarters the loss: step 10 is the last that brings more than 1e-6.
    losses = program.train(*data, 1000, 0.25, patience=4, tolerance=1e-6)
    assert losses[9] - losses[10] > 1e-6 > losses[10] - losses[11]
    assert len(losses) == 11 + 4
    assert w.data == 1 - 0.5**15


def test_resume_goes_on_as_if_it_were_one_training(machine):
    for arguments in ({"optimizer": "Adam"}, {"momentum": 0.9}):
        whole, parts = new_model(), new_model()
        expected = micrograd.compile(squared_error(whole), whole).train(X, Y, 20, handout, **arguments)
        program = micrograd.compile(squared_error(parts), parts)
        losses = [program.train(X, Y, steps, handout, resume=True, **arguments) for steps in (7, 13)]
        np.testing.assert_array_equal(np.concatenate(losses), expected)
        np.testing.assert_array_equal(weights(parts), weights(whole))


def test_no_steps_change_nothing(machine):
    model = new_model()
    before = weights(model)
    assert micrograd.compile(squared_error(model), model).train(X, Y, 0, 0.1).shape == (0,)
    np.testing.assert_array_equal(weights(model), before)


def test_the_trained_model_can_be_used_at_once(machine):
    model = new_model()
    program = micrograd.compile(squared_error(model), model)
    losses = program.train(X, Y, 200, 1.0)
    assert losses[-1] < losses[0] / 3
    assert all(type(p.data) is float for p in model.parameters())
    expected, gradient, _ = by_backward(squared_error(model), model.parameters(), X, Y)
    value, ours = program(X, Y)
    assert value == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(ours, gradient, rtol=1e-10, atol=1e-15)
    np.testing.assert_allclose(program.predict(X)[0], model(X[0].tolist()).data, rtol=1e-12)


def test_weights_changed_between_calls_are_seen(machine):
    w = Value(2.0)
    program = micrograd.compile(lambda x, y: w * x[0], [w])
    assert program([[1.0]], [0.0])[0] == 2.0
    w.data = 5
    assert program([[1.0]], [0.0])[0] == 5.0


def test_divergence_names_the_step_and_keeps_the_last_finite_weights(machine):
    w = Value(1.0)
    program = micrograd.compile(lambda x, y: (w * x[0] - y) ** 4, [w])
    weights_seen = []
    with pytest.raises(
        DivergenceError, match=r"diverged at step \d+.*smaller learning rate \(it was 10\)"
    ) as error:
        program.train([[3.0]], [1.0], 100, 10, callback=lambda step, loss: weights_seen.append(w.data))
    assert error.value.step == len(error.value.losses)
    assert np.isfinite(error.value.losses).all()
    assert np.isfinite(w.data)
    assert np.isfinite(program([[3.0]], [1.0])[0]), "the loss of the kept weights is finite"
    assert w.data == weights_seen[error.value.step - 2]


def test_divergence_of_the_weights_alone(machine):
    w = Value(1.0)
    program = micrograd.compile(lambda x, y: w * x[0], [w])
    with pytest.raises(DivergenceError, match=r"step 0: the update left") as error:
        program.train([[1e200]], [0.0], 10, 1e200)
    assert w.data == 1.0
    assert error.value.step == 0


def test_a_loss_that_is_not_finite_from_the_start_has_another_cause(machine):
    w = Value(1.0)
    # A sum or a product may overflow, and the engine lets it.
    program = micrograd.compile(lambda x, y: w * x[0] * 1e308, [w])
    with pytest.raises(DivergenceError, match=r"that training began with.*logarithm") as error:
        program.train([[1.0], [1.5], [-0.2], [9.0]], np.zeros(4), 10, 0.1)
    assert error.value.step == 0
    assert w.data == 1.0


def test_a_callback_that_fails_leaves_the_weights_of_its_step(machine):
    model = new_model()
    program = micrograd.compile(squared_error(model), model)

    def callback(step, loss):
        if step == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        program.train(X, Y, 100, 0.5, callback=callback)
    reference = new_model()
    micrograd.compile(squared_error(reference), reference).train(X, Y, 4, 0.5)
    np.testing.assert_array_equal(weights(model), weights(reference))


def test_divergence_errors_travel_between_processes():
    import pickle

    error = pickle.loads(pickle.dumps(DivergenceError("gone", 3, np.ones(3))))
    assert (str(error), error.step, len(error.losses)) == ("gone", 3, 3)


@pytest.mark.parametrize("ending", ["all steps", "a callback", "patience", "divergence"])
def test_epochs_that_are_drawn_ahead_change_nothing(machine, ending, monkeypatch):
    """Whatever ends a training, the one that goes on from it draws the epochs that would have come next."""
    settings = {
        "all steps": {},
        "a callback": {"callback": lambda step, loss: step >= 40, "callback_every": 20},
        "patience": {"patience": 7, "tolerance": 1e-3},
        "divergence": {"learning_rate": lambda step: 0.01 if step < 33 else 1e300},
    }[ending]

    def trained(most_ahead):
        monkeypatch.setattr(training, "_MOST_AHEAD", most_ahead)
        model = new_model()
        program = micrograd.compile(lambda x, y: (model(x) - y) ** 2, model, threads=1)
        try:
            losses = program.train(X, Y, 90, **{"learning_rate": 0.01, **settings}, batch_size=7, seed=3)
        except DivergenceError as error:
            losses = error.losses
        resumed = program.train(X, Y, 30, 0.01, 7, resume=True)
        return losses.tolist(), resumed.tolist(), weights(model).tolist()

    one_at_a_time, ahead = trained(0), trained(1 << 17)
    assert ahead == one_at_a_time
    assert ending == "all steps" or len(ahead[0]) < 90
