"""Functions that generated files bring along: adjoints are added up where elements come from."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

import numpy as np


def places_of(x):
    """The number of each element of x, in the order in which it is ravelled."""
    return np.reshape(np.arange(np.size(x)), np.shape(x))


def added_at(places, dout, x):
    """An array of the shape of x whose elements are the sums of dout over their places."""
    found = np.zeros(np.size(x), np.result_type(dout, float))
    np.add.at(found, places, dout)
    return np.reshape(found, np.shape(x))


def tile_adjoint(x, dout, reps):
    """The adjoint of x in np.tile(x, reps)."""
    return added_at(np.tile(places_of(x), reps), dout, x)


def repeat_adjoint(x, dout, repeats, axis=None):
    """The adjoint of x in np.repeat(x, repeats, axis)."""
    return added_at(np.repeat(places_of(x), repeats, axis), dout, x)


def resize_adjoint(x, dout):
    """The adjoint of x in np.resize(x, dout.shape)."""
    return added_at(np.resize(places_of(x), np.shape(dout)), dout, x)


def pad_adjoint(x, dout, pad_width, mode="constant"):
    """The adjoint of x in np.pad(x, pad_width, mode), where the mode repeats elements of x."""
    options = {"constant_values": -1} if mode == "constant" else {}
    places = np.pad(places_of(x), pad_width, mode, **options)
    return added_at(places[places >= 0], dout[places >= 0], x)


def rollaxis_adjoint(x, dout, axis, start):
    """The adjoint of x in np.rollaxis(x, axis, start)."""
    order = np.rollaxis(np.empty(range(np.ndim(x))), axis, start).shape
    return np.transpose(dout, np.argsort(order))
