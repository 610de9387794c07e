"""What names mean: in a running program, and in files that are not run."""

from __future__ import annotations

import functools
import math
from math import cos as cosine  # noqa: F401

import pytest

import symdiff
from symdiff.errors import SymdiffError, UnboundName, UnsupportedSyntax
from symdiff.read.scope import LiveScope, Unit, static_scope, unsure_names, wrap
from symdiff.read.source import node_of, parse
from symdiff.read.static import load
from symdiff.read.values import (
    Bound,
    Builtin,
    Class,
    Derivative,
    Function,
    Global,
    LiveObject,
    Module,
    Partial,
)
from symdiff.stages import INTEGER, REAL, TEXT

RATE = 2.5
COUNT = 3


class Line:
    slope = 2.0

    def at(self, x):
        return self.slope * x


LINE = Line()


def helper(x):
    return x


# --- live ----------------------------------------------------------------------------------------


def live(function):
    return LiveScope(function, node_of(function)[0], lambda root: root)


def test_closures_come_before_globals_and_those_before_builtins():
    RATE, unit = 7.0, Unit()

    def f(x):
        return RATE * x

    assert live(f).lookup("RATE", unit) == Global("RATE", REAL)
    assert unit.globals["RATE"].read(f) == 7.0
    unit = Unit()
    live(helper).lookup("RATE", unit)
    assert unit.globals["RATE"].read(helper) == 2.5
    assert live(helper).lookup("len", unit) == Builtin("builtins.len", len)
    assert live(helper).lookup("nowhere", unit) is None


def test_a_closure_variable_without_a_value_is_no_name():
    def f(x):
        return later * x

    assert live(f).lookup("later", Unit()) is None
    with pytest.raises(UnboundName, match="later"):
        symdiff.grad(f)(1.0)
    later = 1.0


def test_what_live_objects_are_to_the_reader():
    expected = {
        "RATE": Global,
        "COUNT": Global,
        "helper": Function,
        "Line": Class,
        "LINE": LiveObject,
        "math": Module,
        "cosine": Builtin,
        "functools": Module,
    }
    scope = live(helper)
    assert {n: type(scope.lookup(n, Unit())) for n in expected} == expected
    assert scope.lookup("cosine", Unit()).name == "math.cos"
    assert type(wrap(LINE.at, "at", None, Unit())) is Bound
    assert type(wrap(functools.partial(helper, 1.0), "p", None, Unit())) is Partial
    assert type(wrap(symdiff.grad(helper), "g", None, Unit())) is Derivative


def test_two_globals_of_one_name_get_two_names():
    unit = Unit()
    first = unit.constant("k", None, REAL, "one module")
    again = unit.constant("k", None, REAL, "one module")
    other = unit.constant("k", None, REAL, "another")
    assert (first.name, again.name, other.name) == ("k", "k", "k_2")


def test_kinds_of_live_constants_are_those_of_their_values():
    values = {"a": 1.0, "b": 2, "c": "text"}
    kinds = [wrap(v, n, None, Unit()).kind for n, v in values.items()]
    assert kinds == [REAL, INTEGER, TEXT]


def test_the_value_at_the_call_counts(monkeypatch):
    gradient = symdiff.grad(lambda x: RATE * LINE.at(x))
    assert gradient(1.0) == 5.0
    monkeypatch.setitem(globals(), "RATE", 1.0)
    assert gradient(1.0) == 2.0
    monkeypatch.setattr(LINE, "slope", 4.0, raising=False)
    assert gradient(1.0) == 4.0


# --- files that are not run ----------------------------------------------------------------------


@pytest.fixture
def project(tmp_path):
    """Writes files that stop whoever runs them, and loads a function of one."""

    def make(function, files):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{text}\nraise SystemExit('run')\n")
        return load(f"{tmp_path}/{function}")

    return make


def gradient(function, *args):
    names = {}
    text = symdiff.source(function)
    exec(text, names)
    return names[f"{function.__name__}_grad"](*args)[1]


def test_other_files_are_read_and_not_run(project):
    f = project(
        "main.py:f",
        {
            "main.py": "from other import g, K\nimport other as o\n"
            "def f(x):\n    return g(x) * K * o.K\n",
            "other.py": "K = 3.0\ndef g(x):\n    return x * x * K\n",
        },
    )
    assert gradient(f, 1.0) == (54.0,)


def test_packages_are_read_by_relative_imports(project):
    f = project(
        "package/main.py:f",
        {
            "package/main.py": "from . import near\nfrom .near import double\n"
            "from .sub.far import cube\n"
            "from .sub import far\n"
            "def f(x):\n    return double(x) + cube(x) + near.double(x) + far.cube(x)\n",
            "package/__init__.py": "from .near import double\n",
            "package/near.py": "def double(x):\n    return 2 * x\n",
            "package/sub/__init__.py": "",
            "package/sub/far.py": "from ..near import double\n"
            "def cube(x):\n    return double(x) * x * x / 2\n",
        },
    )
    assert gradient(f, 1.0) == (10.0,)


def test_names_that_a_package_hands_on_are_found(project, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    f = project(
        "main.py:f",
        {
            "main.py": "import package\nfrom package import double as d\n"
            "def f(x):\n    return d(x) * package.double(x)\n",
            "package/__init__.py": "from package.near import double\n",
            "package/near.py": "def double(x):\n    return 2 * x\n",
        },
    )
    assert gradient(f, 1.0) == (8.0,)


def test_star_imports_give_names_of_files_and_of_the_standard_library(project):
    f = project(
        "main.py:f",
        {
            "main.py": "from math import *\nfrom other import *\n"
            "def f(x):\n    return sin(x) * K + pi * x\n",
            "other.py": "K = 3.0\n",
        },
    )
    assert gradient(f, 0.0) == (3.0 + math.pi,)


def test_imports_in_a_circle_are_no_trouble(project):
    f = project(
        "one.py:f",
        {
            "one.py": "from two import g\nK = 2.0\ndef f(x):\n    return g(x)\n",
            "two.py": "from one import K\ndef g(x):\n    return K * x\n",
        },
    )
    assert gradient(f, 1.0) == (2.0,)


def test_constants_are_computed_from_their_text(project):
    f = project(
        "main.py:f",
        {
            "main.py": "import math\nA, B = 2.0, 3\nC: float = A ** B\nD = math.sqrt(C * 2)\n"
            "def f(x):\n    return D * x + C\n",
        },
    )
    assert gradient(f, 1.0) == (4.0,)


def test_what_runs_only_as_a_script_does_not_count(project):
    f = project(
        "main.py:f",
        {
            "main.py": "K = 2.0\nif __name__ == '__main__':\n    K = 5.0\n\n"
            "def f(x):\n    return K * x\n",
        },
    )
    assert gradient(f, 1.0) == (2.0,)


UNSURE = {
    "K": "K = 1.0\nK = 2.0",
    "changed by a function": "K = 1.0\ndef set_k():\n    global K\n    K = 2.0",
    "on a condition": "import sys\nif sys.argv:\n    K = 1.0\nelse:\n    K = 2.0",
    "in a loop": "for i in range(3):\n    K = i * 1.0",
    "added to": "K = 1.0\nK += 1.0",
    "tried": "try:\n    K = 1.0\nexcept ValueError:\n    K = 2.0",
    "deleted": "K = 1.0\ndel K",
}


@pytest.mark.parametrize("how", UNSURE)
def test_names_whose_value_the_text_does_not_tell_are_refused(project, how):
    f = project("main.py:f", {"main.py": f"{UNSURE[how]}\ndef f(x):\n    return K * x\n"})
    with pytest.raises(UnsupportedSyntax, match="'K' can't be told without running"):
        symdiff.source(f)


@pytest.mark.parametrize(
    "change", ["T.append(1.0)", "T[0] = 2.0", "U = T\nU[0] = 2.0", "T += [1.0]", "del T[0]"]
)
def test_lists_that_the_file_changes_are_refused(project, change):
    f = project("main.py:f", {"main.py": f"T = [1.0]\n{change}\ndef f(x):\n    return T[0] * x\n"})
    with pytest.raises(UnsupportedSyntax, match="'T' can't be told"):
        symdiff.source(f)


def test_a_name_that_is_unsure_and_not_read_is_no_trouble(project):
    f = project("main.py:f", {"main.py": "K = 1.0\nK = 2.0\ndef f(x):\n    return 3 * x\n"})
    assert gradient(f, 1.0) == (3.0,)


def test_functions_may_be_defined_twice_but_not_under_a_condition():
    certain = "def f(x):\n    return x\ndef f(x):\n    return 2 * x\n"
    assert "f" not in unsure_names(parse("f.py", certain).tree, lambda stmt: None)
    unsure = "def f(x):\n    return x\nif a:\n    def f(x):\n        return 2 * x\n"
    assert "f" in unsure_names(parse("f.py", unsure).tree, lambda stmt: None)


DECIDED = {
    "the version": "import sys\nif sys.version_info >= (3, 8):\n    K = 3.0\nelse:\n    K = 1.0",
    "a constant": "BIG = 4.0\nif BIG > 3:\n    K = 3.0\nelse:\n    K = 1.0",
    "no module": "try:\n    from not_there import K\nexcept ImportError:\n    K = 3.0",
    "a module": "try:\n    import math\n    K = 3.0\nexcept ImportError:\n    K = 1.0",
    "for annotations": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import x\nK = 3.0",
    "as a program": "K = 3.0\nif __name__ == '__main__':\n    K = 1.0",
    "nested": "(J, K), L = (1.0, 3.0), 5.0",
}


@pytest.mark.parametrize("how", DECIDED)
def test_conditions_that_the_text_tells_are_decided(project, how):
    f = project("main.py:f", {"main.py": f"{DECIDED[how]}\ndef f(x):\n    return K * x\n"})
    assert gradient(f, 1.0) == (3.0,)


@pytest.mark.parametrize(
    "body, slope",
    [
        ("LAWS[0](x) + LAWS[1](x)", 5.0),
        ("sum(law(x) for law in LAWS)", 5.0),
        ("sum(w * law(x) for law, w in WEIGHTED)", 26.0),
        ("NAMED['thrice'](x) + sum(law(x) for law in NAMED.values())", 8.0),
    ],
)
def test_lists_and_dicts_of_functions_are_followed(project, body, slope):
    text = (
        "def twice(x):\n    return 2 * x\nthrice = lambda x: 3 * x\nLAWS = [twice, thrice]\n"
        "WEIGHTED = ((twice, 10.0), (thrice, 2.0))\nNAMED = {'twice': twice, 'thrice': thrice}\n"
    )
    f = project("main.py:f", {"main.py": f"{text}def f(x):\n    return {body}\n"})
    assert gradient(f, 1.0) == (slope,)


def test_lists_of_functions_that_are_changed_are_refused(project):
    text = "import math\nLAWS = [math.sin]\n"
    text += "def f(x):\n    laws = LAWS\n    laws[0] = x\n    return x\n"
    with pytest.raises(UnsupportedSyntax, match="outside of the function can't be changed"):
        symdiff.source(project("main.py:f", {"main.py": text}))


DECORATORS = """
import functools
def times(k):
    def wrap(fn):
        @functools.wraps(fn)
        def inner(*args, **kw):
            return k * fn(*args, **kw)
        return inner
    return wrap
def same(fn):
    return fn
@times(3.0)
def f(x, y=2.0):
    return x * y
@same
@times(2.0)
@times(k=5.0)
def g(x):
    return x
def h(x):
    return f(x) + g(x)
"""


def test_decorators_are_applied_and_wrappers_have_the_parameters_of_what_they_wrap(project):
    files = {"main.py": DECORATORS}
    assert "def f_grad(x, y=2.0)" in symdiff.source(project("main.py:f", files))
    assert gradient(project("main.py:f", files), 1.0) == (6.0, 3.0)
    assert gradient(project("main.py:g", files), 1.0) == (10.0,)
    assert gradient(project("main.py:h", files), 1.0) == (16.0,)


def test_decorators_that_can_not_be_followed_are_refused(project):
    text = "import absent\n@absent.route('/')\ndef f(x):\n    return x\n"
    with pytest.raises(UnsupportedSyntax, match=r"main.py:2:2: what the decorator 'route' makes"):
        symdiff.source(project("main.py:f", {"main.py": text}))


def test_absolute_imports_start_above_the_topmost_package(project):
    files = {
        "main.py": "import package\ndef f(x):\n    return package.double(x)\n",
        "package/__init__.py": "from package.near import double\n",
        "package/near.py": "def double(x):\n    return 2 * x\n",
    }
    assert gradient(project("main.py:f", files), 1.0) == (2.0,)


@pytest.mark.parametrize(
    "change",
    [
        "def g():\n    P.mass = 2.0",
        "def g():\n    L.append(2.0)",
        "def g():\n    L[0] = 2.0",
        "P.mass = 2.0",
    ],
)
def test_what_some_function_of_the_file_changes_is_not_certain(project, change):
    head = "class T:\n    def __init__(self, m):\n        self.mass = m\nP = T(1.0)\nL = [1.0]\n"
    text = f"{head}{change}\ndef f(x):\n    return P.mass * L[0] * x\n"
    with pytest.raises(UnsupportedSyntax, match="can't be told without running"):
        symdiff.source(project("main.py:f", {"main.py": text}))


def test_objects_and_named_tuples_of_the_module(project):
    text = (
        "from collections import namedtuple\n"
        "class Planet:\n    def __init__(self, mass, radius=2.0):\n"
        "        self.mass, self.radius = mass, radius\n"
        "    def gravity(self, g):\n        return g * self.mass / self.radius ** 2\n"
        "EARTH = Planet(8.0)\nState = namedtuple('State', ['pos', 'vel'])\n"
        "def step(s, dt):\n    return State(s.pos + dt * s.vel, s.vel - dt * s.pos)\n"
        "def f(x, n: int = 2):\n    s = State(x, vel=EARTH.gravity(x))\n"
        "    for _ in range(n):\n        s = step(s, 0.5)\n    return s.pos\n"
    )
    assert gradient(project("main.py:f", {"main.py": text}), 1.0) == (2.75,)


@pytest.mark.parametrize("annotation", ["Optional[int]", "int | None", "'int | None'"])
def test_optional_integers_are_told_from_none_when_the_code_runs(project, annotation):
    text = (
        "from __future__ import annotations\nfrom typing import Optional\n"
        f"def f(x, n: {annotation} = None):\n    if n is None:\n        return 2 * x\n"
        "    return n * x\n"
    )
    f = project("main.py:f", {"main.py": text})
    assert gradient(f, 1.0) == (2.0,) and gradient(f, 1.0, 5) == (5,)


def test_the_environment_is_named_and_never_written_out(project, monkeypatch):
    monkeypatch.setenv("SYMDIFF_SECRET", "precious")
    text = (
        "import os\nDEBUG = bool(os.environ.get('DEBUG'))\n"
        "def f(x):\n    if DEBUG:\n        print(x, os.environ)\n    return 2 * x\n"
    )
    f = project("main.py:f", {"main.py": text})
    assert "precious" not in symdiff.source(f) and gradient(f, 1.0) == (2.0,)


@pytest.mark.parametrize("value", ["random.random()", "[random.gauss(0, 1)]", "2 * draw()"])
def test_random_constants_are_refused(project, value):
    text = f"import random\nfrom random import random as draw\nK = {value}\n"
    with pytest.raises(UnsupportedSyntax, match="another each time"):
        f = project("main.py:f", {"main.py": f"{text}def f(x):\n    return x * K\n"})
        symdiff.source(f)


METHODS = """
class Model:
    def __init__(self, a):
        self.a = a
    def slope(self, x):
        return self.a * x
    def energy(self, x):
        return self.slope(x) * x
    def __mul__(self, k):
        return Model(self.a * k)
    __rmul__ = __mul__
    @classmethod
    def total(cls, x):
        return cls(x).energy(x)
def f(x):
    return (2.0 * Model(x)).energy(1.0)
"""


def test_methods_are_followed_from_their_class_and_from_self(project):
    files = {"main.py": METHODS}
    assert gradient(project("main.py:f", files), 3.0) == (2.0,)
    assert gradient(project("main.py:Model.total", files), 2.0) == (12.0,)
    names = {}
    exec(METHODS + symdiff.source(project("main.py:Model.energy", files)), names)
    assert names["energy_grad"](names["Model"](5.0), 2.0) == (20.0, (20.0,))


def test_names_that_nothing_defines_are_refused(project):
    f = project("main.py:f", {"main.py": "def f(x):\n    return x * nowhere\n"})
    with pytest.raises(UnboundName, match="nowhere"):
        symdiff.source(f)


def test_a_module_that_is_not_there_is_refused_where_active(project):
    f = project("main.py:f", {"main.py": "import absent\ndef f(x):\n    return absent.g(x)\n"})
    with pytest.raises(SymdiffError, match="absent"):
        symdiff.source(f)


def test_a_file_is_parsed_once_until_it_changes(tmp_path):
    path = tmp_path / "once.py"
    path.write_text("K = 1.0\n")
    assert static_scope(path) is static_scope(path)
    first = static_scope(path)
    path.write_text("K = 2.0\n")
    assert static_scope(path) is not first
