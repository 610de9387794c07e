"""The table of primitives: finding them, what they return, and registering one's own."""

from __future__ import annotations

import math
import operator
import subprocess
import sys

import pytest

from symdiff.rules import (
    by_name,
    case,
    elementwise,
    find,
    kind_of,
    piecewise_constant,
    registry,
    table,
    template,
)
from symdiff.stages import (
    BOOLEAN,
    COMPLEX,
    INTEGER,
    OBJECT,
    REAL,
    TEXT,
    Apply,
    Const,
    ListOf,
    Var,
)

TUPLES = {"frexp", "modf"}  # functions of math with two results
X, N, Z, L = Var("x"), Var("n", INTEGER), Var("z", COMPLEX), Var("l", ListOf(REAL))


@pytest.fixture
def scratch(monkeypatch):
    """A registry that forgets what a test registers."""
    for name in ("_table", "_by_identity", "_by_dotted_name"):
        monkeypatch.setattr(registry, name, dict(getattr(registry, name)))


def functions_of(module):
    return {n: f for n, f in vars(module).items() if callable(f) and not n.startswith("_")}


@pytest.mark.parametrize("name", sorted(functions_of(math).keys() - TUPLES))
def test_every_function_of_math_is_known(name):
    assert find(getattr(math, name)).name == f"math.{name}"


@pytest.mark.parametrize(
    "name, op",
    [
        ("add", "add"), ("iadd", "add"), ("isub", "sub"), ("imul", "mul"), ("itruediv", "truediv"),
        ("ifloordiv", "floordiv"), ("imod", "mod"), ("ipow", "pow"), ("neg", "neg"),
        ("abs", "abs"), ("__pow__", "pow"), ("not_", "not"), ("truth", "bool"), ("le", "le"),
        ("is_not", "is_not"), ("inv", "invert"), ("iand", "and_"), ("pos", "pos"),
    ],
)  # fmt: skip
def test_operators_are_what_the_syntax_is(name, op):
    assert find(getattr(operator, name)).name == op


@pytest.mark.parametrize("function", [abs, max, min, sum, pow, round, int, float, bool, len])
def test_builtins_are_known(function):
    assert function in find(function).functions


@pytest.mark.parametrize("function", [print, math, sorted, [], 1.0, None, str.upper])
def test_other_objects_are_not_primitives(function):
    assert find(function) is None


def test_names_lead_back_to_primitives():
    assert all(by_name(p.name) is p for p in table())
    assert by_name("no such thing") is None


@pytest.mark.parametrize(
    "op, args, kind",
    [
        ("add", (N, Const(3)), INTEGER), ("add", (N, Const(3.0)), REAL), ("add", (X, Z), COMPLEX),
        ("add", (Const("a"), Const("b")), TEXT), ("mod", (Const("%s"), X), TEXT),
        ("add", (Const(True), Const(True)), INTEGER), ("truediv", (N, N), REAL),
        ("floordiv", (N, N), INTEGER), ("floordiv", (X, N), REAL), ("pow", (N, Const(2)), INTEGER),
        ("pow", (X, N), REAL), ("lt", (X, N), BOOLEAN),
        ("and_", (Const(True), Const(False)), BOOLEAN),
        ("math.floor", (X,), INTEGER), ("math.sin", (N,), REAL), ("round", (X,), INTEGER),
        ("round", (X, Const(2)), REAL), ("round", (N, Const(2)), INTEGER), ("abs", (N,), INTEGER),
        ("abs", (Z,), REAL), ("max", (N, Const(2)), INTEGER), ("max", (N, X), REAL),
        ("max", (L,), REAL), ("sum", (L,), REAL), ("sum", (Apply("tuple", (N, N)),), INTEGER),
        ("sum", (Apply("tuple", (N, N)), X), REAL), ("math.prod", (Apply("list", (N, X)),), REAL),
        ("mul", (X, Var("o", OBJECT)), REAL), ("mul", (N, Var("o", OBJECT)), OBJECT),
        ("add", (L, L), ListOf(REAL)), ("cond", (Const(True), N, X), REAL),
        ("getitem", (L, N), REAL),
        ("neg", (Const(True),), INTEGER), ("not", (X,), BOOLEAN), ("len", (L,), INTEGER),
    ],
)  # fmt: skip
def test_kinds_are_those_of_python(op, args, kind):
    assert kind_of(Apply(op, args)) == kind


def test_a_rule_for_a_function_of_ones_own(scratch):
    def softplus(x):
        return math.log1p(math.exp(x))

    @elementwise(softplus, sympy="lambda x: log(1 + exp(x))")
    def softplus_rule(x, *, out):
        return 1.0 / (1 + math.exp(-x))

    primitive = find(softplus)
    assert primitive.partials is softplus_rule
    made = template(primitive.name, (X,))
    (x,) = made.params
    assert made.partials == (
        Apply(
            "truediv",
            (Const(1.0), Apply("add", (Const(1), Apply("math.exp", (Apply("neg", (x,)),))))),
        ),
    )


def test_a_function_has_one_rule(scratch):
    with pytest.raises(ValueError, match="math.sin has a rule already"):

        @elementwise(math.sin)
        def again(x, *, out):
            return 1.0

    with pytest.raises(ValueError, match="has a rule already"):
        piecewise_constant(math.cos, op="other")


def test_a_case_needs_its_primitive(scratch):
    with pytest.raises(LookupError, match="not a primitive"):

        @case(print)
        def rule(x, *, out):
            return 1.0


def test_a_case_takes_effect_at_once(scratch):
    assert template("math.sin", (Const(0.0),)).partials == (None,)

    @case(math.cos)
    def two_arguments(x, y, *, out):
        return 0.0, 2.0

    assert by_name("math.cos").arity == (1, 2)
    assert template("math.cos", (X, X)).partials == (None, Const(2.0))


def test_functions_that_this_python_lacks_may_be_named(scratch, monkeypatch):
    @elementwise("math.from_the_future", "no_such_module.f")
    def rule(x, *, out):
        return 1.0

    assert by_name("math.from_the_future").functions
    assert find(print) is None
    registry._by_dotted_name["math.from_the_future"] = "math.from_the_future"
    monkeypatch.setattr(math, "from_the_future", lambda x: x, raising=False)
    assert find(math.from_the_future).name == "math.from_the_future"


def test_sympy_applies_the_primitive():
    import sympy

    x = sympy.Symbol("x")
    assert find(math.expm1).symbolic(x) == sympy.exp(x) - 1
    with pytest.raises(LookupError, match="math.ulp"):
        find(math.ulp).symbolic(x)


def test_importing_the_rules_imports_neither_sympy_nor_numpy():
    code = (
        "import sys, symdiff.rules as r; r.find(print); "
        "assert not {'sympy', 'numpy', 'astor', 'mpmath'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
