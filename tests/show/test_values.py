"""Values of stages and adjoints at a point."""

from __future__ import annotations

import importlib
import math

import numpy as np
import pytest

import symdiff
from symdiff.generate import Selection, find
from symdiff.show.values import values_at


def sigmoid(t):
    return 1.0 / (1.0 + math.exp(-t))


def notes(x: float, y: float):
    sigma_y = sigmoid(y)
    g = x + sigma_y
    sigma_x = sigmoid(x)
    p = x + y
    s = p**2
    h = sigma_x + s
    k = 1.0 / h
    f = g * k
    return f


def at(function, *args, **kwargs):
    made = find(function, Selection(None), None, args, kwargs)
    return values_at(made, args, kwargs)


def test_each_stage_has_its_value_and_its_adjoint():
    stages = symdiff.stages(notes, at=(3.0, -4.0))
    assert [f"{s.seen.values.last:.6g}" for s in stages] == [
        "0.0179862", "3.01799", "0.952574", "-1", "1", "1.95257", "0.512144", "1.54564",
    ]  # fmt: skip
    k = stages[6].seen.adjoints
    assert k.last == pytest.approx(3.01798620996)  # g
    assert stages[7].seen.adjoints.last == 1.0
    assert stages.values.adjoints["x"] == pytest.approx(2.0595697955721652)
    assert stages.values.arguments == {"x": 3.0, "y": -4.0}


def test_without_a_point_nothing_is_run():
    stages = symdiff.stages(notes)
    assert stages.values is None and not stages[0].seen.values


def test_loops_have_a_value_for_each_round_in_the_order_of_the_forward_sweep():
    def f(x, n):
        total = 0.0
        for i in range(n):
            for _ in range(i):
                x = x * 0.5
            total = total + x
        return total

    stages = symdiff.stages(f, at=(8.0, 4))
    halved, added = (s.seen for s in stages)
    assert halved.rounds == [(1, 0), (2, 0), (2, 1), (3, 0), (3, 1), (3, 2)]
    assert [halved.values[i] for i in range(6)] == [4.0, 2.0, 1.0, 0.5, 0.25, 0.125]
    assert added.values[-1] == 8.0 + 4.0 + 1.0 + 0.125
    assert list(added.adjoints.items) == [1.0] * 4
    # what the last of all x contributes, and the first of all
    assert halved.adjoints[5] == 1.0 and halved.adjoints[0] == 1.0 + 0.25 + 0.25 * 0.125


def test_of_very_many_rounds_the_first_and_the_last_are_remembered():
    def f(x, n):
        for _ in range(n):
            x = x * 1.0
        return x

    (seen,) = (s.seen for s in symdiff.stages(f, at=(2.0, 3000)))
    assert seen.values.count == seen.adjoints.count == 3000
    assert seen.values[5] == 2.0 and seen.values[2000] is None and seen.values[2999] == 2.0
    assert seen.adjoints[-1] == 1.0


def test_the_arm_that_is_not_taken_has_no_values():
    def f(x):
        if x > 0:
            y = x * x
        else:
            y = x * 2.0
            y = y + x
        return y * x

    squared, doubled, _, last = (s.seen for s in symdiff.stages(f, at=(3.0,)))
    assert squared.values.last == 9.0 and last.values.last == 27.0
    assert not doubled.values and not doubled.adjoints


def test_arrays_are_as_they_were_at_their_stage():
    def f(u):
        u = u.copy()
        u[0] = u[1] * 2.0
        u[1] = u[0] * 3.0
        return np.sum(u * u)

    u = np.array([1.0, 2.0])
    stages = symdiff.stages(f, at=(u,))
    text = str(stages)
    assert u.tolist() == [1.0, 2.0]
    assert "[4, 2]" in text and "[4, 12]" in text and "160" in text
    assert stages.values.adjoints["u"].tolist() == [0.0, 160.0]


def test_several_results_have_a_cotangent_of_ones():
    def f(x, y):
        return {"a": x * y, "b": [x, np.array([1.0, 2.0]) * y]}

    values = at(f, 2.0, 3.0)
    assert values.adjoints == {"x": 4.0, "y": 5.0}


def test_errors_of_the_function_itself_are_told_with_its_place():
    def f(x):
        return 1.0 / x

    with pytest.raises(symdiff.SymdiffError, match="raises ZeroDivisionError at this point"):
        symdiff.stages(f, at=(0.0,))


def test_print_runs_once_and_the_text_is_complete(capsys):
    def f(x):
        print("seen")
        return x * x

    symdiff.stages(f, at=(2.0,))
    assert capsys.readouterr().out == "seen\n"


PROGRAMS = [
    case
    for name in ("control", "numerics", "objects", "arrays_in_place")
    for case in importlib.import_module(f"programs.{name}").PROGRAMS
]


@pytest.mark.parametrize("case", PROGRAMS[::7], ids=lambda c: c[0].__name__)
def test_values_are_those_of_the_function_and_its_gradient(case):
    function, args = case[0], case[1]
    values = at(function, *args)
    try:
        value, gradient = symdiff.value_and_grad(function, argnums=None)(*args)
    except symdiff.SymdiffError:
        pytest.skip("returns no scalar")
    np.testing.assert_allclose(values.value, value, rtol=1e-12)
    for adjoint, expected in zip(values.adjoints.values(), gradient, strict=False):
        if isinstance(expected, float):
            assert adjoint == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_adjoints_have_the_shape_of_their_variable_in_each_round():
    def f(u):
        total = 0.0
        for i in range(1, 3):
            v = u[:i] * 2.0
            total = total + np.sum(v)
        return total

    seen = next(s.seen for s in symdiff.stages(f, at=(np.ones(3),)) if s.target == "v")
    assert [a.tolist() for a in seen.adjoints.items] == [[1.0], [1.0, 1.0]]
