"""How the functions of NumPy are called, whatever they compute: where `out` stands, and what the
keywords of ufuncs mean."""

from __future__ import annotations

import functools
import importlib
import inspect
from typing import Any

UFUNC = frozenset({"casting", "order", "subok"})  # keywords that leave the numbers as they are


@functools.cache
def numpy_function(name: str) -> Any:
    """The function of NumPy or SciPy with this full name, if there is one."""
    module, _, attribute = name.rpartition(".")
    if module.partition(".")[0] not in ("numpy", "scipy"):
        return None
    try:
        holder = importlib.import_module(module)
    except ImportError:  # the method of a ufunc, or of a class; or there is no NumPy
        holder = numpy_function(module)
    return getattr(holder, attribute, None)


def is_ufunc(name: str) -> bool:
    return type(numpy_function(name)).__name__ == "ufunc"


@functools.cache
def place_of_out(name: str) -> int | None:
    """Which positional argument `out` is; None where a function has none."""
    function = numpy_function(name)
    if is_ufunc(name):
        return function.nin if function.nout == 1 else None
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return None
    positional = [n for n, p in parameters.items() if p.kind is not p.KEYWORD_ONLY]
    return positional.index("out") if "out" in positional else None


def with_named_out(
    name: str, args: list[Any], keywords: dict[str, Any]
) -> tuple[list[Any], dict[str, Any]]:
    """The arguments of a call, with `out` among the keywords however it was given."""
    place = place_of_out(name)
    if place is None or len(args) <= place or "out" in keywords:
        return args, dict(keywords)
    return args[:place] + args[place + 1 :], {**keywords, "out": args[place]}
