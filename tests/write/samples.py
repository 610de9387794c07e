"""Procedures built by hand, as the derivative passes build them."""

from __future__ import annotations

from support import op
from symdiff.stages import (
    INTEGER,
    STACK,
    Carried,
    Const,
    Helper,
    ListOf,
    Loop,
    Param,
    Pop,
    Procedure,
    Push,
    Remark,
    Stage,
    Var,
)

REALS = ListOf(Var("item").kind)


def notes_gradient() -> Procedure:
    """The gradient of f(x, y) = (x + σ(y)) / (σ(x) + (x + y)²), stage by stage."""
    x, y = Var("x"), Var("y")
    sigma_y, g, sigma_x, p = map(Var, ("sigma_y", "g", "sigma_x", "p"))
    s, h, k, f = map(Var, "shkf")
    dg, dk, dh, dsigma_x, ds, dp = map(Var, ("dg", "dk", "dh", "dsigma_x", "ds", "dp"))
    dx, dx_1, dx_2, dy, dy_1, dsigma_y = map(Var, ("dx", "dx", "dx", "dy", "dy", "dsigma_y"))
    sigmoid = Helper(
        "sigmoid", "def sigmoid(t):\n    return 1.0 / (1.0 + math.exp(-t))\n", (), Var("out"), ()
    )

    def slope(d: Var, sigma: Var) -> object:
        return op("mul", op("mul", d, op("sub", 1, sigma)), sigma)

    body = [
        Remark("forward"),
        Stage(sigma_y, op("helper:sigmoid", y), number=1),
        Stage(g, op("add", x, sigma_y), number=2),
        Stage(sigma_x, op("helper:sigmoid", x), number=3, is_fork=True),
        Stage(p, op("add", x, y), number=4, is_fork=True),
        Stage(s, op("pow", p, 2), number=5),
        Stage(h, op("add", sigma_x, s), number=6),
        Stage(k, op("truediv", 1.0, h), number=7),
        Stage(f, op("mul", g, k), number=8),
        Remark("backward"),
        Stage(dg, k, number=8),
        Stage(dk, g, number=8),
        Stage(dh, op("mul", op("mul", op("neg", dk), k), k), number=7),
        Stage(dsigma_x, dh, number=6),
        Stage(ds, dh, number=6),
        Stage(dp, op("mul", op("mul", 2, ds), p), number=5),
        Stage(dx, dp, number=4, is_fork=True),
        Stage(dy, dp, number=4, is_fork=True),
        Stage(dx_1, op("add", dx, slope(dsigma_x, sigma_x)), number=3, is_fork=True),
        Stage(dx_2, op("add", dx_1, dg), number=2, is_fork=True),
        Stage(dsigma_y, dg, number=2),
        Stage(dy_1, op("add", dy, slope(dsigma_y, sigma_y)), number=1, is_fork=True),
    ]
    return Procedure(
        "f_grad", [Param("x", x), Param("y", y)], body, op("tuple", f, op("tuple", dx_2, dy_1)),
        doc="Value of f and its gradient with respect to (x, y).", helpers={"sigmoid": sigmoid},
    )


def kepler_gradient() -> Procedure:
    """The gradient of Kepler's equation solved by Newton's method: a loop, a stack, a loop back."""
    m, e = Var("M"), Var("e")
    e_0, step_0, big_e, step, e_next, step_next = map(Var, ("E", "step", "E", "step", "E", "step"))
    kept = Var("E_kept", STACK)
    d_e, d_m, d_ecc, e_back, d_step = map(Var, ("dE", "dM", "de", "E", "dstep"))
    d_e_next, d_m_next, d_ecc_next = map(Var, ("dE", "dM", "de"))
    r, q = Var("r"), Var("q")

    def residual(at: Var) -> object:
        return op("sub", op("sub", at, op("mul", e, op("math.sin", at))), m)

    def slope(at: Var) -> object:
        return op("sub", 1, op("mul", e, op("math.cos", at)))

    d_q = Var("dq")
    forward = [
        Push(kept, big_e),
        Stage(step_next, op("truediv", residual(big_e), slope(big_e))),
        Stage(e_next, op("sub", big_e, step_next)),
    ]
    backward = [
        Pop(e_back, kept),
        Stage(r, residual(e_back)),
        Stage(q, slope(e_back)),
        Stage(d_step, op("truediv", op("neg", d_e), q)),
        Stage(d_q, op("truediv", op("mul", op("neg", d_step), r), q)),
        Stage(d_m_next, op("sub", d_m, d_step)),
        Stage(d_ecc_next, op("sub", op("sub", d_ecc, op("mul", d_step, op("math.sin", e_back))),
                             op("mul", d_q, op("math.cos", e_back)))),
        Stage(d_e_next, op("add", op("add", d_e, op("mul", d_step, q)),
                           op("mul", op("mul", d_q, e), op("math.sin", e_back)))),
    ]
    body = [
        Stage(e_0, m),
        Stage(step_0, Const(1.0)),
        Stage(kept, op("stack")),
        Loop([Carried(big_e, e_0, e_next), Carried(step, step_0, step_next)], forward,
             test=op("gt", op("abs", step), 1e-12)),
        Remark("backward"),
        Loop([Carried(d_e, Const(1.0), d_e_next), Carried(d_m, Const(0.0), d_m_next),
              Carried(d_ecc, Const(0.0), d_ecc_next)], backward, test=op("nonempty", kept)),
    ]
    return Procedure("kepler_grad", [Param("M", m), Param("e", e)], body,
                     op("tuple", big_e, op("tuple", d_m, d_ecc)))


def swaps() -> Procedure:
    """`a, b = b, sqrt(a * b)`, again and again."""
    a, b, n = Var("a"), Var("b"), Var("n", INTEGER)
    a_in, b_in, b_next = Var("a"), Var("b"), Var("b")
    body = [Loop([Carried(a_in, a, b_in), Carried(b_in, b, b_next)],
                 [Stage(b_next, op("math.sqrt", op("mul", a_in, b_in)))], iterable=op("range", n))]
    return Procedure("swaps", [Param("a", a), Param("b", b), Param("n", n)], body,
                     op("sub", a_in, b_in))
