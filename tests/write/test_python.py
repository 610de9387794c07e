"""Steps as Python statements."""

from __future__ import annotations

import math

import pytest

from support import function_of, op, run, text_of
from symdiff.stages import (
    BOOLEAN,
    INTEGER,
    OBJECT,
    REAL,
    Branch,
    Call,
    Carried,
    Const,
    ListOf,
    Loop,
    Merge,
    Opaque,
    Param,
    Passive,
    Procedure,
    Scope,
    Stage,
    Var,
)
from write import samples

REALS = ListOf(REAL)


def procedure(params, body, result):
    return Procedure("f", [Param(v.base, v) for v in params], body, result)


def test_the_gradient_of_the_notes_reads_as_in_the_notes():
    assert text_of(samples.notes_gradient()) == '''\
"""Value of f and its gradient with respect to (x, y)."""
# forward
sigma_y = sigmoid(y)                           # 1
g = x + sigma_y                                # 2
sigma_x = sigmoid(x)                           # 3 (*)
p = x + y                                      # 4 (*)
s = p ** 2                                     # 5
h = sigma_x + s                                # 6
k = 1.0 / h                                    # 7
f = g * k                                      # 8
# backward
dg = k                                         # 8
dk = g
dh = -dk * k * k                               # 7
dsigma_x = dh                                  # 6
ds = dh
dp = 2 * ds * p                                # 5
dx = dp                                        # 4 (*)
dy = dp
dx += dsigma_x * (1 - sigma_x) * sigma_x       # 3 (*)
dx += dg                                       # 2 (*)
dsigma_y = dg
dy += dsigma_y * (1 - sigma_y) * sigma_y       # 1 (*)
return f, (dx, dy)'''
    value, (dx, dy) = function_of(samples.notes_gradient())(3.0, -4.0)
    assert (value, dx, dy) == pytest.approx(
        (1.5456448841066441, 2.0595697955721652, 1.5922327514838093), rel=1e-15)


def test_a_loop_keeps_its_names_and_the_value_is_set_aside():
    made = samples.kepler_gradient()
    lines = text_of(made).splitlines()
    assert lines[:9] == [
        "E = M", "step = 1.0", "E_kept = []", "while abs(step) > 1e-12:", "    E_kept.append(E)",
        "    step = (E - e * math.sin(E) - M) / (1 - e * math.cos(E))", "    E -= step",
        "value = E", "# backward"]
    assert lines[12:14] == ["while E_kept:", "    E = E_kept.pop()"]
    assert lines[-1] == "return value, (dM, de)"
    assert function_of(made)(1.0, 0.3) == run(made, 1.0, 0.3)


def test_values_are_exchanged_in_one_line():
    made = samples.swaps()
    assert text_of(made).splitlines() == [
        "for _ in range(n):", "    a, b = b, math.sqrt(a * b)", "return a - b"]
    assert function_of(made)(0.7, 1.9, 3) == run(made, 0.7, 1.9, 3)


def test_copies_without_a_cycle_are_ordered():
    a, b, n = Var("a"), Var("b"), Var("n", INTEGER)
    a_in, b_in, after = Var("a"), Var("b"), Var("a")
    body = [Loop([Carried(a_in, a, after), Carried(b_in, b, a_in)],
                 [Stage(after, op("add", a_in, b_in))], iterable=op("range", n))]
    made = procedure([a, b, n], body, b_in)
    assert text_of(made).splitlines()[:2] == ["for _ in range(n):", "    a, b = a + b, a"]
    assert function_of(made)(1.0, 2.0, 4) == run(made, 1.0, 2.0, 4)


def branch_on(x, then, orelse, test=None):
    z = Var("z")
    z_then, z_else = Var("z"), Var("z")
    step = Branch(test or op("gt", x, 1), [Stage(z_then, then)], [Stage(z_else, orelse)],
                  [Merge(z, z_then, z_else)])
    return z, step


def test_both_arms_of_a_branch_write_one_variable():
    x = Var("x")
    z, step = branch_on(x, op("mul", x, x), op("neg", x))
    assert text_of(procedure([x], [step], z)).splitlines() == [
        "if x > 1:", "    z = x * x", "else:", "    z = -x", "return z"]


def test_branches_in_else_are_elif():
    x = Var("x")
    inner, step = branch_on(x, Const(2.0), Const(3.0), op("lt", x, 0))
    z, z_then = Var("z"), Var("z")
    outer = Branch(op("gt", x, 1), [Stage(z_then, x)], [step], [Merge(z, z_then, inner)])
    assert text_of(procedure([x], [outer], z)).splitlines() == [
        "if x > 1:", "    z = x", "elif x < 0:", "    z = 2.0", "else:", "    z = 3.0", "return z"]


def test_an_arm_without_statements_is_left_out():
    x, after, z = Var("x"), Var("x"), Var("x")
    step = Branch(op("lt", x, 0), [], [Stage(after, op("add", x, 1.0))], [Merge(z, x, after)])
    assert text_of(procedure([x], [step], z)).splitlines() == [
        "if not x < 0:", "    x += 1.0", "return x"]


def test_a_value_of_an_arm_is_read_where_the_decision_is_replayed():
    x, w, z, y_then = Var("x"), Var("w"), Var("z"), Var("w")
    first = Branch(op("gt", x, 0), [Stage(w, op("math.exp", x))], [Stage(y_then, op("neg", x))])
    a, b = Var("z"), Var("z")
    second = Branch(op("gt", x, 0), [Stage(a, op("mul", w, 2))], [Stage(b, op("mul", y_then, 3))],
                    [Merge(z, a, b)])
    made = procedure([x], [first, second], z)
    assert "w_1" not in text_of(made)
    assert [function_of(made)(v) for v in (1.0, -1.0)] == [2 * math.e, 3.0]


def test_raise_in_a_branch():
    x = Var("x")
    step = Branch(op("lt", x, 0), [Passive('raise ValueError(f"negative: {_0}")', (x,), True)], [])
    made = procedure([x], [step], op("math.sqrt", x))
    assert text_of(made).splitlines() == [
        "if x < 0:", "    raise ValueError(f'negative: {x}')", "return math.sqrt(x)"]
    with pytest.raises(ValueError, match="negative: -1"):
        function_of(made)(-1.0)


def test_a_branch_that_ends_a_loop_is_a_break():
    x, a, n, n_1 = Var("x"), Var("a"), Var("n", INTEGER), Var("n", INTEGER)
    x_in, n_in, nxt = Var("x"), Var("n", INTEGER), Var("nxt")
    x_1, n_2, done = Var("x"), Var("n", INTEGER), Var("done", BOOLEAN, temporary=True)
    body = [
        Stage(nxt, op("mul", 0.5, op("add", x_in, op("truediv", a, x_in)))),
        Branch(op("lt", op("abs", op("sub", nxt, x_in)), 1e-13), [],
               [Stage(n_1, op("add", n_in, 1))],
               [Merge(done, Const(True), Const(False)), Merge(x_1, x_in, nxt),
                Merge(n_2, n_in, n_1)]),
    ]
    made = procedure([a, x], [
        Stage(n, Const(0)),
        Loop([Carried(x_in, x, x_1), Carried(n_in, n, n_2)], body, test=Const(True), leave=done),
    ], op("add", x_in, n_in))
    assert text_of(made).splitlines() == [
        "n = 0", "while True:", "    nxt = 0.5 * (x + a / x)", "    if abs(nxt - x) < 1e-13:",
        "        break", "    n += 1", "    x = nxt", "return x + n"]
    assert function_of(made)(7.0, 0.5) == run(made, 7.0, 0.5)


def test_a_condition_for_leaving_reads_the_values_of_its_own_round():
    x, x_in, x_next = Var("x"), Var("x"), Var("x")
    loop = Loop([Carried(x_in, x, x_next)], [Stage(x_next, op("mul", x_in, 2.0))],
                test=Const(True), leave=op("gt", x_in, 10.0))
    made = procedure([x], [loop], x_in)
    assert function_of(made)(1.0) == run(made, 1.0) == 32.0


def test_context_managers_and_statements_are_kept():
    x, y = Var("x"), Var("y")
    context = Opaque("contextlib.nullcontext()", ())
    body = [Scope(context, [Passive("print('at', _0)", (x,)), Stage(y, op("mul", x, x))])]
    assert text_of(procedure([x], body, y)).splitlines() == [
        "with contextlib.nullcontext():", "    print('at', x)", "    y = x * x", "return y"]


def test_calls_unpack_their_results():
    x, a, b = Var("x"), Var("a"), Var("b")
    t = Var("t")
    callee = Procedure("pair", [Param("t", t)], [], op("tuple", t, op("neg", t)))
    made = procedure([x], [Call((a, b), "pair", (x,))], op("mul", a, b))
    made.callees["pair"] = callee
    assert text_of(made).splitlines() == ["a, b = pair(x)", "return a * b"]
    assert function_of(made)(3.0) == -9.0


@pytest.mark.parametrize("update, lines", [
    (op("append", Var("L"), 1.0), ["L.append(1.0)"]),
    (op("extend", Var("L"), op("list", 1.0)), ["L.extend([1.0])"]),
    (op("insert", Var("L"), 0, 1.0), ["L.insert(0, 1.0)"]),
    (op("setitem", Var("L"), 0, 1.0), ["L[0] = 1.0"]),
    (op("delitem", Var("L"), 0), ["del L[0]"]),
    (op("add_at", Var("L"), 0, 1.0), ["L[0] += 1.0"]),
    (op("add_at", Var("L"), 0, op("neg", Var("x"))), ["L[0] -= x"]),
], ids=lambda v: getattr(v, "op", None))
def test_containers_are_updated_in_place(update, lines):
    x, fresh, old = Var("x"), Var("L", REALS), Var("L", REALS)
    args = (old, *(x if getattr(a, "base", "") == "x" else a for a in update.args[1:]))
    if update.args[-1] == op("neg", update.args[-1]) or getattr(args[-1], "op", "") == "neg":
        args = (*args[:-1], op("neg", x))
    body = [Stage(old, op("list", x, x)), Stage(fresh, type(update)(update.op, args))]
    made = procedure([x], body, fresh)
    assert text_of(made).splitlines() == ["L = [x, x]", *lines, "return L"]
    assert function_of(made)(5.0) == run(made, 5.0)


def test_an_old_version_that_is_still_read_stays_as_it_was():
    x, old, new, newer = Var("x"), Var("L", REALS), Var("L", REALS), Var("L", REALS)
    body = [Stage(old, op("list", x)), Stage(new, op("append", old, 2.0)),
            Stage(newer, op("setitem", new, 0, 3.0))]
    made = procedure([x], body, op("tuple", old, new, newer))
    assert text_of(made).splitlines() == [
        "L = [x]", "L_1 = [*L, 2.0]", "L_2 = list(L_1)", "L_2[0] = 3.0", "return L, L_1, L_2"]


def test_an_alias_that_is_still_read_stays_as_it_was():
    x, old, other, new = Var("x"), Var("L", REALS), Var("M", REALS), Var("L", REALS)
    body = [Stage(old, op("list", x)), Stage(other, old), Stage(new, op("append", old, 2.0))]
    made = procedure([x], body, op("tuple", new, op("len", other)))
    assert function_of(made)(1.0) == ([1.0, 2.0], 1)


def test_the_callers_list_is_copied_before_it_is_updated():
    given, new = Var("xs", REALS), Var("xs", REALS)
    made = procedure([given], [Stage(new, op("setitem", given, 0, 9.0))], new)
    assert text_of(made).splitlines() == ["xs = list(xs)", "xs[0] = 9.0", "return xs"]
    mine = [1.0, 2.0]
    assert function_of(made)(mine) == [9.0, 2.0] and mine == [1.0, 2.0]


def test_an_item_that_is_read_and_deleted_is_popped():
    xs, last, rest = Var("xs", REALS), Var("last"), Var("xs", REALS)
    body = [Stage(last, op("getitem", xs, -1)), Stage(rest, op("delitem", xs, -1))]
    made = procedure([xs], body, op("tuple", last, rest))
    assert text_of(made).splitlines() == [
        "xs = list(xs)", "last = xs.pop()", "return last, xs"]


def test_a_loop_over_indices_that_looks_up_items_runs_over_the_items():
    xs, i, x = Var("xs", REALS), Var("i", INTEGER), Var("x")
    s, total, after = Var("s"), Var("s"), Var("s")
    body = [Stage(s, Const(0.0)),
            Loop([Carried(total, s, after)],
                 [Stage(x, op("getitem", xs, i)), Stage(after, op("add", total, op("mul", x, x)))],
                 target=i, iterable=op("range", op("len", xs)))]
    assert text_of(procedure([xs], body, total)).splitlines() == [
        "s = 0.0", "for x in xs:", "    s += x * x", "return s"]


def test_a_list_that_a_loop_runs_over_does_not_change_under_it():
    x, item = Var("x"), Var("v")
    xs, grown, after = (Var("L", REALS) for _ in range(3))
    body = [Stage(xs, op("list", x, x)),
            Loop([Carried(grown, xs, after)], [Stage(after, op("append", grown, item))],
                 target=item, iterable=xs)]
    made = procedure([x], body, grown)
    assert function_of(made)(1.0) == run(made, 1.0) == [1.0] * 4


def test_rows_of_a_matrix_are_copied_before_they_are_updated():
    rows, row, new = Var("A", ListOf(REALS)), Var("row", REALS), Var("row", REALS)
    body = [Stage(row, op("getitem", rows, 0)), Stage(new, op("setitem", row, 0, 9.0))]
    made = procedure([rows], body, op("tuple", rows, new))
    given = [[1.0, 2.0]]
    assert function_of(made)(given) == ([[1.0, 2.0]], [9.0, 2.0]) and given == [[1.0, 2.0]]


def test_targets_of_enumerate_and_zip_are_taken_apart():
    xs, item, i, x = Var("xs", REALS), Var("item", OBJECT), Var("i", INTEGER), Var("x")
    s, after = Var("s"), Var("s")
    body = [Loop([Carried(s, Const(0.0), after)], [
        Stage(i, op("getitem", item, 0)), Stage(x, op("getitem", item, 1)),
        Stage(after, op("add", s, op("mul", i, x)))], target=item, iterable=op("enumerate", xs))]
    made = procedure([xs], body, s)
    assert text_of(made).splitlines() == [
        "s = 0.0", "for i, x in enumerate(xs):", "    s += i * x", "return s"]


def test_a_flag_is_set_only_where_the_loop_is_left():
    x, s, after, flag = Var("x"), Var("s"), Var("s"), Var("found", BOOLEAN)
    done = Var("done", BOOLEAN, temporary=True)
    body = [Stage(after, op("mul", s, 2.0)),
            Branch(op("gt", after, 9), [], [], [Merge(done, Const(True), Const(False))])]
    loop = Loop([Carried(s, x, after), Carried(flag, Const(False), done)], body,
                iterable=op("range", 5), leave=done)
    made = procedure([x], [loop], op("tuple", s, flag))
    assert text_of(made).splitlines() == [
        "s = x", "found = False", "for _ in range(5):", "    s *= 2.0", "    if s > 9:",
        "        found = True", "        break", "return s, found"]
    assert [function_of(made)(v) for v in (1.0, 0.1)] == [(16.0, True), (3.2, False)]


def test_arms_return_what_the_user_did_not_name():
    x, n = Var("x"), Var("n", INTEGER)
    a, r = Var("t", REAL, temporary=True), Var("t", REAL, temporary=True)
    branch = Branch(op("eq", n, 0), [], [Stage(a, op("mul", x, x))], [Merge(r, Const(1.0), a)])
    assert text_of(procedure([x, n], [branch], r)).splitlines() == [
        "if n == 0:", "    return 1.0", "return x * x"]


def test_a_call_is_written_where_its_result_is_read():
    x, t = Var("x"), Var("t", REAL, temporary=True)
    d, after, arg = Var("d"), Var("d"), Var("t")
    callee = Procedure("half", [Param("t", arg)], [], op("truediv", arg, 2))
    body = [Stage(d, op("neg", x)), Call((t,), "half", (x,)), Stage(after, op("add", d, t))]
    made = procedure([x], body, after)
    made.callees["half"] = callee
    assert text_of(made).splitlines() == ["d = -x", "d += half(x)", "return d"]


def test_the_next_value_comes_after_what_reads_the_present_one():
    x, n = Var("x"), Var("n", INTEGER)
    d, d_next, s, s_next = Var("d"), Var("d"), Var("s"), Var("s")
    loop = Loop([Carried(d, Const(1.0), d_next), Carried(s, Const(0.0), s_next)],
                [Stage(d_next, op("truediv", d, x)), Stage(s_next, op("add", s, d))],
                iterable=op("range", n))
    made = procedure([x, n], [loop], op("tuple", d, s))
    assert text_of(made).splitlines()[2:] == [
        "for _ in range(n):", "    s += d", "    d /= x", "return d, s"]
    assert function_of(made)(2.0, 3) == run(made, 2.0, 3)


def test_an_update_may_read_the_version_it_replaces():
    x, xs, new = Var("x"), Var("L", REALS), Var("L", REALS)
    body = [Stage(xs, op("list", x, 2.0)),
            Stage(new, op("setitem", xs, 0, op("mul", op("getitem", xs, 1), 3)))]
    made = procedure([x], body, new)
    assert text_of(made).splitlines() == ["L = [x, 2.0]", "L[0] = L[1] * 3", "return L"]


def list_of_rounds(append):
    """A list made anew in each round of a loop; the one of the round before is still read."""
    x, i, j = Var("x"), Var("i", INTEGER), Var("j", INTEGER)
    first, last, new, grown, after = (Var(n, REALS) for n in ("alpha", "alpha", "L", "L", "L"))
    inner = Loop([Carried(grown, new, after)],
                 [Stage(after, op("append", grown, op("getitem", last, j)))],
                 target=j, iterable=op("range", 2))
    outer = Loop([Carried(last, first, grown)], [Stage(new, op("list")), inner],
                 target=i, iterable=op("range", 3))
    if not append:
        outer.carried[0].next = after_all = Var("alpha", REALS)
        outer.body.append(Stage(after_all, op("append", last, op("getitem", grown, 0))))
    return procedure([x], [Stage(first, op("list", x, 2.0)), outer], last)


def test_a_list_made_in_the_round_is_changed_in_place():
    made = list_of_rounds(append=True)
    assert "L.append(alpha[j])" in text_of(made)
    assert function_of(made)(1.0) == run(made, 1.0)


def test_a_list_that_was_put_elsewhere_is_not_changed():
    x, inner, outer, new = Var("x"), Var("L", REALS), Var("A", ListOf(REALS)), Var("L", REALS)
    body = [Stage(inner, op("list", x)), Stage(outer, op("list", inner)),
            Stage(new, op("append", inner, 2.0))]
    made = procedure([x], body, op("tuple", outer, new))
    assert function_of(made)(1.0) == ([[1.0]], [1.0, 2.0])
    made = list_of_rounds(append=False)
    assert function_of(made)(1.0) == run(made, 1.0)


def test_a_list_kept_in_an_earlier_round_is_not_changed():
    from symdiff.stages import STACK, Pop, Push

    x, first, xs, after = Var("x"), Var("L", REALS), Var("L", REALS), Var("L", REALS)
    kept, back = Var("L_kept", STACK), Var("M", REALS)
    body = [Stage(kept, op("stack")), Stage(first, op("list", x)),
            Loop([Carried(xs, first, after)],
                 [Stage(after, op("append", xs, 1.0)), Push(kept, after)], iterable=op("range", 3)),
            Pop(Var("M", REALS), kept), Pop(back, kept)]
    made = procedure([x], body, op("tuple", op("len", back), op("len", xs)))
    assert function_of(made)(0.0) == run(made, 0.0) == (3, 4)


def test_what_is_handed_on_without_a_value_is_none_first():
    x, n, v, after, w, test = Var("x"), Var("n"), Var("v"), Var("v"), Var("w"), Var("test")
    loop = Loop([Carried(v, None, after)], [Stage(after, op("mul", x, 2.0))],
                iterable=op("range", n))
    first = Branch(op("ge", n, 0), [], [Stage(test, op("neg", x))], [Merge(w, v, test)])
    z = Var("z")
    body = [loop, first, Branch(op("gt", n, 1), [], [], [Merge(z, w, x)])]
    f = function_of(Procedure("f", [Param("x", x), Param("n", n)], body, z))
    assert [f(1.5, n) for n in (0, 1, 2)] == [1.5, 1.5, 3.0]
