"""The table of forward and backward stages."""

from __future__ import annotations

import pytest

import symdiff
from show import procedures
from symdiff.show import Stages
from symdiff.stages import INTEGER

NOTES = """\
        forward                 backward
 1      σ_y = σ(y)       8 (*)  dy ← dy + dσ_y·(1-σ_y)·σ_y
 2      g   = x + σ_y    7 (*)  dx ← dx + dg ;  dσ_y = dg
 3 (*)  σ_x = σ(x)       6 (*)  dx ← dx + dσ_x·(1-σ_x)·σ_x
 4 (*)  p   = x + y      5 (*)  dx = dp ;  dy = dp
 5      s   = p²         4      dp = ds·2p
 6      h   = σ_x + s    3      dσ_x = dh ;  ds = dh
 7      k   = 1/h        2      dh = -dk·k·k
 8      f   = g·k        1      dg = k ;  dk = g"""

KEPLER = """\
        forward                         backward
        E    = M                        dM = dE
        step = 1
        while |step| > 1e-12:           for each round, the last one first:
 1          t    = sin(E)        5 (*)      dE ← dE + dt·cos(E)
 2 (*)      t₁   = E - t         4 (*)      dE ← dE + dt₁ ;  dt ← dt - dt₁
 3 (*)      t₂   = e·t           3 (*)      de ← de + dt₂·t ;  dt = dt₂·e
 4          step = t₁/t₂         2          dt₁ = dstep/t₂ ;  dt₂ = -dstep·step/t₂
 5 (*)      E    = E - step      1 (*)      dstep = -dE
        return E                        dE = 1"""

BRANCHES = """\
        forward                  backward
        if x > 1:                if x > 1:
 1          z = x·y       4 (*)      dx ← dx + dz·y ;  dy = dz·x
        elif y > 1:              elif y > 1:
 2 (*)      z = sin(x)    3 (*)      dx ← dx + dz·cos(x)
        else:                    else:
 3 (*)      z = x - y     2 (*)      dx ← dx + dz ;  dy = -dz
 4 (*)  t = z·x           1 (*)  dz = x ;  dx = z"""

SWAPS = """\
        forward                      backward
        for _ in range(n):           for each round, the last one first:
 1          t    = a·b        2 (*)      da = dt·b ;  db ← db + dt·a
            a, b = b, t                  db, dt = da, db
 2 (*)  t₁ = a - b            1 (*)  da = 1 ;  db = -1"""

LIST = """\
        forward                      backward
        L = []
        for _ in range(n):           for each round, the last one first:
 1          v = x·x           4 (*)      dx ← dx + dv·2x
 2          L.append(v)       3 (*)      dv = dL[-1] ;  dL = dL[:-1]
 3 (*)  L[0] = x              2 (*)  dx = dL[0] ;  dL[0] = 0
 4      w    = L[1]           1 (*)  dL[1] ← dL[1] + 1"""


def table(procedure):
    return Stages(procedure, [p.var for p in procedure.params if p.var.kind is not INTEGER])


@pytest.mark.parametrize(
    "made, expected",
    [
        (procedures.notes, NOTES),
        (procedures.kepler, KEPLER),
        (procedures.branches, BRANCHES),
        (procedures.swaps, SWAPS),
        (procedures.growing_list, LIST),
    ],
    ids=lambda case: getattr(case, "__name__", ""),
)
def test_the_table_reads_like_hand_written_notes(made, expected, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    assert str(table(made())) == expected


def test_stages_are_a_sequence_with_forks():
    stages = table(procedures.notes())
    names = ["sigma_y", "g", "sigma_x", "p", "s", "h", "k", "f"]
    assert [s.target for s in stages] == names and len(stages) == 8
    assert [s.number for s in stages] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [s.number for s in stages if s.is_fork] == [3, 4]
    assert stages[4].text == "s = p²" and stages[4].depth == 0


def test_backward_steps_count_from_the_last_stage():
    steps = table(procedures.notes()).backward
    assert [s.stage.number for s in steps] == [8, 7, 6, 5, 4, 3, 2, 1]
    assert [s.number for s in steps] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [s.number for s in steps if s.is_fork] == [5, 6, 7, 8]
    assert str(steps).splitlines()[0] == "1      dg = k ;  dk = g"


def test_only_what_depends_on_the_inputs_is_a_stage():
    notes = procedures.notes()
    stages = Stages(notes, [notes.params[1].var])
    assert [s.target for s in stages] == ["sigma_y", "g", "p", "s", "h", "k", "f"]
    assert "σ_x = σ(x)" in str(stages) and "dx" not in str(stages)


def test_several_results_have_adjoints_from_outside():
    assert "return (t, t₁)           dt, dt₁ given" in str(table(procedures.two_results()))


def test_an_adjoint_never_goes_by_the_name_of_a_variable_of_the_users():
    from symdiff.stages import Stage, Var

    x, dx, out = Var("x"), Var("dx"), Var("f")
    product = Stage(out, procedures.apply("mul", x, dx))
    text = str(table(procedures.procedure("f", [x, dx], [product], out)))
    assert "∂x = dx ;  ∂dx = x" in text


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_the_table_fits_the_terminal(columns, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(columns))
    for made in (procedures.notes, procedures.kepler, procedures.growing_list):
        text = str(table(made()))
        assert max(map(len, text.splitlines())) <= columns
        assert "backward" in text


CALLS = """\
        forward                              backward
        r = root(a, 3)                       da ← da + dr·(∂r/∂a)
            root(a, n):                          root(a, n):
                x = a                                da ← da + dx
                for _ in range(n):                   for each round, the last one first:
                    t = a/x             (*)              da ← da + dt/x ;  dx ← dx - dt·t/x
   (*)              x = x + t           (*)              dt = dx
                return x                             dx given
        s = root(r, 2)                       dr = ds·(∂s/∂r)
 1      t = s·a                       1 (*)  ds = a ;  da = s"""


def root(a: float, n: int):
    x = a
    for _ in range(n):
        x = x + a / x
    return x


def test_the_lines_of_what_is_called_stand_below_the_first_call(monkeypatch):
    def f(a: float):
        r = root(a, 3)
        s = root(r, 2)
        return s * a

    monkeypatch.setenv("COLUMNS", "100")
    assert str(symdiff.stages(f)) == CALLS


def test_recursive_calls_are_a_line():
    def power(x: float, n: int):
        return 1.0 if n == 0 else x * power(x, n - 1)

    assert "return" in str(symdiff.stages(power))
