"""Functions that generated files bring along: adjoints of Fourier transforms."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

import numpy as np


def cropped_or_padded(adjoint, x, axes):
    """The adjoint of x from that of x cropped, or padded with zeros, along some axes."""
    axes = [axes] if np.ndim(axes) == 0 else axes
    for axis in axes:
        missing = np.shape(x)[axis] - np.shape(adjoint)[axis]
        moved = np.moveaxis(adjoint, axis, 0)[: np.shape(x)[axis]]
        moved = np.pad(moved, [(0, max(missing, 0))] + [(0, 0)] * (np.ndim(x) - 1))
        adjoint = np.moveaxis(moved, 0, axis)
    return adjoint


def both_halves(half, x, dout, axis):
    """The adjoint of x, the coefficients of a real signal, from half of the adjoint of all: those
    of other frequencies than the lowest and the highest one stand for two."""
    twice = np.moveaxis(np.array(half), axis, 0)
    twice[1 : (np.shape(dout)[axis] + 1) // 2] *= 2
    return cropped_or_padded(np.moveaxis(twice, 0, axis), x, axis)


def transformed_axes(x, s, axes):
    """The axes that a transform of several axes has, and the lengths of what is transformed."""
    if axes is None:
        axes = range(-(np.ndim(x) if s is None else len(s)), 0)
    axes = [int(i) for i in axes]
    return axes, None if s is None else list(s)


def rfftn_adjoint(x, s, axes, norm, dout):
    """The adjoint of x in np.fft.rfftn(x, s, axes, norm)."""
    axes, lengths = transformed_axes(x, s, axes)
    last = np.shape(x)[axes[-1]] if lengths is None or lengths[-1] == -1 else lengths[-1]
    found = np.fft.fft(dout, last, axes[-1], norm)
    found = np.fft.fftn(found, axes=axes[:-1], norm=norm)
    return cropped_or_padded(np.real(found), x, axes)


def irfftn_adjoint(x, s, axes, norm, dout):
    """The adjoint of x in np.fft.irfftn(x, s, axes, norm)."""
    axes, _ = transformed_axes(x, s, axes)
    half = np.fft.ihfft(dout, axis=axes[-1], norm=norm)
    found = both_halves(half, half, dout, axes[-1])
    found = np.fft.ifftn(found, axes=axes[:-1], norm=norm)
    return cropped_or_padded(found, x, axes)
