"""ba: reprojection errors of bundle adjustment, one observation at a time."""

from __future__ import annotations

import math

import numpy as np
from numba import njit


@njit
def rotated(r0, r1, r2, x, y, z):
    """A point turned about the axis r by the angle |r|, by the formula of Rodrigues."""
    square = r0 * r0 + r1 * r1 + r2 * r2
    if square == 0.0:
        return x + r1 * z - r2 * y, y + r2 * x - r0 * z, z + r0 * y - r1 * x
    angle = math.sqrt(square)
    cosine = math.cos(angle)
    sine = math.sin(angle)
    a, b, c = r0 / angle, r1 / angle, r2 / angle
    along = (a * x + b * y + c * z) * (1.0 - cosine)
    return (
        x * cosine + (b * z - c * y) * sine + a * along,
        y * cosine + (c * x - a * z) * sine + b * along,
        z * cosine + (a * y - b * x) * sine + c * along,
    )


@njit
def reprojection(r0, r1, r2, c0, c1, c2, f, u0, v0, k1, k2, x, y, z, w, feature0, feature1):
    """The weighted error of one observation, in both coordinates of the picture."""
    x, y, z = rotated(r0, r1, r2, x - c0, y - c1, z - c2)
    p = x / z
    q = y / z
    square = p * p + q * q
    distortion = 1.0 + k1 * square + k2 * square * square
    return (
        w * (p * distortion * f + u0 - feature0),
        w * (q * distortion * f + v0 - feature1),
    )


@njit
def weight_error(w):
    return 1.0 - w * w


@njit
def errors(cameras, points, weights, features, observed):
    """Two errors for each observation, and one for each weight."""
    n = len(observed)
    reprojected = np.empty((n, 2))
    weighted = np.empty(n)
    for i in range(n):
        c = cameras[observed[i, 0]]
        x = points[observed[i, 1]]
        w = weights[i]
        first, second = reprojection(
            c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8], c[9], c[10],
            x[0], x[1], x[2], w, features[i, 0], features[i, 1],
        )  # fmt: skip
        reprojected[i, 0] = first
        reprojected[i, 1] = second
        weighted[i] = weight_error(w)
    return reprojected, weighted
