"""Independent derivatives: differences along random directions, that know nothing of symdiff."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

TOLERANCE = 1e-6  # of differences with five points, relative
STEPS = (1e-2, 1e-3, 1e-4, 1e-5)


def slope(function: Callable[..., Any], at: Sequence[Any], along: Sequence[Any], h: float) -> Any:
    """The derivative of `function` at some arguments along a direction, to the fourth order."""

    def value(t: float) -> Any:
        return np.asarray(function(*(a + t * d for a, d in zip(at, along, strict=True))))

    return (8 * (value(h) - value(-h)) - (value(2 * h) - value(-2 * h))) / (12 * h)


def agrees_with_differences(
    function: Callable[..., Any], at: Sequence[Any], gradient: Sequence[Any]
) -> None:
    """Hold a gradient against differences along random directions, with the best of several steps.
    Raises AssertionError."""
    rng = np.random.default_rng(20)
    for _ in range(3):
        along = [rng.standard_normal(np.shape(a)) for a in at]
        expected = [slope(function, at, along, h) for h in STEPS]
        found = sum(np.sum(g * d) for g, d in zip(gradient, along, strict=True))
        size = sum(np.sum(np.abs(g * d)) for g, d in zip(gradient, along, strict=True))
        nearest = min(abs(found - e) for e in expected)
        assert nearest <= TOLERANCE * size, f"{found} where differences tell {expected}"


def same(found: Any, expected: Any, tolerance: float = 1e-9) -> None:
    """Raises AssertionError where arrays differ by more than `tolerance` of the largest number."""
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.shape == expected.shape, f"{found.shape} is not {expected.shape}"
    difference = np.max(np.abs(found - expected), initial=0.0)
    scale = np.max(np.abs(expected), initial=0.0)
    assert difference <= tolerance * scale, f"differs by {difference} of {scale}"
