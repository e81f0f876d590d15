"""What a type checker tells the users of the engine, compiled or not."""

import re
import subprocess
import sys

import pytest

api = pytest.importorskip(
    "mypy.api", reason="mypy is not installed: THE TYPES THAT USERS SEE ARE NOT CHECKED"
)

RIGHT = """
import random
from micrograd.engine import Value, dot
from micrograd.gradcheck import gradcheck
from micrograd.draw import draw_dot
from micrograd.losses import cross_entropy, mse
from micrograd.nn import MLP, Layer, Neuron

a: Value = Value(1.0)
b: Value = 2 * a + a**2 - 1 / a + a / a - (-a) ** a
c: Value = a.relu().exp().log().sqrt().sin().cos().tanh().sigmoid().maximum(b).minimum(0)
d: Value = dot([a, b], [1.0, c], a)
e: Value = abs(d)
number: float = float(e) + e.data + e.grad
label: str | None = e.label
e.label = "e"
e.data = 3
e.data -= 0.1 * e.grad
e.backward()
out = Value(0.5, (a, b), "mine")

def _backward() -> None:
    a.grad += out.grad

out._backward = _backward
parents: set[Value] = out._prev
model = MLP(2, [3, 1], activation="tanh")
parameters: list[Value] = model.parameters()
names: list[str] = [name for name, _ in model.named_parameters()]
model.load_state_dict(model.state_dict())
loss: Value = mse(model([1.0, a]), 1.0) + cross_entropy(Layer(2, 3)([1.0, 2.0]), 2)
outputs: list[Value] = [output.sigmoid() for output in MLP(2, [3])([1.0, 2.0])]
first: Value = MLP(2, [3])([1.0, 2.0])[0]
squared: Value = (model([1.0, 2.0]) - 1) ** 2
draw_dot(model([1.0, 2.0])).render("graph")
print(gradcheck(lambda x: x * x, a).ok, Layer(2, 3), Neuron(2, nonlin=False), random.random())
"""
WRONG = """
from micrograd.engine import Value, dot
from micrograd.draw import draw_dot
from micrograd.losses import mse
from micrograd.nn import MLP, Layer

Value("1")
Value(1.0) + "1"
Value(1.0).data = "1"
dot([Value(1.0)], ["1"])
MLP("2", [1])
MLP(2, 1)
Value(1.0).rleu()
MLP(2, [1])([1.0, 2.0]).sigmod()
Layer(2, 1)([1.0, 2.0]).sigmod()
draw_dot(Value(1.0)).rendre("graph")
draw_dot("loss")
mse(model=MLP(2, [1]))
mse(MLP(2, [1])([1.0, 2.0]), 1.0).backwards()
"""


def by_mypy(path):
    return api.run(["--strict", "--no-incremental", str(path)])[0]


def by_pyright(path):
    command = [
        sys.executable,
        "-m",
        "basedpyright",
        "--level",
        "error",
        "--pythonpath",
        sys.executable,
        str(path),
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=path.parent, timeout=300)
    if "No module named" in done.stderr:
        pytest.skip("basedpyright is not installed: WHAT PYRIGHT SAYS OF OUR TYPES IS NOT CHECKED")
    return done.stdout


@pytest.mark.parametrize("checker", [by_mypy, by_pyright])
def test_right_code_passes_and_wrong_code_is_found(checker, tmp_path):
    path = tmp_path / "users_code.py"
    path.write_text(RIGHT)
    assert "error:" not in (report := checker(path)), report
    path.write_text(WRONG)
    report = checker(path)
    found = {int(number) for number in re.findall(r"users_code\.py:(\d+).*? error:", report)}
    assert found == set(range(7, 20)), report
