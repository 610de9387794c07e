"""Primals built by hand, as the reader would build them."""

from __future__ import annotations

from symdiff.stages import (
    INTEGER,
    REAL,
    Apply,
    Branch,
    Carried,
    Const,
    Helper,
    ListOf,
    Loop,
    Merge,
    Param,
    Procedure,
    Stage,
    Var,
    verify,
)


def apply(op, *args):
    return Apply(op, tuple(Const(a) if isinstance(a, (int, float)) else a for a in args))


def procedure(name, params, body, result, **more):
    return verify(Procedure(name, [Param(p.base, p) for p in params], body, result, **more))


def sigmoid():
    t, out = Var("t"), Var("out")
    partial = apply("mul", apply("sub", 1, out), out)
    text = "def sigmoid(t):\n    return 1.0 / (1.0 + math.exp(-t))\n"
    return Helper("sigmoid", text, (t,), out, (partial,))


def notes():
    x, y = Var("x"), Var("y")
    sigma_y, g, sigma_x = Var("sigma_y"), Var("g"), Var("sigma_x")
    p, s, h, k, f = (Var(name) for name in "pshkf")
    body = [
        Stage(sigma_y, apply("helper:sigmoid", y)),
        Stage(g, apply("add", x, sigma_y)),
        Stage(sigma_x, apply("helper:sigmoid", x)),
        Stage(p, apply("add", x, y)),
        Stage(s, apply("pow", p, 2)),
        Stage(h, apply("add", sigma_x, s)),
        Stage(k, apply("truediv", 1, h)),
        Stage(f, apply("mul", g, k)),
    ]
    return procedure("f", [x, y], body, f, helpers={"sigmoid": sigmoid()})


def kepler():
    m, e = Var("M"), Var("e")
    start, step, after, last = Var("E"), Var("step"), Var("E"), Var("step")
    top, bottom, t = (Var("t", temporary=True) for _ in range(3))
    body = [
        Stage(t, apply("math.sin", start)),
        Stage(top, apply("sub", start, t)),
        Stage(bottom, apply("mul", e, t)),
        Stage(last, apply("truediv", top, bottom)),
        Stage(after, apply("sub", start, last)),
    ]
    test = apply("gt", apply("abs", step), 1e-12)
    carried = [Carried(start, m, after), Carried(step, Const(1.0), last)]
    return procedure("kepler", [m, e], [Loop(carried, body, test=test)], start)


def logistic_map():
    r, x, n = Var("r"), Var("x"), Var("n", INTEGER)
    now, after = Var("x"), Var("x")
    t, u = Var("t", temporary=True), Var("t", temporary=True)
    body = [
        Stage(t, apply("mul", r, now)),
        Stage(u, apply("sub", 1, now)),
        Stage(after, apply("mul", t, u)),
    ]
    loop = Loop([Carried(now, x, after)], body, iterable=apply("range", n))
    return procedure("logistic_map", [r, x, n], [loop], now)


def branches():
    x, y = Var("x"), Var("y")
    first, second, third, inner, z = (Var("z") for _ in range(5))
    out = Var("t", temporary=True)
    nested = Branch(apply("gt", y, 1), [Stage(second, apply("math.sin", x))],
                    [Stage(third, apply("sub", x, y))], [Merge(inner, second, third)])
    outer = Branch(apply("gt", x, 1), [Stage(first, apply("mul", x, y))], [nested],
                   [Merge(z, first, inner)])
    return procedure("branches", [x, y], [outer, Stage(out, apply("mul", z, x))], out)


def swaps():
    a, b, n = Var("a"), Var("b"), Var("n", INTEGER)
    now_a, now_b, t = Var("a"), Var("b"), Var("t", temporary=True)
    loop = Loop([Carried(now_a, a, now_b), Carried(now_b, b, t)],
                [Stage(t, apply("mul", now_a, now_b))], iterable=apply("range", n))
    out = Var("t", temporary=True)
    return procedure("swaps", [a, b, n], [loop, Stage(out, apply("sub", now_a, now_b))], out)


def two_results():
    r, theta = Var("r"), Var("theta")
    c, s = Var("t", temporary=True), Var("t", temporary=True)
    body = [Stage(c, apply("mul", r, theta)), Stage(s, apply("truediv", r, theta))]
    return procedure("two_results", [r, theta], body, Apply("tuple", (c, s)))


def growing_list():
    x, n = Var("x"), Var("n", INTEGER)
    reals = ListOf(REAL)
    items, grown, last = Var("L", reals), Var("L", reals), Var("L", reals)
    v, w, empty = Var("v"), Var("w"), Var("L", reals)
    body = [
        Stage(empty, Apply("list")),
        Loop([Carried(items, empty, grown)],
             [Stage(v, apply("mul", x, x)), Stage(grown, apply("append", items, v))],
             iterable=apply("range", n)),
        Stage(last, apply("setitem", items, 0, x)),
        Stage(w, apply("getitem", last, 1)),
    ]
    return procedure("growing_list", [x, n], body, w)
