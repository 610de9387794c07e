"""Functions of NumPy that take functions."""

# mypy: ignore-errors
from __future__ import annotations

import numpy as np

from symdiff.read.spelled import refuse


def piecewise(x, condlist, funclist, *args, **kw):
    x = x if np.ndim(x) == 0 else np.asarray(x)
    tests = list(condlist) if isinstance(condlist, (list, tuple)) else [condlist]
    if len(funclist) == len(tests) + 1:
        rest = np.logical_not(tests[0])
        for test in tests[1:]:
            rest = np.logical_and(rest, np.logical_not(test))
        tests.append(rest)
    if len(funclist) != len(tests):
        refuse("np.piecewise() takes a function for each condition, and one more for the rest")
    if np.ndim(x) == 0:
        value = 0.0
        for test, function in zip(tests, funclist):
            if test:
                value = function(x, *args, **kw) if callable(function) else function
        return value
    y = np.zeros_like(x)
    for test, function in zip(tests, funclist):
        if not callable(function):
            y[test] = function
        elif np.any(test):
            y[test] = function(x[test], *args, **kw)
    return y
