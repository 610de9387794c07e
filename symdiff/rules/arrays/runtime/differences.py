"""Functions that generated files bring along: adjoints of differences and of interpolation."""

# mypy: allow-untyped-defs, allow-untyped-calls
from __future__ import annotations

import numpy as np

from symdiff.rules.arrays.runtime.joining import concatenated_parts


def diff_adjoint(dout, n, axis=-1):
    """The adjoint of x in np.diff(x, n, axis)."""
    for _ in range(n):
        dout = -np.diff(dout, prepend=0, append=0, axis=axis)
    return dout


def diff_parts(x, prepend, append, axis, whole):
    """The adjoints of x, prepend and append from that of all of them put behind each other."""
    shape = list(np.shape(x))
    shape[axis] = 1
    wide = [
        a if np.ndim(a) else np.broadcast_to(a, shape)
        for a in (prepend, x, append)
        if a is not None
    ]
    parts = iter(concatenated_parts(wide, axis, whole))
    found = [None if a is None else next(parts) for a in (prepend, x, append)]
    before, own, after = found
    return [
        own,
        np.sum(before) if np.ndim(prepend) == 0 and before is not None else before,
        np.sum(after) if np.ndim(append) == 0 and after is not None else after,
    ]


def gradient_adjoint(f, dout, spacing, axis=None, edge_order=1):
    """The adjoint of f in np.gradient(f, spacing, axis=axis, edge_order=edge_order)."""
    if axis is None and np.ndim(f) > 1:  # the adjoints of all axes, one behind the other
        return sum(gradient_adjoint(f, d, spacing, i, edge_order) for i, d in enumerate(dout))
    axis = 0 if axis is None else axis
    dout = np.moveaxis(dout, axis, -1)
    steps = np.diff(spacing) if np.ndim(spacing) else np.full(dout.shape[-1] - 1, spacing)
    h, k = steps[:-1], steps[1:]
    found = np.zeros_like(dout)
    inner = dout[..., 1:-1]
    found[..., :-2] -= inner * k / (h * (h + k))
    found[..., 1:-1] += inner * (k - h) / (h * k)
    found[..., 2:] += inner * h / (k * (h + k))
    for end, way in ((dout[..., 0], 1), (dout[..., -1], -1)):
        one = found[..., ::way]
        h = way * steps[::way]
        if edge_order == 1:
            one[..., 0] -= end / h[0]
            one[..., 1] += end / h[0]
        else:
            h, k = h[0], h[1]
            one[..., 0] -= end * (2 * h + k) / (h * (h + k))
            one[..., 1] += end * (h + k) / (h * k)
            one[..., 2] -= end * h / (k * (h + k))
    return np.moveaxis(found, -1, axis)


def interp_places(x, xp):
    """For np.interp: the interval that each x lies in, how far, and which lie in none."""
    x, xp = np.asarray(x), np.asarray(xp)
    low = np.clip(np.searchsorted(xp, x, side="right") - 1, 0, max(len(xp) - 2, 0))
    high = np.minimum(low + 1, len(xp) - 1)
    width = xp[high] - xp[low]
    outside = (x < xp[0]) | (x > xp[-1]) | (width == 0)
    width = np.where(width == 0, 1.0, width)
    return low, high, width, np.where(x > xp[low], (x - xp[low]) / width, 0.0), outside


def interp_slope(x, xp, fp):
    """The derivative of np.interp(x, xp, fp) in x."""
    low, high, width, _, outside = interp_places(x, xp)
    fp = np.asarray(fp)
    return np.where(outside, 0.0, (fp[high] - fp[low]) / width)


def interp_xp_adjoint(xp, x, fp, dout):
    """The adjoint of xp in np.interp(x, xp, fp)."""
    low, high, _, part, _ = interp_places(x, xp)
    share = dout * interp_slope(x, xp, fp)
    found = np.zeros(np.shape(xp), np.result_type(share, float))
    np.add.at(found, low, share * (part - 1))
    np.add.at(found, high, -share * part)
    return found


def interp_fp_adjoint(fp, x, xp, left, right, dout):
    """The adjoint of fp in np.interp(x, xp, fp, left, right)."""
    low, high, _, part, outside = interp_places(x, xp)
    below, above = x < xp[0], x > xp[-1]
    share = np.where(below & (left is not None) | above & (right is not None), 0.0, dout)
    part = np.where(outside, above, part)
    found = np.zeros(np.shape(fp), np.result_type(share, float))
    np.add.at(found, low, share * (1 - part))
    np.add.at(found, high, share * part)
    return found
