"""Updates of arrays that amount to less."""

from __future__ import annotations

from support import op, text_of
from symdiff.simplify import simplify
from symdiff.simplify.identities import fold
from symdiff.stages import REAL, ArrayOf, Const, Extent, Param, Procedure, Size, Stage, Var

VECTOR = ArrayOf(REAL, (Extent(((Size("n"), 1),)),))
WHOLE = Const(Ellipsis)


def lines(*values):
    """What is left of an array that goes through these updates; each reads the one before."""
    u = Var("u", VECTOR)
    body, last = [], u
    for value in values:
        last, before = Var("d", VECTOR), last
        body.append(Stage(last, value(u, before)))
    return text_of(simplify(Procedure("f", [Param("u", u)], body, last))).splitlines()


def test_adding_to_what_was_set_to_zero_is_setting():
    assert lines(
        lambda u, d: op("mul", u, u),
        lambda u, d: op("setitem", d, 0, 0.0),
        lambda u, d: op("add_at", d, 0, op("getitem", u, 1)),
    ) == ["d = u * u", "d[0] = u[1]", "return d"]


def test_adding_to_zeros_is_setting_or_the_value_itself():
    assert lines(
        lambda u, d: op("zeros_like", u),
        lambda u, d: op("add_at", d, 0, 2.0),
    ) == ["d = np.zeros_like(u)", "d[0] = 2.0", "return d"]
    assert lines(
        lambda u, d: op("zeros_like", u),
        lambda u, d: op("add_at", d, WHOLE, op("mul", 2, u)),
    ) == ["d = 2 * u", "return d"]
    assert lines(
        lambda u, d: op("zeros_like", u),
        lambda u, d: op("add", d, op("numpy.sum", u)),
    ) == ["d = np.zeros_like(u)", "d += np.sum(u)", "return d"]


def test_what_holds_for_numbers_only_is_left_alone():
    u = Var("u", VECTOR)
    assert fold(op("mul", 0.0, u)) == op("mul", 0.0, u)
    assert fold(op("pow", u, 0)) == op("pow", u, 0)
    assert fold(op("truediv", 0.0, u)) == op("truediv", 0.0, u)
    assert fold(op("mul", 1.0, u)) == u
