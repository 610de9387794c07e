"""Where functions have kinks, forward and reverse mode follow the same conventions."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff

TIED = np.array([2.0, 0.0, 2.0, -1.0, 0.0, -1.0])

FUNCTIONS = {
    "max": lambda x, y: np.max(x) * y[0],
    "min of rows": lambda x, y: np.min(x.reshape(2, 3), axis=1) @ y[:2],
    "ptp": lambda x, y: np.ptp(x) * y[1],
    "nanmax": lambda x, y: np.nanmax(x) * y[1],
    "maximum": lambda x, y: np.maximum(x, x[::-1]) @ y,
    "fmin": lambda x, y: np.fmin(x, 2.0) @ y,
    "clip": lambda x, y: np.clip(x, -1, 2) @ y,
    "abs": lambda x, y: np.abs(x) @ y,
    "sort": lambda x, y: np.sort(x) @ y,
    "partition": lambda x, y: np.partition(x, 2) @ y,
    "median": lambda x, y: np.median(x) * y[0],
    "quantile": lambda x, y: np.quantile(x, 0.3) * y[0],
    "unique": lambda x, y: np.unique(x) @ y[:3] if len(x) else 0.0,
    "norm": lambda x, y: np.linalg.norm(x - x) * y[0] + np.linalg.norm(x, np.inf) * y[1],
    "interp": lambda x, y: np.interp(x, [-1.0, 0.0, 2.0], y[:3]) @ y,
    "cumprod": lambda x, y: np.cumprod(x) @ y,
    "prod": lambda x, y: np.prod(x[:2]) * y[0],
    "std": lambda x, y: np.std(x[:1]) * y[0] + np.std(x) * y[1],
    "where": lambda x, y: np.where(x > 0, x, y) @ y,
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_both_modes_agree_at_ties(name):
    function = FUNCTIONS[name]
    rng = np.random.default_rng(5)
    y = np.array([3.0, 1.0, 1.0, 0.0, -2.0, 0.5])
    along = [rng.normal(size=6), rng.normal(size=6)]
    gradient = symdiff.grad(function, argnums=(0, 1))(TIED, y)
    _, slope = symdiff.jvp(function, (TIED, y), along, argnums=(0, 1))
    want = sum(float(g @ d) for g, d in zip(gradient, along, strict=True))
    assert slope == pytest.approx(want, rel=1e-12)
