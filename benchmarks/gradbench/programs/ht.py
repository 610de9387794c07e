"""ht: a hand's pose, from its vertices' distances to points measured.

theta: turn of the hand (angle-axis), its place, and for each finger how far the first joint bends
and spreads, and how far the second and third bend.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit


@njit
def times(a, b, out):
    """The product of two transforms, whose last rows are 0, 0, 0, 1."""
    for i in range(3):
        for j in range(4):
            out[i, j] = a[i, 0] * b[0, j] + a[i, 1] * b[1, j] + a[i, 2] * b[2, j]
        out[i, 3] += a[i, 3]


@njit
def turn_by_euler_angles(x, y, z, out):
    """The turns about x, y and z, one after the other."""
    cx, sx = math.cos(x), math.sin(x)
    cy, sy = math.cos(y), math.sin(y)
    cz, sz = math.cos(z), math.sin(z)
    out[0, 0] = cz * cy
    out[0, 1] = cz * sy * sx - sz * cx
    out[0, 2] = cz * sy * cx + sz * sx
    out[1, 0] = sz * cy
    out[1, 1] = sz * sy * sx + cz * cx
    out[1, 2] = sz * sy * cx - cz * sx
    out[2, 0] = -sy
    out[2, 1] = cy * sx
    out[2, 2] = cy * cx
    out[0, 3] = 0.0
    out[1, 3] = 0.0
    out[2, 3] = 0.0


@njit
def turn_about(r0, r1, r2, out):
    """The turn about the axis r by the angle |r|."""
    angle = math.sqrt(r0 * r0 + r1 * r1 + r2 * r2)
    if angle < 1e-4:
        for i in range(3):
            for j in range(3):
                out[i, j] = 1.0 if i == j else 0.0
        return
    x, y, z = r0 / angle, r1 / angle, r2 / angle
    s, c = math.sin(angle), math.cos(angle)
    rest = 1.0 - c
    out[0, 0] = x * x + (1.0 - x * x) * c
    out[0, 1] = x * y * rest - z * s
    out[0, 2] = x * z * rest + y * s
    out[1, 0] = x * y * rest + z * s
    out[1, 1] = y * y + (1.0 - y * y) * c
    out[1, 2] = y * z * rest - x * s
    out[2, 0] = x * z * rest - y * s
    out[2, 1] = z * y * rest + x * s
    out[2, 2] = z * z + (1.0 - z * z) * c


@njit
def posed(theta, parents, base_relatives, inverse_base_absolutes):
    """Each bone's transform from where it rests to where the pose puts it."""
    bones = len(parents)
    absolutes = np.zeros((bones, 3, 4))
    transforms = np.zeros((bones, 3, 4))
    turn = np.zeros((3, 4))
    relative = np.zeros((3, 4))
    for bone in range(bones):
        bend = 0.0
        spread = 0.0
        finger = (bone - 1) // 4
        joint = (bone - 1) % 4
        if bone > 0 and finger < 5 and joint > 0:
            if joint == 1:
                bend = theta[6 + 4 * finger]
                spread = theta[7 + 4 * finger]
            else:
                bend = theta[6 + 4 * finger + joint]
        turn_by_euler_angles(bend, 0.0, spread, turn)
        times(base_relatives[bone], turn, relative)
        if parents[bone] < 0:
            absolutes[bone] = relative
        else:
            times(absolutes[parents[bone]], relative, absolutes[bone])
        times(absolutes[bone], inverse_base_absolutes[bone], transforms[bone])
    return transforms


@njit
def skinned(
    theta, parents, base_relatives, inverse_base_absolutes, base_positions, weights, mirror
):
    """Where the vertices are: each follows its bones by its weights."""
    transforms = posed(theta, parents, base_relatives, inverse_base_absolutes)
    turn = np.empty((3, 3))
    turn_about(theta[0], theta[1], theta[2], turn)
    count, bones = weights.shape
    positions = np.empty((count, 3))
    for v in range(count):
        x = 0.0
        y = 0.0
        z = 0.0
        p = base_positions[v]
        for bone in range(bones):
            w = weights[v, bone]
            if w != 0.0:
                t = transforms[bone]
                x += w * (t[0, 0] * p[0] + t[0, 1] * p[1] + t[0, 2] * p[2] + t[0, 3])
                y += w * (t[1, 0] * p[0] + t[1, 1] * p[1] + t[1, 2] * p[2] + t[1, 3])
                z += w * (t[2, 0] * p[0] + t[2, 1] * p[1] + t[2, 2] * p[2] + t[2, 3])
        x *= mirror
        for i in range(3):
            positions[v, i] = turn[i, 0] * x + turn[i, 1] * y + turn[i, 2] * z + theta[3 + i]
    return positions


@njit
def distances(
    theta, parents, base_relatives, inverse_base_absolutes, base_positions, weights, mirror,
    correspondences, points,
):  # fmt: skip
    """From each point to the vertex that stands for it."""
    positions = skinned(
        theta, parents, base_relatives, inverse_base_absolutes, base_positions, weights, mirror
    )
    errors = np.empty((len(points), 3))
    for i in range(len(points)):
        for j in range(3):
            errors[i, j] = points[i, j] - positions[correspondences[i], j]
    return errors


@njit
def surface_distances(
    theta, shift, us, parents, base_relatives, inverse_base_absolutes, base_positions, weights,
    mirror, correspondences, points, triangles,
):  # fmt: skip
    """From each point to its place in a triangle; all places moved by the same `shift`."""
    positions = skinned(
        theta, parents, base_relatives, inverse_base_absolutes, base_positions, weights, mirror
    )
    errors = np.empty((len(points), 3))
    for i in range(len(points)):
        a, b, c = triangles[correspondences[i]]
        u = us[i, 0] + shift[0]
        v = us[i, 1] + shift[1]
        for j in range(3):
            place = u * positions[a, j] + v * positions[b, j] + (1.0 - u - v) * positions[c, j]
            errors[i, j] = points[i, j] - place
    return errors
