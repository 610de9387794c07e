"""Second derivatives of array functions: tangents of their gradients, against differences.

One in fifty of the calls that the rules are tested with takes this way, always the same ones; with
SYMDIFF_WHOLE=1 all do.
"""

from __future__ import annotations

import os
import zlib
from typing import Any

import numpy as np

import symdiff
from symdiff.errors import SymdiffError

EVERY = 1 if os.environ.get("SYMDIFF_WHOLE") else 50
STEP = 2e-4


def is_chosen(text: str, given: list[Any]) -> bool:
    """Whether a call is one of the sample: its arguments are known by their types and shapes."""
    types = [(np.asarray(v).dtype.char, np.shape(v)) for v in given]
    return zlib.crc32(f"{text}{types}".encode()) % EVERY == 0


def check_twice(function: Any, given: list[Any], wrt: tuple[int, ...], text: str) -> None:
    """Compare products of the Hessian and a vector with differences of the gradient, and hold them
    to be symmetric. A second derivative that is refused is none that is wrong."""
    gradient = symdiff.grad(function, argnums=wrt)
    rng = np.random.default_rng(3)
    u, v = ([_normal(rng, given[i]) for i in wrt] for _ in range(2))
    with np.errstate(all="ignore"):
        try:
            along_u, along_v = (symdiff.jvp(gradient, given, d, argnums=wrt)[1] for d in (u, v))
        except SymdiffError:
            return
        wanted = _differences(gradient, given, wrt, u)
    scale = max(1.0, *(float(np.max(np.abs(w), initial=0)) for w in wanted))
    for i, found, want in zip(wrt, along_u, wanted, strict=True):
        assert np.shape(found) == np.shape(given[i]), text
        np.testing.assert_allclose(found, want, rtol=1e-5, atol=1e-5 * scale, err_msg=text)
    one, other = _inner(along_u, v), _inner(along_v, u)
    np.testing.assert_allclose(one, other, rtol=1e-7, atol=1e-8 * scale, err_msg=text)


def _normal(rng: Any, like: Any) -> Any:
    made = rng.normal(size=np.shape(like))
    return made if np.ndim(like) else float(made)


def _differences(gradient: Any, given: list[Any], wrt: tuple[int, ...], along: list[Any]) -> Any:
    """The derivatives of a gradient along a direction."""

    def at(step: float) -> Any:
        moved = list(given)
        for i, d in zip(wrt, along, strict=True):
            moved[i] = given[i] + step * d
        return gradient(*moved)

    wide = [zip(at(k * STEP), at(-k * STEP), strict=True) for k in (1, 2, 3)]
    near, far, farther = ([a - b for a, b in pairs] for pairs in wide)
    parts = zip(near, far, farther, strict=True)
    return [(45 * a - 9 * b + c) / (60 * STEP) for a, b, c in parts]


def _inner(xs: Any, ys: Any) -> float:
    return sum(float(np.sum(x * y)) for x, y in zip(xs, ys, strict=True))
