"""Calls of array functions through all of symdiff: read, differentiated, written and run.

One in twenty-five of the calls that the rules are tested with takes this way, always the same
ones; with SYMDIFF_WHOLE=1 all do.
"""

from __future__ import annotations

import ast
import cmath
import linecache
import math
import os
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy

import symdiff
from rules.arrays.twice import check_twice, is_chosen
from symdiff.stages import Expr
from symdiff.write.expressions import Builder

EVERY = 1 if os.environ.get("SYMDIFF_WHOLE") else 25


def check_whole(
    call: Any, whole: Expr, value: Any, cotangents: list[Any], tolerance: float,
    differences: Callable[..., Any],
) -> None:  # fmt: skip
    """Compare the gradient of the sum of what a call returns, weighted by `cotangents`, and its
    derivative along a direction, with differences and with each other."""
    names = {var: f"v{i}" for i, var in enumerate(call.values)}
    text = ast.unparse(ast.fix_missing_locations(Builder(names)(whole)))
    given = list(call.values.values())
    once, twice = zlib.crc32(text.encode()) % EVERY == 0, is_chosen(text, given)
    wrt = tuple(i for i, v in enumerate(given) if np.asarray(v).dtype.kind == "f")
    if not (once or twice) or not wrt or not any(c is not None for c in cotangents):
        return
    weights = [c for c in cotangents if c is not None]
    if twice and all(np.asarray(given[i]).dtype == np.float64 for i in wrt):
        squared = _function(text, list(names.values()), value, cotangents, " + {0} ** 2")
        check_twice(squared, [*given, *weights], wrt, text)
    if not once or isinstance(value, list):
        return
    function = _function(text, list(names.values()), value, cotangents)
    with np.errstate(all="ignore"):
        gradient = symdiff.grad(function, argnums=wrt)(*given, *weights)
    variables = list(call.values)
    slopes = [differences(call, whole, variables[i], cotangents) for i in wrt]
    rng = np.random.default_rng(2)
    directions = [rng.normal(size=np.shape(given[i]))[()] for i in wrt]
    directions = [d if np.ndim(d) else float(d) for d in directions]
    with np.errstate(all="ignore"):
        _, slope = symdiff.jvp(function, (*given, *weights), directions, argnums=wrt)
    want = sum(float(np.sum(s * d)) for s, d in zip(slopes, directions, strict=True))
    np.testing.assert_allclose(slope, want, rtol=tolerance, atol=10 * tolerance, err_msg=text)
    same = sum(float(np.sum(g * d)) for g, d in zip(gradient, directions, strict=True))
    np.testing.assert_allclose(slope, same, rtol=1e-8, atol=1e-8, err_msg=text)
    for i, found in zip(wrt, gradient, strict=True):
        assert np.shape(found) == np.shape(given[i]), text
        want = slopes[wrt.index(i)]
        np.testing.assert_allclose(found, want, rtol=tolerance, atol=tolerance, err_msg=text)


def _function(
    text: str, names: list[str], value: Any, cotangents: list[Any], more: str = ""
) -> Any:
    """The sum of what a call returns, with `more` of it added, weighted."""
    several = isinstance(value, (tuple, list))
    parts = value if several else (value,)
    weights = [f"c{i}" for i, c in enumerate(cotangents) if c is not None]
    terms = []
    for i, part in enumerate(parts):
        if cotangents[i] is None:
            continue
        part_text = f"out[{i}]" if several else "out"
        term = f"c{i} * ({part_text}{more.format(part_text)})" if more else f"c{i} * {part_text}"
        # of real matrices that have real eigenvalues too, symdiff says that they may be complex
        is_complex = np.asarray(part).dtype.kind == "c" or "linalg.eig" in text
        terms.append(f"np.sum(np.real({term}))" if is_complex else f"np.sum({term})")
    head = f"def f({', '.join([*names, *weights])}):"
    source = f"{head}\n    out = {text}\n    return {' + '.join(terms)}\n"
    file = f"<whole {zlib.crc32(source.encode())}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    space: dict[str, Any] = {"np": np, "scipy": scipy, "math": math, "cmath": cmath}
    exec(compile(source, file, "exec"), space)
    return space["f"]
