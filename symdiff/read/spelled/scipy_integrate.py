"""The slopes that scipy.integrate.odeint is given: functions of the state, then of the time."""

# mypy: ignore-errors
from __future__ import annotations

import numpy as np


def slopes(value, y):
    if not isinstance(value, (list, tuple)) and np.ndim(value) == 1:
        return value
    return np.reshape(np.asarray(value), np.shape(y))


def slope(function, y, t, *args):
    """An array like the state."""
    return slopes(function(y, t, *args), y)


def slope_of_time(function, y, t, *args):
    """The same for a function that takes the time first."""
    return slopes(function(t, y, *args), y)
