"""What values are called that the user did not name."""

from __future__ import annotations

import pytest

from symdiff.read.temporaries import proposed
from symdiff.stages import Apply, Const, Var

X, Y = Var("x"), Var("y")


@pytest.mark.parametrize(
    ("op", "args", "name"),
    [
        ("mul", (X, Y), "x_times_y"),
        ("mul", (Const(0.5), X), "scaled_x"),
        ("truediv", (X, Const(9.81)), "scaled_x"),
        ("truediv", (Const(9.81), X), "ratio"),
        ("add", (X, Const(0.5)), "total"),
        ("mul", (Const(0.5), Apply("neg", (X,))), "product"),
    ],
)
def test_results_of_arithmetic(op, args, name):
    assert proposed(Apply(op, args), {X: "x", Y: "y"}) == name
