"""Functions of NumPy on arrays of symbolic numbers, where NumPy's own do not serve objects."""

# mypy: allow-untyped-calls, allow-untyped-defs
from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from symdiff.checking.arrays.array import (
    Array,
    converted,
    dispatch,
    dtype_of,
    exactly,
    holds_numbers,
    is_float,
    kept_dtype,
    plain,
    scalar,
    wrap,
)
from symdiff.checking.arrays.elementwise import ELEMENTS, float_of
from symdiff.checking.arrays.memory import uninitialised
from symdiff.checking.functions import Float
from symdiff.checking.number import NoCounterpart, Symbolic, named, number

# --- creation ------------------------------------------------------------------------------------


def _shape(shape: Any) -> tuple[int, ...]:
    return (
        tuple(int(n) for n in np.atleast_1d(np.asarray(shape, dtype=object)))
        if not isinstance(shape, int)
        else (shape,)
    )


def filled(shape: Any, value: Any, dtype: Any) -> Any:
    shape = _shape(shape)
    if not is_float(dtype):
        return np.full(shape, value, dtype_of(dtype)).view(Array)
    found = np.empty(shape, object)
    found[...] = plain(value)
    return found.view(Array)


def zeros(shape, dtype=float, order="C"):
    return filled(shape, number(0.0) if is_float(dtype) else 0, dtype)


def ones(shape, dtype=float, order="C"):
    return filled(shape, number(1.0) if is_float(dtype) else 1, dtype)


def empty(shape, dtype=float, order="C"):
    return uninitialised(_shape(shape), dtype)


def full(shape, fill_value, dtype=None, order="C"):
    values = plain(fill_value)
    if dtype is None:
        dtype = float if values.dtype.kind == "O" else values.dtype
    return filled(shape, converted(values, dtype), dtype)


def _like(a: Any, dtype: Any, shape: Any) -> tuple[Any, Any]:
    values = plain(a)
    kept = float if values.dtype.kind == "O" else values.dtype
    return values.shape if shape is None else shape, kept if dtype is None else dtype


def zeros_like(a, dtype=None, order="K", subok=True, shape=None):
    return zeros(*_like(a, dtype, shape))


def ones_like(a, dtype=None, order="K", subok=True, shape=None):
    return ones(*_like(a, dtype, shape))


def empty_like(prototype, dtype=None, order="K", subok=True, shape=None):
    return empty(*_like(prototype, dtype, shape))


def full_like(a, fill_value, dtype=None, order="K", subok=True, shape=None):
    shape, dtype = _like(a, dtype, shape)
    return full(shape, fill_value, dtype)


def eye(N, M=None, k=0, dtype=float, order="C"):
    return converted(np.eye(int(N), None if M is None else int(M), int(k), dtype=int), dtype)


def identity(n, dtype=float):
    return eye(n, dtype=dtype)


def tri(N, M=None, k=0, dtype=float):
    return converted(np.tri(N, M, k, dtype=int), dtype)


def array(object, dtype=None, copy=True, order="K", subok=False, ndmin=0):
    found = plain(object)
    found = np.array(found) if dtype is None else converted(found, dtype)
    while found.ndim < ndmin:
        found = found[None]
    return found.view(Array)


def asarray(a, dtype=None, order=None, copy=None):
    if isinstance(a, Array) and (dtype is None or np.dtype(dtype_of(dtype)) == a.dtype):
        return a
    return array(a, dtype)


def copy(a, order="K", subok=False):
    return a.copy() if isinstance(a, Array) else array(a)


def arange(*limits, dtype=None):
    start, stop, step = (0, *limits, 1) if len(limits) == 1 else (*limits, 1)[:3]
    if all(isinstance(x, (int, np.integer)) for x in (start, stop, step)) and not is_float(dtype):
        whole: Any = np.arange(int(start), int(stop), int(step))
        return (whole if dtype is None else whole.astype(dtype_of(dtype))).view(Array)
    start, stop, step = map(number, (start, stop, step))
    count = max(0, math.ceil((stop - start) / step))
    found = np.empty(count, object)
    for i in range(count):
        found[i] = float_of(start + i * step)
    return found.view(Array)


def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0):
    if retstep or axis != 0:
        raise NoCounterpart("numpy.linspace() with these arguments")
    a, b = array(start, float), array(stop, float)
    parts = max(num - 1 if endpoint else num, 1)
    found = [a + (b - a) * i / number(parts) for i in range(num)]
    return np.stack([plain(x) for x in found]).view(Array)


# --- choosing ------------------------------------------------------------------------------------


def where(condition, *choices):
    test = truths(condition)
    if not choices:
        return wrap(np.where(test))
    return wrap(np.where(test, *map(plain, choices)))


def truths(a: Any) -> Any:
    """A plain array of truth values."""
    values = plain(a)
    return values.astype(bool) if values.dtype != bool else values


def select(condlist, choicelist, default=0):
    found = plain(default)
    for condition, choice in list(zip(condlist, choicelist, strict=True))[::-1]:
        found = np.where(truths(condition), plain(choice), found)
    return wrap(found)


def clip(a, a_min=None, a_max=None, out=None, min=None, max=None):
    low, high = (a_min if min is None else min), (a_max if max is None else max)
    found = a
    if low is not None:
        found = dispatch(np.maximum, "__call__", (found, low), None, {})
    if high is not None:
        found = dispatch(np.minimum, "__call__", (found, high), None, {})
    return _into(out, found)


def _into(out: Any, found: Any) -> Any:
    if out is None:
        return found
    out[...] = found
    return out


def around(a, decimals=0, out=None):
    values = plain(a)
    if values.dtype.kind != "O":
        return _into(out, wrap(np.round(values, decimals)))
    digits = int(decimals)
    turned = [float_of(round(number(x), digits)) for x in values.reshape(-1)]
    found = np.empty(values.size, object)
    found[:] = turned
    return _into(out, wrap(found.reshape(values.shape) if values.ndim else found[0]))


# --- reductions ----------------------------------------------------------------------------------


def reduction(ufunc: Any) -> Callable[..., Any]:
    def reduce(a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=True):
        options = {} if initial is None else {"initial": initial}
        axis = tuple(axis) if isinstance(axis, list) else axis
        values = truths(a) if ufunc.__name__.startswith("logical") else a
        return dispatch(
            ufunc, "reduce", (values,), out,
            {"axis": axis, "keepdims": keepdims, "dtype": dtype, "where": where, **options},
        )  # fmt: skip

    return reduce


total, product = reduction(np.add), reduction(np.multiply)
largest, smallest = reduction(np.maximum), reduction(np.minimum)


def max_(a, axis=None, out=None, keepdims=False, initial=None, where=True):
    return largest(a, axis, None, out, keepdims, initial, where)


def min_(a, axis=None, out=None, keepdims=False, initial=None, where=True):
    return smallest(a, axis, None, out, keepdims, initial, where)


def all_(a, axis=None, out=None, keepdims=False, where=True):
    return reduction(np.logical_and)(a, axis, None, out, keepdims, None, where)


def any_(a, axis=None, out=None, keepdims=False, where=True):
    return reduction(np.logical_or)(a, axis, None, out, keepdims, None, where)


def _count(a: Any, axis: Any) -> int:
    shape = np.shape(plain(a))
    axes = range(len(shape)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    return math.prod(shape[i] for i in axes)


def mean(a, axis=None, dtype=None, out=None, keepdims=False, where=True):
    if where is not True:
        count = total(
            plain(truths(where)) * np.ones(np.shape(plain(a)), int), axis, keepdims=keepdims
        )
        return total(a, axis, None, None, keepdims, None, where) / number_or_array(count)
    return _into(out, total(a, axis, None, None, keepdims) / number(_count(a, axis)))


def number_or_array(value: Any) -> Any:
    return value if isinstance(value, Array) else number(value)


def var(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, where=True, correction=None):
    if where is not True:
        raise NoCounterpart("numpy.var() with where=")
    freedom = number(_count(a, axis)) - (ddof if correction is None else correction)
    gap = wrap(plain(a)) - mean(a, axis, keepdims=True)
    return _into(out, total(gap * gap, axis, keepdims=keepdims) / freedom)


def std(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, where=True, correction=None):
    spread = var(a, axis, None, None, ddof, keepdims, where, correction)
    return _into(out, dispatch(np.sqrt, "__call__", (spread,), None, {}))


def ptp(a, axis=None, out=None, keepdims=False):
    return _into(out, max_(a, axis, keepdims=keepdims) - min_(a, axis, keepdims=keepdims))


def median(a, axis=None, out=None, overwrite_input=False, keepdims=False):
    return quantile(a, number(0.5), axis, out, keepdims=keepdims)


def quantile(a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False,
             **others):  # fmt: skip
    if method != "linear":
        raise NoCounterpart(f"numpy.quantile() with method {method!r}")
    places = plain(q)
    if places.ndim:
        each = [plain(quantile(a, p, axis, keepdims=keepdims)) for p in places.reshape(-1)]
        shape = np.shape(each[0]) if each else ()
        return _into(out, wrap(np.reshape(np.array(each, object), places.shape + shape)))
    values = plain(a)
    rank = values.ndim
    if isinstance(axis, tuple):
        front = np.moveaxis(values, axis, range(len(axis)))
        values = front.reshape(-1, *front.shape[len(axis) :])
    else:
        values = values.reshape(-1) if axis is None else np.moveaxis(values, axis, 0)
    values = np.sort(values, axis=0)
    place = number(q) * (len(values) - 1)
    low = min(math.floor(place), max(len(values) - 2, 0))
    first, second = wrap(values[low]), wrap(values[min(low + 1, len(values) - 1)])
    found = first + (second - first) * (place - low)
    if keepdims:
        shape = (1,) * rank if axis is None else None
        found = np.reshape(plain(found), shape) if shape else np.expand_dims(plain(found), axis)
    return _into(out, wrap(found))


def percentile(a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False,
               **others):  # fmt: skip
    return quantile(a, number(q) / 100, axis, out, False, method, keepdims, **others)


def count_nonzero(a, axis=None, keepdims=False):
    return wrap(np.count_nonzero(truths(a), axis, keepdims=keepdims))


# --- tests, types and parts ----------------------------------------------------------------------


def isclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False):
    gap = dispatch(np.absolute, "__call__", (wrap(plain(a)) - b,), None, {})
    size = dispatch(np.absolute, "__call__", (b,), None, {})
    return wrap(truths(gap <= number(atol) + number(rtol) * size))


def allclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False):
    return bool(np.all(plain(isclose(a, b, rtol, atol))))


def result_type(*values):
    """Floats are all alike here."""
    kinds = [_type(v) for v in values]
    if float in kinds:
        return np.dtype(float)
    return np.result_type(*kinds)


def _type(value: Any) -> Any:
    if value is Float or isinstance(value, (float, Symbolic)):
        return float
    if isinstance(value, (type, np.dtype, str)):
        dtype = np.dtype(dtype_of(value))
        return float if dtype.kind == "f" else dtype
    if isinstance(value, np.ndarray):
        return float if holds_numbers(value) else kept_dtype(value)
    return value


def identical(a):
    return wrap(plain(a)) if not isinstance(a, Symbolic) else a


def imag(a):
    return zeros_like(a) if np.ndim(plain(a)) else number(0.0)


def angle(z, deg=False):
    return where(wrap(plain(z)) < 0, 180 if deg else named("pi"), number(0.0))


def nan_to_num(x, copy=True, nan=0.0, posinf=None, neginf=None):
    values = wrap(plain(x))
    test = dispatch(np.isfinite, "__call__", (values,), None, {})
    if not np.all(plain(test)) and (posinf is None or neginf is None):
        test = dispatch(np.isnan, "__call__", (values,), None, {})
        return where(test, nan, values)
    return values


def interp(x, xp, fp, left=None, right=None, period=None):
    if period is not None:
        raise NoCounterpart("numpy.interp() with period")
    xs, ys = wrap(plain(xp)), wrap(plain(fp))

    def one(value: Any) -> Any:
        if value < xs[0]:
            return ys[0] if left is None else left
        if value >= xs[-1]:
            return ys[-1] if right is None or value == xs[-1] else right
        i = next(i for i in range(len(xs) - 1) if value < xs[i + 1])
        return ys[i] + (ys[i + 1] - ys[i]) / (number(xs[i + 1]) - xs[i]) * (value - xs[i])

    return wrap(np.frompyfunc(lambda v: one(number(v)), 1, 1)(plain(x)))


def sinc(x):
    _, _, function = ELEMENTS["sinc"]
    return wrap(np.frompyfunc(function, 1, 1)(plain(x)))


def floats(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of numbers that no input reaches, as NumPy computes it in floats."""

    def call(*args: Any, **kwargs: Any) -> Any:
        given = [float(a.value) if isinstance(a, Symbolic) and a.run is None else a for a in args]
        found = function(*given, **kwargs)
        return exactly(found).view(Array) if isinstance(found, np.ndarray) else scalar(found)

    return call


FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{
        f.__name__: f
        for f in (
            zeros, ones, empty, full, zeros_like, ones_like, empty_like, full_like, eye, identity,
            tri, array, asarray, copy, arange, linspace, where, select, clip, around, mean, var,
            std, ptp, median, quantile, percentile, count_nonzero, isclose, allclose, result_type,
            imag, angle, nan_to_num, interp, sinc,
        )
    },
    **dict.fromkeys(("asanyarray", "ascontiguousarray", "asfortranarray", "require"), asarray),
    "asarray_chkfinite": asarray,
    "round": around,
    "sum": total,
    "prod": product,
    "max": max_,
    "amax": max_,
    "min": min_,
    "amin": min_,
    "all": all_,
    "any": any_,
    "real": identical,
    "real_if_close": identical,
    "conj": identical,
    "conjugate": identical,
    "iscomplexobj": lambda x: False,
    "isrealobj": lambda x: True,
    "isreal": lambda x: ones_like(x, dtype=bool),
    "iscomplex": lambda x: zeros_like(x, dtype=bool),
    "logspace": floats(np.logspace),
    "geomspace": floats(np.geomspace),
}  # fmt: skip

METHODS = "sum prod mean var std max min all any ptp clip round"
for _name in METHODS.split():
    setattr(Array, _name, FUNCTIONS[_name])
