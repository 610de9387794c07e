"""Of containers only those elements have adjoints that depend on the inputs."""

from __future__ import annotations

import math
from typing import NamedTuple

import pytest

import symdiff


class State(NamedTuple):
    a: float
    b: float


def in_a_tuple(x, c, n):
    p = (x, c)
    for _ in range(n):
        a, b = p
        p = (a * b, math.sin(b))
    return p[0] * p[1]


def in_a_named_tuple(x, c, n):
    p = State(x, c)
    for _ in range(n):
        p = p._replace(a=p.a * p.b, b=math.sin(p.b))
    return p.a * p.b


def in_a_dict(x, c, n):
    p = {"a": x, "b": c}
    for _ in range(n):
        p["a"], p["b"] = p["a"] * p["b"], math.sin(p["b"])
    return p["a"] * p["b"]


def in_a_list_of_tuples(x, c, n):
    p = [(x, c)]
    for _ in range(n):
        a, b = p[-1]
        p.append((a * b, math.sin(b)))
    return p[-1][0] * p[-1][1]


def again(p, n):
    if n == 0:
        return p
    return again((p[0] * p[1], math.sin(p[1])), n - 1)


def in_results_of_a_recursive_function(x, c, n):
    p = again((x, c), n)
    return p[0] * p[1]


@pytest.mark.parametrize("target", ["python", "numba"])
@pytest.mark.parametrize(
    "function",
    [
        in_a_tuple, in_a_named_tuple, in_a_dict, in_a_list_of_tuples,
        in_results_of_a_recursive_function,
    ],
)  # fmt: skip
def test_elements_that_do_not_depend_on_inputs_have_no_adjoints(function, target):
    if target == "numba":
        pytest.importorskip("numba")
    text = symdiff.source(function, 0, at=(0.5, 0.7, 3), target=target)
    assert "dp_0" in text or "dp_a" in text or "da" in text
    assert not any(name in text for name in ("dp_1", "dp_b", "db", "cos("))
    value, slope = symdiff.value_and_grad(function, target=target)(0.5, 0.7, 3)
    assert slope == pytest.approx(value / 0.5, rel=1e-14)
