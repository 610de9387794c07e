"""Arrays of symbolic numbers, which behave as NumPy's own: views, stores, broadcasting, ufuncs.

Floats are kept as symbolic numbers in an array of objects; integers and truth values are kept as
NumPy keeps them.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from symdiff.checking.functions import Float, Int
from symdiff.checking.number import NoCounterpart, Symbolic, number

Plain = Any  # a plain array of NumPy, of objects, integers or truth values


class Array(np.ndarray):
    """An array of symbolic numbers, integers or truth values."""

    def __array_ufunc__(
        self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **kwargs: Any
    ) -> Any:
        return dispatch(ufunc, method, inputs, out, kwargs)

    def __getitem__(self, key: Any) -> Any:
        return scalar(super().__getitem__(index_of(key)))

    def __setitem__(self, key: Any, value: Any) -> None:
        values = fitting(self, value)
        # An array of no axes would itself become the element, and be shared by copies of it.
        super().__setitem__(index_of(key), values if values.ndim else values.item())

    def __iter__(self) -> Any:
        if self.ndim == 0:
            raise TypeError("iteration over a 0-d array")
        return (self[i] for i in range(len(self)))

    def __bool__(self) -> bool:
        return bool(self.item()) if self.size == 1 else super().__bool__()

    def __float__(self) -> Any:
        raise TypeError("a symbolic number has no single float value")

    @property
    def dtype(self) -> Any:
        """As the program sees it: what is kept as objects are floats to it."""
        kept = np.ndarray.dtype.__get__(self)
        return np.dtype(float) if kept.kind == "O" else kept

    @property
    def nbytes(self) -> int:
        return 8 * self.size

    @property  # type: ignore[misc]
    def real(self) -> Any:
        return self

    @property  # type: ignore[misc]
    def imag(self) -> Any:
        return wrap(np.full(self.shape, number(0.0), object))

    @property
    def flat(self) -> Any:
        return _Flat(self)

    def astype(self, dtype: Any, *args: Any, **kwargs: Any) -> Any:
        """The same numbers as floats, integers or truth values."""
        return converted(self, dtype)

    def item(self, *where: Any) -> Any:
        found = plain(self).item(*where)
        return found

    def tolist(self) -> Any:
        return plain(self).tolist()

    def conj(self) -> Array:
        return self.copy()

    conjugate = conj

    def fill(self, value: Any) -> None:
        self[...] = value

    def read(self) -> Plain:
        """The plain array, all elements of which are read."""
        return self.view(np.ndarray)

    def wrote(self, key: Any) -> None:
        """Note that elements were set."""

    def __deepcopy__(self, memo: Any) -> Array:
        return self.copy()


class _Flat:
    """What `a.flat` is: it is read and written by flat positions."""

    def __init__(self, array: Array) -> None:
        self.array = array

    def __iter__(self) -> Any:
        return iter(wrap(plain(self.array).reshape(-1)))

    def __len__(self) -> int:
        return self.array.size

    def __getitem__(self, key: Any) -> Any:
        return scalar(np.ndarray.flat.__get__(plain(self.array))[key])

    def __setitem__(self, key: Any, value: Any) -> None:
        np.ndarray.flat.__get__(plain(self.array))[key] = plain(value)


# --- between arrays of symbolic numbers and plain ones -------------------------------------------


def plain(value: Any) -> Plain:
    """An array of NumPy that shares the memory of an Array; other values become new ones, in which
    floats are exact numbers."""
    if isinstance(value, Array):
        return value.read()
    if isinstance(value, Symbolic):
        found = np.empty((), object)
        found[()] = value
        return found
    found = np.asarray(bare(value))
    if found.dtype.kind == "c":
        raise NoCounterpart("complex numbers are not followed")
    return exactly(found) if found.dtype.kind == "f" else found


def bare(value: Any) -> Any:
    """A list of arrays of symbolic numbers as one of plain arrays, and of their numbers where they
    have no axes: NumPy would make such arrays elements."""
    if isinstance(value, Array):
        return value.read() if value.ndim else value.item()
    if isinstance(value, (list, tuple)) and not isinstance(value, np.ndarray):
        return [bare(v) for v in value]
    return value


def exactly(floats: Plain) -> Plain:
    """An array of the exact numbers that floats stand for."""
    found = np.empty(floats.shape, object)
    for i in np.ndindex(floats.shape):
        found[i] = number(float(floats[i]))
    return found


def wrap(value: Any) -> Any:
    """What a function of NumPy has returned, as the program should see it."""
    if isinstance(value, Array):
        return value
    if isinstance(value, np.ndarray):
        if value.dtype.kind == "c":
            raise NoCounterpart("complex numbers are not followed")
        return (exactly(value) if value.dtype.kind == "f" else value).view(Array)
    if isinstance(value, tuple) and hasattr(value, "_make"):
        return value._make(map(wrap, value))
    if isinstance(value, (tuple, list)):
        return type(value)(map(wrap, value))
    return scalar(value)


def scalar(value: Any) -> Any:
    """A number read from an array: floats are symbolic, others as NumPy has them."""
    return number(float(value)) if isinstance(value, np.floating) else value


def index_of(key: Any) -> Any:
    """An index that NumPy understands."""
    if isinstance(key, tuple):
        return tuple(map(index_of, key))
    if isinstance(key, Symbolic):
        return key.__index__()
    if isinstance(key, list):
        return [index_of(k) for k in key]
    if isinstance(key, Array) and holds_numbers(key):
        raise IndexError("arrays used as indices must be of integer (or boolean) type")
    return plain(key) if isinstance(key, Array) else key


def kept_dtype(array: Any) -> Any:
    return np.ndarray.dtype.__get__(array)


def holds_numbers(array: Any) -> bool:
    """Whether an array holds symbolic numbers, and not integers or truth values."""
    return bool(kept_dtype(array).kind == "O")


def fitting(array: Any, value: Any) -> Any:
    """A value as it is stored in an array."""
    values = plain(value)
    if holds_numbers(array):
        return values
    if values.dtype.kind == "O":
        return converted(values, kept_dtype(array)).view(np.ndarray)
    return values


def is_float(dtype: Any) -> bool:
    """Whether numbers of this type are kept as symbolic ones."""
    if dtype is None:
        return False
    if dtype is Float or dtype is float:
        return True
    kind = np.dtype(dtype_of(dtype)).kind
    if kind == "c":
        raise NoCounterpart("complex numbers are not followed")
    return kind in "fO"


def dtype_of(dtype: Any) -> Any:
    """A type as NumPy knows it."""
    return float if dtype is Float else int if dtype is Int else dtype


def converted(array: Any, dtype: Any) -> Any:
    """A copy of an array as one of another type."""
    values = plain(array)
    if is_float(dtype):
        found = np.empty(values.shape, object)
        for i in np.ndindex(values.shape):
            found[i] = _as_float(values[i])
        return found.view(Array)
    dtype = np.dtype(dtype_of(dtype))
    if values.dtype.kind != "O":
        return values.astype(dtype).view(Array)
    change = bool if dtype.kind == "b" else lambda x: int(number(x).__trunc__())
    found = np.empty(values.shape, dtype)
    for i in np.ndindex(values.shape):
        found[i] = change(values[i])
    return found.view(Array)


def _as_float(value: Any) -> Any:
    return Float(value) if isinstance(value, Symbolic) else number(float(value))


# --- ufuncs --------------------------------------------------------------------------------------

# Those that NumPy may compute itself, where there are only integers and truth values.
_NAMES = """
add subtract multiply floor_divide remainder mod power negative positive absolute maximum minimum
fmax fmin sign square equal not_equal less less_equal greater greater_equal logical_and logical_or
logical_not logical_xor bitwise_and bitwise_or bitwise_xor invert left_shift right_shift gcd lcm
divmod matmul conjugate bitwise_count vecdot matvec vecmat floor ceil trunc isnan isinf isfinite
"""
ON_INTEGERS = frozenset(_NAMES.split())
RELATIONS = {"less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">="}
NATIVE = frozenset({"matmul", "vecdot", "matvec", "vecmat"})  # sums of products of objects


def dispatch(ufunc: Any, method: str, inputs: Any, out: Any, kwargs: dict[str, Any]) -> Any:
    """A call of a ufunc of NumPy, or of one of its methods."""
    from symdiff.checking.arrays.elementwise import ufunc_of

    name = ufunc.__name__
    name = {"true_divide": "divide", "mod": "remainder"}.get(name, name)
    if method == "at":
        target, where, *rest = inputs
        counterpart = _counterpart(name, ufunc, [plain(target), *map(plain, rest)], ufunc_of)
        counterpart.at(plain(target), index_of(where), *(fitting(target, r) for r in rest))
        return None
    arrays = [plain(x) for x in inputs]
    if method == "reduceat":
        arrays = [arrays[0], arrays[1]]
    counterpart = _counterpart(
        name, ufunc, arrays[:1] if method == "reduceat" else arrays, ufunc_of
    )
    kwargs.pop("casting", None)
    dtype = kwargs.pop("dtype", None)
    where = kwargs.pop("where", True)
    if kwargs.get("initial") is not None and not isinstance(kwargs["initial"], int):
        kwargs["initial"] = number(kwargs["initial"])
    if method in ("reduce", "accumulate") and dtype is not None and is_float(dtype):
        arrays = [converted(arrays[0], dtype).view(np.ndarray)]
    if where is not True and method == "reduce":
        arrays, where = [_neutral(name, arrays[0], plain(where))], True
    made = getattr(counterpart, method)(*arrays, **kwargs)
    if name in RELATIONS:
        _note_outcomes(name, made)
    made = tuple(map(_typed(name), made)) if isinstance(made, tuple) else _typed(name)(made)
    (target,) = out if isinstance(out, tuple) else (out,)
    if target is None:
        if where is not True:
            found = np.full(np.shape(made), number(float("nan")), object)
            np.copyto(found, plain(made), where=plain(where).astype(bool))
            made = found
        return wrap(made)
    if not holds_numbers(target) and plain(made).dtype.kind == "O":
        raise TypeError(f"Cannot cast ufunc {name!r} output from float to {kept_dtype(target)}")
    mask = True if where is True else plain(where).astype(bool)
    np.copyto(target.view(np.ndarray), plain(made), where=mask, casting="unsafe")
    target.wrote(... if where is True else mask)
    return target


def _counterpart(name: str, ufunc: Any, arrays: list[Any], ufunc_of: Any) -> Any:
    exact = all(a.dtype.kind != "O" for a in arrays)
    if name in NATIVE or exact and name in ON_INTEGERS:
        return ufunc
    return ufunc_of(name)


def _typed(name: str) -> Callable[[Any], Any]:
    """What to do with an output: outcomes of tests are truth values."""
    from symdiff.checking.arrays.elementwise import OF_TRUTHS

    if name in OF_TRUTHS:
        return lambda made: made.astype(bool) if isinstance(made, np.ndarray) else made
    return lambda made: made


def _note_outcomes(name: str, made: Any) -> None:
    """Tell the run how the comparisons of elements came out, and where."""
    site = None
    for truth in made.reshape(-1) if isinstance(made, np.ndarray) else [made]:
        decision = getattr(truth, "decision", None)
        if decision is not None and not decision.is_tie:
            site = site or (*_line_that_asks(), name)
            (decision.a.run or decision.b.run).sites.setdefault(site, set()).add(bool(truth))


def _line_that_asks() -> tuple[str, int]:
    """The file and line of the program that is running."""
    frame = sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").startswith(("symdiff.", "numpy")):
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno


def _neutral(name: str, values: Any, mask: Any) -> Any:
    """An array with the elements that a reduction leaves out replaced by what changes nothing."""
    if name not in ("add", "multiply", "logical_and", "logical_or"):
        raise NoCounterpart(f"{name}.reduce with where=")
    neutral = {"add": 0, "multiply": 1, "logical_and": True, "logical_or": False}[name]
    found = np.empty(np.broadcast(values, mask).shape, object)
    found[...] = neutral
    np.copyto(found, values, where=mask.astype(bool))
    return found
