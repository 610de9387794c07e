"""Arrays: what is updated in place, and where a copy is made."""

from __future__ import annotations

import numpy as np

import symdiff
from support import function_of, op, run, text_of
from symdiff.stages import (
    INTEGER,
    REAL,
    STACK,
    Apply,
    ArrayOf,
    Carried,
    Const,
    Extent,
    ListOf,
    Loop,
    Param,
    Place,
    Pop,
    Procedure,
    Push,
    Remark,
    Size,
    Stage,
    TupleOf,
    Var,
)
from symdiff.write import write

N = Extent(((Size("n"), 1),))
VECTOR, MATRIX = ArrayOf(REAL, (N,)), ArrayOf(REAL, (N, N))
INNER = ArrayOf(REAL, (Extent(((Size("n"), 1),), -2),))
OWN = Place("f.py", 1)
WHOLE = Const(Ellipsis)


def part(lower, upper):
    return op("slice", Const(lower), Const(upper), Const(None))


def vector(*names):
    return [Var(n, VECTOR) for n in names]


def procedure(params, body, result):
    return Procedure("f", [Param(v.base, v) for v in params], body, result)


def lines(made):
    return text_of(made).splitlines()


def test_a_part_is_kept_as_a_copy_and_put_back():
    u, first, held, after, back, restored = vector(*"uuuuuu")
    kept, taken, n = Var("u_kept", STACK), Var("t", INNER, True), Var("n", INTEGER)
    rounds = op("range", n)
    forward = [
        Push(kept, op("getitem", held, part(1, -1))),
        Stage(after, op("add_at", held, part(1, -1), op("getitem", held, part(2, None)))),
    ]
    backward = [Pop(taken, kept), Stage(restored, op("setitem", back, part(1, -1), taken))]
    made = procedure(
        [u, n],
        [
            Stage(first, op("copy", u)),
            Stage(kept, op("stack")),
            Loop([Carried(held, first, after)], forward, iterable=rounds),
            Loop([Carried(back, held, restored)], backward, iterable=rounds),
        ],
        back,
    )
    assert lines(made) == [
        "u = u.copy()",
        "u_kept = []",
        "for _ in range(n):",
        "    u_kept.append(u[1:-1].copy())",
        "    u[1:-1] += u[2:]",
        "for _ in range(n):",
        "    u[1:-1] = u_kept.pop()",
        "return u",
    ]
    given = np.arange(5.0)
    assert np.array_equal(function_of(made)(given, 3), run(made, given, 3))
    assert np.array_equal(given, np.arange(5.0))


def test_a_view_that_is_read_later_is_copied():
    u, row, after = vector("u", "row", "A")
    a, new = Var("A", MATRIX), Var("A", MATRIX)
    made = procedure(
        [u],
        [
            Stage(a, op("mul", op("getitem", u, op("tuple", part(None, None), Const(None))), u)),
            Stage(row, op("getitem", a, 1)),
            Stage(new, op("setitem", a, 1, 0.0)),
        ],
        op("tuple", new, row),
    )
    assert lines(made) == ["A = u[:, None] * u", "row = A[1].copy()", "A[1] = 0.0", "return A, row"]


def test_a_parameter_is_copied_once_where_it_is_updated():
    u, one, two = vector("u", "u", "u")
    made = procedure(
        [u],
        [Stage(one, op("setitem", u, 0, 1.0)), Stage(two, op("sub_at", one, part(1, None), 2.0))],
        two,
    )
    assert lines(made) == ["u = u.copy()", "u[0] = 1.0", "u[1:] -= 2.0", "return u"]


def test_the_copy_is_made_before_a_loop():
    u, v, held, after = vector("u", "v", "w", "w")
    i = Var("i", INTEGER)
    loop = Loop(
        [Carried(held, v, after)],
        [Stage(after, op("mul_at", held, i, 2.0))],
        target=i,
        iterable=op("range", 3),
    )
    made = procedure([u], [Stage(v, op("add", u, 1.0)), loop], op("tuple", v, held))
    assert lines(made) == [
        "v = u + 1.0",
        "w = v.copy()",
        "for i in range(3):",
        "    w[i] *= 2.0",
        "return v, w",
    ]


def test_sums_of_adjoints_are_in_place_where_nobody_else_has_the_array():
    u, one, two, other = vector("u", "du", "du", "dv")
    made = procedure([u], [Stage(one, op("mul", 2, u)), Stage(two, op("add", one, u))], two)
    assert lines(made) == ["du = 2 * u", "du += u", "return du"]
    made = procedure(
        [u],
        [Stage(one, op("mul", 2, u)), Stage(other, one), Stage(two, op("add", one, u))],
        op("tuple", two, other),
    )
    assert lines(made) == ["du = 2 * u", "dv = du", "du = du + u", "return du, dv"]


def test_sums_that_may_be_wider_are_not_in_place():
    u, one = vector("u", "du")
    s = Var("s", ArrayOf(REAL, (None,)))
    two = Var("du", ArrayOf(REAL, (None,)))
    made = procedure([u, s], [Stage(one, op("mul", 2, u)), Stage(two, op("add", one, s))], two)
    assert lines(made)[1] == "du = du + s"


def test_adjoints_that_are_returned_share_nothing():
    u, v, du, dv, dw = vector("u", "v", "du", "dv", "dw")
    body = [Remark("backward"), Stage(du, v), Stage(dv, op("neg", u)), Stage(dw, dv)]
    made = procedure([u, v], body, op("tuple", u, op("tuple", du, dv, dw)))
    assert lines(made) == [
        "# backward",
        "du = v.copy()",
        "dv = -u",
        "dw = dv.copy()",
        "return u, (du, dv, dw)",
    ]


def test_rows_of_a_list_are_its_own():
    u, row, new = vector("u", "row", "row")
    items, grown = Var("L", ListOf(VECTOR)), Var("L", ListOf(VECTOR))
    carried = Var("L", ListOf(VECTOR))
    body = [
        Stage(row, Apply("zeros_like", (u,))),
        Stage(new, op("setitem", row, 0, 1.0)),
        Stage(grown, op("append", carried, new)),
    ]
    made = procedure(
        [u],
        [
            Stage(items, op("list")),
            Loop([Carried(carried, items, grown)], body, iterable=op("range", 3)),
        ],
        carried,
    )
    assert lines(made) == [
        "L = []",
        "for _ in range(3):",
        "    row = np.zeros_like(u)",
        "    row[0] = 1.0",
        "    L.append(row)",
        "return L",
    ]


def test_tuples_of_arrays_are_taken_apart():
    a, pair = Var("A", MATRIX), Var("t", TupleOf((VECTOR, MATRIX, VECTOR)), True)
    w, x = vector("w", "x")
    made = procedure(
        [a],
        [
            Stage(pair, op("numpy.linalg.svd", a)),
            Stage(w, op("getitem", pair, 2)),
            Stage(x, op("getitem", pair, 0)),
        ],
        op("matmul", x, w),
    )
    assert lines(made) == ["x, _, w = np.linalg.svd(A)", "return x @ w"]


def test_functions_go_by_their_names_in_a_module():
    u, v = vector("u", "v")
    value = op(
        "numpy.sum",
        op("scipy.special.expit", op("mul", u, float("inf"))),
        op("keyword", Const("axis"), 0),
    )
    made = procedure([u], [Stage(v, value)], v)
    text = write(made).text
    assert text.startswith("import numpy as np\nimport scipy.special\n\n\ndef f(u):")
    assert "v = np.sum(scipy.special.expit(u * np.inf), axis=0)" in text


def test_repeated_indices_add_up():
    u, new = vector("u", "u")
    made = procedure([u], [Stage(new, op("scatter_add", u, op("list", 0, 0), 1.0))], new)
    assert lines(made) == ["u = u.copy()", "np.add.at(u, [0, 0], 1.0)", "return u"]
    assert list(function_of(made)(np.zeros(2))) == [2.0, 0.0]


def taken_one_by_one(x):
    rows = []
    for i in range(3):
        rows.append(x * i)
    total = 0.0
    for _ in range(3):
        row = rows[-1]
        del rows[-1]
        total += np.sum(row * row) * (1 + len(rows))
    return total


def replaced(x):
    rows = [x * 2.0, x * 3.0]
    first = rows[0]
    rows[0] = rows[0] * x
    rows.append(first)
    rows[1] += x
    return np.sum(first * rows[0] * rows[1] * rows[2])


def test_a_list_that_gains_and_loses_arrays_is_not_copied():
    x = np.array([0.5, -1.0, 2.0])
    assert "list(rows)" not in symdiff.source(taken_one_by_one, at=(x,))
    np.testing.assert_allclose(symdiff.grad(taken_one_by_one)(x), 2 * x * (1 * 2 + 4 * 3))
    np.testing.assert_allclose(symdiff.grad(replaced)(x), 2 * 2 * 2 * 4 * 5 * x**4)
