"""What is generated is kept: once for a function's code and the kinds of its arguments."""

from __future__ import annotations

import ast
import functools
import gc
import linecache
import math
import threading

import pytest

import symdiff
from symdiff.errors import NotDifferentiable
from symdiff.generate import Selection, find, finding
from symdiff.stages import Param, Var

FACTOR = 2.0


@pytest.fixture
def generations(monkeypatch):
    """The functions for which something was generated."""
    made = []
    original = finding.derive

    def counted(function, *rest):
        made.append(function)
        return original(function, *rest)

    monkeypatch.setattr(finding, "derive", counted)
    return made


@pytest.mark.parametrize("collects", [True, False])
def test_the_collector_goes_on_as_before(collects):
    (gc.enable if collects else gc.disable)()
    try:
        symdiff.source(lambda x: x * x)
        with pytest.raises(NotDifferentiable):
            symdiff.grad(lambda x: None)(1.0)
        assert gc.isenabled() is collects
    finally:
        gc.enable()


# --- one generation ------------------------------------------------------------------------------


def test_one_generation_serves_all_calls_of_the_same_kinds(generations):
    def f(x, n):
        return x**n

    gradient = symdiff.grad(f)
    assert [gradient(2.0, 2), gradient(3.0, 2), gradient(3.0, 3)] == [4.0, 6.0, 27.0]
    assert symdiff.grad(f)(4.0, 2) == 8.0
    assert len(generations) == 1
    assert gradient(2.0, 2.0) == 4.0
    assert len(generations) == 2


def test_other_parameters_and_modes_are_generated_apart(generations):
    def f(x, y):
        return x * y

    for _ in range(2):
        assert symdiff.grad(f)(2.0, 3.0) == 3.0
        assert symdiff.grad(f, argnums=1)(2.0, 3.0) == 2.0
        assert symdiff.grad(f, argnums=(0,))(2.0, 3.0) == (3.0,)
        assert symdiff.vjp(f, 2.0, 3.0)[1](1.0) == (3.0, 2.0)
    assert len(generations) == 4


def test_closures_of_one_definition_share_what_is_generated(generations):
    def make(k, g):
        return lambda x: k * g(x)

    functions = [make(float(k), math.sin) for k in range(20)]
    assert [symdiff.grad(f)(0.0) for f in functions] == [float(k) for k in range(20)]
    assert len(generations) == 1
    assert symdiff.grad(make(1.0, math.cos))(0.0) == 0.0
    assert symdiff.grad(make(3.0, math.sin))(0.0) == 3.0
    assert len(generations) == 2


def test_inner_closures_share_what_is_generated(generations):
    def make(k):
        def g(x):
            for _ in range(3):
                x = math.sin(k * x)
            return x

        return lambda x: g(x) * x

    slopes = {symdiff.grad(make(k))(0.7) for k in (1.0, 2.0, 3.0)}
    assert len(slopes) == 3 and len(generations) == 1


def test_lists_of_any_length_share_what_is_generated(generations):
    gradient = symdiff.grad(lambda xs: sum(x * x for x in xs))
    assert gradient([1.0]) == [2.0] and gradient([1.0, 2.0]) == [2.0, 4.0] and gradient([]) == []
    assert len(generations) <= 2


def test_defaults_that_differ_are_generated_apart(generations):
    made = []
    for k in (2.0, 3.0):

        def f(x, k=k):
            return k * x

        made.append(symdiff.grad(f))
    assert [g(1.0) for g in made] == [2.0, 3.0]


# --- guards --------------------------------------------------------------------------------------


def test_a_global_may_change_its_value_without_a_new_generation(generations, monkeypatch):
    gradient = symdiff.grad(lambda x: FACTOR * x)
    for value in (1.0, 5.0, 7.5):
        monkeypatch.setitem(globals(), "FACTOR", value)
        assert gradient(1.0) == value
    assert len(generations) == 1


def test_a_global_that_changes_its_kind_is_read_anew(generations, monkeypatch):
    gradient = symdiff.grad(lambda x: x if FACTOR is None else FACTOR * x)
    assert gradient(1.0) == 2.0
    monkeypatch.setitem(globals(), "FACTOR", None)
    assert gradient(1.0) == 1.0
    monkeypatch.setitem(globals(), "FACTOR", 4.0)
    assert gradient(1.0) == 4.0
    assert len(generations) == 2


def test_a_closure_that_changes_its_kind_is_read_anew():
    def make(k):
        return lambda x: x * (len(k) if isinstance(k, str) else k)

    assert symdiff.grad(make("abc"))(2.0) == 3.0
    assert symdiff.grad(make(2))(2.0) == 2.0
    assert symdiff.grad(make(2.5))(2.0) == 2.5


def test_a_helper_that_is_replaced_is_read_anew(generations):
    helper = lambda t: 2 * t  # noqa: E731

    def f(x):
        return helper(x)

    gradient = symdiff.grad(f)
    assert gradient(1.0) == 2.0
    helper = math.exp
    assert gradient(0.0) == 1.0
    assert len(generations) == 2


def test_a_helper_that_is_rebound_to_another_closure_gives_its_own_value():
    def make(k):
        return lambda t: k * t

    helper = make(2.0)

    def f(x):
        return helper(x)

    gradient = symdiff.grad(f)
    assert gradient(1.0) == 2.0
    helper = make(3.0)
    assert gradient(1.0) == 3.0


def test_a_method_that_is_replaced_is_read_anew():
    class Law:
        def force(self, x):
            return x * x

        def energy(self, x):
            return self.force(x) * x

    gradient = symdiff.grad(Law().energy)
    assert gradient(1.0) == 3.0
    Law.force = lambda self, x: 5 * x
    assert gradient(1.0) == 10.0


def test_attributes_count_as_they_are_at_the_call(generations):
    class Spring:
        def __init__(self, k):
            self.k = k

        def energy(self, x):
            return 0.5 * self.k * x * x

    spring = Spring(2.0)
    gradient = symdiff.grad(spring.energy)
    assert gradient(1.0) == 2.0
    spring.k = 3.0
    assert gradient(1.0) == 3.0
    assert symdiff.grad(Spring(7.0).energy)(1.0) == 7.0
    assert len(generations) == 1


def test_a_partial_is_kept_by_its_own_identity():
    def f(k, x):
        return k * x

    assert [symdiff.grad(functools.partial(f, k))(1.0) for k in (2.0, 3.0)] == [2.0, 3.0]


# --- compiled code -------------------------------------------------------------------------------


def found(function, *args):
    return find(function, Selection(0), "grad", args, {})


def test_the_text_is_known_to_linecache_under_a_readable_name():
    def f(x, y):
        return x * y

    made = found(f, 1.0, 2.0)
    name = made.function.__code__.co_filename
    line = f.__code__.co_firstlineno
    assert name == f"<symdiff f_grad wrt x from test_generate.py:{line}>"
    assert linecache.getlines(name) == made.text.splitlines(keepends=True)
    linecache.checkcache()
    assert linecache.getlines(name) == made.text.splitlines(keepends=True)


def test_texts_that_differ_have_names_that_differ():
    def f(x, n):
        return x * n if isinstance(n, int) else x * x * n

    names = {found(f, 1.0, n).function.__code__.co_filename for n in (2, 2.0)}
    assert len(names) == 2
    assert all(linecache.getlines(name) for name in names)


def test_generated_code_stands_on_its_own():
    def f(x):
        return math.sin(x) * x

    made = found(f, 1.0)
    tree = ast.parse(made.text)
    imported = [a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names]
    assert imported == ["math"]
    names = {}
    exec(made.text, names)
    assert names["f_grad"](1.0) == made.function(1.0)


def test_defaults_are_the_functions_own_objects():
    table = [2.0, 3.0]

    def f(x, rows=table):
        return x * rows[0]

    made = found(f, 1.0)
    assert made.function.__defaults__ == (table,) and made.function.__defaults__[0] is table
    table[0] = 5.0
    assert made.function(1.0)[1] == 5.0


def test_threads_that_ask_at_once_share_one_generation(generations):
    def f(x):
        for _ in range(5):
            x = math.sin(x) * x + 1
        return x

    gradient, barrier, slopes = symdiff.grad(f), threading.Barrier(8), []

    def work():
        barrier.wait()
        slopes.extend(gradient(0.5) for _ in range(50))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(slopes) == 400 and len(set(slopes)) == 1
    assert len(generations) == 1


def test_threads_with_closures_of_one_definition_get_their_own_values():
    def make(k):
        def f(x):
            return k * x * x

        return f

    wrong = []

    def work(k):
        gradient = symdiff.grad(make(k))
        wrong.extend(k for _ in range(200) if gradient(0.5) != k)

    threads = [threading.Thread(target=work, args=(float(k),)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_text_and_running_code_agree():
    def f(x, n=3, *, scale=2.0):
        return scale * x**n

    names = {}
    exec(symdiff.source(f, argnums=0), names)
    assert names["f_grad"](1.5) == symdiff.value_and_grad(f)(1.5)
    assert names["f_grad"](1.5, 2, scale=1.0) == (2.25, 3.0)


# --- selections ----------------------------------------------------------------------------------

PARAMS = [Param("x", Var("x")), Param("y", Var("y")), Param("rest", Var("rest"), "star")]


@pytest.mark.parametrize(
    "argnums, expected",
    [
        (None, None),
        (0, [("x", None)]),
        (-1, [("y", None)]),
        ("y", [("y", None)]),
        ((1, "x"), [("y", None), ("x", None)]),
        (3, [("rest", 1)]),
        ([], []),
    ],
)
def test_parameters_are_named_by_position_or_name(argnums, expected):
    assert Selection(argnums).resolve(PARAMS, "f") == expected


@pytest.mark.parametrize("argnums", [-3, "z", 1.5, {"x"}, (0, None), (True,)])
def test_what_names_no_parameter_is_refused(argnums):
    with pytest.raises(NotDifferentiable):
        Selection(argnums).resolve(PARAMS, "f")


def test_positions_past_the_parameters_need_starred_ones():
    with pytest.raises(NotDifferentiable, match="2 parameters: there is no argument 2"):
        Selection(2).resolve(PARAMS[:2], "f")


def test_one_parameter_gives_one_derivative_and_several_a_tuple():
    assert Selection(0).single and Selection("x").single
    assert not Selection((0,)).single and not Selection(None).single
    assert Selection([0, 1]).key == Selection((0, 1)).key != Selection(0).key
