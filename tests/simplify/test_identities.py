"""Identities of arithmetic."""

from __future__ import annotations

import pytest

from support import op
from symdiff.simplify.identities import fold
from symdiff.stages import INTEGER, Const, Var

X, Y, N = Var("x"), Var("y"), Var("n", INTEGER)
SIN = op("math.sin", X)


@pytest.mark.parametrize("expr, expected", [
    (op("mul", 1.0, X), X),
    (op("mul", X, 1), X),
    (op("mul", 1.0, N), op("mul", 1.0, N)),  # a float, not an integer
    (op("mul", 1, N), N),
    (op("mul", X, -1), op("neg", X)),
    (op("mul", -1.0, op("mul", X, Y)), op("mul", op("neg", X), Y)),
    (op("mul", 0.0, SIN), Const(0.0)),
    (op("mul", op("mul", X, 2), Y), op("mul", op("mul", 2, X), Y)),
    (op("mul", op("mul", X, 2), 0.5), X),
    (op("mul", op("mul", X, 0.1), 0.1), op("mul", op("mul", 0.1, X), 0.1)),  # 0.01 is not exact
    (op("mul", op("neg", X), op("neg", Y)), op("mul", X, Y)),
    (op("mul", X, op("mul", Y, Y)), op("mul", X, op("mul", Y, Y))),
    (op("neg", op("neg", X)), X),
    (op("neg", op("sub", X, Y)), op("sub", Y, X)),
    (op("neg", op("truediv", X, Y)), op("truediv", op("neg", X), Y)),
    (op("add", X, 0.0), X),
    (op("add", 0.0, X), X),
    (op("add", 0.0, N), op("add", 0.0, N)),
    (op("add", X, op("neg", Y)), op("sub", X, Y)),
    (op("add", op("neg", X), Y), op("sub", Y, X)),
    (op("add", X, op("mul", op("neg", Y), SIN)), op("sub", X, op("mul", Y, SIN))),
    (op("add", X, op("mul", -2.0, Y)), op("sub", X, op("mul", 2.0, Y))),
    (op("sub", X, op("neg", Y)), op("add", X, Y)),
    (op("sub", X, 0), X),
    (op("sub", 0.0, X), op("neg", X)),
    (op("add", 1, 2), Const(3)),
    (op("add", 0.1, 0.2), op("add", 0.1, 0.2)),
    (op("truediv", 1, 2), Const(0.5)),
    (op("truediv", 1, 3), op("truediv", 1, 3)),
    (op("truediv", X, 1), X),
    (op("truediv", N, 1), op("truediv", N, 1)),
    (op("truediv", X, op("neg", Y)), op("truediv", op("neg", X), Y)),
    (op("truediv", 1, 0), op("truediv", 1, 0)),
    (op("pow", X, 1), X),
    (op("pow", X, 0), Const(1.0)),
    (op("pow", N, 1), N),
    (op("cond", True, X, Y), X),
    (op("cond", op("lt", X, Y), X, X), X),
], ids=str)
def test_identities(expr, expected):
    assert fold(expr) == expected
