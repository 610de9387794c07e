"""What stands for NumPy and SciPy in code that runs on symbolic numbers."""

# mypy: allow-untyped-calls
from __future__ import annotations

import functools
import importlib
import sys
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from symdiff.checking.arrays import functions, matrices, special
from symdiff.checking.arrays.array import (
    Array,
    bare,
    dispatch,
    dtype_of,
    index_of,
    plain,
    wrap,
)
from symdiff.checking.functions import Float, Int
from symdiff.checking.number import NoCounterpart, Symbolic, named

OWN: dict[str, dict[str, Callable[..., Any]]] = {
    "numpy": functions.FUNCTIONS,
    "numpy.linalg": matrices.FUNCTIONS,
    "scipy.special": special.FUNCTIONS,
}
TYPES: dict[Any, Any] = {
    np.float64: Float,
    np.float32: Float,
    np.float16: Float,
    np.longdouble: Float,
    **{getattr(np, f"int{bits}"): Int for bits in (8, 16, 32, 64)},
    np.bool_: bool,
}
# Modules of which only what is listed has a counterpart.
CLOSED = {"numpy.linalg": matrices.NATIVE, "scipy.special": frozenset[str]()}
CLOSED |= {name: frozenset() for name in ("numpy.random", "numpy.polynomial")}
CLOSED["numpy.fft"] = frozenset({"fftshift", "ifftshift"})
CONSTANTS = {"pi": "pi", "e": "e", "inf": "inf", "nan": "nan"}


class Namespace:
    """A module of NumPy or SciPy, over symbolic numbers."""

    def __init__(self, module: types.ModuleType) -> None:
        self.__module = module
        self.__name__ = module.__name__

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        path = self.__name__
        if name in OWN.get(path, {}):
            return OWN[path][name]
        if path == "numpy" and name in CONSTANTS:
            return named(CONSTANTS[name])
        try:
            found = getattr(self.__module, name)
        except AttributeError:
            found = importlib.import_module(f"{path}.{name}")
        if isinstance(found, types.ModuleType):
            return namespace(found.__name__)
        return counterpart(found, f"{path}.{name}")


@functools.cache
def namespace(name: str) -> Namespace:
    """The counterpart of a module. Raises ImportError."""
    return Namespace(importlib.import_module(name))


def counterpart(value: Any, path: str = "") -> Any:
    """What stands for an object of NumPy or SciPy."""
    if isinstance(value, types.ModuleType):
        return namespace(value.__name__)
    if isinstance(value, type):
        return TYPES.get(value, value)
    if not callable(value):
        return value
    module, name = _known_as(value, path)
    if name in OWN.get(module, {}):
        return OWN[module][name]
    if module == "numpy" and isinstance(value, np.ufunc):
        return _ufunc(value)
    return _through(value, module, name)


def _known_as(value: Any, path: str) -> tuple[str, str]:
    """The public module of a function, and its name there."""
    name = value.__name__ if hasattr(value, "__name__") else ""
    if path:
        module, _, attribute = path.rpartition(".")
        return module, attribute
    for module in ("numpy", "numpy.linalg", "scipy.special", "numpy.fft"):
        if getattr(sys.modules.get(module), name, None) is value:
            return module, name
    return str(getattr(value, "__module__", "")), name


@functools.cache
def _ufunc(ufunc: np.ufunc) -> Any:
    return Ufunc(ufunc)


class Ufunc:
    """A ufunc of NumPy, over symbolic numbers."""

    def __init__(self, ufunc: np.ufunc) -> None:
        self.__ufunc = ufunc
        self.__name__ = ufunc.__name__
        self.nin, self.nout = ufunc.nin, ufunc.nout

    def __call__(self, *args: Any, out: Any = None, **kwargs: Any) -> Any:
        inputs, given = args[: self.nin], args[self.nin :]
        out = (given if given else None) if out is None else out
        return self.__apply("__call__", *inputs, out=out, **kwargs)

    def __apply(self, method: str, *inputs: Any, out: Any = None, **kwargs: Any) -> Any:
        return dispatch(self.__ufunc, method, inputs, out, kwargs)

    def reduce(
        self, a: Any, axis: Any = 0, dtype: Any = None, out: Any = None, **others: Any
    ) -> Any:
        return self.__apply("reduce", a, out=out, axis=axis, dtype=dtype, **others)

    def accumulate(self, a: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
        return self.__apply("accumulate", a, out=out, axis=axis, dtype=dtype)

    def outer(self, a: Any, b: Any) -> Any:
        return self.__apply("outer", a, b)

    def at(self, a: Any, where: Any, *values: Any) -> None:
        self.__apply("at", a, where, *values)


def _through(native: Callable[..., Any], module: str, name: str) -> Callable[..., Any]:
    """NumPy's own function, on the arrays of objects that ours are; for functions that only move
    elements about, or add, multiply and compare them."""
    closed = module.startswith("scipy") or module in CLOSED
    if closed and name not in CLOSED.get(module, ()):

        def refuse(*args: Any, **kwargs: Any) -> Any:
            raise NoCounterpart(f"{module}.{name}() has no counterpart in exact numbers")

        return refuse

    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            found = native(*map(_native, args), **{k: _native(v) for k, v in kwargs.items()})
        except TypeError as error:
            raise NoCounterpart(f"{module}.{name}(): {error}") from error
        return wrap(found)

    call.__name__ = name
    return call


def _native(value: Any) -> Any:
    """An argument as NumPy's own functions take it."""
    if isinstance(value, type):
        return dtype_of(value)
    if isinstance(value, Symbolic):
        return plain(value) if not value.integer else index_of(value)
    if isinstance(value, (tuple, list)):
        parts = [v if isinstance(v, Symbolic) and not v.integer else _native(v) for v in value]
        return parts if isinstance(value, list) else tuple(parts)
    return bare(value)


METHODS = "argmax argmin argsort choose compress cumprod cumsum diagonal dot nonzero put repeat "
METHODS += "searchsorted sort take trace partition argpartition"


def _method(name: str) -> Callable[..., Any]:
    def method(self: Array, *args: Any, **kwargs: Any) -> Any:
        native = getattr(np.ndarray, name)
        given = {k: _native(v) for k, v in kwargs.items()}
        return wrap(native(plain(self), *map(_native, args), **given))

    method.__name__ = name
    return method


for _name in METHODS.split():
    setattr(Array, _name, _method(_name))
