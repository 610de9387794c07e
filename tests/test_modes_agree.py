"""Forward and reverse mode tell the same, and Hessians are symmetric, on programs of all kinds."""

from __future__ import annotations

import copy
import math
from typing import Any

import numpy as np
import pytest

import symdiff
from test_array_programs import PROGRAMS, leaves, moved
from test_array_programs import name as name_of
from test_programs import CASES, IDS

# Their gradients call themselves, and can't be read again.
RECURSIVE = ("recursion_arrays", "quicksort")


def tangents_like(values: Any, random: np.random.Generator) -> Any:
    """Random tangents in the structure of some arguments; zeros for what has none."""
    if isinstance(values, dict):
        return {k: tangents_like(v, random) for k, v in values.items()}
    if isinstance(values, (list, tuple)) and not hasattr(values, "_fields"):
        return type(values)(tangents_like(v, random) for v in values)
    if isinstance(values, np.ndarray) and values.dtype.kind == "f":
        return random.normal(size=values.shape).astype(values.dtype)
    return float(random.normal()) if isinstance(values, (float, np.floating)) else values


def inner(a: Any, b: Any) -> tuple[float, float]:
    """The inner product of two structures, and the sum of the magnitudes of its terms."""
    terms = [
        t for x, y in zip(leaves(a), leaves(b), strict=True) for t in np.ravel(np.multiply(x, y))
    ]
    return math.fsum(terms), math.fsum(map(abs, terms))


def agree(first: tuple[float, float], second: tuple[float, float], rel: float = 1e-9) -> bool:
    if not math.isfinite(first[0]) or not math.isfinite(second[0]):
        return not math.isfinite(first[0]) and not math.isfinite(second[0])
    return abs(first[0] - second[0]) <= rel * max(first[1], second[1], 1e-10)


def attempt(make: Any) -> Any:
    try:
        return make()
    except symdiff.SymdiffError as error:
        pytest.skip(f"refused: {str(error).splitlines()[0]}")


@pytest.mark.parametrize("name, function, args", CASES, ids=IDS)
def test_a_tangent_and_a_cotangent_meet_in_numbers(name, function, args):
    random = np.random.default_rng(5)
    value, pullback = attempt(lambda: symdiff.vjp(function, *copy.deepcopy(args)))
    active = tuple(i for i, arg in enumerate(args) if leaves(arg))
    way = [tangents_like(args[i], random) for i in active]
    got, tangent = attempt(lambda: symdiff.jvp(function, copy.deepcopy(args), way, argnums=active))
    assert got == value
    weights = tangents_like(value, random)
    adjoints = pullback(weights)
    forward = inner(weights, tangent)
    assert agree(forward, inner([adjoints[i] for i in active], way)), name


@pytest.mark.parametrize("function, args, wrt", PROGRAMS, ids=name_of)
def test_a_tangent_and_a_gradient_meet_in_arrays(function, args, wrt):
    random = np.random.default_rng(5)
    gradient = symdiff.grad(function, argnums=wrt)(*copy.deepcopy(args))
    way = [tangents_like(args[i], random) for i in wrt]
    given = copy.deepcopy(args)
    value, tangent = attempt(lambda: symdiff.jvp(function, given, way, argnums=wrt))
    assert np.array_equal(value, function(*copy.deepcopy(args)))
    assert repr(given) == repr(args), "the arguments are untouched"
    along = inner(gradient, way)
    is_double = all(np.asarray(x).dtype == float for x in leaves([args[i] for i in wrt]))
    assert agree((float(tangent), along[1]), along, 1e-9 if is_double else 1e-4)


SMOOTH = [
    (function, args, wrt[0])
    for function, args, wrt in PROGRAMS
    if getattr(getattr(args[wrt[0]], "dtype", None), "char", "") == "d"
    and function.__name__ not in RECURSIVE
]


@pytest.mark.parametrize("function, args, at", SMOOTH, ids=name_of)
def test_hessians_are_symmetric_and_products_are_slopes_of_gradients(function, args, at):
    random = np.random.default_rng(5)
    hessian = attempt(lambda: symdiff.hessian(function, at)(*copy.deepcopy(args)))
    size = args[at].size
    flat = np.reshape(hessian, (size, size))
    scale = max(np.abs(flat).max(initial=0.0), 1e-10)
    assert np.abs(flat - flat.T).max(initial=0.0) <= 1e-9 * scale
    way = random.normal(size=args[at].shape)
    product = symdiff.hvp(function, at)(*copy.deepcopy(args), way)
    assert np.allclose(np.ravel(product), flat @ way.ravel(), rtol=1e-9, atol=1e-9 * scale)
    gradient = symdiff.grad(function, at)

    def slope(h: float) -> Any:
        ends = []
        for t in (h, -h):
            given = list(copy.deepcopy(args))
            given[at] = moved(args[at], iter([t * way]))
            ends.append(gradient(*given))
        return (ends[0] - ends[1]) / (2 * h)

    h = 1e-4
    expected = (4 * slope(h / 2) - slope(h)) / 3
    size_of = max(np.abs(expected).max(initial=0.0), scale, 1e-3)
    assert np.abs(product - expected).max(initial=0.0) <= 1e-5 * size_of
