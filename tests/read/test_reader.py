"""The reader follows state: its procedures have the functions' values, and their slopes."""

from __future__ import annotations

import contextlib
import enum
import functools
import itertools
import logging
import math
import operator
from dataclasses import dataclass
from typing import NamedTuple

import pytest

import symdiff
from differences import assert_right, reading_of
from support import run
from symdiff.errors import NotDifferentiable, SymdiffError
from symdiff.stages import Branch, Stage, steps, verify

# --- procedures ----------------------------------------------------------------------------------


def test_straight_lines_become_stages_under_the_users_names():
    def f(x, y):
        a = x * y
        b = math.sin(a)
        return b + x

    made = verify(reading_of(f, 1.0, 2.0).procedure)
    assert [step.target.base for step in made.body[:2]] == ["a", "b"]
    assert run(made, 1.0, 2.0) == f(1.0, 2.0)


def test_stages_know_their_place():
    def f(x):
        a = x * x
        return a

    first = f.__code__.co_firstlineno
    stage = reading_of(f, 1.0).procedure.body[0]
    assert (stage.place.file, stage.place.line) == (__file__, first + 1)


def test_names_that_only_one_arm_gives_merge_without_the_other():
    def f(x):
        if x > 1:
            a = x * x
        b = a if x > 1 else x
        return b

    made = verify(reading_of(f, 2.0).procedure)
    assert run(made, 2.0) == 4.0 and run(made, 0.5) == 0.5
    assert_right(f, 2.0)


def test_a_variable_that_is_read_after_the_loop_is_carried_out_of_it():
    def f(x, n):
        for i in range(n):
            t = x * i
        return t * i

    made = verify(reading_of(f, 1.5, 4).procedure)
    assert run(made, 1.5, 4) == f(1.5, 4)
    assert_right(f, 1.5, 4)


def test_tuples_and_functions_leave_no_trace():
    def f(x, y):
        pair = (x, y)
        swap = lambda p: (p[1], p[0])  # noqa: E731
        a, b = swap(pair)
        return a - 2 * b

    made = reading_of(f, 1.0, 2.0).procedure
    assert all(isinstance(step, Stage) for step in made.body)
    assert "tuple" not in repr([step.value for step in made.body])


def test_a_test_that_is_known_leaves_no_branch():
    def f(x, flag):
        if flag is None:
            return x
        return 2 * x

    made = reading_of(f, 1.0, None).procedure
    assert not [s for s in steps(made.body) if isinstance(s, Branch)]


# --- programs ------------------------------------------------------------------------------------

CASES = []


def case(*args, **kwargs):
    def note(function):
        CASES.append(pytest.param(function, args, kwargs, id=function.__name__))
        return function

    return note


@case(0.6, 0.7)
def aliases_of_a_list_see_each_others_updates(x, y):
    a = [x, y, 1.0]
    b = a
    b[0] = x * y
    a.append(x + y)
    b.insert(1, y * 2)
    q = a.pop()
    a.extend([q, q * x])
    a[-1] *= y
    return sum(a) * b[0] - b[2]


@case(1.5, 3)
def lists_that_swap_names_in_a_loop(x, n):
    before, now = [x, x * x], [0.0, 1.0]
    for i in range(n):
        now[0] = before[1] * x
        now[1] = before[0] + i
        before, now = now, before
    return before[0] + now[1]


@case(0.3)
def lists_in_lists_are_told_apart(x):
    rows = [[0.0] * 3 for _ in range(3)]
    rows[0][0] = x * x
    return rows[1][0] + rows[0][0]


@case(0.4)
def a_matrix_that_is_filled(x):
    table = [[x * (i + j) for j in range(3)] for i in (1, 2, 3)]
    s = 0.0
    for i in range(3):
        for j in range(3):
            s += table[i][j] * table[j][i]
    return s


@case(0.6, 5)
def lists_made_by_comprehensions_slices_and_sorting(x, n):
    a = [x * i for i in range(n)]
    a[2] = a[1] * a[3] + x
    b = a[1:4]
    b.append(x)
    c = sorted(b + [0.3 * x, 2 * x])
    t = c.pop()
    return sum(c) + t * t + max(a) + min(b) + a[-1]


@case(1.5)
def items_that_are_deleted(x):
    a = [x, x * x, 3.0]
    del a[1]
    a.append(x)
    return a[0] * a[2]


@case(2.0)
def a_list_that_empties_itself(x):
    queue, total = [x], 0.0
    while queue:
        v = queue.pop()
        total += v * v
        if v > 0.3:
            queue.append(v / 2)
            queue.append(v / 3)
    return total


@case(0.7)
def a_list_that_grows_while_it_is_iterated(x):
    xs, total = [x, 2 * x], 0.0
    for v in xs:
        if len(xs) < 6:
            xs.append(v * x)
        total += v
    return total


@case(0.3)
def a_list_made_in_every_round_and_used_after(z):
    for _ in range(3):
        value = [z]
    return value[0] * z


@case(0.3)
def a_comprehension_whose_first_iterable_has_its_targets_name(v):
    return sum(v * 2.0 for v in (v, v * v))


@case(2.0, 4)
def starred_items_in_a_list(x, n):
    u = [x, x * x]
    v = [u[0], *(x * i for i in range(1, n)), u[-1]]
    return sum(v) * v[2]


@case(0.3, 0.9)
def starred_names(x, y):
    a, *b, c = (x, y, x * y, 2.0, y * y)
    return a * sum(b) * c


@case(1.5)
def dicts_that_count(x):
    found = {}
    for key in ("a", "b", "a"):
        found[key] = found.get(key, 0.0) + x
    return found["a"] * found["b"]


@case(0.6, 0.7)
def dicts_with_their_items(x, y):
    table = {"p": x, "q": y, "r": x * y}
    total = 0.0
    for i, (key, value) in enumerate(table.items()):
        total += i * value * len(key)
    table["p"] = total
    table["p"] += x
    return table["p"] * table["q"]


@case(1.5, "sq")
def functions_in_dicts(x, which):
    return {"sin": math.sin, "sq": lambda t: t * t}[which](x)


@case(500.0)
def rows_of_coefficients_chosen_by_a_branch(temperature):
    rows = {"low": (3.53, -1.2e-4), "high": (2.95, 1.4e-3)}
    a = rows["low" if temperature < 1000 else "high"]
    return a[0] + a[1] * temperature


@case(0.9, 1.1)
def nonlocal_variables(x, y):
    total = 0.0

    def add(v):
        nonlocal total
        total += v * x

    for i in range(4):
        add(y**i)
    add(x)
    return total


@case(1.3, 4)
def inner_functions_see_what_a_name_is_now(x, n):
    k = 1.0

    def inner(t):
        s = 0.0
        for _ in range(n):
            s += k * t
        return s

    a = inner(x)
    k = 2.0
    return a * inner(x)


@case(0.9, 5)
def functions_that_make_functions(x, n):
    def repeated(f, k):
        def g(t):
            for _ in range(k):
                t = f(t)
            return t

        return g

    return repeated(lambda t: math.cos(t) * x, n)(x)


@case(0.3, 0.4)
def defaults_of_lambdas_are_set_where_they_stand(x, y):
    f = lambda t, k=x: t * k + y  # noqa: E731
    g = functools.partial(f, k=y)
    x = 5.0
    return f(x) * g(x)


@case(1.5)
def one_function_or_another(x):
    f = math.sin if x > 0 else math.cos
    return f(x) * x


@case(0.5, 8)
def functions_that_call_each_other(x, n):
    def even(v, k):
        return v * x if k == 0 else odd(v * 1.1, k - 1)

    def odd(v, k):
        return v + x if k == 0 else even(math.sin(v) + x, k - 1)

    return even(x, n)


@case(0.7, 1.1)
def map_filter_and_reduce(x, y):
    whole = functools.reduce(lambda a, b: a * b + x, [x, y, 2.0, x * y])
    return whole + sum(map(lambda t: math.sin(t) * x, [x, y])) + sum(filter(lambda t: t > 1, [y]))


@case(0.7, y=1.3, z=0.2)
def named_arguments(x, **others):
    return x * others["y"] + others.get("z", 0.0) * sum(others.values())


@case(0.7, 1.3, 0.2)
def starred_arguments(*args):
    s = 1.0
    for a in args:
        s *= a + 1
    return s


@case(0.7, 1.3)
def walrus_in_a_test(x, y):
    while (d := x * y) > 0.01:
        x = x * 0.5 + d * 0.1
        y = y * 0.9
    return x + y * d


@case(0.7)
def walrus_in_half_a_test(x):
    if (y := x * x) > 0.1 and (z := y + 1) < 5:
        return y * z
    return x


@case(1.5)
def walrus_in_a_comprehension(x):
    items = [last := x * i for i in range(4)]
    return last * x + items[1]


@case(0.6, 4)
def loops_with_every_exit(x, n):
    s = 0.0
    for i in range(n):
        for j in range(n):
            if i * j > 4:
                break
            if (i + j) % 3 == 0:
                continue
            s += x ** (i + 1) * math.sin(j * x)
        else:
            s *= 1.1
        if s > 100:
            return s * x
    return s


@case(1.5, 0.2)
def a_break_from_a_loop_over_a_tuple(x, y):
    s = 0.0
    for v in (x, y, x * y, 2.0):
        if v < 0.25:
            continue
        s += v * v
        if s > 2:
            break
    return s


@case(1.3)
def a_name_that_changes_its_kind(x):
    s = 0
    for k in range(3):
        s = s + k
    n = s
    s = x * n
    return s**2


@case(0.1, 3)
@case(0.7, 3)
def nothing_until_a_round_finds_something(x, n):
    found = None
    for i in range(n):
        if i * x > 1:
            found = i * x
    return x if found is None else x * x


@case([3.0, 1.0, 2.0])
def the_best_so_far(xs):
    best = None
    for v in xs:
        if best is None or v < best:
            best = v
    return best


@case(1.7)
@case(0.4)
def a_text_until_there_is_a_number(x):
    found = "none"
    if x > 1:
        found = x * x
    return x**3 if found == "none" else found * 2


@case(0.4, -0.2)
@case(-0.4, 1.5)
def and_and_or_give_one_of_their_sides(x, y):
    z = x or y
    w = (x > 0 and y) or 2.0
    return z * w + x


@case([(0.0, 0.0), (4.0, 0.3), (3.5, 3.0)])
def points_indexed_while_running(points):
    area = 0.0
    for i, (x, y) in enumerate(points):
        x2, y2 = points[(i + 1) % len(points)]
        area += x * y2 - x2 * y
    return area


@case({"a": 1.5, "b": (2.0, 3.0)})
def structures_of_arguments(p):
    a = p["a"]
    b, c = p["b"]
    return a * b * math.sin(c)


@case(0.4, 3)
def products_of_ranges(x, n):
    s = 0.0
    for i, j in itertools.product(range(n), range(2)):
        s += x ** (i + j) * j
    return s


@case(2.3)
def contexts_logging_and_prints_that_are_not_taken(x):
    if x > 100:
        print("x is", x)
    logging.debug("value %s", x)
    with contextlib.nullcontext():
        y = x * x
        z = y * x if y > 3 else y
    return z


@case(1.3, 0.3)
def modules_of_the_standard_library(x, y):
    far = math.hypot(x, y, x * y) + math.dist((x, y), (y, 1.0)) + math.fsum([x, y, x])
    return far + math.prod((x, y, x + y)) + operator.mul(x, y) + divmod(x, 0.4)[1] + math.tau * x


# --- objects -------------------------------------------------------------------------------------


class Vector:
    count = 2

    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def __matmul__(self, other):
        return self.x * other.x + self.y * other.y

    def __lt__(self, other):
        return self @ self < other @ other

    def __call__(self, t):
        return self.x + t * self.y

    @property
    def norm(self):
        return math.sqrt(self @ self)

    @norm.setter
    def norm(self, length):
        self.scale(length / self.norm)

    @classmethod
    def diagonal(cls, x):
        return cls(x, x * cls.count)

    @staticmethod
    def half(x):
        return x / 2

    def scale(self, k):
        self.x *= k
        self.y *= k
        return self


class Spatial(Vector):
    def __init__(self, x, y, z):
        super().__init__(x, y)
        self.z = z

    def __matmul__(self, other):
        return super().__matmul__(other) + self.z * other.z


@dataclass
class Rates:
    a: float
    b: float = 2.0

    def total(self):
        return self.a * self.b


class Pair(NamedTuple):
    first: float
    second: float


class Mode(enum.Enum):
    SQUARE = 2
    CUBE = 3


@case(0.6, 0.7)
def operators_properties_and_methods(x, y):
    a, b = Vector(x, y), Vector(y, 1.0)
    c = a + b
    c.scale(x)
    return (c @ a) * c.norm if a < c else c(x)


@case(0.6, 0.7)
def setters(x, y):
    a = Vector(x, y)
    a.norm = x * x
    return a.x * a.norm


@case(0.6)
def class_and_static_methods(x):
    return Vector.diagonal(x).norm * Vector.half(x) * Spatial.count


@case(0.6, 0.7)
def methods_of_a_base_class(x, y):
    a = Spatial(x, y, x * y)
    return (a @ a) * a.norm


@case(0.6)
def dataclasses_and_named_tuples(x):
    rates, pair = Rates(x), Pair(second=x, first=2.0)
    rates.a *= x
    first, second = pair
    return rates.total() * pair.second + first * second


@case(Pair(0.6, 0.7))
def named_tuples_as_arguments(pair):
    return pair.first * pair.second**2


@case(0.6, Mode.SQUARE)
@case(0.6, Mode.CUBE)
def members_of_enumerations(x, mode):
    if mode is Mode.SQUARE:
        return x * 2
    return x**mode.value


@case(0.6)
def objects_updated_in_a_loop(x):
    a = Vector(x, 1.0)
    for i in range(3):
        a.x, a.y = a.y * x, a.x + i
    return a.x * a.y


@case(0.6)
def objects_changed_through_another_name_in_a_branch(x):
    a = Vector(x, 1.0)
    b = a
    if x > 0:
        b.x = x * x
    return a.x * a.y


@case(1.5)
def classes_in_a_loop(x):
    s = 0.0
    for cls in (Vector, Spatial):
        s += cls.half(x)
    return s


@pytest.mark.parametrize("function, args, kwargs", CASES)
def test_programs_have_their_values_and_slopes(function, args, kwargs):
    assert_right(function, *args, **kwargs)


# --- refusals ------------------------------------------------------------------------------------


def refusal(function, *args):
    with pytest.raises(SymdiffError) as caught:
        symdiff.value_and_grad(function)(*args)
    place = caught.value.place
    assert place is None or place.file == __file__
    return str(caught.value)


def test_an_attribute_that_is_not_there_is_named():
    assert "nothing" in refusal(lambda x: Vector(x, x).nothing * x, 1.0)


def test_a_wrong_number_of_arguments_is_refused_at_the_call():
    def g(a, b):
        return a * b

    text = refusal(lambda x: g(x), 1.0)
    assert "test_reader.py" in text and "g(x)" in text


def test_a_name_that_may_have_no_value_is_refused_where_no_path_gives_it_one():
    def f(x):
        return y * x  # noqa: F821

    assert "'y' is not defined" in refusal(f, 1.0)


def test_a_list_that_is_given_twice_and_changed_is_refused():
    def f(a, b):
        a[0] = 5.0 * a[0]
        return b[0] * a[0]

    xs = [2.0]
    with pytest.raises(NotDifferentiable, match="given to it twice"):
        symdiff.grad(f, argnums=(0, 1))(xs, xs)
    assert symdiff.grad(f, argnums=(0, 1))(xs, [2.0]) == ([10.0], [10.0])
