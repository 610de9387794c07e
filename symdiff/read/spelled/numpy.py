"""Functions of NumPy that follow from others."""

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


def cov(m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None, *, dtype=None):
    if fweights is not None or aweights is not None or dtype is not None:
        refuse("np.cov() is supported without weights and dtype")
    x = variables(m, rowvar)
    if y is not None:
        x = np.concatenate((x, variables(y, rowvar)), axis=0)
    if ddof is None:
        ddof = 0 if bias else 1
    x = x - np.mean(x, axis=1)[:, None]
    return np.squeeze(np.dot(x, x.T.conj()) * np.true_divide(1, np.shape(x)[1] - ddof))


def variables(m, rowvar):
    m = np.asarray(m)
    if np.ndim(m) < 2:
        return np.reshape(m, (1, -1))
    return m if rowvar else m.T


def corrcoef(x, y=None, rowvar=True, *, dtype=None):
    c = cov(x, y, rowvar, dtype=dtype)
    if np.ndim(c) == 0:
        return c / c
    deviations = np.sqrt(np.diag(c).real)
    return np.clip(c / deviations[:, None] / deviations[None, :], -1, 1)


def polyfit(x, y, deg, rcond=None, full=False, w=None, cov=False):
    if full or cov:
        refuse("np.polyfit() is supported for its coefficients only")
    x, y = np.asarray(x) + 0.0, np.asarray(y) + 0.0
    if rcond is None:
        rcond = len(x) * 2.220446049250313e-16
    rows = np.vander(x, deg + 1)
    if w is not None:
        w = np.asarray(w) + 0.0
        rows = rows * w[:, None]
        y = y * w if np.ndim(y) == 1 else y * w[:, None]
    scale = np.sqrt((rows * rows).sum(axis=0))
    found = np.linalg.lstsq(rows / scale, y, rcond)[0]
    return (found.T / scale).T


def put_along_axis(arr, indices, values, axis=-1):
    rank = np.ndim(arr)
    if rank == 1:
        arr[indices] = values
    elif rank == 2 and axis % 2:
        arr[np.arange(np.shape(arr)[0])[:, None], indices] = values
    elif rank == 2:
        arr[indices, np.arange(np.shape(arr)[1])] = values
    else:
        refuse("np.put_along_axis() is supported for one axis and for two")
