"""The rival that needs no tool: a function called once more for each number it depends on."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

from benchmarks.gradbench.eval import Eval

ACTIVE = {"lse": 1, "llsq": 1, "ode": 1, "det": 1, "gmm": 4, "lstm": 2}  # the first arguments
LONGEST = 1000  # calls
H = 1e-6


def contender(
    found: Eval, args: tuple[Any, ...], most: float = LONGEST
) -> Callable[[], Any] | None:
    """The gradient at `args` by forward differences, where it takes no more than LONGEST calls,
    nor `most`."""
    if found.name in SEARCHES:
        search = SEARCHES[found.name]()
        return lambda: search(*args)
    if found.name not in ACTIVE or found.primal is None:
        return None
    count = ACTIVE[found.name]
    at, rest = args[:count], args[count:]
    if sum(a.size for a in at) > min(LONGEST, most):
        return None
    function = found.primal.call
    value = (lambda *of: function(*of)[-1]) if found.name == "ode" else function
    return lambda: forward_differences(value, at, rest)


def forward_differences(function: Any, at: Any, rest: Any) -> list[np.ndarray]:
    step = math.sqrt(np.finfo(float).eps)
    base = function(*at, *rest)
    gradients = []
    for moved in at:
        flat, slopes = moved.ravel(), np.empty(moved.size)
        for i in range(flat.size):
            kept = flat[i]
            flat[i] = kept + step
            slopes[i] = (function(*at, *rest) - base) / step
            flat[i] = kept
        gradients.append(slopes.reshape(moved.shape))
    return gradients


def _particle() -> Any:
    """The descent with slopes from differences, in both places."""
    from benchmarks.gradbench.programs.particle import crossing_with, minimum_with, potential

    @njit
    def slopes(x: float, y: float, w: float) -> tuple[float, float]:
        return (
            (potential(x + H, y, w) - potential(x - H, y, w)) / (2 * H),
            (potential(x, y + H, w) - potential(x, y - H, w)) / (2 * H),
        )

    crossing = crossing_with(slopes)

    @njit
    def slope(w: float) -> float:
        return (crossing(w + H) - crossing(w - H)) / (2 * H)

    return minimum_with(crossing, slope)


def _saddle() -> Any:
    from benchmarks.gradbench.programs.saddle import height_with, saddle_with, surface, top_with

    @njit
    def up(x0: float, x1: float, y0: float, y1: float) -> tuple[float, float]:
        return (
            (surface(x0, x1, y0 + H, y1) - surface(x0, x1, y0 - H, y1)) / (2 * H),
            (surface(x0, x1, y0, y1 + H) - surface(x0, x1, y0, y1 - H)) / (2 * H),
        )

    top = top_with(up)
    height = height_with(top)

    @njit
    def down(x0: float, x1: float, y0: float, y1: float) -> tuple[float, float]:
        return (
            (height(x0 + H, x1, y0, y1) - height(x0 - H, x1, y0, y1)) / (2 * H),
            (height(x0, x1 + H, y0, y1) - height(x0, x1 - H, y0, y1)) / (2 * H),
        )

    return saddle_with(height, down, top)


SEARCHES: dict[str, Callable[[], Any]] = {
    "particle": functools.cache(_particle),
    "saddle": functools.cache(_saddle),
}
