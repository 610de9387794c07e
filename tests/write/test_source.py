"""Whole modules."""

from __future__ import annotations

import ast
import datetime
import math
import runpy

import symdiff
from support import op
from symdiff.stages import Call, Const, Global, GlobalValue, Helper, Param, Procedure, Stage, Var
from symdiff.write import write
from write import samples

X, Y = Var("x"), Var("y")


def procedure(value, **kwargs):
    return Procedure("f", [Param("x", X)], [Stage(Var("t"), value)], X, **kwargs)


def test_a_module_is_complete():
    half = GlobalValue("0.5")
    alias = GlobalValue("import math as m")
    helper = Helper("norm", "def norm(z):\n    return HALF * math.erf(z)\n", (), Var("out"), (),
                    globals={"HALF": half})
    inner = Procedure("inner", [Param("t", t := Var("t"))], [], op("neg", t))
    made = Procedure(
        "f", [Param("x", X)],
        [Stage(a := Var("a"), op("helper:norm", X)),
         Stage(b := Var("b"), op("mul", a, Global("m.e"))), Call((Y,), "inner", (b,))],
        op("add", Y, Global("K")), doc="What f is.",
        globals={"m": alias, "K": GlobalValue("(1, 2)[0]")}, helpers={"norm": helper},
        callees={"inner": inner})
    assert write(made, header="made from f.py").text == '''\
# made from f.py

import math
import math as m

K = (1, 2)[0]
HALF = 0.5


def norm(z):
    return HALF * math.erf(z)


def inner(t):
    return -t


def f(x):
    """What f is."""
    a = norm(x)
    b = a * m.e
    y = inner(b)
    return y + K
'''


def test_nothing_is_imported_that_is_not_used():
    assert write(procedure(op("add", X, 1.0))).text.startswith("def f(x):")


def test_live_code_looks_its_constants_up():
    made = procedure(op("mul", X, Global("K")), globals={"K": GlobalValue("0.5", lambda: 0.5)})
    assert "K = 0.5" in write(made).text
    live = write(made, live=True)
    assert "K = 0.5" not in live.text
    assert [(name, value.read()) for name, value in live.globals.items()] == [("K", 0.5)]


def test_recursive_procedures_are_written_once():
    n = Var("n")
    callee = Procedure("again", [Param("n", n)], [Call((y := Var("y"),), "again", (n,))], y)
    callee.callees["again"] = callee
    made = Procedure("f", [Param("x", X)], [Call((z := Var("z"),), "again", (X,))], z,
                     callees={"again": callee})
    text = write(made).text
    assert text.count("def again(n):") == 1 and text.index("def again") < text.index("def f")


def test_lines_of_the_text_know_their_stage():
    written = write(samples.notes_gradient())
    lines = written.text.splitlines()
    assert {n: lines[at - 1].split()[0] for at, n in reversed(written.lines.items())} == {
        1: "sigma_y", 2: "g", 3: "sigma_x", 4: "p", 5: "s", 6: "h", 7: "k", 8: "f"}


def test_every_way_of_passing_parameters():
    params = [Param("a", Var("a")), Param("b", Var("b"), default=Const(-1.5)),
              Param("rest", Var("rest"), "star"), Param("c", Var("c"), "keyword"),
              Param("d", Var("d"), "keyword", Const(2)), Param("more", Var("more"), "double star")]
    text = write(Procedure("f", params, [], params[0].var)).text
    assert text == "def f(a, b=-1.5, *rest, c, d=2, **more):\n    return a\n"


def test_long_signatures_are_broken():
    params = [Param(f"a_long_parameter_{i}", Var(f"a_long_parameter_{i}")) for i in range(6)]
    params.append(Param("flag", Var("flag"), "keyword", Const(True)))
    text = write(Procedure("f", params, [], params[0].var)).text
    assert max(map(len, text.splitlines())) <= 100
    assert [a.arg for a in ast.parse(text).body[0].args.kwonlyargs] == ["flag"]


def test_docstrings_are_escaped():
    doc = 'It\'s """quoted""" with a \\backslash.'
    text = write(Procedure("f", [Param("x", X)], [], X, doc=doc)).text
    assert ast.get_docstring(ast.parse(text).body[0]) == doc


def test_the_text_is_the_same_every_time():
    assert len({write(samples.kepler_gradient()).text for _ in range(5)}) == 1


START = datetime.datetime(2020, 6, 1)


def test_constants_stand_where_they_are_read_with_what_they_import(tmp_path):
    def drift(x, now):
        zone = datetime.timezone.utc  # noqa: UP017
        return math.sin(x) * (now - START).total_seconds() * len(str(zone))

    now = datetime.datetime(2020, 6, 1, 10, 30)
    text = symdiff.source(drift, argnums="x")
    path = tmp_path / "printed.py"
    path.write_text(text)
    value, slope = runpy.run_path(str(path))["drift_grad"](0.3, now)
    assert (value, slope) == symdiff.value_and_grad(drift, argnums="x")(0.3, now)
    _, pullback = symdiff.vjp(drift, 0.3, now)
    assert pullback(1.0)[0] == slope
