"""Programs over arrays as people write them: right gradients, and nothing shared or changed."""

from __future__ import annotations

import copy
import importlib
from typing import Any

import numpy as np
import pytest

import symdiff

FILES = ("arrays_in_place", "arrays_in_containers", "arrays_at_work")
MODULES = [importlib.import_module(f"programs.{name}") for name in FILES]
PROGRAMS = [case for module in MODULES for case in module.PROGRAMS]
REFUSED = [case for module in MODULES for case in module.REFUSED]


def name(case: Any) -> str | None:
    return getattr(case, "__name__", None)


def leaves(value: Any) -> list[Any]:
    """The floats and arrays of floats in a structure, in order."""
    if isinstance(value, dict):
        return leaves(list(value.values()))
    if isinstance(value, (list, tuple)):
        return [leaf for item in value for leaf in leaves(item)]
    if hasattr(value, "__dataclass_fields__"):
        return leaves([getattr(value, f) for f in value.__dataclass_fields__])
    is_real = isinstance(value, float) or getattr(getattr(value, "dtype", None), "kind", "") == "f"
    return [value] if is_real else []


def moved(value: Any, steps: Any) -> Any:
    """A copy of a structure with its floats moved by the next of `steps`, in double precision."""
    if isinstance(value, dict):
        return {k: moved(v, steps) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(moved(v, steps) for v in value)
    if hasattr(value, "__dataclass_fields__"):
        return type(value)(*(moved(getattr(value, f), steps) for f in value.__dataclass_fields__))
    return (
        np.asarray(value, float) + next(steps)
        if np.ndim(value) and leaves(value)
        else (value + next(steps) if leaves(value) else copy.deepcopy(value))
    )


def slope(function: Any, args: tuple[Any, ...], wrt: tuple[int, ...], way: list[Any]) -> float:
    """The derivative along a direction: a six-point difference."""

    def at(t: float) -> float:
        steps = iter([t * w for w in way])
        return float(
            function(
                *(moved(a, steps) if i in wrt else copy.deepcopy(a) for i, a in enumerate(args))
            )
        )

    h = 1e-4
    near, middle, far = (at(k * h) - at(-k * h) for k in (1, 2, 3))
    return (45 * near - 9 * middle + far) / (60 * h)


@pytest.mark.parametrize("function, args, wrt", PROGRAMS, ids=name)
def test_gradients_are_right(function: Any, args: tuple[Any, ...], wrt: tuple[int, ...]) -> None:
    given = copy.deepcopy(args)
    value, gradient = symdiff.value_and_grad(function, argnums=wrt)(*given)
    want = function(*copy.deepcopy(args))
    assert np.array_equal(value, want) and np.asarray(value).dtype == np.asarray(want).dtype
    assert repr(given) == repr(args), "the arguments are untouched"
    got, own = leaves(gradient), leaves([args[i] for i in wrt])
    shapes = [[(np.shape(x), np.asarray(x).dtype) for x in each] for each in (got, own)]
    assert shapes[0] == shapes[1]
    arrays = [x for x in [*got, *leaves(given)] if isinstance(x, np.ndarray)]
    assert not any(np.shares_memory(a, b) for i, a in enumerate(arrays) for b in arrays[:i])
    rng = np.random.default_rng(3)
    is_double = all(np.asarray(x).dtype == float for x in own)
    for _ in range(2):
        way = [rng.normal(size=np.shape(x)) for x in own]
        along = sum(float(np.sum(g * w)) for g, w in zip(got, way, strict=True))
        rel, tiny = (1e-7, 1e-8) if is_double else (1e-4, 1e-4)
        assert along == pytest.approx(slope(function, args, wrt, way), rel=rel, abs=tiny)


@pytest.mark.parametrize("function, args", REFUSED, ids=name)
def test_memory_that_cant_be_followed_is_refused_at_a_line_of_the_user(
    function: Any, args: tuple[Any, ...]
) -> None:
    with pytest.raises(symdiff.SymdiffError) as caught:
        symdiff.grad(function)(*copy.deepcopy(args))
    errors = getattr(caught.value, "errors", [caught.value])
    assert all(e.place and e.place.file == function.__code__.co_filename for e in errors)
    assert errors[0].fix


def test_the_right_gradient_is_told_from_a_wrong_one() -> None:
    def square(x: Any) -> Any:
        return np.sum(x**2)

    x = np.array([1.0, 2.0])
    assert slope(square, (x,), (0,), [np.ones(2)]) == pytest.approx(6.0, rel=1e-9)


# --- what is shared with the caller --------------------------------------------------------------


def test_an_array_given_twice_and_changed_is_refused() -> None:
    def f(x: Any, y: Any) -> Any:
        x[0] = 5.0 * x[1]
        return np.sum(x * y)

    x = np.arange(4.0)
    with pytest.raises(symdiff.SymdiffError, match="twice"):
        symdiff.grad(f)(x, x)
    with pytest.raises(symdiff.SymdiffError, match="twice"):
        symdiff.grad(f)(x[:3], x[1:])
    symdiff.grad(f)(x[:2], x[2:])  # parts of one array that have nothing in common


def test_an_array_twice_in_a_list_and_changed_is_refused() -> None:
    def f(ws: list[Any]) -> Any:
        ws[0][0] = 5.0 * ws[0][1]
        return sum(np.sum(w**2) for w in ws)

    w = np.arange(3.0)
    with pytest.raises(symdiff.SymdiffError, match="twice"):
        symdiff.grad(f)([w, w])


def test_adjoints_of_a_pullback_are_not_the_cotangent() -> None:
    def same(x: Any) -> Any:
        return x

    def total(x: Any, y: Any) -> Any:
        return x + y

    dout = np.ones(3)
    (dx,) = symdiff.vjp(same, np.arange(3.0))[1](dout)
    assert not np.shares_memory(dx, dout)
    dx, dy = symdiff.vjp(total, np.arange(3.0), np.arange(3.0))[1](dout)
    assert not np.shares_memory(dx, dy) and not np.shares_memory(dx, dout)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_adjoints_have_the_precision_of_their_arguments(dtype: Any) -> None:
    def f(p: Any, w: Any) -> Any:
        buffer = np.zeros(3)
        buffer += p["x"]
        return np.sum(buffer * w * np.arange(3))

    g = symdiff.grad(f)({"x": np.ones(3, dtype)}, np.ones(3))
    assert g["x"].dtype == dtype
    (dx, _) = symdiff.vjp(f, {"x": np.ones(3, dtype)}, np.ones(3))[1](1.0)
    assert dx["x"].dtype == dtype


@pytest.mark.parametrize(
    "n, m", [(3, 3), (1, 3), (3, 1), (1, 1), (3, 3), (2, 2), (1, 4), (0, 0), (0, 1)]
)
def test_lengths_of_one_are_told_from_others(n: int, m: int) -> None:
    def f(a: Any, b: Any) -> Any:
        return np.sum(a * b**2) + np.sum(a + b)

    a, b = np.linspace(1, 2, n), np.linspace(3, 4, m)
    da, db = broadcasting_gradient(a, b)
    got = symdiff.grad(f, argnums=(0, 1))(a, b)
    assert got[0].shape == a.shape and got[1].shape == b.shape
    assert np.allclose(got[0], da) and np.allclose(got[1], db)


def broadcasting_gradient(a: Any, b: Any) -> tuple[Any, Any]:
    wide_a, wide_b = np.broadcast_arrays(a, b)
    da, db = wide_b**2 + 1, 2 * wide_a * wide_b + 1
    narrow = [np.sum(d, keepdims=True) if len(x) == 1 else d for d, x in ((da, a), (db, b))]
    return narrow[0], narrow[1]


@pytest.mark.parametrize(
    "result",
    [lambda x: x * 2, lambda x: (x[0], x[1]), lambda x: [x[0]], lambda x: {"a": x}],
    ids=["array", "tuple", "list", "dict"],
)
def test_results_that_are_not_scalars_are_refused(result: Any) -> None:
    with pytest.raises((TypeError, symdiff.SymdiffError), match="scalar"):
        symdiff.grad(result)(np.arange(3.0))


def test_results_of_one_element_are_scalars() -> None:
    x = np.arange(3.0)
    assert np.allclose(symdiff.grad(lambda x: x[:1] * 2)(x), [2, 0, 0])
    assert np.allclose(symdiff.grad(lambda x: np.sum(x**2, keepdims=True)[None])(x), 2 * x)


def test_elements_that_tie_share_the_derivative() -> None:
    """Truth values of NumPy's numbers add up to True."""

    def apart(x: Any) -> Any:
        return max(x[0], x[1], x[2])

    def listed(x: Any) -> Any:
        return min([x[0], x[1], x[2]])

    for function in (apart, listed, max):
        gradient = symdiff.grad(lambda x, f=function: f(x) * 2.0)(np.array([1.0, 1.0, 1.0]))
        assert np.allclose(gradient, 2 / 3), function
