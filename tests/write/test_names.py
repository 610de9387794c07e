"""The names of variables."""

from __future__ import annotations

import pytest

from support import function_of, op, run, text_of
from symdiff.stages import REAL, Const, Opaque, Param, Procedure, Stage, Var


def procedure(params, body, result, **kwargs):
    return Procedure("f", [Param(v.base, v) for v in params], body, result, **kwargs)


def test_versions_share_a_name_until_an_old_one_is_still_read():
    x, x_1, x_2 = Var("x"), Var("x"), Var("x")
    body = [Stage(x_1, op("mul", x, 2.0)), Stage(x_2, op("mul", x_1, 3.0))]
    assert text_of(procedure([x], body, x_2)).splitlines() == ["x *= 2.0", "x *= 3.0", "return x"]
    both = procedure([x], body, op("tuple", x, x_1, x_2))
    assert text_of(both).splitlines() == [
        "x_1 = x * 2.0", "x_2 = x_1 * 3.0", "return x, x_1, x_2"]


def test_a_suffix_that_the_user_has_taken_is_passed_over():
    x, version, own = Var("x"), Var("x"), Var("x_1")
    body = [Stage(own, op("neg", x)), Stage(version, op("mul", x, own))]
    lines = text_of(procedure([x], body, op("tuple", x, own, version))).splitlines()
    assert lines == ["x_1 = -x", "x_2 = x * x_1", "return x, x_1, x_2"]


def test_a_parameter_named_like_an_adjoint_keeps_its_name():
    x, dx, adjoint = Var("x"), Var("dx"), Var("dx")
    body = [Stage(adjoint, op("mul", x, dx))]
    lines = text_of(procedure([x, dx], body, op("tuple", adjoint, dx))).splitlines()
    assert lines == ["dx_1 = x * dx", "return dx_1, dx"]


def test_the_users_variables_come_before_those_of_the_derivative():
    from symdiff.stages import Place

    x, tangent, own = Var("x"), Var("x_dot"), Var("x_dot")
    body = [Stage(tangent, op("mul", x, 2.0)), Stage(own, op("neg", x), Place("f.py", 2))]
    lines = text_of(procedure([x], body, op("tuple", tangent, own))).splitlines()
    assert lines == ["x_dot_1 = x * 2.0", "x_dot = -x", "return x_dot_1, x_dot"]


@pytest.mark.parametrize("base", ["lambda", "math", "max", "helper"])
def test_names_that_mean_something_else_are_not_taken(base):
    from symdiff.stages import Helper

    x, taken = Var("x"), Var(base)
    body = [Stage(taken, op("max", x, op("math.sin", op("helper:helper", x))))]
    helper = Helper("helper", "def helper(t):\n    return t\n", (), Var("out"), ())
    made = procedure([x], body, op("add", taken, x), helpers={"helper": helper})
    assert text_of(made).startswith(f"{base}_1 = ")
    assert function_of(made)(2.0) == 4.0


def test_names_in_the_users_own_text_are_not_taken():
    x, log = Var("x"), Var("log")
    body = [Stage(log, op("neg", x)), Stage(y := Var("y"), Opaque("log(_0)", (log,), pure=True))]
    assert text_of(procedure([x], body, y)).splitlines()[:2] == ["log_1 = -x", "y = log(log_1)"]


def test_a_parameter_may_hide_a_builtin():
    abs_, y = Var("abs"), Var("y")
    made = procedure([abs_], [Stage(y, op("abs", op("neg", abs_)))], y)
    assert text_of(made).splitlines()[0] == "y = builtins.abs(-abs)"
    assert function_of(made)(-2.0) == 2.0


def test_a_temporary_that_only_feeds_a_variable_takes_its_name():
    x, t, z = Var("x"), Var("t", REAL, temporary=True), Var("z")
    body = [Stage(t, op("math.sin", x)), Stage(z, t)]
    assert text_of(procedure([x], body, z)).splitlines()[0] == "z = math.sin(x)"


def test_five_thousand_versions_are_named_in_time():
    x = Var("x")
    body, now, all_versions = [], x, []
    for _ in range(5000):
        new = Var("x")
        body.append(Stage(new, op("math.sin", now)))
        all_versions.append(new)
        now = new
    total = Var("total")
    body.append(Stage(total, Const(0.0)))
    for version in reversed(all_versions):
        body.append(Stage(after := Var("total"), op("add", total, version)))
        total = after
    made = procedure([x], body, total)
    assert function_of(made)(0.5) == run(made, 0.5)


def test_for_a_compiler_a_name_has_one_type():
    from symdiff.stages import BOOLEAN, Apply, ArrayOf, Branch
    from symdiff.write.liveness import live_ranges
    from symdiff.write.names import printed_names

    test = Var("test", BOOLEAN)
    row = Var("y", ArrayOf(REAL, (3,)))
    table = Var("y", ArrayOf(REAL, (3, 3)))
    body = [
        Branch(
            test,
            [Stage(row, Apply("numpy.ones", (Const(3),)))],
            [Stage(table, Apply("numpy.ones", (Apply("tuple", (Const(3), Const(3))),)))],
        )
    ]
    made = procedure([test], body, Const(0.0))
    for typed, names in ((False, {"y"}), (True, {"y", "y_1"})):
        found = printed_names(made, live_ranges(made), typed)
        assert {found[row], found[table]} == names
